"""Placing a deposit: the rate is shown and fixed, identity or password, authority, straight through online."""

from __future__ import annotations

from datetime import timedelta

from tests.counter import FITS, LI, PASSWORD, ZHANG, give_password, next_day, rich, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run
from tests.processes.placed_deposits import ONLINE, TIME, kinds, opened, placed_at_counter, post_rate


async def deposits(s: Story) -> int:
    return (await rows(s, "SELECT count(*) AS n FROM placed_deposit"))[0]["n"]


def test_the_customer_sees_the_rate_and_the_day_before_the_money_moves(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_time_deposit", **TIME, instruction="principal", voucher="CD-7")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        seen = await s.variables(case)
        assert (seen["rate_shown"], seen["matures_on"], seen["interest_shown"]) == (
            "0.90",
            "2026-04-05",
            "22.50",
        )
        assert seen["amount_in_words"] == "人民币壹万元整"
        assert await deposits(s) == 0
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-2:] == ["Place", "Done"]
        deposit = (await s.variables(case))["deposit"]
        assert (await s.balance(ZHANG), await s.balance(deposit)) == ("2000.00", "10000.00")
        facts = await rows(s, "SELECT product, version, rate::text, instruction, voucher FROM placed_deposit")
        assert facts == [
            {"product": "time", "version": 1, "rate": "0.90", "instruction": "principal", "voucher": "CD-7"}
        ]
        linked = await rows(s, "SELECT case_id, journal_id IS NOT NULL AS booked FROM placed_deposit_history")
        assert linked == [{"case_id": case, "booked": True}]

    run(demo, tell)


def test_with_a_password_the_document_is_not_asked_for(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.do(TELLER, case, "EnterPassword", password="000000")
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        await s.do(TELLER, case, "Confirm", agreed="decline")
        assert (await s.ways(case))[-1] == "Declined"
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        for _ in range(3):
            await s.do(TELLER, case, "EnterPassword", password="000000")
        assert (await s.ways(case))[-1] == "PasswordLocked"
        assert await deposits(s) == 0

    run(demo, tell)


def test_online_it_is_placed_at_once_at_the_rate_the_customer_saw(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s, rate="0.90")
        assert await kinds(s, deposit) == ["opened"]
        other = s.start(ONLINE, "open_time_deposit", **(TIME | {"amount": "100.00", "rate": "0.95"}))
        assert await refused(other) == ["rate_changed"]
        somebody = person("T0001", "teller", channel="online")
        assert await refused(s.start(somebody, "open_time_deposit", **TIME)) == ["channel_not_offered"]
        not_own = s.start(ONLINE, "open_time_deposit", **(TIME | {"account": LI}))
        assert await refused(not_own) == ["account_unknown"]
        assert await deposits(s) == 1

    run(demo, tell)


def test_from_the_prescribed_amount_on_a_supervisor_decides(demo: str) -> None:
    async def tell(s: Story) -> None:
        await rich(s, ZHANG, "400000.00")
        await placed_at_counter(s, amount="199999.99")
        case = await s.start(TELLER, "open_time_deposit", **(TIME | {"amount": "200000.00"}))
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert await s.open_tasks(case) == ["Authorise"]
        own = person("T0003", "supervisor")
        assert await refused(s.do(own, case, "Authorise", decision="approve")) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        assert await deposits(s) == 1

    run(demo, tell)


def test_a_rate_that_changes_meanwhile_is_confirmed_anew(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await post_rate(s, "time", "3M", "2026-01-01", "0.80")
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-1] != "Done"
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        assert (await s.variables(case))["rate_shown"] == "0.80"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-1] == "Done"
        assert await rows(s, "SELECT rate::text FROM placed_deposit") == [{"rate": "0.80"}]

    run(demo, tell)


def test_what_is_wrong_is_said_at_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        wrong = TIME | {"amount": "49.99", "tenor": "4M"}
        said = await refused(s.start(TELLER, "open_time_deposit", **wrong))
        assert said == ["product_opening_too_small", "product_tenor_unknown"]
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.pay(ZHANG, LI, 500_000)  # spent while the customer reads
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-2:] == ["PlaceRefused", "Refused"]
        assert (await s.variables(case))["fault"]["code"] == "insufficient_funds"
        assert await deposits(s) == 0

    run(demo, tell)


def test_a_customer_who_walks_away_leaves_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        assert await deposits(s) == 0

    run(demo, tell)


def test_an_account_that_deposits_are_paid_to_is_not_closed(demo: str) -> None:
    async def tell(s: Story) -> None:
        await opened(s)
        case = await s.start(TELLER, "close_account", account=ZHANG, payout="cash", reason="x")
        assert (await s.variables(case))["obstacles"] == ["deposits_linked"]
        await next_day(s)

    run(demo, tell)
