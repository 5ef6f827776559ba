"""Vouchers from stock to a teller, or back into stock: sent by one, taken by the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash.vouchers import HELD, STOCK, At, By, Range, range_of, send, take, turn_back
from liushui.identity import staff_by_number
from liushui.kernel.errors import refuse
from liushui.processes.services import Services
from liushui.workflow import Binding, Context

KEEPER = "vault_keeper"


def bindings(services: Services) -> Sequence[Binding]:
    def numbers(context: Context) -> Range:
        v = context.variables
        return range_of(v["kind"], v["first"], v["last"])

    def giver(context: Context) -> At:
        """Stock, where it goes to a teller; whoever has begun it, where it goes back into stock."""
        if context.variables["receiver"] == STOCK:
            return At(context.branch_id, HELD, context.initiator)
        return At(context.branch_id, STOCK)

    async def hand_out(context: Context) -> dict[str, Any]:
        """Refuses ``task_role_missing`` (stock is the keeper's), ``staff_unknown``, ``task_other_branch`` for a teller of
        another branch, ``voucher_not_there``, and what ``range_of`` refuses."""
        to = context.variables.get("teller")
        if to is None:
            source = At(context.branch_id, HELD, context.operator)
        elif context.person is not None and KEEPER in context.person.roles:
            if (await staff_by_number(context.inside.conn, to)).branch_id != context.branch_id:
                raise refuse("task_other_branch", "teller")
            source = At(context.branch_id, STOCK)
        else:
            raise refuse("task_role_missing", role=KEEPER)
        by = By(context.operator, case_id=context.case_id)
        await send(context.inside, services.clock, numbers(context), source, by)
        return {"receiver": to or STOCK}

    async def taken(context: Context) -> dict[str, Any]:
        to = context.variables["receiver"]
        target = At(context.branch_id, STOCK) if to == STOCK else At(context.branch_id, HELD, to)
        by = By(context.operator, context.initiator, case_id=context.case_id)
        await take(context.inside, services.clock, numbers(context), target, by)
        return {}

    async def turned_back(context: Context) -> dict[str, Any]:
        by = By(context.operator, case_id=context.case_id)
        await turn_back(context.inside, services.clock, numbers(context), giver(context), by)
        return {}

    return [
        Binding("voucher.send", hand_out),
        Binding("voucher.take", taken),
        Binding("voucher.turn_back", turned_back),
    ]
