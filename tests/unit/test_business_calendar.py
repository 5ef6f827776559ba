"""Working days by the State Council's notices; the yearly number of working days is another ministry's figure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from liushui.kernel.business_calendar import load_business_calendar, parse_business_calendar
from liushui.kernel.errors import Refused
from liushui.processes import load_calendars

CALENDAR = load_business_calendar()


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_two_hundred_and_forty_eight_working_days(year: int) -> None:
    """人社部发〔2025〕2号: 365 days less 104 days of rest and 13 statutory holidays are 248."""
    assert sum(CALENDAR.is_working(day) for day in days_of(year)) == 365 - 104 - 13 == 248


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
    ],
)  # fmt: skip
def test_the_stretches_of_the_notices_are_free_from_end_to_end(first: str, last: str) -> None:
    """As the notices say them, weekends included; the working days around them are found from inside."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    inside = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    assert not any(CALENDAR.is_working(day) for day in inside)
    assert {CALENDAR.next(day) for day in inside} == {CALENDAR.next(end + timedelta(days=1))}
    assert {CALENDAR.previous(day) for day in inside} == {CALENDAR.previous(start - timedelta(days=1))}


def test_a_make_up_saturday_is_a_working_day_and_stays_where_it_is() -> None:
    day = date(2026, 2, 14)
    assert day.weekday() == 5
    assert CALENDAR.next(day) == CALENDAR.previous(day) == day


def test_the_counter_works_on_exactly_the_working_days() -> None:
    counter = load_calendars()["counter"]
    for day in [*days_of(2025), *days_of(2026), *days_of(2027)]:
        assert bool(counter.hours(day.toordinal())) == CALENDAR.is_working(day)


def test_a_year_that_nobody_has_announced_has_weekdays_only_and_says_so() -> None:
    assert CALENDAR.until == date(2026, 12, 31)
    assert not CALENDAR.covers(date(2027, 1, 1))
    assert CALENDAR.is_working(date(2027, 10, 1))
    assert not CALENDAR.ends_soon(date(2026, 10, 31))
    assert CALENDAR.ends_soon(date(2026, 11, 2))


def test_a_date_that_is_none_and_a_day_that_changes_nothing_are_refused_together() -> None:
    with pytest.raises(Refused) as caught:
        parse_business_calendar({2026: {"holidays": ["02-30", "01-03"], "workdays": ["01-05"]}})
    assert [f.code for f in caught.value.faults] == [
        "holiday_malformed",
        "holiday_pointless",
        "holiday_pointless",
    ]
