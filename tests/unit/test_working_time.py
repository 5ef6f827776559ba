"""Terms as a bank counts them, worked out by hand on the calendar of a counter in Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow.working_time import (
    Calendar,
    Duration,
    add_clock,
    add_working,
    parse_duration,
    working_between,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = ((time(9), time(12)), (time(13, 30), time(17, 30)))
COUNTER = Calendar(
    "Asia/Shanghai",
    [DAY, DAY, DAY, DAY, DAY, (), ()],
    # National Day and Mid-Autumn 2025: closed from 1 to 8 October; a Sunday and a Saturday are worked instead
    frozenset(date(2025, 10, day) for day in range(1, 9)),
    {date(2025, 9, 28): DAY, date(2025, 10, 11): ((time(9), time(12)),)},
    name="counter",
)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (at(9, 15, 10), "P1D", at(9, 16, 17, 30)),  # Monday: the first day is not counted
        (at(9, 15, 3), "P1D", at(9, 16, 17, 30)),
        (at(9, 15, 23), "P1D", at(9, 16, 17, 30)),
        (at(9, 19, 10), "P1D", at(9, 22, 17, 30)),  # Friday to Monday
        (at(9, 20, 10), "P1D", at(9, 22, 17, 30)),  # Saturday to Monday
        (at(9, 26, 10), "P1D", at(9, 28, 17, 30)),  # Friday to the Sunday worked instead
        (at(9, 30, 10), "P1D", at(10, 9, 17, 30)),  # over the holiday
        (at(10, 10, 10), "P1D", at(10, 11, 12)),  # the Saturday closes at noon
        (at(9, 26, 16), "P15D", at(10, 23, 17, 30)),  # 28 29 30, 9 10 11, 13-17, 20-23
        (at(9, 30, 15), "PT4H", at(10, 9, 10, 30)),  # two and a half hours before, the rest after
        (at(9, 15, 9), "PT3H", at(9, 15, 12)),  # ends as the counter closes, not as it opens again
        (at(9, 15, 9), "PT3H1M", at(9, 15, 13, 31)),
        (at(9, 15, 12, 30), "PT30M", at(9, 15, 14)),
        (at(9, 20, 12), "PT30M", at(9, 22, 9, 30)),
        (at(10, 10, 17), "PT1H", at(10, 11, 9, 30)),
        (at(9, 15, 10), "P1DT2H", at(9, 17, 11)),
        (at(9, 20, 12), "PT0S", at(9, 20, 12)),
        (at(9, 20, 12), "P0D", at(9, 20, 12)),
    ],
)
def test_a_term_in_working_time(start: datetime, duration: str, end: datetime) -> None:
    found = add_working(COUNTER, start, parse_duration(duration))
    assert (found, found.tzinfo) == (end, UTC)


def test_time_between() -> None:
    assert working_between(COUNTER, at(9, 30, 15), at(10, 9, 10, 30)) == timedelta(hours=4)
    assert working_between(COUNTER, at(10, 9, 10, 30), at(9, 30, 15)) == -timedelta(hours=4)
    assert working_between(COUNTER, at(9, 15, 11), at(9, 15, 14)) == timedelta(hours=1, minutes=30)
    # September: 22 weekdays and one Sunday; October: 23 weekdays, six of them holidays, and half a Saturday
    month = working_between(COUNTER, at(9, 1), at(11, 1))
    assert month == timedelta(hours=7 * (22 + 1) + 7 * (23 - 6) + 3)


def test_twenty_years_take_no_longer_than_a_day() -> None:
    night_and_day = Calendar("Asia/Shanghai", [((time(0), time(0)),)] * 7)
    start = at(1, 1)
    assert add_working(night_and_day, start, parse_duration("PT175320H")) == start + timedelta(hours=175320)
    end = add_working(COUNTER, start, parse_duration("P5000D"))
    assert working_between(COUNTER, start, end) > timedelta(hours=7 * 4999)


def test_a_calendar_that_never_opens_is_found_out() -> None:
    closed = Calendar("Asia/Shanghai", [()] * 7, workdays={date(2025, 10, 11): DAY}, name="closed")
    assert add_working(closed, at(9, 1), parse_duration("P1D")) == at(10, 11, 17, 30)
    for duration in ("P2D", "PT8H"):
        with pytest.raises(Refused, match="calendar_never_open"):
            add_working(closed, at(9, 1), parse_duration(duration))


@pytest.mark.parametrize(
    ("start", "duration", "timezone", "end"),
    [
        ("2024-01-31T10:00+08:00", "P1M", "Asia/Shanghai", "2024-02-29T10:00+08:00"),
        ("2024-02-29T10:00+08:00", "P1Y", "Asia/Shanghai", "2025-02-28T10:00+08:00"),
        ("2024-12-31T23:30+08:00", "P2M", "Asia/Shanghai", "2025-02-28T23:30+08:00"),
        ("2025-03-31T10:00+08:00", "P2W", "Asia/Shanghai", "2025-04-14T10:00+08:00"),
        # the night the clock goes forward in Berlin: a day is a day of the wall clock, 24 hours are 24 hours
        ("2025-03-29T12:00+01:00", "P1D", "Europe/Berlin", "2025-03-30T12:00+02:00"),
        ("2025-03-29T12:00+01:00", "PT24H", "Europe/Berlin", "2025-03-30T13:00+02:00"),
        # a month from ten at night in London is another date in Shanghai
        ("2025-01-30T22:00+00:00", "P1M", "Asia/Shanghai", "2025-02-28T06:00+08:00"),
    ],
)
def test_a_term_on_the_clock(start: str, duration: str, timezone: str, end: str) -> None:
    found = add_clock(datetime.fromisoformat(start), parse_duration(duration), timezone)
    assert found == datetime.fromisoformat(end)


def test_durations_are_read() -> None:
    assert parse_duration("P1Y2M3DT4H5M6S") == Duration(14, 0, 3, 14706, "P1Y2M3DT4H5M6S")
    assert parse_duration("P2W") == Duration(weeks=2, text="P2W")
    assert parse_duration("PT90M").seconds == 5400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P-1D",
        "-P1D",
        "P1.5D",
        "PT1,5H",
        "P1H",
        "PT1D",
        "P1W2D",
        "P1D ",
        "p1d",
        "P１D",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="duration_malformed"):
        parse_duration(text)


def test_what_working_time_does_not_have_is_refused() -> None:
    for text in ("P1M", "P1Y", "P1W"):
        with pytest.raises(Refused, match="duration_unfit"):
            add_working(COUNTER, at(9, 1), parse_duration(text))
    with pytest.raises(Refused, match="duration_too_long"):
        parse_duration("P101Y")


@pytest.mark.parametrize(
    ("weekly", "timezone"),
    [
        ([DAY] * 6, "Asia/Shanghai"),
        ([DAY] * 7, "Asia/Atlantis"),
        ([((time(9), time(9)),)] * 7, "Asia/Shanghai"),
        ([((time(12), time(9)),)] * 7, "Asia/Shanghai"),
        ([((time(9), time(12)), (time(11), time(17)))] * 7, "Asia/Shanghai"),
        ([((time(9), time(0)), (time(11), time(17)))] * 7, "Asia/Shanghai"),
        ([((time(9, tzinfo=UTC), time(17)),)] * 7, "Asia/Shanghai"),
    ],
)
def test_a_malformed_calendar_is_refused(weekly: list[tuple[tuple[time, time], ...]], timezone: str) -> None:
    with pytest.raises(Refused, match="calendar_malformed"):
        Calendar(timezone, weekly)
