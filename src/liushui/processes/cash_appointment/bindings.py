"""Cash ordered ahead, and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits import book_cash, cancel_cash
from liushui.identity import branch_by_code
from liushui.kernel.errors import refuse
from liushui.processes.accounts import account_of, cash_account_of
from liushui.processes.services import Services, parameters_at
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def book(context: Context) -> dict[str, Any]:
        """At the branch that is named, or else where the case is."""
        v, uow = context.variables, context.inside
        found = await cash_account_of(services, context)
        if "amount" not in v:
            raise refuse("form_field_missing", "amount")
        branch = context.branch_id
        if "branch" in v:
            branch = (await branch_by_code(uow.conn, v["branch"])).id
        number = await book_cash(
            uow, services.clock, account=found, branch_id=branch, amount=v["amount"],
            on_date=date.fromisoformat(v["on_date"]),
            days_ahead_most=parameters_at(context.now)["cash_appointment_days_most"],
            made_by=context.operator, channel=context.channel, case_id=context.case_id,
        )  # fmt: skip
        context.link("appointment", str(number))
        return {"appointment": number}

    async def cancel(context: Context) -> dict[str, Any]:
        found = await account_of(services, context)
        day = date.fromisoformat(context.variables["on_date"])
        for number in await cancel_cash(context.inside, services.clock, account_id=found.id, on_date=day):
            context.link("appointment", str(number))
        return {}

    return [Binding("appointment.book", book), Binding("appointment.cancel", cancel)]
