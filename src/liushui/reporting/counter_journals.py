"""The counter's journals (柜面流水) of a business date: one's own, or a branch's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from asyncpg import Record

from liushui.reporting.scope import Q
from liushui.store.database import PoolConnection


@dataclass(frozen=True, slots=True)
class Sought:
    """Which journals. operator, branch_id: None for everybody's; account, code: None for any; least, most: of the largest
    entry, in minor units; before: only those with a smaller number."""

    on: date | None
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
    rows = await conn.fetch(
        Q.counter_journals, sought.before, day, sought.operator, sought.branch_id, sought.code, sought.account,
        sought.least, sought.most, limit,
    )  # fmt: skip
    return day, rows
