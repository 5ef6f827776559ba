"""Shapes of answers for the managers' console. Amounts are decimal strings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

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
    """Requests refused alike. operation: method and template of the route, or ``other``; null for what cases ended with. process:
    the key of the one whose case was to begin or go on; null where there is none. channel: null where nobody had been
    recognised. stage: whether there was a case."""

    code: str
    operation: str | None
    process: str | None
    channel: str | None
    stage: Literal["no_case", "in_case", "end_of_case"]
    refused: int
    last: datetime


class WorkView(BaseModel):
    """days: how far back times_kept and refusals look. refusals: the most frequent; refused: how many there are in all. Of
    a branch: what its cases ended with, and what its staff and machines were refused. oldest_incident: since when the oldest
    open one stands."""

    branch: str | None
    days: int
    at: datetime
    queues: list[QueueLine]
    times_kept: list[TimesKept]
    refusals: list[RefusalCount]
    refused: int
    incidents: int
    oldest_incident: datetime | None


class RoleView(BaseModel):
    """anywhere: whoever has the role works for every branch."""

    name: str
    zh: str
    en: str
    anywhere: bool
    permissions: list[str]
