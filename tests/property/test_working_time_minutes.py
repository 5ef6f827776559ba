"""Working time against a clerk who looks at the clock every minute and at the calendar on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from liushui.workflow.working_time import Calendar, Duration, add_working, working_between

MINUTE = timedelta(minutes=1)
MARKS = [0, 360, 510, 720, 780, 1050, 1440]
"""Minutes of the day at which hours may begin or end; none lies where a clock is changed."""
STARTS = {
    "Asia/Shanghai": datetime(2025, 9, 24, tzinfo=UTC),
    "Europe/Berlin": datetime(2025, 3, 27, tzinfo=UTC),  # the clock goes forward on the 30th
    "America/New_York": datetime(2025, 10, 30, tzinfo=UTC),  # and back on 2 November
}


def spelt(minutes: list[int]) -> tuple[tuple[time, time], ...]:
    marks = [time(minute // 60 % 24, minute % 60) for minute in minutes]
    return tuple(zip(marks[::2], marks[1::2], strict=True))


days = st.lists(st.sampled_from(MARKS), max_size=4, unique=True).filter(lambda m: len(m) % 2 == 0).map(sorted)


class Clerk:
    """Knows the same calendar as minutes of the day."""

    def __init__(self, zone: str, weekly: list[list[int]], special: dict[date, list[int]]) -> None:
        self.zone, self.weekly, self.special = ZoneInfo(zone), weekly, special

    def works_on(self, day: date) -> list[int]:
        return self.special.get(day, self.weekly[day.weekday()])

    def works_at(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        marks, minute = self.works_on(local.date()), local.hour * 60 + local.minute
        return any(a <= minute < b for a, b in zip(marks[::2], marks[1::2], strict=True))

    def calendar(self) -> Calendar:
        closed = frozenset(day for day, marks in self.special.items() if not marks)
        opened = {day: spelt(marks) for day, marks in self.special.items() if marks}
        return Calendar(self.zone.key, [spelt(marks) for marks in self.weekly], closed, opened)


@st.composite
def clerks(draw: st.DrawFn) -> tuple[Clerk, datetime]:
    zone = draw(st.sampled_from(sorted(STARTS)))
    near = st.integers(0, 8).map(lambda ahead: (STARTS[zone] + timedelta(days=ahead)).date())
    clerk = Clerk(
        zone, draw(st.lists(days, min_size=7, max_size=7)), draw(st.dictionaries(near, days, max_size=4))
    )
    return clerk, STARTS[zone] + draw(st.integers(0, 4 * 1440)) * MINUTE


@settings(max_examples=120, deadline=None)
@given(clerks(), st.integers(0, 4 * 1440))
def test_time_between_is_the_minutes_at_work(clerk_and_start: tuple[Clerk, datetime], minutes: int) -> None:
    clerk, start = clerk_and_start
    end = start + minutes * MINUTE
    worked = sum(clerk.works_at(start + at * MINUTE) for at in range(minutes))
    assert working_between(clerk.calendar(), start, end) == worked * MINUTE
    assert working_between(clerk.calendar(), end, start) == -worked * MINUTE


@settings(max_examples=120, deadline=None)
@given(clerks(), st.integers(1, 2000))
def test_a_term_ends_with_its_last_minute(clerk_and_start: tuple[Clerk, datetime], minutes: int) -> None:
    clerk, start = clerk_and_start
    moment, left, looked = start, minutes, 0
    while left and looked < 8 * 1440:
        left -= clerk.works_at(moment)
        moment += MINUTE
        looked += 1
    if not left:
        assert add_working(clerk.calendar(), start, Duration(seconds=minutes * 60)) == moment


@settings(max_examples=120, deadline=None)
@given(clerks(), st.integers(1, 30))
def test_a_term_of_days_ends_when_the_last_one_closes(
    clerk_and_start: tuple[Clerk, datetime], count: int
) -> None:
    clerk, start = clerk_and_start
    if not any(clerk.weekly):
        return
    day, left = start.astimezone(clerk.zone).date(), count
    while left:
        day += timedelta(days=1)
        left -= bool(clerk.works_on(day))
    closes = datetime.combine(day, time(0)) + timedelta(minutes=clerk.works_on(day)[-1])
    assert add_working(clerk.calendar(), start, Duration(days=count)) == closes.replace(tzinfo=clerk.zone)


@settings(max_examples=120, deadline=None)
@given(clerks(), st.integers(1, 10**9), st.integers(1, 999_999))
def test_what_is_added_is_what_lies_between(
    clerk_and_start: tuple[Clerk, datetime], seconds: int, micros: int
) -> None:
    """Over decades too, where nobody counts minutes."""
    clerk, start = clerk_and_start
    if not any(clerk.weekly):
        return
    start += timedelta(microseconds=micros)
    seconds = seconds % (10**7 if sum(map(len, clerk.weekly)) < 6 else 10**8)
    end = add_working(clerk.calendar(), start, Duration(seconds=seconds))
    assert working_between(clerk.calendar(), start, end) == timedelta(seconds=seconds)
