"""Timers, messages, signals, errors and escalations, one story each; sequences worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from liushui.workflow import (
    Cancelled,
    EscalationRaised,
    EscalationReported,
    IncidentRetried,
    MessageArrived,
    MessageSent,
    ServiceBroke,
    ServiceCalled,
    ServiceCompleted,
    ServiceFailed,
    SignalArrived,
    SignalSent,
    Stale,
    TimerFired,
    Uncaught,
)
from tests.workflows import MORNING, Play, flows_in, model

HOUR = "<timer><timeDuration>PT1H</timeDuration></timer>"
ROOTS = """<message id="M" name="papers"/><signal id="G" name="rates_changed"/><error id="X" errorCode="short"/>
  <error id="Y" errorCode="other"/><escalation id="L" escalationCode="late"/>"""
MESSAGE, SIGNAL = '<msg messageRef="M"/>', '<sig signalRef="G"/>'


def test_an_interrupting_timer_withdraws_the_task() -> None:
    body = f'<start S/><user A/><boundary T attachedToRef="A">{HOUR}</boundary><user B/><end E/><end F/>'
    play = Play(model(body, "S>A A>E T>B B>F"))
    assert play.timers["T"].due == MORNING + timedelta(hours=1)
    play.ring("T")
    assert play.take_log() == "S A+ A- T B+"
    assert play.tasks == ["B"]
    assert play.timers == {}


def test_a_task_done_in_time_clears_its_timer() -> None:
    body = f'<start S/><user A/><boundary T attachedToRef="A">{HOUR}</boundary><end E/><end F/>'
    play = Play(model(body, "S>A A>E T>F"))
    timer = play.timers["T"].timer
    play.do("A")
    assert play.timers == {}
    with pytest.raises(Stale):
        play.give(TimerFired(timer))


def test_a_non_interrupting_timer_repeats_as_often_as_its_cycle_says() -> None:
    body = """<start S/><user A/><boundary T attachedToRef="A" cancelActivity="false">
      <timer><timeCycle>R2/PT10M</timeCycle></timer></boundary><task Remind/><end E/><end F/>"""
    play = Play(model(body, "S>A A>E T>Remind Remind>F"))
    assert play.timers["T"].interrupting is False
    play.ring("T")
    play.ring("T")
    assert play.now == MORNING + timedelta(minutes=20)
    assert play.timers == {}
    play.do("A")
    assert play.take_log() == "S A+ T Remind+ Remind F T Remind+ Remind F A E"


def test_an_intermediate_timer_may_be_an_expression_or_a_date() -> None:
    body = """<start S/><catch T><timer><timeDuration>=wait</timeDuration></timer></catch>
      <catch U><timer><timeDate>2026-03-05T00:00:00+08:00</timeDate></timer></catch><end E/>"""
    play = Play(model(body, "S>T T>U U>E"), wait="P1D")
    assert play.timers["T"].due == MORNING + timedelta(days=1)
    play.ring("T")
    assert play.timers["U"].due.isoformat() == "2026-03-05T00:00:00+08:00"
    play.ring("U")
    assert play.ended == "completed"


def test_a_message_brings_variables_and_is_found_by_its_correlation() -> None:
    body = f'<start S/><catch C liushui:correlation="loan">{MESSAGE}</catch><user A/><end E/>'
    play = Play(model(body, "S>C C>A A>E", ROOTS), loan=7)
    assert [(e.name, e.correlation) for e in play.effects if hasattr(e, "correlation")] == [("papers", 7)]
    with pytest.raises(Stale):
        play.give(MessageArrived("something else"))
    play.give(MessageArrived("papers", {"pages": 3}))
    assert play.state.variables == {"loan": 7, "pages": 3}
    assert play.awaited == []


def test_a_message_may_come_more_than_once_beside_a_task() -> None:
    body = f"""<start S/><user A/><boundary B attachedToRef="A" cancelActivity="false">{MESSAGE}</boundary>
      <user N/><end E/><end F/>"""
    play = Play(model(body, "S>A A>E B>N N>F", ROOTS))
    play.give(MessageArrived("papers"))
    play.give(MessageArrived("papers"))
    assert play.tasks == ["A", "N", "N"]
    play.do("A")
    assert play.awaited == []
    play.do("N")
    assert play.ended is None
    play.do("N")
    assert play.ended == "completed"


def test_a_signal_reaches_all_who_wait() -> None:
    body = f"<start S/><and F/><catch C>{SIGNAL}</catch><catch D>{SIGNAL}</catch><and J/><end E/>"
    play = Play(model(body, "S>F F>C F>D C>J D>J J>E", ROOTS))
    play.give(SignalArrived("rates_changed"))
    assert play.take_log() == "S F C D J E"


def test_an_event_based_gateway_takes_what_comes_first() -> None:
    body = f"""<start S/><either G/><catch C>{MESSAGE}</catch><catch T>{HOUR}</catch><receive R messageRef="M2"/>
      <user A/><user B/><end E/>"""
    definition = model(
        body, "S>G G>C G>T G>R C>A T>B R>E A>E B>E", ROOTS + '<message id="M2" name="withdrawn"/>'
    )
    play = Play(definition)
    assert play.take_log() == "S"
    play.give(MessageArrived("papers"))
    assert play.take_log() == "G C A+"
    assert (play.timers, play.awaited) == ({}, [])
    play = Play(definition)
    play.ring("T")
    assert play.take_log() == "S G T B+"
    play = Play(definition)
    play.give(MessageArrived("withdrawn"))
    assert play.take_log() == "S G R+ R E"


def test_sending() -> None:
    body = f"""<start S/><send D messageRef="M" liushui:correlation="loan"><ext><liushui:input name="sum" value="a + 1"/></ext></send>
      <throw T>{MESSAGE}</throw><throw U>{SIGNAL}</throw><end E>{MESSAGE}</end>"""
    play = Play(model(body, "S>D D>T T>U U>E", ROOTS), a=1, loan=9)
    sent = [e for e in play.effects if isinstance(e, MessageSent)]
    assert [(e.element, e.name, e.correlation) for e in sent] == [
        ("D", "papers", 9), ("T", "papers", None), ("E", "papers", None),
    ]  # fmt: skip
    assert [e.variables for e in sent] == [{"sum": 2}, {"a": 1, "loan": 9}, {"a": 1, "loan": 9}]
    assert [e.name for e in play.effects if isinstance(e, SignalSent)] == ["rates_changed"]


SERVICE = """<start S/><service V liushui:binding="cash.post" liushui:retries="1" liushui:backoff="PT10S" liushui:result="post"/>
  <boundary B attachedToRef="V"><err errorRef="X"/></boundary><user A/><end E/><end F/>"""
SERVICE_FLOWS = "S>V V>E B>A A>F"


def test_a_service_is_called_and_its_result_kept_under_a_name() -> None:
    play = Play(model(SERVICE, SERVICE_FLOWS, ROOTS), amount=1)
    (call,) = [e for e in play.effects if isinstance(e, ServiceCalled)]
    assert (call.element, call.attempt, call.variables) == ("V", 1, {"amount": 1})
    play.give(ServiceCompleted(call.token, {"journal": 12}))
    assert play.state.variables == {"amount": 1, "post": {"journal": 12}}
    assert play.take_log() == "S V+ V E"


def test_a_business_error_takes_its_boundary_event_and_an_unknown_one_nobody() -> None:
    play = Play(model(SERVICE, SERVICE_FLOWS, ROOTS))
    with pytest.raises(Uncaught, match="other at V"):
        play.give(ServiceFailed(play.token("V"), "other"))
    play.give(ServiceFailed(play.token("V"), "short", {"missing": 5}))
    assert play.take_log() == "S V+ V! B A+"
    assert play.state.variables == {"missing": 5}


def test_a_broken_service_is_tried_again_later_and_then_becomes_an_incident() -> None:
    play = Play(model(SERVICE, SERVICE_FLOWS, ROOTS))
    play.give(ServiceBroke(play.token("V"), "no route"))
    assert play.timers["V"].due == MORNING + timedelta(seconds=10)
    play.ring("V")
    assert [e.attempt for e in play.effects if isinstance(e, ServiceCalled)] == [1, 2]
    play.give(ServiceBroke(play.token("V"), "no route"))
    assert play.incidents["V"].reason == "no route"
    play.give(IncidentRetried(play.incidents["V"].incident))
    play.give(ServiceCompleted(play.token("V")))
    assert play.take_log() == "S V+ V~ V^ V~ V^ V E"


def test_the_code_is_tried_before_the_catch_all_and_the_inside_before_the_outside() -> None:
    body = """<start S/><sub P><start PS/><xor G/><user A/><end PX><err errorRef="X"/></end><end PY><err errorRef="Y"/></end>
        <end PE/></sub><boundary All attachedToRef="P"><err/></boundary><boundary Short attachedToRef="P"><err errorRef="X"/></boundary>
      <end E/><end EA/><end ES/>"""
    inner = flows_in('PS>A A>G G>PX[x == "short"] G>PY[x == "other"] G>PE[x == "fine"]')
    definition = model(body.replace("</sub>", inner + "</sub>"), "S>P P>E All>EA Short>ES", ROOTS)
    for x, log in (("short", "G PX P- Short ES"), ("other", "G PY P- All EA"), ("fine", "G PE P E")):
        play = Play(definition)
        play.do("A", x=x)
        assert play.take_log() == f"S P+ PS A+ A {log}"


def test_an_error_end_that_nobody_catches_fails_the_instance() -> None:
    body = '<start S/><and F/><user A/><user B/><end E/><end X1><err errorRef="X"/></end>'
    play = Play(model(body, "S>F F>A F>B A>E B>X1", ROOTS))
    play.do("B")
    assert play.take_log() == "S F A+ B+ B X1 A-"
    assert play.ended == "failed short"
    assert play.tasks == []


def test_a_terminate_end_ends_everything_beside_it() -> None:
    body = "<start S/><and F/><user A/><user B/><end E/><end X><stop/></end>"
    play = Play(model(body, "S>F F>A F>B A>E B>X"))
    play.do("B")
    assert play.take_log() == "S F A+ B+ B X A-"
    assert play.ended == "terminated"


def test_a_terminate_end_in_a_sub_process_ends_only_that() -> None:
    inner = flows_in("PS>PF PF>A PF>B A>PE B>PX")
    body = f"""<start S/><sub P><start PS/><and PF/><user A/><user B/><end PE/><end PX><stop/></end>{inner}</sub>
      <user C/><end E/>"""
    play = Play(model(body, "S>P P>C C>E"))
    play.do("B")
    assert play.take_log() == "S P+ PS PF A+ B+ B PX A- P C+"


def test_an_escalation_is_reported_and_may_leave_the_sub_process_at_work() -> None:
    inner = flows_in("PS>A A>PT PT>B B>PE")
    body = f"""<start S/><sub P><start PS/><user A/><throw PT><esc escalationRef="L"/></throw><user B/><end PE/>{inner}</sub>
      <boundary N attachedToRef="P" cancelActivity="false"><esc escalationRef="L"/></boundary><user Boss/><end E/><end F/>"""
    play = Play(model(body, "S>P P>E N>Boss Boss>F", ROOTS))
    play.do("A")
    assert [e.code for e in play.last if isinstance(e, EscalationReported)] == ["late"]
    assert sorted(play.tasks) == ["B", "Boss"]
    assert play.take_log().startswith("S P+ PS A+ A PT N ")


def test_somebody_escalates_a_task_from_outside() -> None:
    body = """<start S/><user A/><boundary N attachedToRef="A" cancelActivity="false"><esc/></boundary><user Boss/><end E/><end F/>"""
    play = Play(model(body, "S>A A>E N>Boss Boss>F"))
    play.give(EscalationRaised(play.token("A"), "breach"))
    assert play.tasks == ["A", "Boss"]
    unheard = Play(model("<start S/><user A/><end E/>", "S>A A>E"))
    effects = unheard.give(EscalationRaised(unheard.token("A"), "breach"))
    assert effects == (EscalationReported("A", "breach"),)


def test_an_instance_can_be_given_up() -> None:
    body = f'<start S/><user A/><boundary T attachedToRef="A">{HOUR}</boundary><end E/><end F/>'
    play = Play(model(body, "S>A A>E T>F"))
    play.give(Cancelled("customer withdrew"))
    assert play.ended == "cancelled customer withdrew"
    assert (play.tasks, play.timers, play.state.tokens, play.state.waits) == ([], {}, {}, {})
    assert play.take_log() == "S A+ A-"


def test_message_and_timer_start_events() -> None:
    body = f"<start S/><start SM>{MESSAGE}</start><start ST>{HOUR}</start><user A/><end E/>"
    definition = model(body, "S>A SM>A ST>A A>E", ROOTS)
    assert Play(definition, "SM", pages=2).take_log() == "SM A+"
    assert Play(definition, "ST").take_log() == "ST A+"
    assert Play(definition).take_log() == "S A+"
    with pytest.raises(KeyError):
        Play(definition, "A")
