"""Looks at a diagram as its reader would (BPMN DI), without the code that draws: what is missing, what lies on what."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import NamedTuple

from lxml import etree

NAMES = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "d": "http://www.omg.org/spec/BPMN/20100524/DI",
    "c": "http://www.omg.org/spec/DD/20100524/DC",
    "i": "http://www.omg.org/spec/DD/20100524/DI",
}
NODES = ("Task", "task", "Event", "Gateway", "subProcess", "callActivity")
ROUND = ("Event", "Gateway")


class Rect(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Rect) -> bool:
        """Whether they have more than a border in common."""
        return (self.x < other.x + other.width and other.x < self.x + self.width
                and self.y < other.y + other.height and other.y < self.y + self.height)  # fmt: skip

    def holds(self, other: Rect) -> bool:
        return (self.x <= other.x and self.y <= other.y and other.x + other.width <= self.x + self.width
                and other.y + other.height <= self.y + self.height)  # fmt: skip

    def on_border(self, x: float, y: float) -> bool:
        inside = self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height
        return inside and (x in (self.x, self.x + self.width) or y in (self.y, self.y + self.height))

    def on_corner(self, x: float, y: float) -> bool:
        """At one of the four points where a circle or a diamond touches its rectangle."""
        middle_x, middle_y = self.x + self.width // 2, self.y + self.height // 2
        return (x == middle_x and y in (self.y, self.y + self.height)) or (
            y == middle_y and x in (self.x, self.x + self.width)
        )


def faults(xml: bytes) -> list[str]:
    """Everything that is wrong with the diagrams of a file."""
    root = etree.fromstring(xml)
    shapes: dict[str, Rect] = {}
    labels: dict[str, Rect] = {}
    found: list[str] = []
    for shape in root.iterfind(".//d:BPMNShape", NAMES):
        id = shape.get("bpmnElement") or ""
        if id in shapes:
            found.append(f"{id} is drawn twice")
        shapes[id] = _rect(shape.find("c:Bounds", NAMES))
        label = shape.find("d:BPMNLabel/c:Bounds", NAMES)
        if label is not None:
            labels[id] = _rect(label)
    lines: dict[str, list[tuple[float, float]]] = {}
    for edge in root.iterfind(".//d:BPMNEdge", NAMES):
        points = [
            (float(p.get("x") or ""), float(p.get("y") or "")) for p in edge.iterfind("i:waypoint", NAMES)
        ]
        lines[edge.get("bpmnElement") or ""] = points
    for scope in root.iterfind(".//b:process", NAMES):
        found += _scope(scope, shapes, lines, labels)
    ids = root.xpath("//@id")
    return found + (["an id is used twice"] if len(set(ids)) != len(ids) else [])


def _scope(scope: etree._Element, shapes: dict[str, Rect], lines: dict[str, list[tuple[float, float]]],
           labels: dict[str, Rect]) -> list[str]:  # fmt: skip
    nodes = {
        n.get("id") or "": n
        for n in scope
        if isinstance(n.tag, str) and etree.QName(n).localname.endswith(NODES)
    }
    found = [f"{id} is not drawn" for id in nodes if id not in shapes]
    if found:
        return found
    hosts = {id: n.get("attachedToRef") for id, n in nodes.items()}
    for one, other in combinations(nodes, 2):
        if other != hosts[one] and one != hosts[other] and shapes[one].meets(shapes[other]):
            found.append(f"{one} lies on {other}")
    for id, node in nodes.items():
        if hosts[id] is not None and not shapes[hosts[id]].on_border(*_middle(shapes[id])):
            found.append(f"{id} does not sit on {hosts[id]}")
        inner = [n for n in node.iter() if n is not node and n.get("id") in shapes]
        found += [f"{n.get('id')} leaves {id}" for n in inner if not shapes[id].holds(shapes[n.get("id")])]
        if etree.QName(node).localname == "subProcess":
            found += _scope(node, shapes, lines, labels)
        found += [f"the name of {id} lies on {other}" for other in nodes
                  if id in labels and other != id and labels[id].meets(shapes[other])
                  and etree.QName(nodes[other]).localname != "subProcess"]  # fmt: skip
    for flow in scope.iterfind("b:sequenceFlow", NAMES):
        found += _line(flow, lines.get(flow.get("id") or ""), nodes, shapes, hosts)
    return found


def _line(flow: etree._Element, points: list[tuple[float, float]] | None, nodes: dict[str, etree._Element],
          shapes: dict[str, Rect], hosts: dict[str, str | None]) -> list[str]:  # fmt: skip
    id, source, target = flow.get("id"), flow.get("sourceRef") or "", flow.get("targetRef") or ""
    if points is None or len(points) < 2:
        return [f"{id} is not drawn"]
    found: list[str] = []
    for end, (x, y) in ((source, points[0]), (target, points[-1])):
        is_round = etree.QName(nodes[end]).localname.endswith(ROUND)
        touches = shapes[end].on_corner(x, y) if is_round else shapes[end].on_border(x, y)
        if not touches:
            found.append(f"{id} does not touch {end}")
    for (x, y), (to_x, to_y) in pairwise(points):
        if x != to_x and y != to_y:
            found.append(f"{id} runs aslant")
        piece = Rect(min(x, to_x), min(y, to_y), abs(to_x - x), abs(to_y - y))
        own = {source, target, hosts[source]}
        found += [f"{id} runs through {other}" for other in nodes
                  if other not in own and hosts[other] not in own and _runs_through(piece, shapes[other])]  # fmt: skip
    return found


def _runs_through(piece: Rect, shape: Rect) -> bool:
    inner = Rect(shape.x + 1, shape.y + 1, shape.width - 2, shape.height - 2)
    return (piece.x <= inner.x + inner.width and inner.x <= piece.x + piece.width
            and piece.y <= inner.y + inner.height and inner.y <= piece.y + piece.height)  # fmt: skip


def _middle(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.width // 2, rect.y + rect.height // 2


def _rect(bounds: etree._Element | None) -> Rect:
    assert bounds is not None
    return Rect(*(float(bounds.get(name) or "") for name in ("x", "y", "width", "height")))
