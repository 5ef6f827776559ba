"""Limits are used in the transaction that moves the money, by many at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from liushui.bank import Bank, open_bank
from liushui.demo import complete_demo_bank
from liushui.deposits import Actor, Direction, Terms, give_back_limits, limits_of, use_limits, used_of
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import Refused
from liushui.parties import customer_by_number
from liushui.store.database import UnitOfWork
from tests.procedures import MONDAY_TEN

ZHANG = "0001010000000016"
IN, OUT = Direction.IN, Direction.OUT


async def classified(bank: Bank, account_class: int, bound: str | None = None) -> int:
    async def work(uow: UnitOfWork) -> int:
        number = await uow.conn.fetchval("SELECT number FROM party WHERE name = '张示例'")
        owner = await customer_by_number(uow.conn, number)
        terms = Terms(1, account_class=account_class, bound=bound)
        return (await bank.opening.open(uow, Actor("T0001", 1, "counter", "k"), owner, terms))[0]

    return await bank.db.transact(work)


async def use(
    bank: Bank, account: int, direction: Direction, amount: int, other: str | None = None
) -> list[str]:
    try:
        await bank.db.transact(lambda uow: use_limits(uow, account, direction, amount, counterparty=other))
    except Refused as refused:
        return [fault.code for fault in refused.faults]
    return []


async def used(bank: Bank, account: int, direction: Direction) -> tuple[int, int]:
    async with bank.db.read() as conn:
        head = await conn.fetchval("SELECT business_date FROM commit_head")
        return await used_of(conn, account, direction, head)


def test_directions_days_years_and_bound_accounts(demo: str) -> None:
    async def tell() -> None:
        async with open_bank(demo, ManualClock(MONDAY_TEN)) as bank:
            await complete_demo_bank(bank)
            account = await classified(bank, 2, bound=ZHANG)
            assert await use(bank, account, OUT, 1_000_000) == []
            assert await use(bank, account, OUT, 1) == ["daily_limit_exceeded"]
            assert await use(bank, account, OUT, 5_000_000, ZHANG) == []  # bound: not counted
            assert await use(bank, account, IN, 1_000_000) == []
            assert await used(bank, account, OUT) == (1_000_000, 1_000_000)
            for _ in range(19):
                head = await bank.db.pool.fetchval("SELECT business_date FROM commit_head")
                day = head + timedelta(days=1)
                await bank.db.transact(lambda uow, d=day: uow.advance_business_date(d))
                assert await use(bank, account, OUT, 1_000_000) == []
            day = day + timedelta(days=1)
            await bank.db.transact(lambda uow: uow.advance_business_date(day))
            assert await use(bank, account, OUT, 1) == ["yearly_limit_exceeded"]  # twenty days of 10,000.00
            await bank.db.transact(
                lambda uow: give_back_limits(uow, account, OUT, 300, used_on=day - timedelta(days=1))
            )
            assert await used(bank, account, OUT) == (0, 19_999_700)
            assert await use(bank, account, OUT, 301) == ["yearly_limit_exceeded"]
            assert await use(bank, account, OUT, 300) == []
            await bank.db.transact(lambda uow: uow.advance_business_date(day.replace(year=2027)))
            assert await use(bank, account, OUT, 1_000_000) == []

    asyncio.run(tell())


def test_of_twenty_at_once_as_many_pass_as_the_day_allows(demo: str) -> None:
    async def tell() -> None:
        async with open_bank(demo, ManualClock(MONDAY_TEN)) as bank:
            await complete_demo_bank(bank)
            account = await classified(bank, 2)
            answers = await asyncio.gather(*(use(bank, account, OUT, 150_000) for _ in range(20)))
            # 10,000.00 holds six times 1,500.00.
            assert sorted(map(len, answers)) == [0] * 6 + [1] * 14
            assert await used(bank, account, OUT) == (900_000, 900_000)

    asyncio.run(tell())


def test_what_is_rolled_back_is_not_counted_and_accounts_without_limits_leave_no_trace(demo: str) -> None:
    async def tell() -> None:
        async with open_bank(demo, ManualClock(MONDAY_TEN)) as bank:
            await complete_demo_bank(bank)
            account = await classified(bank, 3)

            async def then_fails(uow: UnitOfWork) -> None:
                await use_limits(uow, account, OUT, 1_000)
                raise RuntimeError("the posting")

            with pytest.raises(RuntimeError):
                await bank.db.transact(then_fails)
            assert await used(bank, account, OUT) == (0, 0)
            zhang = await bank.directory.find(ZHANG)
            assert await use(bank, zhang.id, OUT, 10**11) == []
            assert await bank.db.pool.fetchval("SELECT count(*) FROM limit_usage") == 0
            async with bank.db.read() as conn:
                assert (await limits_of(conn, zhang.id, MONDAY_TEN.date())).none_at_all
                assert (await limits_of(conn, account, MONDAY_TEN.date())).balance == 200_000

    asyncio.run(tell())


def test_the_customer_has_agreed_to_less(demo: str) -> None:
    async def tell() -> None:
        async with open_bank(demo, ManualClock(MONDAY_TEN)) as bank:
            await complete_demo_bank(bank)
            account = await classified(bank, 1 + 1)
            await bank.db.pool.execute(
                "UPDATE deposit_account SET daily_limit = 500 WHERE account_id = $1", account
            )
            assert await use(bank, account, OUT, 501) == ["daily_limit_exceeded"]
            zhang = (await bank.directory.find(ZHANG)).id  # class I, with a limit of its own
            await bank.db.pool.execute(
                "UPDATE deposit_account SET yearly_limit = 700 WHERE account_id = $1", zhang
            )
            assert await use(bank, zhang, OUT, 701) == ["yearly_limit_exceeded"]
            assert await use(bank, zhang, OUT, 700) == []

    asyncio.run(tell())
