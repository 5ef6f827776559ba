"""From a grid to a drawing: sizes, places, lines with their bends, labels. Lengths are pixels of the diagram.

A sub-process is drawn open, as a box around the drawing of its inside. What only its boundary events lead to stands below the
box. Lines run along rows and turn at the middle of an element; where another element is in the way they turn in the space
between two columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from liushui.workflow.definition import EVENTS, GATEWAYS, NESTS, Definition, Element, Kind
from liushui.workflow.layout_grid import Grid, Link, arrange
from liushui.workflow.layout_shapes import (
    LABEL_LINE,
    LABEL_WIDTH,
    Box,
    Drawing,
    Point,
    lines_of,
    straightened,
    width_of,
)

TASK, GATEWAY, EVENT = (130, 80), (50, 50), (36, 36)
COLUMN_GAP, ROW_GAP, PADDING, HEAD = 50, 34, 30, 46
LINE_ROOM, LANE = 8, 10
HANGER = 116
"""From one boundary event of a box to the next, its name included."""
HALF = EVENT[0] // 2


@dataclass(slots=True)
class _Node:
    """An element with what belongs to it. up, down: from its middle; wide: of its column. annexes: boundary event to
    what stands below the box for it."""

    element: Element
    width: int
    height: int
    inside: Drawing | None = None
    boundaries: list[str] = field(default_factory=list[str])
    annexes: dict[str, Drawing] = field(default_factory=dict[str, Drawing])
    up: int = 0
    down: int = 0
    wide: int = 0


def draw(definition: Definition, associations: Mapping[str, tuple[str, str]]) -> Drawing:
    """The whole process. associations: id to (compensation boundary event, handler)."""
    return _Scope(definition, associations).draw(definition.scopes[None].elements)


class _Scope:
    """Draws one scope, or a part of one."""

    def __init__(self, definition: Definition, associations: Mapping[str, tuple[str, str]]) -> None:
        self._definition = definition
        self._associations = associations

    def draw(self, ids: Iterable[str]) -> Drawing:
        elements = self._definition.elements
        mine = set(ids)
        apart = {id for id in mine if elements[id].kind is Kind.EVENT_SUB_PROCESS}
        hosts: dict[str, list[str]] = {}
        for id in self._definition.elements:
            host = elements[id].attached_to
            if id in mine and host is not None:
                hosts.setdefault(host, []).append(id)
        nodes = {id: self._node(elements[id], hosts.get(id, [])) for id in elements
                 if id in mine and elements[id].attached_to is None and id not in apart}  # fmt: skip
        below: set[str] = set()
        for node in nodes.values():
            if node.element.kind in NESTS:
                below |= self._annex(node, mine)
        nodes = {id: node for id, node in nodes.items() if id not in below}
        links = [x for x in self._links(mine) if x.source in nodes and x.target in nodes]
        starts = sorted(nodes, key=lambda n: elements[n].kind is not Kind.START)
        drawing = _Canvas(self._definition, nodes, links, arrange(starts, links)).drawing
        for id in (id for id in elements if id in apart):
            box = drawing.box
            drawing.take(self._open_box(elements[id]), box.x, box.bottom + ROW_GAP)
        return drawing

    def _links(self, mine: set[str]) -> list[Link]:
        elements, flows = self._definition.elements, self._definition.flows
        found: list[Link] = []
        for flow in flows.values():
            if flow.source in mine and flow.target in mine:
                host = elements[flow.source].attached_to
                found.append(Link(flow.id, host or flow.source, flow.target, flow.source if host else None))
        for id, (boundary, handler) in self._associations.items():
            host = elements[boundary].attached_to
            if boundary in mine and handler in mine and host is not None:
                found.append(Link(id, host, handler, boundary))
        return found

    def _node(self, element: Element, boundaries: list[str]) -> _Node:
        inside: Drawing | None = None
        if element.kind in NESTS:
            inside = self._open_box(element)
            box = inside.shapes[element.id]
            width, height = max(box.width, HANGER * len(boundaries) + 40), box.height
            inside.shapes[element.id] = replace(box, width=width)
        else:
            width, height = _size(element)
            if len(boundaries) > 1:
                width = max(width, HANGER * (len(boundaries) - 1) + 60)
        return _Node(element, width, height, inside, boundaries)

    def _open_box(self, element: Element) -> Drawing:
        """A sub-process with its inside, its corner at nought."""
        inner = self.draw(self._definition.scopes[element.id].elements)
        box = inner.box
        drawing = Drawing()
        drawing.take(inner, PADDING - box.x, HEAD - box.y)
        drawing.shapes = {
            element.id: Box(0, 0, max(box.width + 2 * PADDING, 160), box.height + HEAD + PADDING),
            **drawing.shapes,
        }
        return drawing

    def _annex(self, node: _Node, mine: set[str]) -> set[str]:
        """Draw what only one boundary event of a box leads to below the box; return what that is."""
        taken: set[str] = set()
        for boundary in node.boundaries:
            alone = self._only_from(boundary, mine)
            if alone:
                node.annexes[boundary] = self.draw(alone)
                taken |= alone
        return taken

    def _only_from(self, boundary: str, mine: set[str]) -> set[str]:
        """All that a boundary event leads to, if nothing else leads there; else nothing."""
        elements, flows = self._definition.elements, self._definition.flows
        todo = [flows[f].target for f in elements[boundary].outgoing]
        found: set[str] = set()
        while todo:
            id = todo.pop()
            if id not in found:
                found.add(id)
                todo += [flows[f].target for f in elements[id].outgoing]
                todo += [b for b in mine if elements[b].attached_to == id]
        entering = {flows[f].source for id in found for f in elements[id].incoming}
        hosted = {elements[id].attached_to for id in found} - {None}
        begins = len(elements[boundary].outgoing) == 1
        return found if begins and found and entering <= found | {boundary} and hosted <= found else set()


class _Canvas:
    """Places the nodes of a grid and draws their lines."""

    def __init__(
        self, definition: Definition, nodes: Mapping[str, _Node], links: list[Link], grid: Grid
    ) -> None:
        self._definition = definition
        self._nodes = nodes
        self._grid = grid
        self.drawing = Drawing()
        self._used: dict[str, set[str]] = {id: set() for id in nodes}
        self._lanes: dict[int, int] = {}
        self._ways = {link.id: self._way(link) for link in links}
        for node in nodes.values():
            self._measure(node)
        self._x = self._columns(links)
        self._y = self._heights(links)
        for node in nodes.values():
            self._place(node)
        for link in links:
            self._line(link)

    # how a line leaves and arrives

    def _way(self, link: Link) -> tuple[str, str]:
        """The sides: right, left, top, bottom, or gap, where something stands in the way."""
        grid, row = self._grid, self._grid.tracks[link.id]
        ways: list[str] = []
        for end, straight in ((link.source, "right"), (link.target, "left")):
            at = grid.rows[end]
            if row == at:
                side = straight
            elif not grid.is_open(grid.columns[end], at, row):
                side = "gap"
            else:
                side = "bottom" if row > at else "top"
            if straight == "right" and link.hanging is not None:
                side = "hanging" if side == "bottom" else "hanging_gap"
            else:
                self._used[end].add(straight if side == "gap" else side)
            ways.append(side)
        return ways[0], ways[1]

    # sizes

    def _measure(self, node: _Node) -> None:
        """How much room a node needs around its middle, labels included."""
        element = node.element
        node.up = node.down = node.height // 2
        node.wide = node.width
        if element.name and element.kind in EVENTS | GATEWAYS:
            node.wide = max(node.wide, LABEL_WIDTH)
            if self._label_beside(node):  # it may stand out into the gap before the column, and no further
                node.wide = max(node.wide, 2 * (LABEL_WIDTH + 8 - COLUMN_GAP + 10))
            room = LABEL_LINE * lines_of(element.name) + 6
            if self._label_above(node):
                node.up += room
            else:
                node.down += room
        if node.boundaries:
            names = [self._definition.elements[b].name for b in node.boundaries if b not in node.annexes]
            node.down += HALF + max((LABEL_LINE * lines_of(n) for n in names), default=0)
        for drawing in node.annexes.values():
            node.down += drawing.box.height + ROW_GAP
        if node.annexes:
            node.down += HALF + self._hanging_room(node)
            widest = max(d.box.width for d in node.annexes.values()) + HANGER * len(node.boundaries) + 40
            node.wide = max(node.wide, 2 * widest - node.width)

    def _hanging_room(self, node: _Node) -> int:
        """For the names of boundary events, below the border."""
        names = [self._definition.elements[b].name for b in node.boundaries]
        return max((LABEL_LINE * lines_of(name) for name in names), default=0) + 12

    def _label_above(self, node: _Node) -> bool:
        """Gateways are named above, since branches leave below; events below, where nothing leaves there."""
        used = self._used[node.element.id]
        if node.element.kind in GATEWAYS:
            return "top" not in used or "bottom" in used
        return "bottom" in used

    def _label_beside(self, node: _Node) -> bool:
        """Whether a line leaves where the name stands."""
        return ("top" if self._label_above(node) else "bottom") in self._used[node.element.id]

    def _columns(self, links: list[Link]) -> dict[int, tuple[int, int]]:
        """Column to its left edge and its width."""
        grid = self._grid
        widths: dict[int, int] = {}
        gaps: dict[int, int] = {}
        for id, column in grid.columns.items():
            widths[column] = max(widths.get(column, 0), self._nodes[id].wide)
        for link in links:
            column = grid.columns[link.source]
            leaves, arrives = self._ways[link.id]
            name = self._name(link)
            if name and leaves == "right":
                spare = (widths[column] - self._nodes[link.source].width) // 2
                gaps[column] = max(gaps.get(column, 0), width_of(name) + 24 - spare)
            if leaves.endswith("gap"):
                gaps[column] = gaps.get(column, 0) + LANE
            if arrives == "gap":
                before = grid.columns[link.target] - 1
                gaps[before] = gaps.get(before, 0) + LANE
        found: dict[int, tuple[int, int]] = {}
        x = max(0, gaps.get(-1, 0)) + (COLUMN_GAP if -1 in gaps else 0)
        for column in range(max(widths, default=-1) + 1):
            width = widths.get(column, 0)
            found[column] = (x, width)
            x += width + max(COLUMN_GAP, gaps.get(column, 0) + 20)
        return found

    def _heights(self, links: list[Link]) -> dict[int, int]:
        """Band to the height of its middle line. Each lies as near to row 0 as its columns allow, so that a tall box
        pushes away only what is above and below it."""
        grid, room = self._grid, self._room(links)
        rows = {grid.bands[id]: row for id, row in (grid.rows | grid.tracks).items()}
        found: dict[int, int] = {}
        lowest: dict[int, int] = {}
        highest: dict[int, int] = {}
        for band in sorted(rows, key=lambda b: (abs(rows[b]), rows[b], b)):
            columns = room[band]
            y = 0
            if rows[band] > 0:
                y = max(lowest.get(c, 0) + ROW_GAP + up for c, (up, _) in columns.items())
            elif rows[band] < 0:
                y = min(highest.get(c, 0) - ROW_GAP - down for c, (_, down) in columns.items())
            found[band] = y
            for column, (up, down) in columns.items():
                lowest[column] = max(lowest.get(column, 0), y + down)
                highest[column] = min(highest.get(column, 0), y - up)
        return found

    def _room(self, links: list[Link]) -> dict[int, dict[int, tuple[int, int]]]:
        """Band to its columns, and what it needs there above and below its middle line."""
        grid = self._grid
        found: dict[int, dict[int, tuple[int, int]]] = {}

        def need(band: int, column: int, up: int, down: int) -> None:
            columns = found.setdefault(band, {})
            before = columns.get(column, (0, 0))
            columns[column] = max(before[0], up), max(before[1], down)

        for id in grid.rows:
            need(grid.bands[id], grid.columns[id], self._nodes[id].up, self._nodes[id].down)
        for link in links:
            name = self._name(link)
            up = LABEL_LINE * lines_of(name) + 4 if name else LINE_ROOM
            first, last = sorted((grid.columns[link.source], grid.columns[link.target]))
            for column in range(first, last + 1):
                need(grid.bands[link.id], column, up, LINE_ROOM)
        return found

    def _name(self, link: Link) -> str:
        flow = self._definition.flows.get(link.id)
        return "" if flow is None else flow.name

    # places

    def _place(self, node: _Node) -> None:
        id, grid = node.element.id, self._grid
        left, width = self._x[grid.columns[id]]
        x, y = left + (width - node.width) // 2, self._y[grid.bands[id]] - node.height // 2
        box = Box(x, y, node.width, node.height)
        if node.inside is None:
            self.drawing.shapes[id] = box
        else:
            self.drawing.take(node.inside, x, y)
        if node.element.name and node.element.kind in EVENTS | GATEWAYS:
            self.drawing.labels[id] = self._label(node, box)
        self._hang(node, box)

    def _label(self, node: _Node, box: Box) -> Box:
        width = min(width_of(node.element.name), LABEL_WIDTH)
        height = LABEL_LINE * lines_of(node.element.name)
        x = box.middle.x - width // 2
        above = self._label_above(node)
        if self._label_beside(node):
            x = box.middle.x - width - 8
        return Box(x, box.y - height - 4 if above else box.bottom + 4, width, height)

    def _hang(self, node: _Node, box: Box) -> None:
        """Boundary events on the lower border, and below it what only they lead to."""
        count = len(node.boundaries)
        below = box.bottom + HALF + self._hanging_room(node)
        # The one on the right is served first: the lines of those on its left pass by on their way down.
        for at in reversed(range(count)):
            id = node.boundaries[at]
            # The middle of the border is left to flows.
            x = box.right - 30 - (count - 1 - at) * (box.width - 60) // max(count - 1, 1)
            if node.annexes:
                x = box.x + 60 + HANGER * at
            event = Box(x - HALF, box.bottom - HALF, *EVENT)
            self.drawing.shapes[id] = event
            name = self._definition.elements[id].name
            if name:
                height = LABEL_LINE * lines_of(name)
                self.drawing.labels[id] = Box(
                    x + 4, event.bottom + 2, min(width_of(name), LABEL_WIDTH), height
                )
            annex = node.annexes.get(id)
            if annex is not None:
                self._attach(id, event, annex, below)
                below += annex.box.height + ROW_GAP

    def _attach(self, boundary: str, event: Box, annex: Drawing, below: int) -> None:
        flow = self._definition.flows[self._definition.elements[boundary].outgoing[0]]
        frame, first = annex.box, annex.shapes[flow.target]
        x, y = event.middle.x + 40 - frame.x, below - frame.y
        self.drawing.take(annex, x, y)
        target = first.moved(x, y)
        self.drawing.lines[flow.id] = [
            Point(event.middle.x, event.bottom), Point(event.middle.x, target.middle.y),
            Point(target.x, target.middle.y),
        ]  # fmt: skip

    # lines

    def _line(self, link: Link) -> None:
        leaves, arrives = self._ways[link.id]
        y = self._y[self._grid.bands[link.id]]
        source, target = self.drawing.shapes[link.source], self.drawing.shapes[link.target]
        points = self._leaving(link, leaves, source, y)
        corner = points[-1]
        points += self._arriving(link, arrives, target, y)
        self.drawing.lines[link.id] = straightened(points)
        name = self._name(link)
        if name:
            width, height = min(width_of(name), LABEL_WIDTH), LABEL_LINE * lines_of(name)
            backwards = link.id in self._grid.back
            x = corner.x - width - 8 if backwards else corner.x + 8
            self.drawing.labels[link.id] = Box(x, corner.y - height - 3, width, height)

    def _leaving(self, link: Link, side: str, box: Box, y: int) -> list[Point]:
        if side == "right":
            return [Point(box.right, box.middle.y)]
        if side in ("top", "bottom"):
            edge = box.y if side == "top" else box.bottom
            return [Point(box.middle.x, edge), Point(box.middle.x, y)]
        if link.hanging is None:
            lane = self._lane(self._grid.columns[link.source])
            return [Point(box.right, box.middle.y), Point(lane, box.middle.y), Point(lane, y)]
        event = self.drawing.shapes[link.hanging]
        begin = Point(event.middle.x, event.bottom)
        if side == "hanging":
            return [begin, Point(begin.x, y)]
        lane, aside = self._lane(self._grid.columns[link.source]), begin.y + LABEL_LINE
        return [begin, Point(begin.x, aside), Point(lane, aside), Point(lane, y)]

    def _arriving(self, link: Link, side: str, box: Box, y: int) -> list[Point]:
        if side == "left":
            return [Point(box.x, box.middle.y)]
        if side in ("top", "bottom"):
            edge = box.y if side == "top" else box.bottom
            return [Point(box.middle.x, y), Point(box.middle.x, edge)]
        lane = self._lane(self._grid.columns[link.target] - 1)
        return [Point(lane, y), Point(lane, box.middle.y), Point(box.x, box.middle.y)]

    def _lane(self, column: int) -> int:
        """The next free place for a vertical line behind a column."""
        number = self._lanes.get(column, 0)
        self._lanes[column] = number + 1
        left, width = self._x.get(column, (-COLUMN_GAP, 0))
        return left + width + 16 + LANE * number


def _size(element: Element) -> tuple[int, int]:
    if element.kind in GATEWAYS:
        return GATEWAY
    if element.kind in EVENTS:
        return EVENT
    width, height = TASK
    return width, height + 20 if lines_of(element.name, width - 20) > 2 else height  # below the task's icon
