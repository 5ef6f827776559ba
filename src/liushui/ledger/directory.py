"""From an account number to the facts that never change: id, branch, currency. Remembered, because they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from liushui.kernel.errors import Fault, Refused, refuse
from liushui.kernel.text import is_storable
from liushui.ledger.repository import Q
from liushui.store.database import Database
from liushui.store.shared_lookup import SharedLookup

REMEMBERED_MAX = 250_000


class CustomerAccount(NamedTuple):
    """The facts of a customer's account that never change."""

    id: int
    number: str
    branch_id: int
    currency: str


class Directory:
    """Finds customers' accounts. The bank's own accounts are not in it, nor those that a contract moves: no customer
    request can name them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, CustomerAccount] = {}
        self._lookup = SharedLookup(self._read)

    async def find(self, number: str, field: str | None = None) -> CustomerAccount:
        """Refuses ``account_unknown``."""
        known = self._known.get(number)
        if known is not None:
            return known
        found = await self._lookup.get(number) if is_storable(number) else None
        if found is None:
            raise refuse("account_unknown", field, account=number[:40] if is_storable(number) else "?")
        return found

    async def find_two(
        self, one: tuple[str, str], other: tuple[str, str]
    ) -> tuple[CustomerAccount, CustomerAccount]:
        """Find two accounts, each given as number and field. Refuses ``account_unknown`` for either or both."""
        first, second = self._known.get(one[0]), self._known.get(other[0])
        if first is not None and second is not None:
            return first, second
        found = await asyncio.gather(self.find(*one), self.find(*other), return_exceptions=True)
        faults: list[Fault] = []
        for answer in found:
            if isinstance(answer, Refused):
                faults += answer.faults
            elif isinstance(answer, BaseException):
                raise answer
        if faults:
            raise Refused(*faults)
        first, second = found
        assert isinstance(first, CustomerAccount)
        assert isinstance(second, CustomerAccount)
        return first, second

    async def _read(self, numbers: list[str]) -> Mapping[str, CustomerAccount]:
        async with self._db.look_up() as conn:
            rows = await conn.fetch(Q.customer_accounts, numbers)
        found = {row["number"]: CustomerAccount(*row) for row in rows}
        if len(self._known) + len(found) > REMEMBERED_MAX:
            self._known.clear()
        self._known |= found
        return found
