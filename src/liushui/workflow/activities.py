"""The life of an activity: it is entered, begins, is completed, and is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from liushui.workflow.definition import Element, Kind, Scope
from liushui.workflow.effects import MessageAwaited, MessageSent, ServiceCalled, TaskOpened
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.flows import leave
from liushui.workflow.loops import next_round, open_loop
from liushui.workflow.run import Run
from liushui.workflow.state import (
    CALL,
    HOST,
    LOCAL,
    MANY,
    SUB,
    WAIT,
    Frame,
    Record,
    Token,
    Wait,
)  # fmt: skip
from liushui.workflow.waits import arm_boundaries, arm_event_sub_processes, due_by

CALLS_DEEP_MOST = 20
PRIORITY_MOST = 1_000_000


def enter(run: Run, token: Token, element: Element) -> None:
    """A token reaches an activity: boundary events are armed, then it begins, once or in rounds."""
    try:
        if element.boundaries:
            arm_boundaries(run, element, token)
        if element.loop is not None:
            open_loop(run, token, element)
            return
        begin(run, token, element)
    except ExpressionFailed as failed:
        run.unwait_token(token)
        run.incident(token, "enter", failed)


def begin_round(run: Run, token: Token, element: Element) -> None:
    try:
        begin(run, token, element)
    except ExpressionFailed as failed:
        run.unwait_token(token)
        run.incident(token, "begin", failed)


def begin(run: Run, token: Token, element: Element) -> None:
    """Raises ``ExpressionFailed`` before anything but local variables and waits has changed."""
    if element.inputs:
        _take_inputs(run, token, element)
    kind = element.kind
    if kind is Kind.USER or kind is Kind.MANUAL:
        opened = _opened(run, token, element)
        token.phase = WAIT
        run.happened(token, "enabled")
        run.effects.append(opened)
    elif kind is Kind.SERVICE or (kind is Kind.SEND and element.binding is not None):
        run.happened(token, "started")
        call_service(run, token, element)
    elif kind is Kind.SEND:
        message = outgoing_message(run, token, element)
        run.happened(token, "started")
        run.effects.append(message)
        complete(run, token, element, None)
    elif kind is Kind.RECEIVE:
        _receive(run, token, element)
    elif kind is Kind.RULE:
        _decide(run, token, element)
    elif kind is Kind.SET:
        run.happened(token, "started")
        complete(run, token, element, None)
    elif kind is Kind.CALL:
        _call(run, token, element)
    else:
        open_sub_process(run, token, element, None)


def _opened(run: Run, token: Token, element: Element) -> TaskOpened:
    """What a task is opened with. Raises ``ExpressionFailed``."""
    work, home = element.work, run.home(token)
    opened = TaskOpened(token.id, element.id, run.frames[token.scope].calls)
    if work is None:
        return opened
    assignee = None if work.assignee is None else run.evaluate(work.assignee, home)
    if assignee is not None and not isinstance(assignee, str):
        raise ExpressionFailed(work.assignee or "", "an assignee is the number of a person, as text")
    priority = 0 if work.priority is None else run.evaluate(work.priority, home) or 0
    if type(priority) is not int or not -PRIORITY_MOST <= priority <= PRIORITY_MOST:
        raise ExpressionFailed(work.priority or "", "a priority is a whole number, and no large one")
    at_risk, due = (
        None if level is None else due_by(run, level, work.calendar, home)
        for level in (work.at_risk, work.service_level)
    )
    return replace(opened, assignee=assignee, priority=priority, at_risk=at_risk, due=due)


def _take_inputs(run: Run, token: Token, element: Element) -> None:
    frame = run.home(token)
    seen = dict(run.see(frame))
    values: dict[str, Any] = {}
    for assign in element.inputs:
        seen[assign.name] = values[assign.name] = run.env.evaluate(assign.value, seen)
    add_local(run, token, values)


def add_local(run: Run, token: Token, values: Mapping[str, Any]) -> None:
    """Give a token local variables, on top of those it has."""
    if token.local is None:
        token.local = run.open(LOCAL, run.frames[token.scope], token, dict(values)).id
    else:
        local = run.frames[token.local]
        local.vars = {**local.vars, **values}


def call_service(run: Run, token: Token, element: Element) -> None:
    token.phase = WAIT
    token.attempt += 1
    path = run.frames[token.scope].calls
    run.effects.append(ServiceCalled(token.id, element.id, token.attempt, path, run.see(run.home(token))))


def outgoing_message(run: Run, token: Token, element: Element) -> MessageSent:
    """Raises ``ExpressionFailed``."""
    event = element.event
    home = run.home(token)
    correlation = None
    if event is not None and event.correlation is not None:
        correlation = run.evaluate(event.correlation, home)
    seen = run.see(home)
    if element.inputs:
        seen = {assign.name: seen[assign.name] for assign in element.inputs}
    name = "" if event is None else event.name or ""
    return MessageSent(token.id, element.id, name, correlation, seen, run.frames[token.scope].calls)


def _receive(run: Run, token: Token, element: Element) -> None:
    event = element.event
    correlation = None
    if event is not None and event.correlation is not None:
        correlation = run.evaluate(event.correlation, run.home(token))
    token.phase = WAIT
    run.happened(token, "started")
    name = "" if event is None else event.name or ""
    wait = Wait(run.number(), "message", element.id, token.id, token.scope, name)
    run.waits[wait.id] = wait
    run.effects.append(MessageAwaited(wait.id, name, correlation))


def _decide(run: Run, token: Token, element: Element) -> None:
    decided = run.env.decide(element.decision or "", run.see(run.home(token)))
    run.happened(token, "started")
    complete(run, token, element, decided.result, tuple(decided.rows))


def _call(run: Run, token: Token, element: Element) -> None:
    frame = run.home(token)
    graph = run.graph(run.frames[token.scope])
    called = graph.called.get(element.id)
    if called is None:
        raise ExpressionFailed(element.called or element.id, "the called process is not bound")
    if len(run.frames[token.scope].calls) >= CALLS_DEEP_MOST:
        raise ExpressionFailed(
            element.called or element.id, f"calls are nested more than {CALLS_DEEP_MOST} deep"
        )
    seen = run.see(frame)
    variables = {assign.name: run.env.evaluate(assign.value, seen) for assign in element.call_in}
    inner = run.open(CALL, frame, token, variables)
    inner.calls = (*inner.calls, element.id)
    _set_going(run, token, inner, called.scopes[None], None)


def open_sub_process(run: Run, token: Token, element: Element, start: str | None) -> None:
    """start: the start event that was triggered (event sub-processes), None: the none start event."""
    graph = run.graph(run.frames[token.scope])
    inner = run.open(SUB, run.home(token), token, {})
    _set_going(run, token, inner, graph.scopes[element.id], start)


def _set_going(run: Run, token: Token, inner: Frame, scope: Scope, start: str | None) -> None:
    try:
        arm_event_sub_processes(run, inner, scope.id)
    except ExpressionFailed:
        run.close(inner)
        raise
    token.phase = HOST
    run.happened(token, "started")
    run.put(start or scope.start or scope.starts[0], inner)


def complete(
    run: Run,
    token: Token,
    element: Element,
    answer: Mapping[str, Any] | None,
    rows: tuple[str, ...] = (),
) -> None:
    """The work is done. answer: the variables it brings, put under the element's ``result`` where it names one; None
    where nobody was asked."""
    variables: Mapping[str, Any] = answer or {}
    if element.result is not None and answer is not None:
        variables = {element.result: dict(answer)}
    home = run.home(token)
    run.write(home, variables)
    written = variables
    if element.sets:
        try:
            values = _sets(run, element, home)
        except ExpressionFailed as failed:
            run.unwait_token(token)
            run.incident(token, "complete", failed)
            return
        run.write(home, values)
        written = {**variables, **values}
    if element.compensation is not None:
        local = {} if token.local is None else run.frames[token.local].vars
        remember(run, token, (element.id, {**local, **written}, None))
    run.happened(token, "completed", rows)
    finish(run, token, element)


def _sets(run: Run, element: Element, home: Frame) -> dict[str, Any]:
    seen = dict(run.see(home))
    values: dict[str, Any] = {}
    for assign in element.sets:
        seen[assign.name] = values[assign.name] = run.env.evaluate(assign.value, seen)
    return values


def remember(run: Run, token: Token, record: Record) -> None:
    frame = run.frames[token.scope]
    frame.records = (*frame.records, record)


def finish(run: Run, token: Token, element: Element) -> None:
    """After completion: the next round, or on along the flows."""
    if element.loop is not None and run.frames[token.scope].kind == MANY:
        try:
            over = next_round(run, token, element)
        except ExpressionFailed as failed:
            run.incident(token, "finish", failed)
            return
        if over:
            end_loop(run, over)
        return
    run.unwait_token(token)
    leave(run, token, element)


def end_loop(run: Run, frame: Frame) -> None:
    """All rounds are over: the activity as a whole is left."""
    host = run.tokens[frame.token or 0]
    element = run.element(host)
    rounds, loop = frame.rounds, element.loop
    run.close(frame)
    if frame.records:
        remember(run, host, (element.id, None, frame.records))
    if rounds is not None and loop is not None and loop.output_collection is not None:
        run.write(run.home(host), {loop.output_collection: list(rounds.outputs)})
    run.unwait_token(host)
    leave(run, host, element)


def inner_done(run: Run, frame: Frame) -> None:
    """Nothing is left in a sub-process or called process."""
    token = run.tokens[frame.token or 0]
    element = run.element(token)
    variables: dict[str, Any] = {}
    if frame.kind == CALL:
        try:
            variables = {assign.name: run.evaluate(assign.value, frame) for assign in element.call_out}
        except ExpressionFailed as failed:
            run.incident(token, "inner", failed)
            return
    run.close(frame)
    if frame.records and element.compensation is None:
        remember(run, token, (element.id, frame.vars, frame.records))
    if element.kind is Kind.EVENT_SUB_PROCESS:
        run.happened(token, "completed")
        run.take(token)
        return
    complete(run, token, element, variables or None)
