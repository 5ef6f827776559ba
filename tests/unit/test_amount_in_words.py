"""Amounts in words: the rule's own examples, and an independent reader back to figures."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from liushui.kernel.amount_in_words import amount_in_words
from liushui.kernel.errors import Refused
from liushui.kernel.money import AMOUNT_MINOR_MAX


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        # the appendix's own examples; where it allows two writings, the second
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "人民币壹拾万零柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        # edges, written by hand
        ("1000.05", "人民币壹仟元零伍分"),
        ("10010000.00", "人民币壹仟零壹万元整"),
        ("0.50", "人民币伍角"),
        ("0.05", "人民币伍分"),
        ("10.00", "人民币壹拾元整"),
        ("100000000.00", "人民币壹亿元整"),
        ("100001000.10", "人民币壹亿零壹仟元壹角"),
        ("1000000001.00", "人民币壹拾亿零壹元整"),
        ("10000000000000.00", "人民币壹拾万亿元整"),
    ],
)  # fmt: skip
def test_as_the_rule_writes_them(figures: str, words: str) -> None:
    assert amount_in_words(int(figures.replace(".", ""))) == words


FIGURE = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNIT = {"拾": 10, "佰": 100, "仟": 1000}


def read(words: str) -> int:
    """Back to fen, by adding up figures times units: how a person checks a voucher."""
    found = re.fullmatch(r"人民币(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?整?", words)
    assert found is not None, words
    return read_whole(found[1] or "零") * 100 + FIGURE[found[2] or "零"] * 10 + FIGURE[found[3] or "零"]


def read_whole(words: str) -> int:
    hundred_millions, _, rest = words.rpartition("亿")
    if hundred_millions:
        return read_whole(hundred_millions) * 10**8 + read_whole(rest)
    total = section = figure = 0
    for c in words:
        if c in FIGURE:
            figure = FIGURE[c]
        elif c == "万":
            total, section, figure = (section + figure) * 10**4, 0, 0
        else:
            section, figure = section + figure * UNIT[c], 0
    return total + section + figure


@given(st.integers(1, AMOUNT_MINOR_MAX) | st.integers(1, 10**8).map(lambda n: n * 10**4 % 10**12 + 1))
@example(10**9)
@example(AMOUNT_MINOR_MAX)
def test_words_say_the_same_as_the_figures(fen: int) -> None:
    words = amount_in_words(fen)
    assert read(words) == fen
    assert "零零" not in words
    assert not re.search("零[元万亿角整]", words)
    assert ("整" in words) == (fen % 100 == 0)


@pytest.mark.parametrize(
    ("fen", "code"), [(0, "amount_not_positive"), (AMOUNT_MINOR_MAX + 1, "amount_too_large")]
)
def test_no_words_for_nothing_and_for_too_much(fen: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        amount_in_words(fen)
