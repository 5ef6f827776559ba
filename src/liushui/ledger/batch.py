"""A batch of planned journals, as the columns that the posting function takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from liushui.ledger.account import Account
from liushui.ledger.model import Entry, Kind, Line, Request


class Batch:
    """Rows of one call of ``ledger_post`` (migrations/0015_day_end.sql), turned into its columns at the end.

    Journals are numbered from 1 inside the batch.
    """

    def __init__(self, booking_date: date, recorded_at: datetime) -> None:
        self.booking_date = booking_date
        self.recorded_at = recorded_at
        self._touched: dict[int, tuple[Account, int]] = {}  # with the statement position before the batch
        self._shifts: dict[
            int, int
        ] = {}  # minor units times days, credits positive; where value dates differ
        self._journals: list[tuple[Any, ...]] = []
        self._entries: list[tuple[int, int, int, int, int, int, bool]] = []
        self._subjects: list[str] = []
        self._holds: list[tuple[int, datetime]] = []
        self._hold_lines: list[tuple[int, int, int, int, bool]] = []
        self._resolved: list[tuple[int, int]] = []

    @property
    def size(self) -> int:
        """How many journals it holds."""
        return len(self._journals)

    def add(
        self, request: Request, kind: Kind, value_date: date, entries: Sequence[Entry], subjects: Iterable[int],
        *, reverses: int | None = None, resolves: int | None = None,
    ) -> int:  # fmt: skip
        """Append one journal and its entries; return its number in this batch."""
        h = request.header
        self._journals.append(
            (kind, h.branch_id, value_date, reverses, resolves, request.digest, h.key, h.code, h.operator,
             h.channel, h.process_instance, h.process_element, h.memo, h.process_path)
        )  # fmt: skip
        number = len(self._journals)
        for line, (account, debit, amount, position, balance) in enumerate(entries, 1):
            self._entries.append((number, account, position, amount, balance, line, debit))
        if value_date != self.booking_date:
            days = (value_date - self.booking_date).days
            for account, debit, amount, _, _ in entries:
                shift = -amount * days if debit else amount * days
                self._shifts[account] = self._shifts.get(account, 0) + shift
        self._subjects.append("{" + ",".join(map(str, subjects)) + "}")
        if resolves is not None:
            self._resolved.append((number, resolves))
        return number

    def touch(self, account: Account, position_before: int) -> None:
        """Have the account's counters written. position_before: its statement position before this change;
        the database refuses the batch where it finds another, so no stale memory can overwrite the books."""
        if account.id not in self._touched:
            self._touched[account.id] = (account, position_before)

    def add_hold(self, number: int, expires_at: datetime, lines: Iterable[Line]) -> None:
        """Append what journal ``number`` of this batch reserves."""
        self._holds.append((number, expires_at))
        for index, line in enumerate(lines, 1):
            self._hold_lines.append((number, index, line.account_id, line.amount, line.debit))

    def arguments(self, epoch: int | None) -> list[Any]:
        """The arguments of ``ledger_post``, in its order. Accounts come in id order, the order of locks."""
        accounts = [
            (id, before, *account.counters(), self._shifts.get(id, 0))
            for id, (account, before) in sorted(self._touched.items())
        ]
        return [
            epoch,
            self.recorded_at,
            self.booking_date,
            *_columns(accounts, 8),
            *_columns(self._journals, 14),
            *_columns(self._entries, 7),
            self._subjects,
            *_columns(self._holds, 2),
            *_columns(self._hold_lines, 5),
            *_columns(self._resolved, 2),
        ]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * width
