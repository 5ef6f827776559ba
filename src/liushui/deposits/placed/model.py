"""Contracts of deposits that are placed, and what one of them pays. Pure; amounts in minor units, rates in percent a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from liushui.kernel.errors import raise_if_any, refuse
from liushui.products import (
    Interest,
    Kind,
    Notice,
    NoticeDeposit,
    Payments,
    Placement,
    Plan,
    Product,
    Renewal,
    UnusedNotice,
    accrued_interest,
    fees_due,
    instalment_accrued,
    instalment_interest,
    ladder_interest,
    time_interest,
    withdraw_noticed,
    withdrawal_faults,
)
from liushui.products.placements import PostedOn

PLACED = frozenset({Kind.TIME, Kind.INSTALMENT, Kind.DEMAND_OR_TIME, Kind.NOTICE, Kind.CERTIFICATE})


class Instruction(StrEnum):
    """What is done at maturity: it stays and earns the fallback rate, is paid out, or is placed for another term."""

    STAY = "stay"
    PAY_OUT = "pay_out"
    PRINCIPAL = "principal"
    PRINCIPAL_AND_INTEREST = "principal_and_interest"

    @property
    def renewal(self) -> Renewal:
        renews = self in (Instruction.PRINCIPAL, Instruction.PRINCIPAL_AND_INTEREST)
        return Renewal(self.value) if renews else Renewal.NONE


class State(StrEnum):
    RUNNING = "running"
    MATURED = "matured"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Contract:
    """A placed deposit as it stands. See migrations/0021 for what the columns mean. number: of its ledger account.
    linked, linked_account_id: the demand account it is paid from and to. owner: number of the customer, and party_id;
    holder: what kind of customer, individual or entity."""

    account_id: int
    number: str
    branch_id: int
    currency: str
    product: str
    version: int
    kind: Kind
    tenor: str
    opened_on: date
    matures_on: date | None
    rate: Decimal | None
    instruction: Instruction
    linked_account_id: int
    linked: str
    voucher: str | None
    state: State
    principal: int
    taken: int
    term: int
    instalment: int | None
    issue_id: int | None
    party_id: int
    owner: str
    holder: str

    @property
    def placement(self) -> Placement:
        """As the mathematics of interest sees it. A rate that floats is not looked at there."""
        return Placement(self.principal, self.opened_on, self.tenor, self.rate or Decimal(0))

    def is_early(self, on: date) -> bool:
        """Whether taking it out breaks its term."""
        return self.matures_on is not None and on < self.matures_on

    def is_due(self, on: date) -> bool:
        """Whether it has matured and nothing was done about that yet."""
        return self.state is State.RUNNING and self.matures_on is not None and self.matures_on <= on


@dataclass(frozen=True, slots=True)
class Facts:
    """What the interest of a contract depends on besides itself, on one day. fallback: the fallback rate. posted: the
    product's own rate by tenor. history: the same of any day, where it floats. payments: instalments paid in. notice: the
    one that is open. idle: periods of notices that were not used."""

    fallback: Decimal
    posted: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    history: PostedOn | None = None
    payments: Payments = ()
    notice: Notice | None = None
    idle: tuple[UnusedNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What taking an amount out pays. rest: what stays with its opening day. restarted: what stays besides, its interest paid:
    it earns anew. idle: of what stays."""

    amount: int
    interest: Interest
    rest: int
    restarted: int = 0
    idle: tuple[UnusedNotice, ...] = ()

    @property
    def left(self) -> int:
        return self.rest + self.restarted

    def fee(self, product: Product, *, early: bool) -> int:
        """What it costs: taken out early, and where nothing is left."""
        fee = fees_due(product, "early_withdrawal", self.amount) if early else 0
        return fee + (0 if self.left else fees_due(product, "closing", self.amount))


def quote(product: Product, contract: Contract, amount: int, on: date, facts: Facts) -> Quote:
    """What taking ``amount`` out on a day pays. Refuses ``product_partly_used`` and like ``withdrawal_faults``."""
    if contract.kind is Kind.NOTICE:
        deposit = NoticeDeposit(contract.principal, contract.opened_on, contract.tenor, facts.idle)
        done = withdraw_noticed(
            product, deposit, amount, on, facts.notice, rate=_posted(product, contract, on, facts),
            fallback_rate=facts.fallback,
        )  # fmt: skip
        rest, idle = (done.rest.principal, done.rest.unused) if done.rest else (0, ())
        return Quote(amount, done.interest, rest, done.restarted, idle)
    raise_if_any(withdrawal_faults(product, contract.principal, amount))
    early = contract.is_early(on)
    if amount < contract.principal and product.partly is not None:
        never = contract.kind in (Kind.INSTALMENT, Kind.DEMAND_OR_TIME) or product.partly == 0
        if never or (early and contract.taken >= product.partly):
            raise refuse("product_partly_used", "amount", times=0 if never else product.partly)
    return Quote(amount, _earned(product, contract, amount, on, facts), contract.principal - amount)


def _posted(product: Product, contract: Contract, on: date, facts: Facts) -> Decimal:
    """The product's rate that is posted on the day. Refuses ``rate_unknown``."""
    if contract.tenor not in facts.posted:
        raise refuse(
            "rate_unknown",
            name=product.rate.name,
            currency=product.currency,
            tenor=contract.tenor,
            day=on.isoformat(),
        )
    return facts.posted[contract.tenor]


def _earned(product: Product, contract: Contract, amount: int, on: date, facts: Facts) -> Interest:
    if contract.kind is Kind.INSTALMENT:
        return instalment_interest(product, plan_of(contract), facts.payments, on, facts.fallback)
    if contract.kind is Kind.DEMAND_OR_TIME:
        return ladder_interest(product, amount, contract.opened_on, on, facts.posted, facts.fallback)
    placed = replace(contract.placement, principal=amount)
    return time_interest(product, placed, on, facts.fallback, facts.history)


def accrued(product: Product, contract: Contract, until: date, facts: Facts) -> Interest:
    """What a contract has earned up to a day and was not paid: as if it is kept to its term, or taken out with due notice."""
    if contract.kind is Kind.NOTICE:
        deposit = NoticeDeposit(contract.principal, contract.opened_on, contract.tenor, facts.idle)
        given = date.fromordinal(until.toordinal() - deposit.notice_days)
        noticed = Notice(given, until, contract.principal)
        return withdraw_noticed(
            product, deposit, contract.principal, until, noticed, rate=_posted(product, contract, until, facts),
            fallback_rate=facts.fallback,
        ).interest  # fmt: skip
    if contract.kind is Kind.INSTALMENT:
        payments = [(day, paid) for day, paid in facts.payments if day < until]
        return instalment_accrued(product, plan_of(contract), payments, until, facts.fallback)
    if contract.is_early(until):
        return accrued_interest(product, contract.placement, until, facts.history)
    return _earned(product, contract, contract.principal, until, facts)


def plan_of(contract: Contract) -> Plan:
    """The plan of an instalment deposit."""
    assert contract.instalment is not None
    assert contract.rate is not None
    return Plan(contract.instalment, contract.opened_on, contract.tenor, contract.rate)
