"""What the world must do, record or remember after a step, in order of happening.

scope_path: the call activities on the way to the element; ids are unambiguous inside the definition
it leads to (``Definition.inside``). Every wait that is set is cleared exactly once, whether it fired or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the event log. lifecycle: enabled, started, suspended, resumed, completed, cancelled or failed.
    token: the visit. rows: of the decision table that fired."""

    element: str
    lifecycle: str
    token: int
    scope_path: Path = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """assignee: the only one who may do it, where the model names somebody. at_risk, due: by its service level."""

    token: int
    element: str
    scope_path: Path = ()
    assignee: str | None = None
    priority: int = 0
    at_risk: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskWithdrawn:
    token: int


@dataclass(frozen=True, slots=True)
class ServiceCalled:
    """To be performed now, in the same transaction. attempt: from 1. variables: what the element sees."""

    token: int
    element: str
    attempt: int
    scope_path: Path
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimerSet:
    timer: int
    element: str
    due: datetime
    interrupting: bool
    scope_path: Path = ()


@dataclass(frozen=True, slots=True)
class TimerCleared:
    timer: int


@dataclass(frozen=True, slots=True)
class MessageAwaited:
    """correlation: the value that the message must carry, None where the name is enough."""

    subscription: int
    name: str
    correlation: Any


@dataclass(frozen=True, slots=True)
class MessageUnawaited:
    subscription: int


@dataclass(frozen=True, slots=True)
class SignalAwaited:
    subscription: int
    name: str


@dataclass(frozen=True, slots=True)
class SignalUnawaited:
    subscription: int


@dataclass(frozen=True, slots=True)
class MessageSent:
    """variables: the element's inputs where it declares any, else all that it sees."""

    token: int
    element: str
    name: str
    correlation: Any
    variables: Mapping[str, Any]
    scope_path: Path = ()


@dataclass(frozen=True, slots=True)
class SignalSent:
    """To be given to every instance that waits for it, this one included."""

    name: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EscalationReported:
    """Somebody escalated; whether or not the model catches it."""

    element: str
    code: str | None
    scope_path: Path = ()


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """reason: no_flow_taken, join_deadlock, too_many_steps, or the technician's text."""

    incident: int
    token: int
    element: str
    reason: str
    scope_path: Path = ()


@dataclass(frozen=True, slots=True)
class IncidentCleared:
    incident: int


@dataclass(frozen=True, slots=True)
class InstanceEnded:
    """how: completed, terminated, cancelled or failed; code: of the error, or the reason of cancelling."""

    how: str
    code: str | None = None


Effect = (
    Happened | TaskOpened | TaskWithdrawn | ServiceCalled | TimerSet | TimerCleared | MessageAwaited | MessageUnawaited
    | SignalAwaited | SignalUnawaited | MessageSent | SignalSent | EscalationReported | IncidentRaised | IncidentCleared
    | InstanceEnded
)  # fmt: skip
