"""Receipts (回单) of journals: every print is kept, so that there is one original and each later copy says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liushui.accounting.general_ledger import Q
from liushui.identity import audit
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Receipt:
    """A print. copy: 1 is the original, every later one a reprint (补打)."""

    id: int
    journal_id: int
    copy: int
    printed_at: datetime
    printed_by: str


async def record_receipt(uow: UnitOfWork, clock: Clock, journal_id: int, *, by: str) -> Receipt:
    """Keep that somebody prints a journal's receipt. Two who print at the same moment get two numbers. Refuses
    ``journal_unknown``."""
    if await uow.conn.fetchval(Q.lock_journal, journal_id) is None:
        raise refuse("journal_unknown", journal=journal_id)
    now = clock.now()
    row = await uow.conn.fetchrow(Q.insert_receipt, journal_id, now, by)
    assert row is not None  # an aggregate has a row, and the journal is locked
    receipt = Receipt(row["id"], journal_id, row["copy"], now, by)
    action = "receipt_printed" if receipt.copy == 1 else "receipt_reprinted"
    subject = f"{journal_id} {receipt.copy}"
    await audit(uow, clock, actor=by, action=action, subject=subject, outcome="done")
    return receipt
