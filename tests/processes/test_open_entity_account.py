"""Opening an entity's account: three pairs of eyes, owners, seals, and what comes back for correction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.procedures import OTHER_TELLER, REVIEWER, SUPERVISOR, TELLER, Story, person, run
from tests.processes.opening import (
    COMPLIANCE,
    OPERATIONS,
    SIGNATURE,
    counts,
    number_of,
    refused,
    rows,
    until_incident,
)
from tests.unit.test_parties_model import CREDIT_CODE, id_number

REMOTE = person("M0001", "remote_authoriser", branch=2, anywhere=True)
OTHER_REVIEWER = person("R0002", "reviewer")
IMAGE = b"\x89PNG\r\n\x1a\n the image of a seal card"
SEAL = sha256(IMAGE).hexdigest()
BOSS = {
    "legal_name": "孙法人",
    "legal_document_type": "id_card",
    "legal_document_number": id_number("19700707", "321"),
}


def company(**changes: Any) -> dict[str, Any]:
    given = {"name": "某某水务有限公司", "document_number": CREDIT_CODE, "mobile": "13900002222",
             "address": "北京市某路2号", "purpose": "basic", **BOSS}  # fmt: skip
    return given | changes


def owner(
    serial: str = "401", share: int | None = 6000, more: bool = False, **changes: Any
) -> dict[str, Any]:
    given = {"owner_name": f"周股东{serial}", "owner_document_type": "id_card",
             "owner_document_number": id_number("19750101", serial), "owner_basis": "shares", "owner_share": share,
             "more_owners": "yes" if more else "no"}  # fmt: skip
    return given | changes


async def until_review(s: Story, *owners: dict[str, Any], **changes: Any) -> int:
    case = await s.start(TELLER, "open_entity_account", **company(**changes))
    for one in owners or (owner(),):
        await s.do(TELLER, case, "EnterOwner", **one)
    await attach(s, case, IMAGE)
    await s.do(TELLER, case, "TakeSeal", seal_digest=SEAL)
    return case


async def attach(s: Story, case: int, image: bytes) -> None:
    task = (await s.task(case, "TakeSeal"))["id"]
    await s.processes.attach(TELLER, task, "印鉴卡.png", image, idempotency_key=f"seal:{case}:{len(image)}")


async def finish(s: Story, case: int) -> str:
    await s.do(TELLER, case, "Sign", agreement_language="zh-CN", answer="agree", signature_method="paper",
               signature_digest=SIGNATURE)  # fmt: skip
    await s.do(TELLER, case, "HandOver", medium_received=True)
    assert (await s.ways(case))[-1] == "Opened"
    return await number_of(s, case, "account")


def attention(events: list[Any]) -> list[str]:
    fired = [e["decision_rows"] for e in events if e["element"] == "Attention" and e["decision_rows"]]
    return [row for rows_ in fired for packed in rows_ for row in packed.split(",")]


def told(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    run(dsn, tell)


def test_a_company_with_two_owners_opens_its_basic_account(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s, owner("401", 6000, more=True), owner("402", 2500))
        assert await s.open_tasks(case) == ["Review"]
        assert attention(await s.events(case)) == []
        asked = await rows(s, "SELECT role, answer FROM identity_check JOIN application_person p ON p.id = person_id "
                           "ORDER BY role, place")  # fmt: skip
        assert [(a["role"], a["answer"]) for a in asked] == [
            ("beneficial_owner", "match"), ("beneficial_owner", "match"), ("legal_representative", "match")]  # fmt: skip
        assert (await rows(s, "SELECT count(*) AS n FROM name_screening"))[0][
            "n"
        ] == 4  # the company's name too
        await s.do(REVIEWER, case, "Review", decision="approve")
        assert await s.open_tasks(case) == ["Confirm"]
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        account = await finish(s, case)
        kept = await rows(s, "SELECT p.kind, p.name, d.purpose, d.account_class, d.card_number, a.gl_code, a.debit_blocked "
                          "FROM ledger_account a JOIN deposit_account d ON d.account_id = a.id "
                          "JOIN account_party ap ON ap.account_id = a.id JOIN party p ON p.id = ap.party_id "
                          "WHERE a.number = $1", account)  # fmt: skip
        assert [tuple(k.values()) for k in kept] == [
            ("entity", "某某水务有限公司", "basic", None, None, "2011.02", False)]  # fmt: skip
        people = await rows(s, "SELECT role, name, basis, share_bp FROM entity_person ORDER BY role, name")
        assert [tuple(p.values()) for p in people] == [
            ("beneficial_owner", "周股东401", "shares", 6000), ("beneficial_owner", "周股东402", "shares", 2500),
            ("legal_representative", "孙法人", None, None)]  # fmt: skip
        seal = await rows(s, "SELECT image_digest, recorded_by FROM seal_card")
        assert [(x["image_digest"].hex(), x["recorded_by"]) for x in seal] == [(SEAL, "T0001")]
        media = await rows(s, "SELECT kind FROM account_medium WHERE case_id = $1", case)
        assert media == [{"kind": "letter"}]
        signed = await rows(s, "SELECT agreement, signature_method FROM customer_agreement")
        assert signed == [{"agreement": "entity_account", "signature_method": "paper"}]
        # An entity has no class: its account is not limited, and there is no second basic one.
        customer = await number_of(s, case, "customer")
        again = s.start(TELLER, "open_entity_account", customer=customer, purpose="basic")
        assert await refused(again) == ["basic_account_held"]

    told(demo, tell)


def test_a_known_company_types_nothing_twice(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        await finish(s, case)
        before = await counts(s)
        case = await s.start(
            TELLER, "open_entity_account", document_number=CREDIT_CODE.lower(), purpose="general"
        )
        assert await s.open_tasks(case) == ["TakeSeal"]  # representative and owner are known
        await s.do(TELLER, case, "TakeSeal", seal_reference="柜-2026-0007")
        await s.do(REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        await finish(s, case)
        after = await counts(s)
        assert [after[t] - before[t] for t in ("party", "deposit_account")] == [0, 1]
        assert (await rows(s, "SELECT count(*) AS n FROM entity_person"))[0]["n"] == 4  # confirmed twice

    told(demo, tell)


def test_three_people_and_none_of_them_twice(demo: str) -> None:
    async def tell(s: Story) -> None:
        everybody = "teller", "reviewer", "supervisor"
        first = person("T0001", *everybody)
        case = await until_review(s)
        assert await refused(s.do(first, case, "Review", decision="approve")) == ["separation_of_duties"] * 3
        second = person("T0009", *everybody)
        await s.do(second, case, "Review", decision="approve")
        for who in (first, second):
            assert "separation_of_duties" in await refused(s.do(who, case, "Confirm", decision="approve"))
        assert await refused(s.do(REVIEWER, case, "Confirm", decision="approve")) == ["task_role_missing"]
        await s.do(person("T0010", *everybody), case, "Confirm", decision="approve")
        assert await s.open_tasks(case) == ["Sign"]

    told(demo, tell)


def test_it_comes_back_twice_and_every_round_is_on_record(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="return", decision_reason="地址与执照不符")
        await s.do(OTHER_TELLER, case, "Correct", purpose="basic", owners_again="no",
                   corrected_address="北京市某路20号", correction_note="地址已更正")  # fmt: skip
        assert await s.open_tasks(case) == ["Review"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="return", decision_reason="缺一名受益所有人")
        await s.do(TELLER, case, "Correct", purpose="basic", owners_again="yes", correction_note="重新登记")
        await s.do(TELLER, case, "EnterOwner", **owner("403", 5000, more=True))
        await s.do(TELLER, case, "EnterOwner", **owner("404", 5000))
        assert await s.open_tasks(case) == ["Review"]  # the seal card was kept, the checks were made again
        confirmer = person("S0001", "supervisor", "reviewer")
        assert await refused(s.do(confirmer, case, "Review", decision="approve")) == ["separation_of_duties"]
        corrector = person("T0003", "teller", "reviewer")
        assert await refused(s.do(corrector, case, "Review", decision="approve")) == ["separation_of_duties"]
        await s.do(OTHER_REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        await finish(s, case)
        work = [w for w in await s.ways(case) if w in ("EnterOwner", "Review", "Confirm", "Correct")]
        assert work == ["EnterOwner", "Review", "Correct", "Review", "Confirm", "Correct", "EnterOwner", "EnterOwner",
                        "Review", "Confirm"]  # fmt: skip
        state = (
            await rows(s, "SELECT state::jsonb #>> '{}' AS state FROM process_instance WHERE id = $1", case)
        )[0]
        assert "地址与执照不符" in state["state"]
        assert "缺一名受益所有人" in state["state"]
        owners = await rows(s, "SELECT name FROM entity_person WHERE role = 'beneficial_owner' ORDER BY name")
        assert [o["name"] for o in owners] == ["周股东403", "周股东404"]
        assert await rows(s, "SELECT address FROM party WHERE kind = 'entity'") == [
            {"address": "北京市某路20号"}
        ]

    told(demo, tell)


def test_either_level_may_refuse(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="reject", decision_reason="空壳公司")
        assert (await s.ways(case))[-1] == "Refused"
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="reject", decision_reason="经营场所不实")
        assert (await s.ways(case))[-1] == "Refused"
        after = await counts(s)
        assert [after[t] - before[t] for t in ("party", "ledger_account", "account_medium")] == [0, 0, 0]

    told(demo, tell)


def test_faults_leave_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await counts(s)

        async def start(**given: Any) -> list[str]:
            return await refused(s.start(TELLER, "open_entity_account", **given))

        assert await start(purpose="basic") == ["applicant_missing"]
        assert await start(**company(document_number="91110000600037341X", name="")) == [
            "document_number_invalid", "name_malformed"]  # fmt: skip
        nobody = dict.fromkeys(BOSS)
        assert await start(**company(**nobody)) == ["legal_representative_missing"]
        assert await start(**company(legal_document_number=id_number()[:17] + "?")) == [
            "document_number_invalid"
        ]
        zhang = (await rows(s, "SELECT number FROM party WHERE name = '张示例'"))[0]["number"]
        assert await start(customer=zhang, purpose="basic", **BOSS) == ["customer_kind_differs"]
        assert await counts(s) == before

    told(demo, tell)


def test_who_is_an_owner(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_entity_account", **company())

        async def said(**given: Any) -> list[str]:
            return await refused(s.do(TELLER, case, "EnterOwner", **given))

        # Article 6 has 25 per cent; control by other means needs no share.
        assert await said(**owner(share=2499)) == ["owner_share_small"]
        assert await said(**owner(share=None)) == ["owner_share_small"]
        await s.do(TELLER, case, "EnterOwner", **owner("401", 7500, more=True))
        assert await said(**owner("401", 2500)) == ["owner_twice"]
        assert await said(**owner("402", 2501)) == ["owner_shares_too_many"]
        assert await said(**owner("402", None, owner_basis="management")) == ["owner_management_only"]
        await s.do(TELLER, case, "EnterOwner", **owner("402", None, owner_basis="control"))
        assert await refused(s.do(TELLER, case, "TakeSeal")) == ["seal_missing"]
        assert await refused(s.do(TELLER, case, "TakeSeal", seal_digest=SEAL)) == ["seal_not_attached"]
        await attach(s, case, IMAGE + b"2")
        await s.do(TELLER, case, "TakeSeal")  # the image attached is the card
        kept = await rows(
            s, "SELECT place, relation, share_bp FROM application_person WHERE role = 'beneficial_owner'"
        )
        assert [tuple(k.values()) for k in kept] == [(1, "shares", 7500), (2, "control", None)]

    told(demo, tell)


def test_a_foreign_owner_or_management_is_confirmed_from_another_branch(demo: str) -> None:
    async def tell(s: Story) -> None:
        foreign = owner(share=10_000, owner_document_type="passport", owner_document_number="P7654321",
                        owner_document_country="SG", owner_birth_date="1980-02-02")  # fmt: skip
        case = await until_review(s, foreign)
        assert attention(await s.events(case)) == ["identity_open", "foreign_owner"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        assert await s.open_tasks(case) == ["ConfirmElsewhere"]
        assert await refused(s.do(SUPERVISOR, case, "ConfirmElsewhere", decision="approve")) == [
            "task_role_missing"
        ]
        here = person("M0002", "remote_authoriser", branch=2)
        assert await refused(s.do(here, case, "ConfirmElsewhere", decision="approve")) == [
            "task_other_branch"
        ]
        await s.do(REMOTE, case, "ConfirmElsewhere", decision="approve")
        await finish(s, case)

    told(demo, tell)


def test_the_police_say_no_to_the_representative(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s, legal_document_number=id_number("19700707", "901"))
        assert (await s.ways(case))[-1] == "IdentityRefused"

    told(demo, tell)


def test_a_silent_service_is_skipped_and_somebody_elsewhere_confirms(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s, legal_document_number=id_number("19700707", "911"))
        incident = await until_incident(s, case)
        await s.processes.settle_incident(OPERATIONS, incident, "skip", "电话核实", {}, idempotency_key="e1")
        assert attention(await s.events(case)) == ["identity_open"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        assert await s.open_tasks(case) == ["ConfirmElsewhere"]

    told(demo, tell)


def test_a_company_or_an_owner_on_a_list(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s, name="虛構航運貿易公司")
        assert await s.open_tasks(case) == ["ClearHit"]
        await s.do(COMPLIANCE, case, "ClearHit", finding="true_match", finding_reason="同一注册号")
        assert (await s.ways(case))[-1] == "ListedRefused"
        case = await until_review(s, owner(owner_name="肖无名"))
        both = person("C0009", "compliance", "reviewer")
        await s.do(both, case, "ClearHit", finding="false_match", finding_reason="出生日期不同")
        assert await refused(s.do(both, case, "Review", decision="approve")) == ["separation_of_duties"]
        await s.do(REVIEWER, case, "Review", decision="approve")
        assert await s.open_tasks(case) == ["ConfirmElsewhere"]

    told(demo, tell)


def test_nobody_corrects_and_nobody_signs(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="return", decision_reason="补证照")
        await s.wait(timedelta(days=15))  # seventy working hours are ten working days
        assert (await s.ways(case))[-1] == "Lapsed"
        case = await until_review(s)
        await s.do(REVIEWER, case, "Review", decision="approve")
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        await s.wait(timedelta(days=15))
        assert (await s.ways(case))[-1] == "Lapsed"
        assert await rows(s, "SELECT 1 FROM party WHERE kind = 'entity'") == []

    told(demo, tell)


def test_two_cases_at_once_make_one_basic_account(demo: str) -> None:
    async def tell(s: Story) -> None:
        cases = [await until_review(s) for _ in range(2)]
        for case in cases:
            await s.do(REVIEWER, case, "Review", decision="approve")
            await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        given = {
            "agreement_language": "en",
            "answer": "agree",
            "signature_method": "paper",
            "signature_digest": SIGNATURE,
        }
        await asyncio.gather(*(s.do(TELLER, case, "Sign", **given) for case in cases))
        last = sorted([(await s.ways(case))[-1] for case in cases])
        assert last == ["IssueLetter", "OpeningRefused"]
        assert (await rows(s, "SELECT count(*) AS n FROM seal_card"))[0]["n"] == 1

    told(demo, tell)
