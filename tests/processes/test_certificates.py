"""Large certificates: an issue that two people decide on, placed within it, passed on with both sides' consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.counter import FITS, LI, ZHANG, next_day, rich, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run
from tests.processes.placed_deposits import kinds, placed_at_counter

MANAGER = person("P0001", "product_manager", anywhere=True)
SENIOR = person("M0001", "senior_manager", anywhere=True)
ISSUE: dict[str, Any] = {
    "product": "certificate", "tenor": "3M", "offered": "500000.00", "from_on": "2026-01-05", "to_on": "2026-01-31",
    "reason": "一季度发行计划",
}  # fmt: skip


async def offered(s: Story) -> None:
    case = await s.start(MANAGER, "issue_certificates", **ISSUE)
    assert (await s.variables(case))["rate_shown"] == "1.15"
    await s.do(SENIOR, case, "Approve", decision="approve")
    assert (await s.ways(case))[-1] == "Done"


async def certificate(s: Story) -> str:
    await offered(s)
    await rich(s, ZHANG, "200000.00")
    await rich(s, LI, "200000.00")
    return await placed_at_counter(s, product="certificate", tenor="3M", amount="200000.00")


async def up_to_buyer(s: Story, deposit: str, price: str = "200100.00") -> int:
    case = await s.start(TELLER, "transfer_certificate", deposit=deposit, price=price, buyer_account=LI)
    await s.do(OTHER_TELLER, case, "SellerIdentity", **FITS)
    return case


def test_nothing_is_placed_beyond_the_issue(demo: str) -> None:
    async def tell(s: Story) -> None:
        await rich(s, ZHANG, "600000.00")
        form = {"account": ZHANG, "product": "certificate", "tenor": "3M"}
        early = s.start(TELLER, "open_time_deposit", **form, amount="200000.00")
        assert await refused(early) == ["certificate_not_offered"]
        await offered(s)
        await placed_at_counter(s, **form, amount="300000.00")
        too_much = s.start(TELLER, "open_time_deposit", **form, amount="200000.01")
        assert await refused(too_much) == ["certificate_not_offered"]
        await placed_at_counter(s, **form, amount="200000.00")
        assert await rows(s, "SELECT offered - placed AS left FROM certificate_issue") == [{"left": 0}]

    run(demo, tell)


def test_an_issue_is_decided_by_another_person(demo: str) -> None:
    async def tell(s: Story) -> None:
        wrong = ISSUE | {"product": "time", "tenor": "4M", "from_on": "2026-01-04", "offered": "10.00"}
        assert await refused(s.start(MANAGER, "issue_certificates", **wrong)) == [
            "issue_dates_wrong", "product_not_certificate", "product_tenor_unknown", "issue_too_small",
        ]  # fmt: skip
        both = person("P0001", "product_manager", "senior_manager", anywhere=True)
        case = await s.start(both, "issue_certificates", **ISSUE)
        own = s.do(both, case, "Approve", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        await s.do(SENIOR, case, "Approve", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        late = await s.start(MANAGER, "issue_certificates", **ISSUE)
        await next_day(s)
        await s.do(SENIOR, late, "Approve", decision="approve")
        assert (await s.ways(late))[-2:] == ["OfferRefused", "Refused"]
        assert await rows(s, "SELECT 1 FROM certificate_issue") == []

    run(demo, tell)


def test_both_sides_agree_and_the_certificate_is_the_buyers(demo: str) -> None:
    """200,000.00 at 1.15 % for 30 days: 191.67 earned; sold for 200,100.00, 10.00 of them the fee."""

    async def tell(s: Story) -> None:
        deposit = await certificate(s)
        await next_day(s, 30)
        case = await up_to_buyer(s, deposit)
        seen = await s.variables(case)
        assert (seen["accrued_shown"], seen["fee_shown"]) == ("191.67", "10.00")
        await s.do(TELLER, case, "SellerAgrees", agreed="agree")
        await s.do(OTHER_TELLER, case, "BuyerIdentity", **FITS)
        await s.do(TELLER, case, "BuyerAgrees", agreed="agree")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"
        assert (await s.balance(ZHANG), await s.balance(LI)) == ("212090.00", "7900.50")
        assert await kinds(s, deposit) == ["opened", "transferred"]
        owner = await rows(s, "SELECT p.name FROM account_party ap JOIN party p ON p.id = ap.party_id JOIN ledger_account a "
                              "ON a.id = ap.account_id WHERE a.number = $1", deposit)  # fmt: skip
        assert owner == await rows(
            s, "SELECT p.name FROM account_party ap JOIN party p ON p.id = ap.party_id JOIN ledger_account a "
            "ON a.id = ap.account_id WHERE a.number = $1", LI
        )  # fmt: skip

    run(demo, tell)


def test_either_side_may_say_no_and_what_cannot_be_sold_is_refused(demo: str) -> None:
    async def tell(s: Story) -> None:
        deposit = await certificate(s)
        case = await up_to_buyer(s, deposit)
        await s.do(TELLER, case, "SellerAgrees", agreed="decline")
        assert (await s.ways(case))[-1] == "Declined"
        case = await up_to_buyer(s, deposit)
        await s.do(TELLER, case, "SellerAgrees", agreed="agree")
        await s.do(OTHER_TELLER, case, "BuyerIdentity", **FITS)
        await s.do(TELLER, case, "BuyerAgrees", agreed="decline")
        assert (await s.ways(case))[-1] == "Declined"
        form = {"deposit": deposit, "price": "9.99", "buyer_account": ZHANG}
        said = await refused(s.start(TELLER, "transfer_certificate", **form))
        assert said == ["transfer_to_owner", "transfer_price_too_low"]
        case = await up_to_buyer(s, deposit, "999999.00")
        await s.do(TELLER, case, "SellerAgrees", agreed="agree")
        await s.do(OTHER_TELLER, case, "BuyerIdentity", **FITS)
        await s.do(TELLER, case, "BuyerAgrees", agreed="agree")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.variables(case))["fault"]["code"] == "insufficient_funds"
        case = await up_to_buyer(s, deposit)
        await s.wait(timedelta(hours=8))
        assert (await s.ways(case))[-1] == "WalkedAway"
        assert await kinds(s, deposit) == ["opened"]

    run(demo, tell)
