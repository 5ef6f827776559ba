"""Hands committed events to handlers: at least once, and in order for every account.

Event numbers follow commits and have no gaps, so a handler's progress is one number. A handler works in the
transaction that moves its cursor: what it writes to this database happens exactly once; what it does outside (a
message to a gateway) may happen again after a crash. An event that fails is parked and tried again, later and
later; events of the same account park behind it, and everybody else's go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.store.database import Database, Q, UnitOfWork, is_full

AT_ONCE_MAX = 1_000
RETRY_FIRST = timedelta(seconds=5)
RETRY_LONGEST = timedelta(hours=1)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. subjects: ids of the ledger accounts it is about. payload: JSON text or None."""

    id: int
    kind: str
    recorded_at: datetime
    journal_id: int | None
    subjects: tuple[int, ...]
    payload: str | None


class Handler(Protocol):
    """Takes events of some kinds. name: stable, for it names the cursor. handle() may be given an event again."""

    name: str
    kinds: frozenset[str]

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None: ...


async def dispatch(db: Database, clock: Clock, handlers: Sequence[Handler]) -> int:
    """Let every handler take what is new and what is due again; return how many events were taken. Safe to be
    killed at any point and to run in several processes: a handler works in one of them at a time."""
    total = 0
    for handler in handlers:
        await db.transact(lambda uow, name=handler.name: _register(uow, name))
        while taken := await db.transact(lambda uow, of=handler: _take(uow, clock, of)):
            total += taken
        total += await db.transact(lambda uow, of=handler: _retry(uow, clock, of))
    return total


async def _register(uow: UnitOfWork, name: str) -> None:
    await uow.conn.execute(Q.outbox_register, name)


async def _take(uow: UnitOfWork, clock: Clock, handler: Handler) -> int:
    """Take the next stretch of events; 0 where nothing is new or another process is at it."""
    cursor: int | None = await uow.conn.fetchval(Q.outbox_claim, handler.name)
    head = await uow.conn.fetchrow(Q.read_head)
    if cursor is None or head is None or cursor >= head["last_event_id"]:
        return 0
    upto = min(cursor + AT_ONCE_MAX, head["last_event_id"])
    rows = await uow.conn.fetch(Q.outbox_read, cursor, upto)
    events = [_event(row) for row in rows if row["kind"] in handler.kinds]
    blocked = {row[0] for row in await uow.conn.fetch(Q.outbox_blocked, handler.name)}
    free: list[Event] = []
    for event in events:
        if blocked.isdisjoint(event.subjects):
            free.append(event)
        else:
            blocked.update(event.subjects)
            await _park(uow, clock, handler, event, attempts=0, error=None)
    if free and await _attempt(uow, handler, free) is not None:
        await _one_by_one(uow, clock, handler, free)
    await uow.conn.execute(Q.outbox_advance, handler.name, upto)
    return upto - cursor


async def _one_by_one(uow: UnitOfWork, clock: Clock, handler: Handler, events: Sequence[Event]) -> None:
    """Some event of the stretch fails: find it, and let the others pass."""
    blocked: set[int] = set()
    for event in events:
        if not blocked.isdisjoint(event.subjects):
            error, attempts = None, 0
        else:
            error, attempts = await _attempt(uow, handler, [event]), 1
            if error is None:
                continue
        blocked.update(event.subjects)
        await _park(uow, clock, handler, event, attempts=attempts, error=error)


async def _retry(uow: UnitOfWork, clock: Clock, handler: Handler) -> int:
    """Try parked events again whose time has come and that wait behind nobody."""
    if await uow.conn.fetchval(Q.outbox_claim, handler.name) is None:
        return 0
    taken = 0
    for row in await uow.conn.fetch(Q.outbox_due, handler.name, clock.now(), AT_ONCE_MAX):
        error = await _attempt(uow, handler, [_event(row)])
        if error is None:
            await uow.conn.execute(Q.outbox_unpark, handler.name, row["id"])
            taken += 1
        else:
            pause = min(RETRY_FIRST * 2 ** min(row["attempts"], 20), RETRY_LONGEST)
            await uow.conn.execute(Q.outbox_postpone, handler.name, row["id"], clock.now() + pause, error)
    return taken


async def _attempt(uow: UnitOfWork, handler: Handler, events: Sequence[Event]) -> str | None:
    """Run the handler in a savepoint; the kind of error where it fails. A database that is away or out of room is
    no event's fault and ends the whole transaction."""
    try:
        async with uow.conn.transaction():
            await handler.handle(uow, events)
    except Exception as error:
        if uow.conn.is_closed() or is_full(error):
            raise
        _LOG.warning("handler %s: %s", handler.name, type(error).__name__)
        return type(error).__name__
    return None


async def _park(
    uow: UnitOfWork, clock: Clock, handler: Handler, event: Event, *, attempts: int, error: str | None
) -> None:
    due = clock.now() + RETRY_FIRST if attempts else clock.now()
    await uow.conn.execute(Q.outbox_park, handler.name, event.id, list(event.subjects), attempts, due, error)


def _event(row: Record) -> Event:
    return Event(
        row["id"], row["kind"], row["recorded_at"], row["journal_id"], tuple(row["subjects"]), row["payload"]
    )
