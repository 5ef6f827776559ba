"""One key, one answer: whatever way the released model lets a repetition go. The first answer may stand in the table of
cases or in that of journals; a repetition may come when the writer plans ahead, and when it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import Posted
from liushui.workflow import Bundle, read_folder
from tests.procedures import SUPERVISOR, TELLER, Story
from tests.processes.transfers import LI, ZHANG, run

GIVEN: dict[str, Any] = {"payer": ZHANG, "payee": LI, "amount": 250_00, "currency": "CNY"}


def house() -> Bundle:
    return read_folder(resources.files("liushui.processes").joinpath("transfer"))


def strict() -> Bundle:
    """The same procedure, with a review from 100 yuan on."""
    made = house()
    decisions = json.loads(json.dumps(dict(made.decisions)))
    text = json.dumps(decisions["transfer_controls"])
    assert "amount >= param.transfer_review_from" in text
    decisions["transfer_controls"] = json.loads(
        text.replace("amount >= param.transfer_review_from", "amount >= 10000")
    )
    return replace(made, decisions=decisions)


async def release(s: Story, made: Bundle) -> None:
    await s.processes.deploy(made, actor="test")
    s.processes._walks.clear()  # as a second later


async def ask(s: Story, key: str, **other: Any) -> Posted | int:
    return await s.processes.run(TELLER, "transfer", {**GIVEN, **other}, idempotency_key=key)


async def plan_ahead(s: Story) -> None:
    """So many batches in a row without another writer that the next one is foreseen."""
    for _ in range(6):
        await s.pay(LI, ZHANG, 1)
    assert s.bank.ledger.writer._foresees


async def booked(s: Story) -> int:
    """Transfers of the amount."""
    return await s.bank.db.pool.fetchval(
        "SELECT count(*) FROM journal j JOIN entry e ON e.journal_id = j.id AND e.debit WHERE code = 'TRF01' AND e.amount = 25000"
    )


@pytest.mark.parametrize("ahead", [False, True])
def test_a_case_with_people_is_found_again_when_the_model_lets_the_request_go_straight_through(
    demo: str, ahead: bool
) -> None:
    async def tell(s: Story) -> None:
        await release(s, strict())
        case = await ask(s, "rent")
        assert isinstance(case, int)
        await release(s, house())
        if ahead:
            await plan_ahead(s)
        assert await ask(s, "rent") == case
        assert await booked(s) == 0
        with pytest.raises(Refused, match="key_reused"):
            await ask(s, "rent", amount=249_99)
        other = await ask(s, "another")
        assert isinstance(other, Posted)
        await s.do(SUPERVISOR, case, "Review", decision="approve")
        assert await booked(s) == 2
        if ahead:
            await plan_ahead(s)
        assert await ask(s, "rent") == case  # as it was told the first time
        assert await booked(s) == 2

    run(demo, tell)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_refusal_does_not_hide_that_the_key_has_begun_a_case(demo: str, ahead: bool) -> None:
    """The account has been emptied meanwhile: a straight posting would be refused, but the answer is the case."""

    async def tell(s: Story) -> None:
        await release(s, strict())
        case = await ask(s, "rent")
        await s.pay(ZHANG, LI, 999_999_00)
        await release(s, house())
        if ahead:
            await plan_ahead(s)
        assert await ask(s, "rent") == case

    run(demo, tell)


def test_a_straight_through_posting_is_found_again_when_the_model_wants_a_review(demo: str) -> None:
    async def tell(s: Story) -> None:
        await plan_ahead(s)
        first = await ask(s, "rent")
        assert isinstance(first, Posted)
        await release(s, strict())
        cases = await s.bank.db.pool.fetchval("SELECT count(*) FROM process_instance")
        again = await ask(s, "rent")
        assert isinstance(again, Posted)
        assert (again.journal_id, again.replayed) == (first.journal_id, True)
        for other in ({"amount": 249_99}, {"payee": ZHANG, "payer": LI}, {"memo": "other"}):
            with pytest.raises(Refused, match="key_reused"):
                await ask(s, "rent", **other)
        assert await s.bank.db.pool.fetchval("SELECT count(*) FROM process_instance") == cases
        assert await booked(s) == 1
        assert isinstance(await ask(s, "new"), int)

    run(demo, tell)
