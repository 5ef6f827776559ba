"""Interest against numbers from outside, against a second way of computing, and by laws.

The second way goes day by day: every day's counted balance times its rate, as a fraction. Vectors name their source.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.products import (
    Product,
    agreement_interest,
    balance_days,
    demand_interest,
    load_catalogue,
    tier_balance_days,
)

D = date(2026, 1, 5)
RATES = st.decimals(0, 10, places=4)
PRODUCT = load_catalogue()


def product(key: str) -> Product:
    return PRODUCT.get(key, D)


def half_up(exact: Fraction) -> int:
    """Commercial rounding, without decimals' help: minor units as a fraction to the nearest, ties up."""
    return int(exact + Fraction(1, 2))


def test_a_quarter_of_ten_thousand_yuan() -> None:
    """The vector of the bank's facts: 10,000 for 92 days at 0.05 per cent over 360 is 1.28 (1.2777…)."""
    interest = demand_interest(product("demand"), 10_000_00 * 92, Decimal("0.05"))
    assert interest.minor == 128
    assert str(interest.exact)[:8] == "127.7777"
    assert interest.segments[0].balance_days == 92_000_000


def test_the_example_that_is_printed_everywhere() -> None:
    """10,000 from 2 January 2007, 3,000 taken on 3 February, 5,000 added on 11 March, counted to 20 March at 0.72 per cent:
    (320,000 + 252,000 + 108,000) x 0.72 % / 360 = 13.60. An exercise on 积数计息法 in a public repository of textbook
    solutions gives these movements and dates; the products are by hand."""
    moves = [(date(2007, 1, 2), 10_000_00), (date(2007, 2, 3), 7_000_00), (date(2007, 3, 11), 12_000_00)]
    days = balance_days(moves, date(2007, 1, 2), date(2007, 3, 20))
    assert days == 680_000_00
    assert demand_interest(product("demand"), days, Decimal("0.72")).minor == 13_60


def test_three_balances_of_a_quarter() -> None:
    """Worked by hand: 1,000 x 10 + 3,000 x 20 + 500.50 x 62 = 101,031 yuan-days;
    x 0.36 % / 360 = 1.01031 yuan."""
    moves = [(date(2026, 6, 21), 1_000_00), (date(2026, 7, 1), 3_000_00), (date(2026, 7, 21), 500_50)]
    days = balance_days(moves, date(2026, 6, 21), date(2026, 9, 21))
    assert days == 101_031_00
    assert demand_interest(product("demand"), days, Decimal("0.36")).minor == 101


def test_an_overdrawn_account_earns_nothing() -> None:
    assert demand_interest(product("demand"), -5, Decimal("0.05")).minor == 0
    assert demand_interest(product("demand"), 0, Decimal("0.05")).segments == ()


def test_two_tiers_of_an_agreement_deposit() -> None:
    """800,000 above a base of 500,000 for 90 days: 500,000 x 90 x 0.2 %/360 = 250.00 and 300,000 x 90 x 1.1 %/360 =
    825.00, worked by hand."""
    within, above = tier_balance_days([(D, 800_000_00)], 500_000_00, D, D + timedelta(days=90))
    interest = agreement_interest(product("agreement"), within, above, Decimal("0.2"), Decimal("1.1"))
    assert [segment.exact for segment in interest.segments] == [Decimal(25_000), Decimal(82_500)]
    assert interest.minor == 107_500


@pytest.mark.parametrize(("minor", "rounded"), [(1, 0), (2, 1), (4, 1)])
def test_half_a_fen_is_a_fen(minor: int, rounded: int) -> None:
    """25 per cent over 360 days of 1, 2 and 4 minor units is 0.25, 0.50 and 1.00."""
    assert demand_interest(product("demand"), minor * 360, Decimal(25)).minor == rounded


HISTORY = st.lists(st.tuples(st.integers(0, 200), st.integers(-10_000, 10**9)), min_size=1, max_size=12)


@given(
    history=HISTORY, length=st.integers(0, 250), base=st.integers(0, 10**9), unit=st.sampled_from([1, 100])
)
def test_balance_days_are_what_stood_each_night(
    history: list[tuple[int, int]], length: int, base: int, unit: int
) -> None:
    moves = sorted({D + timedelta(days=offset): balance for offset, balance in history}.items())
    start, end = D + timedelta(days=20), D + timedelta(days=20 + length)
    nights = [start + timedelta(days=n) for n in range(length)]
    stood = [[balance for day, balance in moves if day <= night] for night in nights]
    counted = [found[-1] // unit * unit if found else 0 for found in stood]
    assert balance_days(moves, start, end, unit) == sum(counted)
    within, above = tier_balance_days(moves, base, start, end, unit)
    assert within == sum(min(balance, base) for balance in counted)
    assert within + above == sum(counted)


@given(nights=st.lists(st.integers(0, 10**12), min_size=1, max_size=100), rate=RATES)
def test_demand_interest_is_the_sum_over_the_nights(nights: list[int], rate: Decimal) -> None:
    exact = sum((Fraction(night) * Fraction(rate) / 36_000 for night in nights), Fraction(0))
    assert demand_interest(product("demand"), sum(nights), rate).minor == half_up(exact)


@given(within=st.integers(0, 10**16), above=st.integers(0, 10**16), low=RATES, high=RATES)
def test_tiers_are_added_before_they_are_rounded(
    within: int, above: int, low: Decimal, high: Decimal
) -> None:
    exact = (Fraction(within) * Fraction(low) + Fraction(above) * Fraction(high)) / 36_000
    assert agreement_interest(product("agreement"), within, above, low, high).minor == half_up(exact)


@given(first=st.integers(0, 10**14), second=st.integers(0, 10**14), rate=RATES)
def test_settling_twice_loses_or_gains_at_most_a_fen(first: int, second: int, rate: Decimal) -> None:
    apart = sum(demand_interest(product("demand"), days, rate).minor for days in (first, second))
    assert abs(apart - demand_interest(product("demand"), first + second, rate).minor) <= 1
