"""What stories of placed deposits share: a demo bank whose days pass, customers' accounts, acts at the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from liushui.bank import Bank, open_bank, verify
from liushui.demo import complete_demo_bank
from liushui.deposits import Actor
from liushui.deposits.placed import (
    Contract,
    Desk,
    Instruction,
    NewDeposit,
    Quote,
    contract_by_number,
    history_of,
    place,
    withdraw_placed,
)
from liushui.kernel.clock import ManualClock
from liushui.ledger import Header
from liushui.parties import customer_by_number
from liushui.store.database import UnitOfWork

FIRST = date(2026, 1, 5)
ZHANG, LI = "0001010000000016", "0001010000000024"
_keys = count(1)


def header() -> Header:
    return Header(f"placed:{next(_keys)}", "", 1, "T0001", "counter")


class Desks:
    """The bank, and what is done at its desks. Amounts in minor units."""

    def __init__(self, bank: Bank, clock: ManualClock) -> None:
        self.bank, self.clock = bank, clock
        self.desk = Desk(clock, bank.ledger, bank.templates)

    async def go_to(self, day: date) -> None:
        """Ten in the morning of a day, with every day before it closed."""
        self.clock.set(datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
        await self.bank.day_end.run()

    async def cash(self, account: str, minor: int) -> None:
        actor = Actor("T0001", 1, "counter", f"cash:{next(_keys)}")
        await self.bank.deposits.deposit_cash(actor, account=account, amount=minor, currency="CNY")

    async def place(
        self, product: str, tenor: str, minor: int, instruction: str = "stay", account: str = ZHANG
    ) -> str:
        """The number of the new deposit."""
        found = await self.bank.directory.find(account)
        new = NewDeposit(product, tenor, minor, Instruction(instruction))

        async def work(uow: UnitOfWork) -> str:
            owner = await customer_by_number(uow.conn, await self.owner(account))
            return (await place(self.desk, uow, header(), new, found, owner, branch_code=account[:4])).number

        return await self.bank.db.transact(work)

    async def owner(self, account: str) -> str:
        number = await self.one(
            "SELECT p.number FROM account_party ap JOIN party p ON p.id = ap.party_id JOIN ledger_account a "
            "ON a.id = ap.account_id WHERE a.number = $1", account
        )  # fmt: skip
        return str(number)

    async def withdraw(self, number: str, minor: int | None = None) -> Quote:
        return await self.bank.db.transact(
            lambda uow: withdraw_placed(self.desk, uow, header(), number, minor)
        )

    async def act(self, how: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        """Any other act of the package, in its own transaction."""
        return await self.bank.db.transact(lambda uow: how(self.desk, uow, header(), *given))

    async def contract(self, number: str) -> Contract:
        async with self.bank.db.read() as conn:
            return await contract_by_number(conn, number)

    async def happened(self, number: str) -> list[tuple[str, str, int, int]]:
        """day, kind, amount and interest of everything that happened to a deposit."""
        async with self.bank.db.read() as conn:
            found = await contract_by_number(conn, number)
            return [
                (h.date.isoformat(), h.kind, h.amount, h.interest)
                for h in await history_of(conn, found.account_id)
            ]

    async def one(self, sql: str, *values: object) -> object:
        async with self.bank.db.read() as conn:
            return await conn.fetchval(sql, *values)

    async def balance(self, account: str) -> int:
        found = await self.one(
            "SELECT credits_posted - debits_posted FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
            "WHERE number = $1", account
        )  # fmt: skip
        assert isinstance(found, int)
        return found

    async def owed(self, product: str) -> object:
        return await self.one(
            "SELECT sum(credits_posted - debits_posted)::bigint FROM ledger_balance b JOIN internal_account i "
            "ON i.account_id = b.account_id WHERE role = 'interest_payable_' || $1", product
        )  # fmt: skip

    async def post_rate(self, name: str, tenor: str, day: date, percent: str) -> None:
        async with self.bank.db.pool.acquire() as conn:
            await conn.execute(
                "INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, entered_by, approved_by, "
                "recorded_at) VALUES ($1, 'CNY', $2, $3, $4, 'a story', 'test', 'test', now())",
                name, tenor, day, Decimal(percent),
            )  # fmt: skip


def tell(dsn: str, story: Callable[[Desks], Awaitable[None]]) -> None:
    """Tell a story at the demo bank; its books are verified at the end."""

    async def whole() -> None:
        clock = ManualClock(datetime(2026, 1, 5, 2, tzinfo=UTC))
        async with open_bank(dsn, clock) as bank:
            await complete_demo_bank(bank)
            await story(Desks(bank, clock))
            assert [(f.code, dict(f.params)) for f in await verify(bank.db)] == []

    asyncio.run(whole())
