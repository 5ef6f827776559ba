"""The general ledger: roll-up, trial balance, and its comparison with the accounts. Minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from liushui.kernel.errors import Fault
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.given import NOTHING, Given
from liushui.store.queries import Queries

Q = Queries("liushui.accounting")
ROLL_UP_JOURNALS_MAX = 200_000
DIFFERENCES_MAX = 20


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """A line of the trial balance. opening and closing: debits less credits, so a credit balance is negative."""

    branch_id: int
    currency: str
    gl_code: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


async def roll_up(uow: UnitOfWork, most: int = ROLL_UP_JOURNALS_MAX) -> int:
    """Add the next journals to the general ledger; return how many. Each is added exactly once: the watermark
    moves in the same transaction."""
    after: int = await uow.conn.fetchval(Q.lock_rollup)
    committed: int = await uow.conn.fetchval(Q.committed_journals)
    upto = min(committed, after + most)
    if upto > after:
        await uow.conn.execute(Q.roll_up, after, upto)
        await uow.conn.execute(Q.move_rollup, upto)
    return upto - after


async def trial_balance(
    conn: PoolConnection,
    date_from: date,
    date_to: date,
    *,
    branch_id: int | None = None,
    currency: str | None = None,
) -> list[TrialBalanceRow]:
    """Opening balance, turnover and closing balance per branch, currency and account of the chart, over the
    booking dates from ``date_from`` to ``date_to``, both included. Always current, rolled up or not."""
    rows = await conn.fetch(Q.trial_balance, date_from, date_to, branch_id, currency)
    return [TrialBalanceRow(*row) for row in rows]


async def verify_general_ledger(conn: PoolConnection, given: Given = NOTHING) -> list[Fault]:
    """General ledger against accounts, and debits against credits of every day, branch and currency, from the given day on."""
    differing = await conn.fetch(Q.verify_accounts, DIFFERENCES_MAX)
    unbalanced = await conn.fetch(Q.verify_days, DIFFERENCES_MAX, given.day)
    return [
        *(Fault("verify_gl_differs", dict(row)) for row in differing),
        *(Fault("verify_day_unbalanced", dict(row)) for row in unbalanced),
    ]
