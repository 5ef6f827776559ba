"""Cash over the counter, as the teller and the supervisor see it in their browsers."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from liushui.demo import demo_data
from tests.faults.running import RunningBank
from tests.journeys.conftest import Desk, Sit, apart, balance, picture

ZHANG, LI = "0001010000000016", "0001010000000024"
TWICE_FROM_YUAN = 50_000
WORDS = {
    "zh-CN": {"booked": "已记账", "waits": "等待主管", "authorise": "主管授权", "differs": "清点金额为",
              "locked": "屏幕已锁定", "lost": "登录已过期", "already": "职责分离"},
    "en": {"booked": "booked", "waits": "Waiting for a supervisor", "authorise": "Authorise", "differs": "counted",
           "locked": "The screen is locked", "lost": "Your session has ended", "already": "separat"},
}  # fmt: skip


def begin_deposit(desk: Desk, account: str, amount: str, hundreds: str) -> None:
    """Keys only: the code, the account, the amount (a large one twice), the notes, F9."""
    desk.page.get_by_role("combobox").focus()
    desk.type("1001", account, amount)
    if int(amount) >= TWICE_FROM_YUAN:
        desk.type(amount)
    desk.page.keyboard.type(hundreds)
    desk.page.keyboard.press("F9")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_large_deposit_needs_the_teller_and_the_supervisor(
    sit: Sit, bank: RunningBank, language: str
) -> None:
    words = WORDS[language]
    before = balance(bank, ZHANG)
    teller, supervisor = sit(language), sit(language)
    teller.open()
    teller.log_in("T0001")
    begin_deposit(teller, ZHANG, "60000", "500")
    beside = teller.page.locator(".account-beside")
    expect(beside).to_contain_text("张示例")
    expect(teller.page.locator(".in-words")).to_have_text("人民币陆万元整")
    fault = teller.page.locator(".field-fault", has_text="count_differs")
    expect(fault).to_contain_text(
        "50000.00"
    )  # the count is refused beside the field, in words, with its code
    expect(teller.page.locator("#start-denominations-10000")).to_be_focused()
    picture(teller, f"fault-{language}")
    teller.page.keyboard.press("Control+a")
    teller.page.keyboard.type("600")
    teller.page.keyboard.press("F9")

    teller.page.locator("#identity-document_type").select_option("id_card")
    teller.page.keyboard.press("Enter")
    teller.page.keyboard.press("Space")
    picture(teller, f"identity-{language}")
    teller.page.keyboard.press("F9")
    expect(teller.page.get_by_role("status")).to_contain_text(words["waits"])
    assert balance(bank, ZHANG) == before  # nothing is booked before the supervisor has decided

    supervisor.open("/teller/worklist")
    supervisor.log_in("S0001")
    supervisor.page.get_by_role("button", name=words["authorise"]).first.click()
    expect(supervisor.page.locator(".facts")).to_contain_text("60,000.00")
    expect(supervisor.page.locator(".diagram .is-here")).to_have_count(1)
    expect(supervisor.page.locator(".diagram a[href*='bpmn.io']")).to_be_visible()
    picture(supervisor, f"authorisation-{language}")
    supervisor.page.locator("#authorisation-decision").select_option("approve")
    supervisor.page.keyboard.press("F9")
    expect(supervisor.page.locator(".worklist")).to_be_visible()

    result = teller.page.locator(".result")
    expect(result).to_contain_text(words["booked"])
    expect(result.locator(".receipt")).to_contain_text("60,000.00")
    picture(teller, f"receipt-{language}")
    assert balance(bank, ZHANG) - before == 6_000_000


def test_a_teller_signs_in_a_till_by_counting_it(sit: Sit) -> None:
    desk = sit("en")
    desk.open()
    desk.log_in("T0002")
    expect(desk.page.locator(".till")).to_have_text("No till")
    desk.type("gyqd", "0002-T01")
    for face in ("10000", "5000", "2000", "1000", "500", "200", "100", "50", "20", "10", "5", "2", "1"):
        desk.type(str(demo_data()["till"].get(face, "")))
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_be_visible()
    desk.page.reload()
    expect(desk.page.locator(".till")).to_have_text("Till 0002-T01")


def test_a_small_deposit_takes_few_keys_and_a_double_submit_books_once(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = sit()
    desk.open()
    desk.log_in("T0001")
    pressed: list[str] = []
    desk.page.expose_function("noteKey", lambda key: pressed.append(key))
    desk.page.evaluate("addEventListener('keydown', e => window.noteKey(e.key), true)")
    begin_deposit(desk, LI, "1000", "10")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_contain_text(WORDS["zh-CN"]["booked"])
    beyond = list(pressed)
    for key in LI + "1000" + "10":  # the account, the amount, the notes
        beyond.remove(key)
    assert len(beyond) <= 12, beyond
    assert balance(bank, LI) - before == 100_000


def test_a_reload_in_mid_form_loses_nothing(sit: Sit) -> None:
    desk = sit("en")
    desk.open()
    desk.log_in("T0001")
    desk.type("xjck", ZHANG, "123.40")
    desk.page.keyboard.type("1")
    desk.page.get_by_role("combobox").focus()
    desk.type("1101", LI)
    desk.page.reload()
    expect(desk.page.get_by_role("tab")).to_have_count(2)
    expect(desk.page.locator("#start-payer")).to_have_value(LI)
    desk.page.keyboard.press("F4")
    expect(desk.page.locator("#start-amount")).to_have_value("123.40")
    expect(desk.page.locator("#start-denominations-10000")).to_have_value("1")


def test_the_language_is_switched_in_place(sit: Sit) -> None:
    """The form keeps what was typed; a fault that is shown already speaks the other language."""
    desk = sit("zh-CN")
    desk.open()
    desk.log_in("T0001")
    begin_deposit(desk, ZHANG, "0", "1")
    faults = desk.page.locator(".field-fault")
    expect(faults.first).to_contain_text("(amount_not_positive)")
    before = faults.first.inner_text()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("h1")).to_contain_text("Cash deposit")
    expect(desk.page.locator("#start-account")).to_have_value(ZHANG)
    expect(faults.first).to_contain_text("(amount_not_positive)")
    assert before.isascii() is False
    assert faults.first.inner_text().isascii()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")


def test_a_task_is_claimed_opened_and_given_back(sit: Sit, bank: RunningBank) -> None:
    teller, other = sit("en"), sit("en")
    teller.open()
    teller.log_in("T0001")
    begin_deposit(teller, LI, "80000", "800")
    teller.page.locator("#identity-document_type").select_option("passport")
    teller.page.locator("#identity-document_checked").check()
    teller.page.keyboard.press("F9")
    expect(teller.page.get_by_role("status")).to_contain_text(WORDS["en"]["waits"])
    other.open("/teller/worklist")
    other.log_in("S0001")
    row = other.page.locator(".worklist-table tbody tr", has_text=LI)
    row.get_by_role("button", name="Claim").click()
    expect(row.get_by_role("button", name="Release")).to_be_visible()
    expect(teller.page.get_by_role("status")).to_contain_text("S0001")  # the teller sees who has it
    row.get_by_role("button", name="Authorise").click()
    other.page.get_by_label("Comment", exact=True).fill("Seen the cash.")
    other.page.get_by_role("button", name="Add").click()
    expect(other.page.locator(".comments")).to_contain_text("S0001")
    other.page.locator("#authorisation-decision").select_option("reject")
    other.page.locator("#authorisation-decision_reason").fill("Notes look odd.")
    other.page.keyboard.press("F9")
    expect(teller.page.locator(".result")).to_contain_text("Cash handed back")


def test_a_lost_session_in_mid_form_is_mended_over_the_page(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = sit()
    desk.open()
    desk.log_in("T0001")
    desk.type("1001", LI, "200")
    desk.page.keyboard.type("2")
    desk.page.context.clear_cookies()
    desk.page.keyboard.press("F9")
    expect(desk.page.get_by_role("dialog")).to_contain_text(WORDS["zh-CN"]["lost"])
    desk.log_in("T0001")
    expect(desk.page.locator(".result")).to_contain_text(WORDS["zh-CN"]["booked"])
    assert balance(bank, LI) - before == 20_000


def test_a_locked_screen_has_no_session_and_keeps_the_form(sit: Sit) -> None:
    desk = sit("en")
    desk.open()
    desk.log_in("T0001")
    desk.type("1001", LI, "77")
    with desk.page.expect_response(
        lambda a: a.url.endswith("/v1/sessions/current") and a.request.method == "DELETE"
    ) as told:
        desk.page.keyboard.press("F8")
    assert told.value.ok
    expect(desk.page.get_by_role("dialog")).to_contain_text(WORDS["en"]["locked"])
    expect(desk.page.locator(".page")).to_have_attribute("inert", "")
    status = desk.page.evaluate("fetch('/v1/sessions/current').then(answer => answer.status)")
    assert status == 401  # the lock is the bank's, not only the page's
    desk.page.locator("#login-password").fill("wrong")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("alert")).to_contain_text("credentials_wrong")
    desk.page.reload()  # a reload opens no lock
    expect(desk.page.locator("h1")).to_have_text(WORDS["en"]["locked"])
    desk.log_in("T0001")
    expect(desk.page.locator("#start-amount")).to_have_value("77")


def test_drafts_go_with_the_log_out(sit: Sit) -> None:
    desk = sit("en")
    desk.open()
    desk.log_in("T0001")
    desk.type("1001", LI)
    desk.page.get_by_role("button", name="Log out").click()
    desk.log_in("S0001")
    expect(desk.page.get_by_role("tab")).to_have_count(0)
    assert desk.page.evaluate("Object.keys(sessionStorage).filter(k => k.includes('T0001')).length") == 0


def test_the_bank_restarts_in_mid_submit_and_books_once(sit: Sit, bank: RunningBank) -> None:
    """The answer is lost on the way, the web process dies, the teller even reloads: one booking."""
    before = balance(bank, LI)
    desk = sit()
    desk.open()
    desk.log_in("T0001")
    lost: list[str] = []

    def lose_the_answer(route: object) -> None:
        if not lost:
            answer = route.fetch()  # pyright: ignore - the bank has done it
            lost.append(str(answer.status))
            apart(bank.kill("web"))
        route.abort("connectionreset")  # pyright: ignore

    desk.page.route("**/v1/processes/cash_deposit/cases", lose_the_answer)
    begin_deposit(desk, LI, "300", "3")
    desk.page.wait_for_timeout(1500)
    assert lost == ["201"]
    desk.page.unroute("**/v1/processes/cash_deposit/cases")
    desk.page.reload()
    expect(desk.page.locator(".result")).to_contain_text(WORDS["zh-CN"]["booked"], timeout=30_000)
    assert balance(bank, LI) - before == 30_000


def test_a_supervisor_authorises_on_the_spot(sit: Sit, bank: RunningBank) -> None:
    desk = sit("en")
    desk.open()
    desk.log_in("T0001")
    begin_deposit(desk, ZHANG, "70000", "700")
    desk.page.locator("#identity-document_type").select_option("id_card")
    desk.page.locator("#identity-document_checked").check()
    desk.page.keyboard.press("F9")
    desk.page.get_by_role("button", name="Authorise on the spot").click()
    desk.page.locator("#spot-number").fill("S0001")
    desk.page.locator("#spot-password").fill("demo-approve-1")
    desk.page.keyboard.press("Enter")
    desk.page.locator("#authorisation-decision").select_option("approve")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_contain_text(WORDS["en"]["booked"])
    me = desk.page.evaluate("fetch('/v1/sessions/current').then(answer => answer.json())")
    assert me["number"] == "T0001"  # the screen is still the teller's


def test_a_foreign_page_cannot_use_the_cookie(sit: Sit, bank: RunningBank) -> None:
    desk = sit()
    desk.open()
    desk.log_in("T0001")
    cookies = desk.page.context.cookies()
    assert [(c["httpOnly"], c["sameSite"]) for c in cookies] == [(True, "Strict")]
    cookie = {"Cookie": f"{cookies[0]['name']}={cookies[0]['value']}"}
    answer = httpx.delete(
        f"http://127.0.0.1:{bank.port}/v1/sessions/current",
        headers=cookie | {"Origin": "http://elsewhere.example"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "request_foreign")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1920])
def test_every_page_is_usable_by_all(sit: Sit, language: str, width: int) -> None:
    """axe finds nothing serious, contrast included; nothing is wider than the screen, the menu neither."""
    desk = sit(language, width=width)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        desk.page.wait_for_timeout(600)
        found[name] = desk.serious_findings()
        wide = desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found[name].append(f"{wide} px wider than the screen")
        hidden = desk.page.evaluate(
            "[...document.querySelectorAll('.top nav')].map(e => e.scrollWidth - e.clientWidth)"
        )
        if any(px > 0 for px in hidden):
            found[name].append("the menu is to be pushed sideways")
        picture(desk, f"{name}-{width}-{language}")

    desk.open()
    desk.page.locator("#login-number").wait_for()
    look("login")
    desk.log_in("T0001")
    desk.page.locator(".offers li").first.wait_for()
    look("workbench")
    begin_deposit(desk, LI, "1000", "10")
    desk.page.locator(".receipt").wait_for()
    look("booked")
    begin_deposit(desk, ZHANG, "60000", "600")
    desk.page.locator(".task .diagram svg").first.wait_for()
    look("task")
    desk.open("/teller/worklist")
    desk.page.locator(".worklist-table tbody tr").first.wait_for()
    look("worklist")
    desk.open("/teller/look-up")
    desk.page.locator("#look-up-number").fill(ZHANG)
    desk.page.keyboard.press("Enter")
    desk.page.locator(".way tbody tr").first.wait_for()
    look("look-up")
    desk.open("/teller/till")
    desk.page.locator(".card").first.wait_for()
    look("till")
    desk.open("/teller/journal")
    desk.page.locator(".way tbody tr").first.focus()
    desk.page.keyboard.press("Enter")
    desk.page.locator(".detail").wait_for()
    look("journal")
    assert {name: faults for name, faults in found.items() if faults} == {}
