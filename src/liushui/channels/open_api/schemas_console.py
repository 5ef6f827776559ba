"""Shapes of answers for the managers' console. Amounts are decimal strings."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class DayVolume(BaseModel):
    date: date
    journals: int
    channels: dict[str, int] = Field(description="Journals by channel.")


class TransactionVolume(BaseModel):
    """Journals of one transaction code. amounts: today's debits by currency, on accounts of the branch or the bank."""

    code: str
    zh: str
    en: str
    today: int
    all_days: int
    amounts: dict[str, str]


class DepositFlow(BaseModel):
    """What was credited (came) and debited (went) to customers' deposits on a business date."""

    date: date
    currency: str
    came: str
    went: str


class DepositBalance(BaseModel):
    currency: str
    balance: str


class VolumesView(BaseModel):
    """branch: null for the whole bank. days: every date from the first to the business date."""

    business_date: date
    branch: str | None
    days: list[DayVolume]
    transactions: list[TransactionVolume]
    flows: list[DepositFlow]
    balances: list[DepositBalance]


class QueueLine(BaseModel):
    """Open tasks of a role at a branch. first_due: the earliest time limit among them; oldest: since when one waits."""

    role: str | None
    branch: str
    tasks: int
    claimed: int
    overdue: int
    first_due: datetime | None
    oldest: datetime


class TimesKept(BaseModel):
    """Tasks with a time limit that were done, and how many of them in time."""

    process: str
    role: str | None
    done: int
    in_time: int


class RefusalCount(BaseModel):
    """Cases that ended with a refusal. What is refused before there is a case leaves none."""

    code: str
    cases: int
    last: datetime


class WorkView(BaseModel):
    """days: how far back times_kept and refusals look. oldest_incident: since when the oldest open one stands."""

    branch: str | None
    days: int
    at: datetime
    queues: list[QueueLine]
    times_kept: list[TimesKept]
    refusals: list[RefusalCount]
    incidents: int
    oldest_incident: datetime | None


class RoleView(BaseModel):
    """anywhere: whoever has the role works for every branch."""

    name: str
    zh: str
    en: str
    anywhere: bool
    permissions: list[str]
