"""Shapes of what customers see of their own money. Amounts are decimal strings, rates percent a year as decimal strings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from liushui.channels.open_api.schemas import AccountNumber, AccountView, Amount, Body, StatementLine

Execution = Literal["realtime", "normal", "next_day"]
ProductKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
TenorText = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,2}[DMY])?$")]


class MyAccount(AccountView):
    account_class: int | None = Field(
        description="1, 2 or 3; null for an account from before there were classes."
    )


class Movement(StatementLine):
    counterparty: str | None = Field(description="The other customer's account, where there is one.")


class Movements(BaseModel):
    account: str
    currency: str
    lines: list[Movement]
    next: int | None = Field(description="Give this as `before` to read on into the past; null at the end.")


class TransferPreviewIn(Body):
    payer: AccountNumber
    payee: AccountNumber
    amount: Amount
    execution: Execution = "realtime"


class TransferPreview(BaseModel):
    """What a transfer would be, if it were asked for now. Nothing is kept of it."""

    payee_name: str = Field(description="Masked: enough to see a slip of the finger.")
    own: bool
    new_payee: bool
    fee: str
    factor: Literal["none", "one_time_password", "signature"]
    reminder: bool = Field(
        description="Whether the customer is asked once more, by the size of the day's total."
    )
    execute_at: datetime | None = Field(description="Null: at once.")
    available: str
    day_limit: str | None
    day_used: str
    count_limit: int | None
    count_used: int


class DepositOfferView(BaseModel):
    product: str
    zh: str
    en: str
    kind: str
    tenor: str
    rate: str
    least: str
    matures_on: date | None
    instructions: list[str]


class DepositQuoteIn(Body):
    account: AccountNumber
    product: ProductKey
    tenor: TenorText = ""
    amount: Amount
    instruction: Literal["stay", "pay_out", "principal", "principal_and_interest"] = "stay"


class DepositQuote(BaseModel):
    rate: str
    matures_on: date | None
    interest: str | None = Field(description="At maturity, before tax; null where nobody can know it.")
    tax: str | None = Field(description="What would be withheld of it at today's rate of tax.")
    fee: str
