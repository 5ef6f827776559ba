"""The rules of the books, pure: request and account states in, journal or refusal out.

Order of precedence of refusals, the first that applies is the answer:

 1. the request's own shape   ``request_malformed lines_missing too_many_lines amount_not_positive
                               amount_too_large lines_cancel_out``
 2. its date                  ``value_date_too_early value_date_too_late hold_expiry_past``
 3. what it refers to         ``hold_unknown hold_resolved hold_expired hold_not_due journal_unknown
                               journal_not_reversible journal_already_reversed capture_exceeds_hold``
 4. the accounts              ``limits_apply`` (of a case that goes straight through), then ``account_unknown``, then
                               ``currencies_unbalanced``, then ``account_closed``, then ``account_blocked``
 5. inter-branch legs         ``inter_branch_account_missing``
 6. money                     ``insufficient_funds``

(An idempotency key used before is answered before any of these: by the first answer, or ``key_reused``.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from liushui.kernel.errors import Refused, refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX
from liushui.kernel.text import is_text
from liushui.ledger.account import Account, Counters
from liushui.ledger.batch import Batch
from liushui.ledger.model import (
    KEY_LENGTH_MAX,
    LINES_MAX,
    MEMO_LENGTH_MAX,
    Capture,
    Entry,
    Expire,
    Header,
    Hold,
    Kind,
    LedgerLimits,
    Line,
    Post,
    Posted,
    Request,
    Reverse,
    Void,
)

_NOTHING: Mapping[int, Counters] = {}


@dataclass(frozen=True, slots=True)
class HoldState:
    """A hold as stored. resolved: whether a journal has captured, voided or expired it."""

    lines: tuple[Line, ...]
    expires_at: datetime
    resolved: bool


@dataclass(frozen=True, slots=True)
class Original:
    """A journal that somebody wants to reverse."""

    kind: Kind
    lines: tuple[Line, ...]
    reversed: bool


@dataclass(slots=True)
class WorkingSet:
    """All that the planner knows of the database. Accounts are changed in place as journals are planned."""

    accounts: dict[int, Account] = field(default_factory=dict[int, Account])
    inter_branch: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    holds: dict[int, HoldState] = field(default_factory=dict[int, HoldState])
    originals: dict[int, Original] = field(default_factory=dict[int, Original])

    @property
    def size(self) -> int:
        """How much is remembered."""
        return len(self.accounts) + len(self.holds) + len(self.originals)


class Planner:
    """Plans requests one after the other into a batch. A refused one leaves no trace in the working set."""

    def __init__(self, limits: LedgerLimits) -> None:
        self._back = timedelta(days=limits.value_days_back)
        self._ahead = timedelta(days=limits.value_days_ahead)

    def plan(self, known: WorkingSet, batch: Batch, request: Request) -> Posted:
        """Add the request's journal to the batch or raise ``Refused``. The answer's journal_id is the
        journal's number inside the batch until the batch is written."""
        _check_header(request.header)
        if isinstance(request, Post):
            return self._post(known, batch, request)
        if isinstance(request, Hold):
            return self._hold(known, batch, request)
        if isinstance(request, Reverse):
            return self._reverse(known, batch, request)
        if isinstance(request, Capture):
            return self._capture(known, batch, request)
        if isinstance(request, Void | Expire):
            return self._release(known, batch, request)
        raise TypeError(type(request))

    def _post(self, known: WorkingSet, batch: Batch, request: Post) -> Posted:
        _check_lines(request.lines)
        value_date = self._value_date(request.header, batch)
        if request.header.process_path is not None:
            _check_uncounted(known, request.lines)
        entries = _book(known, batch, request.lines)
        return _answer(batch, request, Kind.POSTING, value_date, entries)

    def _reverse(self, known: WorkingSet, batch: Batch, request: Reverse) -> Posted:
        value_date = self._value_date(request.header, batch)
        original = known.originals.get(request.journal_id)
        if original is None:
            raise refuse("journal_unknown", journal=request.journal_id)
        if original.kind not in (Kind.POSTING, Kind.CAPTURE):
            raise refuse("journal_not_reversible", journal=request.journal_id)
        if original.reversed:
            raise refuse("journal_already_reversed", journal=request.journal_id)
        opposite = tuple(Line(line.account_id, not line.debit, line.amount) for line in original.lines)
        entries = _book(known, batch, opposite)
        known.originals[request.journal_id] = Original(original.kind, original.lines, reversed=True)
        return _answer(batch, request, Kind.REVERSAL, value_date, entries, reverses=request.journal_id)

    def _hold(self, known: WorkingSet, batch: Batch, request: Hold) -> Posted:
        _check_lines(request.lines)
        value_date = self._value_date(request.header, batch)
        if request.expires_at <= batch.recorded_at:
            raise refuse("hold_expiry_past")
        accounts = _find_accounts(known, request.lines)
        _check_balance(accounts, request.lines)
        _check_status(accounts, request.lines)
        undo = _remember(accounts)
        for account, line in zip(accounts, request.lines, strict=True):
            _reserve(account, line, 1)
        _check_floors(undo)
        _touch(batch, undo)
        ids = [account.id for account in accounts]
        number = batch.add(request, Kind.HOLD, value_date, (), ids)
        batch.add_hold(number, request.expires_at, request.lines)
        return Posted(number, Kind.HOLD, batch.booking_date, value_date, batch.recorded_at, ())

    def _capture(self, known: WorkingSet, batch: Batch, request: Capture) -> Posted:
        if request.lines is not None:
            _check_lines(request.lines)
        value_date = self._value_date(request.header, batch)
        hold = _open_hold(known, request.hold_id)
        if hold.expires_at <= batch.recorded_at:
            raise refuse("hold_expired", hold=request.hold_id)
        lines = hold.lines if request.lines is None else request.lines
        _check_within(hold, lines)
        held = _find_accounts(known, hold.lines)
        undo = _remember(held)
        for account, line in zip(held, hold.lines, strict=True):
            _reserve(account, line, -1)
        try:
            entries = _book(known, batch, lines, before={account.id: counters for account, counters in undo})
        except Refused:
            for account, counters in undo:
                account.restore(counters)
            raise
        _touch(batch, undo)
        known.holds[request.hold_id] = HoldState(hold.lines, hold.expires_at, resolved=True)
        return _answer(batch, request, Kind.CAPTURE, value_date, entries, resolves=request.hold_id)

    def _release(self, known: WorkingSet, batch: Batch, request: Void | Expire) -> Posted:
        value_date = self._value_date(request.header, batch)
        hold = _open_hold(known, request.hold_id)
        if isinstance(request, Expire) and hold.expires_at > batch.recorded_at:
            raise refuse("hold_not_due", hold=request.hold_id)
        accounts = _find_accounts(known, hold.lines)
        _touch(batch, _remember(accounts))
        for account, line in zip(accounts, hold.lines, strict=True):
            _reserve(account, line, -1)
        known.holds[request.hold_id] = HoldState(hold.lines, hold.expires_at, resolved=True)
        kind = Kind.VOID if isinstance(request, Void) else Kind.EXPIRY
        ids = [account.id for account in accounts]
        number = batch.add(request, kind, value_date, (), ids, resolves=request.hold_id)
        return Posted(number, kind, batch.booking_date, value_date, batch.recorded_at, ())

    def _value_date(self, header: Header, batch: Batch) -> date:
        value_date = header.value_date
        if value_date is None:
            return batch.booking_date
        distance = value_date - batch.booking_date  # the limits themselves may lie beyond the calendar
        if distance < -self._back:
            raise refuse("value_date_too_early", earliest=(batch.booking_date - self._back).isoformat())
        if distance > self._ahead:
            raise refuse("value_date_too_late", latest=(batch.booking_date + self._ahead).isoformat())
        return value_date


def _check_header(h: Header) -> None:
    memo = h.memo or ""
    if (
        not 0 < len(h.key) <= KEY_LENGTH_MAX
        or not h.code
        or len(memo) > MEMO_LENGTH_MAX
        or not is_text(f"{h.key}{h.code}{h.operator}{h.channel}{memo}{h.process_instance}{h.process_element}")
    ):
        raise refuse("request_malformed")


def _check_lines(lines: Sequence[Line]) -> None:
    if len(lines) < 2:
        raise refuse("lines_missing")
    if len(lines) > LINES_MAX:
        raise refuse("too_many_lines", most=LINES_MAX)
    for line in lines:
        if line.amount <= 0:
            raise refuse("amount_not_positive")
        if line.amount > AMOUNT_MINOR_MAX:
            raise refuse("amount_too_large")
    if len({line.account_id for line in lines}) < 2:
        raise refuse("lines_cancel_out")


def _find_accounts(known: WorkingSet, lines: Sequence[Line]) -> list[Account]:
    accounts: list[Account] = []
    for line in lines:
        account = known.accounts.get(line.account_id)
        if account is None:
            raise refuse("account_unknown", account=line.account_id)
        accounts.append(account)
    return accounts


def _check_uncounted(known: WorkingSet, lines: Sequence[Line]) -> None:
    """A case that goes straight through counts nothing, so it may not touch an account with limits."""
    for line in lines:
        account = known.accounts.get(line.account_id)
        if account is not None and account.counted:
            raise refuse("limits_apply", account=account.number)


def _check_balance(accounts: Sequence[Account], lines: Sequence[Line]) -> None:
    net: dict[str, int] = {}
    for account, line in zip(accounts, lines, strict=True):
        net[account.currency] = net.get(account.currency, 0) + (line.amount if line.debit else -line.amount)
    for currency, difference in net.items():
        if difference:
            raise refuse("currencies_unbalanced", currency=currency)


def _check_status(accounts: Sequence[Account], lines: Sequence[Line]) -> None:
    for account in accounts:
        if account.closed:
            raise refuse("account_closed", account=account.number)
    for account, line in zip(accounts, lines, strict=True):
        if (account.debit_blocked if line.debit else account.credit_blocked) and not _outweighed(lines, line):
            raise refuse("account_blocked", account=account.number, side="debit" if line.debit else "credit")


def _outweighed(lines: Sequence[Line], line: Line) -> bool:
    """Whether the journal moves the line's account the other way in all: tax withheld of the interest that is credited with
    it takes nothing out of an account."""
    of_account = (x for x in lines if x.account_id == line.account_id)
    return sum(x.amount if x.debit == line.debit else -x.amount for x in of_account) < 0


def _inter_branch_legs(known: WorkingSet, accounts: Sequence[Account], lines: Sequence[Line]) -> list[Line]:
    """The legs that make the journal balance inside every branch (law 4)."""
    first = accounts[0]
    if all(a.branch_id == first.branch_id and a.currency == first.currency for a in accounts):
        return []
    net: dict[tuple[int, str], int] = {}
    for account, line in zip(accounts, lines, strict=True):
        place = (account.branch_id, account.currency)
        net[place] = net.get(place, 0) + (line.amount if line.debit else -line.amount)
    legs: list[Line] = []
    for (branch, currency), surplus in net.items():
        if surplus:
            account_id = known.inter_branch.get((branch, currency))
            if account_id is None or account_id not in known.accounts:
                raise refuse("inter_branch_account_missing", branch=branch, currency=currency)
            legs.append(Line(account_id, surplus < 0, abs(surplus)))
    return legs


def _book(
    known: WorkingSet, batch: Batch, lines: Sequence[Line], *, before: Mapping[int, Counters] = _NOTHING
) -> tuple[Entry, ...]:
    """Check the lines, add inter-branch legs, move the counters; on refusal everything is as before.

    before: counters of accounts whose hold this journal resolves. Their money is measured from there: what was
    reserved may go out, also where the floor has been raised since.
    """
    accounts = _find_accounts(known, lines)
    _check_balance(accounts, lines)
    _check_status(accounts, lines)
    legs = _inter_branch_legs(known, accounts, lines)
    if legs:
        lines = (*lines, *legs)
        accounts = [*accounts, *(known.accounts[leg.account_id] for leg in legs)]
    undo = _remember(accounts)
    if before:
        undo = [(account, before.get(account.id, counters)) for account, counters in undo]
    entries: list[Entry] = []
    for account, (_, debit, amount) in zip(accounts, lines, strict=True):
        account.position += 1
        if debit:
            account.debits_posted += amount
        else:
            account.credits_posted += amount
        entries.append(Entry(account.id, debit, amount, account.position, account.ledger()))
    _check_floors(undo)
    _touch(batch, undo)
    return tuple(entries)


def _remember(accounts: Iterable[Account]) -> list[tuple[Account, Counters]]:
    return [(account, account.counters()) for account in {a.id: a for a in accounts}.values()]


def _check_floors(undo: Sequence[tuple[Account, Counters]]) -> None:
    """Refuse, and put everything back, where an account went further below its floor than it was before.
    A journal that leaves an account no worse (money in, onto an overdrawn account) is welcome."""
    for account, before in undo:
        if account.floor is None:
            continue
        now = account.unreserved()
        if now < account.floor:
            after = account.counters()
            account.restore(before)
            was = account.unreserved()
            if now < was:
                short = account.floor - now
                for other, counters in undo:
                    other.restore(counters)
                raise refuse("insufficient_funds", account=account.number, short_minor=short)
            account.restore(after)


def _reserve(account: Account, line: Line, sign: int) -> None:
    if line.debit:
        account.debits_pending += sign * line.amount
    else:
        account.credits_pending += sign * line.amount


def _touch(batch: Batch, undo: Iterable[tuple[Account, Counters]]) -> None:
    for account, before in undo:
        batch.touch(account, before[4])


def _open_hold(known: WorkingSet, hold_id: int) -> HoldState:
    hold = known.holds.get(hold_id)
    if hold is None:
        raise refuse("hold_unknown", hold=hold_id)
    if hold.resolved:
        raise refuse("hold_resolved", hold=hold_id)
    return hold


def _check_within(hold: HoldState, lines: Iterable[Line]) -> None:
    left: dict[tuple[int, bool], int] = {}
    for line in hold.lines:
        left[line.account_id, line.debit] = left.get((line.account_id, line.debit), 0) + line.amount
    for line in lines:
        left[line.account_id, line.debit] = left.get((line.account_id, line.debit), 0) - line.amount
    if min(left.values()) < 0:
        raise refuse("capture_exceeds_hold")


def _answer(
    batch: Batch, request: Request, kind: Kind, value_date: date, entries: tuple[Entry, ...],
    *, reverses: int | None = None, resolves: int | None = None,
) -> Posted:  # fmt: skip
    subjects = [entry[0] for entry in entries]
    number = batch.add(request, kind, value_date, entries, subjects, reverses=reverses, resolves=resolves)
    return Posted(number, kind, batch.booking_date, value_date, batch.recorded_at, entries)
