"""An account as the planner sees it: its facts and its four counters, changed in memory only."""

from __future__ import annotations

from typing import TypeAlias

from liushui.ledger.model import Balance

Counters: TypeAlias = tuple[int, int, int, int, int]
"""Debits pending, debits posted, credits pending, credits posted (minor units), statement position."""


class Account:
    """Facts and counters of one ledger account. Counters are minor units and never negative."""

    __slots__ = (
        "branch_id",
        "closed",
        "counted",
        "credit_blocked",
        "credits_pending",
        "credits_posted",
        "currency",
        "debit_blocked",
        "debit_normal",
        "debits_pending",
        "debits_posted",
        "floor",
        "id",
        "number",
        "position",
    )  # fmt: skip

    def __init__(
        self, id: int, number: str, branch_id: int, currency: str, debit_normal: bool, floor: int | None,
        debit_blocked: bool, credit_blocked: bool, closed: bool, debits_pending: int, debits_posted: int,
        credits_pending: int, credits_posted: int, position: int, counted: bool = False,
    ) -> None:  # fmt: skip
        self.id = id
        self.number = number
        self.branch_id = branch_id
        self.currency = currency
        self.debit_normal = debit_normal
        self.floor = floor
        self.debit_blocked = debit_blocked
        self.credit_blocked = credit_blocked
        self.closed = closed
        self.debits_pending = debits_pending
        self.debits_posted = debits_posted
        self.credits_pending = credits_pending
        self.credits_posted = credits_posted
        self.position = position
        self.counted = counted

    def ledger(self) -> int:
        """What is booked, on the normal side."""
        net = self.debits_posted - self.credits_posted
        return net if self.debit_normal else -net

    def unreserved(self) -> int:
        """What is booked less what holds reserve against the normal side."""
        if self.debit_normal:
            return self.debits_posted - self.credits_posted - self.credits_pending
        return self.credits_posted - self.debits_posted - self.debits_pending

    def counters(self) -> Counters:
        return (
            self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted, self.position,
        )  # fmt: skip

    def restore(self, counters: Counters) -> None:
        (self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted,
         self.position) = counters  # fmt: skip

    def balance(self) -> Balance:
        """The figures a person is shown. A blocked account has its whole unreserved balance kept back."""
        free = self.unreserved() - (self.floor or 0)
        outgoing_blocked = self.credit_blocked if self.debit_normal else self.debit_blocked
        blocked = max(free, 0) if outgoing_blocked else 0
        return Balance(
            ledger=self.ledger(),
            held=self.credits_pending if self.debit_normal else self.debits_pending,
            blocked=blocked,
            available=free - blocked,
            debit_turnover=self.debits_posted,
            credit_turnover=self.credits_posted,
        )
