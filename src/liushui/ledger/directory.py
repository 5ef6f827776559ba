"""Customers' accounts by number. What is remembered here never changes once an account is opened."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from liushui.kernel.errors import Fault, Refused, refuse
from liushui.kernel.text import is_storable
from liushui.ledger.repository import Q
from liushui.store.database import Database

REMEMBERED_MAX = 250_000
READ_AT_ONCE_MAX = 1_000


class CustomerAccount(NamedTuple):
    """The unchanging facts of a customer's account."""

    id: int
    number: str
    branch_id: int
    currency: str


class Directory:
    """Finds customers' accounts. The bank's own accounts are not in it: no customer request can name them.

    Numbers asked for while a query is under way share the next one, so a cold start costs few queries.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, CustomerAccount] = {}
        self._asked: dict[str, asyncio.Future[CustomerAccount | None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def find(self, number: str, field: str | None = None) -> CustomerAccount:
        """Refuses ``account_unknown``."""
        return self._known.get(number) or await self._look_up(number, field)

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

    async def _look_up(self, number: str, field: str | None) -> CustomerAccount:
        if not is_storable(number):
            raise refuse("account_unknown", field, account="?")
        future = self._asked.get(number)
        if future is None:
            future = self._asked[number] = asyncio.get_running_loop().create_future()
            if self._reader is None:
                self._reader = asyncio.create_task(self._read())
        found = await asyncio.shield(future)
        if found is None:
            raise refuse("account_unknown", field, account=number[:40])
        return found

    async def _read(self) -> None:
        try:
            while self._asked:
                # Those who ask while this is read are asked for in the next round.
                numbers = list(self._asked)[:READ_AT_ONCE_MAX]
                asked = {number: self._asked.pop(number) for number in numbers}
                try:
                    async with self._db.read() as conn:
                        rows = await conn.fetch(Q.customer_accounts, numbers)
                except Exception as error:
                    for future in asked.values():
                        future.set_exception(error)
                        future.exception()  # seen, also where nobody waits any more
                    continue
                found = {row["number"]: CustomerAccount(*row) for row in rows}
                if len(self._known) + len(found) > REMEMBERED_MAX:
                    self._known.clear()
                self._known |= found
                for number, future in asked.items():
                    future.set_result(found.get(number))
        finally:
            self._reader = None
