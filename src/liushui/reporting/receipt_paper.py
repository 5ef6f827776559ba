"""A receipt on paper: half a sheet (A5 across), in both languages, with the amount in words and, where it is one, the mark
of a reprint."""

from __future__ import annotations

from typing import BinaryIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from liushui.reporting.model import Label, Language, label
from liushui.reporting.paper import FONT, font, grouped, readable, width_of, wrapped
from liushui.reporting.receipt import ReceiptFacts
from liushui.reporting.scope import branch_label, moment

_WIDTH, _HEIGHT = landscape(A5)
_MARGIN = 12 * mm
_SMALL, _TEXT, _LARGE, _TITLE = 7.0, 9.0, 11.0, 14.0
_LINE = 6.2 * mm
_LABEL_WIDTH = 32 * mm
Row = tuple[str, str]


def draw_receipt(facts: ReceiptFacts, out: BinaryIO) -> None:
    """Write the document. Not for an event loop: the first call loads the font."""
    font()
    rl_config.useA85 = 0
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1, lang="zh-CN")
    canvas.setTitle(f"{_both('receipt')} {facts.journal}")
    canvas.setCreator("Liushui")
    _head(canvas, facts)
    y = _columns(canvas, _HEIGHT - 34 * mm, _left(facts), _right(facts))
    _money(canvas, y - 3 * mm, facts)
    _foot(canvas, facts)
    canvas.showPage()
    canvas.save()


def _both(key: str) -> str:
    return label(key).of(Language.BOTH)


def _head(canvas: Canvas, facts: ReceiptFacts) -> None:
    canvas.setFont(FONT, _TITLE)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 17 * mm, readable(_both("receipt")))
    canvas.setFont(FONT, _TEXT)
    canvas.drawString(_MARGIN, _HEIGHT - 26 * mm, readable(branch_label(facts.branch).of(Language.BOTH)))
    if facts.copy > 1:
        _mark(canvas, facts.copy)
    canvas.setLineWidth(0.6)
    canvas.line(_MARGIN, _HEIGHT - 29 * mm, _WIDTH - _MARGIN, _HEIGHT - 29 * mm)


def _mark(canvas: Canvas, copy: int) -> None:
    """A reprint says so in a frame, where nobody can overlook it."""
    words = label("receipt_reprint")
    text = readable(Label(words.zh.format(copy=copy), words.en.format(copy=copy)).of(Language.BOTH))
    wide = width_of(text, _LARGE) + 6 * mm
    canvas.setLineWidth(1.2)
    canvas.rect(_WIDTH - _MARGIN - wide, _HEIGHT - 27.5 * mm, wide, 8 * mm)
    canvas.setFont(FONT, _LARGE)
    canvas.drawCentredString(_WIDTH - _MARGIN - wide / 2, _HEIGHT - 25 * mm, text)


def _left(facts: ReceiptFacts) -> list[Row]:
    rows = [
        (_both("receipt_code"), facts.title.of(Language.BOTH)),
        (_both("receipt_journal"), str(facts.journal)),
        (_both("receipt_business_date"), facts.booking_date.isoformat()),
    ]
    if facts.reverses is not None:
        rows.append((_both("receipt_reversal"), str(facts.reverses)))
    return rows


def _right(facts: ReceiptFacts) -> list[Row]:
    rows = [
        (_both("receipt_teller"), facts.teller),
        (_both("receipt_case"), facts.case or ""),
        (_both("receipt_booked_at"), moment(facts.recorded_at)),
    ]
    if facts.authorised_by is not None:
        rows.append((_both("receipt_authorised_by"), facts.authorised_by))
    return rows


def _columns(canvas: Canvas, top: float, left: list[Row], right: list[Row]) -> float:
    """Two columns of facts; return where they end."""
    half = (_WIDTH - 2 * _MARGIN) / 2
    lowest = top
    for x, rows in ((_MARGIN, left), (_MARGIN + half, right)):
        y = top
        for row in rows:
            y = _fact(canvas, x, y, row, half - 4 * mm)
        lowest = min(lowest, y)
    return lowest


def _fact(canvas: Canvas, x: float, y: float, row: Row, width: float) -> float:
    name, value = row
    canvas.setFillGray(0.4)
    canvas.setFont(FONT, _SMALL)
    canvas.drawString(x, y - _SMALL, readable(name))
    canvas.setFillGray(0)
    canvas.setFont(FONT, _TEXT)
    lines = wrapped(value, _TEXT, width - _LABEL_WIDTH)
    for number, line in enumerate(lines):
        canvas.drawString(x + _LABEL_WIDTH, y - _SMALL - number * 4.2 * mm, line)
    return y - _LINE - (len(lines) - 1) * 4.2 * mm


def _money(canvas: Canvas, y: float, facts: ReceiptFacts) -> None:
    width = _WIDTH - 2 * _MARGIN
    canvas.setLineWidth(0.3)
    canvas.line(_MARGIN, y, _WIDTH - _MARGIN, y)
    y -= 3 * mm
    for moved in facts.moved[:4]:
        side = _both("receipt_paid_in" if moved.came else "receipt_paid_out")
        text = f"{moved.account}  {'、'.join(moved.holders)}  {grouped(moved.amount)}"
        y = _fact(canvas, _MARGIN, y, (side, text), width)
    y = _fact(
        canvas, _MARGIN, y, (_both("receipt_amount"), f"{facts.currency} {grouped(facts.amount)}"), width
    )
    if facts.in_words is not None:
        y = _fact(canvas, _MARGIN, y, (_both("receipt_in_words"), facts.in_words), width)
    if facts.memo:
        _fact(canvas, _MARGIN, y, (_both("receipt_memo"), facts.memo[:160]), width)


def _foot(canvas: Canvas, facts: ReceiptFacts) -> None:
    canvas.setFont(FONT, _SMALL)
    canvas.setFillGray(0.4)
    printed = f"{_both('receipt_printed_at')} {moment(facts.printed_at)}  {_both('receipt_printed_by')} {facts.printed_by}"
    canvas.drawString(_MARGIN, 9 * mm, readable(printed))
    canvas.drawRightString(_WIDTH - _MARGIN, 9 * mm, readable(_both("receipt_foot")))
