"""Verification of everything, and of what has come since a closed day: what each finds, and that large tables stop neither."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from liushui.bank import verify, verify_within
from liushui.cli import main
from liushui.deposits import Actor
from liushui.identity import list_branches
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Hold, Line, Post
from liushui.ledger.repository import Q
from liushui.ledger.seal import seal
from liushui.parties import NewCustomer, open_customer
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


def _with_rows(change: str) -> str:
    for name, found in ROWS.items():
        change = change.replace("{" + name + "}", found)
    return change


@asynccontextmanager
async def tampered(s: Story, change: str) -> AsyncGenerator[PoolConnection]:
    """The bank after a change past all triggers, which is undone."""
    async with s.bank.db.pool.acquire() as conn:
        changing = conn.transaction()
        await changing.start()
        await conn.execute("SET LOCAL session_replication_role = replica")
        touched = await conn.execute(_with_rows(change))
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


OPENING_OF_A_MOVED_ACCOUNT = """
UPDATE entry SET balance_after = balance_after + 100 WHERE account_id = {zhang};
UPDATE entry SET amount = amount + 100 WHERE account_id = {zhang} AND position = 1;
UPDATE ledger_balance SET credits_posted = credits_posted + 100 WHERE account_id = {zhang};
"""
"""One yuan more from the first day on, wherever a balance stands."""
BETWEEN_RESTING_ACCOUNTS = """
CREATE TEMP TABLE resting ON COMMIT DROP AS
SELECT id, CASE id WHEN min(id) OVER () THEN 100 ELSE -100 END AS more FROM ledger_account WHERE number = ANY ('{numbers}');
UPDATE entry e SET balance_after = balance_after + more, amount = amount + more FROM resting r WHERE e.account_id = r.id;
UPDATE ledger_balance b SET credits_posted = credits_posted + more FROM resting r WHERE b.account_id = r.id;
"""
"""One yuan from one account to another, of which neither has moved since."""


async def two_that_rest(s: Story) -> str:
    """Open two accounts, each with a deposit and then left alone; return their numbers as an array of the database."""
    async with s.bank.db.read() as conn:
        branch = (await list_branches(conn))[0]
    numbers: list[str] = []
    for key in ("rest:1", "rest:2"):
        new = NewCustomer(
            "individual", key, "other", key.replace(":", "-").upper(), "CN", birth_date=date(1990, 1, 1)
        )
        owner, _ = await open_customer(
            s.bank.db, s.clock, new, operator="system", branch_id=branch.id, key=f"{key}:owner"
        )
        opened, _ = await s.bank.deposits.open_demand_account(
            Actor("system", branch.id, "set_up", key), customer=owner.number, currency="CNY", branch=branch
        )
        await s.bank.deposits.deposit_cash(
            Actor("system", branch.id, "set_up", f"{key}:cash"),
            account=opened.number,
            amount=5_000,
            currency="CNY",
        )
        numbers.append(opened.number)
    return "{" + ",".join(numbers) + "}"


def test_the_opening_of_an_account_that_moves_is_what_the_sealed_journals_since_say(demo: str) -> None:
    async def tell(s: Story) -> None:
        await three_days(s)
        async with tampered(s, OPENING_OF_A_MOVED_ACCOUNT) as conn:
            assert "verify_journal_changed" in await codes(s, conn, THIRD_DAY)

    run(demo, tell)


def test_the_opening_of_accounts_that_rest_is_trusted_but_for_its_sum(demo: str) -> None:
    """docs/decisions/0025 names it; the whole verification trusts nothing."""

    async def tell(s: Story) -> None:
        numbers = await two_that_rest(s)
        await three_days(s)
        async with tampered(s, BETWEEN_RESTING_ACCOUNTS.replace("{numbers}", numbers)) as conn:
            assert await codes(s, conn, THIRD_DAY) == set()
            assert "verify_journal_changed" in await codes(s, conn, None)

    run(demo, tell)


def test_nothing_is_given_where_no_day_is_closed_and_sealed(demo: str) -> None:
    async def tell(s: Story) -> None:
        assert await refused(verify(s.bank.db, since=THIRD_DAY)) == ["verify_no_closed_day"]
        await three_days(s)
        async with tampered(s, "DELETE FROM seal") as conn:
            assert await refused(verify_within(conn, s.processes.catalogue, since=THIRD_DAY)) == [
                "verify_no_closed_day"
            ]

    run(demo, tell)


def test_the_command_line_verifies_since_a_day_and_says_where_it_cannot(
    demo: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(demo, three_days)
    monkeypatch.setenv("LIUSHUI_DATABASE_URL", demo)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["verify", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    code, out, _ = call("--since", "2026-01-07")
    assert code == 0
    assert out.endswith("the books hold\n")
    code, _, err = call("--since", "2026-01-05")
    assert code != 0
    assert "No day before 2026-01-05 is closed and sealed" in err
    assert call("--since", "yesterday")[0] == 2


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
