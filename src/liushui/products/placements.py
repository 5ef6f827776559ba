"""Deposits of a term, or that earn by how long they have lain: time deposits and certificates (fixed or floating),
and demand-or-time deposits. Pure; amounts in minor units, rates in percent a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from liushui.kernel.errors import raise_if_any, refuse
from liushui.products.day_count import add_months, days_between, parse_tenor
from liushui.products.interest import Interest, Segment, fallback_segment, interest_of, segment
from liushui.products.terms import Product, RateType, Renewal, withdrawal_faults

PostedOn = Callable[[date], Decimal]
"""The rate that was posted on a day."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A principal placed for a term at a rate. opened: the first day that earns."""

    principal: int
    opened: date
    tenor: str
    rate: Decimal

    @property
    def matures(self) -> date:
        """The day on which the term is over; it earns the term's rate no more."""
        return parse_tenor(self.tenor).end(self.opened)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """interest: of the part taken out. rest: what stays, with its opening and rate; None: nothing."""

    interest: Interest
    rest: Placement | None


@dataclass(frozen=True, slots=True)
class Renewed:
    """interest: of the term that is over. placement: the next one. paid_out: interest after tax that was not placed."""

    interest: Interest
    placement: Placement
    paid_out: int


def time_interest(product: Product, placed: Placement, until: date, fallback_rate: Decimal) -> Interest:
    """What a fixed-rate placement has earned when all of it is taken out on ``until``: the term's rate at maturity; before
    it, the fallback rate (demand, of that day) for all its days; after it, the fallback rate for the days too many
    (储蓄管理条例 art. 24 to 26)."""
    if until < placed.matures:
        return interest_of(
            product,
            [fallback_segment(product, "early", placed.principal, placed.opened, until, fallback_rate)],
        )
    term = segment(product, "term", placed.principal, placed.opened, placed.matures, placed.rate)
    overdue = fallback_segment(product, "overdue", placed.principal, placed.matures, until, fallback_rate)
    return interest_of(product, [term, overdue])


def accrued_interest(product: Product, placed: Placement, on: date) -> Interest:
    """What a placement has earned up to a day if it is kept to maturity: for accruals, and for the price of a
    certificate that changes hands."""
    end = min(on, placed.matures)
    return interest_of(
        product, [segment(product, "accrued", placed.principal, placed.opened, end, placed.rate)]
    )


def withdraw(
    product: Product, placed: Placement, part: int, on: date, fallback_rate: Decimal, *, taken: int = 0
) -> Withdrawal:
    """Take a part or all out. The rest keeps its opening day and rate. taken: how often a part was taken before.

    Refuses ``product_partly_used``, ``product_withdrawal_too_large``, ``product_withdrawal_too_small`` and
    ``product_residual_too_small``."""
    faults = withdrawal_faults(product, placed.principal, part)
    raise_if_any(faults)
    if part < placed.principal and product.partly is not None and taken >= product.partly:
        raise refuse("product_partly_used", "amount", times=product.partly)
    interest = time_interest(product, replace(placed, principal=part), on, fallback_rate)
    left = placed.principal - part
    return Withdrawal(interest, replace(placed, principal=left) if left else None)


def renew(
    product: Product, placed: Placement, on: date, how: Renewal, rate: Decimal, fallback_rate: Decimal,
    tenor: str | None = None,
) -> Renewed:  # fmt: skip
    """Place the principal for another term from ``on``, at the rate of that day. tenor: None: as before.

    Refuses ``deposit_not_matured`` and ``renewal_not_offered``."""
    if on < placed.matures:
        raise refuse("deposit_not_matured", matures=placed.matures.isoformat())
    if how is Renewal.NONE or how not in product.renewals:
        raise refuse("renewal_not_offered", "renewal", product=product.key)
    interest = time_interest(product, placed, on, fallback_rate)
    kept = interest.net if how is Renewal.PRINCIPAL_AND_INTEREST else 0
    following = Placement(placed.principal + kept, on, tenor or placed.tenor, rate)
    return Renewed(interest, following, interest.net - kept)


def floating_interest(
    product: Product, placed: Placement, until: date, posted: PostedOn, fallback_rate: Decimal
) -> Interest:
    """What a floating-rate placement has earned when it is taken out on ``until``. Its rate is found at opening and every
    so many months from it: what is posted that day, and the spread, never below zero. Early or late: as for a fixed
    rate. ``placed.rate`` is not looked at."""
    if until < placed.matures or product.rate.type is not RateType.FLOATING:
        return time_interest(product, placed, until, fallback_rate)
    segments: list[Segment] = []
    start, passed, number = placed.opened, 0, 0
    counted = product.counted(placed.principal)
    while start < placed.matures:
        number += 1
        end = min(add_months(placed.opened, number * product.rate.every_months), placed.matures)
        upto = days_between(product.day_count, placed.opened, end)
        rate = floating_rate(product, posted(start))
        days = upto - passed
        segments.append(Segment("term", counted, start, end, days, counted * days, rate, product.year_basis))
        start, passed = end, upto
    segments.append(
        fallback_segment(product, "overdue", placed.principal, placed.matures, until, fallback_rate)
    )
    return interest_of(product, segments)


def floating_rate(product: Product, posted: Decimal) -> Decimal:
    """The rate that a posted one makes with the product's spread, never below zero."""
    return max(posted + product.rate.spread, Decimal(0))


def ladder_interest(
    product: Product, principal: int, opened: date, until: date, posted: Mapping[str, Decimal], fallback_rate: Decimal
) -> Interest:  # fmt: skip
    """What a demand-or-time deposit (定活两便) has earned: for all its days, the share that its highest rung gives of the
    time rate posted on the day of withdrawal, never less than the fallback rate. posted: time rates of that day by tenor.

    Refuses ``rate_unknown`` where the rung's tenor is not posted."""
    rate, why = fallback_rate, "demand"
    for step in product.ladder:
        if parse_tenor(step.held).end(opened) <= until:
            if step.tenor not in posted:
                raise refuse(
                    "rate_unknown", name=product.rate.name, currency=product.currency, tenor=step.tenor,
                    day=until.isoformat(),
                )  # fmt: skip
            share = posted[step.tenor] * step.percent / 100
            rate, why = (share, f"held_{step.held}") if share > fallback_rate else (fallback_rate, "demand")
    return interest_of(product, [segment(product, why, principal, opened, until, rate)])
