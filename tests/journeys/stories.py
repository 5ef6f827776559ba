"""How a procedure's story is told from both sides of the bank: somebody begins, others do their tasks, the books say
what came of it. A story is data (``Told``); here is how its people act: staff by keys in their browsers, a customer as the
bank's online pages ask for them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import sleep, time
from typing import Any, TypeVar

from playwright.sync_api import Browser, expect

from liushui.processes import counter_codes
from tests.faults.running import RunningBank
from tests.journeys.conftest import Desk, apart, ask, balance, sit_down
from tests.online import Browser as Online

T = TypeVar("T")
Given = dict[str, Any]
TELLER, SUPERVISOR, REVIEWER, KEEPER, HANDLER = "T0001", "S0001", "R0001", "K0001", "H0001"
REMOTE, PRODUCTS, SENIOR, OTHER_SUPERVISOR = "M0001", "P0001", "V0001", "S0009"
CUSTOMER = "customer"
"""The customer whose account the stories are about, online."""
ONE_TIME_PASSWORD = "one-time password"
HALF_MINUTE_S = 30


@dataclass(frozen=True)
class Step:
    """who does a task: its form's name, and what is filled in. spot: at the beginner's screen instead of their own."""

    who: str
    form: str
    given: Given
    spot: bool = False


@dataclass(frozen=True)
class Told:
    """name: of the story. who: begins it. moves: by how many fen accounts change. ends: the element at which the case
    ends; None: it goes on after the story. refused: the code that the form is refused with. check: what somebody else
    sees. keep: what later stories need to know."""

    name: str
    process: str
    start: Given
    steps: tuple[Step, ...] = ()
    who: str = TELLER
    moves: dict[str, int] = field(default_factory=dict[str, int])
    ends: str | None = "Done"
    refused: str | None = None
    check: Callable[[World], bool] | None = None
    keep: Callable[[World], dict[str, str]] | None = None


class HalfMinutes:
    """The time that an authenticator app shows codes for: each half minute's code once, as early as the bank takes it."""

    def __init__(self) -> None:
        self.last = 0

    def advance(self, _: object) -> None:
        self.last = max(self.last + 1, int(time()) // HALF_MINUTE_S - 1)
        while self.last > int(time()) // HALF_MINUTE_S + 1:
            sleep(0.5)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.last * HALF_MINUTE_S, UTC)


class World:
    """The bank, its people at their desks, and what the stories have left so far. known: ``account`` is the new customer's.
    shown: what a page has shown once."""

    def __init__(self, browser: Browser, bank: RunningBank) -> None:
        self.browser, self.bank = browser, bank
        self.desks: dict[str, Desk] = {}
        self.known: dict[str, str] = {}
        self.shown = ""
        self.number = 0
        self.online = Online(None, HalfMinutes())  # type: ignore[arg-type] - it has a line to the bank only while it asks

    def desk(self, who: str) -> Desk:
        """Whoever is needed logs in once; every second one has pages in English."""
        if who not in self.desks:
            desk = self.desks[who] = sit_down(self.browser, self.bank, ("zh-CN", "en")[len(self.desks) % 2])
            desk.open()
            desk.log_in(who, self.bank.passwords[who])
        return self.desks[who]

    def ask(self, staff: str, path: str) -> Any:
        return ask(self.bank, staff, "GET", path)

    def as_customer(self, work: Callable[[Online], Awaitable[T]]) -> T:
        async def one() -> T:
            async with self.bank.client() as http:
                self.online.http = http
                return await work(self.online)

        return apart(one())

    def balance(self, account: str) -> int:
        """In fen, as somebody else at the bank sees it."""
        return balance(self.bank, account)

    def case(self) -> Any:
        """The story's case, as the bank knows it."""
        return self.ask(REVIEWER, f"/v1/cases/{self.number}")

    def object_of(self, kind: str) -> str:
        return str(self.case()["objects"][kind][-1])

    def fill_in(self, value: Any) -> Any:
        """``{account}`` is the account that an earlier story has opened; what is a function looks it up."""
        if callable(value):
            return value(self)
        return value.format(**self.known) if isinstance(value, str) and "{" in value else value

    def close(self) -> None:
        complaints = [error for desk in self.desks.values() for error in desk.errors]
        for desk in self.desks.values():
            desk.page.context.close()
        assert complaints == []


def hire(bank: RunningBank, number: str, name: str, role: str) -> None:
    """Somebody whom the demo bank does not have."""
    password = "river-bank-77"
    new = {"number": number, "name": name, "branch": "0001", "roles": [role], "password": password}

    async def work() -> None:
        async with bank.client() as http:
            await bank.ask(http, "D0001", "POST", "/v1/staff", f"hire:{number}", new)

    apart(work())
    bank.passwords[number] = password


def tell(told: Told, world: World) -> None:
    moves = {world.fill_in(account): fen for account, fen in told.moves.items()}
    before = {account: world.balance(account) for account in moves}
    begin(told, world)
    if told.refused is None:
        for step in told.steps:
            do(told, step, world)
        ended(told, world)
    assert {account: world.balance(account) - fen for account, fen in before.items()} == moves
    if told.check is not None:
        eventually(lambda: told.check is not None and told.check(world))
    if told.keep is not None:
        world.known |= told.keep(world)
    if told.who != CUSTOMER:
        world.desk(told.who).page.locator(".transaction-title .plain-button").last.click()


def eventually(holds: Callable[[], bool]) -> None:
    """What another case does about it may take a moment."""
    until = time() + 10
    while not holds():
        assert time() < until
        sleep(0.3)


def begin(told: Told, world: World) -> None:
    given = {name: world.fill_in(value) for name, value in told.start.items()}
    if told.who == CUSTOMER:
        world.number = world.as_customer(lambda online: start_online(online, told.process, given))
        return
    desk = world.desk(told.who)
    desk.page.locator(".top button[lang]").click()  # the other language
    go(desk, "/teller/")
    desk.page.get_by_role("combobox").focus()
    desk.type(counter_codes()[told.process].code)
    fill(desk, "start", given)
    desk.page.keyboard.press("F9")
    if told.refused is not None:
        expect(desk.page.locator(".field-fault, .form-fault").first).to_contain_text(f"({told.refused})")
        return
    number = desk.page.locator(".tab-here .quiet")
    number.wait_for()
    world.number = int(number.inner_text())


def do(told: Told, step: Step, world: World) -> None:
    given = {name: world.fill_in(value) for name, value in step.given.items()}
    if step.who == CUSTOMER:
        complete_online(world, given)
        return
    if step.spot:
        desk = world.desk(told.who)
        with desk.page.expect_response(f"**/v1/cases/{world.number}"):
            pass  # the page has seen what it waits for now
        desk.page.locator(".transaction-main .ant-alert button").click()
        desk.page.locator("#spot-number").fill(step.who)
        desk.page.locator("#spot-password").fill(world.bank.passwords[step.who])
        desk.page.keyboard.press("Enter")
    elif step.who == told.who:
        desk = world.desk(step.who)
    else:
        desk = world.desk(step.who)
        open_task(desk, world.number)
    first = desk.page.locator(f"[id^='{step.form}-{next(iter(given))}']").first
    first.wait_for()
    fill(desk, step.form, given)
    desk.page.keyboard.press("F9")
    if step.who != told.who and not step.spot:
        desk.page.locator("#worklist-text").wait_for()
    else:
        first.wait_for(state="detached")
    once = desk.page.locator(".once")
    if once.count():
        world.shown = once.inner_text()
        desk.page.locator(".ant-alert:has(.once) button").click()


async def start_online(online: Online, process: str, given: Given) -> int:
    """Whole numbers go as numbers, as the form says."""
    (offer,) = [one for one in await online.get("/v1/my/processes") if one["process"] == process]
    whole = {one["name"] for one in offer["start_form"]["fields"] if one["type"] == "integer"}
    form = {name: int(value) if name in whole else value for name, value in given.items()}
    return (await online.start(process, **form))["case"]


def complete_online(world: World, given: Given) -> None:
    async def work(online: Online) -> None:
        if given.get("one_time_password") == ONE_TIME_PASSWORD:
            given["one_time_password"] = online.one_time_password()
        answer = await online.complete(await online.get(f"/v1/my/cases/{world.number}"), **given)
        assert answer.status_code == 200, answer.text

    world.as_customer(work)


def ended(told: Told, world: World) -> None:
    """On the page of whoever began, and in the bank's own record."""
    if told.who != CUSTOMER:
        page = world.desk(told.who).page
        expect(page.locator(".tab-here .quiet" if told.ends is None else ".result")).to_be_visible(
            timeout=10_000
        )
    case = world.case()
    done = [
        e["element"] for e in case["history"] if (e["kind"], e["lifecycle"]) == ("process_step", "completed")
    ]
    if told.ends is None:
        assert case["status"] == "running"
    else:
        assert (case["status"], done[-1]) == ("completed", told.ends), json.dumps(case["variables"])[:2000]


def go(desk: Desk, path: str) -> None:
    """By the page's own links: nothing is loaded anew."""
    desk.page.locator(f".top nav a[href='{path}']").click()


def open_task(desk: Desk, case: int) -> None:
    """Out of the worklist, found by the case's number, by keys."""
    go(desk, "/teller/")  # away and back: the list is read anew, and not only when its time has come
    go(desk, "/teller/worklist")
    desk.page.locator("#worklist-text").fill(str(case))
    desk.page.locator(f".worklist-table tbody tr:has(td:text-is('{case}'))").focus(timeout=20_000)
    desk.page.keyboard.press("Enter")


def fill(desk: Desk, form: str, given: Given) -> None:
    """Fill in fields by their names, whatever kind of field each is; a large amount twice."""
    for name, value in given.items():
        if isinstance(value, dict):
            unfold = desk.page.locator(f"[aria-labelledby='{form}-{name}-label'] .unfold")
            if unfold.count():
                unfold.click()
            for face, pieces in value.items():
                desk.page.locator(f"#{form}-{name}-{face}").fill(str(pieces))
            continue
        box = desk.page.locator(f"#{form}-{name}")
        if value is True:
            box.check()
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
            again = desk.page.locator(f"#{form}-{name}-again")
            if again.count():
                again.fill(value)
