"""A customer's years at the bank as stories: the counter from the opening of an account to its closing, and the same
customer online. They follow one another, for each needs what the ones before have left.

The balance, by hand, in yuan: 8,000.00 in, 500.00 out, 520,000.00 in, 260,000.00 to the demo's Li: 267,500.00. What is
placed comes back: 2,000.00, 50,000.00, 100.00 whole, a certificate of 200,000.00 less the fee of 10.00: 267,490.00; and
online 100.00 to Li: 267,390.00 at the end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from liushui.kernel.clock import BANK_TIME
from tests.journeys.stories import (
    CUSTOMER,
    HANDLER,
    ONE_TIME_PASSWORD,
    OTHER_SUPERVISOR,
    REMOTE,
    REVIEWER,
    SUPERVISOR,
    TELLER,
    Step,
    Told,
    World,
)
from tests.online import PASSWORD as ONLINE_PASSWORD
from tests.unit.test_parties_model import CREDIT_CODE, id_number

LI, PASSWORD = "0001010000000024", "582947"
TODAY = datetime.now(BANK_TIME).date()
FITS = Step(TELLER, "identity", {"document_type": "id_card", "identity_result": "fits"})
FITS_PASSPORT = Step(TELLER, "identity", {"document_type": "passport", "identity_result": "fits"})
ENTERED = Step(TELLER, "password", {"password": PASSWORD})
AGREED = Step(TELLER, "confirm", {"agreed": "agree"})
AUTHORISED = Step(SUPERVISOR, "authorisation", {"decision": "approve"})
ON_THE_SPOT = Step(SUPERVISOR, "authorisation", {"decision": "approve"}, spot=True)
REVIEWED = Step(SUPERVISOR, "review", {"decision": "approve"})
ELSEWHERE = Step(REMOTE, "authorisation", {"decision": "approve"})
SIGNED = Step(TELLER, "agreement", {"agreement_language": "zh-CN", "answer": "agree", "signature_method": "paper",
                                    "signature_digest": "ab" * 32})  # fmt: skip


def day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


def account(world: World) -> dict[str, object]:
    return world.ask(REVIEWER, f"/v1/accounts/{world.known['account']}")


def blocked(world: World) -> bool:
    return bool(account(world)["debit_blocked"])


def free(world: World) -> bool:
    return not blocked(world)


def notice(world: World) -> str:
    """The deposit that a notice may be given for."""
    return world.known["notice"]


def orders(world: World) -> list[str]:
    """What has become of the customer's standing orders."""
    page = world.ask(SUPERVISOR, f"/v1/customers/{world.known['customer']}/standing-orders")
    return ["runs" if one["ended_at"] is None else "ended" for one in page["orders"]]


def keeps(name: str, kind: str = "account") -> object:
    """The story's last object of a kind, known to later stories by a name."""
    return lambda world: {name: world.object_of(kind)}


def goes_online(world: World) -> bool:
    """With the code that the teller's page has shown, a password and an authenticator app."""

    async def work(online: object) -> None:
        done = await online.activate(world.known["customer"], world.shown)  # type: ignore[attr-defined]
        assert done.status_code == 201, done.text
        await online.enrol_phone()  # type: ignore[attr-defined]
        await online.log_in(world.known["customer"])  # type: ignore[attr-defined]

    world.as_customer(work)
    return True


def is_shut_out(world: World) -> bool:
    """The customer's session has ended, and their password opens nothing."""

    async def work(online: object) -> tuple[int, int]:
        there = await online.ask("GET", "/v1/my/accounts")  # type: ignore[attr-defined]
        again = await online.password(world.known["customer"], ONLINE_PASSWORD)  # type: ignore[attr-defined]
        return there.status_code, again.status_code

    return world.as_customer(work) == (401, 401)


OPENING = (
    Told(
        "an account is opened", "open_account",
        {"name": "赵柜台", "document_type": "passport", "document_number": "E12345678", "document_country": "CN",
         "document_expires_on": "2035-01-01", "birth_date": "1995-06-07", "mobile": "13900009999",
         "address": "北京市东城区某街9号", "account_class": "1", "medium": "card"},
        (Step(REVIEWER, "review", {"decision": "approve"}), SIGNED,
         Step(TELLER, "hand_over", {"medium_received": True})),
        ends="Opened",
        keep=lambda w: {"account": w.object_of("account"), "customer": w.object_of("customer")},
    ),
    Told("cash is paid in", "cash_deposit",
         {"account": "{account}", "amount": "8000", "denominations": {"10000": 80}}, moves={"{account}": 800_000}),
    Told("a password is set", "reset_password", {"account": "{account}", "reason": "first"},
         (FITS, ON_THE_SPOT, Step(TELLER, "new_password", {"new_password": PASSWORD, "repeated_password": PASSWORD}))),
    Told("cash is paid out", "cash_withdrawal", {"account": "{account}", "amount": "500"},
         (ENTERED, Step(TELLER, "denominations", {"denominations": {"10000": 5}})), moves={"{account}": -50_000}),
    Told("much cash is paid in, and somebody far away authorises", "cash_deposit",
         {"account": "{account}", "amount": "520000", "denominations": {"10000": 5200}},
         (Step(TELLER, "identity", {"document_type": "passport", "document_checked": True}), ELSEWHERE),
         moves={"{account}": 52_000_000}),
    Told("money is transferred", "transfer", {"payer": "{account}", "payee": LI, "amount": "250.50", "memo": "房租"},
         moves={"{account}": -25_050, LI: 25_050}, keep=lambda w: {"journal": w.object_of("journal")}),
    Told("the transfer is reversed", "reverse_journal", {"journal": "{journal}", "reason": "收款人有误"},
         (AUTHORISED,), moves={"{account}": 25_050, LI: -25_050}),
    Told("much money is transferred", "transfer", {"payer": "{account}", "payee": LI, "amount": "260000"},
         moves={"{account}": -26_000_000, LI: 26_000_000}),
    Told("a transfer waits for its time", "transfer",
         {"payer": "{account}", "payee": LI, "amount": "70", "execution": "next_day"}, ends=None,
         check=lambda w: account(w)["available"] == "267430.00", keep=lambda w: {"waiting": str(w.number)}),
    Told("the waiting transfer is cancelled", "transfer_cancellation",
         {"transfer": "{waiting}", "payer": "{account}", "cancellation_reason": "不再需要"},
         check=lambda w: account(w)["available"] == "267500.00", ends="Cancelled"),
    Told("a limit is agreed on", "agree_transfer_limit",
         {"account": "{account}", "channel": "online", "daily_amount": "2000", "daily_count": "5", "identified": True}, ends="Agreed"),
    Told("cash is ordered ahead", "cash_appointment",
         {"account": "{account}", "action": "book", "amount": "60000", "on_date": day(7), "branch": "0002"}, ends="Booked"),
)  # fmt: skip

DATA = (
    Told("a mobile number is changed", "change_customer_data", {"customer": "{customer}", "mobile": "13911112222"},
         (FITS, AUTHORISED),
         check=lambda w: w.ask(REVIEWER, f"/v1/customers/{w.known['customer']}")["mobile_masked"] == "139****2222"),
    Told("the account is blocked", "block_account",
         {"account": "{account}", "cause": "customer", "scope": "debit", "reason": "担心"}, (FITS, AUTHORISED),
         check=blocked, keep=lambda w: {"block": str(w.case()["variables"]["block"])}, ends="Blocked"),
    Told("the block is lifted", "unblock_account", {"account": "{account}", "block": "{block}", "reason": "解除"},
         (FITS, ON_THE_SPOT), check=free),
    Told("a supervisor blocks it, and another decides on the spot", "block_account",
         {"account": "{account}", "cause": "customer", "scope": "debit", "reason": "来电请求"},
         (FITS, Step(OTHER_SUPERVISOR, "authorisation", {"decision": "approve"}, spot=True)), who=SUPERVISOR,
         check=blocked, ends="Blocked", keep=lambda w: {"block": str(w.case()["variables"]["block"])}),
    Told("and lifts that", "unblock_account", {"account": "{account}", "block": "{block}", "reason": "客户到场"},
         (FITS, AUTHORISED), check=free),
    Told("a loss is reported", "report_loss", {"account": "{account}", "kind": "oral", "reporter": "赵柜台"},
         ends=None, check=blocked),
    Told("the card is found again", "report_loss", {"account": "{account}", "kind": "found", "reporter": "赵柜台"},
         (FITS, AUTHORISED), check=free, ends="Unlocked"),
    Told("a statement is printed", "print_statement", {"account": "{account}", "from": day(0), "to": day(0)}, (FITS,)),
    Told("a complaint is taken and answered", "complaint",
         {"received_via": "counter", "customer": "{customer}", "product": "deposit", "subject": "waiting",
          "text": "等候太久。"},
         (Step(HANDLER, "investigation", {"findings": "当日柜台少一人。", "outcome": "answer"}),
          Step(HANDLER, "answer", {"upheld": "upheld", "answer": "我们已增加柜台人手,谨致歉意。"}),
          Step(SUPERVISOR, "decision", {"decision": "approve"})),
         ends=None, check=lambda w: w.case()["variables"]["decision"] == "approve"),
    Told("what is not dormant is not woken", "reactivate_account", {"account": "{account}"},
         refused="account_not_dormant"),
)  # fmt: skip

PLACED = (
    Told("a deposit is placed", "open_time_deposit",
         {"account": "{account}", "product": "time", "tenor": "3M", "amount": "2000", "instruction": "stay"},
         (ENTERED, AGREED), moves={"{account}": -200_000}, keep=keeps("deposit")),
    Told("it shall go on at maturity", "change_renewal", {"deposit": "{deposit}", "instruction": "principal"},
         (ENTERED,)),
    Told("it is taken out before its time", "withdraw_time_deposit", {"deposit": "{deposit}"},
         (FITS, ENTERED, AGREED), moves={"{account}": 200_000}),
    Told("a deposit at notice is placed", "open_time_deposit",
         {"account": "{account}", "product": "notice", "tenor": "7D", "amount": "50000"}, (ENTERED, AGREED),
         moves={"{account}": -5_000_000}, keep=keeps("notice")),
    Told("notice is given", "notice_of_withdrawal", {"deposit": "{notice}", "action": "give", "for_day": day(7)},
         (ENTERED,)),
    Told("instalments are begun", "open_time_deposit",
         {"account": "{account}", "product": "instalment", "tenor": "1Y", "amount": "100"}, (ENTERED, AGREED),
         moves={"{account}": -10_000}, keep=keeps("instalments")),
    Told("this month's is paid already", "pay_instalment", {"deposit": "{instalments}"}, (ENTERED,), ends="Refused",
         moves={"{account}": 0}),
    Told("the instalments are taken out", "withdraw_time_deposit", {"deposit": "{instalments}"},
         (FITS, ENTERED, AGREED), moves={"{account}": 10_000}),
    Told("a certificate is placed", "open_time_deposit",
         {"account": "{account}", "product": "certificate", "tenor": "3M", "amount": "200000"}, (ENTERED, AGREED, AUTHORISED),
         moves={"{account}": -20_000_000}, keep=keeps("certificate")),
    Told("the certificate is passed on", "transfer_certificate",
         {"deposit": "{certificate}", "price": "200000", "buyer_account": LI},
         (FITS, Step(TELLER, "consent", {"agreed": "agree"}), FITS, Step(TELLER, "consent", {"agreed": "agree"}),
          ELSEWHERE), moves={"{account}": 19_999_000, LI: -20_000_000}),
    Told("a standing order is agreed", "agree_standing_order",
         {"payer": "{account}", "payee": LI, "what": "fixed", "amount": "30", "rhythm": "monthly", "month_day": "10",
          "first_on": day(40), "on_holiday": "next", "identified": True}, ends="Agreed",
         check=lambda w: orders(w) == ["runs"],
         keep=lambda w: {"order": str(w.case()["variables"]["standing_order"])}),
    Told("the standing order is ended", "cancel_standing_order",
         {"payer": "{account}", "order": "{order}", "identified": True}, ends="Cancelled",
         check=lambda w: orders(w) == ["ended"]),
)  # fmt: skip

ONLINE = (
    Told("online banking is opened and the customer goes in", "open_online_banking", {"customer": "{customer}"},
         (FITS_PASSPORT, AUTHORISED, SIGNED, Step(TELLER, "hand_over", {"handed_over": "handed"})), check=goes_online),
    Told("money is transferred online, and somebody looks at it because so much has gone out", "transfer", {"payer": "{account}", "payee": LI, "amount": "100", "memo": "饭钱"},
         (REVIEWED,), who=CUSTOMER, moves={"{account}": -10_000, LI: 10_000}),
    Told("a transfer online waits", "transfer",
         {"payer": "{account}", "payee": LI, "amount": "60", "execution": "next_day"}, (REVIEWED,), who=CUSTOMER, ends=None,
         keep=lambda w: {"waiting": str(w.number)}),
    Told("and is cancelled online", "transfer_cancellation",
         {"transfer": "{waiting}", "payer": "{account}", "cancellation_reason": "改主意了"}, who=CUSTOMER, ends="Cancelled"),
    Told("the cash ordered ahead is not needed", "cash_appointment",
         {"account": "{account}", "action": "cancel", "on_date": day(7)}, who=CUSTOMER, ends="Cancelled"),
    Told("notice is taken back online", "notice_of_withdrawal", {"deposit": "{notice}", "action": "cancel"},
         who=CUSTOMER),
    Told("a deposit is placed online", "open_time_deposit",
         {"account": "{account}", "product": "time", "tenor": "6M", "amount": "300", "instruction": "stay"},
         who=CUSTOMER, moves={"{account}": -30_000}, keep=keeps("deposit")),
    Told("it shall go on, online", "change_renewal",
         {"deposit": "{deposit}", "instruction": "principal_and_interest"}, who=CUSTOMER),
    Told("a statement is made online", "print_statement", {"account": "{account}", "from": day(0), "to": day(0)},
         who=CUSTOMER),
    Told("a standing order is agreed online", "agree_standing_order",
         {"payer": "{account}", "payee": LI, "what": "fixed", "amount": "20", "rhythm": "monthly", "month_day": "5",
          "first_on": day(40), "on_holiday": "next"},
         (Step(CUSTOMER, "confirm", {"one_time_password": ONE_TIME_PASSWORD}),), who=CUSTOMER, ends="Agreed",
         keep=lambda w: {"order": str(w.case()["variables"]["standing_order"])}),
    Told("and ended online", "cancel_standing_order", {"payer": "{account}", "order": "{order}"}, who=CUSTOMER,
         ends="Cancelled"),
    Told("a complaint is written online and worked on at the bank", "complaint",
         {"received_via": "online", "product": "payment", "subject": "fee", "text": "手续费不明。"},
         (Step(HANDLER, "investigation", {"findings": "未收取手续费。", "outcome": "answer"}),), who=CUSTOMER,
         ends=None, keep=lambda w: {"complaint": w.object_of("complaint")}),
    Told("the complaint is withdrawn at the counter", "complaint_withdrawal",
         {"complaint": "{complaint}", "customer": "{customer}", "withdrawal_reason": "已经明白"}, ends="Withdrawn"),
    Told("another is written online", "complaint",
         {"received_via": "online", "product": "deposit", "subject": "other", "text": "短信太多。"}, who=CUSTOMER,
         ends=None, keep=lambda w: {"complaint": w.object_of("complaint")}),
    Told("and withdrawn online", "complaint_withdrawal",
         {"complaint": "{complaint}", "withdrawal_reason": "已经明白"}, who=CUSTOMER, ends="Withdrawn"),
    Told("a loss is reported online", "report_loss", {"account": "{account}", "kind": "oral", "reporter": "赵柜台"},
         who=CUSTOMER, ends=None, check=blocked),
    Told("and found at the counter", "report_loss", {"account": "{account}", "kind": "found", "reporter": "赵柜台"},
         (FITS, AUTHORISED), check=free, ends="Unlocked"),
    Told("online banking is reset", "reset_online_banking", {"customer": "{customer}", "reason": "forgotten"},
         (FITS, AUTHORISED, Step(TELLER, "print", {"customer_present": True}),
          Step(TELLER, "hand_over", {"handed_over": "handed"})), check=is_shut_out),
    Told("online banking is closed", "close_online_banking", {"customer": "{customer}", "reason": "不再使用"}, (FITS,),
         check=is_shut_out),
)  # fmt: skip

ENTITY = (
    Told(
        "a company's account is opened", "open_entity_account",
        {"name": "某某水务有限公司", "document_number": CREDIT_CODE, "mobile": "13900002222", "address": "北京市某路2号",
         "purpose": "basic", "legal_name": "孙法人", "legal_document_type": "id_card",
         "legal_document_number": id_number("19700707", "321")},
        (Step(TELLER, "owner", {"owner_name": "周股东", "owner_document_type": "id_card",
                                "owner_document_number": id_number("19750101", "401"), "owner_basis": "shares",
                                "owner_share": "6000", "more_owners": "no"}),
         Step(TELLER, "seal", {"seal_reference": "柜-2026-0007"}),
         Step(REVIEWER, "review", {"decision": "approve"}), Step(SUPERVISOR, "review", {"decision": "approve"}), SIGNED,
         Step(TELLER, "hand_over", {"medium_received": True})),
        ends="Opened", keep=keeps("entity"),
    ),
    Told("an agreement deposit is agreed on", "agree_agreement_deposit",
         {"account": "{entity}", "base": "100000", "contract": "XD-1", "identified": True},
         (Step(SUPERVISOR, "approval", {"decision": "approve"}),)),
    Told("the agreement is ended", "end_agreement_deposit",
         {"account": "{entity}", "reason": "合同到期", "identified": True},
         (Step(SUPERVISOR, "approval", {"decision": "approve"}),)),
)  # fmt: skip

CLOSING = (
    Told("the deposit placed online is taken out at the counter", "withdraw_time_deposit", {"deposit": "{deposit}"},
         (FITS, ENTERED, AGREED), moves={"{account}": 30_000}),
    Told("the deposit at notice is taken out without notice", "withdraw_time_deposit", {"deposit": "{notice}"},
         (FITS, ENTERED, AGREED), moves={"{account}": 5_000_000}),
    Told("the account is closed", "close_account",
         {"account": "{account}", "payout": "transfer", "payee": LI, "reason": "不再使用"},
         (FITS, ENTERED, Step(TELLER, "take_back", {"card_returned": True, "vouchers_returned": True}), AUTHORISED),
         moves={"{account}": -26_739_000, LI: 26_739_000}, check=lambda w: account(w)["closed_on"] is not None),
)  # fmt: skip
