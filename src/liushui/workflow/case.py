"""One case: an instance with what the bank knows of it, and what one step adds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg import Record

from liushui.kernel.errors import Refused
from liushui.workflow import expressions
from liushui.workflow.calendars import due
from liushui.workflow.catalogue import Deployed
from liushui.workflow.decisions import Decided
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.expressions import Expression
from liushui.workflow.people import SYSTEM
from liushui.workflow.state import State
from liushui.workflow.working_time import Calendar


@dataclass(slots=True)
class Case:
    """An instance under the lock of its row. objects: type to numbers of what it is about. revealed: what
    this step shows to whoever made it; never written. refused_by: by token, what the refusal named that stopped it."""

    id: int
    deployed: Deployed
    state: State
    status: str
    initiator: str
    branch_id: int
    channel: str
    started_at: datetime
    name: str | None = None
    objects: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    outcome: str | None = None
    ended_at: datetime | None = None
    revealed: dict[str, str] = field(default_factory=dict[str, str])
    refused_by: dict[int, Mapping[str, Any]] = field(default_factory=dict[int, "Mapping[str, Any]"])

    @staticmethod
    def from_row(row: Record, deployed: Deployed) -> Case:
        return Case(
            row["id"], deployed, State.from_json(row["state"]), row["status"], row["initiator"], row["branch_id"],
            row["channel"], row["started_at"], row["name"], json.loads(row["objects"]),
        )  # fmt: skip

    def link(self, links: Mapping[str, list[str]]) -> None:
        """Remember what the case is about."""
        for kind, numbers in links.items():
            known = self.objects.setdefault(kind, [])
            known.extend(n for n in numbers if n not in known)


class Happening(NamedTuple):
    """A row of evidence to be written. rows: decision rows, comma separated. token: which visit of the element it is
    about."""

    kind: str
    element: str | None
    lifecycle: str | None
    resource: str = SYSTEM
    role: str | None = None
    priority: int | None = None
    cost: int | None = None
    rows: str = ""
    payload: dict[str, Any] | None = None
    token: int | None = None

    def columns(self) -> tuple[Any, ...]:
        """In the order of ``insert_events``: kind, payload, element, lifecycle, resource, role, priority, cost, rows,
        token."""
        payload = None if self.payload is None else json.dumps(self.payload, ensure_ascii=False)
        return (self.kind, payload, self.element, self.lifecycle, self.resource, self.role, self.priority,
                self.cost, self.rows, self.token)  # fmt: skip


class StepEnvironment:
    """What the engine may ask during one step. extra: variables that every expression sees (``param``, ``case``)."""

    def __init__(
        self, deployed: Deployed, calendars: Mapping[str, Calendar], extra: Mapping[str, Any]
    ) -> None:
        self._deployed = deployed
        self._calendars = calendars
        self._extra = extra

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        return expression_of(expression).evaluate({**self._extra, **variables})

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        found = self._deployed.decisions.get(decision)
        if found is None:
            raise ExpressionFailed(decision, "unknown decision")
        return found.decide({**self._extra, **variables})

    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        return due(moment, duration, None if calendar is None else self._calendars[calendar])


def expression_of(text: str) -> Expression:
    """Compiled, and remembered there. Raises ``ExpressionFailed`` for what does not parse."""
    try:
        return expressions.compile(text)
    except Refused as malformed:
        raise ExpressionFailed(text, malformed.code) from malformed


def columns(happenings: list[Happening]) -> Iterator[list[Any]]:
    """The happenings as the columns of ``insert_events``."""
    yield from map(list, zip(*(h.columns() for h in happenings), strict=True))
