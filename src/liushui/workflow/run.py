"""A step under way: a working copy of the state, the effects so far, and what is still to be moved.

Here are the moves that know no rule of BPMN: give numbers, put and take tokens, read and write variables, raise
incidents, cancel. Whoever moves a token puts it into ``queue``; ``engine`` takes it out again. So the
rules need not call each other in circles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from liushui.workflow.definition import ACTIVITIES, PEOPLE, Definition, Element
from liushui.workflow.effects import (
    Effect,
    Happened,
    IncidentCleared,
    IncidentRaised,
    InstanceEnded,
    MessageUnawaited,
    SignalUnawaited,
    TaskWithdrawn,
    TimerCleared,
)
from liushui.workflow.environment import Environment, ExpressionFailed
from liushui.workflow.inputs import Stale
from liushui.workflow.state import (
    BEGIN,
    FAULT,
    HOST,
    INSTANCE,
    ISOLATED,
    MANY,
    MOVE,
    ROOT,
    WAIT,
    Frame,
    Incident,
    State,
    Token,
    Wait,
    view,
)  # fmt: skip


class Run:
    """The working copy. The state it was made from is never touched."""

    __slots__ = (
        "definition", "effects", "ended", "env", "failing", "frames", "incidents", "next", "now", "queue", "tokens", "waits",
    )  # fmt: skip

    def __init__(self, definition: Definition, state: State, now: datetime, env: Environment) -> None:
        self.definition = definition
        self.now = now
        self.env = env
        self.next = state.next
        self.tokens = {id: token.copy() for id, token in state.tokens.items()}
        self.frames = {id: frame.copy() for id, frame in state.frames.items()}
        self.waits = dict(state.waits)
        self.incidents = dict(state.incidents)
        self.ended = state.ended
        self.failing: int | None = None
        self.effects: list[Effect] = []
        self.queue: deque[Token | int] = deque()

    def state(self) -> State:
        return State(
            self.definition.key, self.next, self.tokens, self.frames, self.waits, self.incidents, self.ended
        )

    # numbers, definitions, look-ups

    def number(self) -> int:
        given = self.next
        self.next = given + 1
        return given

    def graph(self, frame: Frame) -> Definition:
        """The definition whose elements stand in a frame."""
        return self.definition.inside(frame.calls) if frame.calls else self.definition

    def element(self, token: Token) -> Element:
        return self.graph(self.frames[token.scope]).elements[token.element]

    def token(self, id: int) -> Token:
        found = self.tokens.get(id)
        if found is None:
            raise Stale(f"token {id}")
        return found

    def home(self, token: Token) -> Frame:
        """The frame whose variables the token sees first."""
        return self.frames[token.scope if token.local is None else token.local]

    def inside(self, token: Token) -> list[Frame]:
        """The frames that a token waits for."""
        return [f for f in self.frames.values() if f.token == token.id and f.id != token.local]

    # tokens and frames

    def put(self, element: str, frame: Frame, flow: str | None = None, phase: str = MOVE) -> Token:
        """A new token on an element, on its way in."""
        token = Token(self.number(), element, frame.id, phase, flow)
        self.tokens[token.id] = token
        frame.live += 1
        if phase in (MOVE, BEGIN):
            self.queue.append(token)
        return token

    def take(self, token: Token) -> None:
        """The token is over. Its frame is looked at when nothing is left in it."""
        del self.tokens[token.id]
        if token.local is not None:
            self.frames.pop(token.local, None)
        frame = self.frames.get(token.scope)
        if frame is not None:
            frame.live -= 1
            if not frame.live:
                self.queue.append(frame.id)

    def open(self, kind: str, parent: Frame, token: Token, variables: dict[str, Any]) -> Frame:
        frame = Frame(self.number(), kind, parent.id, token.id, token.element, variables, calls=parent.calls)
        self.frames[frame.id] = frame
        return frame

    # variables

    def see(self, frame: Frame) -> Mapping[str, Any]:
        return view(self.frames, frame)

    def evaluate(self, expression: str, frame: Frame) -> Any:
        return self.env.evaluate(expression, view(self.frames, frame))

    def write(self, frame: Frame, values: Mapping[str, Any]) -> None:
        """Each value goes to the nearest frame that has the name; else to the round of a multi-instance activity
        that the token is in, so that rounds side by side do not overwrite each other; else to the process."""
        if not values:
            return
        if frame.parent is None or frame.kind in ISOLATED:
            frame.vars = {**frame.vars, **values}
            return
        for name, value in values.items():
            holder = self._holder(frame, name)
            holder.vars = {**holder.vars, name: value}

    def _holder(self, frame: Frame, name: str) -> Frame:
        barrier: Frame | None = None
        while name not in frame.vars:
            if frame.parent is None or frame.kind in ISOLATED:
                return barrier or frame
            if frame.kind == INSTANCE and barrier is None:
                barrier = frame
            frame = self.frames[frame.parent]
        return frame

    # the log

    def happened(self, token: Token, lifecycle: str, rows: tuple[str, ...] = ()) -> None:
        self.effects.append(
            Happened(token.element, lifecycle, token.id, self.frames[token.scope].calls, rows)
        )

    # incidents

    def incident(self, token: Token, resume: str, failed: ExpressionFailed | str) -> None:
        """Stop a token. resume: where its element's life goes on when somebody retries."""
        reason = failed if isinstance(failed, str) else f"{failed.text}: {failed.reason}"
        token.phase = FAULT
        incident = Incident(self.number(), token.id, resume, reason)
        self.incidents[incident.id] = incident
        path = self.frames[token.scope].calls
        if self.element(token).kind in ACTIVITIES:
            self.effects.append(Happened(token.element, "suspended", token.id, path))
        self.effects.append(IncidentRaised(incident.id, token.id, token.element, reason, path))

    def clear_incident(self, id: int) -> Incident:
        incident = self.incidents.pop(id, None)
        if incident is None:
            raise Stale(f"incident {id}")
        self.effects.append(IncidentCleared(id))
        return incident

    # waits

    def unwait(self, wait: Wait) -> None:
        del self.waits[wait.id]
        if wait.kind == "message":
            self.effects.append(MessageUnawaited(wait.id))
        elif wait.kind == "signal":
            self.effects.append(SignalUnawaited(wait.id))
        else:
            self.effects.append(TimerCleared(wait.id))

    def unwait_token(self, token: Token) -> None:
        """Nothing is awaited for this token any more, boundary events included."""
        if self.waits:
            for wait in [w for w in self.waits.values() if w.token == token.id]:
                self.unwait(wait)

    # cancelling

    def cancel(self, token: Token) -> None:
        """Withdraw a token with everything inside it. The one whose service failed is logged as failed."""
        element = self.element(token)
        self.unwait_token(token)
        if token.phase in (HOST, FAULT):
            for frame in self.inside(token):
                self.close(frame)
        if token.phase == FAULT:
            for incident in [i for i in self.incidents.values() if i.token == token.id]:
                self.clear_incident(incident.id)
        if element.kind in ACTIVITIES and token.phase not in (MOVE, BEGIN) and not self._only_loops(token):
            if element.kind in PEOPLE and token.phase == WAIT:
                self.effects.append(TaskWithdrawn(token.id))
            self.happened(token, "failed" if token.id == self.failing else "cancelled")
        self.take(token)

    def _only_loops(self, token: Token) -> bool:
        """A looping activity as a whole leaves no line in the log; its rounds do."""
        element = self.element(token)
        return element.loop is not None and self.frames[token.scope].kind != MANY

    def close(self, frame: Frame) -> None:
        """Cancel all that is in a frame, and the frame."""
        self.empty(frame)
        self.frames.pop(frame.id, None)

    def empty(self, frame: Frame) -> None:
        """Cancel all that is in a frame, and what it waits for."""
        for token in [t for t in self.tokens.values() if t.scope == frame.id]:
            if token.id in self.tokens:
                self.cancel(token)
        for wait in [w for w in self.waits.values() if w.token is None and w.frame == frame.id]:
            self.unwait(wait)

    def end(self, how: str, code: str | None = None) -> None:
        """The instance is over; only the process's variables stay."""
        root = self.frames[ROOT]
        self.empty(root)
        self.frames = {ROOT: root}
        root.records = ()
        self.queue.clear()
        self.ended = how
        self.effects.append(InstanceEnded(how, code))
