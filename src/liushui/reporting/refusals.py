"""What the bank refuses, as counts: kept by the web processes, read at a glance. Of a request its kind is counted and never
who asked, for whom, or what stood in it (docs/decisions/0027)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.reporting.scope import Q
from liushui.store.database import Database, PoolConnection, UnitOfWork

OTHER = "other"
KINDS_MAX = 2_000
"""Kinds that one process holds between two writes. The kinds there are, not the requests, fill it."""
FLUSH_EVERY_S = 5.0
FLUSH_WITHIN_S = 5.0
KEPT_FOR = timedelta(days=400)
"""A year and a month: the same month can be compared with last year's."""
LINES_MAX = 100
_LOG = logging.getLogger("liushui.refusals")


class Refusal(NamedTuple):
    """One kind of refusal. visitor: staff, customer, machine or nobody. branch_id: of staff and machines. operation: method and
    template of the route. process: the key of the one whose case was to begin or go on. case_left: a case that went
    straight through has ended with it. code: of the first fault."""

    visitor: str
    channel: str | None
    branch_id: int | None
    operation: str
    process: str | None
    case_left: bool
    code: str


class _Kind(NamedTuple):
    hour: datetime
    refusal: Refusal


class _Count(NamedTuple):
    refused: int
    first_at: datetime
    last_at: datetime

    def plus(self, more: _Count) -> _Count:
        return _Count(
            self.refused + more.refused,
            min(self.first_at, more.first_at),
            max(self.last_at, more.last_at),
        )


class RefusalCounts:
    """Counts of one process, between two writes. A refusal costs the database nothing by itself, so that nobody makes it
    write by knocking; a process killed with -9 loses what it has counted in the last seconds."""

    def __init__(self, kinds_max: int = KINDS_MAX) -> None:
        self._most = kinds_max
        self._counts: dict[_Kind, _Count] = {}

    def count(self, refusal: Refusal, at: datetime) -> None:
        """at: UTC. More kinds than there is room for are one kind an hour for each sort of visitor."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        self._add(_Kind(hour, refusal), _Count(1, at, at))

    def __len__(self) -> int:
        return len(self._counts)

    def _add(self, kind: _Kind, count: _Count) -> None:
        before = self._counts.get(kind)
        if before is None and len(self._counts) >= self._most:
            visitor = kind.refusal.visitor
            kind = _Kind(kind.hour, Refusal(visitor, None, None, OTHER, None, False, OTHER))
            before = self._counts.get(kind)
        self._counts[kind] = count if before is None else before.plus(count)

    async def flush(self, db: Database, now: datetime) -> None:
        """Add everything to what the bank holds, in one transaction, and forget what is too old. Whatever fails, the counts stay
        for the next time."""
        if not self._counts:
            return
        taken, self._counts = self._counts, {}
        try:
            async with asyncio.timeout(FLUSH_WITHIN_S):
                await db.transact(lambda uow: _write(uow, taken, now))
        except BaseException:  # also where this task is given up
            for kind, count in taken.items():
                self._add(kind, count)
            raise

    @asynccontextmanager
    async def kept_in(self, db: Database, clock: Clock) -> AsyncGenerator[None]:
        """Write every few seconds while this lasts, and once more at the end."""
        stop = asyncio.Event()
        writer = asyncio.create_task(self._write_until(stop, db, clock))
        try:
            yield
        finally:
            stop.set()
            await writer

    async def _write_until(self, stop: asyncio.Event, db: Database, clock: Clock) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_EVERY_S)
            try:
                await self.flush(db, clock.now())
            except Exception as error:  # the database may be away: the counts wait for it
                _LOG.warning("refusals not written yet: %s", type(error).__name__)


async def _write(uow: UnitOfWork, counts: Mapping[_Kind, _Count], now: datetime) -> None:
    # In one order, so that two processes that add to the same rows wait for each other in turn.
    kinds = sorted(counts, key=lambda kind: (kind.hour, *map(str, kind.refusal)))
    refusals = [kind.refusal for kind in kinds]
    await uow.conn.execute(
        Q.add_refusals,
        [kind.hour for kind in kinds],
        *([refusal[column] for refusal in refusals] for column in range(len(Refusal._fields))),
        *([counts[kind][column] for kind in kinds] for column in range(len(_Count._fields))),
    )
    await uow.conn.execute(Q.forget_refusals, now - KEPT_FOR)


async def refused(conn: PoolConnection, since: datetime, branch_id: int | None) -> list[Record]:
    """What was refused, most frequent first: by code, process or operation, channel, and whether there was a case. Each row says how
    many there are ``in_all``. since: to the hour. branch_id: what its cases ended with, and what its staff and machines were
    refused; None: of the whole bank."""
    return await conn.fetch(Q.refused, since, branch_id, LINES_MAX)


async def process_of(conn: PoolConnection, named: str, value: str) -> str | None:
    """The key of the process that a path's parameter is about. named: process, task, case or incident."""
    if named == "process":
        return await conn.fetchval(Q.process_known, value)
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else 0
    statement = {"task": Q.process_of_task, "case": Q.process_of_case, "incident": Q.process_of_incident}
    return await conn.fetchval(statement[named], number)
