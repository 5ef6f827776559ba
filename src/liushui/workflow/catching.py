"""What happens to a token from outside or from within: waits that fire, errors and escalations that climb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liushui.workflow.activities import complete, open_sub_process
from liushui.workflow.definition import ACTIVITIES, Element, Kind, Trigger
from liushui.workflow.effects import EscalationReported
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.flows import leave
from liushui.workflow.run import Run
from liushui.workflow.state import CALL, MANY, PROCESS, SUB, WAIT, Frame, Token, Wait
from liushui.workflow.waits import after_firing, arm


def catch(run: Run, token: Token, element: Element) -> None:
    """An intermediate event is reached that waits."""
    try:
        arm(run, element, token, run.frames[token.scope])
    except ExpressionFailed as failed:
        run.incident(token, "enter", failed)
        return
    token.phase = WAIT


def choose_later(run: Run, token: Token, element: Element) -> None:
    """An event-based gateway is reached: whatever comes first decides."""
    frame = run.frames[token.scope]
    graph = run.graph(frame)
    try:
        for flow in element.outgoing:
            arm(run, graph.elements[graph.flows[flow].target], token, frame)
    except ExpressionFailed as failed:
        run.unwait_token(token)
        run.incident(token, "enter", failed)
        return
    token.phase = WAIT


def fire(run: Run, wait: Wait, variables: Mapping[str, Any]) -> None:
    """A timer, message or signal has come for a wait."""
    frame = run.frames[wait.frame]
    element = run.graph(frame).elements[wait.element]
    if wait.token is None:
        after_firing(run, wait, element)
        run.write(frame, variables)
        start_event_sub_process(run, frame, element)
        return
    token = run.tokens[wait.token]
    if element.kind is Kind.BOUNDARY:
        after_firing(run, wait, element)
        run.write(frame, variables)
        take_boundary(run, token, element)
    elif token.element != element.id:
        _chosen(run, token, element, variables)
    elif element.kind is Kind.RECEIVE:
        run.unwait(wait)
        complete(run, token, element, variables)
    else:
        run.unwait(wait)
        run.write(frame, variables)
        run.happened(token, "completed")
        leave(run, token, element)


def _chosen(run: Run, token: Token, element: Element, variables: Mapping[str, Any]) -> None:
    """One of the events behind an event-based gateway came first."""
    frame = run.frames[token.scope]
    gateway = run.element(token)
    run.unwait_token(token)
    run.happened(token, "completed")
    flow = next(f for f in gateway.outgoing if run.graph(frame).flows[f].target == element.id)
    chosen = run.put(element.id, frame, flow, phase=WAIT)
    run.take(token)
    if element.kind is Kind.RECEIVE:
        run.happened(chosen, "started")
        complete(run, chosen, element, variables)
        return
    run.write(frame, variables)
    run.happened(chosen, "completed")
    leave(run, chosen, element)


def take_boundary(run: Run, host: Token, boundary: Element) -> None:
    """A boundary event fires; an interrupting one cancels its activity."""
    frame = run.frames[host.scope]
    token = run.put(boundary.id, frame, phase=WAIT)
    if boundary.interrupting:
        run.cancel(host)
    run.happened(token, "completed")
    leave(run, token, boundary)


def start_event_sub_process(run: Run, frame: Frame, start: Element) -> None:
    """An event sub-process begins; an interrupting one takes the place of all that is in the frame."""
    graph = run.graph(frame)
    sub = graph.elements[start.scope or ""]
    token = run.put(sub.id, frame, phase=WAIT)
    if start.interrupting:
        del run.tokens[token.id]
        run.empty(frame)
        run.tokens[token.id] = token
        frame.closed = True
    open_event_sub_process(run, token, sub)


def open_event_sub_process(run: Run, token: Token, sub: Element) -> None:
    start = run.graph(run.frames[token.scope]).scopes[sub.id].starts[0]
    try:
        open_sub_process(run, token, sub, start)
    except ExpressionFailed as failed:
        run.incident(token, "start", failed)


def throw_error(run: Run, thrower: Token, code: str | None) -> bool:
    """Find who catches an error, from the inside out, at each place by code before catch-all. False: nobody."""
    for host, frame in _places(run, thrower):
        if host is not None:
            boundary = _matching(_boundaries(run, host), Trigger.ERROR, code)
            if boundary is not None:
                take_boundary(run, host, boundary)
                return True
        else:
            start = _matching(_starts(run, frame, thrower), Trigger.ERROR, code)
            if start is not None:
                start_event_sub_process(run, frame, start)
                return True
    return False


def throw_escalation(run: Run, thrower: Token, code: str | None) -> None:
    """Report an escalation and give it to the first who catches it; nobody need."""
    run.effects.append(EscalationReported(thrower.element, code, run.frames[thrower.scope].calls))
    for host, frame in _places(run, thrower):
        if host is not None:
            boundary = _matching(_boundaries(run, host), Trigger.ESCALATION, code)
            if boundary is not None:
                take_boundary(run, host, boundary)
                return
        else:
            start = _matching(_starts(run, frame, thrower), Trigger.ESCALATION, code)
            if start is not None:
                start_event_sub_process(run, frame, start)
                return


def _places(run: Run, thrower: Token) -> Iterator[tuple[Token | None, Frame]]:
    """Where something thrown can be caught, from the inside out: an activity with its boundary events, or a
    frame with its event sub-processes (then the first part is None)."""
    token, frame = thrower, run.frames[thrower.scope]
    while True:
        if frame.kind != MANY:
            if run.element(token).kind in ACTIVITIES:
                yield token, frame
            if frame.kind in (PROCESS, SUB, CALL) and not frame.closed:
                yield None, frame
        if frame.token is None:
            return
        token = run.tokens[frame.token]
        frame = run.frames[token.scope]


def _boundaries(run: Run, host: Token) -> list[Element]:
    elements = run.graph(run.frames[host.scope]).elements
    return [elements[b] for b in elements[host.element].boundaries]


def _starts(run: Run, frame: Frame, thrower: Token) -> list[Element]:
    """Start events of the event sub-processes of a frame, but for the one that the thrower stands in."""
    graph = run.graph(frame)
    scope = frame.element if frame.kind == SUB else None
    inside = _around(run, thrower)
    return [
        graph.elements[start]
        for sub, start in graph.scopes[scope].event_sub_processes
        if (frame.id, sub) not in inside
    ]


def _around(run: Run, thrower: Token) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    token: Token | None = thrower
    while token is not None:
        found.add((token.scope, token.element))
        outer = run.frames[token.scope].token
        token = None if outer is None else run.tokens[outer]
    return found


def _matching(elements: list[Element], trigger: Trigger, code: str | None) -> Element | None:
    catch_all: Element | None = None
    for element in elements:
        event = element.event
        if event is not None and event.trigger is trigger:
            if event.code == code and code is not None:
                return element
            if event.code is None:
                catch_all = catch_all or element
    return catch_all
