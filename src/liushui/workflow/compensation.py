"""Undoing what is done: compensation handlers, in reverse order of completion, one after the other.

BPMN 2.0.2, 10.7: only completed activities are compensated. A handler sees what its activity wrote and held
locally at that time, so that a reversal finds the number of the journal it reverses. A sub-process, called process or loop
without a handler of its own is undone by the handlers inside it.
"""

from __future__ import annotations

from liushui.workflow.activities import add_local
from liushui.workflow.definition import Element, Kind
from liushui.workflow.flows import leave
from liushui.workflow.run import Run
from liushui.workflow.state import HOST, SUB, UNDO, UNDO_CALL, Frame, Record, Token


def throw_compensation(run: Run, token: Token, element: Element) -> None:
    """A compensation event is reached: it waits until the handlers are done."""
    activity = None if element.event is None else element.event.activity
    records: list[Record] = []
    frame = run.frames[token.scope]
    for place in _compensated(run, frame):
        chosen = [r for r in place.records if activity is None or r[0] == activity]
        place.records = tuple(r for r in place.records if r not in chosen)
        records = chosen + records
    token.phase = HOST
    undo = run.open(UNDO, frame, token, {})
    undo.records = tuple(records)
    undo_next(run, undo)


def _compensated(run: Run, frame: Frame) -> list[Frame]:
    """The scope of the event; for an event sub-process also the scope that it belongs to."""
    places = [frame]
    while frame.kind == SUB and frame.token is not None:
        owner = run.tokens[frame.token]
        if run.element(owner).kind is not Kind.EVENT_SUB_PROCESS:
            break
        frame = run.frames[owner.scope]
        places.append(frame)
    return places


def undo_next(run: Run, undo: Frame) -> None:
    """Begin the latest handler that is left, or go on after the event that asked for it."""
    if not undo.records:
        _undone(run, undo)
        return
    element, variables, inner = undo.records[-1]
    undo.records = undo.records[:-1]
    graph = run.graph(undo)
    if inner is None:
        handler = run.put(graph.elements[element].compensation or "", undo)
        if variables:
            add_local(run, handler, variables)
        return
    host = run.put(element, undo, phase=HOST)
    kind = UNDO_CALL if graph.elements[element].kind is Kind.CALL and variables is not None else UNDO
    nested = run.open(kind, undo, host, variables or {})
    if kind == UNDO_CALL:
        nested.calls = (*nested.calls, element)
    nested.records = inner
    undo_next(run, nested)


def _undone(run: Run, undo: Frame) -> None:
    token = run.tokens[undo.token or 0]
    run.close(undo)
    if run.frames[token.scope].kind in (UNDO, UNDO_CALL):
        run.take(token)
        return
    run.happened(token, "completed")
    leave(run, token, run.element(token))
