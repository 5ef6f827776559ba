"""Deposits of a term, or that earn by how long they have lain: time deposits and certificates (fixed or floating),
and demand-or-time deposits. Pure; amounts in minor units, rates in percent a year."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    """A principal placed for a term at a rate. opened: the first day that earns. rate: not looked at where the product's
    rate is floating."""

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


def time_interest(
    product: Product, placed: Placement, until: date, fallback_rate: Decimal, posted: PostedOn | None = None
) -> Interest:
    """What a placement has earned when all of it is taken out on ``until``: the term's rate at maturity; before it, the
    fallback rate (demand, of that day) for all its days; after it, the fallback rate for the days too many
    (储蓄管理条例 art. 24 to 26). posted: needed where the product's rate is floating."""
    if until < placed.matures:
        return interest_of(
            product,
            [fallback_segment(product, "early", placed.principal, placed.opened, until, fallback_rate)],
        )
    overdue = fallback_segment(product, "overdue", placed.principal, placed.matures, until, fallback_rate)
    return interest_of(product, [*_term(product, "term", placed, placed.matures, posted), overdue])


def accrued_interest(
    product: Product, placed: Placement, on: date, posted: PostedOn | None = None
) -> Interest:
    """What a placement has earned up to a day if it is kept to maturity: for accruals, and for the price of a
    certificate that changes hands."""
    return interest_of(product, _term(product, "accrued", placed, min(on, placed.matures), posted))


def _term(
    product: Product, why: str, placed: Placement, end: date, posted: PostedOn | None
) -> Iterator[Segment]:
    """The days up to ``end`` at the rate of the term. A floating rate is found at opening and every so many months from
    it; days are counted from the opening on, so that the parts are together what the whole would be."""
    if product.rate.type is not RateType.FLOATING:
        yield segment(product, why, placed.principal, placed.opened, end, placed.rate)
        return
    if posted is None:
        raise ValueError("a floating rate is found in what is posted")
    start, passed, number = placed.opened, 0, 0
    counted = product.counted(placed.principal)
    while start < end:
        number += 1
        stop = min(add_months(placed.opened, number * product.rate.every_months), end)
        upto = days_between(product.day_count, placed.opened, stop)
        days, rate = upto - passed, floating_rate(product, posted(start))
        yield Segment(why, counted, start, stop, days, counted * days, rate, product.year_basis)
        start, passed = stop, upto


def withdraw(
    product: Product, placed: Placement, part: int, on: date, fallback_rate: Decimal, *, taken: int = 0,
    posted: PostedOn | None = None,
) -> Withdrawal:  # fmt: skip
    """Take a part or all out. The rest keeps its opening day and rate. taken: how often a part was taken before. posted:
    as for ``time_interest``.

    Refuses ``product_partly_used``, ``product_withdrawal_too_large``, ``product_withdrawal_too_small`` and
    ``product_residual_too_small``."""
    raise_if_any(withdrawal_faults(product, placed.principal, part))
    if part < placed.principal and product.partly is not None and taken >= product.partly:
        raise refuse("product_partly_used", "amount", times=product.partly)
    interest = time_interest(product, replace(placed, principal=part), on, fallback_rate, posted)
    left = placed.principal - part
    return Withdrawal(interest, replace(placed, principal=left) if left else None)


def renew(
    product: Product, placed: Placement, on: date, how: Renewal, rate: Decimal, fallback_rate: Decimal,
    tenor: str | None = None, posted: PostedOn | None = None,
) -> Renewed:  # fmt: skip
    """Place the principal for another term from ``on``, at the rate of that day. tenor: None: as before. posted: as for
    ``time_interest``.

    Refuses ``deposit_not_matured`` and ``renewal_not_offered``."""
    if on < placed.matures:
        raise refuse("deposit_not_matured", matures=placed.matures.isoformat())
    if how is Renewal.NONE or how not in product.renewals:
        raise refuse("renewal_not_offered", "renewal", product=product.key)
    interest = time_interest(product, placed, on, fallback_rate, posted)
    kept = interest.net if how is Renewal.PRINCIPAL_AND_INTEREST else 0
    following = Placement(placed.principal + kept, on, tenor or placed.tenor, rate)
    return Renewed(interest, following, interest.net - kept)


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
