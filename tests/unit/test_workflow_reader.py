"""Reading models: what is only drawn is tolerated, what cannot run is refused all at once, hostile files at once."""

from __future__ import annotations

import re
import time
import tracemalloc

import pytest

from liushui.kernel.errors import Fault, Refused
from liushui.workflow import Kind, read
from tests.workflows import HEAD, Play, file, flows_in, process

DRAWN = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a collaboration as modelling tools write it: pools, lanes, data, text, groups, a diagram, foreign attributes -->
<semantic:definitions xmlns:semantic="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:tool="http://example.org/tool" xmlns:liushui="urn:liushui:bpmn:1" targetNamespace="urn:bank" exporter="some tool">
  <semantic:import importType="http://www.w3.org/2001/XMLSchema" location="types.xsd" namespace="urn:types"/>
  <semantic:itemDefinition id="item" structureRef="xsd:string"/>
  <semantic:message id="msg" name="order" itemRef="item"/>
  <semantic:dataStore id="store" name="core bank"/>
  <semantic:resource id="clerk" name="clerk"/>
  <semantic:collaboration id="both">
    <semantic:participant id="bank" name="Bank" processRef="loan"/>
    <semantic:participant id="customer" name="Customer" processRef="other"/>
    <semantic:participant id="black_box" name="Tax office"/>
    <semantic:messageFlow id="mf" sourceRef="customer" targetRef="begin"/>
    <semantic:textAnnotation id="t0"><semantic:text>across pools</semantic:text></semantic:textAnnotation>
  </semantic:collaboration>
  <semantic:process id="loan" isExecutable="true" name="Loan">
    <semantic:documentation textFormat="text/plain">how a loan is made</semantic:documentation>
    <semantic:extensionElements><tool:colour value="red"/></semantic:extensionElements>
    <semantic:ioSpecification><semantic:inputSet/><semantic:outputSet/></semantic:ioSpecification>
    <semantic:property id="prop"/>
    <semantic:laneSet id="lanes"><semantic:lane id="front"><semantic:flowNodeRef>begin</semantic:flowNodeRef>
      <semantic:flowNodeRef>check</semantic:flowNodeRef></semantic:lane></semantic:laneSet>
    <semantic:dataObject id="do" isCollection="true"/>
    <semantic:dataObjectReference id="dor" dataObjectRef="do" name="papers"><semantic:dataState name="signed"/></semantic:dataObjectReference>
    <semantic:dataStoreReference id="dsr" dataStoreRef="store"/>
    <semantic:startEvent id="begin" name="application in"><semantic:outgoing>f1</semantic:outgoing>
      <semantic:dataOutput id="out"/><semantic:dataOutputAssociation id="doa"><semantic:targetRef>dor</semantic:targetRef></semantic:dataOutputAssociation>
      <semantic:messageEventDefinition id="med" messageRef="msg"/></semantic:startEvent>
    <semantic:userTask id="check" name="check papers" tool:assign="x" implementation="##unspecified">
      <semantic:incoming>f1</semantic:incoming><semantic:outgoing>f2</semantic:outgoing>
      <semantic:dataInputAssociation id="dia"><semantic:sourceRef>dsr</semantic:sourceRef><semantic:targetRef>prop</semantic:targetRef></semantic:dataInputAssociation>
      <semantic:potentialOwner id="po"><semantic:resourceRef>clerk</semantic:resourceRef></semantic:potentialOwner>
    </semantic:userTask>
    <semantic:endEvent id="done"/>
    <semantic:sequenceFlow id="f1" sourceRef="begin" targetRef="check"/>
    <semantic:sequenceFlow id="f2" name="fine" sourceRef="check" targetRef="done"/>
    <semantic:group id="g" categoryValueRef="cv"/>
    <semantic:textAnnotation id="t1"><semantic:text>both pages</semantic:text></semantic:textAnnotation>
    <semantic:association id="as1" sourceRef="check" targetRef="t1"/>
  </semantic:process>
  <semantic:process id="other" isExecutable="false"><semantic:task id="ask"/><semantic:scriptTask id="never run"/></semantic:process>
  <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="both"><bpmndi:BPMNShape id="s1" bpmnElement="check">
    <dc:Bounds x="1.0" y="2.0" width="100.0" height="80.0"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</semantic:definitions>
"""


def faults(xml: bytes) -> list[Fault]:
    with pytest.raises(Refused) as refused:
        read(xml)
    return list(refused.value.faults)


def codes(body: str, lines: str = "", roots: str = "") -> set[tuple[str, str | None]]:
    return {(f.code, f.field) for f in faults(file(process(body, lines), roots=roots))}


def test_what_is_only_drawn_does_not_disturb_and_the_file_comes_back_as_it_was() -> None:
    loan, other = read(DRAWN)
    assert (loan.key, loan.name, loan.executable) == ("loan", "Loan", True)
    assert {e.id: e.kind for e in loan.elements.values()} == {
        "begin": Kind.START, "check": Kind.USER, "done": Kind.END,
    }  # fmt: skip
    assert (other.executable, other.elements) == (False, {})
    assert loan.export() == DRAWN
    assert other.export() == DRAWN
    play = Play(loan, "begin")
    play.do("check")
    assert play.take_log() == "begin check+ check done"


def test_our_own_attributes() -> None:
    body = """<start S/><user A name="check" liushui:role="reviewer" liushui:form="review" liushui:serviceLevel="PT4H"
        liushui:calendar="counter" liushui:atRisk="PT3H" liushui:procedure="review" liushui:notSameAs="B initiator"
        liushui:authority="limits" liushui:cost="1200" liushui:priority="amount / 1000"/><end E/>"""
    text = process(body, "S>A A>E", attributes='liushui:startRoles="teller supervisor" liushui:channels="counter online" liushui:caseName="name"')  # fmt: skip
    (definition,) = read(file(text))
    work = definition.elements["A"].work
    assert work is not None
    assert (work.role, work.form, work.service_level, work.at_risk) == ("reviewer", "review", "PT4H", "PT3H")
    assert (work.not_same_as, work.cost_minor, work.authority) == (("B", "initiator"), 1200, "limits")
    assert (definition.start_roles, definition.channels, definition.case_name) == (
        ("teller", "supervisor"), ("counter", "online"), "name",
    )  # fmt: skip


def test_everything_that_cannot_run_is_named_at_once() -> None:
    body = """<start S/><scriptTask X name="compute"/><complexGateway Y/><adHocSubProcess Z/><transaction W/>
      <catch C><conditionalEventDefinition/></catch><catch D><msg/></catch><catch F><sig messageRef="nobody" signalRef="nobody"/></catch>
      <boundary B attachedToRef="nowhere"><timer/></boundary><user U liushui:cost="a lot" liushui:serviceLevel="4 hours"/>
      <user M><many/></user><call Q/><start S2/><end E/>"""
    found = codes(body, "S>X X>E U>nowhere nobody>U S>U S2>E")
    assert {
        ("bpmn_unsupported", "X"), ("bpmn_unsupported", "Y"), ("bpmn_unsupported", "Z"), ("bpmn_unsupported", "W"),
        ("bpmn_unsupported", "C"), ("bpmn_missing", "D"), ("bpmn_reference_unknown", "F"), ("bpmn_reference_unknown", "B"),
        ("bpmn_missing", "B"), ("bpmn_value_malformed", "U"), ("bpmn_missing", "M"), ("bpmn_missing", "Q"),
        ("bpmn_unsupported", "p"), ("bpmn_reference_unknown", "U_nowhere"), ("bpmn_reference_unknown", "nobody_U"),
    } <= found  # fmt: skip
    fault = next(f for f in faults(file(process(body))) if f.field == "X")
    assert fault.params == {"element": "X", "name": "compute", "what": "script task"}


MISPLACED = {
    "a flow into a start event": ("<start S/><user A/><end E/>", "S>A A>S A>E", "S"),
    "a flow out of an end event": ("<start S/><user A/><end E/>", "S>E E>A", "E"),
    "a flow across a border": (f"<start S/><user A/><sub P><start PS/><end PE/>{flows_in('PS>PE')}</sub><end E/>", "S>P P>E PS>A", "PS_A"),
    "a boundary on a gateway": ("<start S/><xor G/><boundary B attachedToRef='G'><timer><timeDuration>PT1H</timeDuration></timer></boundary><end E/>", "S>G G>E B>E", "B"),
    "a task behind an event-based gateway": ("<start S/><either G/><user A/><end E/>", "S>G G>A A>E", "G"),
    "a condition after a parallel gateway": ("<start S/><and G/><user A/><end E/>", "S>G G>A[x] A>E", "G_A"),
    "a handler in the flow": ("<start S/><user A isForCompensation='true'/><end E/>", "S>A A>E", "A"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISPLACED)
def test_what_does_not_fit_together_is_refused(what: str) -> None:
    body, lines, where = MISPLACED[what]
    assert ("bpmn_misplaced", where) in codes(body, lines)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("<boundary B attachedToRef='A' cancelActivity='false'><err/></boundary>", "bpmn_unsupported"),
        ("<boundary B attachedToRef='A'><cancelEventDefinition/></boundary>", "bpmn_unsupported"),
        ("<boundary B attachedToRef='A'><comp/></boundary>", "bpmn_missing"),
        ("<boundary B attachedToRef='A'><timer><timeDuration>soon</timeDuration></timer></boundary>", "bpmn_value_malformed"),
        ("<boundary B attachedToRef='A'><timer><timeCycle>R0/PT1H</timeCycle></timer></boundary>", "bpmn_value_malformed"),
        ("<boundary B attachedToRef='A'><timer><timeDate>2026-03-02T09:00:00</timeDate></timer></boundary>", "bpmn_value_malformed"),
        ("<throw B><timer><timeDuration>PT1H</timeDuration></timer></throw>", "bpmn_unsupported"),
        ("<end B><err/></end>", "bpmn_missing"),
        ("<throw B><comp activityRef='nobody'/></throw>", "bpmn_reference_unknown"),
        ("<throw B><comp waitForCompletion='false'/></throw>", "bpmn_unsupported"),
        ("<throw B><linkEventDefinition/></throw>", "bpmn_unsupported"),
    ],
)  # fmt: skip
def test_events_that_cannot_be(event: str, code: str) -> None:
    assert (code, "B") in codes(f"<start S/><user A/><end E/>{event}", "S>A A>E")


def test_ids_are_unique_and_long_expressions_are_refused() -> None:
    found = codes("<start S/><user A/><user A/><end E/>", f"S>A[{'x' * 2001}] A>E")
    assert {("bpmn_duplicate_id", "A"), ("bpmn_expression_too_long", "S_A")} <= found


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><definitions>&c;</definitions>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>'
DEEP = (HEAD + "<bpmn:process id='p' isExecutable='true'>" + "<bpmn:subProcess id='s'>" * 20_000).encode()
MANY = (
    HEAD + "<bpmn:process id='p' isExecutable='true'>" + "<bpmn:task/>" * 100_000 + "</bpmn:process>"
).encode()
SOME = (
    HEAD
    + "<bpmn:process id='p' isExecutable='true'>"
    + "<bpmn:task/>" * 2_001
    + "</bpmn:process></bpmn:definitions>"
).encode()


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (BOMB, "bpmn_doctype"),
        (OUTSIDE, "bpmn_doctype"),
        (BOMB.decode().encode("utf-16"), "bpmn_encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-', "bpmn_encoding"),
        (DEEP, "bpmn_too_deep"),
        (MANY, "bpmn_too_many_elements"),
        (SOME, "bpmn_too_many_elements"),
        (b"x" * 2_000_001, "bpmn_too_large"),
        (b"", "bpmn_malformed"),
        (b"<a>", "bpmn_malformed"),
        (b"\xff\xfe\xfd", "bpmn_malformed"),
        (b"<a/>", "bpmn_malformed"),
        ((HEAD + "</bpmn:definitions>").encode(), "bpmn_no_process"),
    ],
    ids=[
        "bomb",
        "outside",
        "utf16",
        "utf7",
        "deep",
        "many",
        "some",
        "large",
        "empty",
        "open",
        "bytes",
        "other",
        "none",
    ],
)
def test_hostile_files_are_refused_in_bounded_time_and_memory(xml: bytes, code: str) -> None:
    began = time.monotonic()
    (fault,) = faults(xml)
    took = time.monotonic() - began
    tracemalloc.start()
    faults(xml)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert fault.code == code
    assert took < 20
    assert peak < 100_000_000


def test_the_largest_model_allowed_is_read_in_time() -> None:
    names = [f"t{n}" for n in range(990)]
    body = "<start S/>" + "".join(f"<task {n}/>" for n in names) + "<end E/>"
    lines = " ".join(f"{a}>{b}" for a, b in zip(["S", *names], [*names, "E"], strict=True))
    began = time.monotonic()
    (definition,) = read(file(process(body, lines)))
    assert time.monotonic() - began < 5
    assert len(definition.elements) == 992
    assert Play(definition).ended == "completed"


def test_an_event_may_share_its_definition() -> None:
    body = "<start S/><catch C><eventDefinitionRef>shared</eventDefinitionRef></catch><end E/>"
    roots = '<timerEventDefinition id="shared"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    (definition,) = read(file(process(body, "S>C C>E"), roots=roots.replace("timerEventDefinition", "timer")))
    play = Play(definition)
    play.ring("C")
    assert play.ended == "completed"


def test_random_damage_is_refused_or_read_but_never_breaks_the_reader() -> None:
    import random

    rng = random.Random(7)
    whole = DRAWN.decode()
    tags = re.findall(r"<semantic:\w+[^>]*>", whole)
    for _ in range(300):
        damaged = whole.replace(rng.choice(tags), rng.choice(["", *tags[:40]]), 1)
        damaged = re.sub(r'id="\w+"', 'id=""', damaged, count=rng.randint(0, 1))
        try:
            read(damaged.encode())
        except Refused:
            continue
