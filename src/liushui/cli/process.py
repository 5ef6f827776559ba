"""``liushui process …``: check, deploy, start and follow the bank's procedures."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from typing import Any, TypeVar

from asyncpg import Record

from liushui.bank import Bank
from liushui.cli.database import with_bank
from liushui.cli.progress import progress_bar
from liushui.config import Settings
from liushui.identity import load_roles, staff_by_number
from liushui.kernel.errors import Fault, refuse
from liushui.locales import message, reader_language
from liushui.mining import Exported, export_ocel_json, export_ocel_sqlite, export_xes
from liushui.processes import binding_names, load_calendars, procedure_folders
from liushui.workflow import (
    Person,
    Q,
    Surroundings,
    calls_of,
    lint_beside,
    moving,
    parse,
    read_folder,
    read_variables,
)
from liushui.workflow.layout import lay_out

Result = TypeVar("Result")
ACTOR = "command_line"


def add_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """The sub-commands of ``process``."""
    text = "the bank's procedures"
    group = commands.add_parser("process", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        one = group.add_parser(name, parents=[common], help=text, description=text)
        one.set_defaults(run=run)
        return one

    lint = command("lint", _lint, "check a procedure's folder; exits with 1 where it may not be deployed")
    lint.add_argument("folder", type=Path, nargs="*", help="default: every procedure of the house")
    put = command("deploy", _deploy, "store a procedure as a new version and release it")
    put.add_argument("folder", type=Path, nargs="*", help="default: every procedure of the house")
    put.add_argument("--no-release", action="store_true", help="new cases go on with the version before")
    command("list", _list, "processes, their versions, and how many cases run")
    show = command("show", _show, "a process's diagram (--bpmn) or procedure text")
    show.add_argument("key")
    show.add_argument("--bpmn", action="store_true")
    start = command("start", _start, "begin a case")
    start.add_argument("key")
    start.add_argument("--form", default="{}", help='the filled-in form as JSON, such as {"amount": "10.00"}')
    start.add_argument("--as", dest="staff", required=True, help="staff number of whoever begins it")
    start.add_argument("--key", dest="idempotency_key", help="to repeat a start without doing it twice")
    out = command("export", _export, "the event log, for process mining")
    out.add_argument("file", type=Path)
    out.add_argument("--format", choices=["ocel-json", "ocel-sqlite", "xes"], default="ocel-json")
    out.add_argument("--process", help="for xes: the process whose cases are written")
    draw = command("layout", _layout, "draw a diagram into BPMN files that have none")
    draw.add_argument("file", type=Path, nargs="+")
    state = command("state", _state, "where a case stands, and what happened so far")
    state.add_argument("case", type=int)
    move = command("migrate", _migrate, "move running cases to another version; a dry run unless --run")
    move.add_argument("key")
    move.add_argument("--from", dest="old", type=int, required=True, help="version that the cases run on")
    move.add_argument("--to", dest="new", type=int, required=True)
    move.add_argument("--map", action="append", default=[], metavar="OLD=NEW", help="element ids that differ")
    move.add_argument("--run", action="store_true", help="move every case that nothing blocks")


def _folders(options: argparse.Namespace) -> list[Any]:
    return options.folder or procedure_folders()


def _lint(_settings: Settings, options: argparse.Namespace) -> int:
    offers = Surroundings(binding_names(), load_roles().keys(), load_calendars().keys())
    house = {folder.name: parse(read_folder(folder)).definition for folder in procedure_folders()}
    calls = {key: calls_of(definition) for key, definition in house.items()}
    for folder in _folders(options):
        bundle = read_folder(folder)
        warnings = lint_beside(calls, parse(bundle), bundle.texts, offers)
        print(f"{folder.name}: good")
        _print_warnings(warnings)
    return 0


def _print_warnings(warnings: Any) -> None:
    for fault in warnings:
        print(f"  {_sentence(fault)}")


def _sentence(fault: Fault) -> str:
    return f"{message(fault.code, fault.params, reader_language())} [{fault.code}]"


def _deploy(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> None:
        for folder in _folders(options):
            done = await bank.processes.deploy(
                read_folder(folder), actor=ACTOR, release=not options.no_release
            )
            print(f"{done.key} {done.version}: {'deployed' if done.new else 'there already'}")
            _print_warnings(done.warnings)

    with_bank(settings, work)
    return 0


def _list(settings: Settings, _: argparse.Namespace) -> int:
    async def work(bank: Bank) -> None:
        async with bank.db.read() as conn:
            rows = await conn.fetch(Q.versions, None)
        for r in rows:
            mark = "released" if r["released"] else "        "
            print(f"{r['key']:<28} {r['version']:>4}  {mark}  {r['running']:>8} running  {r['digest'][:12]}")

    with_bank(settings, work)
    return 0


def _show(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> str:
        async with bank.db.read() as conn:
            deployed = await bank.processes.catalogue.released(conn, options.key)
        if options.bpmn:
            return deployed.definition.export().decode()
        return deployed.texts.get(reader_language(), "")

    print(with_bank(settings, work))
    return 0


def _start(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> int:
        person = await _person(bank, options.staff)
        key = f"{person.number}:cases:{options.idempotency_key or secrets.token_hex(16)}"
        return await bank.processes.start(
            person, options.key, read_variables(options.form), idempotency_key=key
        )

    case = with_bank(settings, work)
    print(f"case {case}")
    return _state(settings, argparse.Namespace(case=case))


async def _person(bank: Bank, number: str) -> Person:
    async with bank.db.read() as conn:
        found = await staff_by_number(conn, number)
    return Person(found.number, found.roles, found.branch_id, "counter", found.anywhere)


def _state(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> None:
        async with bank.db.read() as conn:
            row = await conn.fetchrow(Q.instance, options.case)
            if row is None:
                _print_straight(await conn.fetchrow(Q.straight_case, options.case), options.case)
                return
            tasks = await conn.fetch(Q.tasks_of_case, options.case)
            events = await conn.fetch(Q.events_of_case, options.case)
        print(f"{row['key']} {row['version']}: {row['status']}, {json.loads(row['objects'])}")
        for e in events:
            if e["lifecycle"] is not None:
                print(
                    f"  {e['recorded_at']:%Y-%m-%d %H:%M:%S}  {e['element']}  {e['lifecycle']}  {e['resource']}"
                )
        for t in tasks:
            if t["state"] in ("open", "claimed"):
                print(f"  task {t['id']}: {t['element']} for {t['role'] or t['assignee']}, due {t['due_at']}")

    with_bank(settings, work)
    return 0


def _export(settings: Settings, options: argparse.Namespace) -> int:
    if options.format == "xes" and not options.process:
        raise refuse("process_unknown", process="?")

    async def work(bank: Bank) -> Exported:
        with progress_bar("events") as progress:
            async with bank.db.read() as conn:
                if options.format == "ocel-sqlite":
                    return await export_ocel_sqlite(conn, options.file, progress)
                with options.file.open("wb") as stream:
                    if options.format == "xes":
                        return await export_xes(conn, options.process, stream, progress)
                    return await export_ocel_json(conn, stream, progress)

    done = with_bank(settings, work)
    print(
        f"{options.file}: {done.events} events, {done.objects} {'cases' if options.format == 'xes' else 'objects'}"
    )
    return 0


def _layout(_settings: Settings, options: argparse.Namespace) -> int:
    for file in options.file:
        before = file.read_bytes()
        after = lay_out(before)
        if after != before:
            file.write_bytes(after)
        print(f"{file}: {'drawn' if after != before else 'has a diagram'}")
    return 0


def _print_straight(row: Record | None, case: int) -> None:
    if row is None:
        raise refuse("case_unknown", case=case)
    print(f"{row['key']} {row['version']}: {row['outcome']}, straight through, journal {row['journal_id']}")
    for element, lifecycle in zip(row["elements"], row["lifecycles"], strict=True):
        print(f"  {row['recorded_at']:%Y-%m-%d %H:%M:%S}  {element}  {lifecycle}")


def _migrate(settings: Settings, options: argparse.Namespace) -> int:
    mapping = dict(pair.split("=", 1) for pair in options.map if "=" in pair)

    async def work(bank: Bank) -> int:
        catalogue = bank.processes.catalogue
        async with bank.db.read() as conn:
            old, new = [
                await catalogue.by_version(conn, options.key, number) for number in (options.old, options.new)
            ]
            plans = [plan async for plan in moving.dry_run(conn, old, new, mapping)]
        blocked = [plan for plan in plans if plan.blockers]
        for plan in plans:
            for move in plan.moves:
                print(f"case {plan.case}: {move.element} -> {move.to or '?'}  {move.blocker or 'may move'}")
        print(f"{len(plans)} cases, {len(plans) - len(blocked)} may move, {len(blocked)} are blocked")
        if options.run:
            for plan in plans:
                if not plan.blockers:
                    await bank.processes.move_case(plan.case, new, mapping, actor=ACTOR)
            print(f"{len(plans) - len(blocked)} moved")
        return len(blocked)

    return 1 if with_bank(settings, work) else 0
