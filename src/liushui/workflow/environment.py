"""What the engine asks of the world: expressions, decisions, and when a duration has passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class ExpressionFailed(Exception):  # noqa: N818 - named by what happened
    """An expression or a decision could not be worked out. It carries no value of a variable.

    text: as written, or the decision's name. reason: in plain English, such as "unknown variable customer.risk".
    """

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"{text}: {reason}")


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
