"""Working days, holidays and make-up days (调休), as data. Pure.

What is announced for a year stands in ``holidays.yaml``. A year without data is never guessed: its days are weekdays and
weekends and no more, ``covers`` says no, and ``until`` tells how far the calendar is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from liushui.kernel.errors import Fault, raise_if_any

SATURDAY = 5
WARNED_DAYS_BEFORE = 60
"""How long before the calendar ends the bank begins to say so. Notices come in the autumn."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """years: those that are known. holidays: weekdays off. workdays: weekend days worked."""

    years: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Whether the bank works on a day; in a year that is not known, whether it is a weekday."""
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def next(self, day: date) -> date:
        """The day itself where it is a working day, else the first one after it."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def previous(self, day: date) -> date:
        """The day itself where it is a working day, else the last one before it."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def covers(self, day: date) -> bool:
        """Whether the day's year is known."""
        return day.year in self.years

    @property
    def until(self) -> date:
        """The last day that is known."""
        return date(max(self.years), 12, 31)

    def ends_soon(self, day: date) -> bool:
        """Whether, seen from a day, the notice of the next year is missing and ought to be entered."""
        return not self.covers(day + timedelta(days=WARNED_DAYS_BEFORE))


@cache
def load_business_calendar() -> BusinessCalendar:
    """The one that ships with the bank."""
    text = resources.files("liushui.kernel").joinpath("holidays.yaml").read_text("utf-8")
    return parse_business_calendar(yaml.safe_load(text))


def parse_business_calendar(data: Mapping[int, Mapping[str, Any]]) -> BusinessCalendar:
    """Read years of ``holidays.yaml``. Refuses ``holiday_malformed`` for a date that is none, and ``holiday_pointless``
    for a holiday on a weekend or a make-up day on a weekday, all faults at once."""
    faults: list[Fault] = []
    found: dict[str, set[date]] = {"holidays": set(), "workdays": set()}
    for year, body in data.items():
        for kind, days in found.items():
            for text in body[kind]:
                try:
                    day = date.fromisoformat(f"{year}-{text}")
                except ValueError:
                    faults.append(Fault("holiday_malformed", {"day": f"{year}-{text}"[:40]}))
                    continue
                if (day.weekday() < SATURDAY) != (kind == "holidays"):
                    faults.append(Fault("holiday_pointless", {"day": day.isoformat()}))
                days.add(day)
    raise_if_any(faults)
    return BusinessCalendar(frozenset(data), frozenset(found["holidays"]), frozenset(found["workdays"]))
