"""A batch of planned journals, as the columns that the posting function takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from liushui.ledger.account import Account
from liushui.ledger.model import Entry, Kind, Line, Request


class Batch:
    """Columns of ``ledger_post`` (migrations/0002_ledger.sql). One journal a ``add``; numbers are 1-based."""

    def __init__(self, booking_date: date, recorded_at: datetime) -> None:
        self.booking_date = booking_date
        self.recorded_at = recorded_at
        self.size = 0
        self.touched: dict[int, Account] = {}
        self._journals: tuple[list[Any], ...] = tuple([] for _ in range(13))
        self._entries: tuple[list[Any], ...] = tuple([] for _ in range(7))
        self._subjects: list[str] = []
        self._holds: tuple[list[Any], ...] = ([], [])
        self._hold_lines: tuple[list[Any], ...] = tuple([] for _ in range(5))
        self._resolved: tuple[list[Any], ...] = ([], [])

    def add(
        self, request: Request, kind: Kind, value_date: date, entries: Iterable[Entry], subjects: Iterable[int],
        *, reverses: int | None = None, resolves: int | None = None,
    ) -> int:  # fmt: skip
        """Append one journal and its entries; return its number in this batch."""
        self.size = number = self.size + 1
        h = request.header
        for column, value in zip(
            self._journals,
            (kind, h.branch_id, value_date, reverses, resolves, request.digest, h.key, h.code, h.operator,
             h.channel, h.process_instance, h.process_element, h.memo),
            strict=True,
        ):  # fmt: skip
            column.append(value)
        journal, account, position, amount, balance, line, debit = self._entries
        for index, entry in enumerate(entries, 1):
            journal.append(number)
            account.append(entry[0])
            debit.append(entry[1])
            amount.append(entry[2])
            position.append(entry[3])
            balance.append(entry[4])
            line.append(index)
        self._subjects.append("{" + ",".join(map(str, subjects)) + "}")
        if resolves is not None:
            self._resolved[0].append(number)
            self._resolved[1].append(resolves)
        return number

    def add_hold(self, number: int, expires_at: datetime, lines: Iterable[Line]) -> None:
        """Append what journal ``number`` of this batch reserves."""
        self._holds[0].append(number)
        self._holds[1].append(expires_at)
        for index, line in enumerate(lines, 1):
            for column, value in zip(
                self._hold_lines, (number, index, line.account_id, line.amount, line.debit), strict=True
            ):
                column.append(value)

    def arguments(self, epoch: int | None) -> list[Any]:
        """The arguments of ``ledger_post``, in its order. Accounts come in id order, the order of locks."""
        accounts = [self.touched[id] for id in sorted(self.touched)]
        return [
            epoch,
            self.recorded_at,
            self.booking_date,
            [a.id for a in accounts],
            [a.debits_pending for a in accounts],
            [a.debits_posted for a in accounts],
            [a.credits_pending for a in accounts],
            [a.credits_posted for a in accounts],
            [a.position for a in accounts],
            *self._journals,
            *self._entries,
            self._subjects,
            *self._holds,
            *self._hold_lines,
            *self._resolved,
        ]
