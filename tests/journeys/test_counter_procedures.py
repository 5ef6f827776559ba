"""Every procedure from both sides of the bank: somebody begins it at the counter or online, others work their tasks, and the
books say what came of it. The stories themselves are in ``customer_stories`` and ``house_stories``; a till's day, which leads
through several procedures on one page, is told here.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, expect

from liushui.processes.registry import procedure_folders
from tests.faults.running import RunningBank
from tests.journeys import customer_stories as customers
from tests.journeys import house_stories as house
from tests.journeys.stories import (
    CUSTOMER,
    HANDLER,
    KEEPER,
    OTHER_SUPERVISOR,
    SUPERVISOR,
    TELLER,
    Told,
    World,
    fill,
    hire,
    tell,
)

STORIES: tuple[Told, ...] = (
    *house.PRODUCT, *customers.OPENING, *customers.DATA, *customers.PLACED, *customers.ONLINE, *customers.ENTITY,
    *customers.CLOSING, *house.HOUSE,
)  # fmt: skip
TILL_DAY = {
    "voucher_hand_out": "test_vouchers_are_handed_to_the_teller_and_used_and_the_till_page_shows_both",
    "cash_transfer": "test_cash_goes_from_the_till_to_the_vault_and_both_count",
    "till_close": "test_a_till_that_does_not_agree_is_counted_again_explained_booked_and_closed",
    "cash_difference": "test_a_till_that_does_not_agree_is_counted_again_explained_booked_and_closed",
}
"""Which story of the till's day leads through a procedure."""
NOT_ONLINE = {
    "open_second_account": "told on the customer's own pages, in test_online_bank.py",
    "pay_instalment": "the next instalment is due in a month; the counter's story is refused for the same reason",
    "withdraw_time_deposit": "before maturity a deposit is taken out at the counter only, and the stories last a day",
}
"""What customers may begin online and no story begins there, and why."""
LIUSHUI = "{urn:liushui:bpmn:1}"


@pytest.fixture(scope="module")
def world(browser: Browser, bank: RunningBank) -> Iterator[World]:
    hire(bank, HANDLER, "何应", "complaint_handler")
    hire(bank, OTHER_SUPERVISOR, "赵副", "supervisor")
    built = World(browser, bank)
    yield built
    built.close()


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.name.replace(" ", "-"))
def test_(told: Told, world: World) -> None:
    tell(told, world)


def test_every_procedure_has_its_story() -> None:
    """At the counter, and online where it is offered there: by what the diagrams say, not by a list of ours."""
    told = {(one.process, one.who == CUSTOMER) for one in STORIES} | {(name, False) for name in TILL_DAY}
    offered: set[tuple[str, bool]] = set()
    for folder in procedure_folders():
        root = ElementTree.fromstring(folder.joinpath("process.bpmn").read_text("utf-8"))  # noqa: S314 - our own
        (process,) = (one for one in root.iter() if one.get(f"{LIUSHUI}startRoles"))
        channels = (process.get(f"{LIUSHUI}channels") or "").split()
        roles = (process.get(f"{LIUSHUI}startRoles") or "").split()
        if "counter" in channels:
            offered.add((folder.name, False))
        if "customer" in roles and "online" in channels:
            offered.add((folder.name, True))
    assert {name for name, _ in offered - told} - NOT_ONLINE.keys() == set()
    assert set(TILL_DAY.values()) <= globals().keys()
    assert offered >= told | {
        (name, True) for name in NOT_ONLINE
    }  # nothing is left over, or exempt without need


def test_vouchers_are_handed_to_the_teller_and_used_and_the_till_page_shows_both(world: World) -> None:
    keeper, teller = world.desk(KEEPER), world.desk(TELLER)
    keeper.open("/teller/")
    keeper.page.get_by_role("combobox").focus()
    keeper.type("1902")
    fill(keeper, "start", {"kind": "101", "first": "1", "last": "20", "teller": TELLER})
    keeper.page.keyboard.press("F9")
    keeper.page.locator(".tab-here .quiet").wait_for()
    teller.open("/teller/till")
    card = teller.page.locator(".card").first
    card.locator("button.ant-btn-primary").first.click()
    teller.page.locator("#take-accepted").select_option("yes")
    teller.page.keyboard.press("F9")
    expect(teller.page.locator(".till-records")).to_contain_text("1")
    expect(keeper.page.locator(".result")).to_be_visible(timeout=10_000)
    held = world.ask("O0001", "/v1/vouchers?kind=101&state=held")["ranges"]
    assert [(r["first"], r["last"], r["holder"]) for r in held] == [(1, 20, TELLER)]


def test_cash_goes_from_the_till_to_the_vault_and_both_count(world: World) -> None:
    keeper, teller = world.desk(KEEPER), world.desk(TELLER)
    before = world.ask("O0001", "/v1/cash/places/0001-V")["book"]
    teller.open("/teller/till")
    giver = teller.page.get_by_role("button", name="调出现金").or_(
        teller.page.get_by_role("button", name="Give cash")
    )
    giver.click()
    expect(teller.page.locator("#start-giver")).to_have_value("0001-T01")
    fill(teller, "start", {"receiver": "0001-V", "denominations": {"10000": "50"}})
    teller.page.keyboard.press("F9")
    teller.page.locator(".transaction-main .facts").wait_for()
    keeper.open("/teller/worklist")
    keeper.page.locator(".worklist-table tbody tr", has_text="0001-T01").focus(timeout=20_000)
    keeper.page.keyboard.press("Enter")
    keeper.page.locator("#receive-accepted").select_option("yes")
    keeper.page.locator("#receive-counted-10000").fill("50")
    keeper.page.keyboard.press("F9")
    expect(teller.page.locator(".result")).to_be_visible(timeout=10_000)
    teller.page.locator(".form-foot button").first.click()
    after = world.ask("O0001", "/v1/cash/places/0001-V")["book"]
    assert float(after) - float(before) == 5000


def test_a_till_that_does_not_agree_is_counted_again_explained_booked_and_closed(world: World) -> None:
    """A note is missing: the second count differs too, a supervisor confirms, the books take it, the till closes, and is
    opened again for whoever comes next."""
    teller, supervisor = world.desk(TELLER), world.desk(SUPERVISOR)
    notes: dict[str, int] = world.ask("O0001", "/v1/cash/places/0001-T01")["notes"]
    short = {face: str(n - (face == "10000")) for face, n in notes.items()}
    vouchers = {"101": "20"}
    teller.open("/teller/till")
    step = teller.page.locator(".step-here")
    primary = teller.page.locator(".till-work .card button, .till-work .ant-alert button")

    def close() -> None:
        primary.last.click()
        unfold = teller.page.locator(".unfold")
        if unfold.count():
            unfold.click()
        fill(teller, "start", {"denominations": short, "vouchers": vouchers})
        teller.page.keyboard.press("F9")

    close()
    teller.page.locator("#count-denominations-10000").wait_for()  # only that it differs is told
    teller.page.locator(".unfold").click()
    fill(teller, "count", {"denominations": short, "vouchers": vouchers})
    teller.page.keyboard.press("F9")
    teller.page.locator(".result").wait_for()
    teller.page.locator(".form-foot button").first.click()
    expect(step).to_contain_text("3")
    teller.page.locator(".till-work .ant-alert button.ant-btn-primary").click()
    expect(teller.page.locator("#start-count")).not_to_have_value("")
    fill(teller, "start", {"explanation": "可能多付一张"})
    teller.page.keyboard.press("F9")
    teller.page.locator(".transaction-main .facts").wait_for()
    supervisor.open("/teller/worklist")
    row = supervisor.page.locator(".worklist-table tbody tr", has_text="Overage or shortage").or_(
        supervisor.page.locator(".worklist-table tbody tr", has_text="长短款")
    )
    row.first.focus(timeout=20_000)
    supervisor.page.keyboard.press("Enter")
    fill(supervisor, "authorisation", {"decision": "approve"})
    supervisor.page.keyboard.press("F9")
    supervisor.page.locator("#worklist-text").wait_for()
    teller.open("/teller/till")
    teller.page.locator(".transaction-title .plain-button").last.click()
    expect(step).to_contain_text("2")
    close()
    teller.page.locator(".result").wait_for()
    teller.page.locator(".form-foot button").first.click()
    expect(step).to_contain_text("4")
    expect(teller.page.locator(".till-records")).not_to_contain_text("盲点")
    differences = world.ask("O0001", "/v1/cash/differences")["differences"]
    assert [(d["kind"], d["amount"], d["found_by"], d["confirmed_by"]) for d in differences] == [
        ("short", "100.00", TELLER, SUPERVISOR)
    ]
    primary.first.click()
    expect(teller.page.locator("#start-till")).to_have_value("0001-T01")
    fill(teller, "start", {"denominations": short})
    teller.page.keyboard.press("F9")
    teller.page.locator(".result").wait_for()
    assert world.ask("O0001", "/v1/cash/places/0001-T01")["teller"] == TELLER
