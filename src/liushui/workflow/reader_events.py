"""Reading what triggers an event."""

from __future__ import annotations

from typing import Any

from liushui.workflow.definition import BPMN, Event, Kind, Trigger
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.reader_faults import Reading, flag, is_duration, local, own
from liushui.workflow.waits import CYCLE, moment
from liushui.workflow.xml_tree import Node

NODES = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "intermediateThrowEvent": Kind.THROW,
    "intermediateCatchEvent": Kind.CATCH,
    "boundaryEvent": Kind.BOUNDARY,
}
DEFINITIONS = {
    "timerEventDefinition": Trigger.TIMER,
    "messageEventDefinition": Trigger.MESSAGE,
    "signalEventDefinition": Trigger.SIGNAL,
    "errorEventDefinition": Trigger.ERROR,
    "escalationEventDefinition": Trigger.ESCALATION,
    "compensateEventDefinition": Trigger.COMPENSATION,
    "terminateEventDefinition": Trigger.TERMINATE,
}
T = Trigger
ALLOWED = {
    "start": {T.NONE, T.TIMER, T.MESSAGE},
    "start of a sub-process": {T.NONE},
    "start of an event sub-process": {T.TIMER, T.MESSAGE, T.SIGNAL, T.ERROR, T.ESCALATION},
    Kind.END: {T.NONE, T.MESSAGE, T.SIGNAL, T.ERROR, T.ESCALATION, T.COMPENSATION, T.TERMINATE},
    Kind.THROW: {T.NONE, T.MESSAGE, T.SIGNAL, T.ESCALATION, T.COMPENSATION},
    Kind.CATCH: {T.TIMER, T.MESSAGE, T.SIGNAL},
    Kind.BOUNDARY: {T.TIMER, T.MESSAGE, T.SIGNAL, T.ERROR, T.ESCALATION, T.COMPENSATION},
}
TIMINGS = {"timeDuration": "duration", "timeDate": "date", "timeCycle": "cycle"}


def read_event(reading: Reading, node: Node, parent: Node) -> dict[str, Any]:
    """The fields of an event's ``Element``."""
    kind = NODES[node.tag]
    event = _event(reading, node)
    fields: dict[str, Any] = {"kind": kind, "event": event}
    place: Any = kind
    inside_event = parent.tag == "subProcess" and flag(parent, "triggeredByEvent", False)
    if kind is Kind.START:
        fields["interrupting"] = flag(node, "isInterrupting", True)
        if parent.tag == "process":
            place = "start"
        else:
            place = "start of an event sub-process" if inside_event else "start of a sub-process"
    elif kind is Kind.BOUNDARY:
        fields["interrupting"] = flag(node, "cancelActivity", True)
        fields["attached_to"] = local(node.get("attachedToRef"))
        if fields["attached_to"] is None:
            reading.missing(node, "attachedToRef")
    if event is not None:
        if event.trigger not in ALLOWED[place]:
            reading.unsupported(node, f"{place} with trigger {event.trigger}")
        if event.trigger is Trigger.ERROR and not fields.get("interrupting", True):
            reading.unsupported(node, "an error event that does not interrupt")
    fields["inputs"] = reading.assigns(node, "input") if kind in (Kind.END, Kind.THROW) else ()
    return fields


def _event(reading: Reading, node: Node) -> Event | None:
    found = [c for c in node.children if c.space == BPMN and c.tag.endswith("EventDefinition")]
    for ref in node.own(BPMN, "eventDefinitionRef"):
        shared = reading.named.get(local(ref.text) or "")
        if shared is None:
            reading.fault("bpmn_reference_unknown", node, what="eventDefinitionRef", to=ref.text)
        else:
            found.append(shared)
    if len(found) > 1:
        reading.unsupported(node, "several triggers")
        return None
    if not found:
        return Event(Trigger.NONE)
    trigger = DEFINITIONS.get(found[0].tag)
    if trigger is None:
        reading.unsupported(node, found[0].tag)
        return None
    return _READERS[trigger](reading, node, found[0])


def _timer(reading: Reading, node: Node, definition: Node) -> Event:
    timings = [(TIMINGS[c.tag], c.text) for c in definition.children if c.space == BPMN and c.tag in TIMINGS]
    if len(timings) != 1:
        reading.missing(node, "one of timeDuration, timeDate, timeCycle")
        return Event(Trigger.TIMER, timing="", kind_of_timing="duration")
    kind, text = timings[0]
    text = reading.expression(node, text) or ""
    if not text.startswith("=") and not _well_formed(kind, text):
        reading.malformed(node, kind, text)
    calendar = own(node, "calendar") or own(definition, "calendar")
    return Event(Trigger.TIMER, timing=text, kind_of_timing=kind, calendar=calendar)


def _well_formed(kind: str, text: str) -> bool:
    if kind == "date":
        try:
            moment(text)
        except ExpressionFailed:
            return False
        return True
    if kind == "cycle":
        cycle = CYCLE.fullmatch(text)
        if cycle is None or cycle[1] == "0":
            return False
        text = cycle[2]
    return is_duration(text)


def read_message(reading: Reading, node: Node, definition: Node) -> Event:
    """A message or signal: its name is what instances are called by. node: the event or task."""
    trigger = Trigger.SIGNAL if definition.tag == "signalEventDefinition" else Trigger.MESSAGE
    what = f"{trigger}Ref"
    named = _named(reading, node, definition, what)
    name = None
    if named is not None:
        name = (named.get("name") or named.get("id") or "").strip()
    elif definition.get(what) is None:
        reading.missing(node, what)
    correlation = reading.own_expression(node, "correlation") or reading.own_expression(
        node, "correlation", definition
    )
    return Event(trigger, name=name, correlation=correlation)


def _coded(reading: Reading, node: Node, definition: Node) -> Event:
    """An error or escalation. Whoever catches may leave the code out; whoever throws an error may not."""
    trigger = DEFINITIONS[definition.tag]
    what = f"{trigger}Ref"
    named = _named(reading, node, definition, what)
    code = None
    if named is not None:
        code = (named.get(f"{trigger}Code") or named.get("name") or named.get("id") or "").strip()
    elif node.tag in ("endEvent", "intermediateThrowEvent") and definition.get(what) is None:
        reading.missing(node, what)
    return Event(trigger, code=code)


def _named(reading: Reading, node: Node, definition: Node, what: str) -> Node | None:
    ref = local(definition.get(what))
    if ref is None:
        return None
    named = reading.named.get(ref)
    if named is None or named.tag != what.removesuffix("Ref"):
        reading.fault("bpmn_reference_unknown", node, what=what, to=ref)
        return None
    return named


def _compensation(reading: Reading, node: Node, definition: Node) -> Event:
    if not flag(definition, "waitForCompletion", True):
        reading.unsupported(node, "compensation that is not waited for")
    return Event(Trigger.COMPENSATION, activity=local(definition.get("activityRef")))


def _terminate(reading: Reading, node: Node, definition: Node) -> Event:
    return Event(Trigger.TERMINATE)


_READERS = {
    Trigger.TIMER: _timer,
    Trigger.MESSAGE: read_message,
    Trigger.SIGNAL: read_message,
    Trigger.ERROR: _coded,
    Trigger.ESCALATION: _coded,
    Trigger.COMPENSATION: _compensation,
    Trigger.TERMINATE: _terminate,
}
