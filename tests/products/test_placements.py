"""Time deposits, certificates and demand-or-time deposits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.products import (
    Placement,
    Product,
    RateType,
    Renewal,
    accrued_interest,
    add_months,
    days_between,
    ladder_interest,
    load_catalogue,
    renew,
    time_interest,
    withdraw,
)
from tests.products.test_interest import RATES, half_up

D = date(2026, 1, 5)
DEMAND = Decimal("0.05")
ONE_YEAR = Placement(100_000_00, D, "1Y", Decimal("1.20"))


def product(key: str) -> Product:
    return load_catalogue().get(key, D)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def test_at_maturity_a_year_earns_the_years_rate() -> None:
    interest = time_interest(product("time"), ONE_YEAR, date(2027, 1, 5), DEMAND)
    assert interest.minor == 1_200_00
    assert [(s.why, s.days) for s in interest.segments] == [("term", 360)]


@pytest.mark.parametrize(
    ("tenor", "rate", "yuan"), [("3M", "1.40", "35.00"), ("6M", "1.60", "80.00"), ("5Y", "2.75", "1375.00")]
)
def test_other_terms_by_year_and_month(tenor: str, rate: str, yuan: str) -> None:
    """利息=本金×年(月)数×年(月)利率 (银发〔2005〕129号), of 10,000 yuan by hand."""
    placed = Placement(10_000_00, D, tenor, Decimal(rate))
    assert time_interest(product("time"), placed, placed.matures, DEMAND).minor == Decimal(yuan) * 100


def test_taken_out_early_all_of_it_earns_the_demand_rate() -> None:
    """69 days of the calendar: 100,000 x 69 x 0.05 % / 360 = 9.5833…"""
    interest = time_interest(product("time"), ONE_YEAR, date(2026, 3, 15), DEMAND)
    assert interest.minor == 958
    assert [(s.why, s.days, s.rate) for s in interest.segments] == [("early", 69, DEMAND)]


def test_days_after_maturity_earn_the_demand_rate() -> None:
    """1,200.00, and 26 days of 100,000 at 0.05 % over 360: 3.6111…"""
    interest = time_interest(product("time"), ONE_YEAR, date(2027, 1, 31), DEMAND)
    assert [(s.why, s.days) for s in interest.segments] == [("term", 360), ("overdue", 26)]
    assert interest.minor == 1_203_61


@pytest.mark.parametrize(
    ("key", "opened", "until", "yuan"),
    [
        ("time", date(2007, 3, 1), date(2007, 9, 1), "112.50"),
        ("time_entity", date(2007, 3, 1), date(2007, 9, 1), "115.00"),
        ("time", date(2007, 2, 28), date(2007, 11, 1), "127.13"),
    ],
)
def test_both_ways_of_counting_that_the_central_bank_allows(
    key: str, opened: date, until: date, yuan: str
) -> None:
    """利息=本金×月数×月利率, or 本金×实际天数×日利率; what lies beyond the term by days at the demand rate (银发〔2005〕129号).
    10,000 for half a year at 2.25 per cent, demand 0.81, the rates of that spring, by hand: six months are 112.50; 184
    days are 115.00; six months and 65 days are 112.50 and 14.625."""
    placed = Placement(10_000_00, opened, "6M", Decimal("2.25"))
    assert time_interest(product(key), placed, until, Decimal("0.81")).minor == Decimal(yuan) * 100


def test_interest_of_the_fen_is_not_paid() -> None:
    """Principal counts from the yuan: 1,000.99 earns like 1,000."""
    odd = replace(ONE_YEAR, principal=1_000_99)
    assert time_interest(product("time"), odd, odd.matures, DEMAND).minor == 12_00


def test_the_rest_of_a_part_taken_early_keeps_its_day_and_rate() -> None:
    taken = withdraw(product("time"), ONE_YEAR, 30_000_00, date(2026, 3, 15), DEMAND)
    assert taken.interest.minor == 288  # 30,000 x 69 x 0.05 % / 360 = 2.875
    assert taken.rest == replace(ONE_YEAR, principal=70_000_00)
    assert time_interest(product("time"), taken.rest, ONE_YEAR.matures, DEMAND).minor == 840_00
    with pytest.raises(Refused) as refused:
        withdraw(product("time"), taken.rest, 10_000_00, date(2026, 4, 1), DEMAND, taken=1)
    assert code_of(refused) == ["product_partly_used"]
    assert withdraw(product("time"), taken.rest, 70_000_00, date(2026, 4, 1), DEMAND, taken=1).rest is None


def test_what_may_not_be_taken() -> None:
    for part, codes in [
        (99_960_00, ["product_residual_too_small"]),
        (100_000_01, ["product_withdrawal_too_large"]),
        (50, ["product_withdrawal_too_small"]),
    ]:
        with pytest.raises(Refused) as refused:
            withdraw(product("time"), ONE_YEAR, part, date(2026, 3, 15), DEMAND)
        assert code_of(refused) == codes


def test_renewed_with_its_interest_and_without() -> None:
    with_interest = renew(
        product("time"), ONE_YEAR, date(2027, 1, 5), Renewal.PRINCIPAL_AND_INTEREST, Decimal("1.00"), DEMAND
    )
    assert with_interest.placement == Placement(101_200_00, date(2027, 1, 5), "1Y", Decimal("1.00"))
    assert with_interest.paid_out == 0
    without = renew(
        product("time"), ONE_YEAR, date(2027, 1, 5), Renewal.PRINCIPAL, Decimal("1.00"), DEMAND, "3M"
    )
    assert without.placement == Placement(100_000_00, date(2027, 1, 5), "3M", Decimal("1.00"))
    assert without.paid_out == 1_200_00


def test_what_is_not_renewed() -> None:
    with pytest.raises(Refused) as early:
        renew(product("time"), ONE_YEAR, date(2027, 1, 4), Renewal.PRINCIPAL, DEMAND, DEMAND)
    with pytest.raises(Refused) as never:
        renew(product("certificate"), ONE_YEAR, date(2027, 1, 5), Renewal.PRINCIPAL, DEMAND, DEMAND)
    assert code_of(early) + code_of(never) == ["deposit_not_matured", "renewal_not_offered"]


def test_interest_tax_is_withheld_where_a_version_says_so() -> None:
    """20 per cent, as it was in China until 2007-08-15."""
    taxed = replace(product("time"), tax=Decimal(20))
    interest = time_interest(taxed, ONE_YEAR, date(2027, 1, 5), DEMAND)
    assert (interest.minor, interest.tax, interest.net) == (1_200_00, 240_00, 960_00)
    renewed = renew(taxed, ONE_YEAR, date(2027, 1, 5), Renewal.PRINCIPAL_AND_INTEREST, DEMAND, DEMAND)
    assert renewed.placement.principal == 100_960_00


def test_a_certificate_changes_hands_at_what_it_has_earned() -> None:
    placed = Placement(200_000_00, D, "1Y", Decimal("1.45"))
    half = accrued_interest(product("certificate"), placed, date(2026, 7, 5))
    assert half.minor == 1_450_00
    assert accrued_interest(product("certificate"), placed, date(2030, 1, 1)).minor == 2_900_00
    assert product("certificate").transferable


def test_a_floating_certificate_finds_its_rate_every_three_months() -> None:
    """10,000,000 from 5 January 2026: 90, 91, 92 and 92 days at 1.70, 1.55, 1.55 and 1.40, each 0.20 more."""
    posted = {0: "1.70", 1: "1.55", 2: "1.55", 3: "1.40"}
    quarter = {add_months(D, 3 * n): Decimal(rate) for n, rate in posted.items()}
    placed = Placement(10_000_000_00, D, "1Y", Decimal(0))
    interest = time_interest(
        product("certificate_floating"), placed, date(2027, 1, 5), DEMAND, quarter.__getitem__
    )
    assert [(s.days, str(s.rate)) for s in interest.segments] == [
        (90, "1.90"), (91, "1.75"), (92, "1.75"), (92, "1.60"),
    ]  # fmt: skip
    exact = Fraction(10_000_000_00, 36_000) * (
        90 * Fraction(19, 10) + 183 * Fraction(7, 4) + 92 * Fraction(8, 5)
    )
    assert interest.minor == half_up(exact)
    early = time_interest(
        product("certificate_floating"), placed, date(2026, 6, 1), DEMAND, quarter.__getitem__
    )
    assert [s.why for s in early.segments] == ["early"]


@given(principal=st.integers(10_000_000_00, 10**13), rate=RATES, offset=st.integers(365, 500))
def test_a_floating_rate_that_never_moves_is_a_fixed_one(principal: int, rate: Decimal, offset: int) -> None:
    """Renewed, taken in parts or late: as the fixed-rate certificate of the same days and the spread on top."""
    floating = replace(product("certificate_floating"), renewals=(Renewal.PRINCIPAL,), partly=None)
    fixed = replace(floating, rate=replace(floating.rate, type=RateType.FIXED))
    on = D + timedelta(days=offset)
    loose, firm = (Placement(principal, D, "1Y", number) for number in (Decimal(99), rate + Decimal("0.20")))

    def posted(_: date) -> Decimal:
        return rate

    again = [
        renew(kind, placed, on, Renewal.PRINCIPAL, DEMAND, DEMAND, posted=posted).paid_out
        for kind, placed in ((floating, loose), (fixed, firm))
    ]
    parts = [
        withdraw(kind, placed, principal // 3, on, DEMAND, posted=posted).interest.minor
        for kind, placed in ((floating, loose), (fixed, firm))
    ]
    accrued = [
        accrued_interest(kind, placed, on - timedelta(days=200), posted).minor
        for kind, placed in ((floating, loose), (fixed, firm))
    ]
    assert [pair[0] for pair in (again, parts, accrued)] == [pair[1] for pair in (again, parts, accrued)]


POSTED = {"3M": Decimal("1.40"), "6M": Decimal("1.60"), "1Y": Decimal("1.80")}


@pytest.mark.parametrize(
    ("until", "rate", "why"),
    [
        (date(2026, 4, 4), "0.05", "demand"),
        (date(2026, 4, 5), "0.84", "held_3M"),
        (date(2026, 7, 4), "0.84", "held_3M"),
        (date(2026, 7, 5), "0.96", "held_6M"),
        (date(2027, 1, 4), "0.96", "held_6M"),
        (date(2027, 1, 5), "1.08", "held_1Y"),
        (date(2031, 1, 5), "1.08", "held_1Y"),
    ],
)
def test_the_ladder_of_demand_or_time(until: date, rate: str, why: str) -> None:
    """Below three months the demand rate, then 60 per cent of the rate for three months, half a year, a year."""
    interest = ladder_interest(product("demand_or_time"), 10_000_00, D, until, POSTED, DEMAND)
    (segment,) = interest.segments
    assert (segment.rate, segment.why) == (Decimal(rate), why)
    assert interest.minor == half_up(Fraction(10_000_00) * (until - D).days * Fraction(rate) / 36_500)


def test_the_ladder_never_pays_less_than_demand() -> None:
    interest = ladder_interest(
        product("demand_or_time"), 10_000_00, D, date(2026, 5, 5), POSTED, Decimal("0.90")
    )
    assert [(s.rate, s.why) for s in interest.segments] == [(Decimal("0.90"), "demand")]
    with pytest.raises(Refused) as refused:
        ladder_interest(product("demand_or_time"), 10_000_00, D, date(2026, 5, 5), {}, DEMAND)
    assert code_of(refused) == ["rate_unknown"]


PRINCIPALS = st.integers(50_00, 10**12)
TIME_KEYS = st.sampled_from(["time", "time_entity", "time_hkd", "certificate"])


@given(key=TIME_KEYS, principal=PRINCIPALS, rate=RATES, low=RATES, offset=st.integers(0, 800))
def test_every_day_earns_its_rate(key: str, principal: int, rate: Decimal, low: Decimal, offset: int) -> None:
    """Day by day: what a day more counts, at the term's rate before maturity and at the other after it."""
    sold = product(key)
    placed, until = Placement(principal, D, "1Y", rate), D + timedelta(days=offset)
    exact = Fraction(0)
    early = until < placed.matures
    for n in range(offset):
        day = D + timedelta(days=n)
        in_term = day < placed.matures and not early
        upto, upto_next = (days_between(sold.day_count, D, d) for d in (day, day + timedelta(days=1)))
        counted = upto_next - upto if in_term else 1
        daily = rate if in_term else low
        exact += counted * (principal // 100 * 100) * Fraction(daily) / (100 * sold.year_basis)
    assert time_interest(sold, placed, until, low).minor == half_up(exact)


@given(principal=PRINCIPALS, rate=RATES, offset=st.integers(0, 800))
def test_a_day_more_never_earns_less_at_one_rate(principal: int, rate: Decimal, offset: int) -> None:
    placed = Placement(principal, D, "1Y", rate)
    today, tomorrow = (
        time_interest(product("time"), placed, D + timedelta(days=n), rate).minor
        for n in (offset, offset + 1)
    )
    assert today <= tomorrow


@given(yuan=st.integers(200, 10**9), share=st.integers(1, 99), rate=RATES, offset=st.integers(0, 800))
def test_parting_a_deposit_conserves_it_and_costs_at_most_a_fen(
    yuan: int, share: int, rate: Decimal, offset: int
) -> None:
    placed, on = Placement(yuan * 100, D, "1Y", rate), D + timedelta(days=offset)
    part = max(yuan * share // 100, 50) * 100
    if part > placed.principal - 50_00:
        return
    first = withdraw(product("time"), placed, part, on, DEMAND)
    assert first.rest is not None
    second = withdraw(product("time"), first.rest, first.rest.principal, on, DEMAND, taken=1)
    assert part + first.rest.principal == placed.principal
    whole = time_interest(product("time"), placed, on, DEMAND).minor
    assert abs(first.interest.minor + second.interest.minor - whole) <= 1
