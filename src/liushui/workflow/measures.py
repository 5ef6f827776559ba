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
    median, nine_tenths: how long a visit took, and what nine of ten did not exceed; None where nothing lasted."""

    element: str
    visits: int
    straight: int
    median: timedelta | None
    nine_tenths: timedelta | None


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
    conn: PoolConnection, definition_id: int, since: datetime, until: datetime, branch: int | None
) -> list[Heat]:
    """Every element of a version that was completed from since until (not including) until."""
    asked = (definition_id, since, until, branch)
    straight = {row["element"]: row["visits"] for row in await conn.fetch(M.straight_heat, *asked)}
    found = {row["element"]: row for row in await conn.fetch(M.heat, *asked)}
    return [
        Heat(
            element,
            (row["visits"] if (row := found.get(element)) else 0) + straight.get(element, 0),
            straight.get(element, 0),
            _duration(row["median_s"] if row else None),
            _duration(row["tenth_s"] if row else None),
        )
        for element in sorted({*found, *straight})
    ]


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
