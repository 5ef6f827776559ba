"""``make screenshots``: pictures of the main pages for the readme, taken of a demo bank that has lived.

``python -m tests.pictures FOLDER`` creates the demo bank, walks through the pages as its people would, and writes PNG files.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from pyotp.totp import TOTP

from liushui.demo import demo_data, town_data
from tests.faults.running import RunningBank, running_bank
from tests.journeys.conftest import CHROMIUM, Desk, apart

LIVED_WITHIN_S = 900
DESK, PHONE = (1280, 800), (390, 844)


class Album:
    """Takes the pictures. desk: a screen in a language, logged in where a member of staff is named."""

    def __init__(self, browser: Browser, bank: RunningBank, folder: Path) -> None:
        self._browser, self._bank, self._folder = browser, bank, folder
        self._passwords = {s["number"]: s["password"] for s in town_data()["staff"]}

    def desk(self, language: str, size: tuple[int, int], staff: str, page: str = "/teller/") -> Desk:
        desk = self._open(language, size, page)
        desk.log_in(staff, self._passwords[staff])
        return desk

    def phone(self, language: str) -> Desk:
        """A customer's, at the door of the online bank."""
        return self._open(language, PHONE, "/online/")

    def _open(self, language: str, size: tuple[int, int], page: str) -> Desk:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, device_scale_factor=1
        )
        context.add_init_script(f"localStorage.setItem('liushui.language', '{language}')")
        desk = Desk(context.new_page(), f"http://127.0.0.1:{self._bank.port}")
        desk.open(page)
        return desk

    def take(self, desk: Desk, name: str) -> None:
        desk.page.wait_for_timeout(1200)
        desk.page.screenshot(path=str(self._folder / f"{name}.png"))
        print(name, flush=True)


def workbench(album: Album) -> None:
    """A deposit as far as its first form, in Chinese."""
    desk = album.desk("zh-CN", DESK, "T0001")
    desk.page.locator(".offers li").first.wait_for()
    desk.type("1001")
    desk.page.locator("form").first.wait_for()
    desk.type("0001010000000016", "4280.50", "42", "1", "1")
    album.take(desk, "workbench")


def worklist(album: Album) -> None:
    """A task open, with its diagram, in English."""
    desk = album.desk("en", DESK, "R0001", "/teller/worklist")
    desk.page.locator("table tbody .link-button").first.click()
    album.take(desk, "task")


def online(album: Album) -> None:
    """The online bank on a phone, in Chinese: home, and a deposit as it is looked at."""
    row = demo_data()["online"][0]
    desk = album.phone("zh-CN")
    desk.page.locator("input").nth(0).fill(row["customer"])
    desk.page.locator("input").nth(1).fill(row["password"])
    desk.page.keyboard.press("Enter")
    desk.page.locator(".code-input").fill(TOTP(row["totp"]).now())
    desk.page.keyboard.press("Enter")
    desk.page.locator(".eye").click()
    album.take(desk, "online-home")
    desk.page.goto(desk.address + "/online/deposits")
    desk.page.locator(".amount-input").fill("5000")
    desk.page.locator(".quote").wait_for()
    album.take(desk, "online-deposit")


def console(album: Album) -> None:
    """The bank at a glance in Chinese; where the time of a procedure goes, in English."""
    desk = album.desk("zh-CN", DESK, "V0001", "/console/")
    desk.page.locator(".tile-figure").first.wait_for()
    album.take(desk, "console")
    desk = album.desk("en", DESK, "V0001", "/console/processes/cash_withdrawal/1/heat")
    desk.page.locator(".djs-container").first.wait_for()
    album.take(desk, "process")


STORIES: tuple[Callable[[Album], None], ...] = (workbench, worklist, console, online)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ls") as place,
        running_bank(Path(place), "--seed", "liushui") as bank,
    ):

        async def opened() -> None:
            async with bank.client() as http:
                await bank.wait_until_open(http, within_s=LIVED_WITHIN_S)

        apart(opened())
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            album = Album(browser, bank, folder)
            for story in STORIES:
                story(album)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
