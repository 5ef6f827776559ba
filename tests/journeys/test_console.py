"""The managers' console: figures that are the books', reports, rates, staff, and what is not open to everybody."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.faults.running import RunningBank
from tests.journeys.conftest import Sit, ask, picture
from tests.journeys.test_cash_deposit import ZHANG, begin_deposit

LOOKS_AGAIN_MS = 25_000


def figure(page: Page, title: str) -> Decimal:
    shown = page.get_by_role("region", name=title).locator(".tile-figure").inner_text()
    return Decimal(shown.replace(",", ""))


def of_kind(page: Page, code: str) -> list[str]:
    """Today's count and sum of a kind of transaction."""
    row = page.locator("tr", has=page.locator(".code", has_text=code)).first
    return row.locator("td").all_inner_texts()[1:3] if row.count() else ["0", ""]


def test_a_manager_sees_what_the_counter_has_just_done(sit: Sit, bank: RunningBank) -> None:
    teller, manager = sit("zh-CN"), sit("zh-CN", width=1920)
    manager.open("/console/")
    manager.log_in("O0001")
    expect(manager.page).to_have_url(re.compile("/console/overview$"))
    manager.page.get_by_role("region", name="今日流水笔数").wait_for()
    journals, deposits = figure(manager.page, "今日流水笔数"), figure(manager.page, "客户存款余额")
    count = int(of_kind(manager.page, "DEP01")[0])

    teller.open()
    teller.log_in("T0001")
    begin_deposit(teller, ZHANG, "700", "7")
    expect(teller.page.get_by_role("status")).to_contain_text("已记账")

    tile = manager.page.get_by_role("region", name="今日流水笔数").locator(".tile-figure")
    expect(tile).to_have_text(str(journals + 1), timeout=LOOKS_AGAIN_MS)
    assert figure(manager.page, "客户存款余额") == deposits + 700
    assert int(of_kind(manager.page, "DEP01")[0]) == count + 1

    # A large deposit waits for a supervisor: one task more, of the supervisor or of the teller who identifies.
    waiting = figure(manager.page, "待处理任务")
    begin_deposit(teller, ZHANG, "60000", "600")
    teller.page.locator("#identity-document_type").wait_for()
    tasks = manager.page.get_by_role("region", name="待处理任务").locator(".tile-figure")
    expect(tasks).to_have_text(str(waiting + 1), timeout=LOOKS_AGAIN_MS)

    manager.page.locator("details summary").first.click()
    assert manager.serious_findings() == []
    picture(manager, "console-overview-zh-CN")
    phone = sit("en", width=360)
    phone.open("/console/overview")
    phone.log_in("S0001")
    phone.page.get_by_role("region", name="Tasks waiting").wait_for()
    expect(phone.page.get_by_text("Branch 0001", exact=True)).to_be_visible()
    assert phone.serious_findings() == []
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(phone, "console-overview-360-en")


def refused_lines(page: Page, code: str) -> list[list[str]]:
    """Of the list of refusals, those with this code: what was asked for, channel, stage, how many."""
    region = page.get_by_role("region", name="拒绝原因", exact=True).first
    found: list[list[str]] = []
    for row in region.locator("tbody tr").all():
        cells = row.locator("td").all_inner_texts()
        if cells[0].split()[-1] == code:
            found.append(cells[1:5])
    return found


def test_a_teller_is_refused_and_the_manager_sees_it_counted(sit: Sit, bank: RunningBank) -> None:
    teller, manager, supervisor = sit("zh-CN"), sit("zh-CN", width=1920), sit("zh-CN")
    teller.open()
    teller.page.locator("#login-number").fill("T0001")
    teller.page.locator("#login-password").fill("a wrong password")
    teller.page.keyboard.press("Enter")
    expect(teller.page.get_by_role("alert")).to_contain_text("(credentials_wrong)")
    teller.log_in("T0001")
    begin_deposit(teller, ZHANG, "700", "6")  # 700 yuan are said, 600 counted
    expect(teller.page.locator(".field-fault", has_text="count_differs")).to_be_visible()

    manager.open("/console/")
    manager.log_in("O0001")
    refusals = manager.page.get_by_role("region", name="拒绝原因", exact=True).first
    expect(refusals).to_contain_text("count_differs", timeout=LOOKS_AGAIN_MS)
    expect(refusals).to_contain_text("credentials_wrong", timeout=LOOKS_AGAIN_MS)
    expect(refusals).to_contain_text("现金存款 · 发起业务")  # once the procedures' names are known
    assert refused_lines(manager.page, "count_differs") == [
        ["现金存款 · 发起业务", "柜面", "未形成业务", "1"]
    ]
    assert refused_lines(manager.page, "credentials_wrong") == [["员工登录", "未登录", "未形成业务", "1"]]
    assert "查看本人会话" not in refusals.inner_text()  # that nobody was there when the pages were opened
    assert "700" not in refusals.inner_text()
    assert ZHANG not in refusals.inner_text()
    assert manager.serious_findings() == []
    picture(manager, "console-refusals-zh-CN")

    # Once more: the page looks again by itself.
    teller.page.keyboard.press("F9")
    row = refusals.locator("tbody tr", has_text="count_differs")
    expect(row.locator("td").nth(4)).to_have_text("2", timeout=LOOKS_AGAIN_MS)

    # A supervisor of the branch sees what its people were refused, and not who knocked without a name.
    supervisor.open("/console/overview")
    supervisor.log_in("S0001")
    of_branch = supervisor.page.get_by_role("region", name="拒绝原因", exact=True).first
    expect(of_branch).to_contain_text("现金存款 · 发起业务")
    assert refused_lines(supervisor.page, "count_differs")[0][3] == "2"
    assert refused_lines(supervisor.page, "credentials_wrong") == []
    expect(of_branch).to_contain_text("本机构")


def test_the_trial_balance_on_the_page_is_the_ledger(sit: Sit, bank: RunningBank) -> None:
    desk = sit("en")
    desk.open("/console/reports")
    desk.log_in("S0001")
    report = desk.page.get_by_role("region", name="Trial balance").first
    report.wait_for()
    day = desk.page.locator("#report-to").input_value()
    desk.page.locator("#report-from").fill(day)
    desk.page.get_by_role("button", name="Show").click()
    period = f"from={day}&to={day}&branch=0001"
    lines = ask(bank, "S0001", "GET", f"/v1/trial-balance?{period}")
    assert isinstance(lines, list)
    total = desk.page.locator("tfoot tr").first.locator("td")
    sums = [sum(Decimal(line[side]) for line in lines) for side in ("debit", "credit")]
    assert sums[0] == sums[1]
    for debited in (f"{sums[0]:,.2f}",):
        expect(total.filter(has_text=debited).first).to_be_visible()
    texts = [row.inner_text() for row in desk.page.locator("tbody tr").all()]
    for line in lines:
        row = next(text for text in texts if f"\t{line['gl_code']}\t" in text)
        assert f"\t{Decimal(line['debit']):,.2f}\t{Decimal(line['credit']):,.2f}\t" in row, line
    assert len(texts) == len(lines)

    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("button", name="JSON").click()
    kept = Path(waiting.value.path())
    assert waiting.value.suggested_filename.startswith("trial-balance-")
    written = json.loads(kept.read_text("utf-8"))["tables"][0]
    assert sum(Decimal(row["turnover_debit"]) for row in written["rows"]) == sums[0]
    assert desk.serious_findings() == []
    picture(desk, "console-trial-balance-en")


def test_a_rate_is_proposed_from_the_console_and_decided_by_another(sit: Sit, bank: RunningBank) -> None:
    desk = sit("zh-CN")
    desk.open("/console/rates")
    desk.log_in("P0001")
    row = desk.page.locator("tr", has_text="美元定期存款").filter(has_text="1 年")
    row.get_by_role("button").click()
    desk.page.get_by_role("button", name="发起调整").click()
    assert desk.serious_findings() == []
    desk.page.locator("#start-percent").fill("99")
    desk.page.locator("#start-valid_from").fill("29991231")
    desk.page.locator("#start-reason").fill("定价委员会决议")
    desk.page.get_by_role("button", name=re.compile("提\\s*交")).click()
    expect(desk.page.locator(".start-case")).to_contain_text("rate_step_too_large")
    desk.page.locator("#start-percent").fill("2.90")
    desk.page.get_by_role("button", name=re.compile("提\\s*交")).dblclick()
    done = desk.page.get_by_role("status")
    expect(done).to_contain_text("高级管理人员")
    picture(desk, "console-rates-zh-CN")
    number = re.search(r"\d+", done.inner_text())
    assert number is not None
    cases = ask(bank, "P0001", "GET", "/v1/cases?process=change_rate")
    assert isinstance(cases, dict)
    assert [case["case"] for case in cases["cases"]] == [int(number[0])]  # a double click is one case

    desk.page.goto(desk.address + "/console/products/time")
    desk.page.get_by_role("button", name=re.compile("试\\s*算")).click()
    expect(desk.page.get_by_role("status")).to_contain_text("不记账")
    assert desk.serious_findings() == []
    picture(desk, "console-product-zh-CN")


def test_an_administrator_gives_roles_and_shuts_out_and_the_trail_says_so(
    sit: Sit, bank: RunningBank
) -> None:
    desk = sit("en")
    desk.open("/console/")
    desk.log_in("D0001")
    expect(desk.page).to_have_url(re.compile("/console/staff$"))  # the first page that is theirs
    desk.page.get_by_role("button", name="New member of staff").click()
    for name, text in (("number", "N0001"), ("name", "新员工"), ("password", "short")):
        desk.page.locator(f"#staff-{name}").fill(text)
    desk.page.locator("#staff-branch").select_option("0001")
    desk.page.locator("#staff-role_teller").check()
    desk.page.get_by_role("button", name=re.compile("Enter$")).click()
    expect(desk.page.locator(".field-fault")).to_contain_text("password_too_short")
    desk.page.locator("#staff-password").fill("quite-long-enough-9")
    desk.page.get_by_role("button", name=re.compile("Enter$")).click()
    expect(desk.page.get_by_role("status")).to_contain_text("N0001")
    assert "quite-long" not in desk.page.evaluate("JSON.stringify(sessionStorage)")
    desk.page.get_by_role("button", name="N0001").click()
    detail = desk.page.get_by_role("complementary", name="N0001")
    detail.get_by_label("Vault keeper").check()
    detail.get_by_role("button", name="Save the roles").click()
    detail.get_by_role("button", name="Save the roles").click()  # once it has said what that does
    row = desk.page.locator("tbody tr", has_text="N0001")
    expect(row).to_contain_text("Vault keeper")
    detail.get_by_role("button", name="Shut out").click()
    picture(desk, "console-staff-en")
    detail.get_by_role("button", name="Shut out").click()
    expect(row).to_contain_text("Shut out")
    assert desk.serious_findings() == []

    auditor = sit("zh-CN", width=360)
    auditor.open("/console/audit")
    auditor.log_in("A0001")
    auditor.page.locator("#audit-subject").fill("N0001")
    auditor.page.get_by_role("button", name=re.compile("查\\s*询")).click()
    lines = auditor.page.locator("tbody tr")
    expect(lines).to_have_count(3)
    for at, act in enumerate(("停用员工", "变更岗位", "新增员工")):
        expect(lines.nth(at)).to_contain_text(act)
        expect(lines.nth(at)).to_contain_text("D0001")
    lines.nth(1).get_by_role("button").click()
    expect(auditor.page.get_by_role("complementary")).to_contain_text("teller vault_keeper")
    assert auditor.serious_findings() == []
    assert auditor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(auditor, "console-audit-360-zh-CN")


def test_a_page_that_is_not_ones_own_says_so_and_the_day_cannot_be_cut_early(
    sit: Sit, bank: RunningBank
) -> None:
    teller = sit("en", width=1920)
    teller.open("/console/overview")
    teller.log_in("T0001")
    expect(teller.page.get_by_role("alert")).to_contain_text("not open to your roles")
    expect(teller.page.get_by_role("alert")).to_contain_text("See the bank at a glance")
    open_to_all = [
        "Process definitions",
        "Process instances",
        "Parameters",
    ]  # what a teller may read over the API, too
    expect(teller.page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(open_to_all)
    assert teller.serious_findings() == []

    desk = sit("zh-CN")
    desk.open("/console/days")
    desk.log_in("O0001")
    button = desk.page.get_by_role("button", name=re.compile("^日切"))
    button.click()
    button.click()  # the day is not over: the bank says so beside the button
    expect(desk.page.get_by_role("alert")).to_contain_text("day_not_over")
    desk.page.keyboard.press("F8")
    expect(desk.page.get_by_role("dialog")).to_contain_text("屏幕已锁定")
    picture(desk, "console-days-zh-CN")
