"""Calendars as data, and the one question the engine asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from liushui.workflow.working_time import Calendar, Hours, add_clock, add_working, parse_duration

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK_ZONE = "Asia/Shanghai"
"""Where days on the clock begin."""


def parse_calendar(name: str, body: Mapping[str, Any]) -> Calendar:
    """A calendar from ``timezone``, ``weekly`` (weekday to pairs of "HH:MM"), ``holidays`` and ``workdays``."""
    weekly = [_hours(body["weekly"].get(day, [])) for day in WEEK]
    holidays = frozenset(date.fromisoformat(str(day)) for day in body.get("holidays", []))
    workdays = {date.fromisoformat(str(day)): _hours(h) for day, h in body.get("workdays", {}).items()}
    return Calendar(body["timezone"], weekly, holidays, workdays, name=name)


def due(moment: datetime, duration: str, calendar: Calendar | None) -> datetime:
    """The moment after an ISO 8601 duration: in the calendar's working time, or on the clock."""
    parsed = parse_duration(duration)
    return (
        add_clock(moment, parsed, CLOCK_ZONE) if calendar is None else add_working(calendar, moment, parsed)
    )


def _hours(pairs: Any) -> Hours:
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs]
