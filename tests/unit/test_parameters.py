"""Parameters as data: whoever reads one knows of what it is a number."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.processes import procedure_folders
from liushui.risk import Parameter, load_parameters
from liushui.risk.parameters import parse_parameters
from liushui.workflow.bundle import parse, read_folder


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "name": "most",
        "valid_from": date(2026, 1, 1),
        "source": "the bank's own rule",
        "zh": "上限",
        "en": "Most",
    }
    return plain | more  # fmt: skip


def test_a_number_names_its_unit_and_what_is_no_number_needs_none() -> None:
    (amount,) = parse_parameters([row(value=500, unit="fen")])
    assert (amount.value, amount.unit) == (500, "fen")
    assert [parse_parameters([row(value=v)])[0].unit for v in ("PT2H", ["card"])] == ["duration", "list"]


@pytest.mark.parametrize(
    "wrong", [{"value": 500}, {"value": 500, "unit": "yen"}, {"value": "PT2H", "unit": "fen"}]
)
def test_a_number_of_nobody_knows_what_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        parse_parameters([row(**wrong)])
    assert [(f.code, f.params) for f in refused.value.faults] == [
        ("parameter_malformed", {"parameter": "most"})
    ]


def test_names_say_what_the_units_say() -> None:
    """A name that ends in a measure is of that measure; nothing else of the house is counted in days."""

    def measure(one: Parameter) -> str | None:
        return next((m for m in ("days", "months") if one.name.endswith((f"_{m}", f"_{m}_most"))), None)

    numbers = [one for one in load_parameters() if isinstance(one.value, int)]
    named = {one.name: (measure(one), one.unit) for one in numbers if measure(one)}
    assert len(named) > 5
    assert [name for name, (said, unit) in named.items() if said != unit] == []


def test_where_a_rule_comes_from_is_said_in_both_languages() -> None:
    """Documents keep their Chinese names and numbers; no other language stands on a Chinese page."""
    said = {f"parameter {one.name}": (one.source, one.source_zh) for one in load_parameters()}
    for folder in procedure_folders():
        for name, found in parse(read_folder(folder)).decisions.items():
            said[f"{folder.name} {name}"] = (found.about.source, found.about.source_zh)
    assert len(said) > 80
    for what, (source, chinese) in said.items():
        assert source, what
        assert not re.search("[A-Za-z]|[,;:] |[()]", chinese or source), what
        assert not re.search("[，；：（）]", source), what
        assert bool(chinese) == bool(re.search("[A-Za-z]|[,;:] |[()]", source)), what
