"""A year of a small bank: killed now and then, the same books in the end, and the interest of every account as it comes out
day by day in plain Decimal."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from liushui.bank import open_bank, verify
from liushui.kernel.clock import ManualClock
from tests.scenarios.counter_oracle import check_counters
from tests.scenarios.counter_plan import WALK_INS, reckoned
from tests.scenarios.placed_oracle import check_histories, withheld
from tests.scenarios.simulated_year import FIRST, YEAR_DAYS, rate_on, run

SEED = "2026"
UNTIL = date(2027, 1, 2)
SETTLEMENTS = [date(2026, 3, 20), date(2026, 6, 20), date(2026, 9, 20), date(2026, 12, 20)]
BOOKS = """
SELECT json_agg(json_build_array(j.id, j.code, j.booking_date, j.value_date, a.number, e.line, e.debit,
                                 e.amount, e.balance_after) ORDER BY j.id, e.line)::text
FROM journal j JOIN entry e ON e.journal_id = j.id JOIN ledger_account a ON a.id = e.account_id
"""


async def books_of(dsn: str) -> str:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(BOOKS)
    finally:
        await conn.close()


async def faults_of(dsn: str) -> list[Any]:
    async with open_bank(dsn, ManualClock(datetime(2027, 1, 3, tzinfo=UTC))) as bank:
        return [(f.code, dict(f.params)) for f in await verify(bank.db)]


def run_killed(dsn: str, chance: random.Random, kills: int, journals: int) -> None:
    """The same year in a program that is killed at random moments and begun again. The moments are spread over the year by
    its journals and not by the clock, so that a slow machine does not kill in January only."""
    command = [sys.executable, "-m", "tests.scenarios.simulated_year", dsn, SEED, UNTIL.isoformat()]
    for moment in [*sorted(chance.sample(range(journals), kills)), None]:
        with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) as program:
            if moment is not None:
                asyncio.run(wait_for_journal(dsn, moment, program))
                time.sleep(chance.uniform(0, 0.1))
                program.kill()
                continue
            _, said = program.communicate(timeout=400)
            assert program.returncode == 0, said.decode()[-2000:]


async def wait_for_journal(dsn: str, number: int, program: subprocess.Popen[bytes]) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        while await conn.fetchval("SELECT last_journal_id FROM commit_head") < number:
            assert program.poll() is None, "the year has ended before its last kill"
            await asyncio.sleep(0.01)
    finally:
        await conn.close()


Paid = dict[tuple[int, date], tuple[int, int]]
"""(account, settlement) -> interest and tax in fen."""


async def interest_day_by_day(dsn: str) -> tuple[Paid, Paid]:
    """What every account ought to have been paid at each settlement, and what it was paid."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT e.account_id, j.booking_date, j.value_date, j.code, CASE WHEN e.debit THEN -e.amount ELSE e.amount END AS net "
        "FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id "
        "WHERE a.terms_id = 'demand' ORDER BY j.id"
    )
    await conn.close()
    due: Paid = {}
    paid: Paid = {}
    for account in {r["account_id"] for r in rows}:
        mine = [r for r in rows if r["account_id"] == account]
        settled = Decimal(0)
        for settlement in SETTLEMENTS:
            until = settlement + timedelta(days=1)
            known = [r for r in mine if r["booking_date"] <= settlement]
            days = Decimal(0)
            day = min((r["value_date"] for r in known), default=until)
            while day < until:
                days += sum((Decimal(r["net"]) for r in known if r["value_date"] <= day), Decimal(0))
                day += timedelta(days=1)
            exact = (days - settled) * rate_on(settlement) / YEAR_DAYS
            fen = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            settled = days
            if fen:
                due[account, settlement] = fen, withheld("demand", settlement, fen)
            for r in mine:
                if r["code"] == "INT02" and r["value_date"] == until:
                    interest, tax = paid.get((account, settlement), (0, 0))
                    came, went = max(r["net"], 0), max(-r["net"], 0)
                    paid[account, settlement] = (interest + came, tax + went)
    return due, paid


MOVED = """
SELECT p.code, m.business_date, l.face, l.pieces FROM cash_movement m JOIN cash_place p ON p.id = m.place_id
LEFT JOIN cash_movement_line l ON l.movement_id = m.id ORDER BY m.id, l.face
"""
COUNTED = """
SELECT p.code, c.business_date, c.purpose, c.notes::text, c.counted, c.book, c.counted_by FROM cash_count c
JOIN cash_place p ON p.id = c.place_id ORDER BY c.id
"""
SETTLED = """
SELECT p.code, d.kind, d.amount, d.booked_on, d.outcome, d.settled_on, d.confirmed_by, d.settled_by FROM cash_difference d
JOIN cash_place p ON p.id = d.place_id ORDER BY d.id
"""
TRANSFERRED = """
SELECT g.code, r.code, t.amount, t.state, t.sent_by, t.settled_by FROM cash_transfer t JOIN cash_place g ON g.id = t.giver_id
JOIN cash_place r ON r.id = t.receiver_id ORDER BY t.case_id
"""
SESSIONS = """
SELECT p.code, s.teller, s.opened_on, s.state FROM till_session s JOIN cash_place p ON p.id = s.place_id ORDER BY s.id
"""


async def check_both_counters(dsn: str, other: str) -> None:
    """What lies in every place is what plain dictionaries hold, and both years have moved, counted and found the same."""
    expected = reckoned(SEED, FIRST, UNTIL)
    wanted = [
        "recounted",
        "fetched",
        "filled",
        "over_limit",
        "refused",
        "brought",
        "away",
        "over",
        "short",
        "later",
        "customer",
        "unexplained",
    ]
    assert min(expected.seen[what] for what in wanted) > 0, expected.seen
    one, two = await asyncpg.connect(dsn), await asyncpg.connect(other)
    try:
        for conn in (one, two):
            numbers = [row["number"] for row in await conn.fetch(
                "SELECT number FROM ledger_account WHERE terms_id = 'demand' ORDER BY id DESC LIMIT $1", WALK_INS)]  # fmt: skip
            await check_counters(conn, expected, numbers[::-1], FIRST)
        for sql in (MOVED, COUNTED, SETTLED, TRANSFERRED, SESSIONS):
            assert [tuple(row) for row in await two.fetch(sql)] == [
                tuple(row) for row in await one.fetch(sql)
            ]
        posted = {row["code"]: row["n"] for row in await one.fetch(
            "SELECT code, count(*) AS n FROM journal WHERE process_instance IS NOT NULL GROUP BY code")}  # fmt: skip
        assert (posted["DEP01"], posted["DEP02"]) == (expected.seen["deposited"], expected.seen["withdrawn"])
        sessions = await one.fetch(SESSIONS)
        assert len(sessions) == len(expected.open_days)
        assert {row["state"] for row in sessions} == {"closed"}
    finally:
        await one.close()
        await two.close()


async def check_walk_ins(dsn: str, due: Paid) -> None:
    """Who only came to the counter has what dictionaries say, and interest less tax."""
    conn = await asyncpg.connect(dsn)
    found = await conn.fetch(
        "SELECT a.id, b.credits_posted - b.debits_posted AS has FROM ledger_account a JOIN ledger_balance b "
        "ON b.account_id = a.id WHERE a.terms_id = 'demand' ORDER BY a.id DESC LIMIT $1", WALK_INS)  # fmt: skip
    await conn.close()
    for row, cash in zip(found[::-1], reckoned(SEED, FIRST, UNTIL).accounts, strict=True):
        nets = [interest - tax for (id, _), (interest, tax) in due.items() if id == row["id"]]
        assert row["has"] == cash + sum(nets)


RENT_DAYS = [
    "02-02", "03-02", "04-01", "05-06", "06-01", "07-01", "08-03", "09-01", "10-08", "11-02", "12-01",
]  # fmt: skip
"""The first of each month of 2026, or the working day after it: by a printed calendar with the year's holidays."""


async def rents_paid(dsn: str) -> dict[int, list[str]]:
    """Order to the days on which its rent was booked, in order."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT split_part(idempotency_key, ':', 2)::int AS number, booking_date, memo FROM journal "
        "WHERE code = 'TRF02' AND memo = 'rent' AND booking_date < '2027-01-01' ORDER BY id"
    )
    await conn.close()
    paid: dict[int, list[str]] = {}
    for row in rows:
        paid.setdefault(row["number"], []).append(f"{row['booking_date']:%m-%d}")
    return paid


async def failures(dsn: str) -> dict[str, int]:
    """Outcome and code of what was not done, and how often."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT outcome || ' ' || code AS what, count(*) AS n FROM standing_execution WHERE code IS NOT NULL GROUP BY 1"
    )
    twice = await conn.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM standing_execution WHERE outcome = 'done' GROUP BY order_id, due_on "
        "HAVING count(*) > 1) x"
    )
    await conn.close()
    assert twice == 0
    return {row["what"]: row["n"] for row in rows}


@pytest.mark.timeout(600)
def test_a_year_with_kills_ends_with_the_books_of_a_year_without(
    new_database: Callable[[], Coroutine[Any, Any, str]], demo: str, begin_demo: Callable[[str], None]
) -> None:
    other = asyncio.run(new_database())
    begin_demo(other)
    proved = asyncio.run(run(demo, SEED, UNTIL, proving=True))
    assert len(proved) == (UNTIL - FIRST).days + 1
    assert asyncio.run(faults_of(demo)) == []
    books = asyncio.run(books_of(demo))
    run_killed(other, random.Random(7), kills=5, journals=json.loads(books)[-1][0])
    assert asyncio.run(faults_of(other)) == []
    assert asyncio.run(books_of(other)) == books
    asyncio.run(check_both_counters(demo, other))
    rents = asyncio.run(rents_paid(demo))
    assert len(rents) == 16
    assert all(days == RENT_DAYS for days in rents.values())
    failed = asyncio.run(failures(demo))
    # Person 3, eleven months: twice tried again, then given up.
    assert (failed["refused insufficient_funds"], failed["given_up insufficient_funds"]) == (22, 11)
    assert failed["given_up standing_order_too_little_left"] > 0
    assert asyncio.run(failures(other)) == failed
    due, paid = asyncio.run(interest_day_by_day(demo))
    assert len(due) > 90
    assert len([tax for _, tax in due.values() if tax]) > 45
    assert paid == due
    asyncio.run(check_walk_ins(demo, due))
    happened = asyncio.run(check_histories(demo))
    wanted = {
        "renewed",
        "matured",
        "closed",
        "part_withdrawn",
        "paid_in",
        "notice_given",
        "notice_cancelled",
        "notice_lapsed",
        "taxed",
    }
    assert happened["taxed"] > 10
    assert wanted <= happened.keys(), happened
