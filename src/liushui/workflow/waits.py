"""Timers, messages and signals: setting them when a token or a frame begins to wait."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from liushui.kernel.errors import Refused
from liushui.workflow.definition import Element, Event, Trigger
from liushui.workflow.effects import MessageAwaited, SignalAwaited, TimerSet
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.run import Run
from liushui.workflow.state import Frame, Token, Wait

AWAITED = frozenset({Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL})
CYCLE = re.compile(r"R(\d{0,9})/(P.+)")


def arm(run: Run, catching: Element, token: Token | None, frame: Frame) -> None:
    """Begin to wait for an event. token: whom it belongs to, None: the frame (event sub-processes).
    Raises ``ExpressionFailed`` before anything has changed."""
    event = catching.event
    if event is None or event.trigger not in AWAITED:
        return
    seen = frame if token is None else run.home(token)
    owner = None if token is None else token.id
    if event.trigger is Trigger.TIMER:
        due, left = _due(run, event, seen)
        _set(
            run,
            Wait(run.number(), "timer", catching.id, owner, frame.id, None, left),
            due,
            catching.interrupting,
        )
        return
    correlation = None if event.correlation is None else run.evaluate(event.correlation, seen)
    wait = Wait(run.number(), event.trigger.value, catching.id, owner, frame.id, event.name)
    run.waits[wait.id] = wait
    if event.trigger is Trigger.MESSAGE:
        run.effects.append(MessageAwaited(wait.id, event.name or "", correlation))
    else:
        run.effects.append(SignalAwaited(wait.id, event.name or ""))


def arm_boundaries(run: Run, element: Element, token: Token) -> None:
    """Raises ``ExpressionFailed``; then the caller clears what was set before."""
    frame = run.frames[token.scope]
    elements = run.graph(frame).elements
    for boundary in element.boundaries:
        arm(run, elements[boundary], token, frame)


def arm_event_sub_processes(run: Run, frame: Frame, scope: str | None) -> None:
    graph = run.graph(frame)
    for _, start in graph.scopes[scope].event_sub_processes:
        arm(run, graph.elements[start], None, frame)


def after_firing(run: Run, wait: Wait, catching: Element) -> None:
    """A non-interrupting wait goes on: a message or signal as it is, a cycle as a new timer, counted from now
    (an instance that slept through ten rounds is not woken ten times). Everything else is over."""
    event = catching.event
    if catching.interrupting or event is None:
        run.unwait(wait)
    elif wait.kind == "timer":
        run.unwait(wait)
        if wait.left:
            token = None if wait.token is None else run.tokens[wait.token]
            seen = run.frames[wait.frame] if token is None else run.home(token)
            due, _ = _due(run, event, seen)
            again = replace(wait, id=run.number(), left=wait.left - 1 if wait.left > 0 else -1)
            _set(run, again, due, interrupting=False)


def arm_retry(run: Run, token: Token, after: str) -> None:
    """Call the service again after a while. after: ISO 8601 duration, doubled with each attempt."""
    due = run.now
    for _ in range(2 ** min(token.attempt - 1, 10)):
        due = due_after(run, due, after, None)
    _set(run, Wait(run.number(), "retry", token.element, token.id, token.scope), due, interrupting=False)


def due_after(run: Run, moment: datetime, duration: str, calendar: str | None) -> datetime:
    try:
        return run.env.due(moment, duration, calendar)
    except Refused as unfit:
        raise ExpressionFailed(duration, unfit.code) from unfit


def due_by(run: Run, level: str, calendar: str | None, seen: Frame) -> datetime:
    """When a task's service level ends: after a duration, or at the moment that an expression gives."""
    text = level
    if level.startswith("="):
        value = run.evaluate(level[1:], seen)
        if not isinstance(value, str):
            raise ExpressionFailed(level, "a service level needs ISO 8601 text")
        text = value
    return due_after(run, run.now, text, calendar) if text.startswith("P") else moment(text)


def _set(run: Run, wait: Wait, due: datetime, interrupting: bool) -> None:
    run.waits[wait.id] = wait
    run.effects.append(TimerSet(wait.id, wait.element, due, interrupting, run.frames[wait.frame].calls))


def _due(run: Run, event: Event, seen: Frame) -> tuple[datetime, int]:
    """When a timer is due, and how often it comes again."""
    text = event.timing or ""
    if text.startswith("="):
        value = run.evaluate(text[1:], seen)
        if not isinstance(value, str):
            raise ExpressionFailed(text, "a timer needs ISO 8601 text")
        text = value
    if event.kind_of_timing == "date":
        return moment(text), 0
    left = 0
    if event.kind_of_timing == "cycle":
        cycle = CYCLE.fullmatch(text)
        if cycle is None or cycle[1] == "0":
            raise ExpressionFailed(
                text, "a cycle is R, a number of rounds or nothing, a slash and a duration"
            )
        text = cycle[2]
        left = int(cycle[1]) - 1 if cycle[1] else -1
    return due_after(run, run.now, text, event.calendar), left


def moment(text: str) -> datetime:
    """A date with its offset from UTC. Raises ``ExpressionFailed``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as unfit:
        raise ExpressionFailed(text, str(unfit)) from unfit
    if found.tzinfo is None:
        raise ExpressionFailed(text, "a moment needs its offset from UTC")
    return found
