"""The files of the PKDD'99 bank, read line by line. Nothing is dropped: what cannot be read is named.

Files: Latin-1, ``;`` between fields, text in quotes, dates YYMMDD. Amounts become hellers (CZK minor units).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from liushui.kernel.errors import Refused
from liushui.kernel.money import Money

CURRENCY = "CZK"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that could not be understood. line: counted from 1, the header included."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class District:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    id: int
    birth_date: date
    district_id: int


@dataclass(frozen=True, slots=True)
class SourceAccount:
    id: int
    district_id: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Disposition:
    """Who may use an account. owner: or else a disponent."""

    client_id: int
    account_id: int
    owner: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """One record. amount: hellers, unsigned. balance: hellers after the record, in the bank's own order."""

    id: int
    account_id: int
    date: date
    credit: bool
    operation: str
    amount: int
    balance: int
    purpose: str
    bank: str
    counter_account: str

    @property
    def signed(self) -> int:
        return self.amount if self.credit else -self.amount


def read_districts(folder: Path) -> Iterator[District | UnreadableLine]:
    return _read(folder / "district.asc", 16, lambda f: District(int(f[0]), f[1]))


def read_clients(folder: Path) -> Iterator[Client | UnreadableLine]:
    return _read(folder / "client.asc", 3, lambda f: Client(int(f[0]), _birth_date(f[1]), int(f[2])))


def read_accounts(folder: Path) -> Iterator[SourceAccount | UnreadableLine]:
    return _read(folder / "account.asc", 4, lambda f: SourceAccount(int(f[0]), int(f[1]), _date(f[3])))


def read_dispositions(folder: Path) -> Iterator[Disposition | UnreadableLine]:
    def parse(f: list[str]) -> Disposition:
        if f[3] not in ("OWNER", "DISPONENT"):
            raise ValueError("type_unknown")
        return Disposition(int(f[1]), int(f[2]), f[3] == "OWNER")

    return _read(folder / "disp.asc", 4, parse)


def read_transactions(folder: Path) -> Iterator[Transaction | UnreadableLine]:
    def parse(f: list[str]) -> Transaction:
        if f[3] not in ("PRIJEM", "VYDAJ", "VYBER"):
            raise ValueError("type_unknown")
        return Transaction(int(f[0]), int(f[1]), _date(f[2]), f[3] == "PRIJEM", f[4], _hellers(f[5]),
                           _hellers(f[6]), f[7].strip(), f[8], f[9])  # fmt: skip

    return _read(folder / "trans.asc", 10, parse)


def _read(path: Path, width: int, parse: Callable[[list[str]], Row]) -> Iterator[Row | UnreadableLine]:
    with path.open(encoding="latin-1", newline="") as stream:
        for number, line in enumerate(stream, 1):
            if number == 1:  # the header
                continue
            try:
                yield parse(_fields(line.rstrip("\r\n"), width))
            except ValueError as error:
                reason = str(error)
                yield UnreadableLine(
                    path.name, number, reason if reason.isidentifier() else "number_malformed"
                )


def _fields(line: str, width: int) -> list[str]:
    fields = line.split(";")
    if any(field.count('"') % 2 for field in fields):
        raise ValueError("quote_unclosed")
    if len(fields) != width:
        raise ValueError("field_count_wrong")
    return [field.strip('"') for field in fields]


def _date(text: str) -> date:
    try:
        if len(text) != 6:
            raise ValueError
        return date(1900 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise ValueError("date_invalid") from None


def _birth_date(text: str) -> date:
    """YYMMDD; a woman's month has 50 added."""
    if len(text) == 6 and text.isdigit() and int(text[2:4]) > 50:
        text = f"{text[:2]}{int(text[2:4]) - 50:02d}{text[4:]}"
    return _date(text)


def _hellers(text: str) -> int:
    try:
        return Money.parse(text, CURRENCY).minor
    except Refused:
        raise ValueError("amount_malformed") from None
