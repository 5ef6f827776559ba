"""The online bank as customers see it: on a phone and on a desk, with the bank's books and its people on the other side."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import Locator, expect
from pyotp.totp import TOTP

from liushui.demo import demo_data
from tests.faults.running import RunningBank
from tests.journeys.conftest import Desk, Sit, ask, balance, picture

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1920, "height": 1000}
ZHANGS, LIS = "0001010000000016", "0001010000000024"
STEP_S = 30
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A poor mobile network: 400 kilobits a second, and 400 ms each way and back."""


class Phone:
    """A customer's authenticator app. Codes count for their half minute and the one on either side, each once; that of the half
    minute before may be the one with which the demo enrolled it."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.number: str = row["customer"]
        self.password: str = row["password"]
        self._totp, self._last = TOTP(row["totp"]), 0

    def code(self) -> str:
        now = int(time.time()) // STEP_S
        step = max(self._last + 1, now)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.5)
        self._last = step
        return self._totp.at(step * STEP_S)


LI, WANG = (Phone(row) for row in demo_data()["online"])


def field(desk: Desk, label: str) -> Locator:
    return desk.page.get_by_label(label, exact=True)


def knock(desk: Desk, who: Phone, password: str = "") -> None:
    """The first step of the door."""
    chinese = desk.page.evaluate("document.documentElement.lang") == "zh-CN"
    number = field(desk, "客户号" if chinese else "Customer number")
    if number.is_editable():  # over a page it is known
        number.fill(who.number)
    field(desk, "登录密码" if chinese else "Password").fill(password or who.password)
    desk.page.keyboard.press("Enter")


def enter(desk: Desk, who: Phone) -> None:
    knock(desk, who)
    desk.page.locator(".code-input").fill(who.code())
    desk.page.keyboard.press("Enter")
    desk.page.locator(".code-input").wait_for(state="detached")


def approve(bank: RunningBank, staff: str, case: int, element: str) -> None:
    shown = ask(bank, staff, "GET", f"/v1/cases/{case}")
    (task,) = [
        t["task"] for t in shown["tasks"] if t["element"] == element and t["state"] in ("open", "claimed")
    ]
    version = ask(bank, staff, "GET", f"/v1/tasks/{task}")["version"]
    form = {"decision": "approve", "decision_reason": "fits"}
    ask(
        bank,
        staff,
        "POST",
        f"/v1/tasks/{task}/completion",
        {"version": version, "form": form},
        f"approve-{task}",
    )


def case_of(desk: Desk) -> int:
    desk.page.wait_for_url("**/online/requests/*")
    return int(desk.page.url.rsplit("/", 1)[1])


def ended(desk: Desk, how: str) -> None:
    expect(desk.page.locator(".title ~ .notice-plain")).to_contain_text(how)


def usable(desk: Desk) -> None:
    """By axe, and without anything to the side."""
    assert desk.serious_findings() == []
    assert desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def kept(desk: Desk) -> str:
    """All that the page leaves in the browser, and where it is."""
    return desk.page.evaluate(
        "JSON.stringify([{...sessionStorage}, {...localStorage}, location.href, document.title, document.cookie])"
    )


def test_a_customer_transfers_what_they_have_looked_at_and_proven(sit: Sit, bank: RunningBank) -> None:
    desk = sit("zh-CN", **PHONE)
    desk.open("/online/")
    knock(desk, LI, "not my password")
    expect(desk.page.get_by_role("alert")).to_contain_text("credentials_wrong")
    usable(desk)
    enter(desk, LI)
    hello = desk.page.get_by_role("heading", name="您好")
    expect(hello).to_contain_text("李示例")
    expect(desk.page.locator(".card-link").first).to_contain_text("**** 0024")
    has = balance(bank, LIS)
    shown = f"{has // 100:,}.{has % 100:02}"
    expect(desk.page.get_by_text(shown)).to_have_count(0)  # covered until it is asked for
    desk.page.get_by_role("button", name="显示金额").click()
    expect(desk.page.locator(".total")).to_contain_text(shown)
    picture(desk, "online-home-zh-CN")
    usable(desk)

    before = balance(bank, LIS), balance(bank, ZHANGS)
    desk.page.get_by_role("link", name="转账").click()
    field(desk, "收款账号").fill(ZHANGS)
    field(desk, "金额").fill("6000")
    expect(desk.page.locator(".echo")).to_contain_text("人民币陆仟元整")
    field(desk, "摘要").fill("还款")
    desk.page.get_by_role("button", name="下一步").click()
    sheet = desk.page.locator("main")
    expect(sheet).to_contain_text("**例")  # enough to see a slip of the finger, and no name
    expect(sheet).to_contain_text("第一次向此账号转账")
    expect(sheet).to_contain_text("单日限额")
    picture(desk, "online-transfer-zh-CN")
    usable(desk)
    desk.page.get_by_role("button", name="确认转账").dblclick()
    case = case_of(desk)
    assert (balance(bank, LIS), balance(bank, ZHANGS)) == before  # nothing moves before it is proven
    expect(desk.page.locator(".step-now")).to_contain_text("等待您")
    expect(desk.page.locator(".step-now")).to_contain_text("前")  # by when
    usable(desk)
    desk.page.locator(".code-input").fill(LI.code())
    desk.page.get_by_role("button", name="确认", exact=True).click()
    ended(desk, "回单")
    picture(desk, "online-request-zh-CN")
    assert (balance(bank, LIS), balance(bank, ZHANGS)) == (before[0] - 600_000, before[1] + 600_000)
    mine = ask(bank, "R0001", "GET", f"/v1/cases/{case}")["objects"]
    assert len(mine["journal"]) == 1  # of two clicks

    desk.page.goto(desk.address + "/online/")
    desk.page.locator(".card-link").first.click()
    expect(desk.page.locator(".movements tbody tr").first).to_contain_text("还款")
    desk.page.get_by_text("查找").first.click()
    field(desk, "摘要或流水号").fill("没有这样的")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".empty")).to_be_visible()
    usable(desk)
    desk.page.get_by_role("button", name="生成对账单").click()
    paper = desk.page.get_by_role("link", name="打开 PDF").get_attribute("href")
    assert desk.page.request.get(f"{desk.address}{paper}").headers["content-type"] == "application/pdf"
    picture(desk, "online-account-zh-CN")
    assert "0024" not in kept(desk)  # nor in the address or the title

    desk.page.get_by_role("link", name="转账").first.click()
    field(desk, "收款账号").fill(ZHANGS)
    field(desk, "金额").fill("60000")
    desk.page.get_by_role("button", name="下一步").click()
    expect(sheet).to_contain_text("您还没有通行密钥")  # said before anything is sent
    expect(desk.page.get_by_role("button", name="确认转账")).to_have_count(0)
    usable(desk)
    desk.page.get_by_role("link", name="去添加通行密钥").click()
    expect(desk.page.get_by_role("button", name="添加或更换")).to_be_visible()

    desk.page.get_by_role("button", name="退出").first.click()
    expect(desk.page.get_by_role("heading", name="登录")).to_be_visible()
    for trace in (LI.number, "0024", "0016", "6000", "还款", "liushui_customer"):
        assert trace not in kept(desk)
    desk.page.go_back()
    expect(desk.page.get_by_role("heading", name="登录")).to_be_visible()


def test_a_passkey_lets_in_and_signs_what_is_agreed_on(sit: Sit, bank: RunningBank) -> None:
    """Chromium's own virtual authenticator; a second account, bound to the first."""
    desk = sit("zh-CN", **PHONE)
    desk.address = desk.address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    devices = desk.page.context.new_cdp_session(desk.page)
    devices.send("WebAuthn.enable")
    about = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
             "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": about})
    desk.open("/online/")
    enter(desk, WANG)
    desk.page.get_by_role("link", name="我的").click()
    desk.page.get_by_role("button", name="添加或更换").click()
    desk.page.locator(".code-input").fill(WANG.code())
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("button", name="使用本机通行密钥").click()
    expect(desk.page.get_by_text("通行密钥 本机")).to_be_visible()
    usable(desk)
    desk.page.get_by_role("button", name="退出").first.click()
    knock(desk, WANG)
    desk.page.get_by_role("button", name="使用通行密钥").click()
    expect(desk.page.get_by_role("heading", name="您好")).to_be_visible()

    desk.page.get_by_role("link", name="再开一个账户").click()
    field(desk, "账户类别").select_option("2")
    field(desk, "绑定的一类户").select_option(index=1)
    field(desk, "协议文本").select_option("zh-CN")
    usable(desk)
    desk.page.get_by_role("button", name="提交").click()
    case = case_of(desk)
    expect(desk.page.get_by_role("region", name="协议", exact=True)).to_contain_text("个人")
    expect(desk.page.locator(".card-waits")).to_contain_text("10,000.00")
    usable(desk)
    picture(desk, "online-second-account-zh-CN")
    desk.page.get_by_role("button", name="用通行密钥确认").click()
    ended(desk, "开户完成")
    shown = ask(bank, "R0001", "GET", f"/v1/cases/{case}")["objects"]
    assert len(shown["electronic_signature"]) == 1
    accounts = ask(bank, "R0001", "GET", f"/v1/customers/{WANG.number}")["accounts"]
    assert shown["account"][-1] in [one["number"] for one in accounts]
    desk.page.get_by_role("link", name="首页").click()
    expect(desk.page.get_by_text("二类户")).to_be_visible()

    place(desk, "demand_or_time", "50")
    place(desk, "time", "100")
    expect(desk.page.locator(".card-link")).to_have_count(2)
    desk.page.locator(".card-link", has_text="3 个月").click()
    expect(desk.page.locator("main")).to_contain_text("不按约定利率计息")  # which is for the counter
    expect(desk.page.get_by_role("button", name="全部支取")).to_have_count(0)
    usable(desk)
    picture(desk, "online-deposit-zh-CN")
    desk.page.get_by_role("link", name="存款").click()
    desk.page.locator(".card-link", has_text="无固定期限").click()
    desk.page.get_by_label("我已了解以上利息").check()
    desk.page.get_by_role("button", name="全部支取").click()
    ended(desk, "")
    placed = ask(bank, "R0001", "GET", f"/v1/customers/{WANG.number}/deposits")["deposits"]
    assert {one["product"]: one["state"] for one in placed} == {"demand_or_time": "closed", "time": "running"}
    assert placed[-1]["principal"] == "100.00"


def place(desk: Desk, product: str, amount: str) -> None:
    """A deposit; then its page of steps, and back to the deposits."""
    desk.page.get_by_role("link", name="存款").click()
    field(desk, "产品").select_option(product)
    called = field(desk, "产品").locator("option:checked").inner_text()
    field(desk, "金额").fill(amount)
    expect(desk.page.locator(".quote")).to_contain_text("利率")
    usable(desk)
    desk.page.get_by_role("button", name="同意并存入").click()
    ended(desk, "")
    expect(desk.page.locator("main")).to_contain_text(called)  # and not the key of the product
    desk.page.get_by_role("link", name="存款").click()


def test_without_a_line_the_page_says_so_and_a_slow_one_is_enough(sit: Sit) -> None:
    desk = sit("en", **PHONE)
    network = desk.page.context.new_cdp_session(desk.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    began = time.monotonic()
    desk.open("/online/")
    field(desk, "Customer number").wait_for()
    assert time.monotonic() - began < 8
    network.send(
        "Network.emulateNetworkConditions",
        SLOW | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    desk.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    cached = "caches.keys().then((k) => Promise.all(k.map((n) => caches.open(n).then((c) => c.keys())))).then((r) => r.flat().map((q) => new URL(q.url).pathname))"
    desk.page.reload()
    field(desk, "Customer number").wait_for()
    paths = desk.page.evaluate(cached)
    assert paths
    assert all(path.startswith(("/assets/", "/online/")) for path in paths), (
        paths
    )  # nothing that the bank has answered
    desk.page.context.set_offline(True)
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="No line to the bank")).to_be_visible()
    desk.page.context.set_offline(False)
    desk.page.get_by_role("link", name="Try again").click()
    field(desk, "Customer number").wait_for()


def test_a_complaint_is_followed_to_its_number(sit: Sit, bank: RunningBank) -> None:
    desk = sit("en", **PHONE)
    desk.page.clock.install()
    desk.open("/online/")
    enter(desk, WANG)
    desk.page.get_by_role("link", name="Requests").click()
    usable(desk)
    desk.page.get_by_role("link", name="Complaint", exact=True).click()
    field(desk, "Product").select_option("deposit")
    field(desk, "Subject").select_option("fee")
    field(desk, "The complaint").fill("Too dear.")
    desk.page.reload()
    expect(field(desk, "The complaint")).to_have_value("Too dear.")  # what was begun is still there
    desk.page.get_by_role("button", name="Send").click()
    case = case_of(desk)
    number = ask(bank, "R0001", "GET", f"/v1/cases/{case}")["objects"]["complaint"][0]
    expect(desk.page.locator("main")).to_contain_text(number)
    expect(desk.page.locator(".step-now").first).to_contain_text("by ")
    expect(desk.page.locator("main")).not_to_contain_text("complain together")  # nor what only staff fill in
    usable(desk)
    desk.page.get_by_role("link", name="Withdraw the complaint").click()
    expect(field(desk, "Complaint")).to_have_value(number)
    field(desk, "Reason").fill("It was my mistake.")
    desk.page.get_by_role("button", name="Send").click()
    expect(desk.page.locator(".notice")).to_contain_text("Ended")
    expect(desk.page).not_to_have_url(re.compile(f"/requests/{case}$"))
    with desk.page.expect_response(
        lambda a: a.url.endswith("/v1/my/session") and a.request.method == "DELETE"
    ) as told:
        desk.page.clock.fast_forward("10:01")  # the customer has gone away
    assert told.value.ok
    expect(desk.page.get_by_role("dialog")).to_contain_text("You were away")
    expect(desk.page.locator(".page-closed")).to_have_count(1)
    assert desk.page.evaluate("fetch('/v1/my/session').then((a) => a.status)") == 401
    desk.page.get_by_role("button", name="Log out and clear what was begun").click()
    expect(desk.page.get_by_role("heading", name="Log in")).to_be_visible()
    for trace in (WANG.number, number, "liushui.draft"):
        assert trace not in kept(desk)


def test_a_session_that_ends_in_mid_form_loses_nothing_and_people_are_shown_their_progress(
    sit: Sit, bank: RunningBank
) -> None:
    """After five transfers within the hour a supervisor looks at the next."""
    desk = sit("en", **DESK)
    desk.open("/online/")
    enter(desk, LI)
    expect(desk.page.get_by_role("heading", name="Hello")).to_be_visible()
    for number in range(6):
        asked = {"form": {"payer": LIS, "payee": ZHANGS, "amount": f"1.0{number}"}}
        case = desk.page.evaluate(
            "([body, key]) => fetch('/v1/my/processes/transfer/cases', {method: 'POST', body: JSON.stringify(body), headers: "
            "{'Content-Type': 'application/json', 'X-Requested-With': 'liushui', 'Idempotency-Key': key}}).then((a) => a.json())",
            [asked, f"many-{number}"],
        )
        if case["status"] != "completed":  # the first that somebody looks at
            approve(bank, "S0001", case["case"], "Review")
            break
    before = balance(bank, ZHANGS)
    desk.page.get_by_role("link", name="Transfer").click()
    field(desk, "To account").fill(ZHANGS)
    field(desk, "Amount").fill("99999")
    desk.page.get_by_role("button", name="Next: check").click()
    expect(desk.page.locator("main")).to_contain_text("More than what is available")
    desk.page.get_by_role("button", name="Change it").click()
    field(desk, "Amount").fill("1.50")
    desk.page.context.clear_cookies(name="liushui_customer")
    desk.page.get_by_role("button", name="Next: check").click()
    over = desk.page.get_by_role("dialog")
    expect(over).to_contain_text("Your session has ended")
    expect(desk.page.locator(".page-closed")).to_have_count(1)  # what lies below is neither seen nor read
    usable(desk)
    enter(desk, LI)
    expect(desk.page.get_by_role("heading", name="Please check")).to_be_visible()  # it went on where it was
    desk.page.get_by_role("button", name="Send").click()
    case = case_of(desk)
    now = desk.page.locator(".step-now")
    expect(now).to_contain_text("With the bank")
    expect(now).to_contain_text("by ")
    usable(desk)
    picture(desk, "online-progress-en")
    desk.page.get_by_role("button", name="中文").click()
    expect(now).to_contain_text("银行处理")
    desk.page.get_by_role("button", name="English").click()
    assert balance(bank, ZHANGS) == before
    approve(bank, "S0001", case, "Review")
    ended(desk, "Receipt")  # without being asked for
    assert balance(bank, ZHANGS) == before + 150
