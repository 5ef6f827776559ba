"""Sub-processes, event sub-processes, called processes and loops, one story each; sequences worked out by hand."""

from __future__ import annotations

import pytest

from liushui.workflow import (
    Definition,
    Happened,
    MessageArrived,
    ServiceCompleted,
    ServiceFailed,
    SignalArrived,
    TaskCompleted,
    TaskOpened,
    Uncaught,
    read,
)
from tests.workflows import Play, file, flows_in, model, process

ROOTS = """<message id="M" name="papers"/><signal id="G" name="rates_changed"/><error id="X" errorCode="short"/>
  <escalation id="L" escalationCode="late"/>"""


def test_a_sub_process_is_completed_when_nothing_is_left_in_it() -> None:
    inner = flows_in("PS>PF PF>A PF>B A>PE B>PE")
    body = f"<start S/><sub P><start PS/><and PF/><user A/><user B/><end PE/>{inner}</sub><user C/><end E/>"
    play = Play(model(body, "S>P P>C C>E"))
    play.do("A")
    assert play.take_log() == "S P+ PS PF A+ B+ A PE"
    play.do("B")
    assert play.take_log() == "B PE P C+"


def test_inputs_are_local_and_results_go_where_the_name_is() -> None:
    inner = flows_in("PS>A A>PE")
    body = f"""<start S/><sub P><ext><liushui:input name="sum" value="amount * 2"/></ext><start PS/><user A/><end PE/>{inner}</sub>
      <user C/><end E/>"""
    play = Play(model(body, "S>P P>C C>E"), amount=4)
    assert play.state.variables_at(play.token("A")) == {"amount": 4, "sum": 8}
    play.do("A", sum=9, amount=5, fresh=True)
    assert play.state.variables == {"amount": 5, "fresh": True}


def test_a_timer_cancels_all_that_is_in_a_sub_process() -> None:
    inner = flows_in("PS>PF PF>A PF>Q QS>B B>QE A>PE Q>PE")
    body = f"""<start S/><sub P><start PS/><and PF/><user A/><sub Q><start QS/><user B/><end QE/></sub><end PE/>{inner}</sub>
      <boundary T attachedToRef="P"><timer><timeDuration>PT1H</timeDuration></timer></boundary><end E/><end F/>"""
    inside = flows_in("QS>B B>QE")
    body = body.replace(inside, "").replace("<end QE/></sub>", f"<end QE/>{inside}</sub>")
    play = Play(model(body, "S>P P>E T>F"))
    play.ring("T")
    assert play.take_log() == "S P+ PS PF A+ Q+ QS B+ A- B- Q- P- T F"
    assert play.ended == "completed"


def event_sub(start: str, task: str = "H") -> str:
    return f'<sub V triggeredByEvent="true">{start}<user {task}/><end VE/>{flows_in(f"VS>{task} {task}>VE")}</sub>'


def test_an_interrupting_event_sub_process_takes_over() -> None:
    body = "<start S/><user A/><end E/>" + event_sub('<start VS><msg messageRef="M"/></start>')
    play = Play(model(body, "S>A A>E", ROOTS))
    assert play.awaited == ["papers"]
    play.give(MessageArrived("papers", {"n": 1}))
    assert play.take_log() == "S A+ A- V+ VS H+"
    assert play.awaited == []
    play.do("H")
    assert play.take_log() == "H VE V"
    assert play.ended == "completed"


def test_a_non_interrupting_event_sub_process_runs_beside_as_often_as_it_is_called() -> None:
    start = '<start VS isInterrupting="false"><sig signalRef="G"/></start>'
    play = Play(model("<start S/><user A/><end E/>" + event_sub(start), "S>A A>E", ROOTS))
    play.give(SignalArrived("rates_changed"))
    play.give(SignalArrived("rates_changed"))
    assert play.tasks == ["A", "H", "H"]
    play.do("A")
    assert play.ended is None
    play.do("H")
    play.do("H")
    assert play.ended == "completed"
    assert play.awaited == []


def test_an_error_is_caught_by_the_event_sub_process_of_its_scope() -> None:
    body = """<start S/><service W liushui:binding="b"/><end E/>""" + event_sub(
        '<start VS><err errorRef="X"/></start>'
    )
    play = Play(model(body, "S>W W>E", ROOTS))
    play.give(ServiceFailed(play.token("W"), "short"))
    assert play.take_log() == "S W+ W! V+ VS H+"


def test_an_error_inside_the_handler_of_errors_goes_further_out() -> None:
    handler = """<sub V triggeredByEvent="true"><start VS><err errorRef="X"/></start><service W liushui:binding="b"/><end VE/>
      {}</sub>""".format(flows_in("VS>W W>VE"))
    inner = flows_in("PS>A A>PX")
    body = f"""<start S/><sub P><start PS/><user A/><end PX><err errorRef="X"/></end>{handler}{inner}</sub>
      <boundary B attachedToRef="P"><err errorRef="X"/></boundary><end E/><end F/>"""
    play = Play(model(body, "S>P P>E B>F", ROOTS))
    play.do("A")
    play.give(ServiceFailed(play.token("W"), "short"))
    assert play.take_log() == "S P+ PS A+ A PX V+ VS W+ W! V- P- B F"


def test_timers_and_escalations_start_event_sub_processes_too() -> None:
    start = '<start VS isInterrupting="false"><timer><timeCycle>R/PT1H</timeCycle></timer></start>'
    play = Play(model("<start S/><user A/><end E/>" + event_sub(start), "S>A A>E"))
    play.ring("VS")
    play.ring("VS")
    assert play.tasks == ["A", "H", "H"]
    start = '<start VS isInterrupting="false"><esc escalationRef="L"/></start>'
    body = '<start S/><throw T><esc escalationRef="L"/></throw><user A/><end E/>' + event_sub(start)
    play = Play(model(body, "S>T T>A A>E", ROOTS))
    assert sorted(play.tasks) == ["A", "H"]


def called(body: str, lines: str, inner: str, inner_lines: str) -> Definition:
    outer = model(body, lines, ROOTS)
    (called,) = read(file(process(inner, inner_lines, key="q"), roots=ROOTS))
    return outer.with_called({e.id: called for e in outer.elements.values() if e.called == "q"})


def test_a_called_process_has_its_own_variables() -> None:
    body = """<start S/><call C calledElement="q"><ext><liushui:in name="sum" value="amount + 1"/>
      <liushui:out name="answer" value="result"/></ext></call><user A/><end E/>"""
    play = Play(
        called(body, "S>C C>A A>E", "<start S/><user A/><end E/>", "S>A A>E"), amount=1, result="mine"
    )
    (opened,) = [e for e in play.effects if isinstance(e, TaskOpened)]
    assert (opened.element, opened.scope_path) == ("A", ("C",))
    assert play.state.variables_at(opened.token) == {"sum": 2}
    play.do("A", result="yes", amount=99)
    assert play.state.variables == {"amount": 1, "result": "mine", "answer": "yes"}
    assert play.take_log() == "S C+ S A+ A E C A+"
    paths = [(e.element, e.scope_path) for e in play.effects if isinstance(e, Happened)]
    assert paths == [
        ("S", ()), ("C", ()), ("S", ("C",)), ("A", ("C",)), ("A", ("C",)), ("E", ("C",)), ("C", ()), ("A", ()),
    ]  # fmt: skip


def test_an_error_leaves_the_called_process() -> None:
    body = '<start S/><call C calledElement="q"/><boundary B attachedToRef="C"><err errorRef="X"/></boundary><end E/><end F/>'
    inner = '<start S/><service W liushui:binding="b"/><user A/><end E/>'
    play = Play(called(body, "S>C C>E B>F", inner, "S>W W>A A>E"))
    with pytest.raises(Uncaught):
        play.give(ServiceFailed(play.token("W"), "other"))
    play.give(ServiceFailed(play.token("W"), "short"))
    assert play.take_log() == "S C+ S W+ W! C- B F"


def test_an_unbound_call_is_an_incident() -> None:
    play = Play(model('<start S/><call C calledElement="q"/><end E/>', "S>C C>E"))
    assert list(play.incidents) == ["C"]


MANY = """<start S/><user A><many {seq} liushui:collection="guarantors" liushui:elementVariable="who"
    liushui:outputCollection="signed" liushui:outputElement="ok">{stop}</many></user><user B/><end E/>"""


def test_side_by_side_each_round_has_its_item_and_outputs_keep_their_order() -> None:
    play = Play(model(MANY.format(seq="", stop=""), "S>A A>B B>E"), guarantors=["x", "y", "z"])
    tokens = sorted(play.state.tokens)[1:]
    assert play.tasks == ["A", "A", "A"]
    assert [play.state.variables_at(t)["who"] for t in tokens] == ["x", "y", "z"]
    for at, answer in ((2, "c"), (0, "a"), (1, "b")):
        play.give(TaskCompleted(tokens[at], {"ok": answer}))
    assert play.tasks == ["B"]
    assert play.state.variables == {"guarantors": ["x", "y", "z"], "signed": ["a", "b", "c"]}


def test_one_after_the_other_stops_when_the_condition_holds() -> None:
    stop = "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>"
    play = Play(
        model(MANY.format(seq='isSequential="true"', stop=stop), "S>A A>B B>E"), guarantors=["x", "y", "z"]
    )
    assert play.tasks == ["A"]
    play.do("A", ok=1)
    assert play.tasks == ["A"]
    play.do("A", ok=2)
    assert play.tasks == ["B"]
    assert play.state.variables["signed"] == [1, 2, None]


def test_enough_answers_withdraw_the_other_rounds() -> None:
    stop = "<completionCondition>ok == false</completionCondition>"
    play = Play(model(MANY.format(seq="", stop=stop), "S>A A>B B>E"), guarantors=["x", "y", "z"])
    play.do("A", ok=False)
    assert play.take_log() == "S A+ A+ A+ A A- A- B+"


def test_no_rounds_at_all_is_passed() -> None:
    play = Play(model(MANY.format(seq="", stop=""), "S>A A>B B>E"), guarantors=[])
    assert play.tasks == ["B"]
    assert play.state.variables["signed"] == []


def test_many_sub_processes_keep_their_variables_apart() -> None:
    inner = flows_in("PS>A A>PG PG>C[sum > 10] PG>PE[sum <= 10] C>PE")
    body = f"""<start S/><sub P><many liushui:collection="loans" liushui:elementVariable="loan" liushui:outputCollection="sums"
      liushui:outputElement="sum"/><start PS/><user A/><xor PG/><user C/><end PE/>{inner}</sub>
      <boundary T attachedToRef="P"><timer><timeDuration>PT1H</timeDuration></timer></boundary><end E/><end F/>"""
    play = Play(model(body, "S>P P>E T>F"), loans=[1, 2])
    first, second = [t.id for t in play.state.tokens.values() if t.element == "A"]
    play.give(TaskCompleted(second, {"sum": 20}))
    play.give(TaskCompleted(first, {"sum": 1}))
    assert play.tasks == ["C"]
    play.do("C")
    assert play.state.variables["sums"] == [1, 20]
    assert (play.ended, play.timers) == ("completed", {})


def test_a_standard_loop_asks_before_or_after() -> None:
    body = "<start S/><user A><loop {}><loopCondition>again</loopCondition></loop></user><end E/>"
    after = Play(model(body.format(""), "S>A A>E"), again=False)
    assert after.tasks == ["A"]
    after.do("A", again=True)
    after.do("A", again=False)
    assert after.take_log() == "S A+ A A+ A E"
    before = Play(model(body.format('testBefore="true"'), "S>A A>E"), again=False)
    assert before.take_log() == "S E"
    most = Play(model(body.format('loopMaximum="2"'), "S>A A>E"), again=True)
    most.do("A")
    most.do("A")
    assert most.ended == "completed"


UNDO = """<start S/><service Book liushui:binding="b"/><boundary CB attachedToRef="Book"><comp/></boundary>
  <user UnBook isForCompensation="true"/>
  <service Pay liushui:binding="b"/><boundary CP attachedToRef="Pay"><comp/></boundary>
  <service UnPay isForCompensation="true" liushui:binding="b"/>
  <association id="a1" sourceRef="CB" targetRef="UnBook"/><association id="a2" sourceRef="CP" targetRef="UnPay"/>
  <user A/><xor G/><throw T><comp {}/></throw><end E/><end F/>"""
UNDO_FLOWS = "S>Book Book>Pay Pay>A A>G G>E[fine] G>T[not fine] T>F"


def test_handlers_run_in_reverse_order_and_see_what_their_activity_wrote() -> None:
    play = Play(model(UNDO.format(""), UNDO_FLOWS))
    play.give(ServiceCompleted(play.token("Book"), {"journal": 1}))
    play.give(ServiceCompleted(play.token("Pay"), {"journal": 2}))
    play.do("A", fine=False)
    assert play.state.variables_at(play.token("UnPay"))["journal"] == 2
    play.give(ServiceCompleted(play.token("UnPay")))
    assert play.state.variables_at(play.token("UnBook"))["journal"] == 1
    play.do("UnBook")
    assert play.take_log() == "S Book+ Book Pay+ Pay A+ A G UnPay+ UnPay UnBook+ UnBook T F"
    assert play.ended == "completed"


def test_compensation_may_be_meant_for_one_activity_and_only_for_completed_ones() -> None:
    play = Play(model(UNDO.format('activityRef="Book"'), UNDO_FLOWS))
    play.give(ServiceCompleted(play.token("Book"), {"journal": 1}))
    play.give(ServiceCompleted(play.token("Pay"), {"journal": 2}))
    play.do("A", fine=False)
    assert play.tasks == ["UnBook"]
    body = UNDO.replace("<user A/>", "").format("")
    play = Play(model(body, "S>Book Book>G Pay>E G>Pay[fine] G>T[not fine] T>F"), fine=False)
    play.give(ServiceCompleted(play.token("Book")))
    assert play.tasks == ["UnBook"]


def test_a_sub_process_that_is_done_is_undone_by_the_handlers_inside() -> None:
    inner = flows_in("PS>B1 B1>B2 B2>PE")
    parts = "".join(
        f"""<task B{n}><ext><liushui:set name="n" value="{n}"/></ext></task><boundary C{n} attachedToRef="B{n}"><comp/></boundary>
        <user U{n} isForCompensation="true"/><association id="a{n}" sourceRef="C{n}" targetRef="U{n}"/>"""
        for n in (1, 2)
    )
    body = f"""<start S/><sub P><many isSequential="true"><loopCardinality>2</loopCardinality></many>
      <start PS/>{parts}<end PE/>{inner}</sub><end E><comp/></end>"""
    play = Play(model(body, "S>P P>E"))
    for task in ("U2", "U1", "U2", "U1"):
        assert play.tasks == [task]
        play.do(task)
    assert play.ended == "completed"


def test_a_handler_of_errors_undoes_the_scope_it_belongs_to() -> None:
    handler = """<sub V triggeredByEvent="true"><start VS><err/></start><throw VT><comp/></throw><end VE/>{}</sub>""".format(
        flows_in("VS>VT VT>VE")
    )
    body = (
        UNDO.replace("<throw T><comp {}/></throw>", "").replace(
            "<end F/>", '<end F><err errorRef="X"/></end>'
        )
        + handler
    )
    play = Play(model(body, UNDO_FLOWS.replace("T>F", "").replace("G>T", "G>F"), ROOTS))
    play.give(ServiceCompleted(play.token("Book")))
    play.give(ServiceCompleted(play.token("Pay")))
    play.do("A", fine=False)
    play.give(ServiceCompleted(play.token("UnPay")))
    play.do("UnBook")
    assert play.take_log().endswith("A G F V+ VS UnPay+ UnPay UnBook+ UnBook VT VE V")
    assert play.ended == "completed"


def test_a_called_process_that_is_done_is_undone_by_its_own_handlers_with_its_own_variables() -> None:
    body = '<start S/><call C calledElement="q"/><user A/><end E><comp/></end>'
    inner = """<start S/><service V liushui:binding="b"/><boundary VB attachedToRef="V"><comp/></boundary>
      <user U isForCompensation="true"/><association id="a" sourceRef="VB" targetRef="U"/><user A/><end E/>"""
    play = Play(called(body, "S>C C>A A>E", inner, "S>V V>A A>E"), mine=1)
    play.give(ServiceCompleted(play.token("V"), {"journal": 7}))
    play.do("A", later=True)
    play.do("A")
    token = play.token("U")
    assert play.state.variables_at(token) == {"journal": 7, "later": True}
    assert play.state.path_of(token) == ("C",)
    play.do("U", seen=True)
    assert play.state.variables == {"mine": 1}
    assert play.ended == "completed"


def test_a_sub_process_with_a_handler_of_its_own_is_undone_by_that_alone() -> None:
    inner = flows_in("PS>B B>PE")
    body = f"""<start S/><sub P><start PS/><task B/><boundary BB attachedToRef="B"><comp/></boundary>
        <user UB isForCompensation="true"/><association id="a1" sourceRef="BB" targetRef="UB"/><end PE/>{inner}</sub>
      <boundary PB attachedToRef="P"><comp/></boundary><user UP isForCompensation="true"/>
      <association id="a2" sourceRef="PB" targetRef="UP"/><end E><comp/></end>"""
    play = Play(model(body, "S>P P>E"))
    assert play.tasks == ["UP"]
    play.do("UP")
    assert play.ended == "completed"


def test_a_handler_may_be_a_sub_process_and_may_fail() -> None:
    undo = flows_in("US>W W>UE")
    body = f"""<start S/><sub P><start PS/><task B/><boundary BB attachedToRef="B"><comp/></boundary>
        <sub U isForCompensation="true"><start US/><service W liushui:binding="b"/><end UE/>{undo}</sub>
        <association id="a1" sourceRef="BB" targetRef="U"/><throw T><comp/></throw><end PE/>{flows_in("PS>B B>T T>PE")}</sub>
      <boundary X attachedToRef="P"><err/></boundary><user A/><end E/><end F/>"""
    play = Play(model(body, "S>P P>E X>A A>F"))
    play.give(ServiceFailed(play.token("W"), "cannot_undo"))
    assert play.take_log() == "S P+ PS B+ B U+ US W+ W! U- P- X A+"


def test_a_thousand_rounds_side_by_side() -> None:
    play = Play(model(MANY.format(seq="", stop=""), "S>A A>B B>E"), guarantors=list(range(1000)))
    tokens = [t.id for t in play.state.tokens.values() if t.phase == "wait"]
    assert len(tokens) == 1000
    play.give(TaskCompleted(tokens[500], {"ok": 500}))
    assert len(play.tasks) == 999
