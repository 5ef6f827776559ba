"""What is posted is what accounts earn: the table of rates, the products and the bank's day together."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

from liushui.bank import verify
from liushui.deposits import demand_terms
from liushui.products import balance_days, demand_interest, load_catalogue
from tests.counter import ZHANG
from tests.integration.test_day_end import Days
from tests.procedures import story_of
from tests.processes.test_change_rate import DECIDER, PROPOSER, proposal


def test_a_quarter_at_the_rate_posted_on_the_day_of_settlement(demo: str) -> None:
    """12,000.00 from 5 January: 75 nights to 20 March. The rate is 0.10 until two people have made it 0.24 from 20 March on:
    12,000 x 75 x 0.24 % / 360 = 6.00 for all of them."""

    async def tell() -> None:
        async with story_of(demo) as s:
            change = proposal(rate="demand", percent="0.24", valid_from="2026-03-20")
            change.pop("tenor")
            case = await s.start(PROPOSER, "change_rate", **change)
            await s.do(DECIDER, case, "Approve", decision="approve")
            days = Days(s.bank, s.clock)
            await days.go_to(date(2026, 3, 20))
            assert await s.balance(ZHANG) == "12000.00"
            await days.go_to(date(2026, 3, 21))
            assert await s.balance(ZHANG) == "12006.00"
            nights = balance_days([(date(2026, 1, 5), 12_000_00)], date(2026, 1, 5), date(2026, 3, 21))
            product = load_catalogue().get("demand", date(2026, 3, 20))
            assert demand_interest(product, nights, Decimal("0.24")).minor == 6_00
            assert await verify(s.bank.db) == []

    asyncio.run(tell())


def test_every_demand_product_pays_what_is_posted(demo: str) -> None:
    async def tell() -> None:
        async with story_of(demo) as s, s.bank.db.read() as conn:
            found = {
                (t.product, t.currency): (t.rate, t.year_days)
                for t in await demand_terms(conn, date(2026, 4, 1))
            }
            assert found["demand", "CNY"] == found["demand_entity", "CNY"] == (Decimal("0.0005"), 360)
            assert found["demand_hkd", "HKD"] == (Decimal("0.0005"), 365)
            assert len(found) == 7
            assert await demand_terms(conn, date(2019, 1, 1)) == []

    asyncio.run(tell())
