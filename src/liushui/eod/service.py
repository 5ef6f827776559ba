"""The bank's day: cut off without stopping business, then closed step by step, whoever runs it and however often it is
killed. A part of a step and the note of how far it has come commit together, so nothing is done twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from asyncpg import Record

from liushui.accounting import Q as ACCOUNTING_Q
from liushui.eod.model import Day, DayStatus, Progress, StepState, StepStatus, load_steps
from liushui.kernel.clock import Clock, bank_day
from liushui.kernel.errors import Fault, Refused, refuse
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.given import NOTHING, Given
from liushui.store.queries import Queries

Q = Queries("liushui.eod")
Work = Callable[[UnitOfWork, Day, int], Awaitable[Progress]]
"""One part of a step, in the transaction given; the number is the mark that the part before has left, first 0."""
Told = Callable[[date, str, int], None]
"""Hears of every part done: the day, the step, and how much was handled."""
_LOG = logging.getLogger(__name__)
GENESIS = bytes(32)
"""What the first closed day's digest is chained to."""
_PASSING = frozenset({"database_unavailable", "database_full", "busy"})
"""Refusals that say nothing about the books: the step is tried again and not failed."""


class DayEnd:
    """Cut-off and close. work: what each step of steps.yaml does, by its name."""

    def __init__(self, db: Database, clock: Clock, work: Mapping[str, Work]) -> None:
        self._db = db
        self._clock = clock
        self._work = work
        missing = {step.name for step in load_steps()} - work.keys()
        if missing:
            raise ValueError(f"nothing is registered for the steps {sorted(missing)}")

    async def cut_off(self, day: date, *, by: str) -> date:
        """End a business day (日切): journals committed after this book on the next date, which is returned. Asked again it
        answers the same. A business day may not end before its calendar day has, by the bank's clock.

        Refuses ``day_not_open`` (it has not begun), ``day_not_over``.
        """
        return await self._db.transact(lambda uow: self.cut_off_within(uow, day, by=by))

    async def cut_off_within(self, uow: UnitOfWork, day: date, *, by: str) -> date:
        """The same inside a use case."""
        head = await uow.head()
        following = day + timedelta(days=1)
        if await uow.conn.fetchrow(Q.day, day) is not None:
            return following
        if head.business_date != day:
            raise refuse("day_not_open", "date", date=day.isoformat(), open=head.business_date.isoformat())
        if day >= self.calendar_day():
            raise refuse("day_not_over", "date", date=day.isoformat())
        await uow.conn.execute(Q.insert_day, day, self._clock.now(), by, head.last_journal_id)
        for position, step in enumerate((s for s in load_steps() if s.due_on(day)), 1):
            await uow.conn.execute(Q.insert_step, day, position, step.name)
        await uow.advance_business_date(following)
        await uow.emit("day_cut_off", self._clock.now(), payload={"date": day.isoformat(), "by": by})
        return following

    def calendar_day(self) -> date:
        """The calendar day, by the bank's own time zone."""
        return bank_day(self._clock.now())

    async def run(self, *, by: str = "system", told: Told = lambda _day, _step, _handled: None) -> int:
        """Cut off every day that is over and close it, in order; return how many were cut off. A close that is held up
        holds up no cut-off."""
        cut = 0
        while True:
            await self.close(told)
            async with self._db.read() as conn:
                day: date = await conn.fetchval(Q.business_date)
            if day >= self.calendar_day():
                return cut
            await self.cut_off(day, by=by)
            cut += 1

    async def close(self, told: Told = lambda _day, _step, _handled: None) -> int:
        """Work on the steps that are due until none is left or one has failed; return how many parts were done. Any number
        of workers may do this at once: a step is in one hand at a time. told: hears of every part."""
        parts = 0
        while (done := await self._part()) is not None:
            parts += 1
            told(*done)
        return parts

    async def _part(self) -> tuple[date, str, int] | None:
        """One part of the step that is next; None where there is nothing to do now."""
        current: list[Record] = []
        try:
            return await self._db.transact(lambda uow: self._advance(uow, current))
        except Refused as refused:
            if refused.code in _PASSING or not current:
                raise
            faults = [{"code": f.code, "params": dict(f.params)} for f in refused.faults]
        except Exception as error:  # a defect: the step is shown as failed, and the close waits for somebody
            if not current:
                raise
            _LOG.exception("day-end step %s of %s failed", current[0]["name"], current[0]["date"])
            faults = [{"code": "day_end_step_broke", "params": {"error": type(error).__name__}}]
        step = current[0]
        await self._db.transact(lambda uow: self._fail(uow, step, faults))
        return None

    async def _advance(self, uow: UnitOfWork, current: list[Record]) -> tuple[date, str, int] | None:
        current.clear()
        step = await uow.conn.fetchrow(Q.next_step)
        if step is None or step["state"] == StepState.FAILED:
            return None
        if step["state"] == StepState.DONE:  # by somebody else, between our looking and our taking it
            return step["date"], step["name"], 0
        current.append(step)
        following = step["date"] + timedelta(days=1)
        day = Day(step["date"], following, step["cut_journal"], late=step["business_date"] > following)
        done = await self._work[step["name"]](uow, day, step["mark"])
        await uow.conn.execute(
            Q.advance_step, step["date"], step["name"], done.mark, done.handled, self._clock.now()
        )
        return step["date"], step["name"], done.handled

    async def _fail(self, uow: UnitOfWork, step: Record, faults: Sequence[Mapping[str, Any]]) -> None:
        await uow.conn.execute(
            Q.fail_step, step["date"], step["name"], json.dumps(faults, default=str), self._clock.now()
        )
        payload = {"date": step["date"].isoformat(), "step": step["name"], "code": faults[0]["code"]}
        await uow.emit("day_end_failed", self._clock.now(), payload=payload)

    async def resume(self, day: date, *, by: str) -> None:
        """Have a failed step tried again. Refuses ``day_unknown``, ``day_end_not_failed``."""
        await self._db.transact(lambda uow: self.resume_within(uow, day, by=by))

    async def resume_within(self, uow: UnitOfWork, day: date, *, by: str) -> None:
        """The same inside a use case."""
        if await uow.conn.fetchrow(Q.day, day) is None:
            raise refuse("day_unknown", "date", date=day.isoformat())
        step: str | None = await uow.conn.fetchval(Q.resume_day, day)
        if step is None:
            raise refuse("day_end_not_failed", "date", date=day.isoformat())
        payload = {"date": day.isoformat(), "step": step, "by": by}
        await uow.emit("day_end_resumed", self._clock.now(), payload=payload)


async def seal_day(uow: UnitOfWork, clock: Clock, day: Day) -> Progress:
    """Close the day for good: the database books nothing more on it. The digest of its turnover is chained to the one of
    the day closed before."""
    await uow.head()
    before: bytes | None = await uow.conn.fetchval(Q.digest_before, day.date)
    digest: bytes = await uow.conn.fetchval(ACCOUNTING_Q.day_digest, day.date, before or GENESIS)
    await uow.conn.execute(Q.close_day, day.date, clock.now(), digest)
    await uow.conn.execute(Q.close_through, day.date)
    await uow.emit("day_closed", clock.now(), payload={"date": day.date.isoformat()})
    return Progress(None, 1)


async def days(conn: PoolConnection, most: int = 30) -> list[DayStatus]:
    """The last days that were cut off, newest first."""
    return await _with_steps(conn, await conn.fetch(Q.days, most))


async def day_status(conn: PoolConnection, day: date) -> DayStatus:
    """Refuses ``day_unknown`` where the day was not cut off."""
    rows = await conn.fetch(Q.day, day)
    if not rows:
        raise refuse("day_unknown", "date", date=day.isoformat())
    return (await _with_steps(conn, rows))[0]


async def business_date(conn: PoolConnection) -> date:
    """The date that journals are booked on now."""
    return await conn.fetchval(Q.business_date)


async def _with_steps(conn: PoolConnection, rows: Sequence[Record]) -> list[DayStatus]:
    steps: dict[date, list[StepStatus]] = {row["date"]: [] for row in rows}
    for row in await conn.fetch(Q.steps, list(steps)):
        fault = None if row["fault"] is None else json.loads(row["fault"])
        steps[row["date"]].append(
            StepStatus(row["name"], StepState(row["state"]), row["handled"], row["started_at"], row["ended_at"],
                       fault and fault[0])
        )  # fmt: skip
    return [DayStatus(row["date"], row["cut_at"], row["closed_at"], steps[row["date"]]) for row in rows]


async def given_before(conn: PoolConnection, day: date) -> Given:
    """What a verification of ``day`` and later may take as given: all up to the cut-off of the last day before it that is
    closed and whose journals are sealed (docs/decisions/0025). Refuses ``verify_no_closed_day``."""
    row = await conn.fetchrow(Q.last_closed, day)
    if row is None:
        raise refuse("verify_no_closed_day", "since", since=day.isoformat())
    event: int = await conn.fetchval(Q.event_of_journal, row["cut_journal"])
    return Given(row["cut_journal"], event, row["date"], row["cut_at"])


async def verify_days(conn: PoolConnection, given: Given = NOTHING) -> list[Fault]:
    """Every closed day's turnover in the general ledger is what was sealed with it, from the given day on."""
    faults: list[Fault] = []
    before: bytes = GENESIS
    if given.day is not None:
        before = await conn.fetchval(Q.digest_before, given.day) or GENESIS
    for row in await conn.fetch(Q.closed_days, given.day):
        digest: bytes = await conn.fetchval(ACCOUNTING_Q.day_digest, row["date"], before)
        if digest != row["trial_digest"]:
            faults.append(Fault("verify_closed_day_changed", {"date": row["date"].isoformat()}))
        before = row["trial_digest"]
    return faults
