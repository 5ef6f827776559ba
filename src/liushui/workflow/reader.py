"""From BPMN 2.0 XML to definitions. What cannot run is refused, all at once, with element, name and reason.

What is only drawn (data, pools, lanes, text, groups, everything of other namespaces) is left in the file
and does not disturb; the file itself is kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from liushui.kernel.errors import raise_if_any, refuse
from liushui.workflow.definition import BPMN, Definition, Element, Flow, Kind, Scope, Trigger, find_joins
from liushui.workflow.reader_activities import NODES as ACTIVITY_NODES
from liushui.workflow.reader_activities import REFUSED, read_activity
from liushui.workflow.reader_events import NODES as EVENT_NODES
from liushui.workflow.reader_events import read_event
from liushui.workflow.reader_faults import Reading, flag, local, own, words
from liushui.workflow.reader_structure import check_structure
from liushui.workflow.xml_tree import Node, parse

ELEMENTS_MAX = 2_000
INCLUSIVE_JOINS_MAX = 100
"""Each remembers what leads to it from every element."""
GATEWAY_NODES = {
    "exclusiveGateway": Kind.EXCLUSIVE,
    "inclusiveGateway": Kind.INCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "eventBasedGateway": Kind.EVENT_BASED,
}
FLOW_NODES = (
    ACTIVITY_NODES.keys() | EVENT_NODES.keys() | GATEWAY_NODES.keys() | REFUSED.keys() | {"sequenceFlow"}
)
NESTED = frozenset({"subProcess", "adHocSubProcess", "transaction"})


@dataclass(slots=True)
class Draft:
    """A process while it is read. nodes: for messages; associations: source to targets; cut: elements with a flow from
    or to something refused."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    flows: dict[str, Flow] = field(default_factory=dict[str, Flow])
    flow_scopes: dict[str, str | None] = field(default_factory=dict[str, str | None])
    associations: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cut: set[str] = field(default_factory=set[str])


def read(xml: bytes) -> list[Definition]:
    """All processes of a file; one that is not executable has no elements. Raises ``Refused`` with all faults."""
    root = parse(xml)
    if root.space != BPMN or root.tag != "definitions":
        raise refuse("bpmn_malformed", reason="the root is not bpmn:definitions")
    processes = list(root.own(BPMN, "process"))
    if not processes:
        raise refuse("bpmn_no_process")
    if _count(processes) > ELEMENTS_MAX:
        raise refuse("bpmn_too_many_elements", most=ELEMENTS_MAX)
    reading = Reading({id: child for child in root.children if (id := child.get("id"))})
    seen: set[str] = set()
    definitions = [_process(reading, node, xml, seen) for node in processes]
    raise_if_any(reading.faults)
    return definitions


def _count(processes: list[Node]) -> int:
    todo, count = list(processes), 0
    while todo:
        for child in todo.pop().children:
            if child.space == BPMN and child.tag in FLOW_NODES:
                count += 1
                if child.tag in NESTED:
                    todo.append(child)
    return count


def _process(reading: Reading, node: Node, xml: bytes, seen: set[str]) -> Definition:
    key = node.get("id") or ""
    name = node.get("name") or key
    if not flag(node, "isExecutable", False):
        return Definition(key, name, {}, {}, {None: Scope(None, (), None, ())}, executable=False, xml=xml)
    if not key:
        reading.missing(node, "id")
    draft = Draft()
    _collect(reading, node, None, draft, seen)
    _flows(reading, draft)
    elements = _elements(reading, draft)
    scopes = _scopes(elements)
    check_structure(reading, node, draft.nodes, elements, draft.flows, scopes, draft.cut)
    joins = sum(e.kind is Kind.INCLUSIVE and len(e.incoming) > 1 for e in elements.values())
    if joins > INCLUSIVE_JOINS_MAX:
        reading.unsupported(node, f"more than {INCLUSIVE_JOINS_MAX} inclusive gateways that join")
    return Definition(
        key=key,
        name=name,
        elements=elements,
        flows=draft.flows,
        scopes=scopes,
        joins={} if joins > INCLUSIVE_JOINS_MAX else find_joins(elements, draft.flows),
        start_roles=words(own(node, "startRoles")),
        channels=words(own(node, "channels")),
        case_name=reading.own_expression(node, "caseName"),
        xml=xml,
    )


def _collect(reading: Reading, parent: Node, scope: str | None, draft: Draft, seen: set[str]) -> None:
    for node in parent.children:
        if node.space != BPMN:
            continue
        if node.tag == "association":
            source, target = local(node.get("sourceRef")), local(node.get("targetRef"))
            if source and target:
                draft.associations.setdefault(source, []).append(target)
        if node.tag not in FLOW_NODES:
            continue
        id = node.get("id")
        if not id:
            reading.missing(node, "id")
        elif id in seen:
            reading.fault("bpmn_duplicate_id", node)
        elif node.tag in REFUSED:
            reading.unsupported(node, REFUSED[node.tag])
            draft.nodes[id] = node
        else:
            seen.add(id)
            _collect_one(reading, node, id, parent, scope, draft, seen)


def _collect_one(
    reading: Reading, node: Node, id: str, parent: Node, scope: str | None, draft: Draft, seen: set[str]
) -> None:
    draft.nodes[id] = node
    if node.tag == "sequenceFlow":
        source, target = local(node.get("sourceRef")), local(node.get("targetRef"))
        for what, ref in (("sourceRef", source), ("targetRef", target)):
            if ref is None:
                reading.missing(node, what)
        if source and target:
            condition = reading.child_expression(node, node, "conditionExpression")
            draft.flows[id] = Flow(id, node.get("name") or "", source, target, condition)
            draft.flow_scopes[id] = scope
        return
    if node.tag in EVENT_NODES:
        fields = read_event(reading, node, parent)
    elif node.tag in GATEWAY_NODES:
        fields = {"kind": GATEWAY_NODES[node.tag]}
        if flag(node, "instantiate", False):
            reading.unsupported(node, "a gateway that starts the process")
    else:
        fields = read_activity(reading, node)
    documentation = node.first(BPMN, "documentation")
    fields |= {
        "id": id,
        "name": node.get("name") or "",
        "scope": scope,
        "default": local(node.get("default")),
        "documentation": "" if documentation is None else documentation.text,
    }
    draft.fields[id] = fields
    if node.tag == "subProcess":
        _collect(reading, node, id, draft, seen)


def _flows(reading: Reading, draft: Draft) -> None:
    """Drop flows that lead nowhere, and say so; what leads to something refused is said there already."""
    for id, flow in list(draft.flows.items()):
        ends = [draft.fields.get(flow.source), draft.fields.get(flow.target)]
        for what, ref, end in zip(("sourceRef", "targetRef"), (flow.source, flow.target), ends, strict=True):
            if end is None:
                draft.flows.pop(id, None)
                draft.cut |= {flow.source, flow.target}
                if ref not in draft.nodes:
                    reading.fault("bpmn_reference_unknown", draft.nodes[id], what=what, to=ref)
            elif end["scope"] != draft.flow_scopes[id]:
                draft.flows.pop(id, None)
                reading.misplaced(
                    draft.nodes[id], "a sequence flow does not cross the border of a sub-process"
                )


def _elements(reading: Reading, draft: Draft) -> dict[str, Element]:
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in draft.flows.values():
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    boundaries: dict[str, list[str]] = {}
    handlers: dict[str, str] = {}
    for id, fields in draft.fields.items():
        host, event = fields.get("attached_to"), fields.get("event")
        if host is None:
            continue
        if host not in draft.fields:
            if host not in draft.nodes:
                reading.fault("bpmn_reference_unknown", draft.nodes[id], what="attachedToRef", to=host)
            fields["attached_to"] = None
        elif event is not None and event.trigger is Trigger.COMPENSATION:
            targets = [t for t in draft.associations.get(id, ()) if t in draft.fields]
            if len(targets) != 1:
                reading.missing(draft.nodes[id], "an association to one compensation activity")
            else:
                handlers[host] = targets[0]
        else:
            boundaries.setdefault(host, []).append(id)
    return {
        id: Element(
            **fields,
            incoming=tuple(incoming.get(id, ())),
            outgoing=tuple(outgoing.get(id, ())),
            boundaries=tuple(boundaries.get(id, ())),
            compensation=handlers.get(id),
        )
        for id, fields in draft.fields.items()
    }


def _scopes(elements: dict[str, Element]) -> dict[str | None, Scope]:
    inside: dict[str | None, list[Element]] = {None: []}
    for element in elements.values():
        inside.setdefault(element.scope, []).append(element)
        if element.kind in (Kind.SUB_PROCESS, Kind.EVENT_SUB_PROCESS):
            inside.setdefault(element.id, [])
    starts = {scope: [e for e in found if e.kind is Kind.START] for scope, found in inside.items()}
    scopes: dict[str | None, Scope] = {}
    for scope, found in inside.items():
        plain = [e.id for e in starts[scope] if e.event is not None and e.event.trigger is Trigger.NONE]
        subs = [
            (e.id, starts[e.id][0].id) for e in found if e.kind is Kind.EVENT_SUB_PROCESS and starts[e.id]
        ]
        scopes[scope] = Scope(
            scope,
            tuple(e.id for e in found),
            plain[0] if plain else None,
            tuple(e.id for e in starts[scope]),
            tuple(subs),
        )
    return scopes
