"""Interest with its breakdown, and interest of balance-days. Pure.

Amounts are integers in minor units, rates ``Decimal`` in percent a year. What a deposit earns is the sum of segments, each
exact; it is rounded once, by the product's rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from liushui.products.day_count import DayCount, days_between
from liushui.products.terms import Product

PRECISION = 60
"""Digits while computing. A quotient by 36,000 or 36,500 that is not a tie differs from one long before them, so that
rounding what was computed is rounding what is true."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of days at one rate.

    why: a word for the reason of this rate (``term``, ``early``, ``overdue`` …). principal: what counts of it, minor
    units; 0 where only balance-days are known. balance_days: principal x days, minor units x days. rate: percent a year.
    """

    why: str
    principal: int
    start: date | None
    end: date | None
    days: int
    balance_days: int
    rate: Decimal
    year_basis: int

    @property
    def exact(self) -> Decimal:
        """Interest in minor units, not rounded."""
        with localcontext(prec=PRECISION):
            return Decimal(self.balance_days) * self.rate / (100 * self.year_basis)


@dataclass(frozen=True, slots=True)
class Interest:
    """What is due. minor: rounded, before tax. tax: what of it is withheld. Both in minor units."""

    minor: int
    segments: tuple[Segment, ...]
    tax: int = 0

    @property
    def net(self) -> int:
        """What the customer gets, in minor units."""
        return self.minor - self.tax

    @property
    def exact(self) -> Decimal:
        """The sum of the segments in minor units, not rounded."""
        with localcontext(prec=PRECISION):
            return sum((s.exact for s in self.segments), Decimal(0))


def interest_of(product: Product, segments: Iterable[Segment]) -> Interest:
    """Sum segments, which share the product's year, and round once."""
    kept = tuple(s for s in segments if s.balance_days > 0)
    with localcontext(prec=PRECISION):
        weighted = sum((Decimal(s.balance_days) * s.rate for s in kept), Decimal(0))
        minor = _rounded(product, weighted / (100 * product.year_basis))
    return Interest(minor, kept, withheld(product, minor))


def withheld(product: Product, minor: int) -> int:
    """Tax on an interest that is paid: the version's share of it, rounded as interest is. Both in minor units."""
    with localcontext(prec=PRECISION):
        return _rounded(product, minor * product.tax / 100)


def _rounded(product: Product, exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), rounding=product.rounding.decimal))


def segment(product: Product, why: str, principal: int, start: date, end: date, rate: Decimal) -> Segment:
    """A principal from one day up to and without another, by the product's day count and unit of principal."""
    return _segment(product, product.day_count, why, principal, (start, end), rate)


def fallback_segment(
    product: Product, why: str, principal: int, start: date, end: date, rate: Decimal
) -> Segment:
    """The same for days that earn the fallback rate, which has a day count of its own."""
    return _segment(product, product.fallback_day_count, why, principal, (start, end), rate)


def _segment(
    product: Product, count: DayCount, why: str, principal: int, period: tuple[date, date], rate: Decimal
) -> Segment:
    start, end = period
    counted, days = product.counted(principal), days_between(count, start, end)
    return Segment(why, counted, start, end, days, counted * days, rate, product.year_basis)


def _of_balance_days(product: Product, why: str, balance_days: int, rate: Decimal) -> Segment:
    return Segment(why, 0, None, None, 0, balance_days, rate, product.year_basis)


def demand_interest(product: Product, balance_days_minor: int, rate: Decimal) -> Interest:
    """Interest of accumulated balance-days (积数) at the rate posted on the day of settlement or closing. Overdrawn
    days (below zero in all) earn nothing."""
    return interest_of(product, [_of_balance_days(product, "demand", balance_days_minor, rate)])


def agreement_interest(
    product: Product, within_minor: int, above_minor: int, rate: Decimal, rate_above: Decimal
) -> Interest:
    """Interest of an agreement deposit: the balance-days within the base amount at one rate, those above at the other."""
    return interest_of(
        product,
        [
            _of_balance_days(product, "within", within_minor, rate),
            _of_balance_days(product, "above", above_minor, rate_above),
        ],
    )


Balances = Sequence[tuple[date, int]]
"""End-of-day balances in minor units, in order of days; each holds until the next."""


def balance_days(balances: Balances, start: date, end: date, unit: int = 1) -> int:
    """The sum over the days from ``start`` up to and without ``end`` of the balance at each day's end, in whole multiples
    of ``unit``. Before its first row a balance is zero."""
    return sum(days * (balance - balance % unit) for balance, days in _lengths(balances, start, end))


def tier_balance_days(
    balances: Balances, base: int, start: date, end: date, unit: int = 1
) -> tuple[int, int]:
    """The same, in two: of what stands within the base amount, and of what stands above it."""
    within = above = 0
    for balance, days in _lengths(balances, start, end):
        counted = balance - balance % unit
        within += days * min(counted, base)
        above += days * max(counted - base, 0)
    return within, above


def _lengths(balances: Balances, start: date, end: date) -> Iterable[tuple[int, int]]:
    """Each balance with the number of days of the period at whose end it stood."""
    for index, (day, balance) in enumerate(balances):
        until = balances[index + 1][0] if index + 1 < len(balances) else end
        first, last = max(day, start), min(until, end)
        if first < last:
            yield balance, (last - first) // timedelta(days=1)
