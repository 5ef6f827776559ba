"""Loss reports: blocked at once, lapsed after five days unless written, a new card after the waiting days."""

from __future__ import annotations

from datetime import timedelta

from tests.counter import FITS, OTHER_SUPERVISOR, ZHANG, flags, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run

BY_PHONE = person("T0001", "teller", channel="phone")


async def oral(s: Story) -> int:
    case = await s.start(BY_PHONE, "report_loss", account=ZHANG, kind="oral", reporter="张示例")
    assert await s.status(case) == "running"
    return case


async def written(s: Story) -> int:
    case = await s.start(TELLER, "report_loss", account=ZHANG, kind="written", reporter="张示例")
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    return case


async def found(s: Story) -> int:
    case = await s.start(TELLER, "report_loss", account=ZHANG, kind="found", reporter="张示例")
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    await s.work()
    return case


async def card(s: Story) -> str:
    sql = "SELECT card_number FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id WHERE a.number = $1"
    return (await rows(s, sql, ZHANG))[0]["card_number"]


async def states(s: Story) -> list[str]:
    return [row["state"] for row in await rows(s, "SELECT state FROM loss_report ORDER BY id")]


def test_an_oral_report_lapses_after_five_days(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await oral(s)
        assert await flags(s, ZHANG) == (True, False)  # money still comes in
        again = s.start(BY_PHONE, "report_loss", account=ZHANG, kind="oral", reporter="张示例")
        assert await refused(again) == ["loss_reported"]
        await s.wait(timedelta(days=5) - timedelta(seconds=1))
        assert await flags(s, ZHANG) == (True, False)
        await s.wait(timedelta(seconds=1))
        assert await flags(s, ZHANG) == (False, False)
        assert (await s.ways(case))[-2:] == ["Lapse", "Lapsed"]
        assert await states(s) == ["lapsed"]
        await oral(s)  # and it can be reported anew
        assert await flags(s, ZHANG) == (True, False)

    run(demo, tell)


def test_a_written_report_takes_its_place_and_brings_a_new_card(demo: str) -> None:
    async def tell(s: Story) -> None:
        first, old = await oral(s), await card(s)
        await s.wait(timedelta(days=4))
        case = await written(s)
        await s.work()
        assert (await s.ways(first))[-1] == "TakenOver"
        assert await states(s) == ["superseded", "open"]
        await s.wait(timedelta(days=6, hours=23))  # the five days of the oral one are long over
        assert await flags(s, ZHANG) == (True, False)
        assert await s.open_tasks(case) == []
        await s.wait(timedelta(hours=1))
        await s.do(TELLER, case, "Settle", outcome="replace", identity_result="fits")
        assert await card(s) == old
        own = s.do(person("T0001", "supervisor"), case, "AuthoriseSettlement", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "AuthoriseSettlement", decision="approve")
        new = await card(s)
        assert new != old
        assert len(new) == 19
        assert await flags(s, ZHANG) == (False, False)
        assert await rows(s, "SELECT card_before, card_after, reason FROM card_change") == [
            {"card_before": old, "card_after": new, "reason": "lost"}
        ]
        assert (await s.ways(case))[-1] == "Done"
        assert await states(s) == ["superseded", "replaced"]

    run(demo, tell)


def test_found_again_before_and_after_the_written_report(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await oral(s)
        await found(s)
        assert (await s.ways(first))[-1] == "FoundEarly"
        assert await flags(s, ZHANG) == (False, False)
        second, old = await written(s), await card(s)
        await found(s)
        assert (await s.ways(second))[-1] == "Found"
        third = await written(s)
        await s.wait(timedelta(days=7))
        assert await s.open_tasks(third) == ["Settle"]
        await found(s)
        assert (await s.ways(third))[-1] == "Found"
        assert await s.open_tasks(third) == []
        assert await flags(s, ZHANG) == (False, False)
        assert await card(s) == old
        assert await states(s) == ["found"] * 3
        nothing = s.start(TELLER, "report_loss", account=ZHANG, kind="found", reporter="张示例")
        assert await refused(nothing) == ["loss_unknown"]

    run(demo, tell)


def test_settled_without_a_new_card_after_a_first_no(demo: str) -> None:
    async def tell(s: Story) -> None:
        case, old = await written(s), await card(s)
        await s.wait(timedelta(days=7))
        await s.do(TELLER, case, "Settle", outcome="replace", identity_result="differs")
        await s.do(TELLER, case, "Settle", outcome="replace", identity_result="fits")
        await s.do(SUPERVISOR, case, "AuthoriseSettlement", decision="reject")
        assert await flags(s, ZHANG) == (True, False)
        await s.do(TELLER, case, "Settle", outcome="found", identity_result="fits")
        await s.do(OTHER_SUPERVISOR, case, "AuthoriseSettlement", decision="approve")
        assert await flags(s, ZHANG) == (False, False)
        assert await card(s) == old
        assert await states(s) == ["found"]

    run(demo, tell)


def test_a_loss_and_another_cause_do_not_undo_each_other(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await oral(s)
        stop = await s.start(
            TELLER, "block_account", account=ZHANG, cause="customer", scope="debit", reason="x"
        )
        await s.do(OTHER_TELLER, stop, "VerifyIdentity", **FITS)
        await s.do(SUPERVISOR, stop, "Authorise", decision="approve")
        loss = (await rows(s, "SELECT id FROM account_block WHERE cause = 'oral_loss'"))[0]["id"]
        unblock = s.start(TELLER, "unblock_account", account=ZHANG, block=loss, reason="x")
        assert await refused(unblock) == ["block_of_loss"]
        await s.wait(timedelta(days=5))
        assert (await s.ways(first))[-1] == "Lapsed"
        assert await flags(s, ZHANG) == (True, False)

    run(demo, tell)


def test_who_may_report_what(demo: str) -> None:
    async def tell(s: Story) -> None:
        owner = (await rows(s, "SELECT number FROM party ORDER BY id LIMIT 1"))[0]["number"]
        online = person(owner, "customer", channel="online")
        given = {"account": ZHANG, "reporter": "张示例"}
        assert await refused(s.start(online, "report_loss", kind="written", **given)) == ["loss_in_person"]
        assert await refused(s.start(BY_PHONE, "report_loss", kind="written", **given)) == ["loss_in_person"]
        other = s.start(online, "report_loss", kind="oral", account="0001010000000024", reporter="x")
        assert await refused(other) == ["account_unknown"]
        await s.start(online, "report_loss", kind="oral", **given)
        assert await flags(s, ZHANG) == (True, False)
        case = await s.start(TELLER, "report_loss", kind="written", **given)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        assert await states(s) == ["open"]

    run(demo, tell)
