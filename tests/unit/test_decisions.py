"""Decision tables as a risk officer writes them: every fault at once, every gap shown, no row passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow.decisions import DecisionFailed, load
from tests.decision_tables import table

LIMITS = table(
    [
        ["small", "< 5000000", "", '"teller"', "1"],
        ["large", "[5000000..20000000)", '"counter"', '"supervisor"', "2"],
        ["huge", ">= 20000000", '"counter"', '"branch_manager"', "amount / 10000000"],
        ["elsewhere", "", "", '"back_office"', "2"],
    ],
    ["amount", "channel"],
    ["approver", "eyes.needed"],
)
LIMITS["liushui"] = {
    "source": "Authority table 2026",
    "validFrom": "2026-01-01",
    "zh": "限额",
    "en": "Limits",
}


@pytest.mark.parametrize(
    ("amount", "channel", "row", "approver", "eyes"),
    [
        (4_999_999, "online", "small", "teller", 1),
        (5_000_000, "counter", "large", "supervisor", 2),
        (19_999_999, "counter", "large", "supervisor", 2),
        (40_000_000, "counter", "huge", "branch_manager", 4),
        (5_000_000, "online", "elsewhere", "back_office", 2),
    ],
)
def test_the_row_that_fires_is_named(amount: int, channel: str, row: str, approver: str, eyes: int) -> None:
    decided = load("limits", json.dumps(LIMITS).encode()).decide({"amount": amount, "channel": channel})
    assert decided.rows == (row,)
    assert decided.result == {"approver": approver, "eyes": {"needed": eyes}}


def test_a_table_tells_what_it_reads_gives_and_stems_from() -> None:
    decision = load("limits", LIMITS)
    assert decision.names == {"amount", "channel"}
    assert decision.outputs == {"approver", "eyes"}
    assert (decision.about.source, decision.about.zh) == ("Authority table 2026", "限额")
    assert str(decision.about.valid_from) == "2026-01-01"
    assert decision.warnings == ()
    assert decision.about.source_zh == ""  # which shows the source as it is
    in_chinese = LIMITS | {"liushui": LIMITS["liushui"] | {"sourceZh": "二〇二六年权限表"}}
    assert load("limits", in_chinese).about.source_zh == "二〇二六年权限表"


def test_collect_gives_every_row_that_holds() -> None:
    documents = table(
        [
            ["id", "", "", '"id_card"'],
            ["income", "> 1000000", "", '"income_proof"'],
            ["lien", "", "true", '"title_deed"'],
        ],
        ["amount", "secured"],
        ["name"],
        hit="collect",
        outputPath="documents",
    )
    decision = load("documents", documents)
    decided = decision.decide({"amount": 2_000_000, "secured": False})
    assert decided.rows == ("id", "income")
    assert decided.result == {"documents": [{"name": "id_card"}, {"name": "income_proof"}]}
    assert decision.outputs == {"documents"}


def test_what_zen_passes_over_stops_here() -> None:
    risky = table([["a", "", "fee * 'x'"], ["b", "", "1"]], ["amount"], ["x"])
    with pytest.raises(Refused, match="decision_row_unreachable"):
        load("risky", risky)
    del risky["nodes"][1]["content"]["rules"][1]
    with pytest.raises(DecisionFailed, match="row a: cannot be computed"):
        load("risky", risky).decide({"amount": 1, "fee": 1})
    graded = load("graded", table([["a", "> 5", "1"], ["b", "null", "2"], ["c", "", "3"]], ["score"], ["x"]))
    assert graded.decide({"score": None}).rows == ("b",)
    with pytest.raises(DecisionFailed, match="row a, column score: cannot be computed") as caught:
        graded.decide({"score": "甲"})
    assert "甲" not in str(caught.value)
    with pytest.raises(DecisionFailed, match="unknown variable score"):
        graded.decide({"scores": 1})


def test_no_row_is_no_answer() -> None:
    decision = load("d", table([["a", "< 5", "1"], ["b", "[6..9]", "2"]], ["score"], ["x"]))
    with pytest.raises(DecisionFailed, match="no row holds"):
        decision.decide({"score": 5})
    assert [(w.code, w.params["case"]) for w in decision.warnings] == [
        ("decision_gap", "score: 5"),
        ("decision_gap", "score: > 9"),
    ]


def test_large_money_stays_exact() -> None:
    decision = load("d", table([["a", "> 0", "amount * 3"]], ["amount"], ["x"]))
    assert decision.decide({"amount": 2**60 + 1}).result == {"x": 3 * (2**60 + 1)}


def test_cells_beyond_the_simple_ones_are_zens() -> None:
    rules = [["a", "contains($, 'x')", "len(tags) * 2"], ["b", "", "round(amount / 3)"]]
    decision = load("d", table(rules, ["tags"], ["x"]))
    assert not decision.has_closures
    assert decision.decide({"tags": ["x"], "amount": 1}).result == {"x": 2}
    assert decision.decide({"tags": [], "amount": 2**60}).result == {"x": 2**60 // 3}


def overlaps(rules: list[list[str]], inputs: list[str]) -> list[tuple[Any, Any]]:
    warnings = load("d", table(rules, inputs, ["x"])).warnings
    return [(w.params["row"], w.params["other"]) for w in warnings if w.code == "decision_rows_overlap"]


def test_rows_that_overlap_are_shown() -> None:
    rules = [
        ["a", "<= 5", '"x"', "1"],
        ["b", "[5..9]", "", "2"],
        ["c", "> 9", '"y"', "3"],
        ["d", "", "", "4"],
    ]
    assert overlaps(rules, ["n", "s"]) == [("a", "b")]


def gaps(rules: list[list[str]], inputs: list[str]) -> list[Any]:
    warnings = load("d", table(rules, inputs, ["x"])).warnings
    return [w.params["case"] for w in warnings if w.code == "decision_gap"]


def test_gaps_are_shown_as_cases() -> None:
    assert gaps([["a", "true", "1"], ["b", "false", "2"]], ["f"]) == []
    assert gaps([["a", '"x"', "1"], ["b", '"y","z"', "2"]], ["s"]) == ["s: other"]
    assert gaps([["a", '"x"', "1"], ["b", '!= "x"', "2"]], ["s"]) == []
    assert gaps([["a", "< -5", "1"], ["b", "> -5", "2"]], ["n"]) == ["n: -5"]
    rules = [["a", "< 5", "true", "1"], ["b", ">= 5", "", "2"]]
    assert gaps(rules, ["n", "f"]) == ["n: < 5, f: false"]
    assert gaps([["a", "< limit", "1"]], ["n"]) == []  # cannot be judged


@pytest.mark.parametrize(
    "rules",
    [
        [["a", "< 10", "1"], ["b", ">= 10", "2"], ["c", "5", "3"]],
        [["a", "", "1"], ["b", "5", "2"]],
        [["a", "> 5 and < 6", "1"]],
        [["a", "[3..1]", "1"]],
        [["a", "in []", "1"]],
    ],
)
def test_a_row_that_nothing_reaches_is_a_fault(rules: list[list[str]]) -> None:
    with pytest.raises(Refused) as caught:
        load("d", table(rules, ["n"], ["x"]))
    assert [(f.code, f.params["row"]) for f in caught.value.faults] == [
        ("decision_row_unreachable", rules[-1][0])
    ]


def test_every_fault_is_told_at_once() -> None:
    wrong = table(
        [["a", "> ", "1", ""], ["a", "1", "rand(2)", "2"], ["", "-", "1", "1"]],
        ["n"],
        ["x", "x.y"],
        inputField="q",
    )
    content = wrong["nodes"][1]["content"]
    content["rules"][0]["i9"] = "1"
    content["surprise"] = 1
    content["inputs"].append({"id": "o0", "name": "blank", "field": "", "defaultValue": "1"})
    wrong["nodes"].append({"id": "f", "type": "functionNode", "name": "js", "content": {"source": ""}})
    wrong["liushui"] = {"validFrom": "soon", "author": "x"}
    with pytest.raises(Refused) as caught:
        load("wrong", wrong)
    assert {f.code for f in caught.value.faults} == {
        "decision_cell_malformed",
        "decision_column_twice",
        "decision_field_missing",
        "decision_field_unknown",
        "decision_graph_unfit",
        "decision_output_missing",
        "decision_row_twice",
        "decision_setting_unfit",
    }
    malformed = [f.params for f in caught.value.faults if f.code == "decision_cell_malformed"]
    assert {(p["row"], p["column"]) for p in malformed} >= {("a", "n"), ("a", "x"), ("row 3", "n")}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="decision_malformed"):
        load("d", content)


def test_size_is_bounded() -> None:
    with pytest.raises(Refused, match="decision_too_large"):
        load("d", b" " * 1_000_001)
    rules = [[f"r{at}", str(at), "1"] for at in range(501)]
    with pytest.raises(Refused, match="decision_too_large"):
        load("d", table(rules, ["n"], ["x"]))
    assert load("d", table(rules[:500], ["n"], ["x"])).decide({"n": 499}).rows == ("r499",)


def test_a_collection_needs_a_name() -> None:
    with pytest.raises(Refused, match="decision_setting_unfit"):
        load("d", table([["a", "1", "1"]], ["n"], ["x"], hit="collect"))
