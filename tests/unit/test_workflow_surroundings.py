"""The bank's environment around the engine: expressions, decision tables, calendars; and the state as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time

import pytest

from liushui.workflow import ExpressionFailed, Happened, State, Surroundings, start
from liushui.workflow.working_time import Calendar
from tests.workflows import MORNING, Play, model

DAYS = [[(time(9), time(17))]] * 5 + [[], []]
COUNTER = Calendar("Asia/Shanghai", DAYS, name="counter")


def test_a_timer_counts_the_working_time_of_its_calendar() -> None:
    around = Surroundings({}, {"counter": COUNTER}, "Asia/Shanghai")
    body = '<start S/><catch T liushui:calendar="{}"><timer><timeDuration>PT2H</timeDuration></timer></catch><end E/>'
    friday = datetime(2026, 3, 6, 8, tzinfo=UTC)  # 16:00 in Shanghai, an hour before closing
    definition = model(body.format("counter"), "S>T T>E")
    step = start(definition, variables={}, now=friday, env=around)
    (due,) = [e.due for e in step.effects if hasattr(e, "due")]
    assert due == datetime(2026, 3, 9, 2, tzinfo=UTC)
    lost = start(model(body.format("moon"), "S>T T>E"), variables={}, now=friday, env=around)
    assert [i.reason for i in lost.state.incidents.values()] == ["moon: no such calendar"]


def test_what_the_environment_does_not_know_is_said() -> None:
    around = Surroundings({}, {}, "Asia/Shanghai")
    with pytest.raises(ExpressionFailed, match="no such decision"):
        around.decide("limits", {})
    with pytest.raises(ExpressionFailed, match="expression_malformed"):
        around.evaluate("x >", {"x": 1})
    assert around.due(MORNING, "PT1H", None).hour == 10


def test_a_state_of_another_format_is_not_guessed_at() -> None:
    play = Play(model("<start S/><user A/><end E/>", "S>A A>E"), amount=5, name="王小明")
    assert "王小明" in play.json
    data = json.loads(play.json)
    data["v"] = 99
    with pytest.raises(ValueError, match="format 99"):
        State.from_json(json.dumps(data))


def test_the_log_names_the_token_of_each_visit_once() -> None:
    play = Play(model("<start S/><user A/><user B/><end E/>", "S>A A>B B>E"))
    play.do("A")
    play.do("B")
    visits = [
        (e.element, e.token) for e in play.effects if isinstance(e, Happened) and e.lifecycle == "completed"
    ]
    assert len({token for _, token in visits}) == len(visits) == 4
