"""Reversals: what the rule must know, that nobody approves what they booked, and the posting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.payments import REVERSAL_CODE, reversal_facts, reverse
from liushui.processes.services import Services, header_of
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def facts(context: Context) -> dict[str, Any]:
        journal = context.variables["journal"]
        found = await reversal_facts(
            context.inside, journal, asked_by=context.initiator, branch_id=context.branch_id
        )
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

    async def book(context: Context) -> dict[str, Any]:
        """Cash goes the way back at the till of whoever asked."""
        v = context.variables
        header = header_of(context, REVERSAL_CODE, v["reason"])
        posted = await reverse(
            context.inside, services.clock, services.ledger, header, v["journal"], asked_by=context.initiator,
            case_id=context.case_id,
        )  # fmt: skip
        context.link("journal", str(posted.journal_id))
        await audit(context.inside, services.clock, actor=context.operator, action="journal_reversed",
                    subject=str(v["journal"]), outcome=v["reason"][:200])  # fmt: skip
        return {"reversal": posted.journal_id, "booking_date": posted.booking_date.isoformat()}

    return [
        Binding("reversal.facts", facts),
        Binding("reversal.other_person", other_person),
        Binding("reversal.post", book),
    ]
