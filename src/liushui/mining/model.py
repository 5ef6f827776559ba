"""A log of processes, as its readers see it, whatever file it goes into. No names, contacts or texts of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

Value = str | int | None
Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an attribute that never changes has its value, by OCEL 2.0."""
STRING, INTEGER, TIME = "string", "integer", "time"

EVENT_ATTRIBUTES: dict[str, str] = {
    "lifecycle": STRING,
    "resource": STRING,
    "role": STRING,
    "channel": STRING,
    "branch": STRING,
    "priority": INTEGER,
    "cost": INTEGER,  # minor units
    "decision_rows": STRING,  # ids with spaces between
    "instance": STRING,
    "process": STRING,
    "version": INTEGER,
}
OBJECT_ATTRIBUTES: dict[str, dict[str, str]] = {
    "case": {"process": STRING, "version": INTEGER, "initiator": STRING, "branch": STRING, "channel": STRING,
             "status": STRING, "outcome": STRING},
    "task": {"element": STRING, "role": STRING, "branch": STRING, "due": TIME, "state": STRING},
    "journal": {"code": STRING, "booking_date": STRING, "value_date": STRING, "branch": STRING, "channel": STRING,
                "amount": INTEGER},
    "account": {"currency": STRING, "gl_code": STRING, "branch": STRING, "terms": STRING, "opened_on": STRING,
                "closed_on": STRING},
    "customer": {"kind": STRING, "branch": STRING, "opened_at": TIME},
}  # fmt: skip
"""Types that the bank knows more of. An object of any other type is only its number."""


class Relation(NamedTuple):
    """A link to an object. qualifier: what the object is to whom it is linked."""

    object: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that happened in a case. name: the element as ``a/b`` inside called processes, or what it is
    beside elements (task_at_risk, task_overdue, journal_posted). step: whether it is about an element's life.
    instance: which visit of the element in its case, so that two side by side are told apart; None where it was not
    written yet."""

    id: str
    name: str
    step: bool
    process: str
    version: int
    case: int
    time: datetime
    lifecycle: str | None
    resource: str | None
    role: str | None
    channel: str | None
    branch: str | None
    priority: int | None
    cost: int | None
    decision_rows: tuple[str, ...]
    relations: tuple[Relation, ...]
    delegated_to: str | None = None
    instance: str | None = None

    @property
    def type(self) -> str:
        """Its type in a log of all processes: elements of different processes may share a name."""
        return f"{self.process}/{self.name}" if self.step else self.name

    def attributes(self) -> dict[str, Value]:
        """In the order of ``EVENT_ATTRIBUTES``."""
        return {
            "lifecycle": self.lifecycle, "resource": self.resource, "role": self.role, "channel": self.channel,
            "branch": self.branch, "priority": self.priority, "cost": self.cost,
            "decision_rows": " ".join(self.decision_rows) or None, "instance": self.instance, "process": self.process, "version": self.version,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogObject:
    """id: type and number. values: what never changes; changes: (name, value, since when), in order of time."""

    type: str
    number: str
    values: dict[str, Value | datetime]
    changes: tuple[tuple[str, Value, datetime], ...]
    relations: tuple[Relation, ...]

    @property
    def id(self) -> str:
        return object_id(self.type, self.number)


@dataclass(frozen=True, slots=True)
class Exported:
    """How much has been written."""

    events: int
    objects: int


def object_id(type: str, number: str | int) -> str:
    """An object's id in a log, where numbers of different types must not meet."""
    return f"{type}:{number}"


def distinct(relations: list[Relation]) -> tuple[Relation, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(relations))


def time_text(moment: datetime) -> str:
    """UTC with microseconds, as the database keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
