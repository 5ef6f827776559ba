"""What a case knows by a code, a person reads in words: of the choice that made it, or of the form that shows it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from liushui.parties.identity_service import Answer
from liushui.workflow.bundle import Parsed, parse, read_folder

PROCESSES = Path(str(resources.files("liushui.processes")))
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
