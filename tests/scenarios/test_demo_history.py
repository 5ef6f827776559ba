"""The demo bank's past: lived through the bank's own procedures, the same for the same seed, and reckoned a second time from
what its people meant to do; and the simulated day that goes on from there, stopped and killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import asyncpg
import pytest

from liushui.bank import open_bank, verify
from liushui.demo import demo_data, town_data
from liushui.demo.history import Span
from liushui.demo.live import LiveTown
from liushui.demo.people import BANKNOTE, PIN, credit_code, firms_of, id_number, persons_of
from liushui.demo.robots import MARKED
from liushui.demo.seeding import complete, live_through
from liushui.demo.town import Town
from liushui.kernel.clock import BANK_TIME, ManualClock, SystemClock
from liushui.kernel.errors import Refused
from liushui.kernel.money import Money
from liushui.parties import NewCustomer
from liushui.parties.model import check
from liushui.store.database import Database
from liushui.store.embedded import EmbeddedServer
from tests.scenarios.test_year import books_of

NOW = datetime(2026, 3, 24, 15, 20, tzinfo=BANK_TIME)
"""A Tuesday; interest was settled on the Friday before."""
SPAN = Span(quiet=0, busy=5, people=14)
CASES = """
SELECT json_agg(json_build_array(d.key, i.status, i.initiator, i.channel, i.started_at, i.ended_at)
                ORDER BY i.started_at, i.id)::text
FROM process_instance i JOIN process_definition d ON d.id = i.definition_id
"""
KNOWN_REFUSALS = {
    "insufficient_funds", "account_blocked", "complaint_extension_unfit", "till_keeps_too_much", "notes_missing",
    "account_debit_blocked", "loss_reported", "block_exists", "online_banking_open",
}  # fmt: skip
"""What people and staff of the town may run into; anything else would be a mistake of the simulation."""


class Past(NamedTuple):
    dsn: str
    town: Town


async def without_books(create: Callable[[], Coroutine[Any, Any, str]]) -> str:
    dsn = await create()
    conn = await asyncpg.connect(dsn)
    await conn.execute("SET session_replication_role = replica; DELETE FROM commit_head")
    await conn.close()
    return dsn


async def one(dsn: str, sql: str, *given: object) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(sql, *given)
    finally:
        await conn.close()


async def all_of(dsn: str, sql: str, *given: object) -> list[Any]:
    conn = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await conn.fetch(sql, *given)]
    finally:
        await conn.close()


async def faults_of(dsn: str) -> list[Any]:
    db = await Database.connect(dsn, pool_size=1)
    try:
        return [(f.code, dict(f.params)) for f in await verify(db)]
    finally:
        await db.close()


@pytest.fixture(scope="module")
def past(server: EmbeddedServer, template: str) -> Past:
    """A demo bank with some busy days behind it. The stories here share it, in their order."""

    async def build() -> Past:
        async def create() -> str:
            admin = await asyncpg.connect(server.dsn("postgres"))
            await admin.execute(f"CREATE DATABASE demo_past TEMPLATE {template} STRATEGY file_copy")
            await admin.close()
            return server.dsn("demo_past")

        dsn = await without_books(create)
        return Past(dsn, await live_through(dsn, NOW, seed="seven", span=SPAN))

    return asyncio.run(build())


def test_the_books_hold_and_every_day_that_is_over_is_closed(past: Past) -> None:
    async def tell() -> None:
        assert await faults_of(past.dsn) == []
        days = await all_of(past.dsn, "SELECT date, closed_at IS NOT NULL FROM business_day ORDER BY date")
        first = date(2026, 3, 19)
        assert days == [(first + timedelta(days=n), True) for n in range(5)]
        assert await one(past.dsn, "SELECT business_date FROM commit_head") == NOW.date()
        for table, moment in (
            ("event", "recorded_at"),
            ("journal", "recorded_at"),
            ("user_task", "opened_at"),
        ):
            assert await one(past.dsn, f"SELECT max({moment}) FROM {table}") <= NOW  # noqa: S608 - constants
        # Interest of the quarter: settled as of the 21st on every demand account that was there.
        assert await one(past.dsn, "SELECT count(*) FROM journal WHERE code = 'INT02'") > 0

    asyncio.run(tell())


def test_whatever_was_posted_has_a_name_in_words(past: Past) -> None:
    """And so has every code that the bank's own source can post."""

    async def tell() -> None:
        posted = {code for (code,) in await all_of(past.dsn, "SELECT DISTINCT code FROM journal")}
        source = "".join(file.read_text("utf-8") for file in Path("src").rglob("*.py"))
        async with open_bank(past.dsn, SystemClock()) as bank:
            names = {
                code: bank.reporting.name_of(code)
                for code in posted | set(re.findall(r'"([A-Z]{3}[0-9]{2})"', source))
            }
        assert {"REV01", "HLD02", "YRE01"} <= names.keys()
        assert [code for code, name in names.items() if code in (name.zh, name.en)] == []

    asyncio.run(tell())


def test_the_same_seed_makes_the_same_books_and_another_one_others(
    past: Past, new_database: Callable[[], Coroutine[Any, Any, str]]
) -> None:
    async def tell() -> None:
        again, other = await without_books(new_database), await without_books(new_database)
        await live_through(again, NOW, seed="seven", span=SPAN)
        assert await books_of(again) == await books_of(past.dsn)
        digests = "SELECT date, trial_digest FROM business_day ORDER BY date"
        assert await all_of(again, digests) == await all_of(past.dsn, digests)
        assert await one(again, CASES) == await one(past.dsn, CASES)
        two_days = datetime(2026, 3, 18, 12, tzinfo=BANK_TIME)
        await live_through(other, two_days, seed="eight", span=Span(quiet=0, busy=1, people=2))
        assert await one(other, CASES) not in (None, await one(past.dsn, CASES))

    asyncio.run(tell())


def test_what_people_meant_to_do_is_what_the_books_say(past: Past) -> None:
    """The town keeps its own account of everybody's money and of every note in every till, in plain dictionaries. What the bank
    does by itself (standing orders, interest, what matures) is read from the journals of the day-end."""

    async def tell() -> None:
        town, dsn = past.town, past.dsn
        balances = dict(
            await all_of(dsn, "SELECT a.number, (b.credits_posted - b.debits_posted)::bigint FROM ledger_balance b "
                         "JOIN ledger_account a ON a.id = b.account_id")
        )  # fmt: skip
        by_itself = dict(
            await all_of(dsn, "SELECT a.number, sum(CASE WHEN e.debit THEN -e.amount ELSE e.amount END)::bigint FROM entry e "
                         "JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id "
                         "WHERE j.operator = 'system' AND a.terms_id IS NOT NULL GROUP BY 1")
        )  # fmt: skip
        early = Counter(
            dict(await all_of(dsn, "SELECT a.number, count(*) FROM entry e JOIN journal j ON j.id = e.journal_id "
                              "JOIN ledger_account a ON a.id = e.account_id WHERE j.code = 'TDP02' AND NOT e.debit GROUP BY 1"))
        )  # fmt: skip
        assert len(town.money) >= 20
        for account, meant in town.money.items():
            more = balances[account] - by_itself.get(account, 0) - meant
            assert more == 0 if not early[account] else 0 <= more < 10_000, account
        assert len([a for a in town.money if not early[a]]) > len(town.money) / 2

    asyncio.run(tell())


def test_nothing_has_come_from_nowhere(past: Past) -> None:
    """All cash is what the bank began with, what was brought less what was fetched, less a note or two paid out by mistake; all
    that customers have is what they brought less what they fetched, and their interest."""

    async def tell() -> None:
        town, dsn = past.town, past.dsn
        data = town_data()
        brought = sum(Money.parse(row["deposit"], "CNY").minor for row in data["customers"])
        capital = Money.parse(data["vault_cash"], "CNY").minor * len(data["branches"])
        cash = await one(
            dsn, "SELECT sum(b.debits_posted - b.credits_posted)::bigint FROM ledger_balance b "
            "JOIN cash_place p ON p.account_id = b.account_id"
        )  # fmt: skip
        short = await one(
            dsn, "SELECT coalesce(sum(amount), 0)::bigint FROM cash_difference WHERE kind = 'short'"
        )
        unseen = sum(BANKNOTE for till in town.tills if till.short_of is not None)
        assert short + unseen > 0, "a note too many was paid"
        assert cash == capital + brought + town.cash_in - town.cash_out - short
        for till in town.tills:
            held = await one(
                dsn, "SELECT coalesce(sum(face * pieces), 0)::bigint FROM cash_stock k JOIN cash_place p ON p.id = k.place_id "
                "WHERE p.code = $1", till.code
            )  # fmt: skip
            assert held == till.worth + (BANKNOTE if till.short_of else 0), till.code
        theirs = await one(
            dsn, "SELECT sum(b.credits_posted - b.debits_posted)::bigint FROM ledger_balance b JOIN ledger_account a "
            "ON a.id = b.account_id WHERE a.terms_id IS NOT NULL"
        )  # fmt: skip
        interest = await one(
            dsn, "SELECT coalesce(sum(CASE WHEN e.debit THEN -e.amount ELSE e.amount END), 0)::bigint FROM entry e "
            "JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id "
            "WHERE a.terms_id IS NOT NULL AND (j.code LIKE 'INT%' OR j.code LIKE 'TDP%')"
        )  # fmt: skip
        assert theirs == brought + town.cash_in - town.cash_out - town.recovered + interest

    asyncio.run(tell())


def test_there_is_something_to_see_in_every_corner(past: Past) -> None:
    async def tell() -> None:
        dsn = past.dsn
        tasks = "SELECT DISTINCT unnest(string_to_array(role, ' ')) FROM user_task WHERE state = 'open'"
        waiting = {role for (role,) in await all_of(dsn, tasks)}
        assert {
            "supervisor",
            "reviewer",
            "compliance",
            "senior_manager",
            "complaint_handler",
        } <= waiting
        assert await one(dsn, "SELECT count(*) FROM user_task WHERE state = 'open' AND due_at < $1", NOW) >= 3
        stopped = await all_of(dsn, "SELECT element, reason FROM process_incident")
        assert stopped == [("AskIdentity", "TimeoutError")]
        lived = dict(await all_of(dsn, "SELECT d.key, count(*) FROM process_instance i JOIN process_definition d "
                                  "ON d.id = i.definition_id GROUP BY 1"))  # fmt: skip
        assert len(lived) >= 16, sorted(lived)
        assert lived["open_entity_account"] >= 8
        staffed = await all_of(dsn, "SELECT b.code, array_agg(DISTINCT r) FROM staff s JOIN branch b ON b.id = s.branch_id, "
                               "unnest(s.roles) r GROUP BY 1")  # fmt: skip
        assert len(staffed) == 4
        assert all(len(roles) == 12 for _, roles in staffed), "somebody of every human role in each branch"
        codes = {where.split(": ")[1] for where in past.town.refusals}
        assert codes <= KNOWN_REFUSALS, past.town.refusals
        # Visitors find their tills as bank.yaml says.
        for code in town_data()["visitors"].values():
            notes = dict(await all_of(dsn, "SELECT face::text, pieces FROM cash_stock k JOIN cash_place p "
                                      "ON p.id = k.place_id WHERE p.code = $1", code))  # fmt: skip
            assert notes == {str(face): pieces for face, pieces in demo_data()["till"].items()}

    asyncio.run(tell())


def test_nobody_in_town_is_real_and_every_document_fits_its_rule(past: Past) -> None:
    chance = past.town.chance("anybody")
    firms = firms_of(chance, ["0001", "0002"])
    people = firms + persons_of(chance, ["0001", "0002"], firms, 60)
    assert len({one.name for one in people}) == len({one.document_number for one in people}) == len(people)
    for one_ in people:
        kind = "id_card" if one_.is_person else "uscc"
        new = NewCustomer(
            one_.kind, one_.name, kind, one_.document_number, mobile=one_.mobile, address=one_.address
        )
        assert check(new, NOW.date()) == []
        assert ("示范" in one_.name) if not one_.is_person else (one_.name[1] in "拟仿样设构演")
        assert PIN not in one_.document_number + one_.mobile
    assert (
        id_number(date(1990, 3, 7), 1) == "110101199003070011"
    )  # by hand, GB 11643: 154 mod 11 = 0, written 1
    assert credit_code(100)[:8] == "91110101"


def test_a_past_that_was_lived_through_is_whole_and_is_not_lived_through_again(past: Past) -> None:
    async def tell() -> None:
        before = await books_of(past.dsn)
        async with open_bank(past.dsn, ManualClock(NOW)) as bank:
            assert await complete(bank)
        assert await books_of(past.dsn) == before

    asyncio.run(tell())


# --- the day that goes on -------------------------------------------------------------------------------------------------


def test_sixty_people_come_and_simulated_staff_see_to_them(past: Past) -> None:
    async def tell() -> None:
        clock = ManualClock(NOW + timedelta(minutes=5))
        async with open_bank(past.dsn, clock) as bank:
            live = LiveTown(bank, clock, rate=240, always=False, seed="live")
            await live.move_in()
            while live.came < 60:
                clock.advance(timedelta(seconds=20))
                await live.tick()
            assert clock.now() < NOW + timedelta(minutes=60)
            for _ in range(60):
                clock.advance(timedelta(minutes=1))
                await live.tick()
                await bank.processes.work()
        assert await faults_of(past.dsn) == []
        since = await all_of(
            past.dsn, "SELECT initiator, status FROM process_instance WHERE started_at > $1", NOW + timedelta(minutes=4)
        )  # fmt: skip
        assert len(since) >= 45
        customers = {number for (number,) in await all_of(past.dsn, "SELECT number FROM party")}
        assert {who for who, _ in since if not who.startswith(MARKED)} <= customers
        ended = sum(status == "completed" for _, status in since)
        assert ended >= len(since) / 2, Counter(since)
        assert ended < len(since), "something is left for visitors"
        robots = await all_of(past.dsn, "SELECT number, name FROM staff WHERE number LIKE $1", f"{MARKED}%")
        assert len(robots) == 4 * 4 + 6
        assert all(name.startswith("模拟") for _, name in robots)

    asyncio.run(tell())


def test_it_goes_home_in_the_evening_and_comes_back_in_the_morning(past: Past) -> None:
    async def tell() -> None:
        clock = ManualClock(datetime(2026, 3, 24, 18, 40, tzinfo=BANK_TIME))
        async with open_bank(past.dsn, clock) as bank:
            live = LiveTown(bank, clock, rate=60, always=False, seed="live again")
            await live.move_in()
            await live.tick()
            clock.set(datetime(2026, 3, 25, 9, 1, tzinfo=BANK_TIME))
            await bank.day_end.run()
            await live.tick()
            open_tills = (
                "SELECT count(*) FROM till_session WHERE state = 'open' AND opened_on = $1 AND teller LIKE $2"
            )
            assert await one(past.dsn, open_tills, date(2026, 3, 25), f"{MARKED}%") == 8
            clock.set(datetime(2026, 3, 25, 17, 1, tzinfo=BANK_TIME))
            await live.tick()
            assert await one(past.dsn, open_tills, date(2026, 3, 25), f"{MARKED}%") == 0
        assert await faults_of(past.dsn) == []

    asyncio.run(tell())


def live_process(dsn: str, rate: int = 2_000) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "liushui", "live", "--rate", str(rate), "--always"]
    return subprocess.Popen(command, env=os.environ | {"LIUSHUI_DSN": dsn}, stderr=subprocess.PIPE)


@pytest.fixture
def key_file(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """What the supervisor gives its processes."""
    from liushui.store.vault import KEY_FILE_NAME, KEY_FILE_VARIABLE, ensure_key

    with TemporaryDirectory() as folder:
        monkeypatch.setenv(KEY_FILE_VARIABLE, str(ensure_key(Path(folder) / KEY_FILE_NAME)))
        yield


def test_told_to_stop_it_stops_and_killed_it_leaves_whole_books(past: Past, key_file: None) -> None:
    def begun() -> int:
        return asyncio.run(one(past.dsn, "SELECT last_event_id FROM commit_head"))

    async def today() -> None:
        async with open_bank(past.dsn, SystemClock()) as bank:
            await bank.db.transact(lambda uow: uow.advance_business_date(SystemClock().now().date()))

    asyncio.run(today())  # this bank has slept since its last day
    for how, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
        before = begun()
        with live_process(past.dsn) as program:
            try:
                patience = time.monotonic() + 40
                while begun() < before + 40 and time.monotonic() < patience:
                    assert program.poll() is None
                    time.sleep(0.2)
                assert begun() >= before + 40
                program.send_signal(how)
                _, said = program.communicate(timeout=15)
            finally:
                program.kill()
        assert program.returncode == code, said.decode()[-2000:]
        assert asyncio.run(faults_of(past.dsn)) == []


def test_nobody_is_simulated_in_a_bank_that_is_no_demo(dsn: str, key_file: None) -> None:
    async def tell() -> None:
        async with open_bank(dsn, ManualClock(NOW)) as bank:
            live = LiveTown(bank, bank.clock, rate=60, always=True, seed="x")
            with pytest.raises(Refused, match="demo_only"):
                await live.run(asyncio.Event())

    asyncio.run(tell())
    with live_process(dsn) as program:
        _, said = program.communicate(timeout=30)
    assert program.returncode == 1
    assert b"demo_only" in said
    assert asyncio.run(one(dsn, "SELECT count(*) FROM staff")) == 0
    assert asyncio.run(one(dsn, "SELECT count(*) FROM event")) == 0
