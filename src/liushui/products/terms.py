"""What a version of a deposit product promises. Pure data; amounts in minor units, rates in percent a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from liushui.kernel.errors import Fault
from liushui.kernel.money import format_minor
from liushui.products.day_count import DayCount, Settlement


class Kind(StrEnum):
    DEMAND = "demand"
    """活期"""
    TIME = "time"
    """整存整取"""
    INSTALMENT = "instalment"
    """零存整取"""
    DEMAND_OR_TIME = "demand_or_time"
    """定活两便"""
    NOTICE = "notice"
    """通知存款"""
    CERTIFICATE = "certificate"
    """大额存单"""
    AGREEMENT = "agreement"
    """协定存款"""


class Rounding(StrEnum):
    """How the sum of an interest becomes minor units. The values are what SQL and people call them."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"

    @property
    def decimal(self) -> str:
        """The name of this rounding in ``decimal``."""
        return {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}[self]


class RateType(StrEnum):
    """When the rate of a deposit is found.

    POSTED: the one posted on the day of settlement or withdrawal. FIXED: the one posted at opening, for the whole term.
    TIERED: posted on the day, one within the base amount and another above it. FLOATING: a posted rate and a spread,
    found anew every so many months from opening.
    """

    POSTED = "posted"
    FIXED = "fixed"
    TIERED = "tiered"
    FLOATING = "floating"


class Renewal(StrEnum):
    """What happens at maturity: nothing, or another term of the principal, with or without its interest."""

    NONE = "none"
    PRINCIPAL = "principal"
    PRINCIPAL_AND_INTEREST = "principal_and_interest"


@dataclass(frozen=True, slots=True)
class RateTerms:
    """name: of the rate in the table of rates. above: of the rate above the base amount (tiered). spread: percentage
    points on top, negative below; every_months: how long a floating rate stays."""

    type: RateType
    name: str
    above: str | None = None
    spread: Decimal = Decimal(0)
    every_months: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder of a demand-or-time deposit: once it has lain for ``held``, it earns ``percent`` of what
    the named rate pays for ``tenor``."""

    held: str
    tenor: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """What an event costs: a fixed amount in minor units, plus a share of the amount concerned."""

    event: str
    amount: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest amounts, in minor units: to open with, to withdraw in part, and to leave standing."""

    opening: int
    withdrawal: int
    residual: int


@dataclass(frozen=True, slots=True)
class Product:
    """One version of a product.

    key: what ``ledger_account.terms_id`` holds. valid_to: last day; None: until the next version begins. holders: kinds
    of customers. principal_unit: principal counts in whole multiples of it, in minor units (100: from the yuan).
    fallback: name of the rate for whatever loses the promised one (early, late, broken); fallback_day_count: how days at
    that rate are counted, over the same year. base_least: smallest base
    amount of an agreement deposit. make_up_months: within how many months a missed instalment may be made up.
    partly: how often a part may be withdrawn early; None: without limit. tax: percent of interest withheld.
    digest: SHA-256 of what the version says, hexadecimal.
    """

    key: str
    version: int
    valid_from: date
    valid_to: date | None
    kind: Kind
    currency: str
    holders: frozenset[str]
    gl_code: str
    zh: str
    en: str
    day_count: DayCount
    rounding: Rounding
    principal_unit: int
    least: Least
    rate: RateTerms
    fallback: str | None = None
    fallback_day_count: DayCount = DayCount.ACTUAL_360
    tenors: tuple[str, ...] = ()
    settlement: Settlement | None = None
    renewals: tuple[Renewal, ...] = ()
    partly: int | None = 0
    transferable: bool = False
    ladder: tuple[Step, ...] = ()
    make_up_months: int = 0
    base_least: int = 0
    tax: Decimal = Decimal(0)
    fees: tuple[Fee, ...] = ()
    digest: str = ""

    @property
    def year_basis(self) -> int:
        """Days of a year in this product's interest: balance-days x rate / 100 / year_basis."""
        return self.day_count.year_basis

    def counted(self, principal: int) -> int:
        """The part of a principal that earns interest."""
        return principal - principal % self.principal_unit

    def holds_on(self, day: date) -> bool:
        """Whether the version may be sold on a day, as far as it says itself."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def opening_faults(product: Product, holder: str, amount: int, tenor: str | None) -> list[Fault]:
    """Why this customer may not open such a deposit. holder: individual or entity. amount: minor units."""
    faults: list[Fault] = []
    if holder not in product.holders:
        faults.append(Fault("product_not_for_holder", {"product": product.key}, "product"))
    if amount < product.least.opening:
        least = format_minor(product.least.opening, product.currency)
        faults.append(Fault("product_opening_too_small", {"least": least}, "amount"))
    if (tenor or "") not in (product.tenors or ("",)):
        faults.append(
            Fault("product_tenor_unknown", {"product": product.key, "tenor": (tenor or "")[:12]}, "tenor")
        )
    return faults


def withdrawal_faults(product: Product, principal: int, part: int) -> list[Fault]:
    """Why a part may not be taken out of a principal; taking all of it is always allowed. Minor units."""
    faults: list[Fault] = []
    if part <= 0:
        faults.append(Fault("amount_not_positive", {}, "amount"))
    elif part > principal:
        faults.append(Fault("product_withdrawal_too_large", {}, "amount"))
    elif part < principal:
        if part < product.least.withdrawal:
            least = format_minor(product.least.withdrawal, product.currency)
            faults.append(Fault("product_withdrawal_too_small", {"least": least}, "amount"))
        if principal - part < product.least.residual:
            least = format_minor(product.least.residual, product.currency)
            faults.append(Fault("product_residual_too_small", {"least": least}, "amount"))
    return faults


def fees_due(product: Product, event: str, amount: int) -> int:
    """What an event costs, in minor units: opening, early_withdrawal, transfer or closing. amount: concerned by it."""
    due = sum(
        (fee.amount + amount * fee.percent / 100 for fee in product.fees if fee.event == event), Decimal(0)
    )
    return int(due.quantize(Decimal(1), rounding=product.rounding.decimal))
