"""A year of a small bank: killed now and then, the same books in the end, and the interest of every account as it comes out
day by day in plain Decimal."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from liushui.bank import open_bank, verify
from liushui.kernel.clock import ManualClock
from tests.scenarios.placed_oracle import check_histories
from tests.scenarios.simulated_year import YEAR_DAYS, rate_on, run

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


def run_killed(dsn: str, chance: random.Random, kills: int) -> None:
    """The same year in a program that is killed at random moments and begun again."""
    command = [sys.executable, "-m", "tests.scenarios.simulated_year", dsn, SEED, UNTIL.isoformat()]
    while True:
        with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) as program:
            try:
                _, said = program.communicate(timeout=chance.uniform(1.0, 4.0) if kills > 0 else 250)
                assert program.returncode == 0, said.decode()[-2000:]
                return
            except subprocess.TimeoutExpired:
                program.kill()
                kills -= 1


async def interest_day_by_day(dsn: str) -> tuple[dict[tuple[int, date], int], dict[tuple[int, date], int]]:
    """What every account ought to have been paid at each settlement, and what it was paid: (account, settlement) -> fen."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT e.account_id, j.booking_date, j.value_date, j.code, CASE WHEN e.debit THEN -e.amount ELSE e.amount END AS net "
        "FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id "
        "WHERE a.terms_id = 'demand' ORDER BY j.id"
    )
    await conn.close()
    due: dict[tuple[int, date], int] = {}
    paid: dict[tuple[int, date], int] = {}
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
                due[account, settlement] = fen
            for r in mine:
                if r["code"] == "INT02" and r["value_date"] == until:
                    paid[account, settlement] = r["net"]
    return due, paid


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
    asyncio.run(run(demo, SEED, UNTIL, verified=True))
    assert asyncio.run(faults_of(demo)) == []
    run_killed(other, random.Random(7), kills=5)
    assert asyncio.run(faults_of(other)) == []
    assert asyncio.run(books_of(other)) == asyncio.run(books_of(demo))
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
    assert paid == due
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
    }
    assert wanted <= happened.keys(), happened
