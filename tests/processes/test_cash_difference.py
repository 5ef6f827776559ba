"""Overages and shortages: each booked alone after somebody else has seen it, traced, returned or recovered, or written off.

Accounts by the rule (企业会计准则应用指南, 1001 and 1901's practice): an overage is owed (2241.01), a shortage is a claim
(1221.01), and only approval makes them income (6301.02) or expense (6711.02).
"""

from __future__ import annotations

from datetime import timedelta

from tests.cash import KEEPER, TILL, book_at, everything, internal, notes_at, without
from tests.counter import LI, ZHANG, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run

MANAGER = person("V0001", "senior_manager", anywhere=True)
LESS = without(TILL, f10000=1)
MORE = TILL | {"5000": 101}


async def differing_count(s: Story, notes: dict[str, int], teller: object = TELLER) -> int:
    case = await s.start(TELLER, "till_close", denominations=notes)
    await s.do(TELLER, case, "Recount", denominations=notes)
    assert (await s.ways(case))[-1] == "CashDiffers"
    return (await s.variables(case))["count"]


async def booked(s: Story, notes: dict[str, int]) -> int:
    count = await differing_count(s, notes)
    case = await s.start(TELLER, "cash_difference", count=count, explanation="轧账不符")
    await s.do(SUPERVISOR, case, "Confirm", decision="approve")
    assert await s.open_tasks(case) == ["Trace"]
    return case


def test_a_shortage_is_booked_and_the_till_can_be_closed(demo: str) -> None:
    async def tell(s: Story) -> None:
        count = await differing_count(s, LESS)
        case = await s.start(TELLER, "cash_difference", count=count, explanation="少一张")
        own = s.do(person("T0001", "supervisor"), case, "Confirm", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        assert await internal(s, "cash_shortage") == 10_000
        assert await book_at(s, "0001-T01") == 2_866_320 - 10_000
        assert await notes_at(s, "0001-T01") == LESS
        closed = await s.start(TELLER, "till_close", denominations=LESS)
        assert (await s.ways(closed))[-1] == "Done"
        assert await s.open_tasks(case) == ["Trace"]

    run(demo, tell)


def test_a_shortage_is_recovered_from_the_customer_who_got_too_much(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await booked(s, LESS)
        await s.block(ZHANG, debit=True, credit=False)
        await s.do(SUPERVISOR, case, "Trace", finding="customer", account=ZHANG, note="多付一张,客户同意扣回")
        assert await s.open_tasks(case) == ["Trace"]  # the books refuse; trace on
        assert await internal(s, "cash_shortage") == 10_000
        await s.block(ZHANG, debit=False, credit=False)
        await s.do(SUPERVISOR, case, "Trace", finding="customer", account=ZHANG, note="多付一张,客户同意扣回")
        assert (await s.ways(case))[-1] == "Settled"
        assert await internal(s, "cash_shortage") == 0
        assert await s.balance(ZHANG) == "11900.00"
        found = await rows(s, "SELECT kind, amount, outcome, settled_by FROM cash_difference")
        assert found == [{"kind": "short", "amount": 10_000, "outcome": "recovered", "settled_by": "S0001"}]

    run(demo, tell)


def test_an_overage_is_returned_to_its_owner(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await booked(s, MORE)
        assert await internal(s, "cash_overage") == -5_000
        await s.do(SUPERVISOR, case, "Trace", finding="customer", account=LI, note="少付五十")
        assert await internal(s, "cash_overage") == 0
        assert await s.balance(LI) == "8050.50"
        assert (await rows(s, "SELECT outcome FROM cash_difference"))[0]["outcome"] == "returned"

    run(demo, tell)


def test_what_nobody_explains_becomes_income_or_expense_only_with_approval(demo: str) -> None:
    async def tell(s: Story) -> None:
        """An overage of 50.00 and a shortage of 100.00 are two differences, never one of 50.00."""
        over = await booked(s, MORE)
        short = await booked(s, MORE | {"10000": 199})
        assert (await internal(s, "cash_overage"), await internal(s, "cash_shortage")) == (-5_000, 10_000)
        for case in (over, short):
            await s.do(SUPERVISOR, case, "Trace", finding="unexplained", note="录像、凭证均已核对")
            traced = s.do(person("S0001", "senior_manager"), case, "Approve", decision="approve")
            assert await refused(traced) == ["separation_of_duties", "separation_of_duties"]
        await s.do(MANAGER, over, "Approve", decision="reject", decision_reason="再查")
        assert await s.open_tasks(over) == ["Trace"]
        await s.do(SUPERVISOR, over, "Trace", finding="unexplained", note="再查无果")
        for case in (over, short):
            await s.do(MANAGER, case, "Approve", decision="approve")
            assert (await s.ways(case))[-1] == "WrittenOff"
        assert await internal(s, "overage_income") == -5_000
        assert await internal(s, "shortage_expense") == 10_000
        assert (await internal(s, "cash_overage"), await internal(s, "cash_shortage")) == (0, 0)
        assert sorted(r["outcome"] for r in await rows(s, "SELECT outcome FROM cash_difference")) == [
            "expense",
            "income",
        ]

    run(demo, tell)


def test_a_count_that_agrees_or_is_stale_is_no_difference(demo: str) -> None:
    async def tell(s: Story) -> None:
        count = await differing_count(s, LESS)
        unseen = await s.start(TELLER, "cash_difference", count=count, explanation="少一张")
        await s.start(TELLER, "cash_deposit", account=ZHANG, amount="1.00", denominations={"100": 1})
        before = await everything(s)
        assert await refused(s.do(SUPERVISOR, unseen, "Confirm", decision="approve")) == ["cash_count_stale"]
        assert await everything(s) == before
        await s.do(SUPERVISOR, unseen, "Confirm", decision="reject")
        assert (await s.ways(unseen))[-1] == "Rejected"
        stale = s.start(TELLER, "cash_difference", count=count, explanation="少一张")
        assert await refused(stale) == ["cash_count_stale"]
        nothing = s.start(TELLER, "cash_difference", count=10**9, explanation="少一张")
        assert await refused(nothing) == ["cash_count_unknown"]
        right = await s.start(TELLER, "till_close", denominations=TILL | {"100": 101})
        agrees = s.start(
            TELLER, "cash_difference", count=(await s.variables(right))["count"], explanation="少一张"
        )
        assert await refused(agrees) == ["cash_count_agrees"]
        elsewhere = s.start(
            person("T0002", "teller", branch=2), "cash_difference", count=count, explanation="少一张"
        )
        assert await refused(elsewhere) == ["cash_place_elsewhere"]

    run(demo, tell)


def test_the_second_counter_of_a_vault_does_not_confirm_its_difference(demo: str) -> None:
    async def tell(s: Story) -> None:
        there = await notes_at(s, "0001-V")
        less = there | {"10000": there["10000"] - 2}
        case = await s.start(KEEPER, "vault_count", denominations=less)
        await s.do(SUPERVISOR, case, "SecondCount", denominations=less)
        count = (await s.variables(case))["count"]
        case = await s.start(KEEPER, "cash_difference", count=count, explanation="少两张")
        before = await everything(s)
        seconded = s.do(SUPERVISOR, case, "Confirm", decision="approve")
        assert await refused(seconded) == ["difference_own_count"]
        assert await everything(s) == before
        await s.do(person("S0002", "supervisor"), case, "Confirm", decision="approve")
        assert await internal(s, "cash_shortage") == 20_000
        assert await notes_at(s, "0001-V") == less

    run(demo, tell)


def test_what_stays_open_is_overdue_and_then_reminded_of(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await booked(s, MORE)
        await s.wait(timedelta(days=30))
        assert await s.open_tasks(case) == ["Trace"]
        assert "Remind" in await s.ways(case)
        kinds = {e["kind"] for e in await rows(s, "SELECT kind FROM event")}
        assert "cash_difference_untraced" in kinds
        assert {"task_at_risk", "task_overdue"} & kinds

    run(demo, tell)


def test_journals_of_cash_inside_the_house_are_not_reversed(demo: str) -> None:
    async def tell(s: Story) -> None:
        await booked(s, MORE)
        journal = (await rows(s, "SELECT booked_journal FROM cash_difference"))[0]["booked_journal"]
        case = s.start(OTHER_TELLER, "reverse_journal", journal=journal, reason="挂错")
        assert await refused(case) == ["cash_journal_inside"]

    run(demo, tell)
