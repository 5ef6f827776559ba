"""Service levels that a case works out itself, and people whom it names as those who keep out: as read and checked."""

from __future__ import annotations

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow import read
from liushui.workflow.lint import expressions_of
from tests.workflows import HEAD, bpmn, flows


def model(attributes: str) -> bytes:
    body = bpmn(f"<start Begin/><user Task {attributes}/><end Done/>") + flows("Begin>Task Task>Done")
    return f'{HEAD}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'.encode()


def test_a_service_level_is_a_duration_or_an_expression() -> None:
    (definition,) = read(
        model('liushui:serviceLevel="PT4H" liushui:atRisk="=warn_at" liushui:exclude="named"')
    )
    work = definition.elements["Task"].work
    assert work is not None
    assert (work.service_level, work.at_risk, work.excluded) == ("PT4H", "=warn_at", "named")
    assert {text for _, text in expressions_of(definition)} == {"warn_at", "named"}


def test_a_service_level_that_is_neither_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read(model('liushui:serviceLevel="tomorrow"'))
    assert caught.value.code == "bpmn_value_malformed"
