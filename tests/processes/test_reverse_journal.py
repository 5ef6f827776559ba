"""Reversals: same day by a supervisor, later by the back office too, never by whoever booked it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.counter import LI, OTHER_SUPERVISOR, ZHANG, cash_in, next_day, rows
from tests.procedures import REVIEWER, SUPERVISOR, TELLER, Story, person, refused, run
from tests.rates import post_demand_rate

WHY = "金额录错"


async def mistake(s: Story, key: str = "k1") -> int:
    """100.00 too much, booked by T0003; return the journal."""
    await cash_in(s, ZHANG, "100.00", key)
    return (await rows(s, "SELECT max(id) AS id FROM journal"))[0]["id"]


def test_interest_is_as_if_what_was_reversed_had_never_been(demo: str) -> None:
    """By hand, to 21 March: 12,000.00 and 8,000.50 for 75 days at 0.05 % / 360: 1.25 and 0.83."""

    async def tell(s: Story) -> None:
        await post_demand_rate(s.bank.db, date(2026, 1, 5), "0.05")
        journal = await s.pay(ZHANG, LI, 1_200_000)
        await next_day(s)
        case = await ask(s, journal)
        await s.do(person("R0001", "reviewer"), case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        s.clock.set(datetime(2026, 3, 21, 2, tzinfo=UTC))
        await s.bank.day_end.run()
        assert (await s.balance(ZHANG), await s.balance(LI)) == ("12001.25", "8001.33")

    run(demo, tell)


async def ask(s: Story, journal: int) -> int:
    return await s.start(TELLER, "reverse_journal", journal=journal, reason=WHY)


def test_on_the_same_day_a_supervisor_authorises(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        case = await ask(s, journal)
        assert await s.open_tasks(case) == ["Authorise"]
        own = s.do(person("T0001", "supervisor"), case, "Authorise", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        booked = s.do(person("T0003", "supervisor"), case, "Authorise", decision="approve")
        assert await refused(booked) == ["reversal_of_own_journal"]
        assert await s.balance(ZHANG) == "12100.00"
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert await s.balance(ZHANG) == "12000.00"
        assert (await s.ways(case))[-2:] == ["Post", "Done"]
        made = await rows(s, "SELECT kind, reverses, memo, code FROM journal ORDER BY id DESC LIMIT 1")
        assert made == [{"kind": 6, "reverses": journal, "memo": WHY, "code": "REV01"}]
        assert await refused(ask(s, journal)) == ["journal_already_reversed"]
        reversal = (await s.variables(case))["reversal"]
        assert await refused(ask(s, reversal)) == ["journal_not_reversible"]
        assert await refused(ask(s, 10**15)) == ["journal_unknown"]

    run(demo, tell)


def test_on_a_later_day_the_back_office_reviews_first(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        await next_day(s)
        case = await ask(s, journal)
        assert await s.open_tasks(case) == ["Review"]
        both = person("R0001", "reviewer", "supervisor")
        await s.do(both, case, "Review", decision="approve")
        again = s.do(both, case, "Authorise", decision="approve")
        assert await refused(again) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert await s.balance(ZHANG) == "12000.00"
        dates = await rows(s, "SELECT booking_date::text FROM journal ORDER BY id DESC LIMIT 2")
        assert [row["booking_date"] for row in dates] == ["2026-01-06", "2026-01-05"]

    run(demo, tell)


def test_after_thirty_days_and_from_another_branch_nothing_is_reversed(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        elsewhere = person("T0002", "teller", branch=2)
        case = await s.start(elsewhere, "reverse_journal", journal=journal, reason=WHY)
        assert (await s.ways(case))[-1] == "NotAllowed"
        await next_day(s, 30)
        assert await s.open_tasks(await ask(s, journal)) == ["Review"]
        await next_day(s)
        assert (await s.ways(await ask(s, journal)))[-1] == "NotAllowed"
        assert await s.balance(ZHANG) == "12100.00"

    run(demo, tell)


def test_money_that_is_gone_is_not_taken_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        await s.pay(ZHANG, LI, 1_205_000)
        case = await ask(s, journal)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-2:] == ["PostRefused", "Refused"]
        assert (await s.variables(case))["fault"]["code"] == "insufficient_funds"
        assert await s.balance(ZHANG) == "50.00"

    run(demo, tell)


def test_two_cases_for_one_journal_reverse_it_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        first, second = await ask(s, journal), await ask(s, journal)
        await s.do(SUPERVISOR, first, "Authorise", decision="approve")
        await s.do(OTHER_SUPERVISOR, second, "Authorise", decision="approve")
        assert (await s.ways(second))[-1] == "Refused"
        assert (await s.variables(second))["fault"]["code"] == "journal_already_reversed"
        assert await s.balance(ZHANG) == "12000.00"

    run(demo, tell)


def test_refused_by_reviewer_and_by_supervisor(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await mistake(s)
        case = await ask(s, journal)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        await next_day(s)
        case = await ask(s, journal)
        await s.do(REVIEWER, case, "Review", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        assert await s.balance(ZHANG) == "12100.00"
        short = s.start(TELLER, "reverse_journal", journal=journal, reason="x")
        assert await refused(short) == ["form_field_malformed"]

    run(demo, tell)
