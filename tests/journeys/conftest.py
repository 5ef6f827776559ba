"""A demo bank that runs as its users run it, and Debian's browser in front of it. Where either is missing, the journeys
say so and are skipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from liushui.channels.web import BUILT
from liushui.demo import demo_data
from tests.faults.running import RunningBank, running_bank

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, Playwright  # noqa: E402 - after it is known to be there

T = TypeVar("T")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
IDLE_OR_REFUSED = ("401", "403", "404", "409", "422")
"""Refusals that the page shows; the browser writes a line about each as well."""


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread: the browser's driver keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


_keys = count(1)


def ask(
    bank: RunningBank, staff: str, method: str, path: str, body: Any = None, key: str | None = None
) -> Any:
    """What the bank itself answers one of its staff. key: of the request; without one, a new one."""
    if key is None and method != "GET":
        key = f"journey-{next(_keys)}"

    async def once() -> Any:
        async with bank.client() as http:
            return await bank.ask(http, staff, method, path, key, body)

    return apart(once())


def balance(bank: RunningBank, account: str) -> int:
    """In fen, as the bank itself says."""
    return int(ask(bank, "R0001", "GET", f"/v1/accounts/{account}")["ledger"].replace(".", ""))


class Desk:
    """One person at one screen. errors: what the browser complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self._note(line.text))

    def _note(self, text: str) -> None:
        refused = any(f"status of {status}" in text for status in IDLE_OR_REFUSED)
        if (
            not refused
            and "ERR_CONNECTION" not in text
            and "ERR_EMPTY" not in text
            and "ERR_INTERNET" not in text
        ):
            self.errors.append(text)

    def open(self, path: str = "/teller/") -> None:
        self.page.goto(self.address + path)

    def log_in(self, number: str, password: str = "") -> None:
        """password: that of a person whom the demo bank's data do not name."""
        known = {s["number"]: s["password"] for s in demo_data()["staff"]}
        self.page.locator("#login-number").fill(number)
        self.page.locator("#login-password").fill(password or known[number])
        self.page.keyboard.press("Enter")
        self.page.locator("#login-number").wait_for(state="detached")
        self.page.locator(".page:not([inert]) main > :not(.page-wait)").first.wait_for()

    def type(self, *texts: str) -> None:
        """Type each and press Enter."""
        for text in texts:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")

    def serious_findings(self) -> list[str]:
        """What axe finds serious or critical on the page as it stands."""
        if not AXE.is_file():
            pytest.skip("axe-core is not installed: run `make`")
        # Evaluated by the debugger, so that the page's own policy stays as strict as it is.
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {node['html'][:160]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"]
        ]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip("no journeys without a browser: apt-get install chromium")
    if not any(BUILT.glob("*.html")):
        pytest.skip("no journeys without pages: they have not been built")
    with playwright.sync_playwright() as driver:
        opened = _launch(driver)
        yield opened
        opened.close()


def _launch(driver: Playwright) -> Browser:
    return driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def bank(browser: Browser) -> Iterator[RunningBank]:
    """A bank for each file, so that none depends on what another has left, nor on which process runs it. After the browser: no
    bank is opened for nobody."""
    with tempfile.TemporaryDirectory(prefix="ls") as folder, running_bank(Path(folder)) as running:

        async def wait() -> None:
            form = {"till": "0001-T01", "denominations": demo_data()["till"]}
            async with running.client() as http:
                await running.wait_until_open(http)
                await running.ask(
                    http, "T0001", "POST", "/v1/processes/till_sign_in/cases", "in", {"form": form}
                )

        apart(wait())
        yield running


def sit_down(
    browser: Browser, bank: RunningBank, language: str = "zh-CN", width: int = 1280, height: int = 900
) -> Desk:
    """Open a screen of its own for somebody. Whoever opens it closes its page's context."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
    context.set_default_timeout(15_000)
    context.add_init_script(
        f"localStorage.getItem('liushui.language') ?? localStorage.setItem('liushui.language', '{language}')"
    )
    return Desk(context.new_page(), f"http://127.0.0.1:{bank.port}")


Sit = Callable[..., Desk]


@pytest.fixture
def sit(browser: Browser, bank: RunningBank) -> Iterator[Sit]:
    """Screens for one story: ``sit("zh-CN", width=1920)``."""
    desks: list[Desk] = []

    def one(language: str = "zh-CN", width: int = 1280, height: int = 900) -> Desk:
        desks.append(sit_down(browser, bank, language, width, height))
        return desks[-1]

    yield one
    complaints = [error for desk in desks for error in desk.errors]
    for desk in desks:
        desk.page.context.close()
    assert complaints == []


def seat(sit: Sit, language: str, number: str, path: str = "/teller/") -> Desk:
    """One of the staff, logged in at a screen of their own."""
    desk = sit(language)
    desk.open(path)
    desk.log_in(number)
    return desk


def picture(desk: Desk, name: str) -> None:
    """Keep a picture of the page where ``LIUSHUI_SCREENSHOTS`` names a folder for them."""
    folder = os.environ.get("LIUSHUI_SCREENSHOTS")
    if folder:
        desk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
