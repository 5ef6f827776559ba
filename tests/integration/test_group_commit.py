"""What group commit owes to whoever waits: an answer, the right one, and in the order of asking; whatever the
neighbours in the same batch ask for. Every story runs on a writer that plans ahead, as it does in steady work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import asyncpg
import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import Capture, Hold, Line, Post, Posted, Request, Reverse, Void
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


def test_a_batch_is_answered_also_when_only_refusals_follow_it(dsn: str) -> None:
    async def story(b: Books) -> None:
        good = b.ledger.writer.submit(pay(b["alice"], b["bob"], 1))
        await until_under_way(b.ledger.writer)
        bad = b.ledger.writer.submit(pay(b["alice"], b["bob"], 1_000_000))
        assert await told(good) == 8
        assert await told(bad) == "insufficient_funds"

    run(dsn, story)


def test_a_hold_and_a_journal_are_found_while_another_batch_is_written(dsn: str) -> None:
    """They were read for the next batch and forgotten with the one before: refused as unknown, though there."""

    async def story(b: Books) -> None:
        submit = b.ledger.writer.submit
        hold = await b.ledger.submit(hold_of(b, "cash1", 10))
        paid = await b.ledger.submit(pay(b["cash1"], b["alice"], 1))
        more = (Line(b["cash1"], True, 11), Line(b["bob"], False, 11))
        for first, again, why in (
            (Void(header(), hold.journal_id), Capture(header(), hold.journal_id, more), "hold_resolved"),
            (
                Reverse(header(), paid.journal_id),
                Reverse(header(), paid.journal_id),
                "journal_already_reversed",
            ),
        ):
            before = submit(pay(b["cash1"], b["bob"], 1))
            await until_under_way(b.ledger.writer)
            found = submit(first)
            await before
            late = submit(again)
            assert isinstance(await told(found), int)
            assert await told(late) == why

    run(dsn, story)


def test_a_repeated_key_does_not_let_later_requests_overtake(dsn: str) -> None:
    """The first refused for want of money, the second under the same key paid, the third lives on the second."""

    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["bob"], b["cash1"], 6))
        asked: list[Request] = [
            Void(header(), 77),  # must be read for, so all of them queue
            pay(b["alice"], b["bob"], 1_000_000, "twice"),
            pay(b["alice"], b["bob"], 5, "twice"),
            pay(b["bob"], b["cash1"], 5),
        ]
        answers = await b.ledger.submit_all(asked)
        said = [a.code if isinstance(a, Refused) else a.journal_id for a in answers]
        assert said == ["hold_unknown", "insufficient_funds", 9, 10]

    run(dsn, story)


@pytest.mark.parametrize("where", ["key", "memo", "operator", "nul in key", "account", "hold", "journal"])
def test_what_no_column_can_hold_is_refused_and_harms_no_neighbour(dsn: str, where: str) -> None:
    async def story(b: Books) -> None:
        lines = (Line(b["cash1"], True, 1), Line(b["alice"], False, 1))
        poison: tuple[Request, str] = {
            "key": (Post(header(LONE_SURROGATE), lines), "request_malformed"),
            "memo": (Post(header(memo=LONE_SURROGATE), lines), "request_malformed"),
            "operator": (Post(header(operator=LONE_SURROGATE), lines), "request_malformed"),
            "nul in key": (Post(header("a\0b"), lines), "request_malformed"),
            "account": (pay(b["cash1"], 2**70, 1), "account_unknown"),
            "hold": (Void(header(), 2**70), "hold_unknown"),
            "journal": (Reverse(header(), -(2**70)), "journal_unknown"),
        }[where]
        bad = b.ledger.writer.submit(poison[0])
        good = b.ledger.writer.submit(pay(b["cash1"], b["bob"], 1))
        assert await told(bad) == poison[1]
        assert await told(good) == 8
        await b.db.transact(lambda uow: b.ledger.set_floor(uow, b["bob"], 0))  # the next goes the locked way
        bad = b.ledger.writer.submit(poison[0])
        good = b.ledger.writer.submit(pay(b["cash1"], b["bob"], 1))
        assert await told(bad) == poison[1]
        assert await told(good) == 9

    run(dsn, story)


def test_connections_lost_while_nobody_asks_cost_nobody_an_answer(dsn: str) -> None:
    async def story(b: Books) -> None:
        admin = await asyncpg.connect(dsn)
        await admin.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'liushui' AND datname = current_database()"
        )
        await admin.close()
        await asyncio.sleep(0.2)
        for number in range(8, 16):  # long enough that it plans ahead again
            assert await told(b.ledger.writer.submit(pay(b["alice"], b["bob"], 1))) == number

    run(dsn, story)


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
