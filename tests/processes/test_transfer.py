"""Transfers: straight through where the model lets them, and the same case either way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import Posted
from liushui.workflow import Q
from tests.procedures import SUPERVISOR, TELLER, Story, person, story_of

ZHANG, LI = "0001010000000016", "0001010000000024"


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as story:
            await tell(story)

    asyncio.run(whole())


async def through(s: Story, amount: int, key: str, **more: Any) -> Posted | int:
    given = {"payer": ZHANG, "payee": LI, "amount": amount, "currency": "CNY"} | more
    return await s.processes.run(TELLER, "transfer", given, idempotency_key=key)


async def straight_cases(s: Story) -> list[dict[str, Any]]:
    async with s.bank.db.read() as conn:
        ids = [r["case_id"] for r in await conn.fetch(
            "SELECT case_id FROM event WHERE path_id IS NOT NULL ORDER BY id")]  # fmt: skip
        return [dict(row) for id in ids for row in await conn.fetch(Q.straight_case, id)]


def test_a_transfer_goes_straight_through_as_one_row_that_is_the_whole_case(demo: str) -> None:
    async def tell(s: Story) -> None:
        posted = await through(s, 250_00, "t1")
        assert isinstance(posted, Posted)
        (case,) = await straight_cases(s)
        assert (case["journal_id"], case["initiator"], case["key"], case["outcome"]) == (
            posted.journal_id, "T0001", "transfer", "posted")  # fmt: skip
        async with s.bank.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM process_instance") == 0
        slow = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="250.00")
        steps = [e for e in await s.events(slow) if e["kind"] == "process_step"]
        assert list(zip(case["elements"], case["lifecycles"], case["decision_rows"], strict=True)) == [
            (e["element"], e["lifecycle"], ",".join(e["decision_rows"] or ())) for e in steps
        ]
        assert await s.balance(ZHANG) == "11500.00"

    run(demo, tell)


def test_a_repeated_key_is_answered_and_leaves_no_second_case(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await through(s, 1_00, "k")
        again = await through(s, 1_00, "k")
        assert isinstance(again, Posted)
        assert again._replace(replayed=False) == first
        with pytest.raises(Refused, match="key_reused"):
            await through(s, 2_00, "k")
        assert len(await straight_cases(s)) == 1

    run(demo, tell)


def test_what_the_books_refuse_leaves_a_case_on_its_error_path(demo: str) -> None:
    async def tell(s: Story) -> None:
        with pytest.raises(Refused, match="insufficient_funds"):
            await through(s, 400_000_00, "t1")
        (case,) = await straight_cases(s)
        assert (case["outcome"], case["journal_id"]) == ("insufficient_funds", None)
        assert case["elements"][-3:] == ["Post", "PostRefused", "Refused"]
        assert await s.balance(ZHANG) == "12000.00"

    run(demo, tell)


def test_a_large_transfer_waits_for_another_pair_of_eyes(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await through(s, 500_000_00, "t1")
        assert isinstance(case, int)
        assert await s.open_tasks(case) == ["Review"]
        with pytest.raises(Refused, match="separation_of_duties"):
            await s.do(person("T0001", "supervisor"), case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Review", decision="approve")
        assert (await s.ways(case))[-2:] == [
            "PostRefused",
            "Refused",
        ]  # there is not that much on the account
        other = await through(s, 500_000_00, "t2")
        assert isinstance(other, int)
        await s.do(SUPERVISOR, other, "Review", decision="reject", decision_reason="用途不明")
        assert (await s.ways(other))[-1] == "Rejected"
        assert await through(s, 500_000_00, "t2") == other

    run(demo, tell)


def test_who_may_not_start_it_is_told(demo: str) -> None:
    async def tell(s: Story) -> None:
        for who in (person("R0001", "reviewer"), person("T0001", "teller", channel="atm")):
            with pytest.raises(Refused, match=r"process_start_denied|channel_not_offered"):
                await s.processes.run(who, "transfer", {"amount": 1}, idempotency_key="x")

    run(demo, tell)
