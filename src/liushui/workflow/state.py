"""Where an instance stands: tokens, frames, waits and incidents. Small, versioned, JSON.

A token is one visit of one element; when it moves on it gets a new number, so that whoever answers a visit
that is over is told so. A frame is a place for tokens and variables: the process, a sub-process at work, a called
process, the rounds of a loop, the local variables of one activity, a compensation under way.

Nothing here remembers the past, except for activities that can be compensated; a loop leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1
ROOT = 1

Json = Any
Record = tuple[str, "dict[str, Json] | None", "tuple[Record, ...] | None"]
"""A completed activity that can be compensated: its element, what it wrote and held locally, and, where it has
inner parts instead of a handler of its own, the records of those."""

MOVE, BEGIN, WAIT, JOIN, MERGE, HOST, FAULT = "move", "begin", "wait", "join", "merge", "host", "fault"
"""Phases of a token: on its way, about to begin a round, waiting for the outside, waiting at a parallel or at an inclusive
gateway, waiting for the frame inside it, stopped by an incident. The first two never outlive a step."""

PROCESS, SUB, CALL, MANY, LOCAL, INSTANCE, UNDO, UNDO_CALL = (
    "process", "sub", "call", "many", "local", "instance", "undo", "undo_call",
)  # fmt: skip
ISOLATED = frozenset({PROCESS, CALL, UNDO_CALL})
"""Frames beyond which nobody reads or writes variables."""


@dataclass(slots=True)
class Token:
    """flow: by which it came, None where it was put there. local: its frame of local variables.
    attempt: how often its service has been called."""

    id: int
    element: str
    scope: int
    phase: str = MOVE
    flow: str | None = None
    local: int | None = None
    attempt: int = 0

    def copy(self) -> Token:
        return Token(self.id, self.element, self.scope, self.phase, self.flow, self.local, self.attempt)


@dataclass(slots=True)
class Rounds:
    """How far a loop is. total: planned rounds, None where only the condition tells. items: the collection,
    as it was at the start; outputs: by index."""

    total: int | None
    started: int = 0
    done: int = 0
    items: list[Json] | None = None
    outputs: tuple[Json, ...] = ()

    def copy(self) -> Rounds:
        return Rounds(self.total, self.started, self.done, self.items, self.outputs)


@dataclass(slots=True)
class Frame:
    """parent: whose variables are read too. token: the token outside that waits for this frame.
    closed: an interrupting event sub-process has taken over. calls: the call activities on the way here.
    live: tokens inside (worked out, not stored)."""

    id: int
    kind: str
    parent: int | None
    token: int | None
    element: str | None
    vars: dict[str, Json]
    records: tuple[Record, ...] = ()
    rounds: Rounds | None = None
    closed: bool = False
    calls: tuple[str, ...] = ()
    live: int = 0

    def copy(self) -> Frame:
        rounds = None if self.rounds is None else self.rounds.copy()
        return Frame(
            self.id, self.kind, self.parent, self.token, self.element, self.vars, self.records, rounds, self.closed,
            self.calls, self.live,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """Something outside that the instance waits for. kind: timer, message, signal or retry.

    element: the catching element; token: the token it belongs to, None for the start of an event
    sub-process, which belongs to the frame. left: how often a timer is set again, -1 for ever.
    """

    id: int
    kind: str
    element: str
    token: int | None
    frame: int
    name: str | None = None
    left: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """A token that cannot go on until somebody helps. resume: where in the element's life it stopped
    (enter, call, complete, finish, leave, join)."""

    id: int
    token: int
    resume: str
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """An instance between two steps. Nobody changes it; a step makes a new one.

    next: the next number to be given. ended: None, or how: completed, terminated, cancelled, failed.
    """

    process: str
    next: int = ROOT
    tokens: Mapping[int, Token] = field(default_factory=dict[int, Token])
    frames: Mapping[int, Frame] = field(default_factory=dict[int, Frame])
    waits: Mapping[int, Wait] = field(default_factory=dict[int, Wait])
    incidents: Mapping[int, Incident] = field(default_factory=dict[int, Incident])
    ended: str | None = None

    @property
    def variables(self) -> Mapping[str, Json]:
        """The process's own variables."""
        return self.frames[ROOT].vars

    def variables_at(self, token: int) -> Mapping[str, Json]:
        """What an expression at this token sees. Raises ``KeyError`` for a token that is gone."""
        found = self.tokens[token]
        return view(self.frames, self.frames[found.local or found.scope])

    def path_of(self, token: int) -> tuple[str, ...]:
        """The call activities on the way to this token."""
        return self.frames[self.tokens[token].scope].calls

    def to_json(self) -> str:
        return json.dumps(self.to_data(), ensure_ascii=False, separators=(",", ":"))

    def to_data(self) -> dict[str, Json]:
        data: dict[str, Json] = {"v": FORMAT, "p": self.process, "n": self.next}
        data["t"] = [
            (t.id, t.element, t.scope, t.phase, t.flow, t.local, t.attempt) for t in self.tokens.values()
        ]
        data["f"] = [_frame_out(f) for f in self.frames.values()]
        if self.waits:
            data["w"] = [
                (w.id, w.kind, w.element, w.token, w.frame, w.name, w.left) for w in self.waits.values()
            ]
        if self.incidents:
            data["i"] = [(i.id, i.token, i.resume, i.reason) for i in self.incidents.values()]
        if self.ended is not None:
            data["e"] = self.ended
        return data

    @staticmethod
    def from_json(text: str | bytes) -> State:
        """Raises ``ValueError`` for a format that this version does not know."""
        return State.from_data(json.loads(text))

    @staticmethod
    def from_data(data: Mapping[str, Json]) -> State:
        if data["v"] != FORMAT:
            raise ValueError(f"state of format {data['v']}, known is {FORMAT}")
        frames: dict[int, Frame] = {}
        for row in data["f"]:
            _frame_in(row, frames)
        tokens: dict[int, Token] = {}
        for row in data["t"]:
            token = Token(*row)
            tokens[token.id] = token
            frames[token.scope].live += 1
        waits = {row[0]: Wait(*row) for row in data.get("w", ())}
        incidents = {row[0]: Incident(*row) for row in data.get("i", ())}
        return State(data["p"], data["n"], tokens, frames, waits, incidents, data.get("e"))


def view(frames: Mapping[int, Frame], frame: Frame) -> dict[str, Json]:
    """What is visible in a frame: its own variables before those around it. Not to be changed."""
    layers: list[dict[str, Json]] = []
    while True:
        if frame.vars:
            layers.append(frame.vars)
        if frame.parent is None or frame.kind in ISOLATED:
            break
        frame = frames[frame.parent]
    if len(layers) == 1:
        return layers[0]
    seen: dict[str, Json] = {}
    for layer in reversed(layers):
        seen.update(layer)
    return seen


def _frame_out(f: Frame) -> tuple[Json, ...]:
    head = (f.id, f.kind, f.parent, f.token, f.element, f.vars)
    if not (f.records or f.rounds or f.closed):
        return head
    r = f.rounds
    rounds = None if r is None else (r.total, r.started, r.done, r.items, r.outputs)
    return (*head, f.records, rounds, f.closed)


def _frame_in(row: list[Json], frames: dict[int, Frame]) -> None:
    frame = Frame(*row[:6])
    if len(row) > 6:
        frame.records = tuple(_record_in(record) for record in row[6])
        if row[7] is not None:
            total, started, done, items, outputs = row[7]
            frame.rounds = Rounds(total, started, done, items, tuple(outputs))
        frame.closed = row[8]
    if frame.parent is not None:
        frame.calls = frames[frame.parent].calls
        if frame.kind in (CALL, UNDO_CALL):
            frame.calls = (*frame.calls, frame.element or "")
    frames[frame.id] = frame


def _record_in(row: list[Json]) -> Record:
    inner = None if row[2] is None else tuple(_record_in(record) for record in row[2])
    return row[0], row[1], inner
