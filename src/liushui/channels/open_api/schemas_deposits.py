"""Shapes of placed deposits. Amounts are decimal strings, rates percent a year as decimal strings."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel

DayOnly = date
"""A date under a name that a field called ``date`` does not hide."""


class DepositView(BaseModel):
    number: str
    customer: str
    product: str
    version: int
    tenor: str
    currency: str
    principal: str
    rate: str | None
    opened_on: date
    matures_on: date | None
    state: str
    instruction: str
    account: str
    voucher: str | None
    term: int
    instalment: str | None


class Deposits(BaseModel):
    customer: str
    deposits: list[DepositView]
    next: int | None


class InterestPart(BaseModel):
    why: str
    principal: str
    days: int
    from_on: date | None
    to_on: date | None
    rate: str


class IfTakenToday(BaseModel):
    """What taking all of it out on the business date would pay. interest: before tax; total: after it."""

    date: DayOnly
    interest: str
    tax: str
    total: str
    why: str | None
    parts: list[InterestPart]


class Happening(BaseModel):
    """interest: before tax."""

    date: DayOnly
    kind: str
    amount: str
    interest: str
    tax: str
    detail: dict[str, Any]
    journal: int | None
    case: int | None


class DepositDetail(BaseModel):
    deposit: DepositView
    today: IfTakenToday | None
    history: list[Happening]
