"""What one may ask of the ledger, and what it answers. Immutable data; amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

KEY_LENGTH_MAX = 200
MEMO_LENGTH_MAX = 500
LINES_MAX = 1_000


class Kind(IntEnum):
    """What a journal does. Only POSTING, CAPTURE and REVERSAL have entries."""

    POSTING = 1
    HOLD = 2
    CAPTURE = 3
    VOID = 4
    EXPIRY = 5
    REVERSAL = 6


class Line(NamedTuple):
    """One side of a posting, as asked for. amount: minor units of the account's currency, above zero."""

    account_id: int
    debit: bool
    amount: int


def _plain(lines: tuple[Line, ...]) -> str:
    return ";".join([f"{account},{debit:d},{amount}" for account, debit, amount in lines])


class Header(NamedTuple):
    """What every request carries.

    key: idempotency key, unique in the bank. code: transaction code. branch_id: where it was
    asked for. operator: staff number or the name of a machine. value_date: None means the booking date.
    process_instance, process_element: the case and step that make the journal. process_path: the way of a case
    that goes straight through.
    """

    key: str
    code: str
    branch_id: int
    operator: str
    channel: str
    value_date: date | None = None
    memo: str | None = None
    process_instance: str | None = None
    process_element: str | None = None
    process_path: int | None = None


@dataclass(frozen=True)
class Request:
    """Base of everything that makes a journal."""

    header: Header

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over what is asked: two requests are the same when it is. Not over the key, nor over the case and
        its way: a repetition of a straight-through request is a case of its own until its key is found."""
        h = self.header
        text = (
            f"{type(self).__name__}\x1f{h.code}\x1f{h.branch_id}\x1f{h.operator}\x1f{h.channel}\x1f{h.value_date}"
            f"\x1f{h.memo!r}\x1f{h.process_element}\x1f{self._content()}"
        )
        return sha256(text.encode(errors="surrogatepass")).digest()

    def _content(self) -> object:
        raise AssertionError("each kind of request says what its content is")


@dataclass(frozen=True)
class Post(Request):
    """Book these lines now. Debits equal credits per currency; the ledger adds inter-branch legs."""

    lines: tuple[Line, ...]

    def _content(self) -> object:
        return _plain(self.lines)


@dataclass(frozen=True)
class Hold(Request):
    """Reserve these lines until ``expires_at``; nothing is booked."""

    lines: tuple[Line, ...]
    expires_at: datetime

    def _content(self) -> object:
        return _plain(self.lines), self.expires_at.isoformat()


@dataclass(frozen=True)
class Capture(Request):
    """Book a hold: in whole (``lines`` None) or in part (``lines`` within what is held). What is not booked
    is released."""

    hold_id: int
    lines: tuple[Line, ...] | None = None

    def _content(self) -> object:
        return self.hold_id, None if self.lines is None else _plain(self.lines)


@dataclass(frozen=True)
class Void(Request):
    """Release a hold before its time."""

    hold_id: int

    def _content(self) -> object:
        return self.hold_id


@dataclass(frozen=True)
class Expire(Request):
    """Release a hold whose time is over."""

    hold_id: int

    def _content(self) -> object:
        return self.hold_id


@dataclass(frozen=True)
class Reverse(Request):
    """Book the opposite of a whole journal, once; also after its day has closed, then on the current date."""

    journal_id: int

    def _content(self) -> object:
        return self.journal_id


class Entry(NamedTuple):
    """A line as booked. position: its place in the account's statement, from 1. balance_after: minor units
    on the account's normal side."""

    account_id: int
    debit: bool
    amount: int
    position: int
    balance_after: int


class Posted(NamedTuple):
    """The ledger's answer. replayed: the key was known and this is its first answer."""

    journal_id: int
    kind: Kind
    booking_date: date
    value_date: date
    recorded_at: datetime
    entries: tuple[Entry, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A ledger account to open. floor_minor: least available balance (0 for a deposit, negative for an
    agreed overdraft, None for no limit). by_contract: no request that names an account can name this one."""

    number: str
    branch_id: int
    currency: str
    gl_code: str
    debit_normal: bool
    floor_minor: int | None
    terms_id: str | None = None
    by_contract: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """Every figure of an account that anyone asks for, in minor units on its normal side.

    ledger: what is booked. held: reserved by holds against it. blocked: what a debit block keeps back.
    available: what may go out now, above the floor.
    """

    ledger: int
    held: int
    blocked: int
    available: int
    debit_turnover: int
    credit_turnover: int


@dataclass(frozen=True, slots=True)
class LedgerLimits:
    """How far from the booking date a value date may lie, in calendar days."""

    value_days_back: int = 30
    value_days_ahead: int = 7
