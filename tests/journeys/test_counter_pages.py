"""What the counter's pages do beside booking: key twice, help, print, find, hand on, and lose nothing."""

from __future__ import annotations

import io
import re

from playwright.sync_api import Route, expect
from pypdf import PdfReader

from tests.faults.running import RunningBank
from tests.journeys.conftest import Desk, Sit, ask, balance, picture, seat
from tests.journeys.test_cash_deposit import LI, ZHANG, begin_deposit


def test_a_large_amount_is_keyed_twice_and_the_second_time_blind(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = seat(sit, "zh-CN", "T0001")
    page = desk.page
    desk.type("1001", LI, "50000")
    first, again = page.locator("#start-amount"), page.locator("#start-amount-again")
    expect(again).to_be_focused()  # Enter leads there
    expect(first).to_have_value("•••••")
    expect(page.locator(".in-words")).to_have_count(0)
    page.evaluate("navigator.clipboard?.writeText('50000').catch(() => null)")
    page.keyboard.press("Control+v")
    again.evaluate("box => box.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true}))")
    expect(again).to_have_value("")
    page.keyboard.type("5000")
    page.keyboard.press("F9")
    expect(page.locator(".field-fault")).to_contain_text("再次输入")
    expect(again).to_be_focused()
    picture(desk, "keyed-twice-zh-CN")
    page.keyboard.type("0")
    expect(page.locator(".in-words")).to_have_text("人民币伍万元整")
    page.reload()  # a draft keeps both keyings
    expect(page.locator("#start-amount-again")).to_have_value("50000")
    page.locator("#start-denominations-10000").fill("500")
    page.keyboard.press("F9")
    page.locator("#identity-document_type").wait_for()  # nothing was missing
    assert balance(bank, LI) == before
    page.locator(".transaction-title .plain-button").last.click()
    desk.type("1001", LI, "49999.99")
    expect(page.locator("#start-amount-again")).to_have_count(0)


def test_f1_shows_the_procedure_beside_the_form_in_both_languages(sit: Sit) -> None:
    desk = seat(sit, "en", "T0001")
    desk.type("1001")
    desk.page.keyboard.press("F1")
    aside = desk.page.locator("aside.help")
    expect(aside).to_contain_text("A customer hands in cash at the counter")
    desk.type(ZHANG)  # the form keeps the keyboard
    expect(desk.page.locator("#start-account")).to_have_value(ZHANG)
    desk.page.get_by_role("button", name="中文").click()
    expect(aside).to_contain_text("核验身份")
    assert desk.serious_findings() == []
    desk.page.keyboard.press("F1")
    expect(aside).to_have_count(0)


def test_a_line_of_the_journal_is_found_printed_again_and_reversed(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = seat(sit, "zh-CN", "T0001")
    begin_deposit(desk, LI, "1700", "17")
    headline = desk.page.locator(".result [role=status]")
    expect(headline).to_contain_text("现金存款已记账：CNY 1,700.00")
    journal = re.findall(r"流水号 (\d+)", headline.inner_text())[0]
    for copy in (1, 2):
        with desk.page.context.expect_page() as opened:
            desk.page.locator(".print-receipt button").click()
        link = desk.page.locator(f".print-receipt a[data-copy='{copy}']")
        path = link.get_attribute("href") or ""
        opened.value.close()
        paper = (
            PdfReader(io.BytesIO(desk.page.request.get(desk.address + path).body())).pages[0].extract_text()
        )
        assert "人民币壹仟柒佰元整" in paper
        assert ("补打" in paper) == (copy == 2)

    desk.open("/teller/journal")
    desk.page.locator("#journal-amount").fill("1700")
    desk.page.keyboard.press("Enter")
    row = desk.page.locator("tbody tr")
    expect(row).to_have_count(1)
    row.focus()
    desk.page.keyboard.press("Enter")
    detail = desk.page.locator(".detail")
    expect(detail).to_contain_text(journal)
    expect(detail).to_contain_text("2 次")
    picture(desk, "journal-zh-CN")
    detail.get_by_role("button", name="冲正").click()
    expect(desk.page.locator("#start-journal")).to_have_value(journal)
    desk.page.locator("#start-reason").fill("金额有误")
    desk.page.keyboard.press("F9")
    expect(desk.page.get_by_role("status")).to_contain_text("等待主管")

    # Remote: another desk, another branch, the authoriser's own worklist, by keys alone.
    remote = seat(sit, "en", "M0001", "/teller/worklist")
    case = desk.page.locator(".tab-here .quiet").inner_text().strip()
    line = remote.page.locator(f".worklist-table tbody tr:has(td:text-is('{case}'))")
    line.focus()
    remote.page.keyboard.press("c")
    expect(line).to_have_class("row-mine")
    expect(desk.page.get_by_role("status")).to_contain_text("M0001")  # the teller sees who has it
    line.focus()
    remote.page.keyboard.press("Enter")
    expect(remote.page.locator(".eyes")).to_contain_text("T0001: started the case")
    remote.page.locator("#authorisation-decision").select_option("approve")
    remote.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_contain_text(
        "冲正已记账", timeout=10_000
    )  # and what was decided, as it comes
    assert balance(bank, LI) == before
    desk.open("/teller/journal")
    expect(desk.page.locator("tbody tr").nth(1)).to_contain_text("冲正")


def test_a_customer_is_found_and_a_transaction_begins_filled_in(sit: Sit, bank: RunningBank) -> None:
    desk = seat(sit, "en", "T0001", "/teller/look-up")
    page = desk.page
    page.locator("#look-up-number").fill("lsl")  # initials
    page.keyboard.press("Enter")
    expect(page.locator(".file-name")).to_have_text("李示例")
    for title in ("Accounts", "Cases"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert "13800000002" not in page.content()
    assert page.url.endswith("/teller/look-up")
    picture(desk, "customer-en")
    page.get_by_role("button", name="Cash deposit").click()
    expect(page.locator("#start-account")).to_have_value(LI)
    expect(page.locator(".account-beside")).to_contain_text("李示例")
    trail = ask(bank, "A0001", "GET", "/v1/audit?limit=500")["lines"]
    assert [x["subject"] for x in trail if x["action"] == "customers_searched"][-1] == "initials"


def test_one_draft_in_two_windows_is_booked_once(sit: Sit, bank: RunningBank) -> None:
    before = balance(bank, LI)
    desk = seat(sit, "zh-CN", "T0001")
    desk.type("1001", LI, "600")
    desk.page.keyboard.type("6")
    with desk.page.context.expect_page() as opened:  # a window that is duplicated brings its drafts along
        desk.page.evaluate("window.open(location.href)")
    twin = Desk(opened.value, desk.address)
    notice = twin.page.get_by_role("alert")
    expect(notice).to_contain_text("已在另一窗口打开")
    expect(twin.page.locator("#start-amount")).to_be_disabled()
    twin.page.keyboard.press("F9")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".result")).to_contain_text("已记账")
    assert balance(bank, LI) - before == 60_000
    desk.page.close()
    expect(notice).to_have_count(0)  # the draft is this window's now, and still the same intention
    twin.page.keyboard.press("F9")
    expect(twin.page.locator(".result")).to_contain_text("已记账")
    assert balance(bank, LI) - before == 60_000
    twin.page.reload()
    assert twin.errors == []


def test_after_a_crash_the_last_outcome_is_shown_without_asking(sit: Sit) -> None:
    desk = seat(sit, "en", "T0001")
    begin_deposit(desk, LI, "900", "9")
    expect(desk.page.locator(".result")).to_contain_text("booked")
    desk.page.context.close()  # browser, tab storage and session are gone
    desk.page = seat(sit, "en", "T0001").page
    last = desk.page.locator(".last")
    expect(last).to_contain_text("Cash deposit booked CNY 900.00")
    last.get_by_role("button").click()
    expect(desk.page.locator(".result")).to_contain_text("900.00")


def test_a_task_is_claimed_handed_on_and_released_by_keys(sit: Sit, bank: RunningBank) -> None:
    teller = seat(sit, "en", "T0001")
    begin_deposit(teller, LI, "90000", "900")
    teller.page.locator("#identity-document_type").select_option("passport")
    teller.page.locator("#identity-document_checked").check()
    picture_of_it = {
        "name": "passport.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 60,
    }
    number = teller.page.locator(".tab-here .quiet").inner_text().strip()
    task = next(
        t["task"] for t in ask(bank, "T0001", "GET", f"/v1/cases/{number}")["tasks"] if t["state"] == "open"
    )
    there = seat(sit, "en", "T0001", f"/teller/worklist/{task}")
    there.page.locator("input[type=file]").set_input_files(picture_of_it)  # type: ignore[arg-type]
    expect(there.page.locator(".documents img")).to_be_attached()
    there.page.context.close()
    teller.page.keyboard.press("F9")
    expect(teller.page.get_by_role("status")).to_contain_text(
        "Waiting for a supervisor or a remote authoriser"
    )

    supervisor = seat(sit, "zh-CN", "S0001", "/teller/worklist")
    page = supervisor.page
    page.locator("#worklist-text").fill(number)
    row = page.locator(f".worklist-table tbody tr:has(td:text-is('{number}'))")
    row.focus()
    page.keyboard.press("c")
    expect(row).to_have_class("row-mine")
    row.focus()
    page.keyboard.press("r")
    expect(row).not_to_have_class("row-mine")
    row.focus()
    page.keyboard.press("c")
    expect(row).to_have_class("row-mine")
    row.focus()
    page.keyboard.press("d")
    page.locator("#delegate-to").select_option("M0001")
    page.keyboard.press("Enter")
    page.locator(".delegation button[type=submit]").click()
    expect(row).to_have_count(0)
    remote = seat(sit, "en", "M0001", "/teller/worklist")
    line = remote.page.locator(f".worklist-table tbody tr:has(td:text-is('{number}'))")
    expect(line).to_have_class("row-mine")
    line.focus()
    remote.page.keyboard.press("Enter")
    expect(remote.page.locator(".documents")).to_contain_text("passport.png")  # put to the step before
    remote.page.locator("#authorisation-decision").select_option("reject")
    remote.page.locator("#authorisation-decision_reason").fill("Notes to be looked at again.")
    remote.page.keyboard.press("F9")
    expect(teller.page.locator(".result")).to_contain_text("Cash handed back", timeout=10_000)


def test_a_thousand_tasks_are_walked_sorted_and_found_by_keys(sit: Sit, bank: RunningBank) -> None:
    """The bank's own line a thousand times over, each with a number of its own; how fast is measured by bench pages."""
    teller = seat(sit, "en", "T0001")
    begin_deposit(teller, LI, "70000", "700")
    number = teller.page.locator(".tab-here .quiet").inner_text().strip()
    teller.page.locator(".transaction-title .plain-button").last.click()
    whole = ask(bank, "T0001", "GET", "/v1/tasks?limit=200")["tasks"]
    (line,) = [one for one in whole if str(one["case"]) == number]
    lines = [line | {"task": 500_000 + n, "case": 700_000 + n, "priority": n % 7} for n in range(1_000)]

    def page_of(route: Route) -> None:
        offset = int(route.request.url.split("offset=")[1].split("&")[0])
        rest = offset + 200 if offset + 200 < len(lines) else None
        route.fulfill(json={"tasks": lines[offset : offset + 200], "next": rest})

    page = teller.page
    page.route("**/v1/tasks?*", page_of)
    page.locator(".top nav a[href='/teller/worklist']").click()
    table = page.locator(".worklist-table[aria-rowcount='1001']")
    table.wait_for()
    rows = page.locator(".worklist-table tbody tr:not(.gap)")
    assert rows.count() < 120  # only what is near the screen is drawn

    def here() -> int:
        """The number of the case whose row has the keyboard, counted from the first."""
        at = page.evaluate("document.activeElement.closest('tr')?.innerText ?? ''")
        (found,) = re.findall(r"\b(70\d{4})\b", at)
        return int(found) - 700_000

    rows.first.focus()
    walked = []
    for key in (
        "ArrowDown",
        "ArrowDown",
        "ArrowUp",
        "PageDown",
        "PageDown",
        "End",
        "ArrowDown",
        "PageUp",
        "Home",
    ):
        page.keyboard.press(key)
        walked.append(here())
    assert walked == [1, 2, 1, 16, 31, 999, 999, 984, 0]
    page.keyboard.press("End")
    in_sight = page.evaluate(
        "(() => { const b = document.activeElement.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; })()"
    )
    assert in_sight
    page.get_by_role("button", name="Priority").click()
    page.get_by_role(
        "button", name="Priority"
    ).click()  # the other way round: six comes first, in the old order
    rows.first.focus()
    assert here() == 6
    page.keyboard.press("End")
    assert here() == 994  # the last that leaves nothing over after sevens
    page.locator("#worklist-text").fill("700123")
    expect(rows).to_have_count(1)
    rows.first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/teller/worklist/500123$"))
