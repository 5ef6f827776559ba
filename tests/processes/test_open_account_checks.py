"""Opening an individual's account: the police, the lists, the review, and what breaks on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from liushui.deposits import AccountOpening
from liushui.parties import IdentityStandIn
from liushui.processes import opening_steps
from tests.procedures import OTHER_TELLER, REVIEWER, SUPERVISOR, TELLER, Story, person, run
from tests.processes.opening import (
    AGENT,
    COMPLIANCE,
    OPERATIONS,
    counts,
    finish,
    newcomer,
    reasons,
    refused,
    rows,
    sign,
    until_incident,
)


@pytest.mark.parametrize("serial", ["901", "902"])
def test_the_police_say_no(demo: str, serial: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        case = await s.start(TELLER, "open_account", **newcomer(serial))
        assert await s.status(case) == "completed"
        assert (await s.ways(case))[-1] == "IdentityRefused"
        after = await counts(s)
        assert [after[t] - before[t] for t in ("party", "ledger_account", "customer_agreement")] == [0, 0, 0]
        kept = await rows(s, "SELECT answer FROM identity_check")
        assert kept == [{"answer": {"901": "mismatch", "902": "not_found"}[serial]}]

    run(demo, tell)


def test_a_service_that_answers_late_is_asked_again(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer("912"))
        assert await s.open_tasks(case) == []
        await s.wait(timedelta(seconds=30))
        assert await s.open_tasks(case) == []
        await s.wait(timedelta(seconds=60))
        assert await s.open_tasks(case) == ["Sign"]
        assert await rows(s, "SELECT answer FROM identity_check") == [{"answer": "match"}]

    run(demo, tell)


def test_a_silent_service_becomes_an_incident_that_somebody_retries(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer("911"))
        incident = await until_incident(s, case)
        s.bank.identity_service.silent_times = {}  # pyright: ignore[reportAttributeAccessIssue] - the stand-in
        await s.processes.settle_incident(OPERATIONS, incident, "retry", "网络恢复", {}, idempotency_key="i1")
        assert await s.open_tasks(case) == ["Sign"]
        kept = await rows(s, "SELECT cleared_by, how, note FROM process_incident")
        assert kept == [{"cleared_by": "O0001", "how": "retry", "note": "网络恢复"}]

    run(demo, tell)


def test_a_silent_service_may_be_skipped_and_then_somebody_reviews(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer("911"))
        incident = await until_incident(s, case)
        await s.processes.settle_incident(
            OPERATIONS, incident, "skip", "已人工核对", {}, idempotency_key="i2"
        )
        assert await s.open_tasks(case) == ["Review"]
        assert await rows(s, "SELECT answer FROM identity_check") == [{"answer": "unanswered"}]
        await s.do(REVIEWER, case, "Review", decision="approve")
        await finish(s, case)

    run(demo, tell)


def test_a_name_on_a_list_is_cleared_by_compliance_and_then_reviewed(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer(name="錢 假名"))
        assert await s.open_tasks(case) == ["ClearHit"]
        by_teller = s.do(OTHER_TELLER, case, "ClearHit", finding="false_match", finding_reason="重名")
        assert await refused(by_teller) == ["task_role_missing"]
        both = person("C0002", "compliance", "reviewer")
        await s.do(both, case, "ClearHit", finding="false_match", finding_reason="出生地不同")
        assert await refused(s.do(both, case, "Review", decision="approve")) == ["separation_of_duties"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        await finish(s, case)
        kept = await rows(s, "SELECT list, entry, how, score FROM name_screening")
        assert kept == [{"list": "high_risk", "entry": "H-001", "how": "same", "score": 100}]

    run(demo, tell)


def test_a_listed_person_gets_no_account_and_is_reported(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "open_account", **newcomer(birth="19750505", name="蕭無名", first_deposit_wanted=True)
        )
        await s.do(COMPLIANCE, case, "ClearHit", finding="true_match", finding_reason="姓名、生日一致")
        assert (await s.ways(case))[-2:] == ["ReportListed", "ListedRefused"]
        told = await rows(
            s, "SELECT payload->>'entries' AS entries FROM event WHERE kind = 'listed_person_found'"
        )
        assert told == [{"entries": '["terrorists/T-001"]'}]
        assert await rows(s, "SELECT 1 FROM party WHERE name = '蕭無名'") == []

    run(demo, tell)


def test_a_child_with_a_guardian_is_reviewed_returned_and_corrected(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer(birth="20150601"), **AGENT)
        assert await s.open_tasks(case) == ["Review"]
        assert reasons(await s.events(case)) == [["young", "agent"]]
        checked = await rows(
            s, "SELECT role, answer FROM identity_check JOIN application_person p ON p.id = person_id"
        )
        assert checked == [{"role": "agent", "answer": "match"}, {"role": "applicant", "answer": "match"}]
        own = person("T0001", "teller", "reviewer")
        assert await refused(s.do(own, case, "Review", decision="approve")) == ["separation_of_duties"]
        await s.do(REVIEWER, case, "Review", decision="return", decision_reason="手机号不是监护人的")
        await s.do(OTHER_TELLER, case, "Correct", account_class="2", medium="letter",
                   corrected_mobile="13900005678", correction_note="改为监护人手机号,Ⅱ类户")  # fmt: skip
        mine = person("T0003", "teller", "reviewer")
        assert await refused(s.do(mine, case, "Review", decision="approve")) == ["separation_of_duties"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        await finish(s, case)
        assert await rows(s, "SELECT mobile FROM party WHERE name = '赵新来'") == [{"mobile": "13900005678"}]
        assert [w for w in await s.ways(case) if w in ("Review", "Correct")] == [
            "Review",
            "Correct",
            "Review",
        ]
        assert (await rows(s, "SELECT count(*) AS n FROM application_person WHERE role = 'applicant'"))[0][
            "n"
        ] == 2

    run(demo, tell)


def test_a_reviewer_says_no_and_a_foreigner_of_unknown_age_is_looked_at(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        case = await s.start(
            TELLER, "open_account",
            **newcomer(name="Jane Roe", document_type="passport", document_number="X1234567", document_country="FR"),
        )  # fmt: skip
        assert reasons(await s.events(case)) == [["age_unknown", "foreign_document", "identity_open"]]
        await s.do(REVIEWER, case, "Review", decision="reject", decision_reason="用途不明")
        assert (await s.ways(case))[-1] == "ReviewRefused"
        after = await counts(s)
        assert [after[t] - before[t] for t in ("party", "ledger_account")] == [0, 0]

    run(demo, tell)


def test_review_is_due_in_working_time(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer(birth="20150601"), **AGENT)
        task = await s.task(case, "Review")
        # Begun at 10:00 in Beijing: two hours to noon, then two from 13:00.
        assert task["due_at"].isoformat() == "2026-01-05T07:00:00+00:00"
        await s.wait(timedelta(hours=5))
        kinds = [e["kind"] for e in await s.events(case)]
        assert "task_overdue" in kinds

    run(demo, tell)


def test_a_supervisor_may_take_the_application_but_not_review_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        everything = person("S0001", "supervisor", "reviewer")
        case = await s.start(everything, "open_account", **newcomer(birth="19400101"))
        assert reasons(await s.events(case)) == [["old"]]
        assert await refused(s.do(everything, case, "Review", decision="approve")) == ["separation_of_duties"]
        assert await refused(s.do(SUPERVISOR, case, "Review", decision="approve")) == [
            "separation_of_duties", "task_role_missing"]  # fmt: skip

    run(demo, tell)


def test_a_step_that_breaks_is_done_once_when_it_is_retried(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        case = await s.start(TELLER, "open_account", **newcomer())
        whole = AccountOpening.issue

        async def breaks(*_: Any, **__: Any) -> str:
            raise RuntimeError("no cards left in the machine")

        monkeypatch.setattr(AccountOpening, "issue", breaks)
        await sign(s, case)
        assert await s.status(case) == "incident"
        monkeypatch.setattr(AccountOpening, "issue", whole)
        incident = (await rows(s, "SELECT id FROM process_incident"))[0]["id"]
        await s.processes.settle_incident(SUPERVISOR, incident, "retry", "补充卡片", {}, idempotency_key="b1")
        assert await s.open_tasks(case) == ["HandOver"]
        after = await counts(s)
        made = {
            t: after[t] - before[t]
            for t in ("party", "ledger_account", "customer_agreement", "account_medium")
        }
        assert made == dict.fromkeys(made, 1)

    run(demo, tell)


def test_a_service_that_hangs_is_left_after_a_while(demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell(s: Story) -> None:
        async def hangs(*_: Any, **__: Any) -> None:
            await asyncio.sleep(3600)

        monkeypatch.setattr(opening_steps, "ANSWER_WITHIN", 0.05)
        with monkeypatch.context() as silent:
            silent.setattr(IdentityStandIn, "verify", hangs)
            case = await s.start(TELLER, "open_account", **newcomer())
            assert await s.open_tasks(case) == []
        await s.wait(timedelta(seconds=30))
        assert await s.open_tasks(case) == ["Sign"]

    run(demo, tell)
