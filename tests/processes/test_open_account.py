"""Opening an individual's account: who comes, what is asked, what is refused, and what is there in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from liushui.deposits import agreement_text
from liushui.kernel.errors import Refused
from tests.procedures import OTHER_TELLER, REVIEWER, SUPERVISOR, TELLER, Story, person, story_of
from tests.unit.test_parties_model import id_number

ZHANG, LI = "0001010000000016", "0001010000000024"
COMPLIANCE = person("C0001", "compliance")
OPERATIONS = person("O0001", "operations")
SIGNATURE = sha256(b"strokes of a pen").hexdigest()
ALL = ["party", "ledger_account", "application_person", "customer_agreement", "account_medium", "process_instance",
       "identity_check", "name_screening", "deposit_account"]  # fmt: skip


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as story:
            await tell(story)

    asyncio.run(whole())


async def refused(work: Awaitable[object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        await work
    return sorted(fault.code for fault in caught.value.faults)


def newcomer(serial: str = "123", birth: str = "19900307", **changes: Any) -> dict[str, Any]:
    given = {
        "name": "赵新来", "document_type": "id_card", "document_number": id_number(birth, serial),
        "mobile": "13900001234", "address": "北京市东城区某街1号", "account_class": "1", "medium": "card",
    }  # fmt: skip
    return given | changes


async def rows(s: Story, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    async with s.bank.db.read() as conn:
        return [dict(row) for row in await conn.fetch(sql, *arguments)]


async def counts(s: Story) -> dict[str, int]:
    return {table: (await rows(s, f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in ALL}  # noqa: S608 - constants


async def number_of(s: Story, case: int, kind: str) -> str:
    import json

    objects = json.loads(
        (await rows(s, "SELECT objects FROM process_instance WHERE id = $1", case))[0]["objects"]
    )
    return objects[kind][0]


async def sign(s: Story, case: int, **changes: Any) -> None:
    given = {"agreement_language": "zh-CN", "answer": "agree", "signature_method": "signature_pad",
             "signature_digest": SIGNATURE}  # fmt: skip
    await s.do(TELLER, case, "Sign", **(given | changes))


async def finish(s: Story, case: int) -> str:
    """Sign and activate; the account's number."""
    await sign(s, case)
    await s.do(TELLER, case, "HandOver", medium_received=True)
    assert await s.status(case) == "completed"
    assert (await s.ways(case))[-1] == "Opened"
    return await number_of(s, case, "account")


def test_somebody_new_opens_a_class_one_account_and_pays_in(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer(first_deposit_wanted=True))
        assert await s.open_tasks(case) == ["Sign"]  # nothing asks for a review
        assert await rows(s, "SELECT 1 FROM party WHERE name = '赵新来'") == []
        before = await counts(s)
        assert await refused(sign(s, case, signature_digest=None)) == ["signature_missing"]
        assert await counts(s) == before
        await sign(s, case)
        account = await number_of(s, case, "account")
        few = s.do(TELLER, case, "CountCash", deposit_amount="500.00", deposit_denominations={"10000": 4})
        assert await refused(few) == ["count_differs"]
        much = s.do(TELLER, case, "CountCash", deposit_amount="50000.01",
                    deposit_denominations={"10000": 500, "1": 1})  # fmt: skip
        assert await refused(much) == ["first_deposit_too_large"]
        await s.do(TELLER, case, "CountCash", deposit_amount="500.00", deposit_denominations={"10000": 5})
        assert await s.balance(account) == "500.00"
        async with s.bank.db.read() as conn:
            blocked = "SELECT debit_blocked, credit_blocked FROM ledger_account WHERE number = $1"
            assert tuple(await conn.fetchrow(blocked, account)) == (True, False)
        early = s.do(TELLER, case, "HandOver", medium_received=False)
        assert await refused(early) == ["form_field_missing"]
        await s.do(TELLER, case, "HandOver", medium_received=True)
        assert (await s.ways(case))[-2:] == ["Activate", "Opened"]
        async with s.bank.db.read() as conn:
            assert tuple(await conn.fetchrow(blocked, account)) == (False, False)
        opened = await rows(
            s, "SELECT d.*, p.name, p.mobile FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id "
            "JOIN account_party ap ON ap.account_id = a.id JOIN party p ON p.id = ap.party_id WHERE a.number = $1",
            account)  # fmt: skip
        assert [(o["name"], o["mobile"], o["account_class"], o["opening_case"], o["awaits_activation"])
                for o in opened] == [("赵新来", "13900001234", 1, case, False)]  # fmt: skip
        assert opened[0]["activated_at"] == s.clock.now()
        media = await rows(s, "SELECT kind, number FROM account_medium WHERE case_id = $1", case)
        assert media == [{"kind": "card", "number": opened[0]["card_number"]}]
        cash = "0001-CNY-1001.01"  # the vault began with 500,000.00, the demo's customers paid in 20,000.50
        assert await rows(s, "SELECT b.debits_posted - b.credits_posted AS net FROM ledger_balance b JOIN "
                          "ledger_account a ON a.id = b.account_id WHERE a.number = $1", cash) == [
            {"net": 50_000_000 + 2_000_050 + 50_000}]  # fmt: skip

    run(demo, tell)


def test_what_was_signed_can_be_proven(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer())
        s.clock.advance(timedelta(minutes=7))
        await sign(s, case, agreement_language="en", signature_method="certificate")
        kept = (await rows(s, "SELECT * FROM customer_agreement"))[0]
        text = agreement_text("personal_account", "en").text
        customer = await number_of(s, case, "customer")
        facts = f'{{"case":{case},"customer":"{customer}","kind":"1"}}'
        assert kept["signed_digest"] == sha256(f"{text}\n{facts}".encode()).digest()
        assert kept["signature_digest"].hex() == SIGNATURE
        assert (kept["version"], kept["language"], kept["channel"], kept["signature_method"],
                kept["witnessed_by"], kept["agreed_at"]) == (
            "2026.1", "en", "counter", "certificate", "T0001", s.clock.now())  # fmt: skip

    run(demo, tell)


def test_no_document_number_stays_in_the_case(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = newcomer()
        case = await s.start(TELLER, "open_account", **given)
        state = (await rows(s, "SELECT state FROM process_instance WHERE id = $1", case))[0]["state"]
        events = await rows(s, "SELECT payload::text AS text FROM event WHERE payload IS NOT NULL")
        for secret in (given["document_number"], given["mobile"], given["address"]):
            assert secret not in state
            assert all(secret not in e["text"] for e in events)

    run(demo, tell)


def test_a_known_customer_types_nothing_twice_and_gets_no_second_class_one(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        zhang = (await rows(s, "SELECT number FROM party WHERE name = '张示例'"))[0]["number"]
        second = s.start(TELLER, "open_account", customer=zhang, account_class="1", medium="card")
        assert await refused(second) == ["class_one_held"]
        document = id_number("19900307", "001")
        other_name = s.start(TELLER, "open_account", **newcomer("001", name="张某某", account_class="2"))
        assert await refused(other_name) == ["customer_name_differs"]
        book = s.start(TELLER, "open_account", customer=zhang, account_class="3", medium="card")
        assert await refused(book) == ["medium_not_offered"]
        assert await counts(s) == before  # nothing is left of what was refused
        case = await s.start(TELLER, "open_account", document_type="id_card", document_number=document,
                             account_class="2", medium="letter", bound_account=ZHANG)  # fmt: skip
        account = await finish(s, case)
        assert (await counts(s))["party"] == before["party"]
        assert await number_of(s, case, "customer") == zhang
        found = await rows(s, "SELECT account_class, daily_limit, yearly_limit, balance_limit FROM deposit_account d "
                           "JOIN ledger_account a ON a.id = d.account_id WHERE a.number = $1", account)  # fmt: skip
        # Class II: 10,000.00 a day and 200,000.00 a year each way, no cap on the balance (facts B8).
        assert [tuple(f.values()) for f in found] == [(2, 1_000_000, 20_000_000, None)]
        bound = await rows(s, "SELECT number, bank FROM bound_account")
        assert bound == [{"number": ZHANG, "bank": None}]

    run(demo, tell)


def test_faults_of_an_application_are_told_and_leave_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)

        async def told(**given: Any) -> list[str]:
            return await refused(s.start(TELLER, "open_account", **given))

        number = id_number()
        assert await told(account_class="1", medium="card") == ["applicant_missing"]
        wrong = number[:17] + ("0" if number[17] != "0" else "1")
        assert await told(**newcomer(document_number=wrong, mobile="123", name=" ")) == [
            "document_number_invalid", "mobile_malformed", "name_malformed"]  # fmt: skip
        assert await told(**newcomer(document_expires_on="2026-01-04")) == ["document_expired"]
        assert await told(**newcomer(document_type="passport", document_number="E12345678")) == [
            "country_malformed"
        ]
        assert await told(**newcomer(birth="20120101")) == ["agent_needed"]
        assert await told(**newcomer(bound_account=LI)) == ["bound_account_not_own"]
        own = {"agent_name": "赵新来", "agent_document_type": "id_card", "agent_document_number": number}
        assert await told(**newcomer(), **own) == ["agent_incomplete", "agent_is_applicant"]
        stranger = s.start(REVIEWER, "open_account", **newcomer())
        assert await refused(stranger) == ["process_start_denied"]
        assert await counts(s) == before

    run(demo, tell)


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


async def until_incident(s: Story, case: int) -> int:
    for _ in range(3):  # three retries, 30, 60 and 120 seconds apart
        assert await s.status(case) == "running"
        await s.wait(timedelta(seconds=120))
    assert await s.status(case) == "incident"
    found = await rows(s, "SELECT id, element, reason FROM process_incident WHERE instance_id = $1", case)
    assert [(f["element"], f["reason"]) for f in found] == [("AskIdentity", "TimeoutError")]
    return found[0]["id"]


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


AGENT = {
    "agent_name": "赵家长", "agent_document_type": "id_card",
    "agent_document_number": id_number("19800101", "555"), "agent_mobile": "13900005678",
    "agent_relation": "guardian",
}  # fmt: skip


def reasons(events: list[Any]) -> list[list[str]]:
    return [
        [row for rows_ in e["decision_rows"] for row in rows_.split(",")]
        for e in events
        if e["element"] == "ReviewRules" and e["decision_rows"]
    ]


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


def test_who_does_not_agree_or_never_comes_gets_no_account(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        case = await s.start(TELLER, "open_account", **newcomer())
        await s.do(TELLER, case, "Sign", agreement_language="zh-CN", answer="decline")
        assert (await s.ways(case))[-1] == "Declined"
        case = await s.start(TELLER, "open_account", **newcomer())
        await s.wait(timedelta(days=6))  # five working days of seven hours are 35; the sixth is a Sunday
        assert await s.open_tasks(case) == ["Sign"]
        await s.wait(timedelta(days=2))
        assert (await s.ways(case))[-1] == "Lapsed"
        after = await counts(s)
        assert [after[t] - before[t] for t in ("party", "ledger_account", "customer_agreement")] == [0, 0, 0]

    run(demo, tell)


def test_two_applications_of_one_person_make_one_class_one_account(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await s.start(TELLER, "open_account", **newcomer())
        second = await s.start(OTHER_TELLER, "open_account", **newcomer())
        ends = await asyncio.gather(sign(s, first), sign(s, second), return_exceptions=True)
        assert [e for e in ends if e is not None] == []
        ways = [(await s.ways(case))[-1] for case in (first, second)]
        assert sorted(ways) == [
            "OpeningRefused",
            "ReadyToHandOver",
        ]
        assert (await rows(s, "SELECT count(*) AS n FROM party WHERE name = '赵新来'"))[0]["n"] == 1
        assert (await rows(s, "SELECT count(*) AS n FROM deposit_account WHERE opening_case IS NOT NULL"))[0][
            "n"
        ] == 1

    run(demo, tell)


def test_many_accounts_are_reviewed_and_too_many_refused(demo: str) -> None:
    async def tell(s: Story) -> None:
        zhang = (await rows(s, "SELECT number FROM party WHERE name = '张示例'"))[0]["number"]
        for held in range(1, 6):
            case = await s.start(TELLER, "open_account", customer=zhang, account_class="3", medium="letter")
            if held >= 3:  # a bank's own rule: from three accounts on somebody looks at it
                assert reasons(await s.events(case)) == [["many_accounts"]]
                await s.do(REVIEWER, case, "Review", decision="approve")
            await finish(s, case)
        sixth = s.start(TELLER, "open_account", customer=zhang, account_class="3", medium="letter")
        assert await refused(sixth) == ["class_accounts_many"]

    run(demo, tell)


def test_a_first_deposit_into_class_three_keeps_to_its_cap(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account",
                             **newcomer(account_class="3", medium="letter", first_deposit_wanted=True))  # fmt: skip
        await sign(s, case)
        account = await number_of(s, case, "account")
        above = s.do(TELLER, case, "CountCash", deposit_amount="2100.00", deposit_denominations={"10000": 21})
        # Class III: 2,000.00 a day, and never more than 2,000.00 on it (facts B8).
        assert await refused(above) == ["balance_limit_exceeded", "daily_limit_exceeded"]
        await s.do(TELLER, case, "CountCash", deposit_amount="2000.00", deposit_denominations={"10000": 20})
        await s.do(TELLER, case, "HandOver", medium_received=True)
        assert await s.balance(account) == "2000.00"
        used = await rows(s, "SELECT incoming, period, used FROM limit_usage ORDER BY period")
        assert used == [{"incoming": True, "period": p, "used": 200_000} for p in ("day", "year")]

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
