"""How the work stands: what waits for whom, how people kept to their times, what is held up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record

from liushui.store.database import PoolConnection
from liushui.workflow.catalogue import Q


@dataclass(frozen=True, slots=True)
class Workload:
    """queues: open tasks by role and branch. times_kept: tasks done that had a limit, by process and role. incidents: one row."""

    queues: list[Record]
    times_kept: list[Record]
    incidents: Record


async def workload(conn: PoolConnection, now: datetime, days: int, branch_id: int | None) -> Workload:
    """days: how far back to look at what is done. branch_id: None for the whole bank."""
    since = now - timedelta(days=days)
    incidents = await conn.fetchrow(Q.incidents_open, branch_id)
    assert incidents is not None
    return Workload(
        await conn.fetch(Q.queues, branch_id, now),
        await conn.fetch(Q.times_kept, branch_id, since),
        incidents,
    )
