"""Moving a running instance to another version of its process: a plan first, then the move.

The plan says for each token where it would stand, and what stands in the way. A move keeps a token's visit
where the element is still of the same kind; timers and subscriptions of its boundary events are made anew where the new
version has them, and dropped where it has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from liushui.workflow.definition import Definition, Element, Kind
from liushui.workflow.effects import Effect
from liushui.workflow.engine import settle
from liushui.workflow.environment import Environment
from liushui.workflow.inputs import Stale
from liushui.workflow.run import Run
from liushui.workflow.state import (
    CALL,
    HOST,
    JOIN,
    MANY,
    MOVE,
    PROCESS,
    SUB,
    UNDO_CALL,
    WAIT,
    Frame,
    Record,
    State,
    Token,
)  # fmt: skip
from liushui.workflow.waits import arm


@dataclass(frozen=True, slots=True)
class Move:
    """Where a token stands and would stand. blocker: why it cannot, None where it can: element_gone,
    kind_changed, scope_changed, flow_gone, loop_changed, called_changed, compensation_gone, waiting_changed."""

    token: int
    element: str
    to: str | None
    blocker: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run. moves: one for each token of the process itself (called processes keep their version)."""

    moves: tuple[Move, ...]
    mapping: Mapping[str, str]

    @property
    def blockers(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.blocker is not None)


def plan_migration(
    old: Definition, new: Definition, state: State, mapping: Mapping[str, str] | None = None
) -> Plan:
    """What a migration would do. mapping: element ids of the old version to those of the new one, where they differ.

    Raises ``Stale`` for an instance that has ended.
    """
    if state.ended is not None:
        raise Stale("instance")
    names = dict(mapping or {})
    moves: list[Move] = []
    for token in state.tokens.values():
        frame = state.frames[token.scope]
        if frame.calls:
            continue
        to = new.elements.get(names.get(token.element, token.element))
        blocker = _blocker(old, new, state, token, to, names)
        moves.append(Move(token.id, token.element, None if to is None else to.id, blocker))
    return Plan(tuple(moves), names)


def apply_migration(
    old: Definition,
    new: Definition,
    state: State,
    plan: Plan,
    *,
    now: datetime,
    env: Environment,
) -> tuple[State, tuple[Effect, ...]]:
    """Do what the plan says. Raises ``ValueError`` where it has blockers or is not of this state, and
    ``ExpressionFailed`` where a timer of the new version cannot be worked out."""
    if plan_migration(old, new, state, plan.mapping) != plan:
        raise ValueError("the plan is for another state")
    if plan.blockers:
        raise ValueError("the plan has blockers")
    names = plan.mapping
    run = Run(new, state, now, env)
    for frame in run.frames.values():
        if not frame.calls or frame.kind == CALL:
            frame.element = _renamed(frame.element, names)
        frame.records = tuple(_record(r, names) for r in frame.records) if not frame.calls else frame.records
    for token in run.tokens.values():
        if not run.frames[token.scope].calls:
            element = new.elements[names.get(token.element, token.element)]
            token.flow = _flow(old, new, token, element, names)
            token.element = element.id
    _recall(run)
    _rewait(run, old, new, names)
    for token in run.tokens.values():
        if token.phase == JOIN and not run.frames[token.scope].calls:
            token.phase = MOVE
            run.queue.append(token)
    step = settle(run)
    return step.state, step.effects


def _blocker(
    old: Definition, new: Definition, state: State, token: Token, to: Element | None, names: Mapping[str, str]
) -> str | None:
    was = old.elements[token.element]
    frame = state.frames[token.scope]
    if to is None:
        return "element_gone"
    if to.kind is not was.kind:
        return "kind_changed"
    if to.scope != _renamed(was.scope, names):
        return "scope_changed"
    if (to.loop is None) != (was.loop is None) or (was.loop and to.loop and was.loop.kind != to.loop.kind):
        return "loop_changed"
    joins = token.flow is not None and to.kind in (Kind.PARALLEL, Kind.INCLUSIVE)
    if joins and _flow(old, new, token, to, names) is None:
        return "flow_gone"
    if was.kind is Kind.CALL and to.called != was.called:
        return "called_changed"
    if any(_lost(record, new, names) for record in frame.records):
        return "compensation_gone"
    if was.kind in (Kind.CATCH, Kind.RECEIVE) and _awaits(was) != _awaits(to):
        return "waiting_changed"
    return None


def _awaits(element: Element) -> tuple[object, ...]:
    event = element.event
    return () if event is None else (event.trigger, event.name)


def _lost(record: Record, new: Definition, names: Mapping[str, str]) -> bool:
    element = new.elements.get(names.get(record[0], record[0]))
    if element is None:
        return True
    if record[2] is None:
        return element.compensation is None
    return element.kind is not Kind.CALL and any(_lost(inner, new, names) for inner in record[2])


def _record(record: Record, names: Mapping[str, str]) -> Record:
    inner = None if record[2] is None else tuple(_record(r, names) for r in record[2])
    return names.get(record[0], record[0]), record[1], inner


def _renamed(element: str | None, names: Mapping[str, str]) -> str | None:
    return None if element is None else names.get(element, element)


def _flow(
    old: Definition, new: Definition, token: Token, to: Element, names: Mapping[str, str]
) -> str | None:
    """The flow a token came by: the same id, else the one from the same source."""
    if token.flow is None or token.flow in to.incoming:
        return token.flow
    source = _renamed(old.flows[token.flow].source, names) if token.flow in old.flows else None
    return next((flow for flow in to.incoming if new.flows[flow].source == source), None)


def _recall(run: Run) -> None:
    """The paths of call activities follow their new names."""
    for frame in run.frames.values():
        outer: tuple[str, ...] = () if frame.parent is None else run.frames[frame.parent].calls
        frame.calls = (*outer, frame.element or "") if frame.kind in (CALL, UNDO_CALL) else outer


def _rewait(run: Run, old: Definition, new: Definition, names: Mapping[str, str]) -> None:
    """Waits that are unchanged stay; those that are gone or changed are cleared; changed and new ones are set. What the
    old version had and does not wait for any more (a timer that has fired) is not set again."""
    known = {names.get(element, element) for element in old.elements}
    changed: set[tuple[int | None, int, str]] = set()
    for wait in list(run.waits.values()):
        if run.frames[wait.frame].calls:
            continue
        was, to = old.elements[wait.element], new.elements.get(names.get(wait.element, wait.element))
        same = to is not None and to.event == was.event and to.interrupting == was.interrupting
        if to is not None and (same or wait.kind == "retry"):
            run.waits[wait.id] = replace(wait, element=to.id)
            continue
        run.unwait(wait)
        if to is not None:
            changed.add((wait.token, wait.frame, to.id))
    for token, frame, catching in list(_awaitable(run, new)):
        place = (None if token is None else token.id, frame.id, catching.id)
        if catching.id not in known or place in changed:
            arm(run, catching, token, frame)


def _awaitable(run: Run, new: Definition) -> Iterator[tuple[Token | None, Frame, Element]]:
    """All that the instance could wait for where it stands in the new version."""
    for token in run.tokens.values():
        frame = run.frames[token.scope]
        if frame.calls or token.phase not in (WAIT, HOST):
            continue
        element = new.elements[token.element]
        if element.kind is Kind.EVENT_BASED:
            yield from ((token, frame, new.elements[new.flows[f].target]) for f in element.outgoing)
        elif element.kind in (Kind.CATCH, Kind.RECEIVE):
            yield token, frame, element
        if frame.kind != MANY:
            yield from ((token, frame, new.elements[b]) for b in element.boundaries)
    for frame in run.frames.values():
        if not frame.closed and (frame.kind == PROCESS or (frame.kind == SUB and not frame.calls)):
            subs = new.scopes[None if frame.kind == PROCESS else frame.element].event_sub_processes
            yield from ((None, frame, new.elements[start]) for _, start in subs)
