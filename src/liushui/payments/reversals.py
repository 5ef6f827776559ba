"""What must be known of a journal before it is reversed (冲正)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from liushui.cash import Moved, Place, move, negative, notes_of_journal, place_by_id, require_notes, till_of
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.ledger import Header, Kind, Ledger, Posted, Reverse, journal_entries, journal_facts
from liushui.payments.orders import give_back_counted
from liushui.store.database import UnitOfWork

REVERSIBLE = (Kind.POSTING, Kind.CAPTURE)
INSIDE_CASH = "CSH"
"""How the codes of cash inside the house begin (``cash/postings.yaml``): each has a way back of its own."""


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """operator, branch_id: who booked it and where. age_days: business days' dates between then and now.
    amount: its debits in minor units."""

    operator: str
    branch_id: int
    age_days: int
    amount: int


async def reversal_facts(uow: UnitOfWork, journal_id: int, *, asked_by: str, branch_id: int) -> ReversalFacts:
    """asked_by, branch_id: who has begun it and where. Refuses ``journal_unknown``, ``journal_not_reversible`` (also
    where it moved a deposit under a contract, which would not know of the reversal), ``journal_already_reversed``, and
    for cash like ``cash_moved_by``."""
    row = await journal_facts(uow.conn, journal_id)
    if row["kind"] not in REVERSIBLE:
        raise refuse("journal_not_reversible", "journal", journal=journal_id)
    if row["reversed_by"] is not None:
        raise refuse("journal_already_reversed", "journal", journal=journal_id)
    await cash_moved_by(uow, journal_id, asked_by=asked_by, branch_id=branch_id)
    today = (await uow.head()).business_date
    entries = await journal_entries(uow.conn, journal_id)
    if any(entry["by_contract"] for entry in entries):
        raise refuse("journal_not_reversible", "journal", journal=journal_id)
    return ReversalFacts(
        row["operator"], row["branch_id"], (today - row["booking_date"]).days,
        sum(entry["amount"] for entry in entries if entry["debit"]),
    )  # fmt: skip


async def cash_moved_by(
    uow: UnitOfWork, journal_id: int, *, asked_by: str, branch_id: int
) -> tuple[Place, dict[int, int]] | None:
    """The till at which a journal has moved notes over the counter, and the notes; None for a journal without cash.

    Cash is reversed on its own business date, by the teller at the till that took or paid it: the notes go the way back.
    Refuses ``cash_journal_inside`` (between places and of differences: each has a process), ``cash_reversal_other_day``,
    ``cash_reversal_other_till``, ``notes_missing``, and what ``till_of`` refuses.
    """
    row = await journal_facts(uow.conn, journal_id)
    if row["code"].startswith(INSIDE_CASH):
        raise refuse("cash_journal_inside", "journal", journal=journal_id)
    moved = await notes_of_journal(uow.conn, journal_id)
    if not moved:
        return None
    if row["booking_date"] != (await uow.head()).business_date:
        raise refuse("cash_reversal_other_day", "journal", journal=journal_id)
    till = await till_of(uow, asked_by, branch_id)
    for place_id in moved.keys() - {till.id}:
        place = await place_by_id(uow.conn, place_id)
        raise refuse("cash_reversal_other_till", "journal", journal=journal_id, till=place.code)
    await require_notes(uow, till, moved[till.id])
    return till, moved[till.id]


async def reverse(
    uow: UnitOfWork,
    clock: Clock,
    ledger: Ledger,
    header: Header,
    journal_id: int,
    *,
    asked_by: str,
    case_id: int,
) -> Posted:
    """Book the opposite of a journal, give back what it has counted against limits, and move its notes the way back.
    Valued as the journal was, so that interest is as if it had never been; where that lies further back than the ledger
    takes, on the day. Refuses like ``cash_moved_by``, and the ledger's codes."""
    valued: date = (await journal_facts(uow.conn, journal_id))["value_date"]
    today = (await uow.head()).business_date
    if -ledger.limits.value_days_back <= (valued - today).days <= ledger.limits.value_days_ahead:
        header = header._replace(value_date=valued)
    moved = await cash_moved_by(uow, journal_id, asked_by=asked_by, branch_id=header.branch_id)
    posted = await ledger.post_within(uow, Reverse(header, journal_id))
    await give_back_counted(uow, journal_id)
    if moved is not None:
        till, notes = moved
        await move(
            uow, clock, till, negative(notes), journal_id=posted.journal_id, who=Moved(asked_by, case_id)
        )
    return posted
