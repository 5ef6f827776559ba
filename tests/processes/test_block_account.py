"""Blocks: placed by two, each cause for itself, a court's ended or prolonged by its last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.counter import FITS, OTHER_SUPERVISOR, ZHANG, flags, kept_anywhere, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, refused, run
from tests.processes.placed_deposits import opened

COURT = {
    "authority": "某区人民法院", "document_reference": "(2026)执字第1号", "officer_one_name": "甲",
    "officer_one_id": "执0000-111", "officer_two_name": "乙", "officer_two_id": "执0000-222",
}  # fmt: skip


async def freeze(s: Story, until: str = "2026-03-31", scope: str = "debit") -> int:
    given = {"account": ZHANG, "cause": "court", "scope": scope, "reason": "执行案件", "until": until}
    case = await s.start(TELLER, "block_account", **given, **COURT)
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    return case


async def stop(s: Story) -> int:
    """At the customer's request."""
    case = await s.start(
        TELLER, "block_account", account=ZHANG, cause="customer", scope="debit", reason="担心"
    )
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    return case


async def block(s: Story, case: int) -> int:
    return (await s.variables(case))["block"]


async def lift(s: Story, number: int, **papers: Any) -> int:
    case = await s.start(TELLER, "unblock_account", account=ZHANG, block=number, reason="解除", **papers)
    if "VerifyIdentity" in await s.open_tasks(case):
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(OTHER_SUPERVISOR, case, "Authorise", decision="approve")
    return case


async def deposit_ends_at(s: Story, account: str) -> str:
    case = await s.start(TELLER, "cash_deposit", account=account, amount="100.00", denominations={"10000": 1})
    return (await s.ways(case))[-1]


def test_the_customers_block_is_placed_and_lifted_by_two(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "block_account", account=ZHANG, cause="customer", scope="both", reason="丢手机"
        )
        assert await flags(s, ZHANG) == (False, False)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Blocked"
        assert await flags(s, ZHANG) == (True, True)
        assert await deposit_ends_at(s, ZHANG) == "Refused"
        found = await rows(s, "SELECT cause, placed_by, authorised_by, case_id, order_id FROM account_block")
        assert found == [{"cause": "customer", "placed_by": "T0001", "authorised_by": "S0001", "case_id": case,
                          "order_id": None}]  # fmt: skip
        await lift(s, await block(s, case))
        assert await flags(s, ZHANG) == (False, False)
        assert await deposit_ends_at(s, ZHANG) == "Done"
        audits = await rows(
            s, "SELECT actor, action FROM audit_event WHERE action LIKE 'account_%' ORDER BY id"
        )
        assert audits == [{"actor": "S0001", "action": "account_blocked"},
                          {"actor": "S0002", "action": "account_unblocked"}]  # fmt: skip

    run(demo, tell)


def test_causes_do_not_undo_each_other(demo: str) -> None:
    async def tell(s: Story) -> None:
        court, own = await freeze(s, scope="both"), await stop(s)
        await s.block(ZHANG, debit=True, credit=False)
        assert await flags(s, ZHANG) == (True, True)
        await lift(s, await block(s, own))
        assert await flags(s, ZHANG) == (True, True)  # the court's stands
        await s.block(ZHANG, debit=False, credit=False)
        assert await flags(s, ZHANG) == (True, True)
        second = await stop(s)
        await lift(s, await block(s, court), **COURT)
        assert await flags(s, ZHANG) == (True, False)  # the customer's second stands: debits only
        await lift(s, await block(s, second))
        assert await flags(s, ZHANG) == (False, False)

    run(demo, tell)


def test_a_courts_papers_must_be_complete(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = {"account": ZHANG, "cause": "court", "scope": "debit", "reason": "执行"}

        def ask(**papers: Any) -> Any:
            return s.start(TELLER, "block_account", **given, **papers)

        assert await refused(ask()) == ["form_field_missing"] * 7
        same = COURT | {"officer_two_id": COURT["officer_one_id"]}
        assert await refused(ask(**same, until="2026-03-31")) == ["order_officers_same"]
        assert await refused(ask(**COURT, until="2026-01-04")) == ["order_ends_too_early"]
        assert await refused(ask(**COURT, until="2027-01-06")) == ["order_ends_too_late"]
        assert await rows(s, "SELECT 1 FROM authority_order") == []
        await ask(**COURT, until="2027-01-05")  # a year, to the day
        assert await rows(s, "SELECT kind, officer_two_id FROM authority_order") == [
            {"kind": "freeze", "officer_two_id": "执0000-222"}
        ]
        assert await kept_anywhere(s, "执0000-222") == ["authority_order"]

    run(demo, tell)


def test_a_court_is_released_by_its_own_papers_only(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s)
        number = await block(s, case)
        bare = s.start(TELLER, "unblock_account", account=ZHANG, block=number, reason="客户要求")
        assert await refused(bare) == ["form_field_missing"] * 6
        elsewhere = s.start(TELLER, "unblock_account", account="0001010000000024", block=number, reason="x")
        assert await refused(elsewhere) == ["block_unknown"]
        await lift(s, number, **COURT)
        assert await flags(s, ZHANG) == (False, False)
        await s.work()  # the message goes out
        assert (await s.ways(case))[-1] == "Lifted"
        again = s.start(TELLER, "unblock_account", account=ZHANG, block=number, reason="x", **COURT)
        assert await refused(again) == ["block_lifted"]

    run(demo, tell)


def test_a_freeze_ends_with_its_last_day(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s, until="2026-01-20")
        await s.wait(
            timedelta(days=8)
        )  # 13 January, ten o'clock: a week before the end is midnight of the 14th
        assert await s.open_tasks(case) == []
        await s.wait(timedelta(hours=15))
        assert await s.open_tasks(case) == ["Renew"]
        await s.do(TELLER, case, "Renew", renewal="let_expire")
        await s.wait(timedelta(days=6, hours=22, minutes=59))  # 20 January, 23:59
        assert await flags(s, ZHANG) == (True, False)
        await s.wait(timedelta(minutes=1))
        assert await flags(s, ZHANG) == (False, False)
        assert (await s.ways(case))[-2:] == ["Expire", "Expired"]
        assert await rows(s, "SELECT lifted_by, lift_reason FROM account_block") == [
            {"lifted_by": "system", "lift_reason": "last day over"}
        ]

    run(demo, tell)


def test_nobody_answers_and_it_ends_all_the_same(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s, until="2026-01-20")
        await s.wait(timedelta(days=10))
        assert await s.open_tasks(case) == ["Renew"]
        await s.wait(timedelta(days=6))
        assert await s.open_tasks(case) == []
        assert await flags(s, ZHANG) == (False, False)

    run(demo, tell)


def test_a_court_prolongs_and_the_block_stands_until_the_new_day(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s, until="2026-01-20")
        await s.wait(timedelta(days=10))
        further = COURT | {"document_reference": "(2026)执字第2号"}
        early = s.do(TELLER, case, "Renew", renewal="renew", until="2026-01-20", **further)
        assert await refused(early) == ["order_ends_too_early"]
        await s.do(TELLER, case, "Renew", renewal="renew", until="2026-06-30", **further)
        assert await rows(s, "SELECT until_on::text FROM account_block") == [{"until_on": "2026-01-20"}]
        await s.do(SUPERVISOR, case, "AuthoriseRenewal", decision="approve")
        await s.wait(timedelta(days=30))
        assert await flags(s, ZHANG) == (True, False)
        assert await rows(s, "SELECT until_on::text FROM account_block") == [{"until_on": "2026-06-30"}]
        await s.wait(timedelta(days=135))  # 19 June was a holiday; 24 June is within a week of the end
        assert await s.open_tasks(case) == ["Renew"]
        await s.wait(timedelta(days=14))
        assert await flags(s, ZHANG) == (False, False)
        assert await kept_anywhere(s, "执0000-111") == ["authority_order"]

    run(demo, tell)


def test_a_renewal_that_is_not_authorised_does_not_prolong(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s, until="2026-01-20")
        await s.wait(timedelta(days=10))
        await s.do(TELLER, case, "Renew", renewal="renew", until="2026-06-30", **COURT)
        await s.do(SUPERVISOR, case, "AuthoriseRenewal", decision="reject")
        await s.wait(timedelta(days=7))
        assert await flags(s, ZHANG) == (False, False)

    run(demo, tell)


def test_lifted_while_somebody_is_asked_about_a_renewal(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await freeze(s, until="2026-01-20")
        await s.wait(timedelta(days=10))
        await lift(s, await block(s, case), **COURT)
        await s.work()
        assert await s.open_tasks(case) == []
        assert (await s.ways(case))[-1] == "Lifted"
        assert await flags(s, ZHANG) == (False, False)

    run(demo, tell)


def test_refused_paths_leave_the_account_as_it_was(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = {"account": ZHANG, "scope": "debit", "reason": "x"}
        case = await s.start(TELLER, "block_account", **given, cause="customer")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        case = await s.start(TELLER, "block_account", **given, cause="court", until="2026-02-01", **COURT)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        found = await s.bank.directory.find(ZHANG)
        assert await rows(s, "SELECT 1 FROM account_block WHERE account_id = $1", found.id) == []
        assert await flags(s, ZHANG) == (False, False)

    run(demo, tell)


def test_a_placed_deposit_is_frozen_by_its_own_number_and_not_paid(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        given = {
            "account": deposit,
            "cause": "court",
            "scope": "debit",
            "reason": "执行案件",
            "until": "2026-03-31",
        }
        case = await s.start(TELLER, "block_account", **given, **COURT)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await flags(s, deposit), await flags(s, ZHANG)) == ((True, False), (False, False))
        case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-2:] == ["PayRefused", "Refused"]
        assert (await s.variables(case))["fault"]["code"] == "account_blocked"
        assert await s.balance(deposit) == "10000.00"

    run(demo, tell)
