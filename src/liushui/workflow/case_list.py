"""Cases by what is known of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from liushui.store.database import PoolConnection
from liushui.workflow.catalogue import Q

NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; None: whatever it is. before: numbers below it. about: type and number of what they are about.
    started_from, started_before: moments, the later one not included. overdue_at: with a task that should have been done
    by then. person: who began it, has taken a task of it or has done one."""

    before: int = NEWEST
    process: str | None = None
    status: str | None = None
    about: tuple[str, str] | None = None
    branch: int | None = None
    initiator: str | None = None
    started_from: datetime | None = None
    started_before: datetime | None = None
    overdue_at: datetime | None = None
    person: str | None = None


async def list_cases(conn: PoolConnection, wanted: Wanted, limit: int) -> list[Record]:
    """The newest first. Cases that went straight through are not among them: they are found by their number."""
    await conn.execute(Q.plan_for_these_values)
    about = None if wanted.about is None else json.dumps({wanted.about[0]: [wanted.about[1]]})
    return await conn.fetch(
        Q.instances, wanted.before, wanted.process, wanted.status, about, wanted.branch, wanted.initiator, limit,
        wanted.started_from, wanted.started_before, wanted.overdue_at, wanted.person,
    )  # fmt: skip
