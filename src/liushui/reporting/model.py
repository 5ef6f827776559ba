"""What a report is before anybody draws it: title, facts, tables. Pure.

A report says nothing about paper or files; three writers (CSV, JSON, PDF) show the same one. Rows come one by one, so
that a day of a million entries needs no more memory than an hour of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources

import yaml

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


class Language(StrEnum):
    """In which language labels are shown. both: Chinese, then English."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class Format(StrEnum):
    PDF = "pdf"
    CSV = "csv"
    JSON = "json"


MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class Label:
    """A word of the bank's in both languages."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        if language is Language.BOTH:
            return self.zh if self.zh == self.en else f"{self.zh} {self.en}"
        return self.zh if language is Language.ZH else self.en


@cache
def labels(name: str = "labels") -> dict[str, Label]:
    """The words of one file beside this one, by key: those of all reports unless another is named."""
    text = resources.files("liushui.reporting").joinpath(f"{name}.yaml").read_text("utf-8")
    return {key: Label(row["zh"], row["en"]) for key, row in yaml.safe_load(text).items()}


def label(key: str) -> Label:
    return labels()[key]


class Kind(StrEnum):
    """What stands in a column. amount: decimal text, on the right. count: a whole number, on the right."""

    TEXT = "text"
    DATE = "date"
    AMOUNT = "amount"
    COUNT = "count"


Cell = str | int | Label | None
"""Amounts and dates are text: ``-12.50``, ``2026-01-05``. Nothing is None, never an empty string."""


@dataclass(frozen=True, slots=True)
class Column:
    """width: millimetres on paper, against which the others' are weighed. key: its name in JSON and in labels.yaml."""

    key: str
    kind: Kind = Kind.TEXT
    width: int = 20

    @property
    def label(self) -> Label:
        return label(self.key)


@dataclass(frozen=True, slots=True)
class Row:
    """level: how far it is set in on paper. strong: a sum. key: its name in JSON, where it has one."""

    cells: tuple[Cell, ...]
    level: int = 0
    strong: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """rows can be gone through once. count: how many there are. totals: the sums under them."""

    key: str
    columns: tuple[Column, ...]
    rows: AsyncIterator[Row]
    count: int
    totals: tuple[Row, ...] = ()
    title: Label | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """key: its name in JSON and in labels.yaml."""

    key: str
    value: Cell
    kind: Kind = Kind.TEXT

    @property
    def label(self) -> Label:
        return label(self.key)


@dataclass(frozen=True, slots=True)
class Report:
    """name: as it is asked for. stem: of a file's name, in ASCII and without anything that points to a person."""

    name: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    stem: str

    @property
    def title(self) -> Label:
        return label(self.name)

    @property
    def count(self) -> int:
        """Rows of all tables."""
        return sum(table.count for table in self.tables)

    def watched(self, progress: Progress) -> Report:
        """The same report, telling how far it is while its rows are gone through."""
        done, total = 0, self.count

        async def rows(table: Table) -> AsyncIterator[Row]:
            nonlocal done
            async for row in table.rows:
                yield row
                done += 1
                if done % 1_000 == 0 or done == total:
                    progress(done, total)

        return replace(self, tables=tuple(replace(table, rows=rows(table)) for table in self.tables))

    def cut(self, most: int) -> Report:
        """The same report with the first rows of each table only; counts and totals stay those of all."""

        async def rows(table: Table) -> AsyncIterator[Row]:
            left = most
            async for row in table.rows:
                yield row
                left -= 1
                if left == 0:
                    break
            close = getattr(table.rows, "aclose", None)
            if close is not None:
                await close()  # its cursor, before the connection goes back

        return replace(self, tables=tuple(replace(table, rows=rows(table)) for table in self.tables))


async def listed(rows: Iterable[Row]) -> AsyncIterator[Row]:
    """Rows that are at hand."""
    for row in rows:
        yield row


def table_of(key: str, columns: Sequence[Column], rows: Sequence[Row], *, totals: Sequence[Row] = (),
             title: Label | None = None) -> Table:  # fmt: skip
    """A table whose rows are at hand."""
    return Table(key, tuple(columns), listed(rows), len(rows), tuple(totals), title)
