"""What happens to cases without a person: timers, calls to other systems, messages, service levels.

Each function does one thing once, however many workers run it: a timer, job or warning is looked for without locks, then
done in a transaction that locks its case and looks again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from asyncpg import Record

from liushui.kernel.errors import Refused
from liushui.store.database import Database, UnitOfWork
from liushui.store.outbox import Event
from liushui.workflow import effects as e
from liushui.workflow.case import Case, Happening
from liushui.workflow.catalogue import Deployed, Q
from liushui.workflow.definition import Trigger
from liushui.workflow.inputs import (
    EscalationRaised,
    Input,
    MessageArrived,
    ServiceBroke,
    ServiceCompleted,
    ServiceFailed,
    SignalArrived,
    Stale,
    TimerFired,
)
from liushui.workflow.people import SYSTEM, Person
from liushui.workflow.runtime import Cause, Runtime, correlation_text, exact, fault_variables, reason_of
from liushui.workflow.state import State

AT_ONCE_MAX = 500
LEASE = timedelta(seconds=60)
AT_RISK, OVERDUE = 1, 2
URGENT = 100
"""How much a task's priority rises when it is at risk, and again when it is overdue."""
_LOG = logging.getLogger(__name__)


async def fire_timers(db: Database, rt: Runtime) -> int:
    """Fire what is due; return how many. Several workers share the work: each skips cases another has locked."""
    async with db.read() as conn:
        due = await conn.fetch(Q.timers_due, rt.clock.now(), AT_ONCE_MAX)
    fired = 0
    for row in due:
        fired += await db.transact(lambda uow, r=row: _fire(uow, rt, r["instance_id"], r["timer"]))
    return fired


async def _fire(uow: UnitOfWork, rt: Runtime, case_id: int, timer: int) -> bool:
    case = await rt.lock(uow.conn, case_id, wait=False)
    if case is None or not await uow.conn.fetchval(Q.timer_is_due, case_id, timer, rt.clock.now()):
        return False
    try:
        await rt.input(uow, case, TimerFired(timer), Cause(), background=True)
    except Stale:
        await uow.conn.execute(Q.delete_timer, case_id, timer)
        return False
    return True


async def run_jobs(
    db: Database, rt: Runtime, *, case_id: int | None = None, person: Person | None = None
) -> int:
    """Make the calls to other systems that are due, of one case or of all; return how many. Nothing is locked while
    the other system thinks."""
    done = 0
    while True:
        now = rt.clock.now()
        job = await db.transact(lambda uow, n=now: uow.conn.fetchrow(Q.lease_job, n, case_id, n + LEASE))
        if job is None:
            return done
        await _run_job(db, rt, job, person)
        done += 1


async def _run_job(db: Database, rt: Runtime, job: Record, person: Person | None) -> None:
    case_id, token = job["instance_id"], job["token"]
    async with db.read() as conn:
        row = await conn.fetchrow(Q.instance, case_id)
        assert row is not None
        deployed = await rt.catalogue.by_id(conn, row["definition_id"])
    call = _call_of(row, deployed, token)
    given: Input | None = None
    if call is not None:
        given = await _call(rt, row, deployed, call, person)

    async def settle(uow: UnitOfWork) -> None:
        case = await rt.lock(uow.conn, case_id)
        if await uow.conn.fetchval(Q.delete_job, case_id, token) is None or case is None or given is None:
            return
        try:
            async with uow.conn.transaction():
                await rt.input(uow, case, given, Cause(person), background=True)
        except Stale:
            _LOG.info("case %d: an answer came too late", case_id)

    await db.transact(settle)


def _call_of(row: Record, deployed: Deployed, token: int) -> e.ServiceCalled | None:
    """The call that a waiting token stands for; None where it is gone."""
    state = State.from_json(row["state"])
    if token not in state.tokens:
        return None
    found = state.tokens[token]
    return e.ServiceCalled(
        token, found.element, found.attempt, state.path_of(token), state.variables_at(token)
    )


async def _call(
    rt: Runtime, row: Record, deployed: Deployed, call: e.ServiceCalled, person: Person | None
) -> Input:
    case = Case.from_row(row, deployed)
    binding = rt.binding_of(case, call)
    context = rt.context(None, case, call, rt.clock.now(), person)
    try:
        return ServiceCompleted(call.token, exact(await binding.call(context)))
    except Refused as refused:
        return ServiceFailed(call.token, refused.code, fault_variables(refused))
    except Exception as error:
        _LOG.warning("case %d: %s failed: %s", case.id, binding.name, type(error).__name__)
        return ServiceBroke(call.token, reason_of(error))


async def warn_of_service_levels(db: Database, rt: Runtime) -> int:
    """Tell of tasks at risk and overdue, once each: an event, a higher place in the worklist, and an escalation
    that the model may catch (codes ``at_risk`` and ``overdue``)."""
    async with db.read() as conn:
        due = await conn.fetch(Q.warnings_due, rt.clock.now(), AT_ONCE_MAX)
    warned = 0
    for row in due:
        warned += await db.transact(lambda uow, r=row: _warn(uow, rt, r["id"], r["instance_id"]))
    return warned


async def _warn(uow: UnitOfWork, rt: Runtime, task: int, case_id: int) -> bool:
    case = await rt.lock(uow.conn, case_id, wait=False)
    row = await uow.conn.fetchrow(Q.warning_of, task)
    if case is None or row is None:
        return False
    now = rt.clock.now()
    level = OVERDUE if row["due_at"] is not None and row["due_at"] <= now else AT_RISK
    if row["warned"] >= level:
        return False
    await uow.conn.execute(Q.warn_task, task, level, URGENT)
    code = "overdue" if level == OVERDUE else "at_risk"
    happening = Happening(
        f"task_{code}", "/".join((*row["scope_path"], row["element"])), None, resource=row["claimed_by"] or SYSTEM,
        role=row["role"], payload={"task": task}, token=row["token"],
    )  # fmt: skip
    await rt.write_happenings(uow, case, [happening], now)
    await rt.input(uow, case, EscalationRaised(row["token"], code), Cause(), background=True)
    return True


class Post:
    """Outbox handler: brings messages and signals of cases to those who wait for them, in the transaction that marks
    them as delivered. A message that nobody waits for is kept until somebody does, unless it starts a process."""

    name = "process_post"
    kinds = frozenset({"process_message", "process_signal"})

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        for event in events:
            body = json.loads(event.payload or "{}")
            if event.kind == "process_signal":
                await broadcast(uow, self._rt, body["name"], body["variables"])
            else:
                await deliver(uow, self._rt, body["name"], body["correlation"], body["variables"])


async def deliver(
    uow: UnitOfWork, rt: Runtime, name: str, correlation: Any, variables: Mapping[str, Any]
) -> int | None:
    """Give a message to the case that waits for it; return the case, or None where the message is kept."""
    text = correlation_text(correlation)
    while (row := await uow.conn.fetchrow(Q.message_takers, name, text)) is not None:
        case = await rt.lock(uow.conn, row["instance_id"])
        if case is None or not await uow.conn.fetchval(
            Q.subscription_exists, row["instance_id"], row["subscription"]
        ):
            continue  # somebody else was quicker
        await rt.input(
            uow, case, MessageArrived(name, variables, row["subscription"]), Cause(), background=True
        )
        return case.id
    for deployed in await rt.catalogue.all_released(uow.conn):
        start = message_start(deployed, name)
        if start is not None:
            case = await rt.begin(uow, deployed, variables, _nobody(), start_event=start, background=True)
            return case.id
    body = json.dumps(dict(variables), ensure_ascii=False)
    await uow.conn.execute(Q.insert_pending, name, text, body, rt.clock.now())
    return None


async def broadcast(uow: UnitOfWork, rt: Runtime, name: str, variables: Mapping[str, Any]) -> int:
    """Give a signal to every case that waits for it; return how many."""
    rows = await uow.conn.fetch(Q.signal_takers, name)
    for row in rows:
        case = await rt.lock(uow.conn, row["instance_id"])
        if case is not None and case.state.ended is None:
            await rt.input(uow, case, SignalArrived(name, variables), Cause(), background=True)
    return len(rows)


def message_start(deployed: Deployed, name: str) -> str | None:
    """The start event that this message triggers, if the process has one."""
    definition = deployed.definition
    for id in definition.scopes[None].starts:
        event = definition.elements[id].event
        if event is not None and event.trigger is Trigger.MESSAGE and event.name == name:
            return id
    return None


def _nobody() -> Person:
    return Person(SYSTEM, frozenset(), 0, SYSTEM)


__all__ = [
    "Post",
    "broadcast",
    "deliver",
    "fire_timers",
    "message_start",
    "run_jobs",
    "warn_of_service_levels",
]
