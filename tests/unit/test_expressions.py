"""Expressions as a modeller meets them: exact money, no silent null, nothing that could run for ever."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow import expressions
from liushui.workflow.expressions import ExpressionFailed, names


def test_a_transfer_within_its_limit_passes() -> None:
    condition = expressions.compile('amount <= limit and channel in ["counter", "online"]')
    assert condition.has_closure
    assert condition.names == {"amount", "limit", "channel"}
    transfer = {"amount": 500, "limit": 500, "channel": "online"}
    assert condition.holds(transfer) is True
    assert condition.holds({**transfer, "amount": 501}) is False
    assert condition.holds({**transfer, "channel": "atm"}) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("principal + fee", 10**15 + 3),
        ("principal * 9000", (10**15 + 1) * 9000),
        ("9007199254740993", 2**53 + 1),
        ("max([principal * 9, 0])", 9 * (10**15 + 1)),
        ("round(fee * 3.5)", 7),
        ("fee / 2 * 3", 3),
        ("1.5 * fee", 3),
        ("principal % 1000", 1),
        ("[principal, {each: fee}]", [10**15 + 1, {"each": 2}]),
    ],
)
def test_money_is_exact_and_never_a_float(text: str, value: Any) -> None:
    result = expressions.compile(text).evaluate({"principal": 10**15 + 1, "fee": 2})
    assert result == value
    assert "float" not in repr(type(result))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fee / 4", "not a whole number"),
        ("[fee / 4]", "not a whole number of at most 53 bits inside a list or object"),
        ("fee / (fee - 2)", "null, perhaps of a division by zero"),
        ("principal * principal", "cannot be computed (Multiply)"),
        ("principal * 10000000", "a number beyond 64 bits"),
        ("fee > '1'", "cannot be computed (Compare)"),
        ("rate * 2", "a value of the type float"),
        ("huge", "a number beyond 64 bits"),
        ("customer.name.first", "no object to read customer.name.first from"),
    ],
)
def test_what_is_no_whole_number_stops_with_a_reason(text: str, reason: str) -> None:
    variables = {"principal": 10**15, "fee": 2, "rate": 0.5, "huge": 2**63, "customer": {"name": "甲"}}
    with pytest.raises(ExpressionFailed) as caught:
        expressions.compile(text).evaluate(variables)
    assert (caught.value.text, caught.value.reason) == (text, reason)
    assert "甲" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["customer.riks == 'high'", "riks == 'high'", "true or riks", "len(riks) > 1"]
)
def test_a_misspelt_name_stops_and_takes_no_path(text: str) -> None:
    with pytest.raises(ExpressionFailed, match="unknown variable"):
        expressions.compile(text).holds({"customer": {"risk": "high"}})


def test_null_is_known_and_may_be_asked_for() -> None:
    variables = {"customer": None, "note": None}
    assert expressions.compile("customer.risk == 'high'").holds(variables) is False
    assert expressions.compile("note == null").holds(variables) is True
    assert expressions.compile("(limit ?? 500) + (customer.limit ?? 0)").evaluate(variables) == 500


def test_in_a_chain_of_fallbacks_only_the_last_must_be_known() -> None:
    assert expressions.compile("own ?? product ?? 7").evaluate({}) == 7
    assert expressions.compile("own ?? product ?? 7").evaluate({"product": 5}) == 5
    with pytest.raises(ExpressionFailed, match="unknown variable"):
        expressions.compile("own ?? product").evaluate({"own": 1})


def test_a_condition_is_true_or_false() -> None:
    with pytest.raises(ExpressionFailed, match="neither true nor false"):
        expressions.compile("amount").holds({"amount": 1})


def test_objects_are_handed_on_whole() -> None:
    order = {"id": 2**60 + 1, "lines": [1, 2]}
    assert expressions.compile("order").evaluate({"order": order}) == order
    assert expressions.compile("map(order.lines, # * 2)").evaluate({"order": order}) == [2, 4]
    with pytest.raises(ExpressionFailed, match="float"):
        expressions.compile("order").evaluate({"order": {"rate": 0.1}})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("amount = 5", "write =="),
        ("rand(5) > 2", "no function rand"),
        ("date('now') > 1", "no function date"),
        ("d().year()", "no function d"),
        ("$root.amount", "not a name"),
        ("a.contains('b')", "methods"),
        ("`${a}`", "not a sign"),
        ("a && b", "not a sign"),
        ("", "a value is missing"),
        ("(a", "expected )"),
        ("a b", "left over"),
        ("[1..2]", "right of in"),
        ("len()", "len"),
        ("map(a, map(a, map(a, #)))", "too many loops"),
        (" + ".join(["len(filter(a, # > 1))"] * 17), "too many loops"),
        ("(" * 999 + "a" + ")" * 999, "too deep"),
        ("not " * 499 + "a", "too deep"),
        ("+".join("a" * 500), "too deep"),
        ("a" * 2001, "longer than 2000"),
        ("18446744073709551616", "beyond 64 bits"),
        ("金额 > 1", "not a sign"),
    ],
)
def test_what_is_outside_the_language_is_refused_when_it_is_deployed(text: str, reason: str) -> None:
    with pytest.raises(Refused, match="expression_malformed") as caught:
        expressions.compile(text)
    assert reason in str(caught.value.faults[0].params["reason"])


def test_what_an_evaluation_reads_is_bounded() -> None:
    with pytest.raises(ExpressionFailed, match="too large"):
        expressions.compile("sum(a)").evaluate({"a": list(range(10_001))})
    with pytest.raises(ExpressionFailed, match="too large"):
        expressions.compile("map(a, sum(map(a, #)))").evaluate({"a": list(range(400))})
    with pytest.raises(ExpressionFailed, match="too large for a loop"):
        expressions.compile("map(a, s + s + s)").evaluate({"a": list(range(1000)), "s": "x" * 10_000})
    with pytest.raises(ExpressionFailed, match="too large for a loop"):
        expressions.compile("map(split(s, ''), sum(a))").evaluate({"a": list(range(9000)), "s": "x" * 9000})
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(ExpressionFailed, match="nested too deep"):
        expressions.compile("len(a)").evaluate({"a": deep})
    assert expressions.compile("len(a)").evaluate({"a": "x" * 1000, "unread": list(range(10**5))}) == 1000


def test_names_see_through_loops_members_and_branches() -> None:
    text = "urgent ? map(orders, #.price * rate) : {total: shop.till[index] ?? other, 'x y': \"quoted.name\"}"
    assert names(text) == {"urgent", "orders", "rate", "shop", "index", "other"}
    assert expressions.compile("customer.risk == 'high'").paths == {("customer", "risk")}


def test_a_compiled_expression_serves_every_thread() -> None:
    expression, results = expressions.compile("sum(a)"), list[Any]()
    threads = [
        threading.Thread(target=lambda: results.append(expression.evaluate({"a": [1, 2]}))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3] * 4
