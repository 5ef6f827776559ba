"""Days between two dates, as interest counts them. Pure.

A period includes its first day and not its last (算头不算尾). A term of n months ends on the same day n months later
(对年对月对日), on the last day of the month where it lacks that day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from liushui.kernel.errors import refuse

_TENOR = re.compile(r"([1-9][0-9]{0,2})([DMY])")


class DayCount(StrEnum):
    """How days are counted, and over which year.

    THIRTY_360: every month has 30 days, a 31st counts as the 30th.
    MONTHS_360: whole months from the first day count 30 each, the days that are left over as the calendar has them
    (整年整月加零头天数: 银发〔2005〕129号).
    ACTUAL_360, ACTUAL_365: the calendar's days over 360 or 365.
    """

    THIRTY_360 = "30/360"
    MONTHS_360 = "months/360"
    ACTUAL_360 = "actual/360"
    ACTUAL_365 = "actual/365"

    @property
    def year_basis(self) -> int:
        """Days of a year, by which an annual rate is divided."""
        return 365 if self is DayCount.ACTUAL_365 else 360

    @property
    def counts_months(self) -> bool:
        """Whether a whole month always has 30 days."""
        return self in (DayCount.THIRTY_360, DayCount.MONTHS_360)


@dataclass(frozen=True, slots=True, order=True)
class Tenor:
    """How long a deposit is placed: months or days, never both."""

    months: int
    days: int

    def end(self, start: date) -> date:
        """The day on which a term that begins on ``start`` is over."""
        return add_months(start, self.months) + timedelta(days=self.days)


@lru_cache(maxsize=256)
def parse_tenor(text: str) -> Tenor:
    """``3M``, ``5Y``, ``7D``. Refuses ``tenor_malformed``."""
    found = _TENOR.fullmatch(text)
    if found is None:
        raise refuse("tenor_malformed", tenor=text[:12])
    number = int(found[1])
    return Tenor(0, number) if found[2] == "D" else Tenor(number * (12 if found[2] == "Y" else 1), 0)


def add_months(start: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has none such."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> int:
    """How many whole months lie between two dates, by ``add_months`` from the first. end: not before start."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def days_between(count: DayCount, start: date, end: date) -> int:
    """Days from ``start`` up to and without ``end``. Refuses ``period_reversed``."""
    if end < start:
        raise refuse("period_reversed", start=start.isoformat(), end=end.isoformat())
    if not count.counts_months:
        return (end - start).days
    months = whole_months(start, end)
    anniversary = add_months(start, months)
    if count is DayCount.MONTHS_360 or anniversary == end:
        return 30 * months + (end - anniversary).days
    apart = (end.year - start.year) * 360 + (end.month - start.month) * 30
    return apart + min(end.day, 30) - min(start.day, 30)


@dataclass(frozen=True, slots=True)
class Settlement:
    """When interest of an account without term is settled: at the end of ``day`` in each of ``months``; it is
    capitalised on the day after (结息日 and the day after it)."""

    months: tuple[int, ...]
    day: int

    def days(self, start: date, end: date) -> Iterator[date]:
        """Settlement days from ``start`` to ``end``, both included, in order."""
        for year in range(start.year, end.year + 1):
            for month in self.months:
                day = date(year, month, self.day)
                if start <= day <= end:
                    yield day

    def next(self, on: date) -> date:
        """The first settlement day that is not before ``on``."""
        return next(self.days(on, date(on.year + 1, 12, 31)))
