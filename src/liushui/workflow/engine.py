"""The engine: ``start`` an instance, ``advance`` it by an input. Pure; see ``effects`` for what the caller does.

One step moves every token until it waits for the outside. Tokens move first in, first out; inclusive
gateways are asked only when nothing else moves, since whether they wait depends on all the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liushui.workflow.activities import begin_round, inner_done, outgoing_message
from liushui.workflow.activities import enter as enter_activity
from liushui.workflow.answers import answer
from liushui.workflow.catching import catch, choose_later, throw_error, throw_escalation
from liushui.workflow.compensation import throw_compensation, undo_next
from liushui.workflow.definition import Definition, Element, Kind, Trigger
from liushui.workflow.effects import Effect, SignalSent
from liushui.workflow.environment import Environment, ExpressionFailed
from liushui.workflow.exact import refuse_unfit
from liushui.workflow.flows import leave, pass_gateway, report_deadlocks, settle_merges
from liushui.workflow.inputs import Input, Stale
from liushui.workflow.run import Run
from liushui.workflow.state import BEGIN, CALL, PROCESS, ROOT, SUB, UNDO, UNDO_CALL, Frame, State, Token
from liushui.workflow.waits import arm_event_sub_processes

STEPS_MAX = 20_000
"""Elements that one step may pass; a loop that never waits is stopped here, as an incident."""


@dataclass(frozen=True, slots=True)
class Step:
    """state: after the step; effects: in order of happening."""

    state: State
    effects: tuple[Effect, ...]


def start(
    definition: Definition,
    *,
    variables: Mapping[str, Any],
    now: datetime,
    env: Environment,
    start_event: str | None = None,
) -> Step:
    """Begin an instance and run to its first waits. start_event: id; None: the none start event.

    Raises ``KeyError`` for a start event that the process does not have, ``ExpressionFailed`` where a timer or
    message of the process's own event sub-processes cannot be worked out. Refuses ``variable_unfit``.
    """
    refuse_unfit(variables)
    scope = definition.scopes[None]
    begin = scope.start if start_event is None else start_event
    if begin is None or begin not in scope.starts:
        raise KeyError(f"{definition.key} has no start event {start_event or 'without trigger'}")
    run = Run(definition, State(definition.key), now, env)
    root = Frame(run.number(), PROCESS, None, None, None, dict(variables))
    run.frames[ROOT] = root
    arm_event_sub_processes(run, root, None)
    run.put(begin, root)
    return settle(run)


def advance(definition: Definition, state: State, input: Input, *, now: datetime, env: Environment) -> Step:
    """Give an input to an instance and run to its next waits. The given state is left as it is.

    Raises ``Stale`` where the input comes too late, ``Uncaught`` for a business error that nobody catches. Refuses
    ``variable_unfit``.
    """
    refuse_unfit(getattr(input, "variables", {}))
    if state.ended is not None:
        raise Stale("instance")
    run = Run(definition, state, now, env)
    answer(run, input)
    return settle(run)


def settle(run: Run) -> Step:
    """Move everything that can move until all wait for the outside."""
    queue, tokens = run.queue, run.tokens
    left = STEPS_MAX
    while True:
        while queue:
            item = queue.popleft()
            if isinstance(item, int):
                _frame_empty(run, item)
            elif item.id in tokens:
                left -= 1
                if left < 0:
                    run.incident(item, "enter" if item.phase != BEGIN else "begin", "too_many_steps")
                else:
                    _enter(run, item)
        if not settle_merges(run):
            break
    report_deadlocks(run)
    return Step(run.state(), tuple(run.effects))


def _enter(run: Run, token: Token) -> None:
    element = run.element(token)
    kind = element.kind
    if kind is Kind.EXCLUSIVE or kind is Kind.PARALLEL or kind is Kind.INCLUSIVE:
        pass_gateway(run, token, element)
    elif kind is Kind.START:
        run.happened(token, "completed")
        leave(run, token, element)
    elif kind is Kind.END or kind is Kind.THROW:
        _throw(run, token, element)
    elif kind is Kind.CATCH:
        catch(run, token, element)
    elif kind is Kind.EVENT_BASED:
        choose_later(run, token, element)
    elif token.phase == BEGIN:
        begin_round(run, token, element)
    else:
        enter_activity(run, token, element)


def _throw(run: Run, token: Token, element: Element) -> None:
    trigger = Trigger.NONE if element.event is None else element.event.trigger
    code = None if element.event is None else element.event.code
    if trigger is Trigger.COMPENSATION:
        throw_compensation(run, token, element)
        return
    if trigger is Trigger.MESSAGE or trigger is Trigger.SIGNAL:
        try:
            message = outgoing_message(run, token, element)
        except ExpressionFailed as failed:
            run.incident(token, "enter", failed)
            return
        sent = message if trigger is Trigger.MESSAGE else SignalSent(message.name, message.variables)
        run.effects.append(sent)
    run.happened(token, "completed")
    if trigger is Trigger.TERMINATE:
        _terminate(run, token)
    elif trigger is Trigger.ERROR:
        if not throw_error(run, token, code):
            run.end("failed", code)
    else:
        if trigger is Trigger.ESCALATION:
            throw_escalation(run, token, code)
        if token.id in run.tokens:
            leave(run, token, element)


def _terminate(run: Run, token: Token) -> None:
    """All that runs beside the end event in its process or sub-process is over."""
    frame = run.frames[token.scope]
    if frame.id == ROOT:
        run.take(token)
        run.end("terminated")
        return
    del run.tokens[token.id]
    run.empty(frame)
    run.tokens[token.id] = token
    run.take(token)


def _frame_empty(run: Run, id: int) -> None:
    frame = run.frames.get(id)
    if frame is None or frame.live:
        return
    if frame.kind == PROCESS:
        run.end("completed")
    elif frame.kind == SUB or frame.kind == CALL:
        inner_done(run, frame)
    elif frame.kind == UNDO or frame.kind == UNDO_CALL:
        undo_next(run, frame)
