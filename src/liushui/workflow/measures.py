"""How processes do: running cases, tasks in time, and where on a diagram time goes. Read off the evidence that is kept
anyway; nothing is counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

M = Queries("liushui.workflow", "measures.sql")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one process. running: cases that are not over, stopped: those of them with an incident. tasks: done in the
    period that had a limit of time, in_time: those of them within it."""

    process: str
    version: int
    versions: int
    released_at: datetime
    released_by: str
    running: int
    stopped: int
    tasks: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Of one element. visits: completed in the period, straight: those of them by cases that went straight through.
    median, nine_tenths: how long a visit took, and what nine of ten did not exceed; None where nothing lasted.
    waiting: tasks that wait now, overdue: those of them that should be done."""

    element: str
    visits: int
    straight: int
    median: timedelta | None
    nine_tenths: timedelta | None
    waiting: int
    overdue: int


async def figures(
    conn: PoolConnection, since: datetime, until: datetime, branch: int | None
) -> list[Figures]:
    """Of every released process, by key. branch: of its cases alone; None: of all."""
    running = {row["key"]: row for row in await conn.fetch(M.running_by_process, branch)}
    tasks = {row["key"]: row for row in await conn.fetch(M.tasks_in_time, since, until, branch)}
    found: list[Figures] = []
    for row in await conn.fetch(M.releases):
        at_work, done = running.get(row["key"]), tasks.get(row["key"])
        of_release = (row["key"], row["version"], row["versions"], row["released_at"], row["released_by"])
        cases = (at_work["running"], at_work["stopped"]) if at_work else (0, 0)
        found.append(Figures(*of_release, *cases, *((done["tasks"], done["in_time"]) if done else (0, 0))))
    return sorted(found, key=lambda one: one.process)


async def heat(
    conn: PoolConnection,
    definition_id: int,
    since: datetime,
    until: datetime,
    now: datetime,
    branch: int | None,
) -> list[Heat]:
    """Every element of a version that was completed from since until (not including) until, or waits now."""
    asked = (definition_id, since, until, branch)
    done = {row["element"]: row for row in await conn.fetch(M.heat, *asked)}
    straight = {row["element"]: int(row["visits"]) for row in await conn.fetch(M.straight_heat, *asked)}
    waiting = {row["element"]: row for row in await conn.fetch(M.waiting_at, definition_id, now, branch)}
    found: list[Heat] = []
    for element in sorted({*done, *straight, *waiting}):
        row, now_there, through = done.get(element), waiting.get(element), straight.get(element, 0)
        visits, median, most = (row["visits"], row["median_s"], row["most_s"]) if row else (0, None, None)
        there, late = (now_there["waiting"], now_there["overdue"]) if now_there else (0, 0)
        found.append(
            Heat(element, visits + through, through, _duration(median), _duration(most), there, late)
        )
    return found


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
