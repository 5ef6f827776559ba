"""A load on the books of a test, and what must be true of it whatever happened meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from liushui.kernel.errors import Refused
from liushui.ledger import Post
from tests.books import Books, pay

NAMES = ("cash1", "cash2", "alice", "bob", "carol")


class Load:
    """Clients that pay and ask again with the same key until they know. answered: journal by key."""

    def __init__(self, books: Books, *, seed: str, patience_s: float = 20) -> None:
        self._books = books
        self._chance = random.Random(seed)
        self._patience_s = patience_s
        self.answered: dict[str, int] = {}
        self.asked: dict[str, Post] = {}
        self.refusals: Counter[str] = Counter()

    async def client(self, number: int, payments: int, pause_s: float = 0.01) -> None:
        for payment in range(payments):
            payer, payee = self._chance.sample(NAMES, 2)
            key = f"load:{number}:{payment}"
            await self.pay_until_known(
                pay(self._books[payer], self._books[payee], self._chance.randint(1, 9), key)
            )
            await asyncio.sleep(pause_s * self._chance.random())

    async def pay_until_known(self, request: Post) -> None:
        """Anything but an answer or a clear refusal fails the test, and so does silence."""
        key = request.header.key
        self.asked[key] = request
        while True:
            try:
                answer = await asyncio.wait_for(self._books.ledger.submit(request), self._patience_s)
            except Refused as refused:
                self.refusals[refused.code] += 1
                if refused.code == "insufficient_funds":
                    return
                if refused.code not in ("database_unavailable", "database_full"):
                    raise
                await asyncio.sleep(0.05)
            else:
                self.answered[key] = answer.journal_id
                return

    async def check(self) -> None:
        """Every answered payment is there, once, under the number that was told; nothing else is; the sums are right."""
        expected = dict.fromkeys(self._books.ids.values(), 0)
        for key in self.answered:
            for account, debit, amount in self.asked[key].lines:
                expected[account] += amount if debit else -amount
        async with self._books.db.read() as conn:
            rows = await conn.fetch(
                "SELECT idempotency_key, id FROM journal WHERE idempotency_key LIKE 'load:%'"
            )
            assert dict(rows) == self.answered
            balances = dict(
                await conn.fetch("SELECT account_id, debits_posted - credits_posted FROM ledger_balance")
            )
        customers = [self._books[name] for name in NAMES]
        assert {id: balances[id] for id in customers} == {id: expected[id] for id in customers}
        assert sum(balances.values()) == 0
        assert await self._books.differences() == []


def begin_with(books: Books) -> list[Post]:
    """Money to begin with, under keys of the load, so that it is counted."""
    return [pay(books["cash1"], books[name], 500, f"load:begin:{name}") for name in ("alice", "bob", "carol")]
