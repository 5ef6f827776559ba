"""Managers look at processes in the console: where a case stands, what a new version changes, what has stopped and why."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, expect

from liushui.workflow.layout import lay_out
from tests.bundles import bundle, end, flow, line, service, start, user
from tests.faults.running import RunningBank
from tests.journeys.conftest import Desk, Sit, ask, balance, picture

LI, WANG = "0001010000000024", "0002010000000031"
WIDTHS = (360, 1920)


def deploy(bank: RunningBank, key: str, body: str, **more: Any) -> int:
    """With a diagram of its own; the version's number."""
    made = bundle(key, body, **more)
    parts = {"decisions": made.decisions, "forms": made.forms, "texts": made.texts}
    deployed = ask(bank, "O0001", "POST", "/v1/processes", {"bpmn": lay_out(made.bpmn).decode(), **parts})
    return deployed["version"]


def drawn(desk: Desk, element: str) -> Locator:
    return desk.page.locator(f".diagram g[data-element-id='{element}']").first


def is_fit_for_everybody(desk: Desk, name: str) -> None:
    """Nothing serious by axe and no page wider than its screen, on a phone and on a large one. name: of its pictures."""
    picture(desk, name)
    before = desk.page.viewport_size
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.serious_findings() == [], width
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        picture(desk, f"{name}-{width}")
    assert before is not None
    desk.page.set_viewport_size(before)


def test_a_case_is_found_with_its_token_and_moves_on_when_somebody_decides(
    sit: Sit, bank: RunningBank
) -> None:
    before = balance(bank, LI)
    form = {"account": LI, "amount": "60000.00", "denominations": {"10000": 600}}
    begun = ask(bank, "T0001", "POST", "/v1/processes/cash_deposit/cases", {"form": form})
    case, identity = begun["case"], begun["tasks"][0]["task"]
    checked = {"document_type": "id_card", "document_checked": True}
    ask(bank, "T0001", "POST", f"/v1/tasks/{identity}/completion", {"version": 1, "form": checked})

    desk = sit("zh-CN")
    desk.open("/console/cases")
    desk.log_in("S0001")
    main = desk.page.locator("main")
    filters = desk.page.get_by_role("form", name="筛选条件")
    filters.get_by_label("流程").select_option(label="现金存款")
    filters.get_by_label("状态").select_option(label="进行中")
    filters.get_by_label("人员").fill("t0001")
    filters.get_by_role("button", name="查询").click()
    row = desk.page.locator("tbody tr", has=desk.page.get_by_role("link", name=str(case), exact=True))
    expect(row).to_contain_text("主管授权")
    expect(desk.page.locator("tbody tr", has_text="已完成")).to_have_count(0)
    is_fit_for_everybody(desk, "console-cases")

    desk.page.get_by_label("业务编号").fill(str(case))
    desk.page.keyboard.press("Enter")
    expect(drawn(desk, "Authorise")).to_have_class("djs-element djs-shape is-here")
    expect(drawn(desk, "VerifyIdentity")).to_have_class("djs-element djs-shape was-here")
    way = desk.page.get_by_role("table", name="办理经过")
    expect(way.get_by_role("row", name=re.compile("^核验身份"))).to_contain_text("T0001")
    expect(way.locator("tr", has_text="主管授权")).to_contain_text("待办")
    expect(desk.page.get_by_role("table", name="等待事项")).to_contain_text("主管授权")
    expect(desk.page.get_by_role("table", name="流程变量")).to_contain_text("60,000.00")
    is_fit_for_everybody(desk, "console-case")

    (task,) = (
        t["task"] for t in ask(bank, "S0001", "GET", f"/v1/cases/{case}")["tasks"] if t["state"] == "open"
    )
    ask(bank, "S0001", "POST", f"/v1/tasks/{task}/completion", {"version": 1, "form": {"decision": "approve"}})  # fmt: skip
    expect(way.locator("tr", has_text="主管授权")).to_contain_text(
        "S0001", timeout=15_000
    )  # without a reload
    expect(desk.page.locator(".diagram .is-here")).to_have_count(0)
    expect(main.locator(".place-head")).to_contain_text("已完成")
    assert balance(bank, LI) - before == 6_000_000


ONE = start() + user("Check", role="supervisor") + user("Post", role="reviewer") + end() + line("Start", "Check", "Post", "End")  # fmt: skip
TWO = (
    start() + user("Check", role="supervisor", serviceLevel="PT2H") + user("Sign") + end()
    + line("Start", "Check", "Sign") + flow("F_End", "Sign", "End")
)  # fmt: skip


def test_what_a_new_version_changes_is_marked_on_the_diagrams_and_told_in_a_table(
    sit: Sit, bank: RunningBank
) -> None:
    assert [deploy(bank, "journey_letters", body) for body in (ONE, TWO)] == [1, 2]
    desk = sit("en")
    desk.open("/console/processes")
    desk.log_in("O0001")
    desk.page.get_by_label("Search").fill("1001")
    expect(desk.page.locator("tbody tr")).to_have_count(1)
    desk.page.get_by_label("Search").fill("")
    is_fit_for_everybody(desk, "console-definitions")
    desk.page.get_by_role("link", name="journey_letters").click()
    expect(drawn(desk, "Sign")).to_be_visible()
    parts = desk.page.get_by_role("navigation", name="Parts")
    parts.get_by_role("link", name="Versions").click()
    expect(desk.page.locator("tbody tr")).to_have_count(2)
    desk.page.get_by_role("link", name="against version 1").click()

    before, after = (desk.page.get_by_role("region", name=name) for name in ("Before", "After"))
    expect(before.locator("g[data-element-id='Post']").first).to_have_class("djs-element djs-shape is-removed")  # fmt: skip
    expect(after.locator("g[data-element-id='Sign']").first).to_have_class("djs-element djs-shape is-added")
    expect(after.locator(".note-changed")).to_have_text(["≠ changed"])  # in words too
    expect(before.locator(".note-removed", has_text="− removed").first).to_be_visible()
    table = desk.page.get_by_role("table")
    check = table.locator("tbody tr", has_text="Check").filter(has_text="changed")
    expect(check.locator("del")).to_have_text("1 hour PT1H")
    expect(check.locator("ins")).to_have_text("2 hours PT2H")
    told = ask(bank, "O0001", "GET", "/v1/processes/journey_letters/versions/1/differences/2")
    expect(table.locator("tbody tr")).to_have_count(len(told["differences"]))
    is_fit_for_everybody(desk, "console-differences")

    desk.open("/console/processes/cash_deposit")
    expect(desk.page.get_by_role("table", name="Elements")).to_contain_text("not by whoever did: the start")
    expect(desk.page.get_by_text("Gateway IdentityDone").first).to_be_visible()  # which has no name
    is_fit_for_everybody(desk, "console-definition")
    for part, seen in (
        ("Procedure", "Verify"),
        ("Forms", "Decision"),
        ("Decision tables", '"remote_authoriser"'),
        ("Work and time", "Waiting now"),
    ):
        parts.get_by_role("link", name=part).click()
        expect(desk.page.locator("main")).to_contain_text(seen)
        is_fit_for_everybody(desk, f"console-{part.lower().replace(' ', '-')}")
    desk.page.get_by_role("link", name="Parameters").click()
    desk.page.get_by_label("Search").fill("identity")
    limit = desk.page.locator("tr", has_text="cash_identity_from")
    for text in ("50,000.00", "yuan", "2007-08-01", "holds"):
        expect(limit).to_contain_text(text)
    is_fit_for_everybody(desk, "console-parameters")


def test_a_case_that_has_stopped_is_retried_and_the_money_moves_once(sit: Sit, bank: RunningBank) -> None:
    wait = (
        '<bpmn:intermediateCatchEvent id="Soon" name="稍后 Soon"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1S'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    form = {"zh": "付款", "en": "Pay", "fields": [
        {"name": name, "type": kind, "zh": name, "en": name, "required": True}
        for name, kind in (("payer", "account"), ("payee", "account"), ("amount", "amount"))
    ]}  # fmt: skip
    pay = service("Pay", "transfer.post").replace('name="Pay"', 'name="付款 Pay"')
    deploy(bank, "journey_rent", start() + wait + pay + end() + line("Start", "Soon", "Pay", "End"), forms={"start": form})  # fmt: skip
    payer, payee = balance(bank, WANG), balance(bank, LI)
    amount = payer + 100_00
    asked = {"payer": WANG, "payee": LI, "amount": f"{amount // 100}.{amount % 100:02d}"}
    case = ask(bank, "T0001", "POST", "/v1/processes/journey_rent/cases", {"form": asked})["case"]

    desk = sit("zh-CN")
    desk.open("/console/incidents")
    desk.log_in("S0001")
    row = desk.page.locator("tbody tr", has=desk.page.get_by_role("link", name=str(case), exact=True))
    expect(row).to_contain_text("insufficient_funds", timeout=15_000)  # the page looks again by itself
    expect(row).to_contain_text(f"账户{WANG}可用余额不足")
    is_fit_for_everybody(desk, "console-incidents")
    row.get_by_role("link").first.click()
    expect(drawn(desk, "Pay")).to_have_class("djs-element djs-shape is-here")
    desk.page.get_by_label("发现的问题与处理情况").fill("先试一次")
    retry = desk.page.get_by_role("button", name=re.compile(r"重\s*试"))
    retry.click()
    is_fit_for_everybody(desk, "console-incident")
    retry.click()
    told = desk.page.get_by_role("status")
    expect(told).to_contain_text("再次异常")
    assert balance(bank, WANG) == payer

    more = {"account": WANG, "amount": "200.00", "denominations": {"10000": 2}}
    ask(bank, "T0001", "POST", "/v1/processes/cash_deposit/cases", {"form": more})
    told.get_by_role("link", name="异常").click()
    desk.page.get_by_label("发现的问题与处理情况").fill("客户已存入现金")
    retry.click()
    retry.dblclick()
    expect(desk.page.get_by_role("status")).to_contain_text("已继续并办结")
    assert balance(bank, WANG) == payer + 200_00 - amount
    assert balance(bank, LI) == payee + amount
    desk.page.get_by_role("link", name=str(case), exact=True).first.click()
    expect(desk.page.locator(".place-head")).to_contain_text("已完成")
    expect(desk.page.get_by_role("table", name="异常")).to_contain_text("客户已存入现金")
    desk.page.get_by_role("navigation").get_by_role("link", name="异常").click()
    desk.page.get_by_role("link", name="已处理").click()
    expect(desk.page.locator("tbody tr", has_text="S0001 已重试")).to_have_count(2)
