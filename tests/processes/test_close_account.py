"""Closing an account: obstacles named at once, what is left paid out to the fen, card back, closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from liushui.ledger import Header
from tests.counter import (
    FITS,
    LI,
    OTHER_SUPERVISOR,
    PASSWORD,
    ZHANG,
    cash_in,
    give_password,
    next_day,
    rich,
    rows,
)
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, refused, run
from tests.rates import post_demand_rate

BACK = {"card_returned": True, "vouchers_returned": True}
CASH: dict[str, Any] = {"account": ZHANG, "payout": "cash", "reason": "不再使用"}


async def up_to_authorisation(s: Story, **given: Any) -> int:
    case = await s.start(TELLER, "close_account", **(CASH | given))
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    if "EnterPassword" in await s.open_tasks(case):
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
    await s.do(TELLER, case, "TakeBack", **BACK)
    return case


async def account(s: Story) -> dict[str, Any]:
    sql = ("SELECT a.closed_on::text, d.card_number FROM ledger_account a JOIN deposit_account d ON d.account_id = a.id "
           "WHERE a.number = $1")  # fmt: skip
    return (await rows(s, sql, ZHANG))[0]


def test_what_is_left_goes_out_in_cash_and_the_account_is_closed(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        await cash_in(s, ZHANG, "0.37", "k1")
        card = (await account(s))["card_number"]
        case = await s.start(TELLER, "close_account", **CASH)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        missing = s.do(TELLER, case, "TakeBack", card_returned=False, vouchers_returned=False)
        assert await refused(missing) == ["card_not_returned", "vouchers_not_returned"]
        await s.do(TELLER, case, "TakeBack", **BACK)
        assert (await s.variables(case))["amount_in_words"] == "人民币壹万贰仟元叁角柒分"
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        await s.do(TELLER, case, "CountOut", denominations={"10000": 120, "10": 3, "5": 1, "1": 2})
        assert (await s.ways(case))[-2:] == ["Close", "Done"]
        assert await s.balance(ZHANG) == "0.00"
        assert await account(s) == {"closed_on": "2026-01-05", "card_number": None}
        assert await rows(s, "SELECT card_before, card_after FROM card_change") == [
            {"card_before": card, "card_after": None}
        ]
        again = s.start(TELLER, "close_account", **CASH)
        assert await refused(again) == ["account_closed"]

    run(demo, tell)


def test_what_is_left_goes_to_another_account(demo: str) -> None:
    async def tell(s: Story) -> None:
        nowhere = s.start(TELLER, "close_account", **(CASH | {"payout": "transfer"}))
        assert await refused(nowhere) == ["form_field_missing"]
        itself = s.start(TELLER, "close_account", **(CASH | {"payout": "transfer", "payee": ZHANG}))
        assert await refused(itself) == ["same_account"]
        case = await up_to_authorisation(s, payout="transfer", payee=LI)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"
        assert (await s.balance(ZHANG), await s.balance(LI)) == ("0.00", "20000.50")
        assert (await account(s))["closed_on"] == "2026-01-05"

    run(demo, tell)


def test_an_empty_account_is_closed_without_a_posting(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.pay(ZHANG, LI, 1_200_000)
        journals = await rows(s, "SELECT count(*) FROM journal")
        case = await up_to_authorisation(s)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"
        assert await rows(s, "SELECT count(*) FROM journal") == journals
        assert (await account(s))["closed_on"] == "2026-01-05"

    run(demo, tell)


def test_everything_that_stands_in_the_way_is_named_at_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.start(TELLER, "report_loss", account=ZHANG, kind="oral", reporter="张示例")
        case = await s.start(TELLER, "close_account", **CASH)
        assert (await s.ways(case))[-1] == "NotPossible"
        assert (await s.variables(case))["obstacles"] == ["block_oral_loss", "loss_reported"]
        await s.wait(timedelta(days=5))  # lapsed
        await s.bank.payments.hold(
            Header("k1", "HLD01", 1, "T0001", "counter"), payer=ZHANG, payee=LI, amount=100, currency="CNY",
            expires_at=s.clock.now() + timedelta(days=3),
        )  # fmt: skip
        case = await s.start(TELLER, "close_account", **CASH)
        assert (await s.variables(case))["obstacles"] == ["account_has_holds"]
        assert (await account(s))["closed_on"] is None

    run(demo, tell)


def test_money_that_comes_in_meanwhile_is_paid_out_too(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await up_to_authorisation(s)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        await cash_in(s, ZHANG, "500.00", "k1")
        await s.do(TELLER, case, "CountOut", denominations={"10000": 120})
        assert await s.open_tasks(case) == ["Authorise"]  # another amount is authorised anew
        assert await s.balance(ZHANG) == "12500.00"
        await s.do(OTHER_SUPERVISOR, case, "Authorise", decision="approve")
        wrong = s.do(TELLER, case, "CountOut", denominations={"10000": 120})
        assert await refused(wrong) == ["count_differs"]
        await s.do(TELLER, case, "CountOut", denominations={"10000": 125})
        assert (await s.ways(case))[-1] == "Done"
        assert await s.balance(ZHANG) == "0.00"

    run(demo, tell)


def test_a_block_that_comes_meanwhile_keeps_the_account_open(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await up_to_authorisation(s)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        await s.start(TELLER, "report_loss", account=ZHANG, kind="oral", reporter="张示例")
        journals = await rows(s, "SELECT count(*) FROM journal")
        await s.do(TELLER, case, "CountOut", denominations={"10000": 120})
        assert (await s.ways(case))[-2:] == ["CloseRefused", "Refused"]
        assert (await s.variables(case))["fault"]["code"] == "account_blocked"
        assert await rows(s, "SELECT count(*) FROM journal") == journals
        assert (await account(s))["closed_on"] is None
        assert (await account(s))["card_number"] is not None

    run(demo, tell)


def test_much_cash_needs_its_appointment_and_uses_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        await rich(s, ZHANG, "190000.00")  # 202,000.00
        case = await up_to_authorisation(s)
        assert (await s.ways(case))[-1] == "NotBooked"
        order = {"account": ZHANG, "action": "book", "amount": "202000.00"}
        await s.start(TELLER, "cash_appointment", **order, on_date="2026-01-06")
        await s.start(TELLER, "cash_appointment", **order, on_date="2026-01-07")
        await next_day(s)
        case = await up_to_authorisation(s)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        interest = {"50": 1, "5": 1, "1": 1}  # 202,000.00 for a day at 0.10 % on 360 days: 0.56
        await s.do(TELLER, case, "CountOut", denominations={"10000": 2020} | interest)
        assert (await s.ways(case))[-1] == "Done"
        states = await rows(s, "SELECT state FROM cash_appointment ORDER BY id")
        assert [row["state"] for row in states] == ["used", "cancelled"]

    run(demo, tell)


def test_said_no_and_walked_away(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await up_to_authorisation(s)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        case = await s.start(TELLER, "close_account", **CASH)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        case = await up_to_authorisation(s)
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        assert await s.balance(ZHANG) == "12000.00"
        assert (await account(s))["closed_on"] is None

    run(demo, tell)


def test_closing_pays_the_interest_to_the_day_at_the_rate_of_the_day(demo: str) -> None:
    """By hand: 12,000.00 from 5 January. The 20th of March passed without a day-end, so the quarter is paid first:
    75 days x 12,000.00 x 0.05 % / 360 = 1.25; then 12,001.25 for 4 days at 0.10 %: 0.1333 -> 0.13."""

    async def tell(s: Story) -> None:
        await post_demand_rate(s.bank.db, date(2026, 1, 5), "0.05")
        await post_demand_rate(s.bank.db, date(2026, 3, 24), "0.10")
        await s.bank.db.transact(lambda uow: uow.advance_business_date(date(2026, 3, 25)))
        case = await up_to_authorisation(s, payout="transfer", payee=LI)
        assert await s.balance(ZHANG) == "12000.00"  # looking has paid nothing
        assert (await s.variables(case))["interest"] == 138
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"
        assert (await s.balance(ZHANG), await s.balance(LI)) == ("0.00", "20001.88")
        paid = await rows(
            s, "SELECT value_date::text, process_element FROM journal WHERE code = 'INT02' ORDER BY id"
        )
        assert paid == [
            {"value_date": "2026-03-21", "process_element": "Close"},
            {"value_date": "2026-03-25", "process_element": "Close"},
        ]

    run(demo, tell)
