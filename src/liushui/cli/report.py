"""``liushui report …``: the bank's reports as files."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

from liushui.accounting import load_templates
from liushui.bank import POSTINGS
from liushui.cli.database import database
from liushui.cli.progress import progress_bar
from liushui.config import Settings
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import refuse
from liushui.locales import reader_language
from liushui.reporting import REPORTS, Asked, Format, Language, Reporting, Written
from liushui.store.database import Database

STATEMENT = "statement"


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """``report``, with what it takes."""
    text = "a report as PDF, CSV or JSON"
    one = commands.add_parser("report", parents=[common], help=text, description=text)
    one.set_defaults(run=_report)
    one.add_argument("name", choices=[*sorted(REPORTS), STATEMENT])
    one.add_argument("--code", help="of a statement: the code it was issued under")
    for option, what in (
        ("date", "one day; default: the business date"),
        ("from", "first day"),
        ("to", "last day"),
    ):
        one.add_argument(
            f"--{option}", dest=f"{option}_on", type=date.fromisoformat, metavar="DAY", help=what
        )
    one.add_argument("--branch", help="its code; default: the whole bank")
    one.add_argument("--currency", help="ISO 4217 code; default: all")
    one.add_argument(
        "--language", choices=[x.value for x in Language], help="default: the terminal's; both: side by side"
    )
    one.add_argument(
        "--format", choices=[x.value for x in Format], help="default: by the name of the file, else pdf"
    )
    one.add_argument(
        "--out", type=Path, metavar="FILE", help="default: a name made of report, date and branch; - prints"
    )


def _report(settings: Settings, options: argparse.Namespace) -> int:
    out: Path | None = options.out
    suffix = "" if out is None else out.suffix[1:].lower()
    format = Format(options.format or (suffix if suffix in [x.value for x in Format] else Format.PDF))
    language = Language(options.language or ("zh" if reader_language().startswith("zh") else "en"))
    if options.name == STATEMENT and not options.code:
        raise refuse("statement_unknown", "code")
    asked = Asked(
        options.name, options.date_on, options.from_on, options.to_on, options.branch, options.currency
    )

    async def write(dsn: str, file: BinaryIO) -> Written:
        db = await Database.connect(dsn)
        try:
            if not await db.has_books():
                raise refuse("bank_missing")
            reporting = Reporting(db, SystemClock(), load_templates(POSTINGS))
            with progress_bar("rows") as progress:
                if options.name == STATEMENT:
                    return await reporting.write_statement(options.code, format, language, file, progress)
                return await reporting.write(asked, format, language, file, progress)
        finally:
            await db.close()

    with database(settings, claim=False) as (dsn, _server):
        if out == Path("-"):
            asyncio.run(write(dsn, sys.stdout.buffer))
            return 0
        folder = Path() if out is None else out.parent
        if not folder.is_dir():
            raise refuse("report_folder_missing", folder=str(folder))
        # Beside its place and renamed when it is whole: nobody finds half a report.
        with NamedTemporaryFile(dir=folder, prefix=".report-", delete=False) as file:
            whole = Path(file.name)
            try:
                done = asyncio.run(write(dsn, cast(BinaryIO, file)))
                file.flush()
                target = out or Path(done.file_name)
                whole.replace(target)
            finally:
                whole.unlink(missing_ok=True)
    print(f"{target}: {done.rows} rows", file=sys.stderr)
    return 0
