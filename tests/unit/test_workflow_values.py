"""What a case may hold, how deep calls may go, and tasks whose facts cannot be worked out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow import (
    IncidentRetried,
    IncidentSkipped,
    MessageArrived,
    ServiceCompleted,
    SignalArrived,
    State,
    TaskCompleted,
    TaskOpened,
    TimerSet,
    advance,
    start,
)
from tests.workflows import MORNING, Play, World, model

ROOTS = '<message id="M" name="papers"/><signal id="S1" name="alarm"/>'
UNFIT: dict[str, Any] = {
    "rate": 0.1, "fit": [1, True, None, "0.1", {"a": []}], "lines": [{"amount": 100}, {"amount": 1.0, "fee": [0, 2.5]}],
    "much": float("nan"), "exact": Decimal("1.5"), "at": MORNING, "names": {1: "one"},
}  # fmt: skip
PATHS = ["at", "exact", "lines[1].amount", "lines[1].fee[1]", "much", "names.1", "rate"]


def paths(work: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        work()
    assert {fault.code for fault in refused.value.faults} == {"variable_unfit"}
    return sorted(str(fault.params["path"]) for fault in refused.value.faults)


def test_what_is_no_exact_json_is_refused_at_the_start_with_every_path() -> None:
    definition = model("<start S/><user A/><end E/>", "S>A A>E")
    assert paths(lambda: start(definition, variables=UNFIT, now=MORNING, env=World())) == PATHS


def test_and_so_it_is_whatever_brings_it() -> None:
    body = """<start S/><user A/><service V liushui:binding="b"/><receive R messageRef="M"/>
      <catch C><sig signalRef="S1"/></catch><user W liushui:assignee="lost"/><end E/>"""
    play = Play(model(body, "S>A A>V V>R R>C C>W W>E", ROOTS))

    def refused(make: Callable[[dict[str, Any]], Any]) -> None:
        before = play.json
        assert paths(lambda: play.give(make(UNFIT))) == PATHS
        assert play.json == before
        play.give(make({"fit": UNFIT["fit"]}))

    a = play.token("A")
    refused(lambda given: TaskCompleted(a, given))
    v = play.token("V")
    refused(lambda given: ServiceCompleted(v, given))
    refused(lambda given: MessageArrived("papers", given))
    refused(lambda given: SignalArrived("alarm", given))
    incident = play.incidents["W"].incident
    refused(lambda given: IncidentSkipped(incident, given))
    assert play.state.ended == "completed"


def test_calls_that_come_round_stop_as_an_incident_and_not_as_a_crash() -> None:
    """Deployment refuses such a circle; should one come about all the same, it is stopped at a depth."""
    once = model('<start S/><call C calledElement="p"/><end E/>', "S>C C>E")
    for_ever = once.with_called({"C": once})
    for_ever.called["C"] = for_ever  # type: ignore[index]  # what no deployment makes
    play = Play(for_ever)
    (incident,) = play.state.incidents.values()
    assert incident.reason == "p: calls are nested more than 20 deep"
    play.give(IncidentSkipped(incident.id))
    assert play.state.ended == "completed"


FACTS = {
    "assignee": 'liushui:assignee="who"', "priority": 'liushui:priority="who"', "service level": 'liushui:serviceLevel="=who"',
    "risk": 'liushui:serviceLevel="PT4H" liushui:atRisk="=who"',
}  # fmt: skip
BESIDE = "<start S/><and F/><user Fix/><user W {}><ext/></user><boundary B attachedToRef='W'><timer><timeDuration>P1D</timeDuration></timer></boundary><end EB/><end E/><end X/>"
LINES = "S>F F>Fix Fix>E F>W W>X B>EB"
RIGHT = {"assignee": "T0001", "priority": 7, "service level": "PT1H", "risk": "2026-03-02T10:00:00+00:00"}


@pytest.mark.parametrize("wrong", [None, [1], "soon"])
@pytest.mark.parametrize("what", FACTS)
def test_a_task_whose_facts_cannot_be_worked_out_waits_for_help(what: str, wrong: Any) -> None:
    if (what, wrong) in (("assignee", "soon"), ("assignee", None), ("priority", None)):
        return  # these are an answer: nobody in particular, no priority
    for how in ("retry", "skip"):
        given = {} if wrong is None else {"who": wrong}
        play = Play(model(BESIDE.format(FACTS[what]).replace("<ext/>", ""), LINES), **given)
        assert list(play.incidents) == ["W"]
        assert play.tasks == ["Fix"]
        assert play.timers == {}  # the boundary event waits for what does not run yet
        play.do("Fix", who=RIGHT[what])
        incident = play.incidents["W"].incident
        if how == "skip":
            play.give(IncidentSkipped(incident))
        else:
            play.give(IncidentRetried(incident))
            assert play.tasks == ["W"]
            assert [e.element for e in play.last if isinstance(e, TimerSet)] == ["B"]
            play.do("W")
        assert play.state.ended == "completed"


def test_what_a_task_is_opened_with() -> None:
    body = '<start S/><user W liushui:assignee="who" liushui:priority="n" liushui:serviceLevel="PT4H" liushui:atRisk="=risk"/><end E/>'
    play = Play(model(body, "S>W W>E"), who="T0001", n=3, risk="PT3H")
    (opened,) = (e for e in play.effects if isinstance(e, TaskOpened))
    hour = timedelta(hours=1)
    assert (opened.assignee, opened.priority) == ("T0001", 3)
    assert (opened.at_risk, opened.due) == (MORNING + 3 * hour, MORNING + 4 * hour)


def test_the_depth_of_values_is_no_way_to_break_the_engine() -> None:
    deep: Any = 0.5
    for _ in range(5_000):
        deep = [deep]
    definition = model("<start S/><user A/><end E/>", "S>A A>E")
    step = start(definition, variables={}, now=MORNING, env=World())
    token = next(iter(step.state.tokens))
    with pytest.raises(Refused) as refused:
        advance(
            definition,
            State.from_json(step.state.to_json()),
            TaskCompleted(token, {"deep": deep}),
            now=MORNING,
            env=World(),
        )
    assert refused.value.faults[0].code == "variable_unfit"
