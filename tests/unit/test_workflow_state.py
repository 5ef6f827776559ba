"""The state as JSON, the log's visits, and timers in working time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time

import pytest

from liushui.workflow import Happened, State, TimerSet, start
from liushui.workflow.calendars import due
from liushui.workflow.working_time import Calendar
from tests.workflows import Play, World, model

COUNTER = Calendar("Asia/Shanghai", [[(time(9), time(17))]] * 5 + [[], []], name="counter")


class Counter(World):
    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        return due(moment, duration, {None: None, "counter": COUNTER}[calendar])


TIMER = '<start S/><catch T liushui:calendar="counter"><timer><timeDuration>{}</timeDuration></timer></catch><end E/>'
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)  # 16:00 in Shanghai, an hour before closing


def test_a_timer_counts_the_working_time_of_its_calendar() -> None:
    step = start(model(TIMER.format("PT2H"), "S>T T>E"), variables={}, now=FRIDAY, env=Counter())
    assert [e.due for e in step.effects if isinstance(e, TimerSet)] == [datetime(2026, 3, 9, 2, tzinfo=UTC)]


def test_a_duration_that_working_time_does_not_know_is_an_incident() -> None:
    step = start(model(TIMER.format("P1M"), "S>T T>E"), variables={}, now=FRIDAY, env=Counter())
    assert [i.reason for i in step.state.incidents.values()] == ["P1M: duration_unfit"]


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
