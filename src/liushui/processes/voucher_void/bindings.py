"""Vouchers that are spoilt or lost: void for ever, by two people with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash.vouchers import HELD, STOCK, At, By, range_of, require_there, void
from liushui.identity import audit
from liushui.processes.services import Services
from liushui.workflow import Binding, Context

KEEPER = "vault_keeper"


def bindings(services: Services) -> Sequence[Binding]:
    def source(context: Context) -> At:
        v = context.variables
        return At(
            context.branch_id, STOCK if v["of_stock"] else HELD, None if v["of_stock"] else context.initiator
        )

    async def look(context: Context) -> dict[str, Any]:
        """A keeper voids out of stock, a teller what they hold. Refuses ``voucher_not_there`` and what ``range_of``
        refuses."""
        v = context.variables
        of_stock = context.person is not None and KEEPER in context.person.roles
        at = At(context.branch_id, STOCK) if of_stock else At(context.branch_id, HELD, context.operator)
        await require_there(context.inside, range_of(v["kind"], v["first"], v["last"]), at)
        return {"of_stock": of_stock}

    async def make_void(context: Context) -> dict[str, Any]:
        v = context.variables
        by = By(context.initiator, context.operator, reason=v["reason"], case_id=context.case_id)
        numbers = range_of(v["kind"], v["first"], v["last"])
        await void(context.inside, services.clock, numbers, source(context), by)
        await audit(context.inside, services.clock, actor=context.operator, action="vouchers_voided",
                    subject=f"{v['kind']} {v['first']}-{v['last']}", outcome=v["reason"][:200])  # fmt: skip
        return {}

    return [Binding("voucher.look_void", look), Binding("voucher.void", make_void)]
