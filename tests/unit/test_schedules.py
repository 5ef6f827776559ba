"""When standing orders are due; the calendar's dates are worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from liushui.kernel.business_calendar import load_business_calendar
from liushui.payments import OnHoliday, Schedule

CALENDAR = load_business_calendar()
TODAY = date(2026, 1, 5)


def days(schedule: Schedule, number: int) -> list[str]:
    found = [schedule.due(n) for n in range(number)]
    return [day.isoformat() for day in found if day is not None]


def monthly(day: int, first: str, **more: Any) -> Schedule:
    return Schedule(day, None, date.fromisoformat(first), **more)


def test_the_thirty_first_is_the_last_day_of_a_short_month_and_comes_back() -> None:
    assert days(monthly(31, "2026-01-06"), 5) == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip
    assert days(monthly(30, "2028-02-01"), 2) == ["2028-02-29", "2028-03-30"]


def test_a_day_that_is_past_in_the_first_month_begins_in_the_next() -> None:
    assert days(monthly(5, "2026-12-06"), 2) == ["2027-01-05", "2027-02-05"]
    assert days(monthly(6, "2026-12-06"), 2) == ["2026-12-06", "2027-01-06"]


def test_it_ends_with_its_last_day_or_its_number_whichever_is_first() -> None:
    assert days(monthly(10, "2026-01-06", last_on=date(2026, 3, 10)), 9) == [
        "2026-01-10", "2026-02-10", "2026-03-10",
    ]  # fmt: skip
    assert days(monthly(10, "2026-01-06", last_on=date(2026, 3, 10), times=2), 9) == [
        "2026-01-10", "2026-02-10",
    ]  # fmt: skip
    assert days(Schedule(None, 7, date(2026, 1, 6), times=3), 9) == ["2026-01-06", "2026-01-13", "2026-01-20"]


def test_days_off_move_forward_back_or_not_at_all() -> None:
    """Spring festival of 2026: off from 15 to 23 February, Saturday the 14th is worked."""
    off = date(2026, 2, 16)
    moved = {how: monthly(16, "2026-02-01", on_holiday=how).moved(off, CALENDAR) for how in OnHoliday}
    assert moved == {
        OnHoliday.AS_IT_IS: off, OnHoliday.NEXT: date(2026, 2, 24), OnHoliday.PREVIOUS: date(2026, 2, 14),
    }  # fmt: skip


def test_a_retry_follows_the_next_day_or_the_next_working_day() -> None:
    friday = date(2026, 1, 9)
    assert monthly(9, "2026-01-06").retried(friday, CALENDAR) == date(2026, 1, 10)
    assert monthly(9, "2026-01-06", on_holiday=OnHoliday.NEXT).retried(friday, CALENDAR) == date(2026, 1, 12)


def test_what_is_wrong_is_said_at_once() -> None:
    wrong = Schedule(None, 3, TODAY, last_on=date(2026, 1, 1), retries=3)
    assert [f.code for f in wrong.faults(TODAY)] == [
        "standing_order_starts_early", "standing_order_ends_before_start", "standing_order_retries_many",
    ]  # fmt: skip
    both, never = Schedule(1, 7, date(2026, 1, 6)), monthly(5, "2026-01-06", last_on=date(2026, 2, 4))
    assert [f.code for f in both.faults(TODAY)] == ["standing_order_schedule_unclear"]
    assert [f.code for f in never.faults(TODAY)] == ["standing_order_never_due"]
    far = monthly(1, "9999-12-31")
    assert [f.code for f in far.faults(TODAY)] == ["standing_order_starts_late"]


@given(
    st.one_of(st.tuples(st.integers(1, 31), st.none()), st.tuples(st.none(), st.integers(1, 366))),
    st.dates(date(2026, 1, 6), date(2027, 1, 6)), st.integers(0, 60),
)  # fmt: skip
def test_each_day_is_followed_by_the_next_of_a_walk_through_the_calendar(
    when: tuple[int | None, int | None], first: date, number: int
) -> None:
    """The oracle goes day by day: a month's day is d, or the last where tomorrow is another month's first."""
    schedule = Schedule(*when, first)
    month_day, every = when
    day, found = first, list[date]()
    while len(found) <= number:
        tomorrow = day + timedelta(days=1)
        if every is not None:
            hit = (day - first).days % every == 0
        else:
            assert month_day is not None
            hit = day.day == month_day or (tomorrow.day == 1 and day.day < month_day)
        found += [day] * hit
        day = tomorrow
    assert [schedule.due(n) for n in range(number + 1)] == found
    assert [schedule.after(day) for day in found[:-1]] == found[1:]
