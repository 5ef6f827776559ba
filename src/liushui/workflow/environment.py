"""What the engine asks of the world: expressions, decisions, and when a duration has passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from liushui.kernel.errors import Refused
from liushui.workflow import expressions
from liushui.workflow.decisions import Decision
from liushui.workflow.expressions import ExpressionFailed
from liushui.workflow.working_time import Calendar, add_clock, add_working, parse_duration

__all__ = ["Decided", "Environment", "ExpressionFailed", "Surroundings"]


class Decided(Protocol):
    """What a decision table said, and the ids of the rows that fired."""

    @property
    def result(self) -> Mapping[str, Any]: ...

    @property
    def rows(self) -> Sequence[str]: ...


class Environment(Protocol):
    """Pure functions: the same question gets the same answer. Variables are JSON values and stay as they are."""

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        """Raises ``ExpressionFailed``."""
        ...

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        """Raises ``ExpressionFailed``."""
        ...

    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        """The moment after an ISO 8601 duration, counted in the calendar's working time where one is named.
        Raises ``ExpressionFailed`` or ``Refused`` where the duration or the calendar is unfit."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment as the bank has it. Texts are compiled once. timezone: of durations on the clock."""

    decisions: Mapping[str, Decision]
    calendars: Mapping[str, Calendar]
    timezone: str

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        try:
            compiled = expressions.compile(expression)
        except Refused as malformed:
            raise ExpressionFailed(expression, malformed.code) from malformed
        return compiled.evaluate(variables)

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        found = self.decisions.get(decision)
        if found is None:
            raise ExpressionFailed(decision, "no such decision")
        return found.decide(variables)

    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        length = parse_duration(duration)
        if calendar is None:
            return add_clock(moment, length, self.timezone)
        found = self.calendars.get(calendar)
        if found is None:
            raise ExpressionFailed(calendar, "no such calendar")
        return add_working(found, moment, length)
