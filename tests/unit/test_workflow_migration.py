"""Moving running instances to a new version: the dry run says where each token would stand and what forbids it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from liushui.workflow import (
    Cancelled,
    Definition,
    MessageArrived,
    ServiceCompleted,
    Stale,
    TaskCompleted,
    apply_migration,
    plan_migration,
)
from tests.workflows import MORNING, Play, flows_in, model

ROOTS = '<message id="M" name="papers"/><message id="N" name="other"/>'
OLD = model("<start S/><user A/><user B/><end E/>", "S>A A>B B>E")


def moves(play: Play, new: Definition, **mapping: str) -> dict[str, tuple[str | None, str | None]]:
    plan = plan_migration(play.definition, new, play.state, mapping)
    return {m.element: (m.to, m.blocker) for m in plan.moves}


def move(play: Play, new: Definition, **mapping: str) -> tuple[object, ...]:
    before = play.json
    state = play.state
    plan = plan_migration(play.definition, new, state, mapping)
    moved, effects = apply_migration(play.definition, new, state, plan, now=play.now, env=play.env)
    assert state.to_json() == before, "a migration never changes the state it was given"
    play.definition, play.memory, play.json = new, moved, moved.to_json()
    play.effects += effects
    play.last = effects
    return effects


def test_a_task_put_in_behind_is_done_and_one_put_in_before_is_not() -> None:
    new = model(
        "<start S/><user New/><user A/><user Later/><user B/><end E/>", "S>New New>A A>Later Later>B B>E"
    )
    play = Play(OLD)
    token = play.token("A")
    assert moves(play, new) == {"A": ("A", None)}
    assert move(play, new) == ()
    assert play.token("A") == token, "the person keeps the task"
    play.do("A")
    assert play.tasks == ["Later"]


def test_a_renamed_task_needs_a_mapping_and_a_removed_one_blocks() -> None:
    new = model("<start S/><user Check/><user B/><end E/>", "S>Check Check>B B>E")
    play = Play(OLD)
    assert moves(play, new) == {"A": (None, "element_gone")}
    with pytest.raises(ValueError, match="blockers"):
        move(play, new)
    assert moves(play, new, A="Check") == {"A": ("Check", None)}
    move(play, new, A="Check")
    play.give(TaskCompleted(next(iter(play.state.tokens))))
    assert play.tasks == ["B"]


def test_what_forbids_a_move_is_named() -> None:
    inner = flows_in("PS>A A>PE")
    kinds = {
        "kind_changed": model("<start S/><manualTask id='A'/><user B/><end E/>", "S>A A>B B>E"),
        "scope_changed": model(f"<start S/><sub P><start PS/><user A/><end PE/>{inner}</sub><user B/><end E/>", "S>P P>B B>E"),
        "loop_changed": model("<start S/><user A><loop loopMaximum='2'/></user><user B/><end E/>", "S>A A>B B>E"),
    }  # fmt: skip
    for blocker, new in kinds.items():
        assert moves(Play(OLD), new)["A"][1] == blocker
    caught = model('<start S/><catch C><msg messageRef="M"/></catch><end E/>', "S>C C>E", ROOTS)
    other = model('<start S/><catch C><msg messageRef="N"/></catch><end E/>', "S>C C>E", ROOTS)
    assert moves(Play(caught), other)["C"][1] == "waiting_changed"
    joined = "<start S/><and F/><user A/><user B/><and J/><end E/>"
    play = Play(model(joined, "S>F F>A F>B A>J B>J J>E"))
    play.do("A")
    new = model(joined.replace("<user A/>", "<user A/><user X/>"), "S>F F>B F>X X>J B>J J>E A>E")
    assert moves(play, new) == {"J": ("J", "flow_gone"), "B": ("B", None)}


def test_what_has_been_done_and_can_be_undone_is_not_forgotten() -> None:
    body = """<start S/><service V liushui:binding="b"/><boundary C attachedToRef="V"><comp/></boundary>
      <user U isForCompensation="true"/><association id="a" sourceRef="C" targetRef="U"/><user A/><end E><comp/></end>"""
    play = Play(model(body, "S>V V>A A>E"))
    play.give(ServiceCompleted(play.token("V")))
    assert moves(play, OLD) == {"A": ("A", "compensation_gone")}
    renamed = model(body.replace('"V"', '"V2"').replace("service V", "service V2"), "S>V2 V2>A A>E")
    move(play, renamed, V="V2")
    play.do("A")
    assert play.tasks == ["U"]


def test_timers_and_messages_follow_the_new_version() -> None:
    border = '<boundary {} attachedToRef="A" cancelActivity="false"><timer><timeDuration>{}</timeDuration></timer></boundary>'
    text = f'<boundary R attachedToRef="A"><msg messageRef="M"/></boundary>{border}'
    body, lines = "<start S/><user A/>{}<user B/><end E/><end F/>", "S>A A>B B>E T>F"
    play = Play(model(body.format(border.format("T", "PT1H")), lines))
    first = play.timers["T"]
    play.now += timedelta(minutes=30)
    move(play, model(body.format(text.format("T", "PT1H")), lines + " R>F", ROOTS))
    assert play.timers["T"] == first, "what is unchanged keeps its time"
    assert play.awaited == ["papers"]
    move(play, model(body.format(text.format("T", "PT2H")), lines + " R>F", ROOTS))
    assert play.timers["T"].due == MORNING + timedelta(hours=2, minutes=30)
    play.give(MessageArrived("papers"))
    assert play.ended == "completed"
    again = Play(model(body.format(border.format("T", "PT1H")), lines))
    move(again, OLD)
    assert again.timers == {}


def test_a_gateway_that_needs_fewer_is_asked_again() -> None:
    body = "<start S/><and F/><user A/><user B/><and J/><user C/><end E/>"
    play = Play(model(body, "S>F F>A F>B A>J B>J J>C C>E"))
    play.do("A")
    move(play, model(body + "<end X/>", "S>F F>A F>B A>J B>X J>C C>E"))
    assert sorted(play.tasks) == ["B", "C"]


def test_a_plan_is_for_one_state() -> None:
    play = Play(OLD)
    plan = plan_migration(OLD, OLD, play.state)
    play.do("A")
    with pytest.raises(ValueError, match="another state"):
        apply_migration(OLD, OLD, play.state, plan, now=MORNING, env=play.env)
    play.give(Cancelled("enough"))
    with pytest.raises(Stale):
        plan_migration(OLD, OLD, play.state)
