"""Reports for machines and spreadsheets: JSON and CSV, written row by row."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import BinaryIO

from liushui.reporting.model import Cell, Kind, Label, Language, Report, Row, Table

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the machine's own code page and shows no Chinese."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""A spreadsheet would compute what begins so. Source: OWASP, CSV Injection."""


def shown(cell: Cell, language: Language) -> str | int | None:
    return cell.of(language) if isinstance(cell, Label) else cell


def harmless(cell: Cell, kind: Kind, language: Language) -> str | int:
    """A cell as a spreadsheet may open it: what it would take for a formula becomes text by an apostrophe. Amounts are
    numbers; theirs is the only minus that stays."""
    value = shown(cell, language)
    if value is None:
        return ""
    if (
        isinstance(value, int)
        or value[:1].isalnum()
        or (kind in (Kind.AMOUNT, Kind.COUNT) and _NUMBER.fullmatch(value))
    ):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(_BEGINS_FORMULA) else value


async def write_csv(report: Report, language: Language, out: BinaryIO) -> None:
    """RFC 4180 in UTF-8: title and facts, a line each; then every table after an empty line, with its head and sums."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    text.write(BYTE_ORDER_MARK)
    lines = csv.writer(text)
    lines.writerow([report.title.of(language)])
    for fact in report.facts:
        lines.writerow([fact.label.of(language), harmless(fact.value, fact.kind, language)])
    for table in report.tables:
        lines.writerow([])
        if table.title is not None:
            lines.writerow([table.title.of(language)])
        lines.writerow([column.label.of(language) for column in table.columns])
        kinds = [column.kind for column in table.columns]

        def line(row: Row, kinds: list[Kind] = kinds) -> list[str | int]:
            return [harmless(cell, kind, language) for cell, kind in zip(row.cells, kinds, strict=True)]

        async for row in table.rows:
            lines.writerow(line(row))
        lines.writerows(line(row) for row in table.totals)
    text.detach()  # flushed; the caller's stream stays open


async def write_json(report: Report, language: Language, out: BinaryIO) -> None:
    """One document. Amounts are decimal strings; keys are English whatever the language of the labels. level: how far a line of
    a statement is set in."""
    head = {
        "report": report.name,
        "title": report.title.of(language),
        "language": language.value,
        "facts": {fact.key: shown(fact.value, language) for fact in report.facts},
    }
    out.write(_text(head)[:-1].encode() + b',"tables":[')
    for number, table in enumerate(report.tables):
        out.write(b",\n" if number else b"\n")
        await _write_table(table, language, out)
    out.write(b"]}\n")


async def _write_table(table: Table, language: Language, out: BinaryIO) -> None:
    keys = [column.key for column in table.columns]
    head = {
        "table": table.key,
        "title": None if table.title is None else table.title.of(language),
        "count": table.count,
        "columns": [
            {"key": c.key, "label": c.label.of(language), "kind": c.kind.value} for c in table.columns
        ],
    }

    def line(row: Row) -> str:
        cells = {key: shown(cell, language) for key, cell in zip(keys, row.cells, strict=True)}
        return _text({"key": row.key, "level": row.level} | cells if row.key else cells)

    out.write(_text(head)[:-1].encode() + b',"rows":[')
    first = True
    async for row in table.rows:
        out.write((b"\n" if first else b",\n") + line(row).encode())
        first = False
    out.write(b'],"totals":[' + ",".join(line(row) for row in table.totals).encode() + b"]}")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
