"""Customers' accounts by number. What is remembered here never changes once an account is opened."""

from __future__ import annotations

from typing import NamedTuple

from liushui.kernel.errors import refuse
from liushui.ledger.repository import Q
from liushui.store.database import Database

REMEMBERED_MAX = 250_000


class CustomerAccount(NamedTuple):
    """The unchanging facts of a customer's account."""

    id: int
    number: str
    branch_id: int
    currency: str


class Directory:
    """Finds customers' accounts. The bank's own accounts are not in it: no customer request can name them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, CustomerAccount] = {}

    async def find(self, number: str, field: str | None = None) -> CustomerAccount:
        """Refuses ``account_unknown``."""
        known = self._known.get(number)
        if known is None:
            async with self._db.read() as conn:
                row = await conn.fetchrow(Q.customer_account, number)
            if row is None:
                raise refuse("account_unknown", field, account=number[:40])
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            known = self._known[number] = CustomerAccount(*row)
        return known
