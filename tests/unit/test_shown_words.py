"""What a case knows by a code, a person reads in words: of the choice that made it, or of the form that shows it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from liushui.parties.identity_service import Answer
from liushui.workflow.bundle import Parsed, parse, read_folder

PROCESSES = Path(str(resources.files("liushui.processes")))
SOURCES = Path(str(resources.files("liushui")))
CONSOLE = Path(__file__).parents[2] / "web" / "console"
HOUSE = sorted(folder.parent.name for folder in PROCESSES.glob("*/process.bpmn"))


def house(process: str) -> Parsed:
    return parse(read_folder(PROCESSES / process))


def literal_outcomes(process: str) -> dict[str, set[str]]:
    """The texts that each variable may get from a decision table, read out of the table's file."""
    found: dict[str, set[str]] = {}
    for file in (PROCESSES / process).glob("decisions/*.json"):
        nodes: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["nodes"]
        for table in (node["content"] for node in nodes if node["type"] == "decisionTableNode"):
            for output in table["outputs"]:
                texts = {rule.get(output["id"], "") for rule in table["rules"]}
                name = table.get("outputPath") or output["field"]
                found.setdefault(name, set()).update(
                    json.loads(text) for text in texts if text.startswith('"')
                )
    return found


@pytest.mark.parametrize("process", HOUSE)
def test_whatever_a_table_decides_is_shown_in_words(process: str) -> None:
    decided = literal_outcomes(process)
    for form in house(process).forms.values():
        for field in form.fields:
            if field.type == "show" and decided.get(field.name):
                assert decided[field.name] <= set(field.choices or ()), (form.name, field.name)


def test_what_somebody_chose_is_shown_in_the_words_of_the_choice() -> None:
    forms = house("open_account").forms
    chosen = {f.name: f for f in forms["start"].fields}["account_class"]
    shown = {f.name: f for f in forms["review"].fields}["account_class"]
    assert (shown.type, shown.choices) == ("show", chosen.choices)


@pytest.mark.parametrize("process", ["open_account", "open_entity_account"])
def test_every_answer_of_the_identity_service_has_words(process: str) -> None:
    shown = {f.name: f for f in house(process).forms["review"].fields}["identity_answer"]
    assert set(shown.choices or ()) == {answer.value for answer in Answer}


def calls(name: str) -> Iterator[ast.Call]:
    """Of a function or a method of this name, anywhere in the bank."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                yield node


def texts(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def words_of(table: str, file: str) -> set[str]:
    """The codes that a page of the console has words for."""
    found = re.search(
        rf"export const {table}\b[^{{]*{{(.*?)}};", (CONSOLE / file).read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    return set(re.findall(r"^  (\w+):", found[1], re.MULTILINE))


def test_what_the_audit_trail_records_is_shown_in_words() -> None:
    told = {
        text for call in calls("audit") for key in call.keywords if key.arg == "action" for text in texts([key.value])
    }  # fmt: skip
    changes = {
        f"online_banking_{text}" for call in calls("_record") if "case_id" in {key.arg for key in call.keywords}
        for text in texts(call.args[4:5])
    }  # fmt: skip
    tried = {text for call in calls("settle_password") for text in texts(call.args[4:5])}
    assert len(told) > 30
    assert len(changes) > 3
    assert told | changes | tried <= words_of("ACTS", "house/acts.ts")


def test_what_a_case_is_about_is_shown_in_words() -> None:
    linked = {text for call in calls("link") for text in texts(call.args[:1])}
    assert len(linked) > 10
    assert linked <= words_of("OBJECTS", "processes/words.ts")
