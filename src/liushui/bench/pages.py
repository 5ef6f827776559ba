"""From a key to the next paint, on the worklist with a thousand tasks and beside it on an empty page of the same browser.

The server runs as ``liushui serve`` runs it. A key counts from its event's own time stamp to the first task after the frame
in which the page has answered it. Needs what the journeys need: Debian's chromium, playwright, and pages that are built.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liushui.accounting import open_internal_accounts
from liushui.bank import open_bank
from liushui.bench.http import wait_until_open
from liushui.identity import add_staff, open_branch
from liushui.kernel.clock import SystemClock, monotonic_s
from liushui.store.database import UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from liushui.workflow import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

TASKS = 1_000
HANDLER, PASSWORD = "H0001", "bench-only-password-1"
EMPTY = "data:text/html,<!doctype html><title>empty</title><input autofocus>"
BAR_MS = 100
WATCH = """() => {
  window.paints = [];
  addEventListener('keydown', (event) => {
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => window.paints.push(performance.now() - event.timeStamp);
      after.port2.postMessage(0);
    });
  }, true);
}"""
"""After the frame's own work a message comes next: by then the frame is on its way to the screen."""
Keys = Sequence[str]


def measure(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything in a fresh folder and remove it. seconds: of keys, for each figure."""
    with tempfile.TemporaryDirectory(prefix="liushui-bench-") as name:
        folder = Path(name)
        server = EmbeddedServer(folder)
        server.start()
        try:
            asyncio.run(_found(server.dsn(), say))
        finally:
            server.stop()
        with _served(folder) as port:
            figures = _in_the_browser(port, seconds, say)
    worst = max(f["p99_ms"] for name, f in figures.items() if name != "empty page")
    return {"tasks": TASKS, "figures": figures, "bar_ms": BAR_MS, "holds": worst <= BAR_MS}


def report_as_text(result: dict[str, Any]) -> str:
    lines = [f"key to next paint, {result['tasks']:,} tasks on the list"]
    lines += [
        f"  {name}: p50 {f['p50_ms']:.1f} ms, p99 {f['p99_ms']:.1f} ms ({f['keys']} keys)"
        for name, f in result["figures"].items()
    ]
    lines.append(f"  bar: p99 {result['bar_ms']} ms, {'held' if result['holds'] else 'NOT HELD'}")
    return "\n".join(lines)


async def _found(dsn: str, say: Callable[[str], None]) -> None:
    """A bank with a thousand complaints that wait for one handler."""
    await migrate(dsn)
    clock = SystemClock()
    async with open_bank(dsn, clock) as bank:

        async def work(uow: UnitOfWork) -> int:
            day = date(2026, 1, 5)
            await uow.start_books(day)
            branch = await open_branch(uow, code="0001", name_zh="0001", name_en="0001", opened_on=day)
            await open_internal_accounts(
                uow, bank.ledger, branch_id=branch.id, branch_code=branch.code, currency="CNY"
            )
            await add_staff(uow, clock, number=HANDLER, name=HANDLER, branch_id=branch.id,
                            roles=["complaint_handler"], password=PASSWORD)  # fmt: skip
            return branch.id

        branch = await bank.db.transact(work)
        await bank.processes.deploy_house(actor="bench")
        teller = Person("T0001", frozenset({"teller"}), branch, "counter")
        form = {"received_via": "counter", "product": "deposit", "subject": "waiting", "complainant": "Bench",
                "contact": "bench", "text": "It took long."}  # fmt: skip
        for number in range(TASKS):
            await bank.processes.start(teller, "complaint", form, idempotency_key=f"bench:{number}")
        say(f"{TASKS:,} cases begun")


@contextmanager
def _served(folder: Path) -> Generator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LIUSHUI_")}
    program = [sys.executable, "-m", "liushui", "serve", "--data-dir", str(folder)]
    with (folder / "serve.log").open("w") as log:
        served = subprocess.Popen(  # noqa: S603 - ourselves
            program, env=environment | {"LIUSHUI_PORT": str(port)}, stdout=log, stderr=log
        )
        try:
            wait_until_open(port, served)
            yield port
        finally:
            served.terminate()
            served.wait(timeout=40)


def _in_the_browser(port: int, seconds: int, say: Callable[[str], None]) -> dict[str, dict[str, float]]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise RuntimeError("bench pages needs playwright: pip install playwright") from error
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("bench pages needs a browser: apt-get install chromium")
    figures: dict[str, dict[str, float]] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(EMPTY)
        figures["empty page"] = _keys(page, "input", ["a", "Backspace"], seconds)
        page.goto(f"http://127.0.0.1:{port}/teller/worklist")
        page.locator("#login-number").fill(HANDLER)
        page.locator("#login-password").fill(PASSWORD)
        page.keyboard.press("Enter")
        row = ".worklist-table tbody tr"
        page.locator(f".worklist-table[aria-rowcount='{TASKS + 1}']").wait_for()
        say("a thousand tasks are on the list")
        figures["from row to row"] = _keys(page, f"{row} >> nth=0", ["ArrowDown"], seconds)
        ends = ["PageDown", "PageDown", "End", "Home"]
        figures["from end to end"] = _keys(page, f"{row} >> nth=0", ends, seconds)
        figures["typing a filter"] = _keys(page, "#worklist-text", ["9", "Backspace"], seconds)
        browser.close()
    return figures


def _keys(page: Page, start: str, keys: Keys, seconds: int) -> dict[str, float]:
    """Press keys in turn, about as fast as a quick person, and watch what each takes."""
    page.evaluate(WATCH)
    page.locator(start).focus()
    until, pressed = monotonic_s() + seconds, 0
    while monotonic_s() < until:
        page.keyboard.press(keys[pressed % len(keys)])
        pressed += 1
        page.wait_for_function("n => window.paints.length >= n", arg=pressed)
    paints: list[float] = page.evaluate("window.paints")
    cuts = statistics.quantiles(paints, n=100)
    return {"keys": len(paints), "p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}
