"""A case's events as visits: who was at which element, from when to when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liushui.workflow.people import SYSTEM

OVER = frozenset({"completed", "cancelled", "failed"})


@dataclass(slots=True)
class Visit:
    """element: with the call activities on the way to it. how: the last that happened to it. who: did it, or has taken
    it; the system where nobody did."""

    element: str
    began_at: datetime
    how: str
    who: str = SYSTEM
    role: str | None = None
    ended_at: datetime | None = None
    decision_rows: tuple[str, ...] = ()

    @property
    def lasted(self) -> timedelta | None:
        """None while it lasts."""
        return None if self.ended_at is None else self.ended_at - self.began_at


def visits(events: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """In the order in which they began. events: rows of a case in the order of their numbers.

    A visit is one token at one element. Events from before tokens were written have none: of them, an element that is
    not over yet is the same visit.
    """
    found: list[Visit] = []
    at_work: dict[tuple[str, int | None], Visit] = {}
    for event in events:
        element, lifecycle = event["element"], event["lifecycle"]
        if element is None or lifecycle is None:
            continue
        key = (element, event["token"])
        visit = at_work.get(key)
        if visit is None:
            visit = at_work[key] = Visit(element, event["recorded_at"], lifecycle)
            found.append(visit)
        visit.how = lifecycle
        visit.role = event["role"] or visit.role
        if event["resource"] not in (None, SYSTEM):
            visit.who = event["resource"]
        if lifecycle in OVER:
            visit.ended_at = event["recorded_at"]
            visit.decision_rows = tuple(event["decision_rows"] or ())
            del at_work[key]
    return found
