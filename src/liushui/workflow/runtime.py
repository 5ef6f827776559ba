"""Runs cases: a step of the engine, the services it calls, and everything it leaves, in one transaction."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Refused, refuse
from liushui.store.database import Database, PoolConnection, UnitOfWork, is_full
from liushui.workflow import effects as e
from liushui.workflow.bindings import Binding, Context
from liushui.workflow.case import Case, Happening, StepEnvironment, columns
from liushui.workflow.case_numbers import CaseNumbers
from liushui.workflow.catalogue import Catalogue, Deployed, Q
from liushui.workflow.definition import Definition
from liushui.workflow.engine import Step, advance
from liushui.workflow.engine import start as start_engine
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.exact import unfit
from liushui.workflow.forms import take
from liushui.workflow.inputs import (
    Input,
    MessageArrived,
    ServiceBroke,
    ServiceCompleted,
    ServiceFailed,
    Uncaught,
)
from liushui.workflow.people import SYSTEM, Person, acts_as
from liushui.workflow.secrets import forget_secrets
from liushui.workflow.state import State
from liushui.workflow.working_time import Calendar

START_FORM = "start"
FAULT = "fault"
"""The variable that holds a refusal, for an error path to look at."""
_DATABASES_FAULT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)
"""Faults of our own database, which end the transaction. (An ``OSError`` may be another system's.)"""
_LOG = logging.getLogger(__name__)
Parameters = Callable[[datetime], Mapping[str, Any]]


@dataclass(slots=True)
class _Leavings:
    """What a step leaves in the database beside the instance, in order; what it opens and closes itself is neither."""

    happenings: list[Happening] = field(default_factory=list[Happening])
    tasks: dict[int, e.TaskOpened] = field(default_factory=dict[int, e.TaskOpened])
    withdrawn: list[int] = field(default_factory=list[int])
    timers: dict[int, e.TimerSet] = field(default_factory=dict[int, e.TimerSet])
    timers_gone: list[int] = field(default_factory=list[int])
    awaited: dict[int, e.MessageAwaited | e.SignalAwaited] = field(
        default_factory=dict[int, "e.MessageAwaited | e.SignalAwaited"]
    )
    unawaited: list[int] = field(default_factory=list[int])
    jobs: list[e.ServiceCalled] = field(default_factory=list[e.ServiceCalled])
    incidents: dict[int, e.IncidentRaised] = field(default_factory=dict[int, e.IncidentRaised])
    cleared: list[int] = field(default_factory=list[int])


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step is made. token: of the task that the person has done. how, note: how an incident was settled.
    first: evidence of what came before, written with that of the step."""

    person: Person | None = None
    token: int | None = None
    how: str | None = None
    note: str | None = None
    first: tuple[Happening, ...] = ()


class Runtime:
    """The workflow of one bank. Knows no bank: what services do is in ``bindings``."""

    def __init__(
        self, db: Database, clock: Clock, catalogue: Catalogue, bindings: Mapping[str, Binding],
        calendars: Mapping[str, Calendar], parameters: Parameters,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.catalogue = catalogue
        self.bindings = bindings
        self.calendars = calendars
        self.parameters = parameters
        self.numbers = CaseNumbers(db)

    async def start(
        self, uow: UnitOfWork, key: str, given: Mapping[str, Any], person: Person, *,
        start_event: str | None = None,
    ) -> Case:  # fmt: skip
        """Begin a case with a filled-in start form and run it to its first waits.

        Refuses ``process_unknown``, ``process_start_denied``, ``channel_not_offered``, the form's faults, and whatever
        a service refuses on the way and the model does not catch: then nothing has happened.
        """
        deployed = await self.catalogue.released(uow.conn, key)
        may_start(deployed.definition, person, key)
        form = deployed.forms.get(START_FORM)
        variables = take(form, given) if form is not None else dict(given)
        return await self.begin(uow, deployed, variables, person, start_event=start_event)

    async def begin(
        self, uow: UnitOfWork, deployed: Deployed, variables: Mapping[str, Any], person: Person, *,
        start_event: str | None = None, background: bool = False,
    ) -> Case:  # fmt: skip
        """Begin a case whose variables have been checked."""
        now = self.clock.now()
        case = Case(
            await self.numbers.next(), deployed, State(deployed.key), "running", person.number,
            person.branch_id, person.channel, now,
        )  # fmt: skip
        step = start_engine(
            deployed.definition, variables=variables, now=now, env=self.environment(case, now),
            start_event=start_event,
        )  # fmt: skip
        await self.settle(uow, case, step, now, Cause(person), new=True, background=background)
        return case

    async def input(
        self, uow: UnitOfWork, case: Case, given: Input, cause: Cause, *, background: bool = False
    ) -> None:
        """Give an input to a case whose row the caller has locked. Raises ``Stale`` and, unless background, what a
        service refused and the model does not catch."""
        now = self.clock.now()
        step = advance(case.deployed.definition, case.state, given, now=now, env=self.environment(case, now))
        await self.settle(uow, case, step, now, cause, new=False, background=background)

    async def lock(self, conn: PoolConnection, id: int, *, wait: bool = True) -> Case | None:
        """The case under its row's lock; None where there is none or, without waiting, somebody else has it."""
        row = await conn.fetchrow(Q.lock_instance if wait else Q.lock_instance_if_free, id)
        if row is None:
            return None
        return Case.from_row(row, await self.catalogue.by_id(conn, row["definition_id"]))

    def facts(
        self, case_id: int, initiator: str, channel: str, branch_id: int, now: datetime
    ) -> dict[str, Any]:
        """What every expression sees beside variables: the bank's parameters, and facts of the case."""
        case = {"id": case_id, "initiator": initiator, "channel": channel, "branch": branch_id}
        return {"param": self.parameters(now), "case": case}

    def environment(self, case: Case, now: datetime) -> StepEnvironment:
        extra = self.facts(case.id, case.initiator, case.channel, case.branch_id, now)
        return StepEnvironment(case.deployed, self.calendars, extra)

    async def settle(
        self,
        uow: UnitOfWork,
        case: Case,
        step: Step,
        now: datetime,
        cause: Cause,
        *,
        new: bool,
        background: bool,
    ) -> None:
        """Perform what the step calls, step by step, then write everything down."""
        left = _Leavings(list(cause.first))
        queue = deque(step.effects)
        case.state = step.state
        ended: e.InstanceEnded | None = None
        while queue:
            effect = queue.popleft()
            if isinstance(effect, e.ServiceCalled):
                binding = self.binding_of(case, effect)
                if binding.outside:
                    left.jobs.append(effect)
                    continue
                given, refused = await self._perform(uow, case, effect, binding, now, cause, left)
                following = self._advance(case, given, now, refused, background=background)
                case.state = following.state
                queue.extend(following.effects)
            elif isinstance(effect, e.InstanceEnded):
                ended = effect
            else:
                _note(left, effect, case, cause)
        if ended is not None:
            case.ended_at = now
            case.outcome = ended.code
        case.status = ended.how if ended else ("incident" if case.state.incidents else "running")
        self._name(case, now)
        await self._write(uow, case, left, now, cause, new=new)

    def binding_of(self, case: Case, call: e.ServiceCalled) -> Binding:
        element = case.deployed.element(call.element, call.scope_path)
        assert element.binding is not None
        return self.bindings[element.binding]

    def context(
        self, uow: UnitOfWork | None, case: Case, call: e.ServiceCalled, now: datetime, person: Person | None
    ) -> Context:
        return Context(
            uow, f"case:{case.id}:{call.token}", case.id, call.element, call.attempt, call.variables, case.initiator,
            case.branch_id, person.channel if person else case.channel, now, person, case_channel=case.channel,
        )  # fmt: skip

    async def _perform(
        self, uow: UnitOfWork, case: Case, call: e.ServiceCalled, binding: Binding, now: datetime, cause: Cause,
        left: _Leavings,
    ) -> tuple[Input, Refused | None]:  # fmt: skip
        """Call an inside binding in a savepoint, so that a refused one leaves nothing."""
        context = self.context(uow, case, call, now, cause.person)
        try:
            async with uow.conn.transaction():
                result = exact(await binding.call(context))
        except Refused as refused:
            return ServiceFailed(call.token, refused.code, fault_variables(refused)), refused
        except Exception as error:  # an adapter or a defect: kept as an incident after its retries
            if isinstance(error, _DATABASES_FAULT) or is_full(error) or uow.conn.is_closed():
                raise
            _LOG.warning("case %d: %s failed: %s", case.id, binding.name, type(error).__name__)
            return ServiceBroke(call.token, reason_of(error)), None
        case.revealed.update(context.reveals)
        if context.links:
            case.link(context.links)
            left.happenings.append(
                Happening(
                    "objects_linked", call.element, None, payload={"objects": context.links}, token=call.token
                )
            )
        return ServiceCompleted(call.token, result), None

    def _advance(
        self, case: Case, given: Input, now: datetime, refused: Refused | None, *, background: bool
    ) -> Step:
        definition, env = case.deployed.definition, self.environment(case, now)
        try:
            return advance(definition, case.state, given, now=now, env=env)
        except Uncaught as uncaught:
            if not background and refused is not None:
                raise refused from None
            assert isinstance(given, ServiceFailed)
            case.refused_by[given.token] = given.variables[FAULT]["params"]
            return advance(definition, case.state, ServiceBroke(given.token, uncaught.code), now=now, env=env)

    def _name(self, case: Case, now: datetime) -> None:
        text = case.deployed.definition.case_name
        if text is None:
            return
        try:
            name = self.environment(case, now).evaluate(text, case.state.variables)
        except ExpressionFailed:  # not all of it is known yet
            return
        case.name = None if name is None else str(name)[:200]

    async def _write(
        self, uow: UnitOfWork, case: Case, left: _Leavings, now: datetime, cause: Cause, *, new: bool
    ) -> None:
        conn, id = uow.conn, case.id
        case.state = forget_secrets(case.state)
        state, objects = case.state.to_json(), json.dumps(case.objects, ensure_ascii=False)
        if new:
            await conn.execute(
                Q.insert_instance, id, case.deployed.id, case.status, state, case.name, case.initiator,
                case.branch_id, case.channel, objects, case.outcome, case.started_at, case.ended_at, _refused_with(case),
            )  # fmt: skip
        else:
            await conn.execute(
                Q.update_instance, id, case.status, state, case.name, objects, case.outcome, case.ended_at,
                _refused_with(case),
            )  # fmt: skip
        for token in left.withdrawn:
            await conn.execute(Q.withdraw_task, id, token, now)
        for opened in left.tasks.values():
            work = case.deployed.element(opened.element, opened.scope_path).work
            await conn.execute(
                Q.insert_task, id, opened.token, opened.element, list(opened.scope_path), work and work.role,
                opened.assignee, case.branch_id, opened.priority, now, opened.at_risk, opened.due,
            )  # fmt: skip
        await conn.executemany(Q.delete_timer, [(id, timer) for timer in left.timers_gone])
        await conn.executemany(
            Q.insert_timer, [(id, t.timer, t.element, t.due) for t in left.timers.values()]
        )
        await conn.executemany(Q.delete_subscription, [(id, s) for s in left.unawaited])
        await conn.executemany(
            Q.insert_subscription, [(id, *_subscription(s)) for s in left.awaited.values()]
        )
        await conn.executemany(Q.insert_job, [(id, job.token, job.element, now) for job in left.jobs])
        for incident in left.cleared:
            who = cause.person.number if cause.person else SYSTEM
            await conn.execute(Q.clear_incident, id, incident, now, who, cause.how, cause.note)
        for raised in left.incidents.values():
            params = case.refused_by.get(raised.token)
            await conn.execute(
                Q.insert_incident, id, raised.incident, raised.element, raised.reason, params and json.dumps(params), now,
            )  # fmt: skip
        await self.write_happenings(uow, case, left.happenings, now)
        await self._take_kept_messages(uow, case, left)

    async def _take_kept_messages(self, uow: UnitOfWork, case: Case, left: _Leavings) -> None:
        """A message may have come before the case waited for it."""
        for awaited in left.awaited.values():
            if isinstance(awaited, e.MessageAwaited):
                text = correlation_text(awaited.correlation)
                body: str | None = await uow.conn.fetchval(Q.take_pending, awaited.name, text)
                if body is not None:
                    message = MessageArrived(awaited.name, json.loads(body), awaited.subscription)
                    await self.input(uow, case, message, Cause(), background=True)

    async def write_happenings(
        self, uow: UnitOfWork, case: Case, happenings: list[Happening], now: datetime
    ) -> None:
        """Write evidence of a case, numbered with all other events of the bank."""
        if happenings:
            await uow.head()
            kinds, *others = columns(happenings)
            await uow.conn.execute(
                Q.insert_events, kinds, now, case.id, case.deployed.id, case.channel, case.branch_id, *others
            )


def _refused_with(case: Case) -> str | None:
    """The code of the refusal that an ended case was told."""
    match case.state.variables.get(FAULT) if case.ended_at else None:
        case {"code": str(code)}:
            return code
        case _:
            return None


class UnfitResult(Exception):  # noqa: N818 - named by what is wrong
    """A service has answered what a case may not hold: a defect of its binding."""


def exact(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """A service's answer. Raises ``UnfitResult`` with all paths."""
    found = unfit(result)
    if found:
        raise UnfitResult("variable_unfit: " + ", ".join(path for path, _ in found))
    return result


def reason_of(error: Exception) -> str:
    """What an incident says of it: the kind alone, as messages may carry what people have typed."""
    return str(error)[:500] if isinstance(error, UnfitResult) else type(error).__name__


def may_start(definition: Definition, person: Person, key: str) -> None:
    """Refuses ``process_start_denied`` and ``channel_not_offered``."""
    if definition.start_roles and person.roles.isdisjoint(definition.start_roles):
        raise refuse("process_start_denied", process=key)
    if definition.channels and person.channel not in definition.channels:
        raise refuse("channel_not_offered", channel=person.channel)


def _note(left: _Leavings, effect: e.Effect, case: Case, cause: Cause) -> None:
    """Sort one effect. What was opened and closed in the same step is left out on both sides."""
    if isinstance(effect, e.Happened):
        left.happenings.append(_happening(effect, case, cause))
    elif isinstance(effect, e.TaskOpened):
        left.tasks[effect.token] = effect
    elif isinstance(effect, e.TaskWithdrawn):
        _close(left.tasks, left.withdrawn, effect.token)
    elif isinstance(effect, e.TimerSet):
        left.timers[effect.timer] = effect
    elif isinstance(effect, e.TimerCleared):
        _close(left.timers, left.timers_gone, effect.timer)
    elif isinstance(effect, e.MessageAwaited | e.SignalAwaited):
        left.awaited[effect.subscription] = effect
    elif isinstance(effect, e.MessageUnawaited | e.SignalUnawaited):
        _close(left.awaited, left.unawaited, effect.subscription)
    elif isinstance(effect, e.IncidentRaised):
        left.incidents[effect.incident] = effect
    elif isinstance(effect, e.IncidentCleared):
        _close(left.incidents, left.cleared, effect.incident)
    else:
        left.happenings.append(_outgoing(effect))


def _close(opened: dict[int, Any], closed: list[int], number: int) -> None:
    if opened.pop(number, None) is None:
        closed.append(number)


def _happening(effect: e.Happened, case: Case, cause: Cause) -> Happening:
    element = case.deployed.element(effect.element, effect.scope_path)
    work, done = element.work, effect.lifecycle == "completed"
    by_person = cause.person is not None and (effect.token == cause.token or (not element.incoming and done))
    return Happening(
        "process_step", "/".join((*effect.scope_path, effect.element)), effect.lifecycle,
        resource=cause.person.number if by_person and cause.person else SYSTEM,
        role=acts_as(work.role, cause.person if by_person else None) if work else None, cost=work.cost_minor if work and done else None,
        rows=",".join(effect.rows), token=effect.token,
    )  # fmt: skip


def _outgoing(effect: Any) -> Happening:
    """A message, signal or escalation on its way: the outbox delivers it."""
    if isinstance(effect, e.MessageSent):
        body = {"name": effect.name, "correlation": effect.correlation, "variables": dict(effect.variables)}
        return Happening("process_message", effect.element, None, payload=body, token=effect.token)
    if isinstance(effect, e.SignalSent):
        body = {"name": effect.name, "variables": dict(effect.variables)}
        return Happening("process_signal", None, None, payload=body)
    assert isinstance(effect, e.EscalationReported)
    return Happening("process_escalated", effect.element, None, payload={"code": effect.code})


def _subscription(awaited: e.MessageAwaited | e.SignalAwaited) -> tuple[int, str, str, str | None]:
    if isinstance(awaited, e.SignalAwaited):
        return awaited.subscription, "signal", awaited.name, None
    return awaited.subscription, "message", awaited.name, correlation_text(awaited.correlation)


def correlation_text(value: Any) -> str | None:
    """How a correlation is compared: as JSON text, so that 1 and "1" differ."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def fault_variables(refused: Refused) -> dict[str, Any]:
    """What an error path may look at: the faults as data."""
    return {FAULT: {"code": refused.code, "params": dict(refused.faults[0].params)}}
