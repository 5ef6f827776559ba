"""Classes and their limits. The figures are those of 银发〔2018〕16号 as the facts file has them, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from liushui.deposits import (
    Direction,
    Limits,
    Use,
    age_on,
    limit_faults,
    limits_by_class,
    medium_faults,
    opening_faults,
)
from liushui.risk import effective

TODAY = effective(date(2026, 1, 5))
IN, OUT = Direction.IN, Direction.OUT


def codes(account_class: int | None, direction: Direction, amount: int, day: int = 0, year: int = 0,
          balance: int = 0, *, bound: bool = False) -> list[str]:  # fmt: skip
    use = Use(direction, amount, day, year, balance, bound)
    return [fault.code for fault in limit_faults(limits_by_class(account_class, TODAY), use)]


def test_class_one_and_what_was_never_classified_move_what_they_like() -> None:
    for account_class in (1, None):
        assert codes(account_class, OUT, 10**12, 10**12, 10**12) == []
        assert limits_by_class(account_class, TODAY).none_at_all


def test_class_two_moves_ten_thousand_a_day_and_two_hundred_thousand_a_year() -> None:
    assert codes(2, OUT, 1_000_000) == []
    assert codes(2, OUT, 1_000_001) == ["daily_limit_exceeded"]
    assert codes(2, IN, 1, day=1_000_000) == ["daily_limit_exceeded"]
    assert codes(2, IN, 500_000, year=19_500_000) == []
    assert codes(2, IN, 500_001, year=19_500_000) == ["yearly_limit_exceeded"]
    assert codes(2, IN, 1_000_000, balance=10**11) == []


def test_class_three_keeps_two_thousand() -> None:
    assert codes(3, IN, 200_000) == []
    assert codes(3, IN, 100_000, balance=100_001) == ["balance_limit_exceeded"]
    assert codes(3, OUT, 100_000, balance=10**6) == []
    assert codes(3, OUT, 1, year=5_000_000) == ["yearly_limit_exceeded"]
    assert codes(3, OUT, 200_001, year=5_000_000) == ["daily_limit_exceeded", "yearly_limit_exceeded"]


def test_a_bound_account_is_outside_the_turnover_but_not_outside_the_cap() -> None:
    assert codes(2, IN, 10**9, bound=True) == []
    assert codes(3, IN, 200_001, bound=True) == ["balance_limit_exceeded"]


def test_the_answer_says_what_is_left() -> None:
    fault = limit_faults(limits_by_class(2, TODAY), Use(OUT, 1_000_000, 999_950, 0, 0))[0]
    assert fault.params == {"left": "0.50"}
    over = limit_faults(limits_by_class(2, TODAY), Use(OUT, 1, 1_000_001, 0, 0))[0]
    assert over.params == {"left": "0.00"}


def test_the_lower_of_what_was_agreed_and_what_the_rule_says_binds() -> None:
    rule = Limits(100, 1_000, None)
    assert Limits(50, 2_000, 70).tightened(rule) == Limits(50, 1_000, 70)
    assert Limits().tightened(rule) == rule


def test_one_class_one_and_five_of_the_others() -> None:
    assert opening_faults(1, {}, TODAY) == []
    assert [f.code for f in opening_faults(1, {1: 1}, TODAY)] == ["class_one_held"]
    assert opening_faults(2, {1: 1, 2: 4, 3: 5}, TODAY) == []
    assert [f.code for f in opening_faults(2, {2: 5}, TODAY)] == ["class_accounts_many"]
    assert [f.code for f in medium_faults(3, "card", TODAY)] == ["medium_not_offered"]
    assert medium_faults(1, "passbook", TODAY) == []


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 1, 5), date(2026, 1, 5), 18),
        (date(2008, 1, 6), date(2026, 1, 5), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, date(2026, 1, 5), None),
    ],
)
def test_ages_are_completed_years(birth: date | None, day: date, age: int | None) -> None:
    assert age_on(day, birth) == age
