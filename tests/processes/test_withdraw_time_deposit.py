"""Taking a placed deposit out: the breakdown first, document for what is early, online only what has matured; and saying
anew what is done at maturity."""

from __future__ import annotations

from datetime import date, timedelta

from tests.counter import FITS, PASSWORD, ZHANG, give_password, next_day, rich
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run
from tests.processes.placed_deposits import (
    ONLINE,
    TIME,
    kinds,
    opened,
    placed_at_counter,
    post_rate,
    up_to_confirmation,
)
from tests.rates import withhold


def test_at_maturity_the_customer_sees_the_interest_and_gets_it(demo: str) -> None:
    """10,000.00 x 0.90 % x 90 / 360 = 22.50. The night's step has not run: the counter does it first."""

    async def tell(s: Story) -> None:
        await give_password(s)
        deposit = await opened(s)
        await next_day(s, 90)
        case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        seen = await s.variables(case)
        assert (seen["interest_shown"], seen["total_shown"], seen["why"]) == ("22.50", "10022.50", None)
        assert seen["breakdown"] == [
            {"why": "term", "principal": "10000.00", "days": 90, "from": "2026-01-05", "to": "2026-04-05", "rate": "0.90"}
        ]  # fmt: skip
        assert await s.balance(ZHANG) == "2000.00"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-2:] == ["Pay", "Done"]
        assert await s.balance(ZHANG) == "12022.50"
        assert await kinds(s, deposit) == ["opened", "matured", "closed"]
        again = s.start(TELLER, "withdraw_time_deposit", deposit=deposit)
        assert await refused(again) == ["deposit_closed"]

    run(demo, tell)


def test_what_is_withheld_is_shown_before_the_customer_agrees(demo: str) -> None:
    """20 % of 22.50 are 4.50: of the offer, before the customer agrees, and of what is paid. While the customer thinks, the
    tax falls to 5 %: what was agreed to is asked for anew, and 1.125 are withheld."""

    async def tell(s: Story) -> None:
        await give_password(s)
        await withhold(s.bank.db, "time", date(2026, 1, 5), "20")
        offered = await s.start(TELLER, "open_time_deposit", **TIME)
        await s.do(TELLER, offered, "EnterPassword", password=PASSWORD)
        seen = await s.variables(offered)
        assert (seen["interest_shown"], seen["tax_shown"]) == ("22.50", "4.50")
        await s.do(TELLER, offered, "Confirm", agreed="agree")
        deposit = (await s.variables(offered))["deposit"]
        await next_day(s, 90)
        case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        seen = await s.variables(case)
        assert (seen["interest_shown"], seen["tax_shown"], seen["total_shown"]) == (
            "22.50",
            "4.50",
            "10018.00",
        )
        await withhold(s.bank.db, "time", date(2026, 4, 5), "5")
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert await s.open_tasks(case) == ["Confirm"]
        seen = await s.variables(case)
        assert (seen["tax_shown"], seen["total_shown"]) == ("1.13", "10021.37")
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-1] == "Done"
        assert await s.balance(ZHANG) == "12021.37"

    run(demo, tell)


def test_early_in_part_needs_the_document_even_with_a_password(demo: str) -> None:
    """4,000.00 x 30 days x 0.10 % / 360 = 0.33."""

    async def tell(s: Story) -> None:
        await give_password(s)
        deposit = await opened(s)
        await next_day(s, 30)
        case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit, part="4000.00")
        assert await s.open_tasks(case) == ["VerifyIdentity"]
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        seen = await s.variables(case)
        assert (seen["interest_shown"], seen["left_shown"], seen["why"]) == ("0.33", "6000.00", "early")
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.balance(ZHANG), await s.balance(deposit)) == ("6000.33", "6000.00")
        assert await kinds(s, deposit) == ["opened", "part_withdrawn"]

    run(demo, tell)


def test_residual_and_number_of_parts_are_the_products(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        too_much = s.start(TELLER, "withdraw_time_deposit", deposit=deposit, part="9950.01")
        assert await refused(too_much) == ["product_residual_too_small"]
        case = await up_to_confirmation(s, deposit, part="9950.00")
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert await s.balance(deposit) == "50.00"
        again = s.start(TELLER, "withdraw_time_deposit", deposit=deposit, part="1.00")
        assert await refused(again) == ["product_residual_too_small"]

    run(demo, tell)


def test_online_only_what_has_matured_is_taken_out(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        early = s.start(ONLINE, "withdraw_time_deposit", deposit=deposit)
        assert await refused(early) == ["early_at_counter"]
        await next_day(s, 90)
        stranger = person("00000000026", "customer", channel="online")
        not_own = s.start(stranger, "withdraw_time_deposit", deposit=deposit)
        assert await refused(not_own) == ["deposit_unknown"]
        case = await s.start(ONLINE, "withdraw_time_deposit", deposit=deposit)
        assert (await s.ways(case))[-1] == "Done"
        assert await s.balance(ZHANG) == "12022.50"

    run(demo, tell)


def test_interest_that_changes_overnight_is_confirmed_anew(demo: str) -> None:
    async def tell(s: Story) -> None:
        await rich(s, ZHANG, "300000.00")
        deposit = await placed_at_counter(s, amount="300000.00")
        await next_day(s, 30)
        case = await up_to_confirmation(s, deposit)
        assert (await s.variables(case))["interest_shown"] == "25.00"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        await post_rate(s, "demand", "", "2026-01-01", "0.20")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert await s.open_tasks(case) == ["Confirm"]
        assert (await s.variables(case))["interest_shown"] == "50.00"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"
        assert await s.balance(ZHANG) == "312050.00"

    run(demo, tell)


def test_said_no_walked_away_and_unknown(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        case = await up_to_confirmation(s, deposit)
        await s.do(TELLER, case, "Confirm", agreed="decline")
        assert (await s.ways(case))[-1] == "Declined"
        case = await up_to_confirmation(s, deposit)
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        assert await refused(s.start(TELLER, "withdraw_time_deposit", deposit=ZHANG)) == ["deposit_unknown"]
        assert await kinds(s, deposit) == ["opened"]

    run(demo, tell)


def test_what_is_done_at_maturity_is_said_anew_until_the_day_before(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        case = await s.start(TELLER, "change_renewal", deposit=deposit, instruction="pay_out")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        assert (await s.ways(case))[-2:] == ["Act", "Done"]
        case = await s.start(ONLINE, "change_renewal", deposit=deposit, instruction="principal_and_interest")
        assert (await s.ways(case))[-1] == "Done"
        await next_day(s, 89)
        case = await s.start(ONLINE, "change_renewal", deposit=deposit, instruction="stay")
        assert (await s.ways(case))[-1] == "Done"
        await next_day(s)
        case = await s.start(ONLINE, "change_renewal", deposit=deposit, instruction="principal")
        assert (await s.ways(case))[-1] == "Refused"
        assert (await s.variables(case))["fault"]["code"] == "deposit_matured"
        assert await kinds(s, deposit) == ["opened", *["instruction_changed"] * 3, "matured"]

    run(demo, tell)


def test_a_customer_who_walks_away_changes_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s)
        case = await s.start(TELLER, "change_renewal", deposit=deposit, instruction="pay_out")
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        case = await s.start(TELLER, "change_renewal", deposit=deposit, instruction="pay_out")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        assert await kinds(s, deposit) == ["opened"]

    run(demo, tell)
