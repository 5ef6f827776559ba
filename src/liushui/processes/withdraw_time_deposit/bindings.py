"""A placed deposit is taken out: what the procedure must know, the interest part by part, and the paying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits.placed import broken, quote_today, withdraw_placed
from liushui.kernel.errors import refuse
from liushui.processes.placed import (
    bare_header,
    breakdown,
    deposit_of,
    desk_of,
    on_offered_channel,
    proof_of,
    shown,
)
from liushui.processes.services import Services
from liushui.workflow import Binding, Context

ONLINE = "online"


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``early_at_counter`` for what would be taken out online and loses its rate, and like ``quote``."""
        on_offered_channel(context)
        v = context.variables
        found, today = await deposit_of(services, context)
        _, facts, quoted = await quote_today(context.inside.conn, found, v.get("part"), today)
        why = broken(found, facts, today)
        taking_out = "action" not in v and "instruction" not in v
        if taking_out and why is not None and context.case_channel == ONLINE:
            raise refuse("early_at_counter", "deposit", deposit=found.number)
        proof = await proof_of(context, found)
        return proof | {"early": why is not None, "amount": v.get("amount") or quoted.amount}

    async def quote(context: Context) -> dict[str, Any]:
        v = context.variables
        found, today = await deposit_of(services, context)
        market, facts, quoted = await quote_today(context.inside.conn, found, v.get("part"), today)
        fee = quoted.fee(market.product_of(found), early=found.is_early(today))
        interest = quoted.interest
        return {
            "amount": quoted.amount, "interest": interest.minor, "tax": interest.tax, "breakdown": breakdown(interest),
            "amount_shown": shown(quoted.amount), "interest_shown": shown(interest.minor),
            "tax_shown": shown(interest.tax), "fee_shown": shown(fee),
            "total_shown": shown(quoted.amount + interest.net - fee), "left_shown": shown(quoted.left),
            "why": broken(found, facts, today),
        }  # fmt: skip

    async def withdraw(context: Context) -> dict[str, Any]:
        """Refuses ``interest_changed`` where it is not what was agreed to any more, and like the books."""
        v = context.variables
        found, _ = await deposit_of(services, context)
        agreed = (v["amount"], v["interest"], v.get("tax", 0)) if "interest" in v else None
        done = await withdraw_placed(
            desk_of(services), context.inside, bare_header(context), found.number, v.get("part"),
            expected=agreed,
        )  # fmt: skip
        context.link("account", found.linked)
        interest = done.interest
        return {"amount": done.amount, "interest": interest.minor, "tax": interest.tax, "left": done.left}

    return [
        Binding("placed.look", look),
        Binding("placed.quote", quote),
        Binding("placed.withdraw", withdraw),
    ]
