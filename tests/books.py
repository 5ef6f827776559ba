"""A small set of books for tests: two branches, customers, cash, inter-branch accounts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from liushui.kernel.clock import ManualClock
from liushui.ledger import Header, Ledger, LedgerLimits, Line, NewAccount, Post
from liushui.ledger.verify import verify_books
from liushui.store.database import Database, UnitOfWork

MORNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_keys = count(1)


def header(key: str | None = None, **more: object) -> Header:
    fields = {"code": "TST01", "branch_id": 1, "operator": "T0001", "channel": "counter"} | more
    return Header(key or f"test:{next(_keys)}", **fields)  # pyright: ignore[reportArgumentType]


def pay(payer: int, payee: int, amount: int, key: str | None = None, **more: object) -> Post:
    return Post(header(key, **more), (Line(payer, True, amount), Line(payee, False, amount)))


class Books:
    """Ledger accounts by name: cash1, cash2 (debit-normal), alice, bob at branch 1, carol at branch 2, and
    yen1, yen2 in JPY. Customers may not go below zero; cash has no floor."""

    def __init__(self, db: Database, clock: ManualClock, ledger: Ledger, ids: dict[str, int]) -> None:
        self.db, self.clock, self.ledger, self.ids = db, clock, ledger, ids

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    async def differences(self) -> list[str]:
        async with self.db.read() as conn:
            return [fault.code for fault in await verify_books(conn)]

    def tick(self) -> None:
        self.clock.advance(timedelta(seconds=1))


@asynccontextmanager
async def books(dsn: str, limits: LedgerLimits | None = None) -> AsyncGenerator[Books]:
    db = await Database.connect(dsn)
    clock = ManualClock(MORNING)
    ledger = Ledger(db, clock, limits)
    plan = [
        ("cash1", 1, "CNY", "1001.01", True, None),
        ("cash2", 2, "CNY", "1001.01", True, None),
        ("alice", 1, "CNY", "2011.01", False, 0),
        ("bob", 1, "CNY", "2011.01", False, 0),
        ("carol", 2, "CNY", "2011.01", False, 0),
        ("yen1", 1, "JPY", "2011.01", False, None),
        ("yen2", 1, "JPY", "2011.01", False, None),
    ]

    async def open_all(uow: UnitOfWork) -> dict[str, int]:
        ids = {
            name: await ledger.open_account(uow, NewAccount(name, branch, ccy, gl, debit, floor))
            for name, branch, ccy, gl, debit, floor in plan
        }
        for branch in (1, 2):
            ids[f"interbranch{branch}"] = await ledger.open_inter_branch_account(
                uow, NewAccount(f"interbranch{branch}", branch, "CNY", "3001.01", False, None)
            )
        return ids

    ids = await db.transact(open_all)
    ledger.start()
    try:
        yield Books(db, clock, ledger, ids)
    finally:
        await ledger.close()
        await db.close()
