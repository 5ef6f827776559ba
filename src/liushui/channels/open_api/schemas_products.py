"""Shapes of answers about products and posted rates. Amounts are decimal strings; rates are per cent a year, as text."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class ProductVersionView(BaseModel):
    """A released version. current: sold on the business date. spread: percentage points on the rate's name. settlement: MM-DD.
    part_withdrawals: how often a part may be taken early, null without limit. case: that decided it, null for what ships
    with the house. text: the document as released."""

    key: str
    version: int
    valid_from: date
    valid_to: date | None
    current: bool
    kind: str
    currency: str
    zh: str
    en: str
    holders: list[str]
    gl_code: str
    day_count: str
    rounding: str
    least_opening: str
    least_withdrawal: str
    least_residual: str
    rate_type: str
    rate_name: str
    rate_above: str | None
    spread: str
    every_months: int
    tenors: list[str]
    fallback: str | None
    settlement: list[str]
    renewals: list[str]
    part_withdrawals: int | None
    transferable: bool
    tax_percent: str
    digest: str
    text: str
    entered_by: str
    approved_by: str
    released_at: datetime
    case: int | None


class RateStep(BaseModel):
    """What a rate has been from a day on. case: that decided it, null for the table the bank began with."""

    valid_from: date
    percent: str
    entered_by: str
    approved_by: str
    case: int | None


class RateView(BaseModel):
    name: str
    currency: str
    tenor: str = Field(description="3M, 1Y, 7D; empty where the rate has none.")
    steps: list[RateStep] = Field(description="Oldest first; later ones may lie ahead.")


class RatesView(BaseModel):
    business_date: date
    rates: list[RateView]


class TrialLine(BaseModel):
    """What would happen on a day. amount: moved, below zero where it left; interest: due, before tax."""

    day: date
    what: str
    amount: str
    balance: str
    rate: str | None
    interest: str | None
    tax: str | None


class TrialView(BaseModel):
    product: str
    version: int
    currency: str
    interest: str = Field(description="In all, before tax.")
    tax: str = Field(description="In all.")
    lines: list[TrialLine]
