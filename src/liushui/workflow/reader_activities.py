"""Reading tasks, sub-processes, calls, and their loops."""

from __future__ import annotations

from typing import Any

from liushui.workflow.definition import BPMN, Kind, Loop, Work
from liushui.workflow.reader_events import read_message
from liushui.workflow.reader_faults import Reading, flag, local, own, words
from liushui.workflow.xml_tree import Node

NODES = {
    "task": Kind.SET,
    "userTask": Kind.USER,
    "manualTask": Kind.MANUAL,
    "serviceTask": Kind.SERVICE,
    "sendTask": Kind.SEND,
    "receiveTask": Kind.RECEIVE,
    "businessRuleTask": Kind.RULE,
    "subProcess": Kind.SUB_PROCESS,
    "callActivity": Kind.CALL,
}
REFUSED = {
    "scriptTask": "script task",
    "complexGateway": "complex gateway",
    "adHocSubProcess": "ad-hoc sub-process",
    "transaction": "transaction",
    "subChoreography": "choreography",
    "choreographyTask": "choreography",
    "callChoreography": "choreography",
    "implicitThrowEvent": "implicit throw event",
    "event": "event without a kind",
}


def read_activity(reading: Reading, node: Node) -> dict[str, Any]:
    """The fields of an activity's ``Element``."""
    kind = NODES[node.tag]
    if kind is Kind.SUB_PROCESS and flag(node, "triggeredByEvent", False):
        kind = Kind.EVENT_SUB_PROCESS
    for quantity in ("startQuantity", "completionQuantity"):
        if node.get(quantity) not in (None, "1"):
            reading.unsupported(node, quantity)
    fields: dict[str, Any] = {
        "kind": kind,
        "for_compensation": flag(node, "isForCompensation", False),
        "loop": _loop(reading, node),
        "sets": reading.assigns(node, "set"),
        "inputs": reading.assigns(node, "input"),
        "result": own(node, "result"),
    }
    if kind is Kind.USER or kind is Kind.MANUAL:
        fields["work"] = _work(reading, node)
    elif kind is Kind.SERVICE or kind is Kind.SEND:
        fields["binding"] = own(node, "binding")
        fields["retries"] = reading.whole(node, "retries", 0)
        fields["backoff"] = reading.duration(node, "backoff")
        if kind is Kind.SEND and fields["binding"] is None and node.get("messageRef"):
            fields["event"] = read_message(reading, node, node)
    elif kind is Kind.RECEIVE:
        fields["event"] = read_message(reading, node, node)
        if flag(node, "instantiate", False):
            reading.unsupported(node, "a receive task that starts the process")
    elif kind is Kind.RULE:
        fields["decision"] = own(node, "decision")
    elif kind is Kind.CALL:
        fields["called"] = local(node.get("calledElement"))
        fields["call_in"] = reading.assigns(node, "in")
        fields["call_out"] = reading.assigns(node, "out")
        if fields["called"] is None:
            reading.missing(node, "calledElement")
    if kind is Kind.EVENT_SUB_PROCESS and fields["loop"] is not None:
        reading.unsupported(node, "an event sub-process in a loop")
    return fields


def _work(reading: Reading, node: Node) -> Work:
    return Work(
        role=own(node, "role"),
        assignee=reading.own_expression(node, "assignee"),
        form=own(node, "form"),
        service_level=reading.level(node, "serviceLevel"),
        calendar=own(node, "calendar"),
        at_risk=reading.level(node, "atRisk"),
        procedure=own(node, "procedure"),
        not_same_as=words(own(node, "notSameAs")),
        excluded=reading.own_expression(node, "exclude"),
        authority=own(node, "authority"),
        cost_minor=reading.whole(node, "cost", 0),
        priority=reading.own_expression(node, "priority"),
    )


def _loop(reading: Reading, node: Node) -> Loop | None:
    standard = node.first(BPMN, "standardLoopCharacteristics")
    if standard is not None:
        most = standard.get("loopMaximum")
        if most is not None and not (most.isdecimal() and 0 < int(most[:9]) <= 10_000):
            reading.malformed(node, "loopMaximum", most)
            most = None
        condition = reading.child_expression(node, standard, "loopCondition")
        if condition is None and most is None:
            reading.missing(node, "loopCondition or loopMaximum")
        return Loop(
            "standard", condition, flag(standard, "testBefore", False), None if most is None else int(most)
        )
    many = node.first(BPMN, "multiInstanceLoopCharacteristics")
    if many is None:
        return None
    if many.get("behavior") not in (None, "All"):
        reading.unsupported(node, f"multi-instance behaviour {many.get('behavior')}")
    loop = Loop(
        "sequential" if flag(many, "isSequential", False) else "parallel",
        reading.child_expression(node, many, "completionCondition"),
        cardinality=reading.child_expression(node, many, "loopCardinality"),
        collection=reading.own_expression(node, "collection", many),
        item=own(many, "elementVariable"),
        output_collection=own(many, "outputCollection"),
        output=reading.own_expression(node, "outputElement", many),
    )
    if loop.cardinality is None and loop.collection is None:
        reading.missing(node, "loopCardinality or collection")
    if (loop.output is None) != (loop.output_collection is None):
        reading.missing(node, "outputCollection and outputElement together")
    return loop
