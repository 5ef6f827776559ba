"""Time is an argument. The only place, besides the database, where the wall clock is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

BANK_TIME = ZoneInfo("Asia/Shanghai")
"""Where the bank's days begin and end."""


def bank_day(moment: datetime) -> date:
    """The day of a moment by the bank's own time."""
    return moment.astimezone(BANK_TIME).date()


def midnight(day: date) -> datetime:
    """When a day begins by the bank's own time."""
    return datetime.combine(day, time(), BANK_TIME)


def end_of(day: date) -> datetime:
    """The moment at which a day is over by the bank's own time."""
    return midnight(day + timedelta(days=1))


class Clock(Protocol):
    """What a use case may ask of time."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that a test, a replay or a simulation moves by hand."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a moment without a timezone is not a moment")
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def set(self, moment: datetime) -> None:
        self._now = moment


def monotonic_s() -> float:
    """Seconds on a clock that never goes back; for measuring durations, never for dating anything."""
    return monotonic()
