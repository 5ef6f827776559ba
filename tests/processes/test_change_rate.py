"""A posted rate changes when two people say so, from its day on and never before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from liushui.products import rate_on, rates_on
from tests.counter import next_day, rows
from tests.procedures import SUPERVISOR, Story, person, refused, run

PROPOSER = person("P0001", "product_manager", anywhere=True)
DECIDER = person("G0001", "senior_manager", anywhere=True)


def proposal(**other: Any) -> dict[str, Any]:
    return {
        "rate": "time", "currency": "CNY", "tenor": "1Y", "percent": "1.10", "valid_from": "2026-01-07",
        "reason": "定价委员会决议",
    } | other  # fmt: skip


async def posted(s: Story, day: date, tenor: str = "1Y") -> Decimal:
    async with s.bank.db.read() as conn:
        return await rate_on(conn, "time", "CNY", tenor, day)


def test_a_rate_counts_from_its_day_on(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(PROPOSER, "change_rate", **proposal())
        v = await s.variables(case)
        assert Decimal(v["percent_before"]) == Decimal("1.20")
        assert v["products"] == ["demand_or_time", "time", "time_entity"]
        assert await posted(s, date(2026, 1, 7)) == Decimal("1.20")
        await s.do(DECIDER, case, "Approve", decision="approve")
        assert (await s.ways(case))[-2:] == ["Post", "Done"]
        assert await posted(s, date(2026, 1, 6)) == Decimal("1.20")
        assert await posted(s, date(2026, 1, 7)) == Decimal("1.10")
        assert await posted(s, date(2026, 1, 7), "3M") == Decimal("0.90")
        async with s.bank.db.read() as conn:
            assert (await rates_on(conn, date(2026, 1, 7)))["time", "CNY", "1Y"] == Decimal("1.10")
        kept = await rows(
            s, "SELECT entered_by, approved_by, case_id FROM interest_rate WHERE case_id IS NOT NULL"
        )
        assert kept == [{"entered_by": "P0001", "approved_by": "G0001", "case_id": case}]

    run(demo, tell)


def test_nobody_approves_their_own_rate_nor_does_a_supervisor(demo: str) -> None:
    async def tell(s: Story) -> None:
        both = person("P0001", "product_manager", "senior_manager", anywhere=True)
        case = await s.start(both, "change_rate", **proposal())
        assert await refused(s.do(both, case, "Approve", decision="approve")) == ["separation_of_duties"]
        assert await refused(s.do(SUPERVISOR, case, "Approve", decision="approve")) == ["task_role_missing"]
        await s.do(DECIDER, case, "Approve", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        assert await posted(s, date(2026, 2, 1)) == Decimal("1.20")

    run(demo, tell)


def test_every_fault_of_a_proposal_at_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        async def told(**other: Any) -> list[str]:
            return await refused(s.start(PROPOSER, "change_rate", **proposal(**other)))

        assert await told(valid_from="2026-01-04") == ["rate_date_past"]
        assert await told(valid_from="2026-01-04", percent="10.01") == [
            "rate_date_past", "rate_out_of_bounds", "rate_step_too_large",
        ]  # fmt: skip
        assert await told(percent="2.21") == ["rate_step_too_large"]
        assert await told(rate="tiem", percent="1") == ["rate_name_unknown"]
        assert await told(currency="XXX") == ["currency_unknown"]
        assert await told(percent="-1") == ["form_field_malformed"]
        assert await told(percent="0.00000001") == ["form_field_malformed"]
        assert (await rows(s, "SELECT count(*) AS n FROM process_instance"))[0]["n"] == 0

    run(demo, tell)


def test_a_tenor_that_was_never_posted_may_begin(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(PROPOSER, "change_rate", **proposal(tenor="1M", percent="0.80"))
        assert (await s.variables(case))["percent_before"] is None
        await s.do(DECIDER, case, "Approve", decision="approve")
        assert await posted(s, date(2026, 1, 7), "1M") == Decimal("0.80")

    run(demo, tell)


def test_an_approval_that_comes_after_the_day_posts_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(PROPOSER, "change_rate", **proposal(valid_from="2026-01-05"))
        await next_day(s)
        await s.do(DECIDER, case, "Approve", decision="approve")
        assert (await s.ways(case))[-2:] == ["PostRefused", "Refused"]
        assert (await s.variables(case))["fault"]["code"] == "rate_date_past"
        assert await posted(s, date(2026, 1, 6)) == Decimal("1.20")

    run(demo, tell)


def test_what_was_posted_stays_in_the_database(demo: str) -> None:
    async def tell(s: Story) -> None:
        for statement in (
            "UPDATE interest_rate SET percent = 5",
            "DELETE FROM interest_rate",
            "UPDATE product_version SET body = ''",
            "TRUNCATE product_version",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await s.bank.db.pool.execute(statement)

    run(demo, tell)
