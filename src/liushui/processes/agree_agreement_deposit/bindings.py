"""Agreement deposits: looked at, begun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import agree_on_tiers, agreement_faults
from liushui.identity import audit
from liushui.kernel.errors import raise_if_any
from liushui.processes.accounts import account_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses like ``agreement_faults``."""
        found, uow = await account_of(services, context), context.inside
        today = (await uow.head()).business_date
        raise_if_any(await agreement_faults(uow.conn, found, context.variables["base"], today))
        return {}

    async def begin(context: Context) -> dict[str, Any]:
        """Refuses like ``agree_on_tiers``: time has passed since it was looked at."""
        v, found = context.variables, await account_of(services, context)
        number = await agree_on_tiers(
            context.inside, services.ledger, services.clock, found, base=v["base"], renews=bool(v.get("renews")),
            entered_by=context.initiator, approved_by=context.operator, case_id=context.case_id,
            element=context.element,
        )  # fmt: skip
        context.link("agreement_deposit", str(number))
        await audit(context.inside, services.clock, actor=context.operator, action="agreement_deposit_begun",
                    subject=found.number, outcome=str(v["contract"]))  # fmt: skip
        return {"agreement_deposit": number}

    return [Binding("agreement_deposit.check", check), Binding("agreement_deposit.begin", begin)]
