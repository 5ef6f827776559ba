"""Shapes of requests and answers. Amounts are decimal strings; the currency says how many decimals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

AccountNumber = Annotated[str, Field(min_length=4, max_length=40, pattern=r"^[0-9A-Z-]+$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[
    str, Field(min_length=1, max_length=25, pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["100.00"])
]
Memo = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=400)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LogIn(Body):
    number: Annotated[str, Field(min_length=1, max_length=32)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


class Me(BaseModel):
    number: str
    branch: str
    roles: list[str]
    permissions: list[str]


class Session(BaseModel):
    token: str
    me: Me


class BranchView(BaseModel):
    code: str
    name_zh: str
    name_en: str
    opened_on: date


class CustomerIn(Body):
    kind: Literal["individual", "entity"]
    name: Text
    document_type: Text
    document_number: Text
    document_country: Annotated[str, Field(max_length=2)] = "CN"
    document_expires_on: date | None = None
    birth_date: date | None = None
    mobile: Text | None = None
    address: Text | None = None


class CustomerView(BaseModel):
    number: str
    kind: str
    name: str
    birth_date: date | None
    document_type: str
    document_number_masked: str
    mobile_masked: str | None
    address: str | None
    opened_at: datetime
    accounts: list[AccountOfCustomer]


class AccountOfCustomer(BaseModel):
    number: str
    currency: str
    opened_on: date
    closed_on: date | None
    role: str


class AccountIn(Body):
    customer: Annotated[str, Field(max_length=20)]
    currency: Currency = "CNY"


class AccountOpened(BaseModel):
    number: str
    card_number: str | None
    currency: str


class AccountView(BaseModel):
    number: str
    customer: str
    card_number: str | None
    currency: str
    opened_on: date
    closed_on: date | None
    debit_blocked: bool
    credit_blocked: bool
    ledger: str
    available: str
    held: str
    blocked: str


class Blocks(Body):
    debit: bool
    credit: bool


class CashIn(Body):
    account: AccountNumber
    amount: Amount
    currency: Currency = "CNY"
    memo: Memo | None = None


class TransferIn(Body):
    payer: AccountNumber
    payee: AccountNumber
    amount: Amount
    currency: Currency = "CNY"
    value_date: date | None = None
    memo: Memo | None = None


class PostedView(BaseModel):
    journal: int
    booking_date: date
    value_date: date
    recorded_at: datetime
    replayed: bool


class StatementLine(BaseModel):
    position: int
    journal: int
    booking_date: date
    value_date: date
    recorded_at: datetime
    code: str
    side: Literal["debit", "credit"]
    amount: str
    balance: str
    memo: str | None


class Statement(BaseModel):
    account: str
    currency: str
    lines: list[StatementLine]
    next: int | None = Field(description="Give this as `after` to read on; null at the end.")


class JournalEntry(BaseModel):
    account: str
    branch_id: int
    currency: str
    gl_code: str
    side: Literal["debit", "credit"]
    amount: str
    balance: str


class JournalView(BaseModel):
    journal: int
    kind: str
    code: str
    booking_date: date
    value_date: date
    recorded_at: datetime
    operator: str
    channel: str
    reverses: int | None
    reversed_by: int | None
    memo: str | None
    entries: list[JournalEntry]


class TrialBalanceLine(BaseModel):
    branch: str
    currency: str
    gl_code: str
    zh: str
    en: str
    opening: str
    debit: str
    credit: str
    closing: str


class BusinessDateIn(Body):
    to: date


class BusinessDateView(BaseModel):
    business_date: date


class Health(BaseModel):
    status: str
