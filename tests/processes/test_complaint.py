"""Complaints: taken down, classified, handled by somebody else than whom they are about, answered in time, followed up.

Deadlines are worked out by hand from 银行业保险业消费投诉处理管理办法 (2020 No. 3): 15, 30 and 60 days after the day of receipt.
The stories begin on Monday 5 January 2026 at ten o'clock in Beijing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from liushui.demo import demo_data
from liushui.identity import add_staff
from liushui.kernel.errors import Refused
from liushui.service import Happened, complaint_by_number, complaint_history, list_complaints, standing_of
from liushui.store.database import UnitOfWork
from tests.procedures import SUPERVISOR, TELLER, Story, person, story_of

LI, WANG, HAN = (person(number, "complaint_handler") for number in ("H0001", "H0002", "H0003"))
MANAGER = person("V0001", "senior_manager")
TEXT = "在柜台等候两小时,无人解释"
DAY = timedelta(days=1)


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as story:
            await story.bank.db.transact(lambda uow: hire(story, uow))
            await tell(story)

    asyncio.run(whole())


async def hire(s: Story, uow: UnitOfWork) -> None:
    for who in (LI, WANG, HAN):
        await add_staff(
            uow, s.bank.clock, number=who.number, name="经办人", branch_id=1, roles=["complaint_handler"],
            password="demo-complaints-1",
        )  # fmt: skip


async def customer_of(s: Story) -> str:
    async with s.bank.db.read() as conn:
        return await conn.fetchval(
            "SELECT number FROM party WHERE name = $1", demo_data()["customers"][0]["name"]
        )


async def complain(s: Story, **given: Any) -> tuple[int, str]:
    """A complaint about waiting, unless said otherwise; the case and the complaint's number."""
    about = {"received_via": "counter", "product": "deposit", "subject": "waiting", "text": TEXT} | given
    if not about.get("customer") and not about.get("complainant"):
        about["customer"] = await customer_of(s)
    case = await s.start(TELLER, "complaint", **about)
    async with s.bank.db.read() as conn:
        return case, await conn.fetchval("SELECT number FROM complaint WHERE case_id = $1", case)


async def history(s: Story, number: str) -> list[Happened]:
    async with s.bank.db.read() as conn:
        return list(await complaint_history(conn, number))


async def standing(s: Story, number: str) -> tuple[str, str | None, str | None, date | None]:
    async with s.bank.db.read() as conn:
        found = await standing_of(conn, number)
    return found.status, found.kind, found.severity, found.deadline


async def refused(work: Awaitable[object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        await work
    return sorted({fault.code for fault in caught.value.faults})


async def answer(s: Story, case: int, handler: Any = LI) -> None:
    """Investigate, draft and approve."""
    await s.do(handler, case, "Investigate", findings="排队系统故障", outcome="answer")
    await s.do(handler, case, "DraftAnswer", upheld="upheld", answer="已增开窗口,向您致歉")
    await s.do(SUPERVISOR, case, "ApproveAnswer", decision="approve")


def test_a_plain_complaint_is_answered_and_the_customer_is_satisfied(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(s)
        assert await standing(s, number) == ("open", "simple", "low", date(2026, 1, 20))
        assert await s.open_tasks(case) == ["Investigate"]
        task = await s.task(case, "Investigate")
        assert task["due_at"] == datetime.fromisoformat("2026-01-21T00:00+08:00")  # the 20th is over
        await answer(s, case)
        same_person = s.do(LI, case, "FollowUp", satisfaction="satisfied")
        assert await refused(same_person) == ["separation_of_duties"]
        await s.do(WANG, case, "FollowUp", satisfaction="satisfied")
        assert await s.status(case) == "completed"
        assert [e.what for e in await history(s, number)] == [
            "registered", "classified", "acknowledged", "answered", "followed_up", "closed"]  # fmt: skip
        assert [e.by_whom for e in await history(s, number)][-3:] == ["S0001", "H0002", "H0002"]
        links = [e["payload"] for e in await s.events(case) if e["kind"] == "objects_linked"]
        assert number in links[0]
        assert TEXT not in str(await s.events(case))

    run(demo, tell)


@pytest.mark.parametrize(
    ("given", "kind", "severity", "last"),
    [
        ({"subject": "fee"}, "simple", "low", date(2026, 1, 20)),
        ({"subject": "transaction", "amount": "49999.99"}, "simple", "medium", date(2026, 1, 20)),
        ({"subject": "transaction", "amount": "50000.00"}, "complex", "medium", date(2026, 2, 4)),
        ({"subject": "privacy"}, "complex", "high", date(2026, 2, 4)),
        ({"received_via": "regulator"}, "complex", "high", date(2026, 2, 4)),
        ({"people": 10}, "special", "critical", date(2026, 2, 4)),
        ({"received_on": "2025-12-31"}, "simple", "low", date(2026, 1, 15)),
    ],
)
def test_the_table_says_what_kind_it_is_and_the_clock_runs_from_receipt(
    demo: str, given: dict[str, Any], kind: str, severity: str, last: date
) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(s, **given)
        assert await standing(s, number) == ("open", kind, severity, last)
        expected = ["TellReceipt"] if given.get("received_via") == "regulator" else ["Investigate"]
        assert await s.open_tasks(case) == expected

    run(demo, tell)


def test_whom_it_is_about_keeps_out_and_nobody_approves_their_own_answer(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, _ = await complain(s, complained_staff="H0001")
        findings = {"findings": "属实", "outcome": "answer"}
        assert await refused(s.do(LI, case, "Investigate", **findings)) == ["task_excluded"]
        task = await s.task(case, "Investigate")
        await s.processes.claim(WANG, task["id"], idempotency_key="claim")
        hand_over = s.processes.delegate(WANG, task["id"], LI, idempotency_key="delegate")
        assert await refused(hand_over) == ["task_excluded"]
        await s.do(WANG, case, "Investigate", **findings)
        await s.do(HAN, case, "DraftAnswer", upheld="upheld", answer="已对当事人批评教育")
        for handler in ("H0002", "H0003"):
            both = person(handler, "complaint_handler", "supervisor")
            own = s.do(both, case, "ApproveAnswer", decision="approve")
            assert await refused(own) == ["separation_of_duties"]
        named = person("H0001", "supervisor")
        assert await refused(s.do(named, case, "ApproveAnswer", decision="approve")) == ["task_excluded"]
        await s.do(SUPERVISOR, case, "ApproveAnswer", decision="reject", decision_reason="未说明理由")
        assert await s.open_tasks(case) == ["DraftAnswer"]
        await s.do(HAN, case, "DraftAnswer", upheld="upheld", answer="已对当事人批评教育,理由如下")
        await s.do(SUPERVISOR, case, "ApproveAnswer", decision="approve")
        assert await s.open_tasks(case) == ["FollowUp"]

    run(demo, tell)


def test_what_does_not_hold_is_not_taken_down(demo: str) -> None:
    async def tell(s: Story) -> None:
        wrong = complain(s, complainant="某人", received_on="2026-01-06", complained_staff="X9999")
        assert await refused(wrong) == [
            "complaint_received_in_future", "complaint_without_complainant", "staff_unknown"]  # fmt: skip
        assert await refused(complain(s, customer="0000000000")) == ["customer_unknown"]
        assert await refused(complain(s, account="0001010000000999")) == ["account_unknown"]
        async with s.bank.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM complaint") == 0
            assert await conn.fetchval("SELECT count(*) FROM process_instance") == 0

    run(demo, tell)


def test_a_letter_from_nobody_we_know_is_acknowledged_by_hand(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(
            s, received_via="letter", complainant="赵示例", contact="某市某路1号", received_on="2026-01-03"
        )
        task = await s.task(case, "TellReceipt")  # two working days after Monday: closing time on Wednesday
        assert task["due_at"] == datetime.fromisoformat("2026-01-07T17:00+08:00")
        assert [e.what for e in await history(s, number)] == ["registered", "classified"]
        await s.do(LI, case, "TellReceipt", told_by="letter", told_on="2026-01-05")
        assert [e.what for e in await history(s, number)][-1] == "acknowledged"
        async with s.bank.db.read() as conn:
            found = await complaint_by_number(conn, number)
            assert (found.customer, found.complainant) == (None, "赵示例")
            rows = await list_complaints(conn, limit=10)
        assert [(r["number"], r["what"], r["deadline"]) for r in rows] == [
            (number, "acknowledged", date(2026, 1, 18))]  # fmt: skip
        assert "赵示例" not in str([dict(r) for r in rows])

    run(demo, tell)


def test_the_supervisor_is_told_once_when_it_is_at_risk_and_once_when_it_is_late(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(s)
        await s.wait(12 * DAY + timedelta(hours=13, minutes=59))  # the 17th, one minute to midnight
        assert await s.open_tasks(case) == ["Investigate"]
        await s.wait(timedelta(minutes=1))  # three days before the 20th is over
        assert await s.open_tasks(case) == ["Investigate", "ChaseAtRisk"]
        await s.do(SUPERVISOR, case, "ChaseAtRisk", measures="加派人手")
        await s.do(LI, case, "Investigate", findings="核实中", outcome="answer")
        await s.work()  # the next task is at risk from its first moment, and the supervisor knows
        assert await s.open_tasks(case) == ["DraftAnswer"]
        await s.wait(3 * DAY)
        assert sorted(await s.open_tasks(case)) == ["DraftAnswer", "ExplainOverdue"]
        await s.do(LI, case, "DraftAnswer", upheld="partly", answer="抱歉,延误了")
        await s.do(SUPERVISOR, case, "ApproveAnswer", decision="approve")
        assert await s.open_tasks(case) == [
            "FollowUp"
        ]  # what the supervisor had still to explain is withdrawn
        async with s.bank.db.read() as conn:
            assert (await standing_of(conn, number)).answered_in_time is False
        assert [e.what for e in await history(s, number)][3:] == ["at_risk", "overdue", "answered"]
        kinds = [e["kind"] for e in await s.events(case)]
        assert (kinds.count("task_at_risk"), kinds.count("task_overdue")) == (2, 1)

    run(demo, tell)


def test_only_a_special_one_gets_more_time_once_and_from_senior_management(demo: str) -> None:
    async def tell(s: Story) -> None:
        plain, _ = await complain(s)
        more = {"findings": "涉及人数多", "outcome": "extend", "extension_reason": "需逐一核实"}
        assert await refused(s.do(LI, plain, "Investigate", **more)) == ["complaint_extension_unfit"]
        assert await s.open_tasks(plain) == ["Investigate"]

        case, number = await complain(s, people=12)
        await s.do(LI, case, "Investigate", **more)
        by_supervisor = s.do(SUPERVISOR, case, "ApproveExtension", decision="approve")
        assert await refused(by_supervisor) == ["task_role_missing"]
        await s.do(MANAGER, case, "ApproveExtension", decision="reject", decision_reason="理由不足")
        assert (await standing(s, number))[3] == date(2026, 2, 4)
        await s.do(LI, case, "Investigate", **more)
        await s.do(MANAGER, case, "ApproveExtension", decision="approve")
        assert (await standing(s, number))[3] == date(2026, 3, 6)  # 60 days after 5 January
        task = await s.task(case, "Investigate")
        assert task["due_at"] == datetime.fromisoformat("2026-03-07T00:00+08:00")
        assert await refused(s.do(LI, case, "Investigate", **more)) == ["complaint_extension_unfit"]
        await s.wait(45 * DAY)
        assert await s.open_tasks(case) == [
            "Investigate"
        ]  # the old deadline is past, the new one is not near
        await answer(s, case)
        async with s.bank.db.read() as conn:
            assert (await standing_of(conn, number)).answered_in_time is True

    run(demo, tell)


def test_the_customer_withdraws_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(s)
        customer = await customer_of(s)
        asked = {"complaint": number, "withdrawal_reason": "问题已解决"}
        somebody = s.start(TELLER, "complaint_withdrawal", **asked)
        assert await refused(somebody) == ["complaint_of_another"]
        other = s.start(TELLER, "complaint_withdrawal", **(asked | {"complaint": "C0000000099"}))
        assert await refused(other) == ["complaint_unknown"]
        asking = await s.start(TELLER, "complaint_withdrawal", **asked, customer=customer)
        assert await s.status(asking) == "completed"
        await s.work()
        assert await s.status(case) == "completed"
        assert await s.open_tasks(case) == []
        assert (await s.ways(case))[-3:] == ["Withdrawn", "NoteWithdrawal", "EndWithdrawn"]
        assert (await history(s, number))[-1].note == "问题已解决"
        again = s.start(TELLER, "complaint_withdrawal", **asked, customer=customer)
        assert await refused(again) == ["complaint_state_unfit"]

    run(demo, tell)


def test_who_is_not_satisfied_is_heard_again_once_by_somebody_else(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, number = await complain(s)
        await answer(s, case)
        await s.do(WANG, case, "FollowUp", satisfaction="not_reached")
        assert await s.open_tasks(case) == []
        await s.wait(DAY)
        await s.do(WANG, case, "FollowUp", satisfaction="dissatisfied", remark="没有说明原因")
        assert await standing(s, number) == (
            "reopened",
            "simple",
            "low",
            date(2026, 2, 5),
        )  # 30 days after the 6th
        findings = {"findings": "复查", "outcome": "answer"}
        assert await refused(s.do(LI, case, "Investigate", **findings)) == ["task_excluded"]
        await answer(s, case, WANG)
        await s.do(HAN, case, "FollowUp", satisfaction="dissatisfied")  # once is enough
        assert await s.status(case) == "completed"
        assert await standing(s, number) == ("closed", "simple", "low", date(2026, 2, 5))
        assert [e.what for e in await history(s, number)][3:] == [
            "answered", "followed_up", "followed_up", "reopened", "answered", "followed_up", "closed"]  # fmt: skip

    run(demo, tell)


def test_who_cannot_be_reached_three_times_is_left_alone(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, _ = await complain(s)
        await answer(s, case)
        for _ in range(2):
            await s.do(WANG, case, "FollowUp", satisfaction="not_reached")
            await s.wait(DAY)
        await s.do(WANG, case, "FollowUp", satisfaction="not_reached")
        assert await s.status(case) == "completed"

    run(demo, tell)


def test_neither_the_register_nor_its_history_can_be_changed(demo: str) -> None:
    async def tell(s: Story) -> None:
        await complain(s)
        async with s.bank.db.pool.acquire() as conn:
            for change in (
                "UPDATE complaint SET text = ''",
                "DELETE FROM complaint_history",
                "UPDATE complaint_history SET deadline = deadline + 30",
            ):
                with pytest.raises(asyncpg.PostgresError, match="append-only"):
                    await conn.execute(change)

    run(demo, tell)
