"""The books as one dictionary, written a second time from their documented rules: no planner, no counters kept in
step, no batches. Slow and plain on purpose: every question is answered by adding up what was booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from liushui.ledger import Capture, Expire, Header, Hold, Line, Post, Request, Reverse, Void

AMOUNT_MOST = 10**15
LINES_MOST = 1_000
BACK, AHEAD = timedelta(days=30), timedelta(days=7)


class No(Exception):  # noqa: N818 - a refusal
    """The bank says no, with this code."""


class Yes(NamedTuple):
    """What was answered. entries: account, debit, amount, place in its statement, balance after it."""

    journal: int
    kind: str
    booking_date: date
    value_date: date
    entries: tuple[tuple[int, bool, int, int, int], ...]
    replayed: bool = False


@dataclass
class Account:
    """Facts of an account and everything ever booked on it, oldest first."""

    branch: int
    currency: str
    debit_normal: bool
    floor: int | None = None
    debit_blocked: bool = False
    credit_blocked: bool = False
    closed: bool = False
    booked: list[tuple[bool, int]] = field(default_factory=list[tuple[bool, int]])

    def turnover(self, debit: bool) -> int:
        return sum(amount for side, amount in self.booked if side == debit)

    def balance(self) -> int:
        return self.turnover(self.debit_normal) - self.turnover(not self.debit_normal)


@dataclass
class Reservation:
    lines: tuple[Line, ...]
    expires_at: datetime
    open: bool = True


class PlainBooks:
    """Answers one request after the other; ``ask`` returns the answer or raises ``No``."""

    def __init__(self, today: date, now: datetime) -> None:
        self.today, self.now = today, now
        self.accounts: dict[int, Account] = {}
        self.inter_branch: dict[tuple[int, str], int] = {}
        self.holds: dict[int, Reservation] = {}
        self.journals: dict[int, Yes] = {}
        self.reversed: set[int] = set()
        self.keys: dict[str, tuple[Request, Yes]] = {}

    # What it answers

    def ask(self, request: Request) -> Yes:
        header = request.header
        if header.key in self.keys:
            first, answer = self.keys[header.key]
            if first != request:
                raise No("key_reused")
            return answer._replace(replayed=True)
        self._check_header(header)
        answer = self._new(request)
        self.keys[header.key] = (request, answer)
        self.journals[answer.journal] = answer
        return answer

    def _new(self, request: Request) -> Yes:
        number = len(self.journals) + 1
        if isinstance(request, Post):
            self._check_lines(request.lines)
            value_date = self._value_date(request.header)
            return self._booked(number, "POSTING", value_date, self._legs_added(request.lines))
        if isinstance(request, Reverse):
            value_date = self._value_date(request.header)
            lines = self._legs_added(self._opposite(request.journal_id))
            answer = self._booked(number, "REVERSAL", value_date, lines)
            self.reversed.add(request.journal_id)
            return answer
        if isinstance(request, Hold):
            self._check_lines(request.lines)
            value_date = self._value_date(request.header)
            if request.expires_at <= self.now:
                raise No("hold_expiry_past")
            self._check_accounts(request.lines)
            self._check_money((), reserve=request.lines)
            self.holds[number] = Reservation(request.lines, request.expires_at)
            return Yes(number, "HOLD", self.today, value_date, ())
        if isinstance(request, Capture):
            if request.lines is not None:
                self._check_lines(request.lines)
            value_date = self._value_date(request.header)
            hold = self._open_hold(request.hold_id)
            if hold.expires_at <= self.now:
                raise No("hold_expired")
            lines = hold.lines if request.lines is None else request.lines
            if not _within(lines, hold.lines):
                raise No("capture_exceeds_hold")
            answer = self._booked(number, "CAPTURE", value_date, self._legs_added(lines), release=hold)
            hold.open = False
            return answer
        assert isinstance(request, Void | Expire)
        value_date = self._value_date(request.header)
        hold = self._open_hold(request.hold_id)
        if isinstance(request, Expire) and hold.expires_at > self.now:
            raise No("hold_not_due")
        hold.open = False
        return Yes(number, "VOID" if isinstance(request, Void) else "EXPIRY", self.today, value_date, ())

    # Its rules, in the order in which they decide

    @staticmethod
    def _check_header(header: Header) -> None:
        texts = (header.key, header.code, header.operator, header.channel, header.memo or "")
        storable = all("\0" not in text and text.isprintable() for text in texts)
        if not (1 <= len(header.key) <= 200 and header.code and len(header.memo or "") <= 500 and storable):
            raise No("request_malformed")

    @staticmethod
    def _check_lines(lines: tuple[Line, ...]) -> None:
        if len(lines) < 2:
            raise No("lines_missing")
        if len(lines) > LINES_MOST:
            raise No("too_many_lines")
        for line in lines:
            if line.amount < 1:
                raise No("amount_not_positive")
            if line.amount > AMOUNT_MOST:
                raise No("amount_too_large")
        if len({line.account_id for line in lines}) == 1:
            raise No("lines_cancel_out")

    def _value_date(self, header: Header) -> date:
        if header.value_date is None:
            return self.today
        if self.today - header.value_date > BACK:
            raise No("value_date_too_early")
        if header.value_date - self.today > AHEAD:
            raise No("value_date_too_late")
        return header.value_date

    def _open_hold(self, number: int) -> Reservation:
        if number not in self.holds:
            raise No("hold_unknown")
        if not self.holds[number].open:
            raise No("hold_resolved")
        return self.holds[number]

    def _opposite(self, number: int) -> tuple[Line, ...]:
        if number not in self.journals:
            raise No("journal_unknown")
        if self.journals[number].kind not in ("POSTING", "CAPTURE"):
            raise No("journal_not_reversible")
        if number in self.reversed:
            raise No("journal_already_reversed")
        return tuple(
            Line(account, not debit, amount) for account, debit, amount, _, _ in self.journals[number].entries
        )

    def _check_accounts(self, lines: Iterable[Line]) -> None:
        lines = tuple(lines)
        for line in lines:
            if line.account_id not in self.accounts:
                raise No("account_unknown")
        for currency in {self.accounts[line.account_id].currency for line in lines}:
            if sum(_signed(x) for x in lines if self.accounts[x.account_id].currency == currency):
                raise No("currencies_unbalanced")
        for line in lines:
            if self.accounts[line.account_id].closed:
                raise No("account_closed")
        for id in {line.account_id for line in lines}:
            account = self.accounts[id]
            shut = {side for side, on in ((1, account.debit_blocked), (-1, account.credit_blocked)) if on}
            moved = sum(_signed(line) for line in lines if line.account_id == id)
            sides = {_signed(line) // line.amount for line in lines if line.account_id == id}
            way = 0 if moved == 0 else moved // abs(moved)
            # What goes the other way in the same journal, and is less, is no movement of that kind.
            if shut & (sides if way == 0 else {way}):
                raise No("account_blocked")

    def _legs_added(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """Every branch's books balance for themselves: what a branch has too much goes over its inter-branch account."""
        self._check_accounts(lines)
        surplus: dict[tuple[int, str], int] = {}
        for line in lines:
            account = self.accounts[line.account_id]
            place = (account.branch, account.currency)
            surplus[place] = surplus.get(place, 0) + _signed(line)
        legs: list[Line] = []
        for place, much in surplus.items():
            if much and place not in self.inter_branch:
                raise No("inter_branch_account_missing")
            if much:
                legs.append(Line(self.inter_branch[place], much < 0, abs(much)))
        return (*lines, *legs)

    def _check_money(
        self, lines: tuple[Line, ...], *, reserve: tuple[Line, ...] = (), release: Reservation | None = None
    ) -> None:
        """A journal may leave no account below its floor, unless it leaves it no worse than it was."""
        for id, account in self.accounts.items():
            if account.floor is None:
                continue
            before = self.unreserved(id)
            after = before + sum(_inward(account, x) for x in lines if x.account_id == id)
            after -= sum(x.amount for x in reserve if x.account_id == id and x.debit != account.debit_normal)
            if release is not None:
                after += sum(
                    x.amount for x in release.lines if x.account_id == id and x.debit != account.debit_normal
                )
            if after < account.floor and after < before:
                raise No("insufficient_funds")

    def _booked(
        self, number: int, kind: str, value_date: date, lines: tuple[Line, ...], release: Reservation | None = None
    ) -> Yes:  # fmt: skip
        self._check_money(lines, release=release)
        entries: list[tuple[int, bool, int, int, int]] = []
        for line in lines:
            account = self.accounts[line.account_id]
            account.booked.append((line.debit, line.amount))
            entries.append((*line, len(account.booked), account.balance()))
        return Yes(number, kind, self.today, value_date, tuple(entries))

    # What it shows

    def held(self, id: int, debit: bool) -> int:
        return sum(
            line.amount
            for hold in self.holds.values()
            for line in hold.lines
            if hold.open and line.account_id == id and line.debit == debit
        )

    def unreserved(self, id: int) -> int:
        account = self.accounts[id]
        return account.balance() - self.held(id, not account.debit_normal)

    def figures(self, id: int) -> dict[str, int]:
        """Everything that is shown of an account, by the names it is shown under."""
        account = self.accounts[id]
        free = self.unreserved(id) - (account.floor or 0)
        shut = account.credit_blocked if account.debit_normal else account.debit_blocked
        return {
            "ledger": account.balance(),
            "held": self.held(id, not account.debit_normal),
            "blocked": max(free, 0) if shut else 0,
            "available": min(free, 0) if shut else free,
            "debit_turnover": account.turnover(True),
            "credit_turnover": account.turnover(False),
        }

    # What changes without a journal

    def due(self) -> Iterator[int]:
        return (number for number, hold in self.holds.items() if hold.open and hold.expires_at <= self.now)

    def change(self, what: str, id: int, value: Any) -> None:
        """blocks: debit and credit; floor; close; day: by how many days the business date moves on."""
        if what == "day":
            if value < 1:
                raise No("business_date_not_later")
            self.today += timedelta(days=value)
            return
        account = self.accounts[id]
        if account.closed:
            raise No("account_closed")
        if what == "blocks":
            account.debit_blocked, account.credit_blocked = value
        elif what == "floor":
            account.floor = value
        else:
            if account.debit_blocked or account.credit_blocked:
                raise No("account_blocked")
            if self.held(id, True) or self.held(id, False):
                raise No("account_has_holds")
            if account.balance():
                raise No("account_not_empty")
            account.closed = True


def _signed(line: Line) -> int:
    return line.amount if line.debit else -line.amount


def _inward(account: Account, line: Line) -> int:
    return line.amount if line.debit == account.debit_normal else -line.amount


def _within(lines: tuple[Line, ...], most: tuple[Line, ...]) -> bool:
    """Whether on every side of every account no more is asked than was reserved."""
    sides = {(line.account_id, line.debit) for line in lines}
    return all(_on(lines, side) <= _on(most, side) for side in sides)


def _on(lines: tuple[Line, ...], side: tuple[int, bool]) -> int:
    return sum(line.amount for line in lines if (line.account_id, line.debit) == side)
