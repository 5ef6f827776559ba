"""The outbox: every event reaches its handler, in order for every account, whatever fails on the way."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import pytest

from liushui.deposits import MovementNotices, agree_to_notices
from liushui.ledger import CustomerAccount
from liushui.store.database import UnitOfWork
from liushui.store.outbox import Event, dispatch
from tests.books import Books, books, pay


class Listener:
    """Remembers what it was told; refuses the events of accounts that it is angry with."""

    name = "listener"
    kinds = frozenset({"journal_posted"})

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.angry_with: set[int] = set()

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        for event in events:
            if not self.angry_with.isdisjoint(event.subjects):
                raise ValueError("angry")
        self.heard += events

    def order_of(self, account: int) -> list[int]:
        return [e.journal_id or 0 for e in self.heard if account in e.subjects]


def test_an_event_that_fails_holds_up_its_own_accounts_and_nobody_else(dsn: str) -> None:
    async def story() -> None:
        async with books(dsn) as b:
            listener = Listener()
            paid: dict[str, list[int]] = defaultdict(list)

            async def deposit(name: str) -> None:
                paid[name].append(
                    (await b.ledger.submit(pay(b[f"cash{name[-1]}"], b[name[:-1]], 1_00))).journal_id
                )

            listener.angry_with = {b["alice"]}
            for name in ("alice1", "carol2", "alice1", "carol2"):
                await deposit(name)
            await dispatch(b.db, b.clock, [listener])
            assert listener.order_of(b["carol"]) == paid["carol2"]
            assert listener.order_of(b["alice"]) == []
            assert await stuck(b) == 2
            await deposit("alice1")
            await dispatch(b.db, b.clock, [listener])
            assert await stuck(b) == 3  # the third waits behind the first, untried
            listener.angry_with = set()
            await dispatch(b.db, b.clock, [listener])
            assert listener.order_of(b["alice"]) == []  # its time has not come again
            b.clock.advance(timedelta(hours=1))
            for _ in range(3):
                await dispatch(b.db, b.clock, [listener])
            assert listener.order_of(b["alice"]) == paid["alice1"]
            assert await stuck(b) == 0
            assert sorted(e.id for e in listener.heard) == sorted({e.id for e in listener.heard})

    asyncio.run(story())


def test_what_a_handler_wrote_goes_when_its_transaction_goes(dsn: str) -> None:
    """A crash between the handler's work and the cursor's move: both are one transaction, so neither is there."""

    class Dying(Listener):
        async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
            await MovementNotices().handle(uow, events)
            if not self.heard:
                self.heard += events
                await uow.conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async def story() -> None:
        async with books(dsn) as b:
            await agreed(b, "alice", 1)
            await b.ledger.submit(pay(b["cash1"], b["alice"], 5_00))
            dying = Dying()
            with pytest.raises(Exception, match=r"database_unavailable|closed|terminat"):
                await dispatch(b.db, b.clock, [dying])
            assert await notices(b, "alice") == []
            await dispatch(b.db, b.clock, [dying])
            assert await notices(b, "alice") == [(1, 5_00)]

    asyncio.run(story())


def test_movements_are_noticed_once_from_the_agreed_amount_on(dsn: str) -> None:
    async def story() -> None:
        async with books(dsn) as b:
            await b.ledger.submit(pay(b["cash1"], b["alice"], 100_00))  # before anybody agreed
            b.tick()
            await agreed(b, "alice", 10_00)
            for amount in (9_99, 10_00, 30_00):
                await b.ledger.submit(pay(b["alice"], b["bob"], amount))
            await dispatch(b.db, b.clock, [MovementNotices()])
            assert await notices(b, "alice") == [(3, 10_00), (4, 30_00)]
            assert await notices(b, "bob") == []
            async with b.db.pool.acquire() as conn:  # as if an event came twice
                await conn.execute("UPDATE outbox_cursor SET last_event_id = 0")
            await dispatch(b.db, b.clock, [MovementNotices()])
            assert await notices(b, "alice") == [(3, 10_00), (4, 30_00)]

    asyncio.run(story())


def test_two_workers_share_without_doubling(dsn: str) -> None:
    async def story() -> None:
        async with books(dsn) as b:
            for _ in range(50):
                await b.ledger.submit(pay(b["cash1"], b["alice"], 1))
            listener = Listener()
            await asyncio.gather(*(dispatch(b.db, b.clock, [listener]) for _ in range(4)))
            await dispatch(b.db, b.clock, [listener])
            assert len(listener.order_of(b["alice"])) == 50
            assert listener.order_of(b["alice"]) == sorted(set(listener.order_of(b["alice"])))

    asyncio.run(story())


async def agreed(b: Books, name: str, least: int) -> None:
    account = CustomerAccount(b[name], name, 1, "CNY")
    await b.db.transact(
        lambda uow: agree_to_notices(uow, b.clock, operator="T0001", account=account, least_amount=least)
    )


async def notices(b: Books, name: str) -> list[tuple[int, int]]:
    async with b.db.read() as conn:
        rows = await conn.fetch(
            "SELECT position, amount FROM movement_notice WHERE account_id = $1 ORDER BY position", b[name]
        )
    return [(row["position"], row["amount"]) for row in rows]


async def stuck(b: Books) -> int:
    async with b.db.read() as conn:
        return await conn.fetchval("SELECT count(*) FROM outbox_parked")
