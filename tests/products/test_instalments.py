"""Instalment deposits (零存整取)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.products import Plan, add_months, instalment_interest, is_kept, load_catalogue
from tests.products.test_interest import RATES, half_up

D = date(2026, 1, 15)
PRODUCT = load_catalogue().get("instalment", D)
DEMAND = Decimal("0.05")
PLAN = Plan(1_000_00, D, "1Y", Decimal("1.20"))


def paid(*months: int, plan: Plan = PLAN) -> list[tuple[date, int]]:
    """One amount on the tenth (the first: on opening) of these months of the plan; a month named twice pays twice."""
    return [(plan.opened if n == 1 else add_months(date(2026, 1, 10), n - 1), plan.amount) for n in months]


def test_the_textbook_sum_of_a_year() -> None:
    """利息=月存金额×累计月积数×月利率, 累计月积数=(12+1)÷2×12=78: 1,000 x 78 x 0.1 % = 78.00."""
    interest = instalment_interest(PRODUCT, PLAN, paid(*range(1, 13)), PLAN.matures, DEMAND)
    assert interest.minor == 78_00
    assert len(interest.segments) == 12


def test_the_example_of_a_calculator() -> None:
    """1,000 a month for a year at 1.35 per cent is 1000*78*(1.35%/12)=87.75: in the comment of a deposit calculator in a
    public repository."""
    plan = Plan(1_000_00, D, "1Y", Decimal("1.35"))
    assert (
        instalment_interest(PRODUCT, plan, paid(*range(1, 13), plan=plan), plan.matures, DEMAND).minor
        == 87_75
    )


@pytest.mark.parametrize(("tenor", "months", "product_of_months"), [("3Y", 36, 666), ("5Y", 60, 1830)])
def test_the_sums_that_textbooks_print_for_longer_plans(
    tenor: str, months: int, product_of_months: int
) -> None:
    plan = Plan(1_000_00, D, tenor, Decimal("1.20"))
    interest = instalment_interest(PRODUCT, plan, paid(*range(1, months + 1)), plan.matures, DEMAND)
    assert interest.minor == product_of_months * 1_00


def test_a_missed_month_made_up_in_the_next_earns_a_month_less() -> None:
    """March's thousand comes in April: 1,000 for a month at 0.1 % less, 77.00."""
    payments = paid(1, 2, 4, 4, *range(5, 13))
    assert is_kept(PRODUCT, PLAN, payments, PLAN.matures)
    assert instalment_interest(PRODUCT, PLAN, payments, PLAN.matures, DEMAND).minor == 77_00


def test_the_last_month_may_be_made_up_before_maturity() -> None:
    payments = [*paid(*range(1, 12)), (date(2027, 1, 14), 1_000_00)]
    assert instalment_interest(PRODUCT, PLAN, payments, PLAN.matures, DEMAND).minor == 77_00


def test_a_month_not_made_up_leaves_the_demand_rate_for_days_really_lain() -> None:
    payments = paid(1, 2, *range(4, 13))
    assert not is_kept(PRODUCT, PLAN, payments, PLAN.matures)
    interest = instalment_interest(PRODUCT, PLAN, payments, PLAN.matures, DEMAND)
    assert {s.why for s in interest.segments} == {"broken"}
    # Days to 15 January 2027: of 15 January, then of the tenth of February, April, May …, counted on a calendar.
    days = sum([365, 339, 280, 250, 219, 189, 158, 127, 97, 66, 36])
    assert interest.minor == half_up(Fraction(1_000_00 * days * 5, 3_600_000))


def test_two_months_behind_is_too_late() -> None:
    assert not is_kept(PRODUCT, PLAN, paid(1, 4, 4, 4, *range(5, 13)), PLAN.matures)


def test_while_it_runs_a_plan_is_kept_until_it_is_not() -> None:
    assert is_kept(PRODUCT, PLAN, paid(1), date(2026, 2, 28))
    assert is_kept(PRODUCT, PLAN, paid(1), date(2026, 3, 31))  # February may be made up in March
    assert not is_kept(PRODUCT, PLAN, paid(1), date(2026, 4, 1))


def test_ended_early_all_earns_the_demand_rate_and_late_days_do() -> None:
    early = instalment_interest(PRODUCT, PLAN, paid(1, 2), date(2026, 3, 15), DEMAND)
    assert [(s.why, s.days) for s in early.segments] == [("early", 59), ("early", 33)]
    late = instalment_interest(PRODUCT, PLAN, paid(*range(1, 13)), date(2027, 2, 15), DEMAND)
    assert late.minor == 78_00 + 52  # 12,000 x 31 x 0.05 % / 360


def test_paying_ahead_and_paying_outside_the_term_are_refused() -> None:
    for payments, code in [
        ([*paid(1), (date(2026, 1, 20), 1)], "instalment_ahead"),
        ([*paid(1), (PLAN.matures, 1_000_00)], "period_reversed"),
    ]:
        with pytest.raises(Refused) as refused:
            instalment_interest(PRODUCT, PLAN, payments, PLAN.matures, DEMAND)
        assert refused.value.code == code


@given(late=st.sets(st.integers(2, 11)), rate=RATES, days=st.integers(0, 60))
def test_month_by_month(late: Iterable[int], rate: Decimal, days: int) -> None:
    """The second way: a purse that is looked at on the last night of every month. late: paid a month after."""
    plan = Plan(1_000_00, D, "1Y", rate)
    payments = sorted(paid(*(n + 1 if n in set(late) else n for n in range(1, 13)), plan=plan))
    until = plan.matures + timedelta(days=days)
    broken, exact = False, Fraction(0)
    behind_before = False
    for n in range(1, 13):
        night = add_months(date(2026, 1, 1), n) - timedelta(days=1)
        purse = sum(amount for day, amount in payments if day <= night)
        behind = purse < 1_000_00 * n
        broken = broken or (behind and behind_before)
        behind_before = behind
        exact += purse * Fraction(rate) / 1_200
    assert is_kept(PRODUCT, plan, payments, until) is not broken
    if not broken:
        exact += days * 12_000_00 * Fraction(DEMAND) / 36_000
        assert instalment_interest(PRODUCT, plan, payments, until, DEMAND).minor == half_up(exact)
