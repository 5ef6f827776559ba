"""Where the elements of one scope stand in a grid: columns by the longest way from the start, rows by branches.

The longest way runs straight along row 0. Every other way is a chain that leaves a placed element and runs along one
row until it ends or meets a placed element again. A chain takes the row that costs least: few bends, few crossings, never
through an element. A flow that only skips elements, or goes back, is a chain without elements. Deterministic: ties go to
the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

BLOCKED, CROSSING = 6, 2
"""What it costs where a line would have to pass an element (it makes a detour), or crosses another line."""
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Link:
    """A line to be drawn. hanging: the boundary event it leaves from; source is then the activity it sits on."""

    id: str
    source: str
    target: str
    hanging: str | None = None


@dataclass(slots=True)
class Grid:
    """columns, rows: of elements. tracks: link to the row along which it runs. back: links that go back. bands: what lies
    on one line, elements and links alike; bands of one row need not be at the same height."""

    columns: dict[str, int]
    rows: dict[str, int] = field(default_factory=dict[str, int])
    tracks: dict[str, int] = field(default_factory=dict[str, int])
    back: frozenset[str] = frozenset()
    bands: dict[str, int] = field(default_factory=dict[str, int])

    def node_at(self, cell: Cell) -> str | None:
        return self._nodes.get(cell)

    _nodes: dict[Cell, str] = field(default_factory=dict[Cell, str])

    def put(self, node: str, row: int) -> None:
        self.rows[node] = row
        self._nodes[row, self.columns[node]] = node

    def is_open(self, column: int, one: int, other: int) -> bool:
        """Whether a vertical line may run in a column strictly between two rows."""
        return all((row, column) not in self._nodes for row in between(one, other))


def between(one: int, other: int) -> range:
    return range(min(one, other) + 1, max(one, other))


def arrange(nodes: Sequence[str], links: Sequence[Link]) -> Grid:
    """nodes: in the order of the file, what begins first. Every node of a link is among them."""
    leaving: dict[str, list[Link]] = {node: [] for node in nodes}
    for link in links:
        leaving[link.source].append(link)
    entered = {link.target for link in links}
    order, back = _walk([*[n for n in nodes if n not in entered], *nodes], leaving)
    forward = {n: [x for x in leaving[n] if x.id not in back] for n in nodes}
    columns = dict.fromkeys(nodes, 0)
    for node in order:
        for link in forward[node]:
            columns[link.target] = max(columns[link.target], columns[node] + 1)
    placing = _Placing(Grid(columns, back=frozenset(back)), leaving, forward)
    for node in nodes:
        if node not in placing.grid.rows:
            placing.begin(node)
    placing.finish()
    return placing.grid


def _walk(roots: Iterable[str], leaving: dict[str, list[Link]]) -> tuple[list[str], set[str]]:
    """Depth first: every node before those it leads to, and the links that go back."""
    finished: list[str] = []
    state: dict[str, int] = {}
    back: set[str] = set()
    for root in roots:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(leaving[root]))]
        while stack:
            node, rest = stack[-1]
            link = next(rest, None)
            if link is None:
                state[node] = 2
                finished.append(node)
                stack.pop()
            elif state.get(link.target) == 1:
                back.add(link.id)
            elif link.target not in state:
                state[link.target] = 1
                stack.append((link.target, iter(leaving[link.target])))
    return finished[::-1], back


class _Placing:
    def __init__(self, grid: Grid, leaving: dict[str, list[Link]], forward: dict[str, list[Link]]) -> None:
        self.grid = grid
        self._leaving = leaving
        self._forward = forward
        self._lines: set[Cell] = set()
        self._later: list[Link] = []

        @cache
        def reach(node: str) -> int:
            return max((1 + reach(x.target) for x in forward[node]), default=0)

        # From the right to the left, so that no call goes deep.
        for node in sorted(grid.columns, key=lambda n: -grid.columns[n]):
            reach(node)
        self._reach = reach

    def begin(self, node: str) -> None:
        """Place a way that starts at an element nothing leads to: the first along row 0, others below all."""
        row = max((r for r in self.grid.rows.values()), default=-1) + 1
        self._place(self._chain(node), row)

    def finish(self) -> None:
        """Draw what goes back to elements that were not placed when its turn came."""
        for link in self._later:
            self._branch(link)

    def _chain(self, node: str) -> list[str]:
        """The longest way on from a node through what is not placed yet; boundary events are never the main way."""
        chain = [node]
        while True:
            options = [
                x
                for x in self._forward[chain[-1]]
                if x.target not in self.grid.rows and x.target not in chain and x.hanging is None
            ]
            if not options:
                return chain
            chain.append(max(options, key=lambda x: self._reach(x.target)).target)

    def _place(self, chain: list[str], row: int) -> None:
        self._put(chain, row)
        for one, other in pairwise(chain):
            link = next(x for x in self._forward[one] if x.target == other and x.hanging is None)
            self._draw(link, row)
        # What leaves late is placed first, near the chain; what leaves early then runs around it.
        for node in reversed(chain):
            for link in self._near_first(node):
                if link.id in self.grid.tracks:
                    continue
                if link.id in self.grid.back and link.target not in self.grid.rows:
                    self._later.append(link)
                else:
                    self._branch(link)

    def _near_first(self, node: str) -> list[Link]:
        """Flows of the element itself, then boundary events from the right to the left."""
        own = [x for x in self._leaving[node] if x.hanging is None]
        hanging = [x for x in self._leaving[node] if x.hanging is not None]
        return [*own, *reversed(hanging)]

    def _branch(self, link: Link) -> None:
        grid = self.grid
        if link.target in grid.rows:
            self._draw(link, self._best_row(link, link.target, link.target))
            return
        chain = self._chain(link.target)
        ending = [x for x in self._forward[chain[-1]] if x.hanging is None and x.target in grid.rows]
        closing = next(iter(ending), None)
        last = chain[-1] if closing is None else closing.target
        row = self._best_row(link, last, None if closing is None else closing.target)
        self._put(chain, row)
        self._draw(link, row)
        if closing is not None:
            self._draw(closing, row)
        self._place(chain, row)

    def _put(self, chain: list[str], row: int) -> None:
        if chain[0] in self.grid.rows:
            return
        band = 0 if row == 0 else self._new_band()
        for node in chain:
            self.grid.put(node, row)
            self.grid.bands[node] = band

    def _new_band(self) -> int:
        return max(self.grid.bands.values(), default=0) + 1

    def _best_row(self, link: Link, last: str, meets: str | None) -> int:
        """last: the element whose column the row is needed to. meets: where the line turns off to, if it does."""
        grid = self.grid
        known = [*grid.rows.values(), *grid.tracks.values()]
        source = grid.rows[link.source]
        first, end = sorted((grid.columns[link.source], grid.columns[last]))
        goes_back = link.id in grid.back
        options: list[tuple[int, int, int]] = []
        for row in range(min(known) - 1, max(known) + 2):
            if link.hanging is not None and row <= source:
                continue
            if goes_back and (row == source or (meets is not None and row == grid.rows[meets])):
                continue
            if row == source and (link.target not in grid.rows or link.target != meets):
                continue
            ends = {link.source, meets}
            cells = [(row, c) for c in range(first, end + 1)]
            if any(c in self._lines or (grid.node_at(c) or link.source) not in ends for c in cells):
                continue
            cost = self._turn(link.source, row) + (0 if meets is None else self._turn(meets, row))
            wrong_side = row > source if goes_back else row < source
            options.append((cost * 2 + wrong_side, abs(row - source), row))
        return min(options)[2]

    def _turn(self, node: str, row: int) -> int:
        """What it costs to come from an element to a row."""
        grid, column, at = self.grid, self.grid.columns[node], self.grid.rows[node]
        passed = [(r, column) for r in between(at, row)]
        crossed = CROSSING * sum(c in self._lines for c in passed)
        detour = BLOCKED if any(grid.node_at(c) for c in passed) else 0
        return abs(row - at) + crossed + detour

    def _draw(self, link: Link, row: int) -> None:
        grid = self.grid
        grid.tracks[link.id] = row
        ends = [grid.bands[end] for end in (link.source, link.target) if grid.rows[end] == row]
        band = grid.bands[link.id] = min(ends) if ends else self._new_band()
        for id in [id for id, other in grid.bands.items() if other in ends]:
            grid.bands[id] = band  # two that are joined by a straight line lie on one
        first, end = sorted((grid.columns[link.source], grid.columns[link.target]))
        for cell in ((row, c) for c in range(first, end + 1)):
            if grid.node_at(cell) is None:
                self._lines.add(cell)
