"""Customers are entered once, also by two tellers at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from liushui.identity import Branch, open_branch
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import Refused
from liushui.parties import (
    Customer,
    NewCustomer,
    customer_by_document,
    customer_by_number,
    insert_customer,
    open_customer,
)
from liushui.store.database import Database, UnitOfWork
from tests.books import MORNING
from tests.unit.test_parties_model import CREDIT_CODE, id_number, person


class Desk:
    """A branch that enters customers."""

    def __init__(self, db: Database, clock: ManualClock, branch: Branch) -> None:
        self.db, self.clock, self.branch = db, clock, branch

    @classmethod
    async def open(cls, dsn: str) -> Desk:
        db = await Database.connect(dsn)

        async def found(uow: UnitOfWork) -> Branch:
            return await open_branch(
                uow, code="0001", name_zh="总行", name_en="Head", opened_on=date(2026, 1, 5)
            )

        return cls(db, ManualClock(MORNING), await db.transact(found))

    async def enter(self, new: NewCustomer, key: str) -> tuple[Customer, bool]:
        return await open_customer(
            self.db, self.clock, new, operator="T0001", branch_id=self.branch.id, key=key
        )

    async def refusal(self, new: NewCustomer, key: str) -> Refused:
        with pytest.raises(Refused) as caught:
            await self.enter(new, key)
        return caught.value

    async def count(self, table: str) -> int:
        async with self.db.read() as conn:
            return len(await conn.fetch("SELECT * FROM " + table))  # noqa: S608 - a table of this file


def luhn_by_hand(number: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def test_a_customer_is_entered_and_found_again(dsn: str) -> None:
    async def story() -> None:
        desk = await Desk.open(dsn)
        customer, replayed = await desk.enter(person(address="某路 1 号"), "c:1")
        assert not replayed
        assert len(customer.number) == 11
        assert luhn_by_hand(customer.number)
        assert (customer.birth_date, customer.opened_at) == (date(1990, 3, 7), MORNING)
        async with desk.db.read() as conn:
            assert await customer_by_number(conn, customer.number) == customer
            assert await customer_by_document(conn, "id_card", "CN", id_number()) == customer
            assert await customer_by_document(conn, "passport", "CN", id_number()) is None
            assert await customer_by_document(conn, "id_card", "CN", "\x00") is None
            events = await conn.fetch("SELECT kind, payload FROM event")
            kept = await conn.fetchval("SELECT string_agg(result::text, '') FROM idempotency")
            with pytest.raises(Refused, match="customer_unknown"):
                await customer_by_number(conn, "\x00")
        assert [(e["kind"], e["payload"]) for e in events] == [
            ("customer_opened", f'{{"customer": "{customer.number}"}}')
        ]
        assert id_number() not in kept
        await desk.db.close()

    asyncio.run(story())


def test_the_same_key_gives_the_same_customer(dsn: str) -> None:
    async def story() -> None:
        desk = await Desk.open(dsn)
        answers = await asyncio.gather(*(desk.enter(person(), "c:1") for _ in range(6)))
        assert Counter(replayed for _, replayed in answers) == {False: 1, True: 5}
        assert len({customer for customer, _ in answers}) == 1
        assert (await desk.refusal(person(name="李四"), "c:1")).code == "key_reused"
        assert await desk.count("party") == 1
        await desk.db.close()

    asyncio.run(story())


def test_of_many_who_enter_one_document_at_once_exactly_one_wins(dsn: str) -> None:
    async def story() -> None:
        desk = await Desk.open(dsn)
        answers = await asyncio.gather(
            *(desk.enter(person(), f"c:{n}") for n in range(8)), return_exceptions=True
        )
        winners = [a[0] for a in answers if isinstance(a, tuple)]
        losers = [a for a in answers if isinstance(a, Refused)]
        assert (len(winners), len(losers)) == (1, 7)
        for loser in losers:
            assert loser.code == "customer_exists"
            assert dict(loser.faults[0].params) == {"customer": winners[0].number}
        assert [await desk.count(t) for t in ("party", "party_document", "event", "idempotency")] == [1] * 4
        await desk.db.close()

    asyncio.run(story())


def test_another_way_to_write_a_document_is_the_same_document(dsn: str) -> None:
    async def story() -> None:
        desk = await Desk.open(dsn)
        company = NewCustomer("entity", "某某公司", "uscc", CREDIT_CODE)
        first, _ = await desk.enter(company, "c:0")
        again = [
            replace(company, document_number=CREDIT_CODE.lower()),
            replace(company, document_number=f"{CREDIT_CODE[:8]}-{CREDIT_CODE[8:17]}-{CREDIT_CODE[17:]}"),
            replace(company, document_country="US"),
        ]
        for n, new in enumerate(again, 1):
            refused = await desk.refusal(new, f"c:{n}")
            assert (refused.code, refused.faults[0].params["customer"]) == ("customer_exists", first.number)

        async def in_bulk(uow: UnitOfWork) -> str:
            return await insert_customer(
                uow, desk.clock, again[0], operator="replay", branch_id=desk.branch.id
            )

        with pytest.raises(Refused, match="customer_exists"):
            await desk.db.transact(in_bulk)
        assert await desk.count("party") == 1
        await desk.db.close()

    asyncio.run(story())


def test_a_refused_customer_leaves_no_trace_and_frees_the_key(dsn: str) -> None:
    async def story() -> None:
        desk = await Desk.open(dsn)
        refused = await desk.refusal(person(name="", mobile="1"), "c:1")
        assert {fault.field for fault in refused.faults} == {"name", "mobile"}
        assert [await desk.count(t) for t in ("party", "event", "idempotency")] == [0, 0, 0]
        _, replayed = await desk.enter(person(), "c:1")
        assert not replayed
        await desk.db.close()

    asyncio.run(story())
