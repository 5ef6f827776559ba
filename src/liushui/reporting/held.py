"""A report read whole, as far as paper can take it."""

from __future__ import annotations

from dataclasses import dataclass

from liushui.kernel.errors import refuse
from liushui.reporting.model import Report, Row, Table

PDF_ROWS_MAX = 10_000
"""About 250 pages. Nobody reads more on paper; CSV has no limit."""


@dataclass(frozen=True, slots=True)
class HeldTable:
    """A table whose rows have all been read."""

    table: Table
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class HeldReport:
    report: Report
    tables: tuple[HeldTable, ...]


async def hold(report: Report) -> HeldReport:
    """Read a report that is to be drawn. Refuses ``report_too_long_for_pdf``, before it reads anything."""
    if report.count > PDF_ROWS_MAX:
        raise refuse("report_too_long_for_pdf", "format", rows=report.count, most=PDF_ROWS_MAX)
    tables = [HeldTable(table, tuple([row async for row in table.rows])) for table in report.tables]
    return HeldReport(report, tuple(tables))
