"""What stops is named, and goes on from where it stopped when somebody helps."""

from __future__ import annotations

import pytest

from liushui.workflow import (
    Cancelled,
    ExpressionFailed,
    IncidentRetried,
    IncidentSkipped,
    MessageArrived,
    ServiceBroke,
    ServiceCompleted,
    Stale,
    TaskCompleted,
    read,
)
from tests.workflows import Play, file, flows_in, model, process

ROOTS = '<message id="M" name="papers"/><error id="X" errorCode="short"/>'


def retry(play: Play, element: str) -> None:
    play.give(IncidentRetried(play.incidents[element].incident))


def skip(play: Play, element: str, **variables: object) -> None:
    play.give(IncidentSkipped(play.incidents[element].incident, variables))


BESIDE = "<start S/><and F/><user Fix/>{}<user After/><end E/><end X/>"
LINES = "S>F F>Fix Fix>E F>{0} {0}>After After>X"


ENTERING = {
    "a timer": '<catch W><timer><timeDuration>=wait</timeDuration></timer></catch>',
    "a correlation": '<catch W liushui:correlation="wait"><msg messageRef="M"/></catch>',
    "inputs": '<task W><ext><liushui:input name="x" value="wait"/></ext></task>',
    "a boundary timer": '<user W/><boundary B attachedToRef="W"><timer><timeDuration>=wait</timeDuration></timer></boundary><end EB/>',
    "a receive task": '<receive W messageRef="M" liushui:correlation="wait"/>',
    "a message sent": '<throw W liushui:correlation="wait"><msg messageRef="M"/></throw>',
    "a send task": '<send W messageRef="M" liushui:correlation="wait"/>',
    "a decision": '<rule W liushui:decision="lost"/>',
    "a collection": '<user W><many liushui:collection="wait" liushui:elementVariable="x"/></user>',
    "an inner timer": '<sub W><start WS/><end WE/><sub V triggeredByEvent="true"><start VS><timer><timeDuration>=wait</timeDuration></timer></start>'
    "<end VE/>" + flows_in("VS>VE") + "</sub>" + flows_in("WS>WE") + "</sub>",
}  # fmt: skip


@pytest.mark.parametrize("what", ENTERING)
def test_an_element_that_cannot_be_entered_waits_for_help(what: str) -> None:
    lines = LINES.format("W") + (" B>EB" if "boundary" in what else "")
    for help in ("retry", "skip"):
        play = Play(model(BESIDE.format(ENTERING[what]), lines, ROOTS))
        assert list(play.incidents) == ["W"]
        assert play.timers == {}
        play.do("Fix", wait=["PT1H"])
        if help == "retry":
            retry(play, "W")
            assert list(play.incidents) == (
                [] if what not in ("a timer", "a boundary timer", "a decision", "an inner timer") else ["W"]
            )
        else:
            skip(play, "W")
            assert play.tasks == ["After"]


def test_a_mended_variable_lets_a_timer_be_set() -> None:
    play = Play(model(BESIDE.format(ENTERING["a timer"]), LINES.format("W")))
    play.do("Fix", wait="PT1H")
    retry(play, "W")
    assert list(play.timers) == ["W"]
    play.ring("W")
    assert play.tasks == ["After"]


def test_an_event_based_gateway_that_cannot_be_entered() -> None:
    body = BESIDE.format('<either W/><catch C liushui:correlation="wait"><msg messageRef="M"/></catch>')
    play = Play(model(body, LINES.format("W").replace("W>After", "W>C C>After"), ROOTS))
    assert list(play.incidents) == ["W"]
    play.do("Fix", wait=1)
    skip(play, "W")
    play.give(MessageArrived("papers"))
    assert play.tasks == ["After"]


def test_a_process_whose_own_timer_cannot_be_worked_out_does_not_start() -> None:
    body = f"""<start S/><user A/><end E/><sub V triggeredByEvent="true"><start VS><timer><timeDuration>=wait</timeDuration></timer></start>
      <end VE/>{flows_in("VS>VE")}</sub>"""
    with pytest.raises(ExpressionFailed, match="wait"):
        Play(model(body, "S>A A>E"))


def test_sets_that_fail_keep_what_the_person_entered() -> None:
    body = '<start S/><and F/><user Fix/><user A><ext><liushui:set name="y" value="x + lost"/></ext></user><user B/><end E/><end X/>'
    play = Play(model(body, "S>F F>Fix Fix>E F>A A>B B>X"))
    play.do("A", x=1)
    assert play.tasks == ["Fix", "A"] or play.incidents
    play.do("Fix", lost=4)
    retry(play, "A")
    assert play.tasks == ["B"]
    assert play.state.variables == {"x": 1, "lost": 4, "y": 5}


def test_a_condition_that_is_neither_true_nor_false_is_no_way() -> None:
    play = Play(model("<start S/><xor G/><user A/><end E/>", "S>G G>A[x] G>E A>E"), x=1)
    assert "neither" in play.incidents["G"].reason
    skip(play, "G", x=True)
    assert play.tasks == ["A"]


def test_a_round_that_cannot_begin_or_be_closed() -> None:
    body = """<start S/><and F/><user Fix/><user A><ext><liushui:input name="half" value="item + add"/></ext><many
      liushui:collection="[1, 2]" liushui:elementVariable="item" liushui:outputCollection="all" liushui:outputElement="half + out"/></user>
      <user B/><end E/><end X/>"""
    play = Play(model(body, "S>F F>Fix Fix>E F>A A>B B>X"))
    first, second = (i.id for i in play.state.incidents.values())
    play.do("Fix", add=10)
    play.give(IncidentRetried(first))
    play.give(IncidentRetried(second))
    assert play.tasks == ["A", "A"]
    play.do("A")
    assert list(play.incidents) == ["A"], "out is missing"
    skip(play, "A", out=5)
    play.do("A", out=7)
    assert play.state.variables["all"] == [16, 19]


def test_what_a_called_process_gives_back_can_be_mended() -> None:
    (inner,) = read(file(process("<start S/><user A/><end E/>", "S>A A>E", key="q")))
    body = '<start S/><call C calledElement="q"><ext><liushui:out name="y" value="answer"/></ext></call><user B/><end E/>'
    outer = model(body, "S>C C>B B>E").with_called({"C": inner})
    for mend in (True, False):
        play = Play(outer)
        play.do("A")
        assert list(play.incidents) == ["C"]
        if mend:
            skip(play, "C", y=3)
        else:
            retry(play, "C")
            assert list(play.incidents) == ["C"]
            continue
        assert play.tasks == ["B"]
        assert play.state.variables == {"y": 3}


def test_a_broken_service_can_be_skipped_or_given_up() -> None:
    body = '<start S/><service V liushui:binding="b"/><user A/><end E/>'
    play = Play(model(body, "S>V V>A A>E"))
    play.give(ServiceBroke(play.token("V"), "down"))
    with pytest.raises(Stale):
        play.give(ServiceCompleted(next(iter(play.state.tokens))))
    skip(play, "V", journal=0)
    assert play.tasks == ["A"]
    play = Play(model(body, "S>V V>A A>E"))
    play.give(ServiceBroke(play.token("V"), "down"))
    play.give(Cancelled("enough"))
    assert play.incidents == {}
    assert play.take_log() == "S V+ V~ V-"


def test_back_off_doubles() -> None:
    body = '<start S/><service V liushui:binding="b" liushui:retries="3" liushui:backoff="PT10S"/><end E/>'
    play = Play(model(body, "S>V V>E"))
    waits: list[float] = []
    for _ in range(3):
        play.give(ServiceBroke(play.token("V"), "down"))
        waits.append((play.timers["V"].due - play.now).total_seconds())
        play.ring("V")
    assert waits == [10, 20, 40]
    play.give(ServiceBroke(play.token("V"), "down"))
    retry(play, "V")
    play.give(ServiceCompleted(play.token("V")))
    assert play.ended == "completed"


def test_a_deadlock_is_asked_again_or_opened() -> None:
    body = "<start S/><xor G/><and J/><user A/><end E/>"
    for help in ("retry", "skip"):
        play = Play(model(body, "S>G G>J[x] G>A[not x] J>E A>J"), x=True)
        if help == "retry":
            retry(play, "J")
            assert play.incidents["J"].reason == "join_deadlock"
        skip(play, "J")
        assert play.ended == "completed"


def test_an_endless_loop_can_be_retried_once_its_data_are_mended() -> None:
    body = "<start S/><xor M/><task T/><xor G/><end E/>"
    play = Play(model(body, "S>M M>T T>G G>M[again] G>E[not again]"), again=True)
    (element,) = play.incidents
    skip(play, element, again=False)
    assert play.ended == "completed"


def test_what_is_gone_is_stale() -> None:
    play = Play(model("<start S/><user A/><user B/><end E/>", "S>A A>B B>E"))
    for wrong in (
        IncidentRetried(99),
        IncidentSkipped(99),
        MessageArrived("papers"),
        TaskCompleted(99),
        ServiceCompleted(play.token("A")),
    ):
        with pytest.raises(Stale):
            play.give(wrong)
