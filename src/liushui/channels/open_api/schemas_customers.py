"""Shapes of what customers and machines send and are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from liushui.channels.open_api.schemas import Body

CustomerNumber = Annotated[str, Field(min_length=1, max_length=20)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]
Token = Annotated[str, Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
COOKIE = "Keep the session in a cookie: for our own pages only."
PublicKeyCredential = Annotated[
    dict[str, Any], Field(description="PublicKeyCredential.toJSON() of WebAuthn.")
]
PasskeyName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
MachineNumber = Annotated[str, Field(min_length=2, max_length=32, pattern=r"^[A-Z0-9]+$")]
Number = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z()/-]+$")]


class ActivationIn(Body):
    customer: CustomerNumber
    activation_code: Annotated[str, Field(min_length=1, max_length=40)]
    password: Password
    cookie: bool = Field(default=False, description=COOKIE)


class CustomerLogIn(Body):
    customer: CustomerNumber
    password: Password


class ProofIn(Body):
    """A second factor: one of the two."""

    one_time_password: Code | None = None
    assertion: PublicKeyCredential | None = None


class ConfirmLogIn(ProofIn):
    ticket: Token
    device: Token | None = Field(default=None, description="What an earlier log-in from here was answered.")
    cookie: bool = Field(default=False, description=COOKIE)


class TicketView(BaseModel):
    ticket: str
    until: datetime
    one_time_password: bool = Field(description="Whether one may be given as second factor.")
    passkey: dict[str, Any] | None = Field(
        description="For navigator.credentials.get; null without passkeys."
    )


class CustomerSession(BaseModel):
    token: str | None = Field(description="Null where it was put into a cookie.")
    until: datetime
    scope: Literal["full", "enrol"] = Field(description="enrol: only to enrol a second factor.")
    device: str | None = Field(default=None, description="To be given at the next log-in; null where it was.")


class Visit(BaseModel):
    customer: str
    name: str
    channel: str
    scope: str
    account: str | None = Field(description="The only account that this session may act on; null: all.")


class ShownIn(Body):
    """What the channel asks for: cash machines card and password; kiosks the document too; the telephone bank customer
    number and either account and password or a one-time password."""

    card: Number | None = None
    document_type: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")] | None = None
    document_number: Number | None = None
    customer: Number | None = None
    account: Number | None = None
    password: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    one_time_password: Code | None = None


class PasswordChange(Body):
    old: Password
    new: Password


class PasskeyView(BaseModel):
    passkey: int
    name: str
    added_at: datetime
    last_used_at: datetime | None


class FactorsView(BaseModel):
    one_time_password_since: datetime | None
    passkeys: list[PasskeyView]


class OptionsView(BaseModel):
    options: dict[str, Any] = Field(description="For navigator.credentials.create or .get.")


class QrPicture(BaseModel):
    """A QR code of the address, to be drawn by whoever shows it."""

    size: int = Field(description="Modules along one side, without a margin.")
    path: str = Field(description="The dark modules as the path of an SVG, a unit each.")


class OneTimePasswordView(BaseModel):
    address: str = Field(description="otpauth://, for an authenticator app. Shown once.")
    secret: str = Field(description="The same secret, to be typed into such an app.")
    picture: QrPicture


class CodeIn(Body):
    code: Code


class PasskeyIn(Body):
    name: PasskeyName
    credential: PublicKeyCredential


class Offer(BaseModel):
    process: str
    name: str
    start_form: dict[str, Any] | None


class NextStep(BaseModel):
    name: str
    due_at: datetime | None
    task: int | None = Field(description="The customer's own task; null where the bank, or time, is awaited.")


class Milestone(BaseModel):
    name: str
    at: datetime


class MyCaseLine(BaseModel):
    case: int
    process: str
    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None


class MyCase(MyCaseLine):
    given: dict[str, Any] = Field(
        description="What the customer has asked for; empty where the bank began the case."
    )
    given_form: dict[str, Any] | None = Field(description="The form it was asked for with.")
    told: dict[str, Any] = Field(description="What the process tells the customer of how it stands.")
    told_fields: list[dict[str, Any]]
    refusal: str | None = Field(
        description="The code of what the bank refused; null where it refused nothing."
    )
    refusal_params: dict[str, Any]
    milestones: list[Milestone]
    next: list[NextStep]


class MyCases(BaseModel):
    cases: list[MyCaseLine]
    next: int | None


class MyTaskLine(BaseModel):
    task: int
    case: int
    process: str
    name: str
    version: int
    due_at: datetime | None


class MyTask(MyTaskLine):
    form: dict[str, Any] | None
    values: dict[str, Any]


class MachineIn(Body):
    number: MachineNumber
    channel: Literal["kiosk", "atm", "phone"]
    branch: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    terminal: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z-]+$")]


class MachineSecret(BaseModel):
    number: str
    secret: str | None = Field(description="Shown once; null where the request is a repetition.")


class MachineView(BaseModel):
    number: str
    channel: str
    branch: str
    terminal: str
    secret_set_at: datetime
    registered_at: datetime
    registered_by: str
    revoked_at: datetime | None


class MachinePage(BaseModel):
    machines: list[MachineView]
    next: str | None
