"""What can happen to an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Variables = Mapping[str, Any]


class Stale(Exception):  # noqa: N818 - an answer that comes too late is no error of the program
    """The input comes too late: what it speaks of is over. what: "token 7", "timer 12", "instance" ..."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class Uncaught(Exception):  # noqa: N818 - named by what happened
    """A service failed with a business error that nobody catches. The caller rolls back, or answers
    ``ServiceBroke`` to keep it as an incident."""

    def __init__(self, code: str, element: str) -> None:
        self.code = code
        self.element = element
        super().__init__(f"{code} at {element}")


def _none() -> Variables:
    return {}


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """A person has done a user or manual task."""

    token: int
    variables: Variables = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class ServiceCompleted:
    """The binding of a service or send task has answered."""

    token: int
    variables: Variables = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class ServiceFailed:
    """The binding refused: a business error, to be caught by its code or by a catch-all."""

    token: int
    code: str
    variables: Variables = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class ServiceBroke:
    """The binding is broken: tried again with back-off, then an incident."""

    token: int
    reason: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    timer: int


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """subscription: which one it is for; None: the oldest one for this name."""

    name: str
    variables: Variables = field(default_factory=_none)
    subscription: int | None = None


@dataclass(frozen=True, slots=True)
class SignalArrived:
    """A broadcast. All who wait for it now are reached."""

    name: str
    variables: Variables = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class IncidentRetried:
    incident: int


@dataclass(frozen=True, slots=True)
class IncidentSkipped:
    """Go on as if the element had succeeded with these variables."""

    incident: int
    variables: Variables = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class EscalationRaised:
    """Somebody escalates a task at work, as by its service level."""

    token: int
    code: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The whole instance is given up."""

    reason: str


Input = (
    TaskCompleted | ServiceCompleted | ServiceFailed | ServiceBroke | TimerFired | MessageArrived | SignalArrived
    | IncidentRetried | IncidentSkipped | EscalationRaised | Cancelled
)  # fmt: skip
