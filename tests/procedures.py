"""A bank with its procedures, for stories: people, tasks, time that moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from asyncpg import Record

from liushui.bank import Bank, open_bank, verify
from liushui.cash import open_session, place_by_code
from liushui.demo import complete_demo_bank
from liushui.deposits.blocks import Cause, NewBlock, blocks_of, lift_block, place_block
from liushui.kernel.clock import Clock, ManualClock
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Post
from liushui.store.database import UnitOfWork
from liushui.store.outbox import dispatch
from liushui.store.vault import Vault
from liushui.workflow import Person, Q
from liushui.workflow.state import State

MONDAY_TEN = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
"""Ten o'clock in Beijing, on the demo bank's first business date."""
_keys = count(1)


def person(
    number: str, *roles: str, branch: int = 1, channel: str = "counter", anywhere: bool = False
) -> Person:
    return Person(number, frozenset(roles), branch, channel, anywhere)


TELLER = person("T0001", "teller")
OTHER_TELLER = person("T0003", "teller")
SUPERVISOR = person("S0001", "supervisor")
REVIEWER = person("R0001", "reviewer")


TILLS = {"T0001": "0001-T01", "T0003": "0001-T02", "S0001": "0001-T03", "T0002": "0002-T01"}


async def open_counters(bank: Bank, clock: Clock, tills: Mapping[str, str] = TILLS) -> None:
    """Sign tellers in at their tills, with what is in them."""

    async def sign_in(uow: UnitOfWork) -> None:
        for teller, code in tills.items():
            till = await place_by_code(uow.conn, code)
            await open_session(uow, clock, till, teller, till.branch_id)

    await bank.db.transact(sign_in)


class Story:
    """What a story does at the bank. All amounts in forms are decimal text."""

    def __init__(self, bank: Bank, clock: ManualClock) -> None:
        self.bank, self.clock, self.processes = bank, clock, bank.processes

    async def start(self, who: Person, process: str, key: str | None = None, /, **given: Any) -> int:
        return await self.processes.start(who, process, given, idempotency_key=key or f"story:{next(_keys)}")

    async def do(self, who: Person, case: int, element: str, /, **given: Any) -> int:
        """Complete the open task at an element; return its id."""
        task = await self.task(case, element)
        await self.processes.complete(
            who, task["id"], given, version=task["version"], idempotency_key=f"story:{next(_keys)}"
        )
        return task["id"]

    async def task(self, case: int, element: str) -> Record:
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.tasks_of_case, case)
        open_ones = [r for r in rows if r["element"] == element and r["state"] in ("open", "claimed")]
        assert len(open_ones) == 1, [(r["element"], r["state"]) for r in rows]
        return open_ones[0]

    async def open_tasks(self, case: int) -> list[str]:
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.tasks_of_case, case)
        return [r["element"] for r in rows if r["state"] in ("open", "claimed")]

    async def status(self, case: int) -> str:
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(Q.instance, case)
        assert row is not None
        return row["status"]

    async def variables(self, case: int) -> dict[str, Any]:
        """The case's own variables, as they are stored."""
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(Q.instance, case)
        assert row is not None
        return dict(State.from_json(row["state"]).variables)

    async def ways(self, case: int) -> list[str]:
        """Elements that completed, in order."""
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.events_of_case, case)
        return [r["element"] for r in rows if r["kind"] == "process_step" and r["lifecycle"] == "completed"]

    async def events(self, case: int) -> list[Record]:
        async with self.bank.db.read() as conn:
            return await conn.fetch(Q.events_of_case, case)

    async def pay(self, payer: str, payee: str, minor: int) -> int:
        """A transfer between customers straight into the books; return the journal."""
        lines = await self.bank.payments.lines(payer, payee, minor, "CNY")
        header = Header(f"story:{next(_keys)}", self.bank.payments.transfer_code, 1, "T0001", "counter")
        return (await self.bank.ledger.submit(Post(header, lines))).journal_id

    async def block(self, account: str, *, debit: bool, credit: bool) -> None:
        """The bank's own block on these sides, or on none."""
        found, ledger = await self.bank.directory.find(account), self.bank.ledger

        async def work(uow: UnitOfWork) -> None:
            for block in await blocks_of(uow.conn, found.id):
                if block["cause"] == Cause.STAFF:
                    await lift_block(uow, ledger, self.clock, block["id"], by="S0001", reason="set anew")
            if debit or credit:
                new = NewBlock(found.id, Cause.STAFF, debit, credit, "set by staff", "S0001")
                await place_block(uow, ledger, self.clock, new)

        await self.bank.db.transact(work)

    async def balance(self, account: str) -> str:
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(
                "SELECT credits_posted - debits_posted AS net FROM ledger_balance b "
                "JOIN ledger_account a ON a.id = b.account_id WHERE a.number = $1", account
            )  # fmt: skip
        assert row is not None
        return f"{row['net'] // 100}.{row['net'] % 100:02d}"

    async def wait(self, by: timedelta) -> None:
        """Let time pass, and the workers do what is due."""
        self.clock.advance(by)
        await self.work()

    async def work(self) -> None:
        while await self.processes.work() + await dispatch(self.bank.db, self.clock, self.bank.handlers):
            pass


@asynccontextmanager
async def story_of(dsn: str, vault: Vault | None = None) -> AsyncGenerator[Story]:
    """The demo bank with its procedures deployed; its books are verified at the end."""
    clock = ManualClock(MONDAY_TEN)
    async with open_bank(dsn, clock, vault=vault) as bank:
        await complete_demo_bank(bank)
        await bank.processes.deploy_house(actor="system")
        await open_counters(bank, clock)
        yield Story(bank, clock)
        assert [fault.code for fault in await verify(bank.db)] == []


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    """Tell a story at the demo bank."""

    async def whole() -> None:
        async with story_of(dsn) as story:
            await tell(story)

    asyncio.run(whole())


async def refused(work: Awaitable[object]) -> list[str]:
    """The codes of a refusal that must come."""
    with pytest.raises(Refused) as caught:
        await work
    return [fault.code for fault in caught.value.faults]
