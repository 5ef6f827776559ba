"""Days and terms, by the rules as they are published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.products import DayCount, Settlement, add_months, days_between, parse_tenor

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_a_term_ends_on_the_same_day_or_on_the_last_of_the_month() -> None:
    """对年对月对日. 31 August and half a year: February has no 31st."""
    assert parse_tenor("6M").end(date(2025, 8, 31)) == date(2026, 2, 28)
    assert parse_tenor("6M").end(date(2023, 8, 31)) == date(2024, 2, 29)
    assert parse_tenor("1Y").end(date(2024, 2, 29)) == date(2025, 2, 28)
    assert parse_tenor("3M").end(date(2026, 1, 5)) == date(2026, 4, 5)
    assert parse_tenor("7D").end(date(2026, 2, 25)) == date(2026, 3, 4)


@given(start=DAYS, months=st.integers(0, 90))
def test_the_end_lies_in_the_month_it_must_and_is_its_latest_day_that_fits(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("text", ["", "0M", "1", "M", "-1M", "1W", "1000D", "１Y", "1Y\n"])
def test_what_is_no_tenor_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_tenor(text)
    assert refused.value.code == "tenor_malformed"


def test_thirty_days_a_month_as_the_savings_rules_count_them() -> None:
    """A 31st counts as the 30th; from 3 March to 20 June are three months and 17 days."""
    count = DayCount.THIRTY_360
    assert days_between(count, date(2026, 3, 3), date(2026, 6, 20)) == 107
    assert days_between(count, date(2026, 1, 30), date(2026, 1, 31)) == 0
    assert days_between(count, date(2026, 1, 31), date(2026, 5, 31)) == 120
    assert days_between(count, date(2026, 2, 28), date(2026, 3, 1)) == 3
    assert days_between(count, date(2025, 8, 31), date(2026, 2, 28)) == 180


def test_whole_months_and_the_days_left_over() -> None:
    """整年整月加零头天数: 25 January to 5 March 2026 is one month, and eight days of a February of 28."""
    assert days_between(DayCount.MONTHS_360, date(2026, 1, 25), date(2026, 3, 5)) == 38
    assert days_between(DayCount.THIRTY_360, date(2026, 1, 25), date(2026, 3, 5)) == 40
    assert days_between(DayCount.ACTUAL_360, date(2026, 1, 25), date(2026, 3, 5)) == 39


def test_each_count_has_its_year() -> None:
    assert {count.value: count.year_basis for count in DayCount} == {
        "30/360": 360, "months/360": 360, "actual/360": 360, "actual/365": 365,
    }  # fmt: skip


@given(start=DAYS, days=st.integers(0, 2_000), count=st.sampled_from(DayCount))
def test_a_day_more_never_counts_less(start: date, days: int, count: DayCount) -> None:
    end = start + timedelta(days=days)
    assert days_between(count, start, end) <= days_between(count, start, end + timedelta(days=1))


@given(
    start=DAYS, months=st.integers(0, 90), count=st.sampled_from([DayCount.THIRTY_360, DayCount.MONTHS_360])
)
def test_a_term_of_months_counts_thirty_days_each(start: date, months: int, count: DayCount) -> None:
    assert days_between(count, start, add_months(start, months)) == 30 * months


@given(start=DAYS, days=st.integers(1, 500), count=st.sampled_from(DayCount))
def test_time_does_not_run_backwards(start: date, days: int, count: DayCount) -> None:
    with pytest.raises(Refused):
        days_between(count, start, start - timedelta(days=days))


def test_the_quarter_that_ends_on_the_20th_of_september_has_92_days() -> None:
    quarters = Settlement((3, 6, 9, 12), 20)
    settled = list(quarters.days(date(2026, 1, 1), date(2026, 12, 31)))
    assert settled == [date(2026, 3, 20), date(2026, 6, 20), date(2026, 9, 20), date(2026, 12, 20)]
    assert (settled[2] - settled[1]).days == 92
    assert quarters.next(date(2026, 3, 20)) == date(2026, 3, 20)
    assert quarters.next(date(2026, 12, 21)) == date(2027, 3, 20)
