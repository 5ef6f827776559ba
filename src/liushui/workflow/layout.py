"""Draws the diagram of a model that has none, in the standard's own diagram interchange (BPMN DI, in BPMN 2.0.2, chapter 12).

The file is left as it is, byte for byte; the diagram is put in before its end. The same model is drawn the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from liushui.workflow.definition import BPMN, NESTS, Definition, Kind
from liushui.workflow.layout_draw import draw
from liushui.workflow.layout_shapes import Box, Drawing
from liushui.workflow.reader import read
from liushui.workflow.xml_tree import Node, parse

DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
COMMON = "http://www.omg.org/spec/DD/20100524/DC"
INTERCHANGE = "http://www.omg.org/spec/DD/20100524/DI"
MARGIN = 40
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?definitions\s*>")


def lay_out(xml: bytes) -> bytes:
    """The same file with a diagram for every process in it; a file that has a diagram comes back as it is.

    Refuses what ``read`` refuses. Data objects, lanes and texts are not drawn.
    """
    root = parse(xml)
    if next(root.own(DIAGRAM, "BPMNDiagram"), None) is not None:
        return xml
    definitions = read(xml)
    ids = set(_ids(root))
    diagrams = "".join(_diagram(d, draw(d, associations_of(root, d)), ids) for d in definitions)
    *_, end = _END.finditer(xml)
    return xml[: end.start()] + diagrams.encode() + xml[end.start() :]


def associations_of(root: Node, definition: Definition) -> Mapping[str, tuple[str, str]]:
    """Associations from boundary events to the activities that undo: id to (event, activity)."""
    found: dict[str, tuple[str, str]] = {}
    for node in _all(root):
        if node.space != BPMN or node.tag != "association" or node.get("id") is None:
            continue
        source = definition.elements.get(node.get("sourceRef") or "")
        target = definition.elements.get(node.get("targetRef") or "")
        if source is not None and target is not None and source.kind is Kind.BOUNDARY:
            found[node.get("id") or ""] = (source.id, target.id)
    return found


def _diagram(definition: Definition, drawing: Drawing, ids: set[str]) -> str:
    box = drawing.box
    whole = Drawing()
    whole.take(drawing, MARGIN - box.x, MARGIN - box.y)
    lines = [
        f'  <bpmndi:BPMNDiagram id={_id(definition.key, "diagram", ids)} xmlns:bpmndi="{DIAGRAM}"\n'
        f'                      xmlns:dc="{COMMON}" xmlns:di="{INTERCHANGE}">',
        f"    <bpmndi:BPMNPlane id={_id(definition.key, 'plane', ids)} bpmnElement={quoteattr(definition.key)}>",
    ]
    for id, shape in whole.shapes.items():
        lines += _shape(definition, id, shape, whole.labels.get(id), ids)
    for id, points in whole.lines.items():
        lines.append(f"      <bpmndi:BPMNEdge id={_id(id, 'di', ids)} bpmnElement={quoteattr(id)}>")
        lines += [f'        <di:waypoint x="{p.x}" y="{p.y}" />' for p in points]
        lines += [*_label(whole.labels.get(id)), "      </bpmndi:BPMNEdge>"]
    return "\n".join([*lines, "    </bpmndi:BPMNPlane>", "  </bpmndi:BPMNDiagram>", ""])


def _shape(definition: Definition, id: str, box: Box, label: Box | None, ids: set[str]) -> Iterator[str]:
    kind = definition.elements[id].kind
    more = ' isExpanded="true"' if kind in NESTS else ""
    more = ' isMarkerVisible="true"' if kind is Kind.EXCLUSIVE else more
    yield f"      <bpmndi:BPMNShape id={_id(id, 'di', ids)} bpmnElement={quoteattr(id)}{more}>"
    yield f"        {_bounds(box)}"
    yield from _label(label)
    yield "      </bpmndi:BPMNShape>"


def _label(box: Box | None) -> list[str]:
    return [] if box is None else [f"        <bpmndi:BPMNLabel>{_bounds(box)}</bpmndi:BPMNLabel>"]


def _bounds(box: Box) -> str:
    return f'<dc:Bounds x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" />'


def _id(id: str, what: str, ids: set[str]) -> str:
    """An id that the file does not have yet, quoted."""
    found = f"{id}_{what}"
    while found in ids:
        found += "_"
    ids.add(found)
    return quoteattr(found)


def _ids(root: Node) -> Iterator[str]:
    yield from (node.attributes["id"] for node in _all(root) if "id" in node.attributes)


def _all(node: Node) -> Iterator[Node]:
    """The tree's depth is bounded by its reader."""
    yield node
    for child in node.children:
        yield from _all(child)
