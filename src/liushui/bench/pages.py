"""What the counter's pages cost a teller: keys of a deposit, time from a key to the next paint, bytes of a first load.

The server runs as ``liushui serve`` runs it; the worklist has a thousand tasks, and beside it stands an empty page of the same
browser. A key counts from its event's own time stamp to the first task after the frame in which the page has answered it.
Needs what the journeys need: Debian's chromium, playwright, and pages that are built.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liushui.accounting import open_internal_accounts
from liushui.bank import Bank, open_bank
from liushui.bench.http import wait_until_open
from liushui.cash import TILL, open_branch_cash, open_place, open_session
from liushui.deposits import Actor
from liushui.identity import Branch, add_staff, open_branch
from liushui.kernel.clock import SystemClock, bank_day, monotonic_s
from liushui.parties import NewCustomer, open_customer
from liushui.store.database import UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from liushui.workflow import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

TASKS = 1_000
CURRENCY = "CNY"
TELLER, HANDLER, PASSWORD = "T0001", "H0001", "bench-only-password-1"
EMPTY = "data:text/html,<!doctype html><title>empty</title><input autofocus>"
PAINT_MS_MAX = 100
KEYS_MAX = 12
"""Of a deposit at the counter, beyond its data: the account, the amount, the notes."""
FIRST_LOAD_BYTES_MAX = {"teller": 700_000, "console": 700_000, "online": 350_000}
"""By page, after gzip, with diagrams and charts loaded when they are needed."""
WATCH = """() => {
  const watched = window.paints !== undefined;
  window.paints = [];
  window.pressed = [];
  if (watched) return;
  addEventListener('keydown', (event) => {
    window.pressed.push(event.key);
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
            account = asyncio.run(_found(server.dsn(), say))
        finally:
            server.stop()
        with _served(folder) as port:
            return _in_the_browser(port, account, seconds, say)


def report_as_text(result: dict[str, Any]) -> str:
    keys, paints, loads = result["deposit"], result["paints"], result["first_loads"]
    lines = [
        f"deposit at the counter: {keys['pressed']} keys, {keys['data']} of them its data, {keys['beyond']} beyond "
        f"({' '.join(keys['keys_beyond'])}); at most {KEYS_MAX}: {_held(keys['holds'])}",
        f"key to next paint, {TASKS:,} tasks on the list; p99 at most {PAINT_MS_MAX} ms: {_held(paints['holds'])}",
    ]
    lines += [
        f"  {name}: p50 {f['p50_ms']:.1f} ms, p99 {f['p99_ms']:.1f} ms ({f['keys']} keys)"
        for name, f in paints["figures"].items()
    ]
    lines += [
        f"first load of {name}: {f['bytes']:,} bytes in {f['files']} files; at most {f['most']:,}: {_held(f['holds'])}"
        for name, f in loads.items()
    ]
    return "\n".join(lines)


def _held(holds: bool) -> str:
    return "held" if holds else "NOT HELD"


async def _found(dsn: str, say: Callable[[str], None]) -> str:
    """A bank with a teller at a till, an account, and a thousand complaints that wait for one handler; the account."""
    await migrate(dsn)
    clock = SystemClock()
    async with open_bank(dsn, clock) as bank:
        branch = await bank.db.transact(lambda uow: _branch(bank, clock, uow))
        new = NewCustomer("individual", "Bench", "passport", "E12345678")
        customer, _ = await open_customer(
            bank.db, clock, new, operator="bench", branch_id=branch.id, key="bench:customer"
        )
        opened, _ = await bank.deposits.open_demand_account(
            Actor("bench", branch.id, "set_up", "bench:account"), customer=customer.number, currency=CURRENCY, branch=branch
        )  # fmt: skip
        await bank.processes.deploy_house(actor="bench")
        teller = Person(TELLER, frozenset({"teller"}), branch.id, "counter")
        form = {"received_via": "counter", "product": "deposit", "subject": "waiting", "complainant": "Bench",
                "contact": "bench", "text": "It took long."}  # fmt: skip
        for number in range(TASKS):
            await bank.processes.start(teller, "complaint", form, idempotency_key=f"bench:{number}")
        say(f"{TASKS:,} cases begun")
        return opened.number


async def _branch(bank: Bank, clock: SystemClock, uow: UnitOfWork) -> Branch:
    """Opened today: the page may speak of the day."""
    day = bank_day(clock.now())
    await uow.start_books(day)
    branch = await open_branch(uow, code="0001", name_zh="0001", name_en="0001", opened_on=day)
    facts: dict[str, Any] = {"branch_id": branch.id, "branch_code": branch.code, "currency": CURRENCY}
    await open_internal_accounts(uow, bank.ledger, **facts)
    await open_branch_cash(uow, bank.ledger, **facts)
    for number, role in ((HANDLER, "complaint_handler"), (TELLER, "teller")):
        await add_staff(
            uow, clock, number=number, name=number, branch_id=branch.id, roles=[role], password=PASSWORD
        )
    till = await open_place(uow, bank.ledger, kind=TILL, **facts)
    await open_session(uow, clock, till, TELLER, branch.id)
    return branch


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


def _in_the_browser(port: int, account: str, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise RuntimeError("bench pages needs playwright: pip install playwright") from error
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("bench pages needs a browser: apt-get install chromium")
    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        result: dict[str, Any] = {"tasks": TASKS}
        result["first_loads"] = {
            name: _first_load(browser.new_page(), f"{address}/{name}/", most)
            for name, most in FIRST_LOAD_BYTES_MAX.items()
        }
        result["deposit"] = _deposit(browser.new_page(), f"{address}/teller/", account)
        say("a deposit was booked")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        result["paints"] = _paints(page, f"{address}/teller/worklist", seconds, say)
        browser.close()
    return result


def _first_load(page: Page, address: str, most: int) -> dict[str, Any]:
    """What travels until somebody may log in: the page and its files as the server packs them. most: bytes."""
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(address)
    page.locator("input[autocomplete='username']").wait_for()
    page.close()
    return {"bytes": sum(sizes), "files": len(sizes), "most": most, "holds": sum(sizes) <= most}


def _deposit(page: Page, address: str, account: str) -> dict[str, Any]:
    """From the empty workbench to the receipt, by keys alone; every key is counted by the page."""
    _log_in(page, address, TELLER)
    page.get_by_role("combobox").wait_for()
    page.evaluate(WATCH)
    data = {"account": account, "amount": "1000", "notes": "10"}
    for text in ("1001", *data.values()):
        page.keyboard.type(text)
        page.keyboard.press("F9" if text == data["notes"] else "Enter")
    page.locator(".result").wait_for()
    pressed: list[str] = page.evaluate("window.pressed")
    beyond = pressed[::-1]  # what was pressed last is data rather than code
    for key in reversed("".join(data.values())):
        beyond.remove(key)
    beyond.reverse()
    return {
        "pressed": len(pressed), "data": len(pressed) - len(beyond), "beyond": len(beyond), "keys_beyond": beyond,
        "most": KEYS_MAX, "holds": len(beyond) <= KEYS_MAX,
    }  # fmt: skip


def _paints(page: Page, address: str, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    figures: dict[str, dict[str, float]] = {}
    page.goto(EMPTY)
    figures["empty page"] = _keys(page, "input", ["a", "Backspace"], seconds)
    _log_in(page, address, HANDLER)
    row = ".worklist-table tbody tr"
    page.locator(f".worklist-table[aria-rowcount='{TASKS + 1}']").wait_for()
    say("a thousand tasks are on the list")
    figures["from row to row"] = _keys(page, f"{row} >> nth=0", ["ArrowDown"], seconds)
    ends = ["PageDown", "PageDown", "End", "Home"]
    figures["from end to end"] = _keys(page, f"{row} >> nth=0", ends, seconds)
    figures["typing a filter"] = _keys(page, "#worklist-text", ["9", "Backspace"], seconds)
    worst = max(f["p99_ms"] for name, f in figures.items() if name != "empty page")
    return {"figures": figures, "p99_ms_max": PAINT_MS_MAX, "holds": worst <= PAINT_MS_MAX}


def _log_in(page: Page, address: str, number: str) -> None:
    page.goto(address)
    page.locator("#login-number").fill(number)
    page.locator("#login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#login-number").wait_for(state="detached")


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
