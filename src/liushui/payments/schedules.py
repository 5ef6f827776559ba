"""When a standing order is due, by its schedule and the business calendar. Pure.

``due`` is the day by the schedule alone: it names an execution for good. ``moved`` is the day on which it is done, where the
schedule's own is a day off.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from liushui.kernel.business_calendar import BusinessCalendar
from liushui.kernel.errors import Fault


class OnHoliday(StrEnum):
    """What is done where the day by the schedule is a day off."""

    AS_IT_IS = "as_it_is"
    NEXT = "next"
    PREVIOUS = "previous"


RETRIES_MOST = 10
EVERY_DAYS_MOST = 366
DAYS_AHEAD_MOST = 366
"""How far ahead of its agreement an order may begin."""
_SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class Schedule:
    """month_day: the day of every month, 1 to 31, a short month's last; every_days: days from one to the next; one of
    both. first_on: no execution before it. last_on, times: none after it, or after so many. retries: on how many
    following days an execution that was refused is tried again."""

    month_day: int | None
    every_days: int | None
    first_on: date
    last_on: date | None = None
    times: int | None = None
    on_holiday: OnHoliday = OnHoliday.AS_IT_IS
    retries: int = 0

    def faults(self, today: date) -> list[Fault]:
        """Everything wrong with it, seen from the business date on which it is agreed."""
        if (self.month_day is None) == (self.every_days is None):
            return [Fault("standing_order_schedule_unclear", {}, "month_day")]
        faults: list[Fault] = []
        latest = today + timedelta(days=DAYS_AHEAD_MOST)
        if self.first_on <= today:
            faults.append(Fault("standing_order_starts_early", {"after": today.isoformat()}, "first_on"))
        elif self.first_on > latest:
            return [Fault("standing_order_starts_late", {"latest": latest.isoformat()}, "first_on")]
        if self.last_on is not None and self.last_on < self.first_on:
            faults.append(Fault("standing_order_ends_before_start", {}, "last_on"))
        elif self.due(0) is None:
            faults.append(Fault("standing_order_never_due", {}, "last_on"))
        shortest = self.every_days or _SHORTEST_MONTH
        if self.retries >= shortest:
            faults.append(Fault("standing_order_retries_many", {"most": shortest - 1}, "retries"))
        return faults

    def due(self, number: int) -> date | None:
        """The day of the n-th execution, from 0; None where there is none."""
        if self.times is not None and number >= self.times:
            return None
        if self.every_days is not None:
            found = self.first_on + timedelta(days=self.every_days * number)
        else:
            skipped = self._in_month(self.first_on.year, self.first_on.month) < self.first_on
            months = self.first_on.month - 1 + number + skipped
            found = self._in_month(self.first_on.year + months // 12, months % 12 + 1)
        return None if self.last_on is not None and found > self.last_on else found

    def after(self, due: date) -> date | None:
        """The day by the schedule that follows one of its days; None: that was the last."""
        if self.every_days is not None:
            number = (due - self.first_on).days // self.every_days
        else:
            first = self.due(0)
            assert first is not None
            number = (due.year - first.year) * 12 + due.month - first.month
        return self.due(number + 1)

    def moved(self, day: date, calendar: BusinessCalendar) -> date:
        """The day on which what is due on a day is done."""
        if self.on_holiday is OnHoliday.NEXT:
            return calendar.next(day)
        if self.on_holiday is OnHoliday.PREVIOUS:
            return calendar.previous(day)
        return day

    def retried(self, day: date, calendar: BusinessCalendar) -> date:
        """The day after a failed attempt on which it is tried again: the following one; the following working day where
        days off are avoided."""
        following = day + timedelta(days=1)
        return following if self.on_holiday is OnHoliday.AS_IT_IS else calendar.next(following)

    def _in_month(self, year: int, month: int) -> date:
        assert self.month_day is not None
        return date(year, month, min(self.month_day, monthrange(year, month)[1]))
