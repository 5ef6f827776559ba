"""Notice deposits and instalments at the counter and online."""

from __future__ import annotations

from datetime import timedelta

from tests.counter import FITS, PASSWORD, ZHANG, give_password, next_day, rich
from tests.procedures import OTHER_TELLER, TELLER, Story, refused, run
from tests.processes.placed_deposits import ONLINE, kinds, opened, placed_at_counter, up_to_confirmation

NOTICE = {"product": "notice", "tenor": "7D", "amount": "100000.00"}


async def noticed(s: Story) -> str:
    await rich(s, ZHANG, "100000.00")
    return await placed_at_counter(s, **NOTICE)


def test_told_a_week_ahead_it_pays_the_notice_rate_at_the_counter(demo: str) -> None:
    """100,000.00 x 20 days x 0.70 % / 360 = 38.89."""

    async def tell(s: Story) -> None:
        deposit = await noticed(s)
        await next_day(s, 13)
        given = {"deposit": deposit, "action": "give"}
        case = await s.start(TELLER, "notice_of_withdrawal", **given, for_day="2026-01-25")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        assert (await s.ways(case))[-1] == "Done"
        await next_day(s, 7)
        case = await up_to_confirmation(s, deposit)
        assert (await s.variables(case))["interest_shown"] == "38.89"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert (await s.ways(case))[-1] == "Done"
        assert await kinds(s, deposit) == ["opened", "notice_given", "closed"]

    run(demo, tell)


def test_without_notice_the_customer_is_told_what_it_costs(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await noticed(s)
        await next_day(s, 20)
        online = s.start(ONLINE, "withdraw_time_deposit", deposit=deposit)
        assert await refused(online) == ["early_at_counter"]
        case = await up_to_confirmation(s, deposit)
        seen = await s.variables(case)
        assert (seen["interest_shown"], seen["why"]) == ("5.56", "no_notice")

    run(demo, tell)


def test_online_a_notice_is_given_and_taken_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await noticed(s)
        form = {"deposit": deposit, "action": "give", "amount": "50000.00"}
        case = await s.start(ONLINE, "notice_of_withdrawal", **form, for_day="2026-01-12")
        assert (await s.ways(case))[-1] == "Done"
        for wrong, code in (
            (form | {"for_day": "2026-01-13"}, "notice_open"),
            (form, "form_field_missing"),
        ):
            case = await s.start(ONLINE, "notice_of_withdrawal", **wrong)
            assert (await s.ways(case))[-1] == "Refused"
            assert (await s.variables(case))["fault"]["code"] == code
        case = await s.start(ONLINE, "notice_of_withdrawal", deposit=deposit, action="cancel")
        assert (await s.ways(case))[-1] == "Done"
        case = await s.start(ONLINE, "notice_of_withdrawal", **form, for_day="2026-01-11")
        assert (await s.variables(case))["fault"]["code"] == "notice_day_too_soon"
        assert await kinds(s, deposit) == ["opened", "notice_given", "notice_cancelled"]

    run(demo, tell)


def test_with_the_password_and_without_patience(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await noticed(s)
        await give_password(s)
        form = {"deposit": deposit, "action": "give", "for_day": "2026-01-12"}
        case = await s.start(TELLER, "notice_of_withdrawal", **form)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        assert (await s.ways(case))[-1] == "Done"
        case = await s.start(TELLER, "notice_of_withdrawal", deposit=deposit, action="cancel")
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        assert await kinds(s, deposit) == ["opened", "notice_given"]

    run(demo, tell)


def test_an_instalment_a_month_and_no_more(demo: str) -> None:
    """A year of 100.00, taken out after two payments: 59 and 28 days (to 5 March) at 0.10 %: 0.0242."""

    async def tell(s: Story) -> None:
        deposit = await opened(s, product="instalment", tenor="1Y", amount="100.00")
        early = await s.start(ONLINE, "pay_instalment", deposit=deposit)
        assert (await s.variables(early))["fault"]["code"] == "instalment_amount_differs"
        await next_day(s, 31)
        case = await s.start(TELLER, "pay_instalment", deposit=deposit)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        assert (await s.ways(case))[-1] == "Done"
        assert await s.balance(deposit) == "200.00"
        not_one = await s.start(ONLINE, "pay_instalment", deposit=deposit, amount="50.00")
        assert (await s.variables(not_one))["fault"]["code"] == "instalment_amount_differs"
        await next_day(s, 28)
        case = await up_to_confirmation(s, deposit)
        assert (await s.variables(case))["interest_shown"] == "0.02"
        await s.do(TELLER, case, "Confirm", agreed="agree")
        assert await kinds(s, deposit) == ["opened", "paid_in", "closed"]
        assert await refused(s.start(ONLINE, "pay_instalment", deposit=deposit)) == ["deposit_closed"]

    run(demo, tell)


def test_whoever_walks_away_or_is_somebody_else_pays_nothing_in(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await opened(s, product="instalment", tenor="1Y", amount="100.00")
        await next_day(s, 31)
        case = await s.start(TELLER, "pay_instalment", deposit=deposit)
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        case = await s.start(TELLER, "pay_instalment", deposit=deposit)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        await next_day(s, 60)  # into April: March was missed and February too
        broken = s.start(ONLINE, "pay_instalment", deposit=deposit)
        assert await refused(broken) == ["instalment_broken"]
        assert await kinds(s, deposit) == ["opened"]
        time = await opened(s, amount="100.00")
        assert await refused(s.start(ONLINE, "pay_instalment", deposit=time)) == ["deposit_not_instalment"]
        notice = {"deposit": time, "action": "give", "for_day": "2026-12-01"}
        case = await s.start(ONLINE, "notice_of_withdrawal", **notice)
        assert (await s.variables(case))["fault"]["code"] == "deposit_not_notice"

    run(demo, tell)
