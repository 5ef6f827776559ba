"""Trial balance and roll-up against a recomputation in plain Python."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import date, timedelta

from liushui.accounting import TrialBalanceRow, roll_up, trial_balance, verify_general_ledger
from tests.books import Books, books, pay

MONDAY = date(2026, 1, 5)


def test_the_trial_balance_is_the_same_however_it_is_rolled_up(dsn: str) -> None:
    async def story() -> None:
        chance = random.Random(7)
        turnover: dict[tuple[date, int, str], list[int]] = defaultdict(lambda: [0, 0])
        async with books(dsn) as b:
            place = {b["cash1"]: (1, "1001.01"), b["cash2"]: (2, "1001.01"), b["alice"]: (1, "2011.01"),
                     b["carol"]: (2, "2011.01"), b["interbranch1"]: (1, "3001.01"),
                     b["interbranch2"]: (2, "3001.01")}  # fmt: skip
            for day in range(3):
                for _ in range(10):
                    payer = chance.choice([b["cash1"], b["cash2"]])
                    payee = chance.choice([b["alice"], b["carol"]])
                    done = await b.ledger.submit(pay(payer, payee, chance.randint(1, 99_999)))
                    for entry in done.entries:
                        branch, gl_code = place[entry.account_id]
                        turnover[done.booking_date, branch, gl_code][not entry.debit] += entry.amount
                await b.db.transact(lambda uow: roll_up(uow, chance.randint(1, 7)))
                if day < 2:
                    await b.db.transact(lambda uow, to=uow_day(day): uow.advance_business_date(to))
            before = await all_days(b)
            while await b.db.transact(lambda uow: roll_up(uow, chance.randint(1, 7))):
                assert await all_days(b) == before
            assert await b.db.transact(roll_up) == 0
            for row in before:
                debits, credits = turnover[row[0], row[1].branch_id, row[1].gl_code]
                assert (row[1].debit, row[1].credit) == (debits, credits)
            async with b.db.read() as conn:
                whole = await trial_balance(conn, MONDAY, MONDAY + timedelta(days=2))
                last = await trial_balance(conn, MONDAY + timedelta(days=2), MONDAY + timedelta(days=2))
                assert await verify_general_ledger(conn) == []
            assert {(r.branch_id, r.gl_code): r.closing for r in whole} == {
                (r.branch_id, r.gl_code): r.closing for r in last
            }
            assert sum(r.closing for r in whole) == 0
            async with b.db.pool.acquire() as conn:
                await conn.execute(
                    "UPDATE ledger_balance SET debits_posted = debits_posted + 1 WHERE account_id = 1"
                )
            async with b.db.read() as conn:
                assert [f.code for f in await verify_general_ledger(conn)] == ["verify_gl_differs"]

    def uow_day(day: int) -> date:
        return MONDAY + timedelta(days=day + 1)

    async def all_days(b: Books) -> list[tuple[date, TrialBalanceRow]]:
        async with b.db.read() as conn:
            found: list[tuple[date, TrialBalanceRow]] = []
            for day in range(3):
                on = MONDAY + timedelta(days=day)
                found += [(on, row) for row in await trial_balance(conn, on, on)]
            return found

    asyncio.run(story())
