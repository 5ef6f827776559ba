"""The counter's journals (柜面流水) of a business date: one's own, or a branch's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from asyncpg import Record

from liushui.reporting.scope import Q
from liushui.store.database import PoolConnection


@dataclass(frozen=True, slots=True)
class Sought:
    """Which journals. own: only those that ``operator`` has booked or whose case they have begun, of any branch. Without:
    a branch's (branch_id; None: every branch's), and with ``operator`` those in which they had a hand. account, code: None
    for any; least, most: of the largest entry, in minor units; before: only those with a smaller number."""

    on: date | None
    own: bool
    operator: str | None
    branch_id: int | None
    account: str | None
    code: str | None
    least: int
    most: int
    before: int


async def counter_journals(conn: PoolConnection, sought: Sought, limit: int) -> tuple[date, list[Record]]:
    """The business date (today's where none was asked for), and its journals, newest first."""
    day: date = sought.on or await conn.fetchval(Q.business_date)
    given = (
        sought.before,
        day,
        sought.operator,
        sought.code,
        sought.account,
        sought.least,
        sought.most,
        limit,
    )
    if sought.own:
        return day, await conn.fetch(Q.own_journals, *given)
    return day, await conn.fetch(Q.branch_journals, *given, sought.branch_id)


async def may_see_journal(
    conn: PoolConnection, journal: int, person: str, *, all_of: int | None, everywhere: bool
) -> bool:
    """Whether a person may see a journal's receipt: it is theirs, or of the branch whose journals they see. all_of: that
    branch, or None; everywhere: every branch's."""
    row = await conn.fetchrow(Q.journal_owner, journal)
    if row is None:
        return False
    return person in (row["operator"], row["initiator"]) or everywhere or row["branch_id"] == all_of
