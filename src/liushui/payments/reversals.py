"""What must be known of a journal before it is reversed (冲正)."""

from __future__ import annotations

from dataclasses import dataclass

from liushui.kernel.errors import refuse
from liushui.ledger import Kind, journal_entries, journal_facts
from liushui.store.database import UnitOfWork

REVERSIBLE = (Kind.POSTING, Kind.CAPTURE)


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """operator, branch_id: who booked it and where. age_days: business days' dates between then and now.
    amount: its debits in minor units."""

    operator: str
    branch_id: int
    age_days: int
    amount: int


async def reversal_facts(uow: UnitOfWork, journal_id: int) -> ReversalFacts:
    """Refuses ``journal_unknown``, ``journal_not_reversible`` and ``journal_already_reversed``."""
    row = await journal_facts(uow.conn, journal_id)
    if row["kind"] not in REVERSIBLE:
        raise refuse("journal_not_reversible", "journal", journal=journal_id)
    if row["reversed_by"] is not None:
        raise refuse("journal_already_reversed", "journal", journal=journal_id)
    today = (await uow.head()).business_date
    entries = await journal_entries(uow.conn, journal_id)
    return ReversalFacts(
        row["operator"], row["branch_id"], (today - row["booking_date"]).days,
        sum(entry["amount"] for entry in entries if entry["debit"]),
    )  # fmt: skip
