"""Reports on paper: PDF on A4 with an embedded font. Lays out first, so that every page can say how many there are.

The font travels with the package (fonts/README.md) and only what a document uses of it is embedded. What it has no sign
for is shown as its code point in brackets: a rare character in a name neither vanishes nor breaks the document.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, BinaryIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from liushui.reporting.held import HeldReport, HeldTable
from liushui.reporting.model import Cell, Column, Fact, Kind, Label, Language, label
from liushui.reporting.plain import shown

FONT = "LiushuiSansSC"
_MARGIN, _FOOT = 12 * mm, 14 * mm
_TITLE, _TEXT, _SMALL = 15.0, 8.0, 7.0
_LEADING = 1.45
_PAD = 1.4 * mm
_INDENT = 3.5 * mm
_INK, _GREY, _SHADE, _HEAD = 0.1, 0.45, 0.95, 0.88
_RIGHT = (Kind.AMOUNT, Kind.COUNT)
Draw = Callable[[Canvas], None]


@cache
def font() -> TTFont:
    """The bank's font, made known to the library once a process."""
    data = resources.files("liushui.reporting").joinpath("fonts/LiushuiSansSC-Regular.ttf").read_bytes()
    found = TTFont(FONT, io.BytesIO(data))
    registry: Any = pdfmetrics  # its stubs leave the parameter open
    registry.registerFont(found)
    return found


def readable(text: str) -> str:
    """The text in signs that the font has; ``[U+20BB7]`` for one that it has not."""
    known = font().face.charToGlyph
    if all(ord(c) in known for c in text):
        return text
    return "".join(c if ord(c) in known else " " if c in "\t\r\n" else f"[U+{ord(c):04X}]" for c in text)


def width_of(text: str, size: float) -> float:
    """In points. The text: as ``readable`` gives it."""
    widths = font().face.charWidths
    return sum(widths[ord(c)] for c in text) * size / 1000


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines of at most this width: broken at spaces where there are any, between any two signs elsewhere."""
    text, lines = readable(text), list[str]()
    while width_of(text, size) > width:
        end, wide = 0, 0.0
        widths = font().face.charWidths
        while end < len(text) and wide <= width:
            wide += widths[ord(text[end])] * size / 1000
            end += 1
        end = max(end - 1, 1)
        space = text.rfind(" ", 1, end + 1)
        cut = space if space > 0 else end
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, text] if text or not lines else lines


def grouped(amount: str) -> str:
    """``-1234567.50`` as people read it: ``-1,234,567.50``."""
    whole, point, rest = amount.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else amount


def draw_pdf(held: HeldReport, language: Language, out: BinaryIO) -> None:
    """Write the document. Takes about half a millisecond a row: not for an event loop."""
    font()
    rl_config.useA85 = 0  # five bytes for four serve printers of long ago
    sheets = _Sheets(held, language)
    sheets.fill()
    canvas = Canvas(out, pagesize=sheets.size, invariant=1, pageCompression=1, lang=_language_tag(language))
    canvas.setTitle(held.report.title.of(language))
    canvas.setCreator("Liushui")
    for number, page in enumerate(sheets.pages, 1):
        for draw in page:
            draw(canvas)
        sheets.foot(canvas, number)
        canvas.showPage()
    canvas.save()


def _language_tag(language: Language) -> str:
    return "en" if language is Language.EN else "zh-CN"


@dataclass(slots=True)
class _Sheets:
    """Pages being filled from the top. y: where the next thing begins, in points from the bottom."""

    held: HeldReport
    language: Language
    pages: list[list[Draw]] = field(default_factory=list[list[Draw]])
    y: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        widest = max((sum(c.width for c in t.table.columns) for t in self.held.tables), default=0)
        return landscape(A4) if widest > 190 else A4

    @property
    def width(self) -> float:
        return self.size[0] - 2 * _MARGIN

    def turn(self) -> None:
        self.pages.append([])
        self.y = self.size[1] - _MARGIN

    def room(self, height: float) -> bool:
        return self.y - height >= _MARGIN + _FOOT / 2

    def fill(self) -> None:
        self.turn()
        self._title()
        self._facts(self.held.report.facts)
        for one in self.held.tables:
            self._table(one)

    def foot(self, canvas: Canvas, number: int) -> None:
        pages = label("page_of")
        which = Label(*(text.format(page=number, pages=len(self.pages)) for text in (pages.zh, pages.en)))
        canvas.setFillGray(_GREY)
        canvas.setFont(FONT, _SMALL)
        canvas.drawString(_MARGIN, _MARGIN - 2 * mm, readable(self.held.report.title.of(self.language)))
        canvas.drawRightString(self.size[0] - _MARGIN, _MARGIN - 2 * mm, readable(which.of(self.language)))

    def _title(self) -> None:
        text, y = readable(self.held.report.title.of(self.language)), self.y - _TITLE

        def draw(canvas: Canvas) -> None:
            canvas.setFillGray(_INK)
            canvas.setFont(FONT, _TITLE)
            canvas.drawCentredString(self.size[0] / 2, y, text)

        self.pages[-1].append(draw)
        self.y = y - 6 * mm

    def _facts(self, facts: Sequence[Fact]) -> None:
        """Two abreast; one that is too long for its half has a line of its own."""
        half, left = self.width / 2, True
        for fact in facts:
            text = f"{fact.label.of(self.language)}: {self._text(fact.value, fact.kind)}"
            lines = wrapped(text, _TEXT, half - 4 * mm)
            if len(lines) > 1:
                lines = wrapped(text, _TEXT, self.width)
                if not left:
                    self.y -= _TEXT * _LEADING * 1.15
                    left = True
            self._lines(lines, _MARGIN if left else _MARGIN + half)
            if len(lines) > 1 or not left:
                self.y -= _TEXT * _LEADING * 1.15 * len(lines)
                left = True
            else:
                left = False
        self.y -= 0 if left else _TEXT * _LEADING * 1.15
        self.y -= 2 * mm

    def _lines(self, lines: Sequence[str], x: float) -> None:
        y = self.y

        def draw(canvas: Canvas) -> None:
            canvas.setFillGray(_INK)
            canvas.setFont(FONT, _TEXT)
            for number, line in enumerate(lines):
                canvas.drawString(x, y - _TEXT - number * _TEXT * _LEADING, line)

        self.pages[-1].append(draw)

    def _table(self, one: HeldTable) -> None:
        columns = one.table.columns
        whole = sum(column.width for column in columns)
        widths = [column.width / whole * self.width for column in columns]
        head = self._measured([c.label.of(self.language) for c in columns], columns, widths, 0, _SMALL)
        if one.table.title is not None:
            if not self.room(30 * mm):
                self.turn()
            self._lines([readable(one.table.title.of(self.language))], _MARGIN)
            self.y -= _TEXT * _LEADING * 1.4
        self._row(head, columns, widths, shade=_HEAD)
        rows = [*one.rows, *one.table.totals]
        for number, row in enumerate(rows):
            texts = [self._text(cell, c.kind) for cell, c in zip(row.cells, columns, strict=True)]
            lines = self._measured(texts, columns, widths, row.level)
            if not self.room(lines.height):
                self.turn()
                self._row(head, columns, widths, shade=_HEAD)
            total = number >= len(one.rows)
            self._row(lines, columns, widths, shade=_SHADE if row.strong or total else None)
        self.y -= 5 * mm

    def _text(self, cell: Cell, kind: Kind) -> str:
        value = shown(cell, self.language)
        if value is None:
            return ""
        return grouped(str(value)) if kind is Kind.AMOUNT else str(value)

    def _measured(self, texts: Sequence[str], columns: Sequence[Column], widths: Sequence[float], level: int,
                  size: float = _TEXT) -> _Lines:  # fmt: skip
        first_text = next((i for i, c in enumerate(columns) if c.width == max(k.width for k in columns)), 0)
        indents = [level * _INDENT if i == first_text else 0.0 for i in range(len(columns))]
        cells = tuple(
            tuple(wrapped(text, size, width - 2 * _PAD - indent))
            for text, width, indent in zip(texts, widths, indents, strict=True)
        )
        most = max(len(lines) for lines in cells)
        return _Lines(cells, tuple(indents), size, most * size * _LEADING + 2 * _PAD)

    def _row(
        self, lines: _Lines, columns: Sequence[Column], widths: Sequence[float], shade: float | None
    ) -> None:
        top, bottom = self.y, self.y - lines.height

        def draw(canvas: Canvas) -> None:
            if shade is not None:
                canvas.setFillGray(shade)
                canvas.rect(_MARGIN, bottom, self.width, lines.height, stroke=0, fill=1)
            canvas.setFillGray(_INK)
            canvas.setStrokeGray(0.75)
            canvas.setLineWidth(0.3)
            canvas.line(_MARGIN, bottom, _MARGIN + self.width, bottom)
            canvas.setFont(FONT, lines.size)
            x = _MARGIN
            for cell, column, width, indent in zip(lines.cells, columns, widths, lines.indents, strict=True):
                for number, text in enumerate(cell):
                    y = top - _PAD - lines.size - number * lines.size * _LEADING
                    if column.kind in _RIGHT:
                        canvas.drawRightString(x + width - _PAD, y, text)
                    else:
                        canvas.drawString(x + _PAD + indent, y, text)
                x += width

        self.pages[-1].append(draw)
        self.y = bottom


@dataclass(frozen=True, slots=True)
class _Lines:
    """A row cut into lines. height: in points, with the space around them."""

    cells: tuple[tuple[str, ...], ...]
    indents: tuple[float, ...]
    size: float
    height: float
