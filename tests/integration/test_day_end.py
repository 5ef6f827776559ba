"""The bank's day: cut-off without a pause, steps that are done once, interest worked out by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from liushui.bank import Bank, open_bank, verify
from liushui.demo import complete_demo_bank
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Line, Post
from tests.rates import post_demand_rate

FIRST = date(2026, 1, 5)


class Days:
    """A demo bank whose days pass."""

    def __init__(self, bank: Bank, clock: ManualClock) -> None:
        self.bank, self.clock = bank, clock
        self.keys = 0

    async def go_to(self, day: date) -> None:
        """Ten in the morning of a day, with every day before it closed."""
        self.clock.set(datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
        await self.bank.day_end.run()

    async def cash(self, account: int, minor: int, *, value_date: date | None = None) -> int:
        """Cash in (or out, below zero); return the journal."""
        self.keys += 1
        cash = (await self.bank.internal.of(1, "CNY"))["clearing"]
        header = Header(f"cash:{self.keys}", "DEP01", 1, "T0001", "counter", value_date=value_date)
        lines = (Line(cash, minor > 0, abs(minor)), Line(account, minor < 0, abs(minor)))
        return (await self.bank.ledger.submit(Post(header, lines))).journal_id

    async def one(self, sql: str, *values: object) -> object:
        async with self.bank.db.read() as conn:
            return await conn.fetchval(sql, *values)

    async def balance(self, account: int) -> object:
        return await self.one(
            "SELECT credits_posted - debits_posted FROM ledger_balance WHERE account_id = $1", account
        )

    async def owed(self) -> object:
        return await self.one(
            "SELECT sum(credits_posted - debits_posted)::bigint FROM ledger_balance b JOIN internal_account i "
            "ON i.account_id = b.account_id WHERE role = 'interest_payable_demand'"
        )


def tell(dsn: str, story) -> None:
    async def whole() -> None:
        clock = ManualClock(datetime(2026, 1, 5, 2, tzinfo=UTC))
        async with open_bank(dsn, clock) as bank:
            await complete_demo_bank(bank)
            await post_demand_rate(bank.db, FIRST, "0.05")
            await story(Days(bank, clock))
            assert [(f.code, dict(f.params)) for f in await verify(bank.db)] == []

    asyncio.run(whole())


async def emptied(days: Days) -> list[int]:
    """The customers' accounts, emptied, so that a story begins with nothing."""
    async with days.bank.db.read() as conn:
        rows = await conn.fetch(
            "SELECT a.id, credits_posted - debits_posted AS net FROM ledger_account a JOIN ledger_balance b "
            "ON b.account_id = a.id WHERE terms_id IS NOT NULL ORDER BY a.id"
        )
    for row in rows:
        await days.cash(row["id"], -row["net"])
    return [row["id"] for row in rows]


def test_a_quarter_of_ten_thousand_yields_one_yuan_and_a_bit(demo: str) -> None:
    """10,000.00 over 92 days at 0.05 % on 360 days: 1.28 (facts B7). From 21 March to 21 June there are 92 days."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await days.go_to(date(2026, 3, 21))
        await days.cash(account, 1_000_000)
        await days.go_to(date(2026, 6, 20))
        assert await days.balance(account) == 1_000_000
        await days.go_to(date(2026, 6, 21))
        assert await days.balance(account) == 1_000_128
        row = await days.one(
            "SELECT json_build_array(j.booking_date, j.value_date, j.code, e.amount) FROM entry e JOIN journal j "
            "ON j.id = e.journal_id WHERE e.account_id = $1 ORDER BY position DESC LIMIT 1", account
        )  # fmt: skip
        assert row == '["2026-06-21", "2026-06-21", "INT02", 128]'

    tell(demo, story)


def test_every_change_counts_from_its_value_date(demo: str) -> None:
    """By hand: 100,000.00 from 7 January, 40,000.00 out on 1 February, 20,000.00 in on 1 March valued 24 February.
    100,000 x 25 + 60,000 x 23 + 80,000 x 25 = 5,880,000 yuan-days to 21 March; x 0.0005 / 360 = 8.1666 -> 8.17."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await days.go_to(date(2026, 1, 7))
        await days.cash(account, 10_000_000)
        await days.go_to(date(2026, 2, 1))
        await days.cash(account, -4_000_000)
        await days.go_to(date(2026, 3, 1))
        await days.cash(account, 2_000_000, value_date=date(2026, 2, 24))
        await days.go_to(date(2026, 3, 21))
        assert await days.balance(account) == 8_000_000 + 817

    tell(demo, story)


def test_what_the_bank_owes_follows_day_by_day_and_no_fraction_is_lost(demo: str) -> None:
    """10,000.00 earn 10,000 x 0.0005 / 360 = 0.013888... a day: owed after n days is that times n, rounded down."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await days.cash(account, 1_000_000)
        for n in range(1, 11):
            await days.go_to(FIRST + timedelta(days=n))
            assert await days.owed() == 1_000_000 * 5 * n // (10_000 * 360)

    tell(demo, story)


def test_an_account_that_rests_is_never_written(demo: str) -> None:
    async def story(days: Days) -> None:
        await days.go_to(date(2026, 3, 20))
        changed = await days.one(
            "SELECT count(*) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
            "WHERE terms_id IS NOT NULL AND position > 1"
        )
        assert changed == 0

    tell(demo, story)


def test_a_close_that_is_late_settles_to_the_same_fen(demo: str) -> None:
    """The close of 20 March fails and is mended a week later: what was paid in meanwhile does not count for it."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await days.go_to(date(2026, 1, 20))
        await days.cash(account, 1_000_000)
        await days.go_to(date(2026, 3, 20))
        async with days.bank.db.pool.acquire() as conn:
            await conn.execute(
                "ALTER TABLE interest_accrual ADD CONSTRAINT broken CHECK (date < '2026-03-20')"
            )
        await days.go_to(date(2026, 3, 24))
        assert await days.one("SELECT business_date FROM commit_head") == date(2026, 3, 24)
        await days.cash(account, 5_000_000)
        await days.cash(account, 7_000_000, value_date=date(2026, 3, 27))
        await days.go_to(date(2026, 3, 26))
        assert await days.balance(account) == 13_000_000
        async with days.bank.db.pool.acquire() as conn:
            await conn.execute("ALTER TABLE interest_accrual DROP CONSTRAINT broken")
        await days.bank.day_end.resume(date(2026, 3, 20), by="O0001")
        await days.bank.day_end.close()
        # 10,000.00 from 20 January to 21 March: 60 days x 0.01388... = 0.8333
        assert await days.balance(account) == 13_000_083
        await days.go_to(date(2026, 6, 21))
        # To 21 June: 10,000.83 for 92 days, 50,000.00 for 89 from 24 March, 70,000.00 for 86 from 27 March, in fen-days:
        exact = (1_000_083 * 92 + 5_000_000 * 89 + 7_000_000 * 86) * Decimal("0.0005") / 360
        assert await days.balance(account) == 13_000_083 + int(exact + Decimal("0.5"))

    tell(demo, story)


def test_a_transfer_during_the_cut_lands_on_exactly_one_date(demo: str) -> None:
    async def story(days: Days) -> None:
        one, two, *_ = await emptied(days)
        await days.cash(one, 1_000_000)

        async def pay(number: int) -> None:
            header = Header(f"pay:{number}", "TRF01", 1, "T0001", "counter")
            await days.bank.ledger.submit(Post(header, (Line(one, True, 1), Line(two, False, 1))))

        async def stream() -> None:
            for start in range(0, 3_000, 50):
                await asyncio.gather(*(pay(start + n) for n in range(50)))

        async def cut() -> None:
            await asyncio.sleep(0.1)
            days.clock.set(datetime(2026, 1, 6, 2, tzinfo=UTC))
            await days.bank.day_end.run()

        await asyncio.gather(stream(), cut())
        async with days.bank.db.read() as conn:
            rows = await conn.fetch(
                "SELECT booking_date, count(*) AS n, min(id) AS first, max(id) AS last FROM journal WHERE code = 'TRF01' "
                "GROUP BY booking_date ORDER BY booking_date"
            )
            cut_journal = await conn.fetchval("SELECT cut_journal FROM business_day")
        assert sum(r["n"] for r in rows) == 3_000
        assert [r["booking_date"] for r in rows] == [date(2026, 1, 5), date(2026, 1, 6)]
        assert rows[0]["last"] <= cut_journal < rows[1]["first"]

    tell(demo, story)


def test_the_year_ends_with_nothing_left_in_profit_and_loss(demo: str) -> None:
    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await days.cash(account, 100_000_000)
        await days.go_to(date(2026, 12, 31))
        interest = await days.one(
            "SELECT sum(debit - credit)::bigint FROM gl_turnover_current WHERE gl_code = '6411.01'"
        )
        await days.go_to(date(2027, 1, 2))
        left = await days.one(
            "SELECT sum(debit - credit)::bigint FROM gl_turnover_current WHERE gl_code LIKE '6%' AND booking_date <= '2026-12-31'"
        )
        retained = await days.one(
            "SELECT sum(debit - credit)::bigint FROM gl_turnover_current WHERE gl_code = '4104'"
        )
        assert left == 0
        assert isinstance(interest, int)
        assert isinstance(retained, int)
        assert 0 <= retained - interest <= 140  # a day more of interest: 1,000,000 x 0.0005 / 360 = 1.39

    tell(demo, story)


def test_nothing_is_booked_on_a_closed_day_whoever_asks(demo: str) -> None:
    async def story(days: Days) -> None:
        account, other, *_ = await emptied(days)
        await days.cash(account, 100)
        await days.go_to(date(2026, 1, 7))
        header = Header("late", "TRF01", 1, "T0001", "counter")
        late = Post(header, (Line(account, True, 1), Line(other, False, 1)))
        with pytest.raises(Exception, match="moved on"):
            await days.bank.db.transact(
                lambda uow: days.bank.ledger.post_within(uow, late, booking_date=date(2026, 1, 5))
            )
        async with days.bank.db.pool.acquire() as conn:
            with pytest.raises(Exception, match="closed"):
                await conn.execute(
                    "INSERT INTO journal SELECT 999999, kind, branch_id, '2026-01-05', value_date, recorded_at, NULL, "
                    "NULL, digest, 'forged', code, operator, channel, NULL, NULL, memo FROM journal LIMIT 1"
                )
            with pytest.raises(Exception, match="closed"):
                await conn.execute("UPDATE commit_head SET closed_through = '2026-01-05'")

    tell(demo, story)


def test_a_day_may_not_end_before_it_has_nor_before_it_has_begun(demo: str) -> None:
    async def story(days: Days) -> None:
        with pytest.raises(Refused, match="day_not_over"):
            await days.bank.day_end.cut_off(FIRST, by="O0001")
        with pytest.raises(Refused, match="day_not_open"):
            await days.bank.day_end.cut_off(date(2026, 1, 6), by="O0001")
        await days.go_to(date(2026, 1, 6))
        assert await days.bank.day_end.cut_off(FIRST, by="O0001") == date(2026, 1, 6)

    tell(demo, story)
