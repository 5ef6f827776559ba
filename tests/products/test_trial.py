"""Whole lives of products, against a second way of living them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.products import (
    PostedRate,
    Product,
    RateTable,
    Renewal,
    Row,
    Trial,
    TrialEvent,
    house_rates,
    load_catalogue,
    parse_event,
    simulate,
)
from tests.products.test_interest import half_up

D = date(2026, 1, 5)
RATES = RateTable(house_rates())


def product(key: str) -> Product:
    return load_catalogue().get(key, D)


def told(rows: list[Row]) -> list[tuple[str, str, int]]:
    """Day, what happened, and the interest due on it."""
    return [(row.day.isoformat(), row.what, row.interest.minor) for row in rows if row.interest is not None]


def codes(trial: Trial, key: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        simulate(product(key), RATES, trial)
    return [fault.code for fault in refused.value.faults]


MOVES = st.lists(st.tuples(st.integers(1, 399), st.integers(1, 10**8)), max_size=8)


@settings(max_examples=60)
@given(
    moves=MOVES,
    opening=st.integers(1, 10**9),
    length=st.integers(1, 400),
    base=st.integers(10_000_000, 10**9),
)
@pytest.mark.parametrize("key", ["demand", "agreement"])
def test_an_account_lived_night_by_night(
    key: str, moves: list[tuple[int, int]], opening: int, length: int, base: int
) -> None:
    """The second way: a purse that grows by its interest on the morning after each settlement."""
    events = [TrialEvent(D + timedelta(days=n), "deposit", amount) for n, amount in moves if n < length]
    rows = simulate(
        product(key), RATES, Trial(opening, D, D + timedelta(days=length), base=base, events=tuple(events))
    )
    low, high = (
        {date(2025, 1, 1): Fraction(1, 10), date(2026, 4, 1): Fraction(1, 20)},
        {date(2025, 1, 1): Fraction(4, 10), date(2026, 4, 1): Fraction(2, 10)},
    )

    def at(table: dict[date, Fraction], day: date) -> Fraction:
        return next(rate for since, rate in reversed(table.items()) if since <= day)

    purse, within, above, waiting = opening, 0, 0, 0
    expected: list[int] = []

    def due(day: date) -> int:
        return half_up((within * at(low, day) + above * at(high, day)) / 36_000)

    for n in range(length):
        night = D + timedelta(days=n)
        purse += waiting + sum(event.amount for event in events if event.day == night)
        waiting = 0
        ceiling = base if key == "agreement" else purse
        within, above = within + min(purse, ceiling), above + max(purse - ceiling, 0)
        if (night.month, night.day) in [(3, 20), (6, 20), (9, 20), (12, 20)]:
            waiting = due(night)
            expected.append(waiting)
            within = above = 0
    expected.append(due(D + timedelta(days=length)))
    assert [row.interest.minor for row in rows if row.interest is not None] == expected
    assert rows[-1].balance == 0
    assert -rows[-1].amount == purse + waiting


def test_renewed_with_its_interest_until_it_is_taken_out_early() -> None:
    """From the last of the year: 22.50, then of 10,022 and 10,045 whole yuan, at the rates of each opening; then five days
    at the demand rate."""
    trial = Trial(10_000_00, date(2025, 12, 31), date(2026, 10, 5), "3M", Renewal.PRINCIPAL_AND_INTEREST)
    rows = simulate(product("time"), RATES, trial)
    assert told(rows) == [
        ("2026-03-31", "renewed", 22_50),  # 0.90 % of 31 December 2025
        ("2026-06-30", "renewed", 22_55),  # 0.90 % of 31 March 2026: a day before it changes
        ("2026-09-30", "renewed", 17_58),  # 0.70 % of 30 June
        ("2026-10-05", "closed_early", 7),
    ]
    assert rows[-1].amount == -(10_000_00 + 22_50 + 22_55 + 17_58)


def test_a_part_early_the_rest_late() -> None:
    trial = Trial(
        10_000_00, D, date(2027, 2, 4), "1Y", events=(parse_event("2026-03-05:withdraw:3000.00", "CNY"),)
    )
    assert told(simulate(product("time"), RATES, trial)) == [
        ("2026-03-05", "withdrawn", 49),  # 3,000 x 59 x 0.10 % / 360
        ("2027-02-04", "closed_late", 84_29),  # 84.00, and 7,000 x 30 x 0.05 % / 360 = 0.2916…
    ]
    trial = Trial(10_000_00, D, None, "1Y", events=(TrialEvent(date(2026, 3, 5), "withdraw", 10_000_00),))
    assert told(simulate(product("time"), RATES, trial)) == [("2026-03-05", "withdrawn", 1_64)]


def test_a_notice_deposit_with_everything_that_may_happen() -> None:
    events = [
        "2026-02-01:notice:50000:2026-02-08", "2026-02-08:withdraw:50000",
        "2026-03-01:notice:60000:2026-03-08", "2026-03-03:cancel",
    ]  # fmt: skip
    trial = Trial(200_000_00, D, date(2026, 6, 1), "7D", events=tuple(parse_event(e, "CNY") for e in events))
    rows = simulate(product("notice"), RATES, trial)
    assert told(rows) == [
        ("2026-02-08", "withdrawn", 33_06),  # 50,000 x 34 x 0.70 % / 360
        ("2026-06-01", "closed", 30_46),  # no notice: (60,000 x 145 + 90,000 x 147) x 0.05 % / 360
    ]
    below = (
        TrialEvent(date(2026, 2, 1), "notice", 100_000_00, date(2026, 2, 8)),
        TrialEvent(date(2026, 2, 8), "withdraw", 50_000_00),
    )
    rows = simulate(product("notice"), RATES, Trial(200_000_00, D, date(2026, 3, 1), "7D", events=below))
    assert [(row.what, row.amount) for row in rows if row.amount < 0] == [
        ("withdrawn", -50_000_00), ("closed", -100_000_00), ("closed", -50_000_00),
    ]  # fmt: skip


def test_instalments_kept_missed_and_made_up() -> None:
    def interest(*events: str) -> int:
        trial = Trial(1_000_00, D, None, "1Y", events=tuple(parse_event(e, "CNY") for e in events))
        rows = simulate(product("instalment"), RATES, trial)
        assert sum(row.amount for row in rows) == 0
        return told(rows)[-1][2]

    assert interest() == 58_50  # 1,000 x 78 x 0.90 % / 12
    assert interest("2026-03-05:skip", "2026-04-02:deposit:1000") == 57_75  # a thousand for a month less
    assert interest("2026-03-05:skip") < 5_00


def test_a_ladder_and_a_certificate() -> None:
    ladder = simulate(product("demand_or_time"), RATES, Trial(50_000_00, D, date(2026, 8, 5)))
    assert told(ladder) == [("2026-08-05", "closed", 156_82)]  # 50,000 x 212 x 0.90 % x 60 % / 365
    rows = simulate(product("certificate_floating"), RATES, Trial(10_000_000_00, D, None, "1Y"))
    assert told(rows) == [
        ("2027-01-05", "matured", 181_180_56)
    ]  # 1.70 for 90 days, 1.55 for 275, each and 0.20


def test_what_cannot_be_tried() -> None:
    assert codes(Trial(1_00, D, None, "4Y"), "time") == ["product_opening_too_small", "product_tenor_unknown"]
    assert codes(Trial(100_00, D, D, "1Y"), "time") == ["trial_too_long"]
    assert codes(Trial(100_00, D, date(2090, 1, 1)), "demand") == ["trial_too_long"]
    assert codes(Trial(100_00, D, base=1), "agreement") == ["product_base_too_small"]
    skip = (TrialEvent(date(2026, 2, 1), "skip"),)
    assert codes(Trial(100_00, D, events=skip), "demand") == ["trial_event_unfit"]
    late = (TrialEvent(date(2027, 2, 1), "deposit", 1),)
    assert codes(Trial(100_00, D, events=late), "demand") == ["trial_event_unfit"]
    assert codes(Trial(100_00, date(2019, 1, 1)), "demand") == ["rate_unknown"]
    much = (TrialEvent(date(2026, 2, 1), "withdraw", 100_01),)
    assert codes(Trial(100_00, D, events=much), "demand") == ["product_withdrawal_too_large"]


@pytest.mark.parametrize(
    "text", ["", "2026-03-01", "2026-03-01:deposit", "2026-03-01:eat:1", "2026-03-01:skip:1", "x:skip",
             "2026-03-01:notice:1", "2026-03-01:deposit:0", "2026-03-01:deposit:1.001", "2026-03-01:deposit:-1"],
)  # fmt: skip
def test_what_is_no_event(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_event(text, "CNY")
    assert refused.value.code == "trial_event_malformed"


def test_of_two_rates_of_one_day_the_later_counts() -> None:
    rates = [PostedRate("demand", "CNY", "", D, Decimal(percent), "") for percent in ("1", "2")]
    assert RateTable(rates).on("demand", "CNY", "", D) == 2
