"""``liushui demo``: a bank to try, with a past and, if asked, with people who come by themselves."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from datetime import UTC, date, datetime
from typing import Any

from tqdm import tqdm

from liushui import app, supervisor
from liushui.bank import open_bank
from liushui.cli.database import database
from liushui.config import Settings
from liushui.demo import MARK, begin_demo_bank, demo_data
from liushui.demo.history import Span
from liushui.demo.online_customers import give_online_banking
from liushui.demo.seeding import SEED, complete, live_through
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import refuse
from liushui.store.database import Database
from liushui.store.migrate import migrate
from liushui.store.vault import Vault, read_key

RATE, RATE_MOST = 30, 2_000


def add_command(command: Any) -> None:
    """command: adds a command of the command line."""
    demo: argparse.ArgumentParser = command(
        "demo", _demo, "create the demo bank where there is none, and serve it"
    )
    demo.add_argument("--empty", action="store_true", help="a new one is small and has no past")
    demo.add_argument("--seed", default=SEED, help="a new one's past: the same seed makes the same one")
    demo.add_argument(
        "--live",
        action="store_true",
        help="simulated customers come and simulated staff work, as long as it runs",
    )
    demo.add_argument(
        "--rate", type=float, default=RATE, help=f"with --live: people in an hour (default: {RATE})"
    )
    demo.add_argument(
        "--always", action="store_true", help="with --live: at any hour, and not only in the counters' hours"
    )


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    if not 0 < options.rate <= RATE_MOST:
        raise refuse("demo_rate_unfit", "rate", most=RATE_MOST)
    with database(settings, claim=True) as (dsn, server):
        asyncio.run(_prepare(dsn, settings, options))
        address = f"http://{settings.host}:{settings.port}"
        more = [live_command(options.rate, always=options.always)] if options.live else []
        supervisor.serve(
            settings, dsn, server, f"the demo bank is open: {address}/  log in as {_log_ins()}", more
        )
    return 0


def add_live(commands: Any) -> None:
    """The command that the supervisor starts."""
    live: argparse.ArgumentParser = commands.add_parser("live")
    live.add_argument("--rate", type=float, default=RATE)
    live.add_argument("--always", action="store_true")
    live.set_defaults(run=_live)


def _live(_settings: Settings, options: argparse.Namespace) -> int:
    app.live(os.environ["LIUSHUI_DSN"], rate=options.rate, always=options.always)
    return 0


def live_command(rate: float, *, always: bool) -> list[str]:
    return ["live", "--rate", str(rate), *(["--always"] if always else [])]


async def _prepare(dsn: str, settings: Settings, options: argparse.Namespace) -> None:
    await migrate(dsn)
    db = await Database.connect(dsn)
    try:
        new = not await db.has_books()
        if new and options.empty:
            print("creating the demo bank", flush=True)
            await db.transact(lambda uow: begin_demo_bank(uow, SystemClock(), _today()))
    finally:
        await db.close()
    if new and not options.empty:
        await _with_past(dsn, options.seed)
    vault = Vault(read_key(supervisor.key_file(settings)))
    async with open_bank(dsn, SystemClock(), vault=vault) as bank:
        if options.live and not await bank.db.is_known(MARK):
            raise refuse("demo_only")
        whole = await complete(bank)
        await give_online_banking(bank)
        if not whole:
            print(
                "the demo bank's past was broken off and stays as far as it came; remove its data for a whole one"
            )


async def _with_past(dsn: str, seed: str) -> None:
    span = Span()
    print("creating the demo bank with its past, which takes about a minute (--empty: without)", flush=True)
    with tqdm(total=span.quiet + span.busy + 1, unit=" days", disable=not sys.stderr.isatty()) as bar:

        def told(day: date) -> None:
            bar.update(1)
            if bar.disable and day.weekday() == 0:
                print(f"lived through up to {day}", flush=True)

        logging.disable(logging.WARNING)  # what fails in the past fails on purpose
        try:
            await live_through(dsn, SystemClock().now(), seed=seed, span=span, told=told)
        finally:
            logging.disable(logging.NOTSET)


def _log_ins() -> str:
    """One of each role; the others stand in the readme."""
    seen: dict[str, str] = {}
    for one in demo_data()["staff"]:
        seen.setdefault(one["roles"][0], f"{one['number']}/{one['password']} ({one['roles'][0]})")
    return ", ".join(seen.values())


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
