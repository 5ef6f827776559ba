"""What group commit owes to whoever waits: an answer, the right one, and in the order of asking; whatever the
neighbours in the same batch ask for. Every story runs on a writer that plans ahead, as it does in steady work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from liushui.kernel.errors import Refused
from liushui.ledger import Capture, Hold, Line, Posted
from liushui.ledger.group_commit import GroupCommit
from tests.books import MORNING, Books, books, header, pay

LONE_SURROGATE = "\ud800"


def run(dsn: str, story: Callable[[Books], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with books(dsn) as b:
            await b.ledger.submit(pay(b["cash1"], b["alice"], 1_000))
            for _ in range(6):  # so many batches in a row without another writer, and it plans ahead
                await b.ledger.submit(pay(b["alice"], b["bob"], 1))
            await story(b)
            assert await b.differences() == []

    asyncio.run(whole())


async def told(asked: Awaitable[Posted]) -> str | int:
    """The journal's number or the code of the refusal; soon, or the test fails."""
    try:
        return (await asyncio.wait_for(asked, 3)).journal_id
    except Refused as refused:
        return refused.code


async def until_under_way(writer: GroupCommit) -> None:
    """Wait until the batch that was planned is being written. Whoever asks now is planned into the next one."""
    for _ in range(100):
        if writer._foreseen is None:
            return
        await asyncio.sleep(0)
    raise AssertionError("no batch is under way")


def hold_of(b: Books, payer: str, amount: int) -> Hold:
    lines = (Line(b[payer], True, amount), Line(b["bob"], False, amount))
    return Hold(header(), lines, MORNING + timedelta(days=1))


def test_reserved_money_can_be_captured_after_the_floor_was_raised(dsn: str) -> None:
    async def story(b: Books) -> None:
        hold = await b.ledger.submit(hold_of(b, "alice", 900))
        await b.db.transact(lambda uow: b.ledger.set_floor(uow, b["alice"], 500))
        assert await told(b.ledger.submit(pay(b["alice"], b["bob"], 1))) == "insufficient_funds"
        assert (await b.ledger.submit(Capture(header(), hold.journal_id))).entries[0].balance_after == 94
        assert await told(b.ledger.submit(pay(b["alice"], b["bob"], 1))) == "insufficient_funds"

    run(dsn, story)


def test_the_books_can_stand_on_the_last_day_of_the_calendar(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.db.transact(lambda uow: uow.advance_business_date(date.max))
        yesterday = date.max - timedelta(days=1)
        assert (
            await b.ledger.submit(pay(b["cash1"], b["bob"], 1, value_date=yesterday))
        ).value_date == yesterday
        too_early = pay(b["cash1"], b["bob"], 1, value_date=date(2026, 1, 5))
        assert await told(b.ledger.submit(too_early)) == "value_date_too_early"

    run(dsn, story)
