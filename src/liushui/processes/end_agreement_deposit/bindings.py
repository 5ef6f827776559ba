"""Agreement deposits: settled and ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import end_agreement, running_contract
from liushui.identity import audit
from liushui.processes.accounts import account_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses ``agreement_deposit_missing``."""
        contract = await running_contract(context.inside.conn, await account_of(services, context))
        context.link("agreement_deposit", str(contract.id))
        return {}

    async def end(context: Context) -> dict[str, Any]:
        """Refuses like ``end_agreement``: its term may be over meanwhile."""
        found, uow = await account_of(services, context), context.inside
        await uow.head()
        paid = await end_agreement(
            uow, services.ledger, services.clock, found, by=context.operator,
            case=(str(context.case_id), context.element),
        )  # fmt: skip
        await audit(context.inside, services.clock, actor=context.operator, action="agreement_deposit_ended",
                    subject=found.number, outcome=context.variables["reason"])  # fmt: skip
        return {"interest": paid.interest, "tax": paid.tax}

    return [Binding("agreement_deposit_end.check", check), Binding("agreement_deposit_end.end", end)]
