"""Making a report and writing it. Only reads; every report is of one moment of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from liushui.accounting import Templates
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.reporting.books import cash_report, trial_balance_report
from liushui.reporting.day_journal import day_journal_report
from liushui.reporting.financial import balance_sheet_report, income_statement_report
from liushui.reporting.held import HeldReport, hold
from liushui.reporting.model import Format, Label, Language, Progress, Report, labels
from liushui.reporting.plain import write_csv, write_json
from liushui.reporting.receipt import receipt_facts
from liushui.reporting.scope import Asked, Scope, scope_of
from liushui.reporting.statement import statement_report
from liushui.store.database import Database, PoolConnection

REPORTS: Mapping[str, Callable[[Scope], Awaitable[Report]]] = {
    "balance_sheet": balance_sheet_report,
    "cash": cash_report,
    "day_journal": day_journal_report,
    "income_statement": income_statement_report,
    "trial_balance": trial_balance_report,
}
"""By name. An issued statement is asked for by its code instead."""
AT_ONCE_MAX = 2
"""A long report reads for a while; the bank's pool of connections is for its customers."""
_WHOLE_MONTH = frozenset({"income_statement"})


def nobody(_done: int, _total: int) -> None:
    """Who is told how far it is where nobody asks."""


@dataclass(frozen=True, slots=True)
class Written:
    """A report as it was written. file_name: ASCII, without anything that points to a person."""

    file_name: str
    rows: int


class Reporting:
    """All reports of one bank."""

    def __init__(self, db: Database, clock: Clock, templates: Templates) -> None:
        self._db, self._clock = db, clock
        self._places = asyncio.Semaphore(AT_ONCE_MAX)
        named = {code: Label(t.zh, t.en) for code, t in templates.by_code().items()}
        self._codes = labels("codes") | named
        self._entries = {key: Label(e.zh, e.en) for key, e in templates.named_entries().items()}

    async def write(
        self,
        asked: Asked,
        format: Format,
        language: Language,
        out: BinaryIO,
        progress: Progress = nobody,
        most: int | None = None,
    ) -> Written:
        """Write a report into an open file; nothing is written where it is refused. most: rows of each table, the first;
        its count and totals stay those of all.

        Refuses ``report_unknown``, what ``scope_of`` refuses, ``report_too_long_for_pdf``, and ``reports_busy`` where others are being made.
        """
        build = REPORTS.get(asked.name)
        if build is None:
            raise refuse("report_unknown", "name", name=asked.name[:40])

        async def made(conn: PoolConnection) -> Report:
            scope = await scope_of(
                conn, asked, self._codes, self._clock.now(), whole_month=asked.name in _WHOLE_MONTH
            )
            report = await build(scope)
            return report if most is None else report.cut(most)

        return await self._written(made, format, language, out, progress)

    async def write_statement(
        self,
        code: str,
        format: Format,
        language: Language,
        out: BinaryIO,
        progress: Progress = nobody,
    ) -> Written:
        """Write an issued statement. Refuses ``statement_unknown`` and ``statement_differs``."""

        async def made(conn: PoolConnection) -> Report:
            return await statement_report(conn, code, self._codes, self._entries, self._clock.now())

        return await self._written(made, format, language, out, progress)

    async def write_receipt(self, receipt: int, out: BinaryIO) -> None:
        """Write a receipt, as it was printed. Refuses like ``receipt_facts``."""
        async with self._db.read() as conn:
            facts = await receipt_facts(conn, receipt, self._codes)
        from liushui.reporting.receipt_paper import draw_receipt  # here: see below

        await asyncio.to_thread(draw_receipt, facts, out)

    def name_of(self, code: str) -> Label:
        """The words for a transaction code; the code itself where it is none of the bank's templates."""
        return self._codes.get(code) or Label(code, code)

    def entry_name(self, code: str, *, debit: bool) -> Label | None:
        """The words of an entry of a customer's account that is not what its journal is called: tax withheld of interest."""
        return self._entries.get((code, debit))

    async def _written(
        self, made: Callable[[PoolConnection], Awaitable[Report]], format: Format, language: Language,
        out: BinaryIO, progress: Progress,
    ) -> Written:  # fmt: skip
        if self._places.locked():
            raise refuse("reports_busy")
        async with self._places:
            held: HeldReport | None = None
            async with self._db.read() as conn:
                report = (await made(conn)).watched(progress)
                if format is Format.PDF:
                    held = await hold(report)
                else:
                    await (write_csv if format is Format.CSV else write_json)(report, language, out)
            if held is not None:  # drawn without a connection
                # Here and not above: who never draws would carry the library's 20 MB.
                from liushui.reporting.paper import draw_pdf

                await asyncio.to_thread(draw_pdf, held, language, out)
        return Written(f"{report.stem}.{format.value}", report.count)
