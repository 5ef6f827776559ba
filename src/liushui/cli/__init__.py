"""The command line: ``liushui --help``."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import logging
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from tqdm import tqdm

from liushui import __version__, app, bench, supervisor
from liushui.accounting import complete_internal_accounts, open_internal_accounts
from liushui.bank import Bank, open_bank, verify
from liushui.cash import open_branch_cash
from liushui.cli import demo, eod, process, product, report
from liushui.cli.database import database
from liushui.config import Settings
from liushui.identity import add_staff, open_branch
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused, refuse
from liushui.locales import message, reader_language
from liushui.products import seed_house
from liushui.replay import berka
from liushui.store.database import Database, UnitOfWork
from liushui.store.migrate import migrate


def main(arguments: list[str] | None = None) -> None:
    """Run a command; a refusal is printed in the reader's language and exits with 1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = _parser().parse_args(arguments)
    settings = Settings.from_environment(getattr(options, "data_dir", None))
    try:
        sys.exit(options.run(settings, options))
    except Refused as refused:
        for fault in refused.faults:
            print(
                f"liushui: {message(fault.code, fault.params, reader_language())} [{fault.code}]",
                file=sys.stderr,
            )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="liushui", description="Liushui, an open core bank.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data-dir", help="where the embedded database lives (default: .liushui)")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, parents=[common], help=text, description=text)
        one.set_defaults(run=run)
        return one

    demo.add_command(command)
    init = command("init", _init, "create an empty bank: a head branch and an administrator")
    init.add_argument("--branch", default="0001", help="code of the head branch, four digits")
    init.add_argument("--currency", default="CNY", help="ISO 4217 code")
    init.add_argument("--business-date", type=date.fromisoformat, help="default: today")
    init.add_argument("--administrator", default="ADMIN", help="staff number")
    command("serve", _serve, "serve the bank on 127.0.0.1:8000 (LIUSHUI_PORT)")
    command("migrate", _migrate, "bring the database up to this version")
    check = command("verify", _verify, "recompute the books; exits with 1 where they do not hold")
    check.add_argument("--json", action="store_true", help="for machines")
    check.add_argument(
        "--since", type=date.fromisoformat, metavar="DATE",
        help="take as given what the last day closed and sealed before it has left, and prove the rest; default: everything",
    )  # fmt: skip
    process.add_commands(commands, common)
    eod.add_commands(commands, common)
    product.add_commands(commands, common)
    report.add_command(commands, common)
    past = command("replay", _replay, "bring another bank's history into an empty bank")
    past.add_argument("source", choices=["berka"], help="berka: the PKDD'99 files")
    past.add_argument("folder", type=Path, help="where the files are")
    past.add_argument("--json", action="store_true", help="the report for machines")
    figure = command("bench", _bench, "measure a figure and its peer in the same run")
    figure.add_argument(
        "name", choices=sorted(bench.BENCHMARKS), help="each prints its peer from the same run"
    )
    figure.add_argument("--seconds", type=int, default=8, help="length of each part")
    figure.add_argument("--json", action="store_true", help="for machines")
    web = commands.add_parser("web")
    web.add_argument("--fd", type=int, required=True)
    web.set_defaults(run=_web)
    commands.add_parser("work").set_defaults(run=_work)
    demo.add_live(commands)
    return parser


async def _has_books(dsn: str) -> bool:
    db = await Database.connect(dsn)
    try:
        return await db.has_books()
    finally:
        await db.close()


async def _prepare(dsn: str) -> list[str]:
    """Bring a database up to this version, where it is a bank's with the products, rates and accounts that it lacks."""
    applied = await migrate(dsn)
    async with open_bank(dsn, SystemClock()) as bank:
        if await bank.db.has_books():
            await bank.db.transact(lambda uow: seed_house(uow, bank.clock))
            await bank.db.transact(lambda uow: complete_internal_accounts(uow, bank.ledger))
    return applied


async def _start_books(dsn: str, business_date: date) -> None:
    db = await Database.connect(dsn)
    try:
        await db.transact(lambda uow: uow.start_books(business_date))
    finally:
        await db.close()


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _init(settings: Settings, options: argparse.Namespace) -> int:
    password = os.environ.get("LIUSHUI_ADMIN_PASSWORD") or getpass.getpass("administrator's password: ")

    async def create(dsn: str) -> None:
        await migrate(dsn)
        if await _has_books(dsn):
            raise refuse("bank_exists")
        day = options.business_date or _today()
        await _start_books(dsn, day)
        async with open_bank(dsn, SystemClock()) as bank:
            await bank.db.transact(lambda uow: _found(bank, uow, options, day, password))
            await bank.db.transact(lambda uow: seed_house(uow, SystemClock()))
            await bank.processes.deploy_house(actor="system")

    with database(settings, claim=True) as (dsn, _server):
        asyncio.run(create(dsn))
    print("the bank is created; start it with: liushui serve")
    return 0


async def _found(bank: Bank, uow: UnitOfWork, options: argparse.Namespace, day: date, password: str) -> None:
    branch = await open_branch(
        uow, code=options.branch, name_zh=options.branch, name_en=options.branch, opened_on=day
    )
    await open_internal_accounts(
        uow, bank.ledger, branch_id=branch.id, branch_code=branch.code, currency=options.currency
    )
    await open_branch_cash(
        uow, bank.ledger, branch_id=branch.id, branch_code=branch.code, currency=options.currency
    )
    await add_staff(uow, bank.clock, number=options.administrator, name=options.administrator,
                    branch_id=branch.id, roles=["administrator"], password=password)  # fmt: skip


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    with database(settings, claim=True) as (dsn, server):
        asyncio.run(_prepare(dsn))
        if not asyncio.run(_has_books(dsn)):
            raise refuse("bank_missing")
        supervisor.serve(
            settings, dsn, server, f"the bank is open: http://{settings.host}:{settings.port}/docs"
        )
    return 0


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    with database(settings, claim=False) as (dsn, _server):
        applied = asyncio.run(_prepare(dsn))
    print("\n".join(applied) if applied else "nothing to do")
    return 0


def _verify(settings: Settings, options: argparse.Namespace) -> int:
    async def check(dsn: str) -> int:
        db = await Database.connect(dsn)
        try:
            faults = await verify(
                db,
                (lambda _: None) if options.json else lambda step: print(f"checking {step}", flush=True),
                since=options.since,
            )
        finally:
            await db.close()
        if options.json:
            print(json.dumps([{"code": f.code, "params": dict(f.params)} for f in faults], default=str))
        for fault in [] if options.json else faults:
            print(f"{message(fault.code, fault.params, reader_language())} [{fault.code}]")
        if not faults and not options.json:
            print("the books hold")
        return 1 if faults else 0

    with database(settings, claim=False) as (dsn, _server):
        if not asyncio.run(_has_books(dsn)):
            raise refuse("bank_missing")
        return asyncio.run(check(dsn))


def _replay(settings: Settings, options: argparse.Namespace) -> int:
    async def run(dsn: str) -> berka.Report:
        await migrate(dsn)
        if not await _has_books(dsn):
            await _start_books(dsn, berka.FIRST_DAY)
        async with open_bank(dsn, SystemClock()) as bank:
            if not await bank.db.is_known("berka:branches") and await bank.db.has_journals():
                raise refuse("bank_not_empty")
            with tqdm(total=None, unit=" records", disable=not sys.stderr.isatty()) as bar:

                def show(day: date, count: int) -> None:
                    bar.update(count)
                    bar.set_postfix_str(day.isoformat())
                    if bar.disable and day.day == 1:
                        print(f"booked up to {day}", file=sys.stderr)

                return await berka.replay(bank, options.folder, show)

    if not (options.folder / "trans.asc").is_file():
        raise refuse("replay_files_missing", folder=str(options.folder))
    with database(settings, claim=False) as (dsn, _server):
        result = asyncio.run(run(dsn))
    print(json.dumps(berka.as_json(result)) if options.json else berka.as_text(result))
    return 1 if result.breaks else 0


def _bench(_settings: Settings, options: argparse.Namespace) -> int:
    measure, as_text = bench.BENCHMARKS[options.name]
    result = measure(options.seconds, lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps(result) if options.json else as_text(result))
    return 0


def _web(settings: Settings, options: argparse.Namespace) -> int:
    app.web(settings, os.environ["LIUSHUI_DSN"], options.fd)
    return 0


def _work(settings: Settings, _options: argparse.Namespace) -> int:
    app.work(settings, os.environ["LIUSHUI_DSN"])
    return 0
