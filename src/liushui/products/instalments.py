"""Instalment deposits (零存整取). Pure; amounts in minor units, rates in percent a year.

The k-th instalment is due in the k-th calendar month, that of opening being the first. Kept to maturity, each month earns on
what stood at its end (月积数). Not kept, every payment earns the fallback rate for the days it has really lain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liushui.kernel.errors import refuse
from liushui.products.day_count import add_months, parse_tenor, whole_months
from liushui.products.interest import Interest, Segment, fallback_segment, interest_of
from liushui.products.terms import Product

MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """amount: of each month. rate: fixed at opening. tenor: in months or years."""

    amount: int
    opened: date
    tenor: str
    rate: Decimal

    @property
    def months(self) -> int:
        return parse_tenor(self.tenor).months

    @property
    def matures(self) -> date:
        return add_months(self.opened, self.months)

    def month_of(self, day: date) -> int:
        """Which month of the plan a day lies in; the month of opening is 1."""
        return (day.year - self.opened.year) * 12 + day.month - self.opened.month + 1


Payments = Sequence[tuple[date, int]]
"""What was paid in, by day and amount."""


def stood(plan: Plan, payments: Payments) -> list[int]:
    """What stood at the end of each month of the plan, and at maturity (one more). Refuses ``instalment_ahead`` where
    more was paid than was due by then, and ``period_reversed`` for a payment outside the term."""
    paid = [0] * (plan.months + 1)
    for day, amount in payments:
        if not plan.opened <= day < plan.matures:
            raise refuse("period_reversed", start=plan.opened.isoformat(), end=day.isoformat())
        paid[plan.month_of(day) - 1] += amount
    sums: list[int] = []
    for number, amount in enumerate(paid, start=1):
        sums.append(amount + (sums[-1] if sums else 0))
        if sums[-1] > plan.amount * min(number, plan.months):
            raise refuse("instalment_ahead", "amount", month=number)
    return sums


def is_kept(product: Product, plan: Plan, payments: Payments, until: date) -> bool:
    """Whether the plan was kept in every month that is over by ``until``: what a month lacks was made up within as many
    months as the product allows."""
    over = min(plan.month_of(until) - 1, plan.months)
    short_in_a_row = 0
    for number, total in enumerate(stood(plan, payments), start=1):
        if number > over and until < plan.matures:
            break
        due = plan.amount * min(number, plan.months)
        short_in_a_row = short_in_a_row + 1 if total < due else 0
        if short_in_a_row > product.make_up_months:
            return False
    return short_in_a_row == 0 or until < plan.matures


def instalment_interest(
    product: Product, plan: Plan, payments: Payments, until: date, fallback_rate: Decimal
) -> Interest:
    """What an instalment deposit has earned when it is taken out on ``until``. Refuses like ``stood``."""
    sums = stood(plan, payments)
    if until < plan.matures or not is_kept(product, plan, payments, until):
        why = "early" if until < plan.matures else "broken"
        return interest_of(
            product,
            [fallback_segment(product, why, amount, day, until, fallback_rate) for day, amount in payments],
        )
    months = [_month(product, plan, number, sums[number]) for number in range(plan.months)]
    overdue = fallback_segment(product, "overdue", sums[-1], plan.matures, until, fallback_rate)
    return interest_of(product, [*months, overdue])


def instalment_accrued(
    product: Product, plan: Plan, payments: Payments, on: date, fallback_rate: Decimal
) -> Interest:
    """What an instalment deposit has earned up to a day if it is kept to maturity: the months that are over, and of the
    running one the days that have passed, at most thirty; at the fallback rate once it is broken. Refuses like ``stood``."""
    if on >= plan.matures or not is_kept(product, plan, payments, on):
        return instalment_interest(product, plan, payments, on, fallback_rate)
    sums, over = stood(plan, payments), whole_months(plan.opened, on)
    months = [_month(product, plan, number, sums[number]) for number in range(over)]
    start, counted = add_months(plan.opened, over), product.counted(sums[over])
    days = min((on - start).days, MONTH_DAYS)
    running = Segment("term", counted, start, on, days, counted * days, plan.rate, product.year_basis)
    return interest_of(product, [*months, running])


def _month(product: Product, plan: Plan, number: int, total: int) -> Segment:
    start, end = add_months(plan.opened, number), add_months(plan.opened, number + 1)
    counted = product.counted(total)
    return Segment(
        "term", counted, start, end, MONTH_DAYS, counted * MONTH_DAYS, plan.rate, product.year_basis
    )
