"""When a transfer that waits is executed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from liushui.kernel.clock import bank_day, midnight
from liushui.workflow.calendars import due
from liushui.workflow.working_time import Calendar

_INSTANT = timedelta(seconds=1)


def execution_time(
    choice: str, now: datetime, *, delayed: bool, parameters: Mapping[str, Any], calendar: Calendar
) -> datetime:
    """choice: ``realtime``, ``normal`` (after some hours) or ``next_day`` (when the bank next opens on another day).
    delayed: not before the delay for machines and for what looks like fraud has passed; the later of both holds."""
    at = now
    if choice == "normal":
        at = due(now, parameters["transfer_normal_after"], None)
    elif choice == "next_day":
        at = next_morning(now, calendar)
    if delayed:
        at = max(at, due(now, parameters["transfer_delay"], None))
    return at


def next_morning(now: datetime, calendar: Calendar) -> datetime:
    """When the bank opens on the first working day after today, by its own time zone."""
    tomorrow = bank_day(now) + timedelta(days=1)
    return due(midnight(tomorrow).astimezone(UTC), "PT1S", calendar) - _INSTANT
