"""``liushui eod …``: end the bank's days, see how far each has come, try a failed step again."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

from tqdm import tqdm

from liushui.bank import Bank
from liushui.cli.database import with_bank
from liushui.config import Settings
from liushui.eod import DayStatus, business_date, day_status, days, load_steps
from liushui.kernel.business_calendar import load_business_calendar
from liushui.locales import message, reader_language

ACTOR = "command_line"
DAYS_SHOWN = 10


def add_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """The sub-commands of ``eod``."""
    text = "the bank's day: cut-off and close"
    group = commands.add_parser("eod", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        one = group.add_parser(name, parents=[common], help=text, description=text)
        one.set_defaults(run=run)
        return one

    command("run", _run, "cut off every day that is over and close it; exits with 1 where a step has failed")
    status = command("status", _status, "the days, newest first, and how far each close has come")
    status.add_argument("--days", type=int, default=DAYS_SHOWN)
    status.add_argument("--json", action="store_true", help="for machines")
    again = command("resume", _resume, "try the failed step of a day again, and go on")
    again.add_argument("date", type=date.fromisoformat)


def _run(settings: Settings, _: argparse.Namespace) -> int:
    return with_bank(settings, _close)


async def _close(bank: Bank) -> int:
    with tqdm(unit=" parts", disable=not sys.stderr.isatty()) as bar:
        last = ""

        def told(day: date, step: str, _handled: int) -> None:
            nonlocal last
            bar.update(1)
            bar.set_postfix_str(f"{day} {step}")
            if bar.disable and last != (last := f"{day} {step}"):
                print(last, file=sys.stderr, flush=True)

        await bank.day_end.run(by=ACTOR, told=told)
    async with bank.db.read() as conn:
        open_days = [day for day in await days(conn) if day.closed_at is None]
        today = await business_date(conn)
    for day in open_days:
        print(_line(day))
    print(f"the business date is {today}")
    return 1 if open_days else 0


def _status(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> int:
        async with bank.db.read() as conn:
            found, today = await days(conn, options.days), await business_date(conn)
        if options.json:
            known = {"business_date": today, "calendar_until": load_business_calendar().until}
            print(json.dumps({**known, "days": [_as_json(day) for day in found]}, default=str))
        else:
            print(f"the business date is {today}")
            if load_business_calendar().ends_soon(today):
                until = load_business_calendar().until
                print(message("business_calendar_ends", {"until": until.isoformat()}, reader_language()))
            print("\n".join(_line(day) for day in found))
        return 0

    return with_bank(settings, work)


def _resume(settings: Settings, options: argparse.Namespace) -> int:
    async def work(bank: Bank) -> int:
        await bank.day_end.resume(options.date, by=ACTOR)
        done = await _close(bank)
        async with bank.db.read() as conn:
            print(_line(await day_status(conn, options.date)))
        return done

    return with_bank(settings, work)


def _line(day: DayStatus) -> str:
    """A day in one line: closed, or the step at which it stands."""
    if day.closed_at is not None:
        return f"{day.date}  closed {day.closed_at:%Y-%m-%d %H:%M:%S}Z"
    step = next((s for s in day.steps if s.state != "done"), None)
    if step is None:
        return f"{day.date}  cut off"
    label = next((s for s in load_steps() if s.name == step.name), None)
    language = reader_language()
    name = step.name if label is None else (label.zh if language == "zh-CN" else label.en)
    why = ""
    if step.fault is not None:
        why = f": {message(step.fault['code'], step.fault['params'], language)} [{step.fault['code']}]"
    return f"{day.date}  {step.state} at {name}{why}"


def _as_json(day: DayStatus) -> dict[str, Any]:
    return {
        "date": day.date, "cut_at": day.cut_at, "closed_at": day.closed_at,
        "steps": [{"name": s.name, "state": s.state, "handled": s.handled, "fault": s.fault} for s in day.steps],
    }  # fmt: skip
