"""Notice deposits (通知存款). Pure; amounts in minor units, rates in percent a year.

Source: 通知存款管理办法 (银发〔1999〕3号): the notice rate of the day of withdrawal where the promise was kept; the demand rate
for what was held too short, taken without notice, before or after the agreed day, above or below the agreed amount, or below
the smallest withdrawal; nothing for the days of a notice that was cancelled or not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.products.day_count import parse_tenor
from liushui.products.interest import Interest, Segment, interest_of, segment
from liushui.products.terms import Product, withdrawal_faults


@dataclass(frozen=True, slots=True)
class Notice:
    """Given on one day, to take an amount on another."""

    given_on: date
    for_day: date
    amount: int


@dataclass(frozen=True, slots=True)
class UnusedNotice:
    """A notice that was cancelled or not used: so much of the principal earned nothing from ``start`` up to and without
    ``end``."""

    amount: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class NoticeDeposit:
    """tenor: days of notice, ``1D`` or ``7D``. opened: the first day that earns."""

    principal: int
    opened: date
    tenor: str
    unused: tuple[UnusedNotice, ...] = ()

    @property
    def notice_days(self) -> int:
        return parse_tenor(self.tenor).days


@dataclass(frozen=True, slots=True)
class NoticeWithdrawal:
    """interest: due now. rest: what stays with its opening day; None: nothing. restarted: what stays besides, its interest
    paid up to now (less was taken than agreed): it earns anew from this day."""

    interest: Interest
    rest: NoticeDeposit | None
    restarted: int


def unused(deposit: NoticeDeposit, notice: Notice, end: date) -> NoticeDeposit:
    """Note a notice that was cancelled on ``end``, or whose day has passed without a withdrawal: the days of its period earn
    nothing. A withdrawal takes from what such notices were about first."""
    stop = min(end, notice.for_day)
    return replace(deposit, unused=(*deposit.unused, UnusedNotice(notice.amount, notice.given_on, stop)))


def breach(deposit: NoticeDeposit, on: date, notice: Notice | None) -> str | None:
    """Why a withdrawal on this day earns the demand rate whatever its amount; None where it does not."""
    if (on - deposit.opened).days < deposit.notice_days:
        return "held_too_short"
    if notice is None:
        return "no_notice"
    if (notice.for_day - notice.given_on).days < deposit.notice_days:
        return "notice_too_short"
    if on < notice.for_day:
        return "before_agreed_day"
    if on > notice.for_day:
        return "after_agreed_day"
    return None


def withdraw_noticed(
    product: Product, deposit: NoticeDeposit, amount: int, on: date, notice: Notice | None, *,
    rate: Decimal, fallback_rate: Decimal,
) -> NoticeWithdrawal:  # fmt: skip
    """Take an amount out. rate, fallback_rate: notice and demand rate posted on this day.

    Refuses ``product_withdrawal_too_large``, and ``product_residual_too_small`` where the rest would have to be closed.
    A withdrawal below the minimum is allowed, at the demand rate."""
    raise_if_any(_faults(product, deposit, amount))
    if on < deposit.opened:
        raise refuse("period_reversed", start=deposit.opened.isoformat(), end=on.isoformat())
    parts: list[
        tuple[str, int, Decimal]
    ]  # why, amount, rate: laid on each other from the bottom of the principal
    restarted = 0
    why = breach(deposit, on, notice)
    if why is None and amount < min(product.least.withdrawal, deposit.principal):
        why = "below_minimum"
    if why is not None or notice is None:
        parts = [(why or "no_notice", amount, fallback_rate)]
    elif amount > notice.amount:
        parts = [
            ("notice_kept", notice.amount, rate),
            ("above_agreed", amount - notice.amount, fallback_rate),
        ]
    else:
        restarted = min(notice.amount, deposit.principal) - amount
        parts = [("notice_kept", amount, rate), ("below_agreed", restarted, fallback_rate)]
    segments: list[Segment] = []
    low = 0
    for reason, part, percent in parts:
        segments += _layers(product, deposit, reason, (low, low + part), on, percent)
        low += part
    left = deposit.principal - low
    rest = NoticeDeposit(left, deposit.opened, deposit.tenor, _less(deposit.unused, low)) if left else None
    return NoticeWithdrawal(interest_of(product, segments), rest, restarted)


def _faults(product: Product, deposit: NoticeDeposit, amount: int) -> Sequence[Fault]:
    found = withdrawal_faults(product, deposit.principal, amount)
    return [fault for fault in found if fault.code != "product_withdrawal_too_small"]


def _less(notices: Sequence[UnusedNotice], taken: int) -> tuple[UnusedNotice, ...]:
    return tuple(replace(n, amount=n.amount - taken) for n in notices if n.amount > taken)


def _layers(
    product: Product, deposit: NoticeDeposit, why: str, span: tuple[int, int], on: date, rate: Decimal
) -> Iterator[Segment]:
    """Segments of the slice of the principal between two heights: an unused notice takes days from what lies below its
    amount."""
    low, high = span
    cuts = sorted({low, high, *(n.amount for n in deposit.unused if low < n.amount < high)})
    for bottom, top in pairwise(cuts):
        idle = [n for n in deposit.unused if n.amount >= top]
        for start, end in _earning(deposit.opened, on, idle):
            yield segment(product, why, top - bottom, start, end, rate)


def _earning(start: date, end: date, idle: Sequence[UnusedNotice]) -> Iterator[tuple[date, date]]:
    """The stretches of a period without the days of unused notices."""
    for notice in sorted(idle, key=lambda n: n.start):
        if start < min(notice.start, end):
            yield start, min(notice.start, end)
        start = max(start, notice.end)
    if start < end:
        yield start, end
