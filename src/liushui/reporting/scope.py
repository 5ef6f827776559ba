"""What a report is asked for and made from: period, branch, currency; refusals of what cannot be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from liushui.identity import Branch, branch_by_code, list_branches
from liushui.kernel.clock import BANK_TIME
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import exponent, format_minor
from liushui.reporting.model import Fact, Label, label
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

Q = Queries("liushui.reporting")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for. on: a day, instead of from_on and to_on. None: the business date, the whole bank, every
    currency. branch: its code. currency: ISO 4217."""

    name: str
    on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    branch: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The same, looked up. branches: of the whole bank, by id; codes: words for transaction codes."""

    conn: PoolConnection
    name: str
    from_on: date
    to_on: date
    branch: Branch | None
    currency: str | None
    branches: Mapping[int, Branch]
    codes: Mapping[str, Label]
    made_at: datetime
    business_date: date

    @property
    def branch_id(self) -> int | None:
        return None if self.branch is None else self.branch.id

    @property
    def stem(self) -> str:
        """Of a file's name: ASCII, no person in it."""
        period = [self.to_on] if self.from_on == self.to_on else [self.from_on, self.to_on]
        parts = [self.name.replace("_", "-"), *(day.isoformat() for day in period)]
        return "-".join(
            [*parts, *([self.branch.code] if self.branch else []), *filter(None, [self.currency])]
        )

    def branch_code(self, branch_id: int) -> str:
        """Ledger accounts of a branch that identity does not know (another bank's history) keep their number."""
        found = self.branches.get(branch_id)
        return found.code if found else str(branch_id)

    def facts(self, *more: Fact, currency: str | None = None, moment_only: bool = False) -> tuple[Fact, ...]:
        """The head of every report. moment_only: it says how things stand at the end of a day."""
        currency = currency or self.currency
        first = () if moment_only else (Fact("from", self.from_on.isoformat()),)
        return (
            Fact("for_branch", branch_label(self.branch)),
            Fact("in_currency", currency or label("all_currencies")),
            *first,
            Fact("to", self.to_on.isoformat()),
            Fact("business_date", self.business_date.isoformat()),
            Fact("made_at", moment(self.made_at)),
            *more,
        )


def branch_label(branch: Branch | None) -> Label:
    if branch is None:
        return label("whole_bank")
    return Label(f"{branch.code} {branch.name_zh}", f"{branch.code} {branch.name_en}")


def moment(at: datetime) -> str:
    """In the bank's own time, to the second."""
    return at.astimezone(BANK_TIME).strftime("%Y-%m-%d %H:%M:%S")


def amount(minor: int, currency: str) -> str:
    return format_minor(int(minor), currency)


def on_side(minor: int, currency: str) -> tuple[str | None, str | None]:
    """A balance (debits less credits) in one of two columns: debit, credit; zero stands in neither."""
    if minor == 0:
        return None, None
    return (amount(minor, currency), None) if minor > 0 else (None, amount(-minor, currency))


async def scope_of(
    conn: PoolConnection, asked: Asked, codes: Mapping[str, Label], made_at: datetime, *, whole_month: bool
) -> Scope:
    """Look up what is asked for. whole_month: without a first day, begin with the month.

    Refuses ``report_date_or_period``, ``report_period_reversed``, ``report_period_future``, ``branch_unknown`` and
    ``currency_unknown``.
    """
    today: date = await conn.fetchval(Q.business_date)
    if asked.on and (asked.from_on or asked.to_on):
        raise refuse("report_date_or_period", "date")
    to_on = asked.on or asked.to_on or today
    from_on = asked.from_on or (to_on.replace(day=1) if whole_month and not asked.on else to_on)
    faults: list[Fault] = []
    if from_on > to_on:
        faults.append(Fault("report_period_reversed", {}, "from"))
    if to_on > today:
        faults.append(
            Fault("report_period_future", {"today": today.isoformat()}, "date" if asked.on else "to")
        )
    raise_if_any(faults)
    if asked.currency is not None:
        exponent(asked.currency)
    branch = await branch_by_code(conn, asked.branch) if asked.branch is not None else None
    branches = {one.id: one for one in await list_branches(conn)}
    return Scope(conn, asked.name, from_on, to_on, branch, asked.currency, branches, codes, made_at, today)
