"""Names against lists: what a rule that only compares text would miss, and what must not be taken for the same."""

from __future__ import annotations

from datetime import date

import pytest

from liushui.risk import load_watch_lists, screen
from liushui.risk.screening import Entry, resemblance


@pytest.mark.parametrize(
    ("typed", "listed", "how"),
    [
        ("钱假名", "钱假名", "same"),
        ("錢假名", "钱假名", "same"),  # traditional
        ("钱 假 名", "钱假名", "same"),
        ("钱·假名", "钱假名", "same"),
        ("肖无名", "蕭無名", "same"),  # 肖 is written for 萧
        ("ＸＩＡＯ　ＷＵＭＩＮＧ", "Xiao Wuming", "same"),  # full width
        ("Wuming XIAO", "Xiao Wuming", "same_words"),
        ("Xiaowuming", "Xiao Wuming", "same"),
        ("Nullepart, Alexandre de", "Alexandre de Nullepart", "same_words"),
        ("Aléxandre de Nullepart", "Alexandre de Nullepart", "same"),
        ("Alexandr de Nullepard", "Alexandre de Nullepart", "nearly"),
        ("Alexandre Nullepart", "Alexandre de Nullepart", "part"),
        ("Fictive Shipping & Trading Ltd.", "Fictive Shipping Trading Limited", "same"),
        ("虚构航运贸易公司", "虚构航运贸易有限公司", "same"),
    ],
)
def test_the_same_name_in_another_dress(typed: str, listed: str, how: str) -> None:
    found = resemblance(typed, listed)
    assert found is not None
    assert found[0] == how
    assert resemblance(listed, typed) == found


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("钱假铭", "钱假名"),  # one character of three is another person
        ("钱假", "钱假名"),
        ("Xiao Ming", "Xiao Wuming"),
        ("Li Na", "Li Wa"),  # short names forgive nothing
        ("Alexandra Other", "Alexandre de Nullepart"),
        ("", "钱假名"),
        ("···", "钱假名"),
    ],
)
def test_another_name(typed: str, listed: str) -> None:
    assert resemblance(typed, listed) is None


def test_another_birth_date_makes_another_person() -> None:
    entry = Entry("made_up", "X-1", ("钱假名", "Qian Jiaming"), date(1970, 1, 1))
    assert screen("钱假名", date(1990, 1, 1), [entry], least=80) == []
    weak = screen("钱假名", date(1990, 1, 1), [entry], least=50)
    assert [(h.entry, h.score) for h in weak] == [("X-1", 70)]
    assert [h.score for h in screen("钱假名", date(1970, 1, 1), [entry], least=80)] == [100]
    assert [h.score for h in screen("钱假名", date(1970, 11, 1), [entry], least=80)] == [
        90
    ]  # a slip, perhaps
    assert [h.score for h in screen("钱假名", None, [entry], least=80)] == [100]


def test_the_lists_of_the_house_know_nobody_of_the_demo() -> None:
    lists = load_watch_lists()
    assert len({(e.list, e.id) for e in lists.entries}) == len(lists.entries) > 0
    for name in ("张示例", "李示例", "王示例", "陈晓"):
        assert screen(name, None, lists.entries, least=50) == []


def test_a_variant_has_one_form() -> None:
    from liushui.risk.screening import _variants  # pyright: ignore[reportPrivateUsage]

    table = _variants()
    assert all(ord(form) not in table for form in table.values())
