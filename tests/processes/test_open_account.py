"""Opening an individual's account: who comes, what is refused, and what is there in the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any

from liushui.deposits import Actor, agreement_text
from liushui.identity import branch_by_id
from tests.procedures import OTHER_TELLER, REVIEWER, TELLER, Story, run
from tests.processes.opening import (
    LI,
    SIGNATURE,
    ZHANG,
    counts,
    finish,
    newcomer,
    number_of,
    reasons,
    refused,
    rows,
    sign,
)
from tests.unit.test_parties_model import id_number


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
        cash = "0001-CNY-1001.03-T01"  # the till began with 28,663.20
        assert await rows(s, "SELECT b.debits_posted - b.credits_posted AS net FROM ledger_balance b JOIN "
                          "ledger_account a ON a.id = b.account_id WHERE a.number = $1", cash) == [
            {"net": 2_866_320 + 50_000}]  # fmt: skip

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


def test_nobody_opens_a_second_class_one_account_past_the_procedure(demo: str) -> None:
    async def tell(s: Story) -> None:
        zhang = (await rows(s, "SELECT number FROM party WHERE name = '张示例'"))[0]["number"]
        async with s.bank.db.read() as conn:
            branch = await branch_by_id(conn, 1)
        past = s.bank.deposits.open_demand_account(
            Actor("T0001", 1, "open_api", "past"), customer=zhang, currency="CNY", branch=branch
        )
        assert await refused(past) == ["class_one_held"]

    run(demo, tell)
