"""Reversals: what the rule must know, that nobody approves what they booked, and the posting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.ledger import Reverse
from liushui.payments import REVERSAL_CODE, reversal_facts
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def facts(context: Context) -> dict[str, Any]:
        journal = context.variables["journal"]
        found = await reversal_facts(context.inside, journal)
        context.link("journal", str(journal))
        return {
            "booked_by": found.operator, "same_branch": found.branch_id == context.branch_id,
            "age_days": found.age_days, "amount": found.amount,
        }  # fmt: skip

    async def other_person(context: Context) -> dict[str, Any]:
        """Refuses ``reversal_of_own_journal`` where whoever has just approved it booked the journal."""
        if context.operator == context.variables["booked_by"]:
            raise refuse("reversal_of_own_journal")
        return {}

    async def reverse(context: Context) -> dict[str, Any]:
        v = context.variables
        header = header_of(context, REVERSAL_CODE, v["reason"])
        booked = await post(services, context, Reverse(header, v["journal"]))
        await audit(context.inside, services.clock, actor=context.operator, action="journal_reversed",
                    subject=str(v["journal"]), outcome=v["reason"][:200])  # fmt: skip
        return {"reversal": booked["journal"], "booking_date": booked["booking_date"]}

    return [
        Binding("reversal.facts", facts),
        Binding("reversal.other_person", other_person),
        Binding("reversal.post", reverse),
    ]
