"""What goes wrong at a counter every day, as far as it is not told with the deposits: wrong passwords, two screens of one
person, an impatient hand, a bank that dies between two steps."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.faults.running import RunningBank
from tests.journeys.conftest import Sit, apart, balance, seat
from tests.journeys.stories import hire
from tests.journeys.test_cash_deposit import LI, begin_deposit


def test_five_wrong_passwords_lock_a_person_and_nobody_else(sit: Sit, bank: RunningBank) -> None:
    hire(bank, "T0009", "金新", "teller")
    desk = sit("en")
    desk.open()
    page = desk.page
    page.locator("#login-number").fill("T0009")
    fault = page.get_by_role("alert")
    for attempt in range(5):
        page.locator("#login-password").fill(f"guess-number-{attempt}")
        with page.expect_response("**/v1/sessions"):
            page.keyboard.press("Enter")
        expect(fault).to_contain_text("(credentials_wrong)")
    page.locator("#login-password").fill(bank.passwords["T0009"])
    page.keyboard.press("Enter")
    expect(fault).to_contain_text("(staff_locked)")  # the right one comes too late
    desk.log_in("T0001")
    expect(page.locator(".who")).to_contain_text("T0001")


def test_one_person_at_two_screens_leaves_one_and_goes_on_at_the_other(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    one, other = seat(sit, "zh-CN", "T0001"), seat(sit, "en", "T0001")
    other.type("1001", LI, "400")
    expect(one.page.get_by_role("tab")).to_have_count(0)  # a draft is its window's
    begin_deposit(one, LI, "300", "3")
    expect(one.page.locator(".result")).to_be_visible()
    one.page.get_by_role("button", name="退出").click()
    one.page.locator("#login-number").wait_for()
    other.page.keyboard.type("4")
    other.page.keyboard.press("F9")
    expect(other.page.locator(".result")).to_be_visible()
    assert balance(bank, LI) - before == 70_000


def test_an_impatient_hand_clicks_three_times_and_presses_the_key_too(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = seat(sit, "zh-CN", "T0001")
    desk.type("1001", LI, "500")
    desk.page.keyboard.type("5")
    # The bank answers after all of it: on the answer's page Enter goes on to the next transaction.
    held: list[Route] = []
    begun = "**/v1/processes/cash_deposit/cases"
    desk.page.route(begun, lambda route: held.append(route))
    desk.page.locator("main form button[type=submit]").click(click_count=3, no_wait_after=True)
    desk.page.keyboard.press("F9")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    desk.page.unroute(begun)
    expect(desk.page.locator(".result")).to_be_visible()
    assert balance(bank, LI) - before == 50_000


def test_the_bank_dies_between_two_steps_and_the_teller_just_goes_on(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = seat(sit, "en", "T0001")
    begin_deposit(desk, LI, "60000", "600")
    desk.page.locator("#identity-document_type").select_option("passport")
    desk.page.locator("#identity-document_checked").check()
    apart(bank.kill("web", "work"))
    desk.page.keyboard.press("F9")
    desk.page.get_by_role("button", name="Authorise on the spot").click(timeout=40_000)
    desk.page.locator("#spot-number").fill("S0001")
    desk.page.locator("#spot-password").fill("a wrong one")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".spot [role=alert], .spot .ant-alert")).to_contain_text("(credentials_wrong)")
    desk.page.locator("#spot-password").fill(bank.passwords["S0001"])
    desk.page.keyboard.press("Enter")
    desk.page.locator("#authorisation-decision").select_option("approve")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_contain_text("booked")
    assert balance(bank, LI) - before == 6_000_000


def test_a_slow_browser_takes_the_form_from_nobody(sit: Sit, bank: RunningBank) -> None:
    """Whether another window has the same draft is answered late: until then nobody else has it."""
    before = balance(bank, LI)
    desk = sit("zh-CN")
    desk.page.add_init_script(
        "const asked = LockManager.prototype.request;"
        "LockManager.prototype.request = function (...all) {"
        " return new Promise((go) => setTimeout(go, 1500)).then(() => asked.apply(this, all)); }"
    )
    desk.open()
    desk.log_in("T0001")
    desk.type("1001", LI)
    desk.page.wait_for_timeout(700)
    desk.type("200")
    desk.page.keyboard.type("2")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_be_visible()
    assert balance(bank, LI) - before == 20_000
