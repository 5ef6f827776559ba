"""The closures and zen-engine say the same: of every expression that has a closure, in every environment, the
same value of the same type, or the same operation refused. zen reads the text by its own parser, so this holds
our parser against zen's as well."""

from __future__ import annotations

from typing import Any

import zen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.workflow import expressions
from liushui.workflow.expressions import Expression, ExpressionFailed

NAMES = ("a", "b", "c.d", "c.e", "gone ?? 1", "c.gone ?? b")
integers = st.one_of(
    st.integers(-3, 6), st.sampled_from([10**15 + 1, 2**53 + 1, 2**63 - 1, 1 - 2**63, -(10**12)])
)
values = st.one_of(integers, st.sampled_from(["", "x", "y", "中文", "true"]), st.booleans(), st.none())
environments = st.fixed_dictionaries(
    {"a": values, "b": values, "c": st.one_of(st.none(), st.fixed_dictionaries({"d": values, "e": values}))}
)


def literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"'{value}'" if isinstance(value, str) else f"{value}"


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts made of texts, on purpose without brackets, so that precedence decides."""
    binary = st.sampled_from(["+", "-", "*", "==", "!=", "<", "<=", ">", ">=", "and", "or", "??"])
    spaces = st.sampled_from([" ", "  ", "\n", "\t"])
    lists = st.lists(inner, max_size=3).map(", ".join).map("[{}]".format)
    intervals = st.builds("{}{}..{}{}".format, st.sampled_from("[("), inner, inner, st.sampled_from("])"))
    return st.one_of(
        st.builds("{1}{0}{2}{0}{3}".format, spaces, inner, binary, inner),
        st.builds("({})".format, inner),
        st.builds("{} {}".format, st.sampled_from(["not", "-", "!"]), inner),
        st.builds("{} ? {} : {}".format, inner, inner, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["in", "not in"]), lists | intervals),
    )


leaves = st.one_of(st.sampled_from(NAMES), values.map(literal))
texts = st.recursive(leaves, grown, max_leaves=8)
soup = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "c.d",
            "1",
            "2",
            "'x'",
            "true",
            "null",
            "+",
            "-",
            "*",
            "==",
            "!=",
            "<",
            ">=",
            "and",
            "or",
            "not",
            "!",
            "in",
            "not_in",
            "(",
            ")",
            "[",
            "]",
            ",",
            "..",
            "?",
            ":",
            "??",
            "/",
        ]
    ),
    min_size=1,
    max_size=9,
).map(lambda words: " ".join(words).replace("not_in", "not in"))


def outcome(evaluate: Any, environment: dict[str, Any]) -> tuple[Any, ...]:
    try:
        value = evaluate(environment)
    except ExpressionFailed as failed:
        return "failed", failed.reason
    return type(value), value


def compiled(text: str, by: Any = expressions.compile) -> Expression | None:
    try:
        return by(text)
    except Refused:
        return None


@settings(max_examples=400, deadline=None)
@given(texts, environments)
@example("a + b", {"a": 2**63 - 1, "b": 1, "c": None})
@example("a * b * a * b - a * b * a * b", {"a": 10**9, "b": 10**6, "c": None})
@example("a in [1, true]", {"a": True, "b": 1, "c": None})
@example("a == 1", {"a": True, "b": 1, "c": None})
@example("not a == b", {"a": True, "b": False, "c": None})
@example("true or 'a' < 1", {"a": 1, "b": 1, "c": None})
@example("-a.b", {"a": None, "b": 1, "c": None})
def test_a_closure_computes_what_zen_computes(text: str, environment: dict[str, Any]) -> None:
    expression = compiled(text)
    if expression is not None:
        assert outcome(expression.evaluate, environment) == outcome(expression.evaluate_by_zen, environment)


@settings(max_examples=400, deadline=None)
@given(soup, environments)
def test_words_in_any_order_mean_the_same_to_both(text: str, environment: dict[str, Any]) -> None:
    expression = compiled(text)
    if expression is not None:
        assert outcome(expression.evaluate, environment) == outcome(expression.evaluate_by_zen, environment)


cells = st.one_of(
    texts,
    st.builds("{} {}".format, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), texts),
    st.lists(
        st.builds("{} {}".format, st.sampled_from(["<", ">=", "=="]), leaves), min_size=2, max_size=3
    ).flatmap(lambda parts: st.sampled_from([" and ", " or ", ", "]).map(lambda joint: joint.join(parts))),
    st.lists(leaves, min_size=1, max_size=3).map(", ".join),
    st.builds("{}{}..{}{}".format, st.sampled_from("[("), integers, integers, st.sampled_from("])")),
    st.lists(leaves, max_size=3).map(", ".join).map("not in [{}]".format),
    soup.map(lambda text: text.replace("b", "$")),
    st.builds("{} + {}".format, leaves.map("({} ?? 1)".format), leaves),
)


@settings(max_examples=800, deadline=None)
@given(cells, environments, values)
@example("== null ?? gone ?? 1", {"a": 0, "b": 0, "c": None}, None)
def test_a_cell_holds_where_zen_says_so(text: str, environment: dict[str, Any], value: Any) -> None:
    """zen itself, without anything of ours between, is the oracle here: a cell always answers true or false."""
    cell = compiled(text, expressions.compile_cell)
    if cell is None:
        return
    environment = {**environment, "$": value}
    kind, ours = outcome(cell.evaluate, environment)
    try:
        theirs = zen.evaluate_unary_expression(text, environment)
    except RuntimeError:
        theirs = None
    if kind == "failed":
        assert theirs is None or "object" in ours
    else:
        assert ours is theirs
