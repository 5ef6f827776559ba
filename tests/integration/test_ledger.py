"""The books, told as stories. Amounts in fen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import asyncpg
import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import (
    Capture,
    Expire,
    Hold,
    Kind,
    LedgerLimits,
    Line,
    Post,
    Reverse,
    Void,
    balance,
    statement,
)
from liushui.ledger.seal import seal
from tests.books import MORNING, Books, books, header, pay


def run(dsn: str, story: Callable[[Books], Awaitable[None]], limits: LedgerLimits | None = None) -> None:
    async def whole() -> None:
        async with books(dsn, limits) as b:
            await story(b)
            assert await b.differences() == []

    asyncio.run(whole())


async def refused(awaitable: Awaitable[object]) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.code


async def available(b: Books, name: str) -> int:
    async with b.db.read() as conn:
        return (await balance(conn, b[name])).available


def test_cash_in_and_a_transfer(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 100_00))
        done = await b.ledger.submit(pay(b["alice"], b["bob"], 30_00))
        assert [(e.debit, e.amount, e.position, e.balance_after) for e in done.entries] == [
            (True, 30_00, 2, 70_00),
            (False, 30_00, 1, 30_00),
        ]
        async with b.db.read() as conn:
            lines = await statement(conn, b["alice"])
            cash = await balance(conn, b["cash1"])
        assert [(row["debit"], row["amount"], row["balance_after"]) for row in lines] == [
            (False, 100_00, 100_00),
            (True, 30_00, 70_00),
        ]
        assert cash.ledger == 100_00  # debit-normal: cash in the till is positive

    run(dsn, story)


def test_a_transfer_between_branches_balances_in_each(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 50_00))
        done = await b.ledger.submit(pay(b["alice"], b["carol"], 20_00))
        legs = {(e.account_id, e.debit): e.amount for e in done.entries[2:]}
        assert legs == {(b["interbranch1"], False): 20_00, (b["interbranch2"], True): 20_00}

    run(dsn, story)


def test_the_same_key_posts_once_and_another_content_is_refused(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 50_00))
        first = await b.ledger.submit(pay(b["alice"], b["bob"], 10_00, "k"))
        b.tick()
        again = await b.ledger.submit(pay(b["alice"], b["bob"], 10_00, "k"))
        assert again.replayed
        assert again._replace(replayed=False) == first
        assert await refused(b.ledger.submit(pay(b["alice"], b["bob"], 11_00, "k"))) == "key_reused"
        at_once = await b.ledger.submit_all([pay(b["alice"], b["bob"], 1_00, "m") for _ in range(20)])
        assert len({answer.journal_id for answer in at_once if not isinstance(answer, Refused)}) == 1
        assert await available(b, "alice") == 39_00

    run(dsn, story)


def test_a_repetition_is_answered_as_the_first_time_even_when_the_money_is_gone(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 50_00))
        for _ in range(6):  # until the writer plans ahead
            await b.ledger.submit(pay(b["cash1"], b["bob"], 1))
        first = await b.ledger.submit(pay(b["alice"], b["bob"], 50_00, "all"))
        again = await b.ledger.submit(pay(b["alice"], b["bob"], 50_00, "all"))
        assert again == first._replace(replayed=True)
        assert await refused(b.ledger.submit(pay(b["alice"], b["bob"], 49_00, "all"))) == "key_reused"
        assert await refused(b.ledger.submit(pay(b["alice"], b["bob"], 1))) == "insufficient_funds"

    run(dsn, story)


def test_refusals_and_their_precedence(dsn: str) -> None:
    async def story(b: Books) -> None:
        alice, bob, cash = b["alice"], b["bob"], b["cash1"]
        day = date(2026, 1, 5)
        big = 10**15
        cases = [
            (Post(header(), (Line(alice, True, 1),)), "lines_missing"),
            (pay(alice, bob, 0), "amount_not_positive"),
            (pay(alice, bob, -5), "amount_not_positive"),
            (pay(alice, bob, big + 1), "amount_too_large"),
            (pay(alice, alice, 1), "lines_cancel_out"),
            (pay(alice, bob, 1, value_date=day - timedelta(days=31)), "value_date_too_early"),
            (pay(alice, bob, 1, value_date=day + timedelta(days=8)), "value_date_too_late"),
            (pay(alice, 999_999, 1), "account_unknown"),
            (pay(alice, b["yen1"], 1), "currencies_unbalanced"),
            (Post(header(), (Line(cash, True, 2), Line(alice, False, 1))), "currencies_unbalanced"),
            (pay(alice, bob, 1), "insufficient_funds"),
            (pay(alice, bob, 1, memo="a\0b"), "request_malformed"),
            (Reverse(header(), 77), "journal_unknown"),
            (Void(header(), 77), "hold_unknown"),
        ]
        for request, code in cases:
            assert await refused(b.ledger.submit(request)) == code
        async with b.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM journal") == 0

    run(dsn, story)


def test_an_emoji_and_a_quote_are_just_text(dsn: str) -> None:
    async def story(b: Books) -> None:
        memo = "房租 🏠 '; DROP TABLE journal; --"
        await b.ledger.submit(pay(b["cash1"], b["alice"], 5, memo=memo))
        async with b.db.read() as conn:
            assert (await statement(conn, b["alice"]))[0]["memo"] == memo

    run(dsn, story)


def test_a_hold_is_captured_in_part_and_the_rest_released(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 100_00))
        lines = (Line(b["alice"], True, 80_00), Line(b["bob"], False, 80_00))
        hold = await b.ledger.submit(Hold(header(), lines, MORNING + timedelta(days=1)))
        assert await available(b, "alice") == 20_00
        assert await refused(b.ledger.submit(pay(b["alice"], b["bob"], 20_01))) == "insufficient_funds"
        more = (Line(b["alice"], True, 80_01), Line(b["bob"], False, 80_01))
        over = Capture(header(), hold.journal_id, more)
        assert await refused(b.ledger.submit(over)) == "capture_exceeds_hold"
        part = (Line(b["alice"], True, 30_00), Line(b["bob"], False, 30_00))
        done = await b.ledger.submit(Capture(header(), hold.journal_id, part))
        assert done.kind is Kind.CAPTURE
        assert await available(b, "alice") == 70_00
        assert await refused(b.ledger.submit(Void(header(), hold.journal_id))) == "hold_resolved"

    run(dsn, story)


def test_holds_are_voided_and_expire(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 100_00))
        lines = (Line(b["alice"], True, 60_00), Line(b["bob"], False, 60_00))
        first = await b.ledger.submit(Hold(header(), lines, MORNING + timedelta(hours=1)))
        await b.ledger.submit(Void(header(), first.journal_id))
        second = await b.ledger.submit(Hold(header(), lines, MORNING + timedelta(hours=1)))
        assert await refused(b.ledger.submit(Expire(header(), second.journal_id))) == "hold_not_due"
        b.clock.advance(timedelta(hours=2))
        assert await refused(b.ledger.submit(Capture(header(), second.journal_id))) == "hold_expired"
        assert await b.ledger.expire_holds() == 1
        assert await b.ledger.expire_holds() == 0
        assert await available(b, "alice") == 100_00

    run(dsn, story)


def test_a_reversal_is_whole_once_and_books_on_the_day_it_is_made(dsn: str) -> None:
    async def story(b: Books) -> None:
        paid = await b.ledger.submit(pay(b["cash1"], b["carol"], 40_00))
        await b.db.transact(lambda uow: uow.advance_business_date(date(2026, 1, 6)))
        back = await b.ledger.submit(Reverse(header(), paid.journal_id))
        assert back.booking_date == date(2026, 1, 6)
        assert sorted((e.account_id, e.debit, e.amount) for e in back.entries) == sorted(
            (e.account_id, not e.debit, e.amount) for e in paid.entries
        )
        again = Reverse(header(), paid.journal_id)
        assert await refused(b.ledger.submit(again)) == "journal_already_reversed"
        of_reversal = Reverse(header(), back.journal_id)
        assert await refused(b.ledger.submit(of_reversal)) == "journal_not_reversible"

    run(dsn, story)


def test_a_block_looks_at_what_a_journal_does_to_an_account_in_all(dsn: str) -> None:
    """What is withheld of money that comes in takes nothing out; more than comes in, or as much, does."""

    async def story(b: Books) -> None:
        alice, bob, cash = b["alice"], b["bob"], b["cash1"]
        await b.ledger.submit(pay(cash, alice, 10_00))

        def both(came: int, went: int) -> Post:
            lines = [
                Line(cash, True, came),
                Line(alice, False, came),
                Line(alice, True, went),
                Line(bob, False, went),
            ]
            return Post(header(), tuple(lines))

        await b.db.transact(lambda uow: b.ledger.set_blocks(uow, alice, debit=True, credit=False))
        for went in (5_00, 5_01):
            assert await refused(b.ledger.submit(both(5_00, went))) == "account_blocked"
        await b.ledger.submit(both(5_00, 4_99))
        await b.db.transact(lambda uow: b.ledger.set_blocks(uow, alice, debit=False, credit=True))
        for went in (4_99, 5_00):
            assert await refused(b.ledger.submit(both(5_00, went))) == "account_blocked"
        await b.db.transact(lambda uow: b.ledger.set_blocks(uow, alice, debit=True, credit=True))
        for went in (4_99, 5_01):
            assert await refused(b.ledger.submit(both(5_00, went))) == "account_blocked"
        async with b.db.read() as conn:
            assert (await balance(conn, alice)).ledger == 10_01

    run(dsn, story)


def test_blocks_floors_and_closing(dsn: str) -> None:
    async def story(b: Books) -> None:
        alice, bob, cash = b["alice"], b["bob"], b["cash1"]
        await b.ledger.submit(pay(cash, alice, 10_00))
        await b.db.transact(lambda uow: b.ledger.set_blocks(uow, alice, debit=True, credit=False))
        assert await refused(b.ledger.submit(pay(alice, bob, 1))) == "account_blocked"
        await b.ledger.submit(pay(cash, alice, 1_00))
        async with b.db.read() as conn:
            shown = await balance(conn, alice)
        assert (shown.ledger, shown.blocked, shown.available) == (11_00, 11_00, 0)
        await b.db.transact(lambda uow: b.ledger.set_blocks(uow, alice, debit=False, credit=False))
        await b.db.transact(lambda uow: b.ledger.set_floor(uow, alice, -5_00))
        await b.ledger.submit(pay(alice, bob, 16_00))
        assert await refused(b.ledger.submit(pay(alice, bob, 1))) == "insufficient_funds"
        closing = b.db.transact(lambda uow: b.ledger.close_account(uow, alice))
        assert await refused(closing) == "account_not_empty"
        await b.ledger.submit(pay(bob, alice, 5_00))
        await b.db.transact(lambda uow: b.ledger.close_account(uow, alice))
        assert await refused(b.ledger.submit(pay(cash, alice, 1))) == "account_closed"

    run(dsn, story)


def test_posting_inside_a_use_case_commits_or_rolls_back_with_it(dsn: str) -> None:
    async def story(b: Books) -> None:
        async def half_done(uow: object) -> None:
            await b.ledger.post_within(uow, pay(b["cash1"], b["alice"], 5_00))  # pyright: ignore
            raise RuntimeError("the use case fails after posting")

        with pytest.raises(RuntimeError):
            await b.db.transact(half_done)
        assert await available(b, "alice") == 0
        request = pay(b["cash1"], b["alice"], 5_00, "within")
        await b.db.transact(lambda uow: b.ledger.post_within(uow, request))
        again = await b.db.transact(lambda uow: b.ledger.post_within(uow, request))
        assert again.replayed
        assert (await b.ledger.submit(request)).replayed
        assert await available(b, "alice") == 5_00

    run(dsn, story)


def test_the_database_itself_refuses_to_change_the_past(dsn: str) -> None:
    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 5_00))
        for sql in (
            "UPDATE entry SET amount = amount + 1",
            "DELETE FROM journal",
            "TRUNCATE entry",
            "DELETE FROM event",
            "UPDATE ledger_account SET currency = 'USD'",
            "DELETE FROM ledger_balance",
            "UPDATE commit_head SET last_journal_id = 0",
        ):
            with pytest.raises(asyncpg.PostgresError) as caught:
                async with b.db.pool.acquire() as conn:
                    await conn.execute(sql)
            assert caught.value.sqlstate in ("LS001", "LS002")

    run(dsn, story)


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE ledger_balance SET credits_posted = credits_posted + 1 WHERE account_id = 3", "verify_balance_wrong"),
        ("UPDATE entry SET amount = 600 WHERE journal_id = 1 AND line = 1", "verify_journal_unbalanced"),
        ("UPDATE journal SET memo = 'nothing to see' WHERE id = 1", "verify_journal_changed"),
        ("UPDATE seal SET root = sha256('x') WHERE block = 1", "verify_chain_broken"),
        ("DELETE FROM event WHERE journal_id = 1", "verify_event_missing"),
        ("DELETE FROM journal WHERE id = 1", "verify_journal_numbers"),
    ],
)  # fmt: skip
def test_verify_finds_what_somebody_with_full_rights_has_changed(dsn: str, tampering: str, code: str) -> None:
    async def story() -> None:
        async with books(dsn) as b:
            await b.ledger.submit(pay(b["cash1"], b["alice"], 5_00))
            await b.ledger.submit(pay(b["alice"], b["bob"], 5_00))
            assert await seal(b.db, b.clock) == 2
            assert await b.differences() == []
            async with b.db.pool.acquire() as conn:
                await conn.execute("SET session_replication_role = replica")  # triggers off: a superuser
                await conn.execute(tampering)
                await conn.execute("RESET session_replication_role")
            assert code in await b.differences()

    asyncio.run(story())


def test_a_steady_stream_costs_one_statement_a_batch(dsn: str) -> None:
    """The number may only go down."""

    async def story(b: Books) -> None:
        await b.ledger.submit(pay(b["cash1"], b["alice"], 1_000_00))
        for _ in range(6):
            await b.ledger.submit(pay(b["alice"], b["bob"], 1))
        writer = b.ledger.writer
        batches, statements = writer.batches, writer.statements
        for _ in range(10):
            await b.ledger.submit_all([pay(b["alice"], b["bob"], 1) for _ in range(50)])
        assert writer.batches - batches >= 10
        assert writer.statements - statements == writer.batches - batches

    run(dsn, story)
