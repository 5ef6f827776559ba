"""Verification of everything, and of what has come since a closed day: what each finds, and that large tables stop neither."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from liushui.bank import verify, verify_within
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Hold, Line, Post
from liushui.ledger.repository import Q
from liushui.ledger.seal import seal
from liushui.store.database import Database, PoolConnection
from tests.counter import LI, ZHANG, close_tills
from tests.procedures import TELLER, Story, open_counters, refused, run

THIRD_DAY = date(2026, 1, 7)


async def three_days(s: Story) -> None:
    """Two days that are closed and one that is open. On each, cash over the counter, a transfer and a hold; all sealed."""
    for number in range(3):
        if number:
            await s.bank.db.transact(lambda uow: close_tills(uow, s))
            s.clock.advance(timedelta(days=1))
            await s.bank.day_end.run()
            await open_counters(s.bank, s.clock)
        await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="350.00", denominations={"10000": 3, "5000": 1}
        )
        await s.pay(ZHANG, LI, 12_345)
        payer, payee = [(await s.bank.directory.find(one)).id for one in (LI, ZHANG)]
        lines = (Line(payer, True, 500), Line(payee, False, 500))
        await s.bank.ledger.submit(
            Hold(
                Header(f"hold:{number}", "TST01", 1, "T0001", "counter"),
                lines,
                s.clock.now() + timedelta(days=30),
            )
        )
        await s.bank.ledger.submit(
            Post(Header(f"last:{number}", "TST01", 1, "T0001", "counter", memo="rent"), lines)
        )
        await seal(s.bank.db, s.clock)


ROWS = {
    "last": "(SELECT id FROM journal WHERE idempotency_key = 'last:2')",
    "first": "(SELECT id FROM journal WHERE idempotency_key = 'last:0')",
    "zhang": "(SELECT id FROM ledger_account WHERE number = '0001010000000016')",
    "unmoved": "(SELECT min(account_id) FROM ledger_balance WHERE position = 0)",
}
AFTER = {
    "UPDATE journal SET memo = 'wages' WHERE id = {last}": "verify_journal_changed",
    "UPDATE entry SET amount = amount + 1 WHERE journal_id = {last} AND line = 1": "verify_journal_unbalanced",
    "UPDATE entry SET amount = amount + 1 WHERE journal_id = {last}": "verify_statement_broken",
    "UPDATE entry SET balance_after = balance_after + 1 WHERE journal_id = {last} AND line = 1": "verify_statement_broken",
    "UPDATE entry SET position = position + 1 WHERE journal_id = {last} AND line = 1": "verify_statement_broken",
    "DELETE FROM entry WHERE journal_id = {last}": "verify_journal_empty",
    "UPDATE entry SET journal_id = 999999 WHERE journal_id = {last}": "verify_entry_orphaned",
    "DELETE FROM journal WHERE id = {last}": "verify_journal_numbers",
    "UPDATE ledger_balance SET credits_posted = 1 WHERE account_id = {unmoved}": "verify_balance_wrong",
    "UPDATE ledger_balance SET position = 3 WHERE account_id = {unmoved}": "verify_balance_wrong",
    "DELETE FROM ledger_balance WHERE account_id = {unmoved}": "verify_balance_wrong",
    "UPDATE ledger_balance SET debits_pending = 7 WHERE account_id = {unmoved}": "verify_balance_wrong",
    "UPDATE ledger_balance SET debits_posted = debits_posted + 5, credits_posted = credits_posted + 5 "
    "WHERE account_id = {zhang}": "verify_gl_differs",
    "UPDATE ledger_balance SET value_days = value_days + 1 WHERE account_id = {zhang}": "verify_balance_days_wrong",
    "UPDATE hold SET resolved_by = 5 WHERE journal_id = (SELECT max(journal_id) FROM hold)": "verify_hold_wrong",
    "DELETE FROM event WHERE journal_id = {last}": "verify_event_missing",
    "UPDATE seal SET root = leaves WHERE block = (SELECT max(block) FROM seal)": "verify_chain_broken",
    "UPDATE seal SET leaves = '' WHERE block = (SELECT max(block) FROM seal)": "verify_seal_gap",
    "UPDATE gl_turnover SET debit = debit + 1 WHERE booking_date = '2026-01-06'": "verify_day_unbalanced",
    "UPDATE gl_turnover SET debit = debit + 1, credit = credit + 1 WHERE booking_date = '2026-01-06'": "verify_closed_day_changed",
    "UPDATE ledger_account SET debit_blocked = true WHERE id = {zhang}": "verify_block_wrong",
    "UPDATE cash_stock SET pieces = pieces + 1 WHERE face = 10000": "verify_cash_place_differs",
    "UPDATE cash_movement_line SET pieces = pieces + 1 WHERE movement_id = (SELECT max(id) FROM cash_movement)":
        "verify_cash_movement_differs",
    "UPDATE journal SET process_element = 'Elsewhere' WHERE id = (SELECT max(journal_id) FROM cash_movement)":
        "verify_case_missing",
    "INSERT INTO process_timer (instance_id, timer, element, due_at) SELECT max(id), 1, 'x', now() "
    "FROM process_instance": "verify_case_not_over",
}  # fmt: skip
"""What somebody with full rights does to rows of the third day, and how it is found; so or so."""
BEFORE = {
    "UPDATE journal SET memo = 'wages' WHERE id = {first}": "verify_journal_changed",
    "UPDATE entry SET amount = amount + 1 WHERE journal_id = {first}": "verify_statement_broken",
    "DELETE FROM event WHERE journal_id = {first}": "verify_event_missing",
    "UPDATE seal SET root = leaves WHERE block = 1": "verify_chain_broken",
    "UPDATE gl_turnover SET debit = debit + 1, credit = credit + 1 WHERE booking_date = '2026-01-05' "
    "AND debit > 0": "verify_closed_day_changed",
}
"""The same to rows of the first day: what is given is not looked at."""


@asynccontextmanager
async def tampered(s: Story, change: str) -> AsyncGenerator[PoolConnection]:
    """The bank after a change past all triggers, which is undone."""
    async with s.bank.db.pool.acquire() as conn:
        changing = conn.transaction()
        await changing.start()
        await conn.execute("SET LOCAL session_replication_role = replica")
        touched = await conn.execute(change.format(**ROWS))
        assert not touched.endswith(" 0"), change
        yield conn
        await changing.rollback()


async def codes(s: Story, conn: PoolConnection, since: date | None) -> set[str]:
    return {fault.code for fault in await verify_within(conn, s.processes.catalogue, since=since)}


def test_what_somebody_has_changed_since_a_closed_day_is_found_so_or_so(demo: str) -> None:
    async def tell(s: Story) -> None:
        await three_days(s)
        assert await verify(s.bank.db, since=THIRD_DAY) == []
        for change, code in AFTER.items():
            async with tampered(s, change) as conn:
                assert code in await codes(s, conn, THIRD_DAY), change
                assert code in await codes(s, conn, None), change

    run(demo, tell)


def test_what_somebody_has_changed_in_a_closed_day_is_found_by_the_whole_verification(demo: str) -> None:
    async def tell(s: Story) -> None:
        await three_days(s)
        for change, code in BEFORE.items():
            async with tampered(s, change) as conn:
                assert code in await codes(s, conn, None), change
                found = await codes(s, conn, THIRD_DAY)
                # The general ledger is compared with the accounts as a whole, whatever is given.
                assert found <= {"verify_gl_differs"}, change

    run(demo, tell)


def test_nothing_is_given_where_no_day_is_closed(demo: str) -> None:
    async def tell(s: Story) -> None:
        assert await refused(verify(s.bank.db, since=THIRD_DAY)) == ["verify_no_closed_day"]

    run(demo, tell)


def test_a_statement_given_up_is_no_lost_connection_and_a_survey_gives_up_none(dsn: str) -> None:
    async def story() -> None:
        db = await Database.connect(dsn, statement_s=0.2)
        with pytest.raises(Refused) as told:
            async with db.read() as conn:
                await conn.execute("SELECT pg_sleep(1)")
        assert told.value.code == "database_slow"
        async with db.survey() as conn:
            await conn.execute("SELECT pg_sleep(0.5)")
        assert await db.has_books()
        await db.close()

    asyncio.run(story())


def test_accounts_that_have_grown_since_they_were_analysed_are_still_joined_whole(dsn: str) -> None:
    """A million accounts were once joined row by row with what they had booked."""

    async def plan(conn: PoolConnection) -> str:
        rows = await conn.fetch(f"EXPLAIN {Q.verify_counters}", 20)
        return "\n".join(row[0] for row in rows)

    async def story() -> None:
        db = await Database.connect(dsn)
        async with db.pool.acquire() as conn:
            await conn.execute("ANALYZE")
        async with db.read() as conn:
            assert "Nested Loop" in await plan(conn)
        async with db.survey() as conn:
            assert "Nested Loop" not in await plan(conn)
        await db.close()

    asyncio.run(story())
