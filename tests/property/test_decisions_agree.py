"""Our way through a decision table and zen-engine's give the same result and the same rows."""

from __future__ import annotations

import json
from typing import Any

import zen
from hypothesis import given, settings
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.workflow.decisions import Decided, Decision, DecisionFailed, load
from tests.decision_tables import table

ENGINE = zen.ZenEngine()
numbers = st.integers(-2, 6)
number_cells = st.one_of(
    st.just(""),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers),
    st.builds("{}{}..{}{}".format, st.sampled_from("[("), numbers, numbers, st.sampled_from("])")),
    st.builds("> {} and <= {}".format, numbers, numbers),
    st.builds("{}, {}".format, numbers, numbers),
    st.builds("not in [{}, {}]".format, numbers, numbers),
    st.sampled_from(["null", "> floor", "< floor * 2", "$ + 1 == floor"]),
)
texts = st.sampled_from(["x", "y", "z"])
text_cells = st.one_of(
    st.just(""),
    texts.map('"{}"'.format),
    st.builds("'{}', '{}'".format, texts, texts),
    texts.map("!= '{}'".format),
    texts.map("not ($ == '{}')".format),
)
outcomes = st.sampled_from(["1", "n * 1000", "'ok'", "s + '!'", "n > 2 ? 'a' : 'b'", "null"])
rules = st.lists(st.tuples(number_cells, text_cells, outcomes), min_size=1, max_size=5)
environments = st.fixed_dictionaries(
    {"n": st.one_of(numbers, st.none()), "s": st.one_of(texts, st.none()), "floor": numbers}
)


def asked(content: dict[str, Any], variables: dict[str, Any]) -> Decided:
    """zen's own answer, by its trace."""
    answer = ENGINE.create_decision(json.dumps(content)).evaluate(variables, {"trace": True})
    trace = answer["trace"]["table"]["traceData"]
    fired = trace if isinstance(trace, list) else [trace] if trace else []
    return Decided(answer["result"], tuple(row["rule"]["_id"] for row in fired))


def decided(decide: Any, variables: dict[str, Any]) -> Decided | str:
    try:
        return decide(variables)
    except DecisionFailed as failed:
        return failed.reason


def loaded(content: dict[str, Any]) -> tuple[Decision | None, set[Any]]:
    """The decision, or the rows that it is refused for as unreachable."""
    try:
        return load("d", content), set()
    except Refused as refused:
        return None, {
            fault.params["row"] for fault in refused.faults if fault.code == "decision_row_unreachable"
        }


def without_nulls(decided: Decided) -> Decided:
    """zen leaves out what is null, though not inside a path."""
    return Decided({k: v for k, v in decided.result.items() if v is not None}, decided.rows)


@settings(max_examples=150, deadline=None)
@given(rules, st.booleans(), st.lists(environments, min_size=1, max_size=5))
def test_result_and_rows_are_zens(
    rows: list[tuple[str, str, str]], collects: bool, many: list[dict[str, Any]]
) -> None:
    content = table(
        [[f"r{at}", *row] for at, row in enumerate(rows)],
        ["n", "s"],
        ["x"],
        hit="collect" if collects else "first",
        outputPath="found" if collects else None,
    )
    decision, hidden = loaded(content)
    if decision is None:
        assert hidden
        return
    assert decision.has_closures
    for variables in many:
        ours = decided(decision.decide, variables)
        assert ours == decided(decision.decide_by_cells, variables)
        if ours == "no row holds":
            assert asked(content, variables).rows == ()
        elif isinstance(ours, Decided):
            assert without_nulls(ours) == asked(content, variables)
        else:  # what zen passes over in silence: an outcome or a cell that cannot be computed
            assert "cannot be computed" in ours


@settings(max_examples=100, deadline=None)
@given(rules)
def test_coverage_is_what_trying_every_value_shows(rows: list[tuple[str, str, str]]) -> None:
    """All numbers from below to above every literal, and every text, tried one by one."""
    plain = [row for row in rows if "floor" not in row[0] and "$" not in row[0] and row[0] != "null"]
    if not plain:
        return
    content = table([[f"r{at}", *row[:2], "1"] for at, row in enumerate(plain)], ["n", "s"], ["x"])
    fired: set[str] = set()
    missed = False
    for n in range(-4, 9):
        for s in ("x", "y", "z", "none of these"):
            rows_fired = asked(content, {"n": n, "s": s}).rows
            fired |= set(rows_fired)
            missed |= not rows_fired
    hidden = {f"r{at}" for at in range(len(plain))} - fired
    decision, refused = loaded(content)
    assert refused == hidden
    if decision is not None:
        assert any(warning.code == "decision_gap" for warning in decision.warnings) == missed
