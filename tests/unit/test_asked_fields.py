"""Fields that are asked for only where something was chosen: required there, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from liushui.kernel.errors import Fault, Refused
from liushui.workflow.forms import Form, parse_form, take

RHYTHM = {
    "name": "rhythm", "type": "choice", "zh": "频率", "en": "How often", "required": True,
    "choices": {"monthly": {"zh": "每月", "en": "Monthly"}, "days": {"zh": "每隔几天", "en": "So many days"}},
}  # fmt: skip
EVERY = {"name": "every", "type": "integer", "zh": "间隔", "en": "Days", "required": True}


def form(when: Any, faults: list[Fault]) -> Form | None:
    body = {"zh": "表", "en": "Form", "fields": [EVERY | {"when": when}, RHYTHM]}
    return parse_form("start", body, faults)


def test_what_is_not_asked_for_is_not_missing() -> None:
    made = form({"rhythm": "days"}, [])
    assert made is not None
    assert take(made, {"rhythm": "monthly"}) == {"rhythm": "monthly"}
    assert take(made, {"rhythm": "days", "every": 3}) == {"rhythm": "days", "every": 3}
    with pytest.raises(Refused) as refused:
        take(made, {"rhythm": "days"})
    assert [(f.code, f.field) for f in refused.value.faults] == [("form_field_missing", "every")]


@pytest.mark.parametrize(
    "when", [{"rhythm": "yearly"}, {"rhythm": []}, {"every": "3"}, {"nothing": "days"}, "days", ["rhythm"]]
)
def test_a_field_may_follow_only_what_can_be_chosen_in_its_form(when: Any) -> None:
    faults: list[Fault] = []
    assert form(when, faults) is None
    assert {f.code for f in faults} == {"form_malformed"}
