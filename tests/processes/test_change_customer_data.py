"""Changing a customer's data: what was and what is are kept, and nothing personal stays in the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.counter import FITS, OTHER_SUPERVISOR, kept_anywhere, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, refused, run

PARTY = "SELECT mobile, address FROM party WHERE number = $1"
CHANGES = ("SELECT mobile_before, mobile_after, address_after, expires_after::text, applied_by FROM party_data_change "
           "ORDER BY id")  # fmt: skip


async def customer(s: Story, at: int = 0) -> str:
    return (await rows(s, "SELECT number FROM party ORDER BY id"))[at]["number"]


async def ask(s: Story, **new: Any) -> int:
    case = await s.start(TELLER, "change_customer_data", customer=await customer(s), **new)
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    return case


def test_an_address_changes_at_once_and_a_mobile_number_by_authorisation(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await customer(s)
        case = await ask(s, address="新街1号")
        assert (await s.ways(case))[-1] == "Done"
        assert await rows(s, PARTY, number) == [{"mobile": "13800000001", "address": "新街1号"}]
        case = await ask(s, mobile="13911112222")
        assert await rows(s, PARTY, number) == [{"mobile": "13800000001", "address": "新街1号"}]
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert await rows(s, PARTY, number) == [{"mobile": "13911112222", "address": "新街1号"}]
        assert await rows(s, CHANGES) == [
            {"mobile_before": "13800000001", "mobile_after": None, "address_after": "新街1号", "expires_after": None,
             "applied_by": "T0003"},
            {"mobile_before": "13800000001", "mobile_after": "13911112222", "address_after": None,
             "expires_after": None, "applied_by": "S0001"}]  # fmt: skip
        assert await kept_anywhere(s, "13911112222") == ["party", "party_data_change"]
        assert await kept_anywhere(s, "新街1号") == ["party", "party_contact_change", "party_data_change"]

    run(demo, tell)


def test_a_renewed_document_has_a_new_expiry_and_an_identity_card_its_old_number(demo: str) -> None:
    async def tell(s: Story) -> None:
        who = await customer(s)

        def wrong(**new: Any) -> Any:
            return s.start(TELLER, "change_customer_data", customer=who, **new)

        assert await refused(wrong(document_expires_on="2026-01-04")) == ["document_expired"]
        other = (await rows(s, "SELECT number FROM party_document ORDER BY party_id"))[1]["number"]
        assert await refused(wrong(document_number=other)) == ["document_number_fixed", "form_field_missing"]
        assert await refused(wrong(mobile="12", document_number="1")) == [
            "document_number_invalid", "mobile_malformed", "document_number_fixed", "form_field_missing"
        ]  # fmt: skip
        assert await refused(wrong()) == ["nothing_to_change"]
        assert await refused(wrong(mobile="13800000001")) == ["nothing_to_change"]
        case = await ask(s, document_expires_on="2036-01-05")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        found = await rows(s, "SELECT expires_on::text FROM party_document ORDER BY party_id")
        assert found[0] == {"expires_on": "2036-01-05"}
        assert await refused(wrong(document_expires_on="2036-01-05")) == ["nothing_to_change"]

    run(demo, tell)


def test_two_changes_asked_for_at_once_do_not_run_over_each_other(demo: str) -> None:
    async def tell(s: Story) -> None:
        first, second = await ask(s, mobile="13911112222"), await ask(s, mobile="13933334444")
        await s.do(SUPERVISOR, second, "Authorise", decision="approve")
        await s.do(OTHER_SUPERVISOR, first, "Authorise", decision="approve")
        assert (await s.ways(first))[-2:] == ["ApplyRefused", "Refused"]
        assert await rows(s, PARTY, await customer(s)) == [{"mobile": "13933334444", "address": None}]

    run(demo, tell)


def test_what_is_refused_changes_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await ask(s, mobile="13911112222")
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        case = await ask(s, mobile="13911112222")
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        unknown = s.start(TELLER, "change_customer_data", customer="00000000000", address="x")
        assert await refused(unknown) == ["customer_unknown"]
        assert [row["applied_by"] for row in await rows(s, CHANGES)] == [None, None]
        assert await rows(s, PARTY, await customer(s)) == [{"mobile": "13800000001", "address": None}]

    run(demo, tell)
