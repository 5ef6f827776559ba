"""A product tried out before it is sold: its whole life with every posting of interest. Pure; amounts in minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.money import Money, format_minor
from liushui.products.day_count import add_months, parse_tenor
from liushui.products.instalments import Plan, instalment_interest
from liushui.products.interest import (
    Interest,
    agreement_interest,
    balance_days,
    demand_interest,
    tier_balance_days,
)
from liushui.products.notices import Notice, NoticeDeposit, unused, withdraw_noticed
from liushui.products.placements import (
    Placement,
    floating_rate,
    ladder_interest,
    renew,
    time_interest,
    withdraw,
)
from liushui.products.rates import RateTable
from liushui.products.terms import Kind, Product, RateType, Renewal, opening_faults, withdrawal_faults

ROWS_MAX = 5_000
YEARS_MAX = 60
_EVENTS = {
    Kind.DEMAND: {"deposit", "withdraw"},
    Kind.AGREEMENT: {"deposit", "withdraw"},
    Kind.TIME: {"withdraw"},
    Kind.CERTIFICATE: {"withdraw"},
    Kind.INSTALMENT: {"deposit", "skip"},
    Kind.DEMAND_OR_TIME: {"withdraw"},
    Kind.NOTICE: {"withdraw", "notice", "cancel"},
}


@dataclass(frozen=True, slots=True)
class TrialEvent:
    """deposit, withdraw (amount), notice (amount, for_day), cancel (the notice), skip (the month's instalment)."""

    day: date
    what: str
    amount: int = 0
    for_day: date | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried. amount: of the opening, or of each instalment. until: the day on which all is taken out; None: at
    maturity, or after a year where there is none. renewal: at each maturity before ``until``. base: of an agreement."""

    amount: int
    start: date
    until: date | None = None
    tenor: str | None = None
    renewal: Renewal = Renewal.NONE
    base: int = 0
    events: tuple[TrialEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What happened on a day. amount: moved, in minor units, negative where it left. balance: principal after it.
    rate: found or changed on this day. interest: due on this day."""

    day: date
    what: str
    amount: int
    balance: int
    rate: Decimal | None = None
    interest: Interest | None = None


def parse_event(text: str, currency: str) -> TrialEvent:
    """``2026-03-01:withdraw:500.00``, ``2026-03-01:notice:50000.00:2026-03-08``, ``2026-03-04:cancel``,
    ``2026-03-01:skip``. Refuses ``trial_event_malformed``."""
    try:
        day, what, *more = text.split(":")
        if what not in set().union(*_EVENTS.values()) or len(more) != {
            "notice": 2,
            "cancel": 0,
            "skip": 0,
        }.get(what, 1):
            raise ValueError
        amount = Money.parse(more[0], currency).minor if more else 0
        if more and amount <= 0:
            raise ValueError
        return TrialEvent(
            date.fromisoformat(day), what, amount, date.fromisoformat(more[1]) if more[1:] else None
        )
    except (ValueError, Refused):
        raise refuse("trial_event_malformed", event=text[:60]) from None


def simulate(product: Product, rates: RateTable, trial: Trial) -> list[Row]:
    """Every opening, movement, change of rate, settlement, maturity and renewal, in order of days.

    Refuses what the product refuses (opening, withdrawal), ``rate_unknown``, ``trial_event_unfit`` and
    ``trial_too_long``."""
    until = trial.until or _last_day(product, trial)
    faults = opening_faults(product, min(product.holders), trial.amount, trial.tenor)
    faults += [
        Fault("trial_event_unfit", {"event": event.what, "kind": product.kind.value})
        for event in trial.events
        if event.what not in _EVENTS[product.kind] or not trial.start <= event.day <= until
    ]
    if product.kind is Kind.AGREEMENT and trial.base < product.base_least:
        least = format_minor(product.base_least, product.currency)
        faults.append(Fault("product_base_too_small", {"least": least}, "base"))
    if until <= trial.start or until > add_months(trial.start, 12 * YEARS_MAX):
        faults.append(Fault("trial_too_long", {"years": YEARS_MAX}))
    raise_if_any(faults)
    return _Life(product, rates, trial, until).rows()


def _last_day(product: Product, trial: Trial) -> date:
    termed = trial.tenor is not None and product.kind is not Kind.NOTICE
    return parse_tenor(trial.tenor or "1Y").end(trial.start) if termed else add_months(trial.start, 12)


class _Life:
    """One trial under way."""

    def __init__(self, product: Product, rates: RateTable, trial: Trial, until: date) -> None:
        self.product, self.rates, self.trial, self.until = product, rates, trial, until
        self.events = sorted(trial.events, key=lambda e: e.day)
        self.balance = 0
        self.due = Interest(0, ())  # settled, not yet capitalised
        self.found: list[Row] = []

    def rows(self) -> list[Row]:
        kind = self.product.kind
        if kind in (Kind.DEMAND, Kind.AGREEMENT):
            self._settled()
        elif kind is Kind.INSTALMENT:
            self._instalments()
        elif kind is Kind.DEMAND_OR_TIME:
            self._laddered()
        elif kind is Kind.NOTICE:
            self._noticed()
        else:
            self._placed()
        return self.found

    def _add(
        self,
        day: date,
        what: str,
        amount: int = 0,
        *,
        rate: Decimal | None = None,
        interest: Interest | None = None,
    ) -> None:
        self.balance += amount
        if len(self.found) >= ROWS_MAX:
            raise refuse("trial_too_long", years=YEARS_MAX)
        self.found.append(Row(day, what, amount, self.balance, rate, interest))

    def _rate(self, day: date, tenor: str = "", name: str | None = None) -> Decimal:
        return self.rates.on(name or self.product.rate.name, self.product.currency, tenor, day)

    def _fallback(self, day: date) -> Decimal:
        return self._rate(day, name=self.product.fallback)

    def _settled(self) -> None:
        """Demand and agreement deposits: settled at the end of a day, capitalised on the next."""
        product, start, until = self.product, self.trial.start, self.until
        settlement = product.settlement
        assert settlement is not None
        self._add(start, "opened", self.trial.amount, rate=self._rate(start))
        nights = [(start, self.balance)]
        since = start
        names = {product.rate.name, product.rate.above} - {None}
        changes = {
            day
            for name in names
            for day in self.rates.days(str(name), product.currency, "")
            if start < day < until
        }
        settled = {day for day in settlement.days(start, until) if day < until}
        for day in sorted(
            {*changes, *settled, *(d + timedelta(days=1) for d in settled), *(e.day for e in self.events)}
        ):
            if since == day and since != start:
                self._add(day, "capitalised", self.due.net)
            for event in (e for e in self.events if e.day == day):
                self._move(event)
            if self.balance != nights[-1][1]:
                nights.append((day, self.balance))
            if day in changes:
                self._add(day, "rate_changed", rate=self._rate(day))
            if day in settled:
                self.due = self._of_nights(nights, since, day + timedelta(days=1), day)
                self._add(day, "settled", interest=self.due)
                since = day + timedelta(days=1)
        due = self._of_nights(nights, since, until, until)
        self._add(until, "closed", -self.balance, interest=due)

    def _of_nights(self, nights: Sequence[tuple[date, int]], start: date, end: date, on: date) -> Interest:
        """Interest of the nights from start up to and without end, at the rates of a day."""
        product = self.product
        if product.rate.type is not RateType.TIERED:
            return demand_interest(
                product, balance_days(nights, start, end, product.principal_unit), self._rate(on)
            )
        within, above = tier_balance_days(nights, self.trial.base, start, end, product.principal_unit)
        return agreement_interest(
            product, within, above, self._rate(on), self._rate(on, name=product.rate.above)
        )

    def _move(self, event: TrialEvent) -> None:
        if event.what == "deposit":
            self._add(event.day, "deposited", event.amount)
        else:
            raise_if_any(withdrawal_faults(self.product, self.balance, event.amount))
            self._add(event.day, "withdrawn", -event.amount)

    def _placed(self) -> None:
        """Time deposits and certificates."""
        product, tenor = self.product, self.trial.tenor or ""
        placed = Placement(self.trial.amount, self.trial.start, tenor, self._opening_rate(self.trial.start))
        self._add(placed.opened, "opened", placed.principal, rate=placed.rate)
        events, taken = list(self.events), 0
        while True:
            stop = min(placed.matures, self.until) if self.trial.renewal is not Renewal.NONE else self.until
            while events and events[0].day < stop:
                event = events.pop(0)
                part = withdraw(
                    product,
                    placed,
                    event.amount,
                    event.day,
                    self._fallback(event.day),
                    taken=taken,
                    posted=self._rate,
                )
                taken += 1
                self._add(event.day, "withdrawn", -event.amount, interest=part.interest)
                if part.rest is None:
                    return
                placed = part.rest
            if stop < placed.matures or self.trial.renewal is Renewal.NONE or stop == self.until:
                what = (
                    "closed_early"
                    if stop < placed.matures
                    else "matured"
                    if stop == placed.matures
                    else "closed_late"
                )
                self._add(
                    stop,
                    what,
                    -self.balance,
                    interest=time_interest(product, placed, stop, self._fallback(stop), self._rate),
                )
                return
            renewed = renew(
                product, placed, stop, self.trial.renewal, self._opening_rate(stop), self._fallback(stop),
                posted=self._rate,
            )  # fmt: skip
            placed = renewed.placement
            self._add(
                stop, "renewed", placed.principal - self.balance, rate=placed.rate, interest=renewed.interest
            )

    def _opening_rate(self, day: date) -> Decimal:
        if self.product.rate.type is RateType.FLOATING:
            return floating_rate(self.product, self._rate(day))
        return self._rate(day, self.trial.tenor or "")

    def _instalments(self) -> None:
        trial, until = self.trial, self.until
        plan = Plan(trial.amount, trial.start, trial.tenor or "", self._rate(trial.start, trial.tenor or ""))
        skipped = {plan.month_of(event.day) for event in self.events if event.what == "skip"}
        due = [add_months(plan.opened, n) for n in range(plan.months) if n + 1 not in skipped]
        payments = [(day, plan.amount) for day in due if day < until]
        payments += [(event.day, event.amount) for event in self.events if event.what == "deposit"]
        payments.sort()
        for number, (day, amount) in enumerate(payments):
            self._add(day, "deposited" if number else "opened", amount, rate=None if number else plan.rate)
        interest = instalment_interest(self.product, plan, payments, until, self._fallback(until))
        what = (
            "closed_early" if until < plan.matures else "matured" if until == plan.matures else "closed_late"
        )
        self._add(until, what, -self.balance, interest=interest)

    def _laddered(self) -> None:
        self._add(self.trial.start, "opened", self.trial.amount)
        for event in [*self.events, TrialEvent(self.until, "withdraw")]:
            part = event.amount or self.balance
            if part == 0:
                return
            raise_if_any(withdrawal_faults(self.product, self.balance, part))
            posted = {step.tenor: self._rate(event.day, step.tenor) for step in self.product.ladder}
            interest = ladder_interest(
                self.product, part, self.trial.start, event.day, posted, self._fallback(event.day)
            )
            self._add(event.day, "withdrawn" if event.amount else "closed", -part, interest=interest)

    def _noticed(self) -> None:
        """Notice deposits. One that is cancelled, or followed by another, was not used."""
        deposit = NoticeDeposit(self.trial.amount, self.trial.start, self.trial.tenor or "")
        self._add(deposit.opened, "opened", deposit.principal)
        notice: Notice | None = None
        again: list[NoticeDeposit] = []
        for event in self.events:
            if notice is not None and event.what != "withdraw":
                deposit, notice = unused(deposit, notice, event.day), None
            if event.what == "notice":
                notice = Notice(event.day, event.for_day or event.day, event.amount)
                self._add(event.day, "notice_given")
            elif event.what == "cancel":
                self._add(event.day, "notice_cancelled")
            else:
                taken = withdraw_noticed(
                    self.product, deposit, event.amount, event.day, notice,
                    rate=self._rate(event.day, deposit.tenor), fallback_rate=self._fallback(event.day),
                )  # fmt: skip
                notice = None
                self._add(event.day, "withdrawn", -event.amount, interest=taken.interest)
                if taken.restarted:
                    again.append(NoticeDeposit(taken.restarted, event.day, deposit.tenor))
                if taken.rest is None:
                    break
                deposit = taken.rest
        left = self.balance - sum(other.principal for other in again)
        for rest in [deposit, *again] if left else again:
            kept = notice if rest is deposit else None
            taken = withdraw_noticed(
                self.product, rest, rest.principal, self.until, kept,
                rate=self._rate(self.until, rest.tenor), fallback_rate=self._fallback(self.until),
            )  # fmt: skip
            self._add(self.until, "closed", -rest.principal, interest=taken.interest)
