"""Notice deposits: what is promised, and each way of breaking it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.products import (
    Interest,
    Notice,
    NoticeDeposit,
    NoticeWithdrawal,
    load_catalogue,
    unused,
    withdraw_noticed,
)
from tests.products.test_interest import half_up

D = date(2026, 1, 5)
PRODUCT = load_catalogue().get("notice", D)
RATE, DEMAND = Decimal("1.35"), Decimal("0.35")
MILLION = NoticeDeposit(1_000_000_00, D, "7D")
DAY = date(2026, 4, 5)  # 90 days after opening
NOTICE = Notice(date(2026, 3, 29), DAY, 500_000_00)


def take(
    amount: int, on: date = DAY, notice: Notice | None = NOTICE, deposit: NoticeDeposit = MILLION
) -> NoticeWithdrawal:
    return withdraw_noticed(PRODUCT, deposit, amount, on, notice, rate=RATE, fallback_rate=DEMAND)


def whys(interest: Interest) -> list[tuple[str, int, int, Decimal]]:
    return [(s.why, s.principal, s.days, s.rate) for s in interest.segments]


def test_kept_in_every_point() -> None:
    """500,000 x 90 x 1.35 % / 360 = 1,687.50."""
    taken = take(500_000_00)
    assert whys(taken.interest) == [("notice_kept", 500_000_00, 90, RATE)]
    assert taken.interest.minor == 1_687_50
    assert taken.rest == NoticeDeposit(500_000_00, D, "7D")
    assert taken.restarted == 0


@pytest.mark.parametrize(
    ("on", "notice", "why"),
    [
        (D + timedelta(days=6), Notice(D, D + timedelta(days=7), 500_000_00), "held_too_short"),
        (DAY, None, "no_notice"),
        (DAY, Notice(date(2026, 3, 30), DAY, 500_000_00), "notice_too_short"),
        (DAY - timedelta(days=1), NOTICE, "before_agreed_day"),
        (DAY + timedelta(days=1), NOTICE, "after_agreed_day"),
    ],
)
def test_each_breach_earns_the_demand_rate(on: date, notice: Notice | None, why: str) -> None:
    taken = take(500_000_00, on, notice)
    assert whys(taken.interest) == [(why, 500_000_00, (on - D).days, DEMAND)]
    assert taken.rest == NoticeDeposit(500_000_00, D, "7D")


def test_more_than_agreed() -> None:
    """What is above: 100,000 x 90 x 0.35 % / 360 = 87.50."""
    taken = take(600_000_00)
    assert whys(taken.interest) == [
        ("notice_kept", 500_000_00, 90, RATE), ("above_agreed", 100_000_00, 90, DEMAND),
    ]  # fmt: skip
    assert taken.interest.minor == 1_687_50 + 87_50


def test_less_than_agreed() -> None:
    """What was agreed and not taken is settled at the demand rate, and begins anew."""
    taken = take(400_000_00)
    assert whys(taken.interest) == [
        ("notice_kept", 400_000_00, 90, RATE), ("below_agreed", 100_000_00, 90, DEMAND),
    ]  # fmt: skip
    assert taken.restarted == 100_000_00
    assert taken.rest == NoticeDeposit(500_000_00, D, "7D")


def test_below_the_smallest_withdrawal_and_leaving_too_little() -> None:
    assert [w[0] for w in whys(take(40_000_00).interest)] == ["below_minimum"]
    with pytest.raises(Refused) as refused:
        take(960_000_00)
    assert refused.value.code == "product_residual_too_small"
    assert take(1_000_000_00, notice=Notice(date(2026, 3, 29), DAY, 1_000_000_00)).rest is None


def test_one_day_of_notice() -> None:
    one = NoticeDeposit(50_000_00, D, "1D")
    taken = take(50_000_00, notice=Notice(date(2026, 4, 4), DAY, 50_000_00), deposit=one)
    assert taken.interest.minor == 168_75  # 50,000 x 90 x 1.35 % / 360


def test_a_notice_that_was_not_used_costs_its_days() -> None:
    """Seven days of 500,000 earn nothing: (500,000 x 83 + 500,000 x 90) x 1.35 % / 360 = 3,243.75."""
    idle = unused(MILLION, Notice(date(2026, 2, 1), date(2026, 2, 8), 500_000_00), date(2026, 2, 8))
    taken = take(1_000_000_00, notice=Notice(date(2026, 3, 29), DAY, 1_000_000_00), deposit=idle)
    assert sorted((s.principal, s.days) for s in taken.interest.segments) == [
        (500_000_00, 27), (500_000_00, 56), (500_000_00, 90),
    ]  # fmt: skip
    assert taken.interest.minor == 3_243_75


def test_a_notice_cancelled_after_three_days_costs_three() -> None:
    idle = unused(MILLION, Notice(date(2026, 2, 1), date(2026, 2, 8), 1_000_000_00), date(2026, 2, 4))
    taken = take(500_000_00, deposit=idle)
    assert sum(s.days for s in taken.interest.segments) == 87
    assert taken.rest is not None
    assert [n.amount for n in taken.rest.unused] == [500_000_00]


YUAN = st.integers(50_000, 2_000_000)
CANCELLED = st.lists(st.tuples(YUAN, st.integers(0, 70), st.integers(1, 7)), max_size=3)


@given(principal=YUAN, share=st.integers(1, 100), agreed=YUAN, cancelled=CANCELLED)
def test_night_by_night_and_yuan_by_yuan_of_a_purse(
    principal: int, share: int, agreed: int, cancelled: list[tuple[int, int, int]]
) -> None:
    """The second way: for every night, how much lay under an unused notice; and nothing is lost of the principal."""
    deposit = NoticeDeposit(principal * 100, D, "7D")
    for amount, start, days in cancelled:
        given_on = D + timedelta(days=start)
        notice = Notice(given_on, given_on + timedelta(days=7), min(amount, principal) * 100)
        deposit = unused(deposit, notice, given_on + timedelta(days=days))
    amount = principal * share // 100 * 100
    if amount < 50_000_00 or 0 < principal * 100 - amount < 50_000_00:
        return
    promised = Notice(date(2026, 3, 29), DAY, min(agreed, principal) * 100)
    taken = take(amount, notice=promised, deposit=deposit)
    left = taken.rest.principal if taken.rest else 0
    assert amount + taken.restarted + left == principal * 100
    exact = Fraction(0)
    settled = amount + taken.restarted
    for n in range(90):
        night = D + timedelta(days=n)
        idle = max((u.amount for u in deposit.unused if u.start <= night < u.end), default=0)
        noticed = min(amount, promised.amount)
        exact += max(noticed - idle, 0) * Fraction(RATE) / 36_000
        exact += (settled - max(noticed, min(idle, settled))) * Fraction(DEMAND) / 36_000
    assert taken.interest.minor == half_up(exact)
