"""Whether the elements of a process fit together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from liushui.workflow.definition import ACTIVITIES, GATEWAYS, Element, Flow, Kind, Scope, Trigger
from liushui.workflow.reader_faults import Reading
from liushui.workflow.xml_tree import Node


def check_structure(
    reading: Reading,
    process: Node,
    nodes: Mapping[str, Node],
    elements: Mapping[str, Element],
    flows: Mapping[str, Flow],
    scopes: Mapping[str | None, Scope],
    cut: Collection[str],
) -> None:
    """Add what does not fit to the faults. cut: elements of which a flow is missing because its other end is refused."""
    for element in elements.values():
        node = nodes[element.id]
        _ends(reading, node, element, whole=element.id not in cut)
        _default(reading, node, element)
        if element.kind is Kind.BOUNDARY:
            _boundary(reading, node, element, elements)
        elif element.kind is Kind.EVENT_BASED:
            _event_based(reading, node, element, elements, flows)
        if element.kind in (Kind.PARALLEL, Kind.EVENT_BASED):
            for id in element.outgoing:
                if flows[id].condition is not None:
                    reading.misplaced(nodes[id], f"no condition after a gateway of kind {element.kind}")
        if element.event is not None and element.event.trigger is Trigger.COMPENSATION:
            _compensation(reading, node, element, elements)
    for scope in scopes.values():
        _starts(reading, process if scope.id is None else nodes[scope.id], scope, elements)


def _ends(reading: Reading, node: Node, element: Element, *, whole: bool) -> None:
    """Which elements have no flows in or out."""
    handler = element.for_compensation or element.kind is Kind.EVENT_SUB_PROCESS
    compensates = element.kind is Kind.BOUNDARY and element.event is not None and (
        element.event.trigger is Trigger.COMPENSATION
    )  # fmt: skip
    if element.incoming and (element.kind in (Kind.START, Kind.BOUNDARY) or handler):
        reading.misplaced(node, "no sequence flow leads here")
    if element.outgoing and (element.kind is Kind.END or handler or compensates):
        reading.misplaced(node, "no sequence flow leaves here")
    if not whole:
        return
    if element.kind in GATEWAYS and not (element.incoming and element.outgoing):
        reading.missing(node, "sequence flows in and out")
    if element.kind in (Kind.START, Kind.BOUNDARY) and not element.outgoing and not compensates:
        reading.missing(node, "a sequence flow out")


def _default(reading: Reading, node: Node, element: Element) -> None:
    if element.default is not None and element.default not in element.outgoing:
        reading.fault("bpmn_reference_unknown", node, what="default", to=element.default)


def _boundary(reading: Reading, node: Node, element: Element, elements: Mapping[str, Element]) -> None:
    host = elements.get(element.attached_to or "")
    if host is None:
        return
    if host.kind not in ACTIVITIES or host.kind is Kind.EVENT_SUB_PROCESS or host.scope != element.scope:
        reading.misplaced(node, "a boundary event is attached to an activity beside it")


def _event_based(
    reading: Reading, node: Node, element: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow]
) -> None:
    for id in element.outgoing:
        target = elements[flows[id].target]
        fits = target.kind is Kind.CATCH or (
            target.kind is Kind.RECEIVE and not target.boundaries and not target.loop
        )
        if not fits or len(target.incoming) != 1:
            reading.misplaced(
                node, f"an event-based gateway leads to events that only it leads to: {target.id}"
            )


def _compensation(reading: Reading, node: Node, element: Element, elements: Mapping[str, Element]) -> None:
    event = element.event
    if element.kind is Kind.BOUNDARY:
        host = elements.get(element.attached_to or "")
        handler = None if host is None else elements.get(host.compensation or "")
        if handler is not None and (not handler.for_compensation or handler.scope != element.scope):
            reading.misplaced(node, f"{handler.id} is not a compensation activity beside it")
    elif event is not None and event.activity is not None:
        found = elements.get(event.activity)
        scope, places = element.scope, {element.scope}
        while scope is not None and elements[scope].kind is Kind.EVENT_SUB_PROCESS:
            scope = elements[scope].scope
            places.add(scope)
        if found is None or found.scope not in places:
            reading.fault("bpmn_reference_unknown", node, what="activityRef", to=event.activity)


def _starts(reading: Reading, node: Node, scope: Scope, elements: Mapping[str, Element]) -> None:
    plain = [s for s in scope.starts if (e := elements[s].event) is not None and e.trigger is Trigger.NONE]
    inside_event = scope.id is not None and elements[scope.id].kind is Kind.EVENT_SUB_PROCESS
    if not scope.starts:
        reading.missing(node, "a start event")
    elif len(plain) > 1 or (scope.id is not None and len(scope.starts) > 1):
        reading.unsupported(node, "several start events")
    elif inside_event and plain:
        reading.missing(node, "what triggers the event sub-process")
