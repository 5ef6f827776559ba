"""A real bank's history: reading, the order within a day, and the whole replay, twice."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liushui.bank import open_bank, verify
from liushui.kernel.clock import ManualClock
from liushui.replay import berka
from liushui.replay.berka.day_order import TOLERANCE, plan_day
from liushui.replay.berka.files import Transaction, UnreadableLine, read_clients, read_transactions
from liushui.store.database import Database

HEADER = "id;account;date;type;operation;amount;balance;k_symbol;bank;account\n"


def record(number: int, signed: int, balance: int) -> Transaction:
    day = date(1993, 5, 1)
    return Transaction(number, 1, day, signed > 0, "VKLAD", abs(signed), balance, "", "", "")


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = '1;2;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;\n'
    bad = {
        '1;2;930101;"PRIJEM";"VKL\n': "quote_unclosed",
        '1;2;930101;"PRIJEM"\n': "field_count_wrong",
        '1;2;930231;"PRIJEM";"VKLAD";1.00;1.00;"";;\n': "date_invalid",
        '1;2;930101;"DAR";"VKLAD";1.00;1.00;"";;\n': "type_unknown",
        '1;2;930101;"PRIJEM";"VKLAD";1.0.0;1.00;"";;\n': "amount_malformed",
        'x;2;930101;"PRIJEM";"VKLAD";1.00;1.00;"";;\n': "number_malformed",
    }
    (tmp_path / "trans.asc").write_text(HEADER + good + "".join(bad) + good, encoding="latin-1")
    rows = list(read_transactions(tmp_path))
    assert [r for r in rows if isinstance(r, Transaction)] == [rows[0], rows[-1]]
    found = [(r.line, r.reason) for r in rows if isinstance(r, UnreadableLine)]
    assert found == list(enumerate(bad.values(), 3))


def test_a_womans_birth_month_has_fifty_added(tmp_path: Path) -> None:
    (tmp_path / "client.asc").write_text('a;b;c\n1;"706213";18\n2;"450204";1\n')
    born = [c.birth_date for c in read_clients(tmp_path) if not isinstance(c, UnreadableLine)]
    assert born == [date(1970, 12, 13), date(1945, 2, 4)]


@settings(max_examples=200)
@given(st.lists(st.integers(-500_000, 500_000).filter(bool), min_size=1, max_size=7), st.randoms())
def test_the_days_last_balance_is_found_whatever_the_order_of_the_file(
    amounts: list[int], chance: random.Random
) -> None:
    """Oracle: a day booked to the heller, then rounded to 0.10 as the source does, then shuffled."""
    balance, records = 1_000_000, list[Transaction]()
    for number, amount in enumerate(amounts):
        balance += amount
        records.append(record(number, round(amount, -1) or 10, round(balance, -1)))
    true_closing = records[-1].balance
    chance.shuffle(records)
    plan = plan_day(1_000_000, records)
    assert plan.chained
    assert abs(plan.closing - true_closing) <= TOLERANCE * len(amounts)


def test_a_day_that_does_not_chain_says_so() -> None:
    plan = plan_day(0, [record(1, 100, 5_000), record(2, 100, 9_000)])
    assert not plan.chained
    assert plan.closing == 5_000


@pytest.fixture
def first_weeks(berka_dir: Path, tmp_path: Path) -> Path:
    """The real files; of the transactions the first quarter, cut off inside the next record."""
    for name in ("account", "client", "disp", "district"):
        (tmp_path / f"{name}.asc").write_bytes((berka_dir / f"{name}.asc").read_bytes())
    lines = (berka_dir / "trans.asc").read_text("latin-1").splitlines(keepends=True)
    end = next(i for i, line in enumerate(lines) if ";930401;" in line)
    text = "".join(lines[:end]) + lines[end][:30]
    (tmp_path / "trans.asc").write_text(text, encoding="latin-1", newline="")
    return tmp_path


def test_the_first_weeks_of_a_real_bank(dsn: str, first_weeks: Path) -> None:
    async def story() -> None:
        db = await Database.connect(dsn)
        async with db.pool.acquire() as conn:
            await conn.execute("SET session_replication_role = replica")
            await conn.execute("UPDATE commit_head SET business_date = $1", berka.FIRST_DAY)
            await conn.execute("RESET session_replication_role")
        async with open_bank(dsn, ManualClock(datetime(2026, 1, 5, tzinfo=UTC))) as bank:
            report = await berka.replay(bank, first_weeks)
        lines = (first_weeks / "trans.asc").read_text("latin-1").splitlines()
        assert report.records == len(lines) - 2
        assert [u.line for u in report.unreadable] == [len(lines)]
        assert report.refused == {}
        assert report.breaks == []
        assert (report.days_closed, report.days_not_closed) == (89, [])  # 1 January to 30 March 1993
        async with db.read() as conn:
            unbalanced = await conn.fetchval(
                "SELECT count(*) FROM (SELECT sum(debit) AS d, sum(credit) AS c FROM gl_turnover "
                "GROUP BY booking_date, branch_id) x WHERE d <> c"
            )
        assert unbalanced == 0
        assert report.posted == report.records + report.days_adjusted
        assert await verify(db) == []
        async with open_bank(dsn, ManualClock(datetime(2026, 1, 6, tzinfo=UTC))) as bank:
            again = await berka.replay(bank, first_weeks)
        assert (again.posted, again.replayed) == (0, report.posted)
        assert (again.days_exact, again.days_adjusted) == (report.days_exact, report.days_adjusted)
        await db.close()

    asyncio.run(story())
