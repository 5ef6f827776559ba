"""Shapes of requests and answers. Amounts are decimal strings; the currency says how many decimals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

DayOnly = date
"""A date under a name that a field called ``date`` does not hide."""
AccountNumber = Annotated[str, Field(min_length=4, max_length=40, pattern=r"^[0-9A-Z-]+$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[
    str, Field(min_length=1, max_length=25, pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["100.00"])
]
Memo = Annotated[str, Field(max_length=200)]
RoleName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
Text = Annotated[str, Field(max_length=400)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LogIn(Body):
    number: Annotated[str, Field(min_length=1, max_length=32)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]
    cookie: bool = Field(default=False, description="Keep the session in a cookie: for our own pages only.")


class Me(BaseModel):
    number: str
    branch: str
    roles: list[str]
    permissions: list[str]


class Session(BaseModel):
    token: str | None = Field(description="Null where the session is kept in a cookie.")
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


class CustomerSearch(Body):
    text: Annotated[str, Field(min_length=1, max_length=120)] = Field(
        description="A customer number, a document's number, a mobile number, the beginning of a name or of its initials."
    )
    after: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class AgreementLine(BaseModel):
    """What a customer has agreed to. kind: agreement_deposit, transfer_limit, movement_notices, online_banking, signed.
    detail: a channel, or the name and version of a signed text. amount: base, limit a day, or least amount told of."""

    kind: str
    detail: str | None
    account: str | None
    currency: str | None
    amount: str | None
    since: datetime | None
    until: date | None
    state: str = Field(description="running, ended, not_activated")


class FoundCustomer(BaseModel):
    number: str
    kind: str
    name: str
    document_type: str
    document_number_masked: str
    mobile_masked: str | None
    branch: str


class FoundCustomers(BaseModel):
    customers: list[FoundCustomer]
    next: str | None = Field(description="Give this as `after` to read on; null at the end.")


class AccountView(BaseModel):
    number: str
    customer: str
    card_number: str | None
    currency: str
    opened_on: date
    closed_on: date | None
    debit_blocked: bool
    credit_blocked: bool
    activity: str
    ledger: str
    available: str
    held: str
    blocked: str


class TransferIn(Body):
    payer: AccountNumber
    payee: AccountNumber
    amount: Amount
    currency: Currency = "CNY"
    value_date: date | None = None
    memo: Memo | None = None
    execution: Literal["realtime", "normal", "next_day"] = "realtime"


class HoldIn(Body):
    payer: AccountNumber
    payee: AccountNumber
    amount: Amount
    currency: Currency = "CNY"
    expires_at: AwareDatetime
    memo: Memo | None = None


class CaptureIn(Body):
    amount: Amount | None = Field(default=None, description="Less than is held; null captures all of it.")
    currency: Currency = "CNY"


class HoldView(BaseModel):
    journal: int
    expires_at: datetime
    side: Literal["debit", "credit"]
    amount: str
    recorded_at: datetime


class NoticesIn(Body):
    least_amount: Amount | None = Field(description="Movements from this amount on; null ends the notices.")


class Notice(BaseModel):
    position: int
    journal: int
    side: Literal["debit", "credit"]
    amount: str
    balance: str
    recorded_at: datetime


class Notices(BaseModel):
    account: str
    currency: str
    least_amount: str | None
    notices: list[Notice]
    next: int | None


class StaffIn(Body):
    number: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Z0-9]+$")]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
    branch: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    roles: Annotated[list[RoleName], Field(max_length=20)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


class RolesIn(Body):
    roles: Annotated[list[RoleName], Field(max_length=20)]


class StaffState(Body):
    active: bool


class StaffView(BaseModel):
    number: str
    name: str
    branch: str
    roles: list[str]
    active: bool
    locked_until: datetime | None


class StaffPage(BaseModel):
    staff: list[StaffView]
    next: str | None


class PasswordChange(Body):
    old: Annotated[str, Field(min_length=1, max_length=1024)]
    new: Annotated[str, Field(min_length=1, max_length=1024)]


class AuditLine(BaseModel):
    id: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    outcome: str


class AuditPage(BaseModel):
    lines: list[AuditLine]
    next: int | None


class PostedView(BaseModel):
    journal: int
    booking_date: date
    value_date: date
    recorded_at: datetime
    replayed: bool


class CaseBegun(BaseModel):
    case: int = Field(
        description="Nothing is booked yet: people have to look at it first. Ask at /v1/cases/{case}."
    )


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
    zh: str | None = Field(
        description="Words of the entry where it is not what its journal is called: tax withheld."
    )
    en: str | None


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
    balance: str | None = Field(description="Null for cash that the caller may have to count.")


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


class BookedLine(BaseModel):
    """A journal of the counter. amount: of its largest entry; accounts: the customers' among those it moves."""

    journal: int
    kind: str
    code: str
    zh: str
    en: str
    booking_date: date
    recorded_at: datetime
    operator: str = Field(description="Whose step booked it: where somebody has authorised, that one.")
    initiator: str | None = Field(description="Who has begun its case.")
    amount: str
    currency: str
    accounts: list[str]
    memo: str | None
    reverses: int | None
    reversed_by: int | None
    case: int | None
    receipts: int = Field(description="How often its receipt has been printed.")


class BookedPage(BaseModel):
    business_date: DayOnly
    journals: list[BookedLine]
    next: int | None = Field(description="Give this as `before` to read on; null at the end.")


class ReceiptView(BaseModel):
    """copy: 1 is the first print; later ones say on the paper that they are reprints."""

    receipt: int
    journal: int
    copy_number: int
    printed_at: datetime


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


class BusinessDayIn(Body):
    date: DayOnly = Field(description="The business day to cut off; it must be over.")


class DayEndStepView(BaseModel):
    """handled: accounts, journals or whatever the step counts. fault: why it has failed, by the code of its sentence."""

    name: str
    zh: str
    en: str
    state: str
    handled: int
    started_at: datetime | None
    ended_at: datetime | None
    fault: str | None
    fault_params: dict[str, str | int]


class BusinessDayView(BaseModel):
    """A day that has been cut off. Its steps close it in their order."""

    date: DayOnly
    cut_at: datetime
    closed_at: datetime | None
    steps: list[DayEndStepView]


class BusinessDaysView(BaseModel):
    """business_date: what journals are booked on now. calendar_until: the last day whose holidays are known;
    calendar_ends_soon: the next year's ought to be entered. days: those cut off, newest first."""

    business_date: DayOnly
    calendar_until: DayOnly
    calendar_ends_soon: bool
    days: list[BusinessDayView]


class Health(BaseModel):
    status: str


class ProblemFault(BaseModel):
    code: str
    field: str | None = Field(description="Path of the input that must be mended.")
    params: dict[str, str | int | bool | None]
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457). The first fault decides type, title, status and code."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    faults: list[ProblemFault]


class StandingOrderView(BaseModel):
    """amount: of every execution; null: all above ``kept``. next_due: the day by the schedule; next_on: when it is done or
    tried again, null once the order has ended."""

    number: int
    payer: str
    payee: str
    currency: str
    amount: str | None
    kept: str
    month_day: int | None
    every_days: int | None
    first_on: date
    last_on: date | None
    times: int | None
    on_holiday: str
    retries: int
    memo: str | None
    channel: str
    replaces: int | None
    agreed_at: datetime
    next_due: date | None
    next_on: date | None
    ended_at: datetime | None
    end_reason: str | None


class StandingOrders(BaseModel):
    orders: list[StandingOrderView]
    next: int | None


class ExecutionView(BaseModel):
    """One attempt. due_on: the day by the schedule; on: the business day for which it was tried; outcome: done, nothing,
    refused (and tried again) or given_up; code: why it was not done."""

    due_on: date
    attempt: int
    on: date
    outcome: str
    amount: str | None
    journal: int | None
    code: str | None
    recorded_at: datetime


class StandingOrderWithExecutions(StandingOrderView):
    executions: list[ExecutionView]
