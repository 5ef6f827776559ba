"""The chart and the posting templates, as data that must prove itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.accounting import Chart, load_chart
from liushui.accounting.templates import parse_template
from liushui.kernel.errors import Fault, Refused
from liushui.ledger import Line


def parse(entries: list[dict[str, str]]) -> tuple[Any, list[str]]:
    faults: list[Fault] = []
    template = parse_template("t", {"code": "T1", "zh": "试", "en": "T", "entries": entries}, faults)
    return template, [fault.code for fault in faults]


def test_the_shipped_chart_keeps_the_accounting_equation() -> None:
    """Assets and expenses are debits, liabilities, equity and income are credits, but for named contra accounts."""
    sides = {
        "asset": "debit",
        "expense": "debit",
        "liability": "credit",
        "equity": "credit",
        "income": "credit",
    }
    contra = {a.code for a in load_chart() if a.kind in sides and a.side != sides[a.kind]}
    assert contra == {"1304", "1602"}
    assert load_chart().get("2011").level == 1
    assert not load_chart().get("2011").postable
    assert load_chart().leaf("2011.01").zh.startswith("活期存款")


def test_a_wrong_chart_is_refused_with_all_its_faults() -> None:
    row = {"zh": "甲", "en": "A", "class": "asset", "side": "debit"}
    rows: list[Any] = [
        {**row, "code": "1001"},
        {**row, "code": "1001"},
        {**row, "code": "1002.01"},
        {**row, "code": "x"},
        {**row, "code": "1005", "side": "credit"},
        {**row, "code": "1006", "class": "money"},
        {**row, "code": "1007", "en": ""},
    ]
    with pytest.raises(Refused) as caught:
        Chart(rows)
    assert {f.code for f in caught.value.faults} == {
        "gl_code_twice",
        "gl_parent_missing",
        "gl_code_malformed",
        "gl_side_wrong",
        "gl_class_unknown",
        "gl_label_missing",
    }


amounts = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@given(amounts, amounts, st.sampled_from(["a", "b", "c"]), st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_template_loads_exactly_when_it_balances_for_all_amounts(
    first: list[str], second: list[str], extra: str, x: int, y: int
) -> None:
    entries = [
        {"side": "debit", "account": "p", "amount": " + ".join(first)},
        {"side": "debit", "account": "q", "amount": " + ".join(second)},
        {"side": "credit", "account": "r", "amount": " + ".join(first + second)},
    ]
    template, faults = parse(entries)
    assert faults == []
    lines = template.lines({"p": 1, "q": 2, "r": 3}, {"a": x, "b": y, "c": x + y})
    assert sum(line.amount if line.debit else -line.amount for line in lines) == 0
    entries[2]["amount"] += f" + {extra}"
    assert parse(entries) == (None, ["template_unbalanced"])


def test_a_fee_is_taken_out_and_a_zero_line_is_left_out() -> None:
    template, faults = parse(
        [
            {"side": "debit", "account": "cash", "amount": "principal"},
            {"side": "credit", "account": "customer", "amount": "principal - fee"},
            {"side": "credit", "account": "income", "amount": "fee"},
        ]
    )
    assert faults == []
    accounts = {"cash": 1, "customer": 2, "income": 3}
    assert template.lines(accounts, {"principal": 100, "fee": 3}) == (
        Line(1, True, 100),
        Line(2, False, 97),
        Line(3, False, 3),
    )
    assert len(template.lines(accounts, {"principal": 100, "fee": 0})) == 2
    for bad, code in (
        ({"principal": 1, "fee": 3}, "template_amount_negative"),
        ({"principal": 1}, "template_amount_missing"),
    ):
        with pytest.raises(Refused, match=code):
            template.lines(accounts, bad)


@pytest.mark.parametrize("amount", ["a * 2", "2", "", "a +", "__import__('os')", "a + -b"])
def test_only_sums_and_differences_of_names_are_amounts(amount: str) -> None:
    entry = {"account": "p", "amount": amount}
    _, faults = parse([{"side": "debit", **entry}, {"side": "credit", **entry}])
    assert faults == ["template_entry_malformed"] * 2
