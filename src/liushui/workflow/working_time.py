"""Durations, on the clock and in working time.

A duration is ISO 8601 text of whole numbers: ``PT30M``, ``P15D``, ``P1DT4H``; ``P1M`` and ``P2Y`` on the clock only.

On the clock, years, months, weeks and days move the date at the place's wall clock, a day too many in the month
becoming its last; hours, minutes and seconds then elapse.

In working time, hours, minutes and seconds elapse only while the calendar is open. Days are working days, not
blocks of 24 hours: the day on which a term begins is not counted, and the term ends when business stops on its
last day (Civil Code of the People's Republic of China, articles 201 and 203). So ``P1D`` from Monday at ten, from
Monday before opening and from Monday night all end on Tuesday at closing time, and ``P1D`` from Saturday ends on
Monday. In ``P1DT2H`` the days come first.

Calculations go through days by counting, not by stepping, so a span of years costs what a span of days does.
Opening hours are wall-clock times: where a change of the clock skips or repeats an hour within them, it is not
worked or worked twice. An opening or closing time that is itself repeated is taken at its first showing, and one
that is skipped, as far after the change as it would have been after its beginning.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from liushui.kernel.errors import refuse

Hours = Sequence[tuple[time, time]]
"""Opening hours of a day: (from, to) pairs, in order; a ``to`` of 00:00 is the day's end."""

YEARS_MAX = 100
"""The longest duration, and the farthest that a term is looked for."""
_DAY_S = 86_400
_STRIDE_DAYS = 28
"""No zone changes its clock twice within this many days and is then where it was."""
_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,6})W|(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,12})S)?)?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """months: years included; days: without the weeks; seconds: hours and minutes included. None is negative."""

    months: int = 0
    weeks: int = 0
    days: int = 0
    seconds: int = 0
    text: str = ""


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration. Refuses ``duration_malformed`` and ``duration_too_long``."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise refuse("duration_malformed", duration=text[:40])
    part = {name: int(digits or 0) for name, digits in found.groupdict().items()}
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    duration = Duration(part["years"] * 12 + part["months"], part["weeks"], part["days"], seconds, text)
    days = duration.months * 31 + duration.weeks * 7 + duration.days + seconds // _DAY_S
    if days > YEARS_MAX * 366:
        raise refuse("duration_too_long", duration=text[:40], most=YEARS_MAX)
    return duration


class Calendar:
    """When a place works.

    timezone: a name of the IANA database. weekly: opening hours from Monday to Sunday. holidays: dates closed
    against the week. workdays: make-up days (调休), dates open against the week or a holiday, with their hours.
    Refuses ``calendar_malformed``."""

    __slots__ = ("_days", "_exceptions", "_gains", "_open_days", "_week", "_zone", "name", "timezone")

    def __init__(
        self,
        timezone: str,
        weekly: Sequence[Hours],
        holidays: frozenset[date] = frozenset(),
        workdays: Mapping[date, Hours] | None = None,
        *,
        name: str = "",
    ) -> None:
        self.name = name
        self.timezone = timezone
        self._zone = zone(timezone)
        if len(weekly) != 7:
            raise refuse("calendar_malformed", calendar=name, reason="seven weekdays")
        self._week = tuple(self._checked(hours) for hours in weekly)
        special: dict[int, tuple[tuple[time, time], ...]] = {day.toordinal(): () for day in holidays}
        for day, hours in (workdays or {}).items():
            special[day.toordinal()] = self._checked(hours)
        self._days = special
        self._exceptions = sorted(special)
        usual = [self._week[(day - 1) % 7] for day in self._exceptions]
        extra = [
            _length(special[day]) - _length(week) for day, week in zip(self._exceptions, usual, strict=True)
        ]
        added = [bool(special[day]) - bool(week) for day, week in zip(self._exceptions, usual, strict=True)]
        self._gains = [0, *accumulate(extra)]
        self._open_days = [0, *accumulate(added)]

    def _checked(self, hours: Hours) -> tuple[tuple[time, time], ...]:
        spans = [(_second(opens), _second(closes) or _DAY_S) for opens, closes in hours]
        touching = any(first[1] > second[0] for first, second in pairwise(spans))
        if touching or any(opens >= closes for opens, closes in spans):
            raise refuse("calendar_malformed", calendar=self.name, reason="hours out of order")
        if any(mark.tzinfo is not None or mark.microsecond for span in hours for mark in span):
            raise refuse("calendar_malformed", calendar=self.name, reason="hours are wall-clock seconds")
        return tuple((span[0], span[1]) for span in hours)

    def day_of(self, moment: datetime) -> int:
        """The ordinal of the local date."""
        return moment.astimezone(self._zone).toordinal()

    def hours(self, day: int) -> tuple[tuple[time, time], ...]:
        """Opening hours of a date by its ordinal (1 is a Monday, as in ``date.toordinal``)."""
        special = self._days.get(day)
        return self._week[(day - 1) % 7] if special is None else special

    def spans(self, day: int) -> list[tuple[datetime, datetime]]:
        """The same as moments, UTC."""
        return [
            (self._moment(day, _second(opens)), self._moment(day, _second(closes) or _DAY_S))
            for opens, closes in self.hours(day)
        ]

    def _moment(self, day: int, second: int) -> datetime:
        local = datetime.fromordinal(day) + timedelta(seconds=second)
        return local.replace(tzinfo=self._zone).astimezone(UTC)

    def open_days(self, first: int, end: int) -> int:
        """Working days from the date ``first`` up to, not including, the date ``end``."""
        usual = sum(bool(hours) * _count(weekday, first, end) for weekday, hours in enumerate(self._week))
        return usual + self._between(self._open_days, first, end)

    def open_seconds(self, first: int, end: int) -> int:
        """Working seconds on those dates."""
        usual = sum(_length(hours) * _count(weekday, first, end) for weekday, hours in enumerate(self._week))
        nominal = usual + self._between(self._gains, first, end)
        return nominal + sum(self._drift(day) for day in self._changes(first, end))

    def _between(self, totals: Sequence[int], first: int, end: int) -> int:
        return totals[bisect_left(self._exceptions, end)] - totals[bisect_left(self._exceptions, first)]

    def _drift(self, day: int) -> int:
        """By how much a day on which the clock changes works longer than its opening hours say."""
        return _elapsed(self.spans(day)) - _length(self.hours(day))

    def _changes(self, first: int, end: int) -> list[int]:
        """The dates on which the clock changes."""
        strides = range(first // _STRIDE_DAYS, (end - 1) // _STRIDE_DAYS + 1)
        return [day for stride in strides for day in _changes_of(self._zone, stride) if first <= day < end]


@lru_cache(maxsize=8192)
def _changes_of(place: ZoneInfo, stride: int) -> tuple[int, ...]:
    """The dates within the n-th 28 days of the calendar on which a place's clock changes."""

    def offset(day: int) -> timedelta | None:
        return datetime.fromordinal(max(day, 1)).replace(tzinfo=place).utcoffset()

    def within(first: int, end: int) -> tuple[int, ...]:
        if offset(first) == offset(end):
            return ()
        if end - first == 1:
            return (first,)
        middle = (first + end) // 2
        return within(first, middle) + within(middle, end)

    return within(stride * _STRIDE_DAYS, (stride + 1) * _STRIDE_DAYS)


def add_clock(moment: datetime, duration: Duration, timezone: str) -> datetime:
    """The moment (UTC) at which a duration on the clock of a place ends."""
    local = _aware(moment).astimezone(zone(timezone))
    months = local.year * 12 + local.month - 1 + duration.months
    year, month = divmod(months, 12)
    day = min(local.day, _month_length(year, month + 1))
    moved = local.replace(year=year, month=month + 1, day=day) if duration.months else local
    moved += timedelta(weeks=duration.weeks, days=duration.days)  # at the wall clock: the zone stays on
    return moved.astimezone(UTC) + timedelta(seconds=duration.seconds)


def add_working(calendar: Calendar, moment: datetime, duration: Duration) -> datetime:
    """The moment (UTC) at which a duration of working time ends. Nothing takes no time: a duration of zero ends
    where it begins, open or not. Refuses ``duration_unfit`` for weeks, months and years, and
    ``calendar_never_open`` where the next hundred years have not enough working time."""
    if duration.months or duration.weeks:
        raise refuse("duration_unfit", duration=duration.text)
    moment = _aware(moment).astimezone(UTC)
    if duration.days:
        moment = _add_days(calendar, moment, duration.days)
    return _add_seconds(calendar, moment, timedelta(seconds=duration.seconds))


def working_between(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """Working time from one moment to another; negative where the second is the earlier."""
    a, b = _aware(a).astimezone(UTC), _aware(b).astimezone(UTC)
    if b < a:
        return -working_between(calendar, b, a)
    first, last = calendar.day_of(a), calendar.day_of(b)
    if first == last:
        return _overlap(calendar, first, a, b)
    whole = timedelta(seconds=calendar.open_seconds(first + 1, last)) if last > first + 1 else timedelta()
    return _overlap(calendar, first, a, b) + whole + _overlap(calendar, last, a, b)


def _add_days(calendar: Calendar, moment: datetime, days: int) -> datetime:
    start = calendar.day_of(moment) + 1
    day = _search(calendar, start, lambda end: calendar.open_days(start, end) >= days)
    return calendar.spans(day)[-1][1]


def _add_seconds(calendar: Calendar, moment: datetime, left: timedelta) -> datetime:
    if not left:
        return moment
    today = calendar.day_of(moment)
    rest = _overlap(calendar, today, moment, datetime.max.replace(tzinfo=UTC))
    day = today
    if rest < left:
        left -= rest
        start = today + 1
        wanted = left
        day = _search(
            calendar, start, lambda end: timedelta(seconds=calendar.open_seconds(start, end)) >= wanted
        )
        left -= timedelta(seconds=calendar.open_seconds(start, day))
    for opens, closes in calendar.spans(day):
        begins = max(opens, moment)
        if begins < closes:
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
    raise AssertionError("the day was found because it has enough time")


def _search(calendar: Calendar, start: int, enough: Callable[[int], bool]) -> int:
    """The first date of which ``enough(the date after)`` holds, by doubling and halving."""
    step = 1
    while not enough(start + step):
        step *= 2
        if step > YEARS_MAX * 366 or start + step >= date.max.toordinal():
            raise refuse("calendar_never_open", calendar=calendar.name)
    low, high = step // 2, step  # not enough before low days, enough after high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(start + middle) else (middle, high)
    return start + high - 1


def _overlap(calendar: Calendar, day: int, a: datetime, b: datetime) -> timedelta:
    spans = ((max(opens, a), min(closes, b)) for opens, closes in calendar.spans(day))
    return sum((end - begin for begin, end in spans if begin < end), timedelta())


def zone(timezone: str) -> ZoneInfo:
    """The zone of a name. Refuses ``calendar_malformed``."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise refuse("calendar_malformed", calendar=timezone[:40], reason="no such timezone") from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a timezone is not a moment")
    return moment


def _second(mark: time) -> int:
    return mark.hour * 3600 + mark.minute * 60 + mark.second


def _length(hours: Hours) -> int:
    """Seconds that opening hours say."""
    return sum((_second(closes) or _DAY_S) - _second(opens) for opens, closes in hours)


def _elapsed(spans: Sequence[tuple[datetime, datetime]]) -> int:
    return sum(max(0, int((closes - opens).total_seconds())) for opens, closes in spans)


def _count(weekday: int, first: int, end: int) -> int:
    """How often a weekday (Monday is 0) falls on the dates from ``first`` up to, not including, ``end``."""
    offset = (weekday + 1 - first) % 7  # date ordinal 1 is a Monday
    return max(0, (end - first - offset + 6) // 7)


def _month_length(year: int, month: int) -> int:
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - timedelta(days=1)).day
