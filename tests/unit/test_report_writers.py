"""The three writers, read back by somebody else: the csv and json modules, and two readers of PDF."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from importlib import resources

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from liushui.kernel.errors import Refused
from liushui.reporting.held import PDF_ROWS_MAX, hold
from liushui.reporting.model import Cell, Column, Fact, Kind, Label, Language, Report, Row, table_of
from liushui.reporting.paper import draw_pdf, font, grouped, readable, width_of, wrapped
from liushui.reporting.plain import write_csv, write_json

COLUMNS = (
    Column("date", Kind.DATE, 20), Column("memo", width=40), Column("debit", Kind.AMOUNT, 30),
    Column("credit", Kind.AMOUNT, 30),
)  # fmt: skip


def report(rows: list[tuple[Cell, ...]], total: tuple[Cell, ...] = ()) -> Report:
    """A report of a made-up shape, with the words of the bank's."""
    facts = (Fact("holder", "张示例"), Fact("opening_balance", "-1234.50", Kind.AMOUNT))
    totals = [Row(total, strong=True)] if total else []
    table = table_of("entries", COLUMNS, [Row(cells) for cells in rows], totals=totals)
    return Report("statement", facts, (table,), "statement-2026-01-05")


def as_csv(one: Report, language: Language = Language.ZH) -> bytes:
    out = io.BytesIO()
    asyncio.run(write_csv(one, language, out))
    return out.getvalue()


def as_json(one: Report, language: Language = Language.ZH) -> bytes:
    out = io.BytesIO()
    asyncio.run(write_json(one, language, out))
    return out.getvalue()


def as_pdf(one: Report, language: Language = Language.ZH) -> bytes:
    out = io.BytesIO()
    draw_pdf(asyncio.run(hold(one)), language, out)
    return out.getvalue()


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_csv_opens_in_a_spreadsheet_as_it_was_meant() -> None:
    data = as_csv(report([("2026-01-05", "房租，一月", "1234567.50", None), ("2026-01-06", 'says "hi"', None, "-0.05")],
                         ("合计", None, "1234567.50", "-0.05")))  # fmt: skip
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert lines == [
        ["账户对账单"],
        ["户名", "张示例"],
        ["期初余额", "-1234.50"],
        [],
        ["日期", "备注", "借方", "贷方"],
        ["2026-01-05", "房租，一月", "1234567.50", ""],
        ["2026-01-06", 'says "hi"', "", "-0.05"],
        ["合计", "", "1234567.50", "-0.05"],
    ]


@pytest.mark.parametrize(
    "memo",
    ["=1+1", "+86 10", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", " =1", "＝1+1", "－1", '=HYPERLINK("x")'],
)  # fmt: skip
def test_no_text_is_computed_by_a_spreadsheet(memo: str) -> None:
    data = as_csv(report([("2026-01-05", memo, "-5.00", None)])).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(data, newline="")))[-1]
    assert row == ["2026-01-05", f"'{memo}", "-5.00", ""]


@given(st.text(max_size=40))
def test_whatever_stands_in_a_memo_comes_back(memo: str) -> None:
    data = as_csv(report([("2026-01-05", memo.encode(errors="ignore").decode(), "1.00", None)]))
    got = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[-1][1]
    assert got.removeprefix("'") == memo.encode(errors="ignore").decode().removeprefix("'")
    assert not got.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_json_has_amounts_as_text_and_english_keys() -> None:
    one = [("2026-01-05", Label("转账", "Transfer"), "10000000000000.01", None)]
    zh, en, both = (json.loads(as_json(report(one), language)) for language in Language)
    assert zh["report"] == "statement"
    assert zh["facts"] == {"holder": "张示例", "opening_balance": "-1234.50"}
    (table,) = zh["tables"]
    assert table["rows"] == [
        {"date": "2026-01-05", "memo": "转账", "debit": "10000000000000.01", "credit": None}
    ]
    assert [t["tables"][0]["rows"][0]["memo"] for t in (en, both)] == ["Transfer", "转账 Transfer"]
    assert [c["label"] for c in en["tables"][0]["columns"]] == ["Date", "Memo", "Debit", "Credit"]
    assert json.loads(as_json(report([])))["tables"][0]["rows"] == []


def test_a_pdf_is_read_back_with_its_chinese() -> None:
    pdf = as_pdf(report([("2026-01-05", "房租，一月份（含水电）", "1234567.50", None)], ("合计", None, "1234567.50", None)),
                 Language.BOTH)  # fmt: skip
    (page,) = text_of(pdf)
    for words in ("账户对账单 Account statement", "户名 Account holder: 张示例", "房租，一月份（含水电）", "1,234,567.50",
                  "-1,234.50", "第 1 页 共 1 页 Page 1 of 1"):  # fmt: skip
        assert words in page
    second = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "房租，一月份（含水电）" in second
    assert "1,234,567.50" in second


def test_only_what_is_used_of_the_font_is_embedded() -> None:
    pdf = as_pdf(report([("2026-01-05", "房租", "1.00", None)]))
    assert len(pdf) < 60_000  # the font has 2.5 million bytes
    reader = PdfReader(io.BytesIO(pdf))
    fonts = reader.pages[0]["/Resources"]["/Font"]  # pyright: ignore[reportIndexIssue] - pypdf's objects are untyped
    used = [fonts[name] for name in fonts if "Liushui" in fonts[name]["/BaseFont"]]
    assert used
    for one in used:
        assert re.fullmatch(r"/[A-Z]{6}\+LiushuiSansSC(-Regular)?", one["/BaseFont"])
        assert one["/FontDescriptor"]["/FontFile2"].get_data()


def test_a_rare_character_neither_vanishes_nor_breaks_the_page() -> None:
    assert readable("张𠮷\U0001f600") == "张[U+20BB7][U+1F600]"
    assert readable("a\nb\x07") == "a b[U+0007]"
    (page,) = text_of(as_pdf(report([("2026-01-05", "张𠮷示例", "1.00", None)])))
    assert "张[U+20BB7]示例" in page


def test_every_character_of_gb_2312_and_of_names_has_its_sign() -> None:
    """The first level of GB 2312 by its rows; of 通用规范汉字表 some of the rare ones that people are called by."""
    level_one = [bytes([high, low]).decode("gb2312") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
                 if (high, low) < (0xD7, 0xFA) or high > 0xD7]  # fmt: skip
    assert len(level_one) == 6_763
    assert readable("".join(level_one)) == "".join(level_one)
    for name in (
        "喆",
        "堃",
        "淼",
        "珺",
        "祎",
        "翀",
        "玥",
        "珅",
        "鑫",
        "镕",
        "旻",
        "昇",
        "犇",
        "燚",
        "䶮",
        "㛃",
        "鲃",
        "㳇",
    ):
        assert readable(name) == name


def test_a_long_table_repeats_its_head_numbers_its_pages_and_ends_with_its_sum() -> None:
    rows: list[tuple[Cell, ...]] = [("2026-01-05", f"第{n}笔", f"{n}.00", None) for n in range(1, 401)]
    pages = text_of(as_pdf(report(rows, ("合计", None, "80200.00", None))))  # 400 * 401 / 2
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页 共 {len(pages)} 页" in page
        assert "借方" in page
        assert "贷方" in page
    found = [int(n) for page in pages for n in re.findall(r"第(\d+)笔", page)]
    assert found == list(range(1, 401))
    assert "80,200.00" in pages[-1]


def test_amounts_stand_on_the_right_under_each_other() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("2026-01-05", "x", amount, None) for amount in ("0.01", "1234567890123.00", "-5.00")
    ]
    page = pypdfium2.PdfDocument(as_pdf(report(rows)))[0].get_textpage()
    ends: list[float] = []
    for amount in ("0.01", "1,234,567,890,123.00"):
        start, count = page.search(amount).get_next()
        ends.append(page.get_charbox(start + count - 1)[2])
    assert abs(ends[0] - ends[1]) < 1.0  # points; the last digits differ in width by less


def test_a_long_text_is_broken_and_nothing_of_it_lost() -> None:
    chinese, english = "流水不腐户枢不蠹" * 30, "a note of some length that goes on and on " * 10
    lines = wrapped(chinese, 8, 100)
    assert "".join(lines) == chinese
    assert all(width_of(line, 8) <= 100 for line in lines)
    lines = wrapped(english, 8, 100)
    assert " ".join(lines).split() == english.split()
    assert all(width_of(line, 8) <= 100 for line in lines)
    assert wrapped("", 8, 100) == [""]
    assert "".join(wrapped("宽", 8, 1)) == "宽"  # narrower than any sign: still shown
    (page,) = text_of(as_pdf(report([("2026-01-05", chinese, "1.00", None)])))
    assert page.count("蠹") == 30


def test_a_row_higher_than_what_is_left_goes_to_the_next_page_whole() -> None:
    rows: list[tuple[Cell, ...]] = [("2026-01-05", "长" * 150, f"{n}.00", None) for n in range(60)]
    pages = text_of(as_pdf(report(rows)))
    assert sum(page.count("长") for page in pages) == 60 * 150
    assert all(page.count("长") % 150 == 0 for page in pages)


def test_too_much_for_paper_is_refused_and_says_what_to_take() -> None:
    one = report([])
    long = Report(
        one.name,
        one.facts,
        (one.tables[0].__class__("x", COLUMNS, one.tables[0].rows, PDF_ROWS_MAX + 1),),
        "x",
    )
    with pytest.raises(Refused) as caught:
        asyncio.run(hold(long))
    (fault,) = caught.value.faults
    assert (fault.code, fault.params["most"]) == ("report_too_long_for_pdf", PDF_ROWS_MAX)


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("0.00", "0.00"),
        ("-0.05", "-0.05"),
        ("999", "999"),
        ("1000", "1,000"),
        ("-1234567.890", "-1,234,567.890"),
    ],
)
def test_people_read_amounts_in_threes(amount: str, read: str) -> None:
    assert grouped(amount) == read


def test_the_font_comes_along_with_its_licence_under_a_name_of_its_own() -> None:
    """OFL 1.1, conditions 2 and 3."""
    licence = resources.files("liushui.reporting").joinpath("fonts/OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert licence.startswith("© 2014-2021 Adobe")
    assert "Liushui" in str(font().face.name)
