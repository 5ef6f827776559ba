"""What a decision table leaves out, says twice, or never comes to.

A column whose cells only compare its value with literals falls into finitely many *kinds* of values that no cell
tells apart: below 5, exactly 5, 6 to 9, and so on. On kinds the questions are finite. Columns with other cells
are left unjudged, and nothing is claimed about rows that have such cells. Numbers are whole (money is minor units).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from liushui.kernel.errors import Fault
from liushui.workflow import expression_tree as tree
from liushui.workflow.decision_tables import Row, Table
from liushui.workflow.expression_closures import OperationError, UncoveredError, build
from liushui.workflow.expressions import Expression

WITNESSES_MAX = 5
"""Uncovered cases that are listed."""
OVERLAPS_MAX = 50
STEPS_MAX = 20_000
"""How long one question is pondered; a table that needs more is left unjudged."""

_VALUE = ("$",)
Kinds = tuple[tuple[Any, str], ...]
"""(a value of the kind, what the kind is called)."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a row holds: for each column the kinds, as bits."""

    row: Row
    sides: tuple[int, ...]


class _TooLong(Exception):  # noqa: N818 - it is an answer
    """The question has more cases than are looked at."""


def check(table: Table) -> tuple[list[Fault], list[Fault]]:
    """(faults, warnings): ``decision_row_unreachable``; ``decision_rows_overlap``, ``decision_gap``."""
    kinds = [_kinds([row.cells[at] for row in table.rows]) for at in range(len(table.columns))]
    boxes = [_box(row, kinds) for row in table.rows]
    judged = [box for box in boxes if box is not None]
    about = {"decision": table.name}
    faults = [
        Fault("decision_row_unreachable", {**about, "row": box.row.id})
        for at, box in enumerate(judged)
        if 0 in box.sides or (not table.collects and _is_hidden(box, judged[:at]))
    ]
    if table.collects:
        return faults, []
    warnings = [
        Fault("decision_rows_overlap", {**about, "row": a.row.id, "other": b.row.id})
        for a, b in itertools.islice(_overlapping(judged), OVERLAPS_MAX)
    ]
    if len(judged) == len(boxes):
        warnings += [
            Fault("decision_gap", {**about, "case": _described(table, kinds, point)})
            for point in _uncovered(_everything(kinds), judged, WITNESSES_MAX)
        ]
    return faults, warnings


def _kinds(cells: Sequence[Expression | None]) -> Kinds:
    """The kinds of a column; none where some cell is more than a comparison with literals of one type."""
    roots = [cell.root for cell in cells if cell is not None]
    literals: set[Any] = set()
    for root in roots:
        if not _is_plain(root):
            return ()
        literals |= {(type(value), value) for value in _literals(root)}
    types = {kind for kind, _ in literals} - {type(None)}
    known = sorted(value for kind, value in literals if kind in types and len(types) == 1)
    null: Kinds = ((None, "null"),) if (type(None), None) in literals else ()
    if len(types) > 1:
        return ()
    if types == {int}:
        return (*_spans(known), *null)
    if types == {bool}:
        return ((False, "false"), (True, "true"), *null)
    other = "".join(known) + "?"  # longer than each, so none of them
    return (*((value, f'"{value}"') for value in known), (other, "other" if known or null else "any"), *null)


def _spans(cuts: Sequence[int]) -> Kinds:
    """Whole numbers as the cuts divide them."""
    spans: list[tuple[Any, str]] = [(cuts[0] - 1, f"< {cuts[0]}")]
    for cut, after in itertools.zip_longest(cuts, cuts[1:]):
        spans.append((cut, f"{cut}"))
        if after is None:
            spans.append((cut + 1, f"> {cut}"))
        elif after > cut + 1:
            spans.append((cut + 1, f"{cut + 1}..{after - 1}"))
    return tuple(spans)


def _is_plain(node: tree.Node) -> bool:
    match node:
        case tree.Binary() if node.operator in ("and", "or"):
            return _is_plain(node.left) and _is_plain(node.right)
        case tree.Unary() if node.operator == "not":
            return _is_plain(node.operand)
        case tree.Binary(left=tree.Name(path=("$",))):
            listed = isinstance(node.right, tree.Array | tree.Interval)
            return all(_is_literal(n) for n in (tree.children(node.right) if listed else (node.right,)))
        case _:
            return False


def _is_literal(node: tree.Node) -> bool:
    inner = node.operand if isinstance(node, tree.Unary) and node.operator == "-" else node
    return isinstance(inner, tree.Literal)


def _literals(root: tree.Node) -> Iterator[Any]:
    """The literals of a plain tree, with their signs."""
    for node in tree.walk(root):
        if isinstance(node, tree.Literal):
            yield node.value
        elif isinstance(node, tree.Unary) and isinstance(node.operand, tree.Literal):
            value = node.operand.value
            yield -value if type(value) is int else value


def _box(row: Row, kinds: Sequence[Kinds]) -> _Box | None:
    sides: list[int] = []
    for cell, column in zip(row.cells, kinds, strict=True):
        if cell is None:
            sides.append((1 << max(len(column), 1)) - 1)
            continue
        if not column:
            return None
        try:
            holds = build(cell.root, {_VALUE: 0})
        except UncoveredError:
            return None
        side = 0
        for at, (value, _) in enumerate(column):
            try:
                side |= (holds([value]) is True) << at
            except OperationError:  # as when it is decided: what cannot be compared does not hold for null
                continue
        sides.append(side)
    return _Box(row, tuple(sides))


def _everything(kinds: Sequence[Kinds]) -> tuple[int, ...]:
    return tuple((1 << max(len(column), 1)) - 1 for column in kinds)


def _overlapping(boxes: Sequence[_Box]) -> Iterator[tuple[_Box, _Box]]:
    """Pairs of rows with a case in common. A row for all cases is meant to overlap."""
    special = [box for box in boxes if not box.row.is_default]
    for a, b in itertools.combinations(special, 2):
        if all(x & y for x, y in zip(a.sides, b.sides, strict=True)):
            yield a, b


def _is_hidden(box: _Box, before: Sequence[_Box]) -> bool:
    """Whether rows before it take every case of a row."""
    try:
        return not _uncovered_or_stop(box.sides, before, 1)
    except _TooLong:
        return False


def _uncovered(sides: tuple[int, ...], boxes: Sequence[_Box], most: int) -> list[tuple[int, ...]]:
    try:
        return _uncovered_or_stop(sides, boxes, most)
    except _TooLong:
        return []


def _uncovered_or_stop(sides: tuple[int, ...], boxes: Sequence[_Box], most: int) -> list[tuple[int, ...]]:
    """Cases within ``sides`` that no box holds, at most so many, each as the kind in every column."""
    covered: set[tuple[int, ...]] = set()
    found: list[tuple[int, ...]] = []
    steps = 0

    def look(point: tuple[int, ...], left: tuple[int, ...]) -> None:
        nonlocal steps
        steps += 1
        if steps > STEPS_MAX:
            raise _TooLong
        at = len(point)
        if at == len(sides):
            if not left:
                found.append(point)
            return
        if (at, *left) in covered:
            return
        before = len(found)
        for kind in range(sides[at].bit_length()):
            if sides[at] >> kind & 1 and len(found) < most:
                look((*point, kind), tuple(b for b in left if boxes[b].sides[at] >> kind & 1))
        if len(found) == before:
            covered.add((at, *left))

    look((), tuple(range(len(boxes))))
    return found


def _described(table: Table, kinds: Sequence[Kinds], point: Sequence[int]) -> str:
    parts = [
        f"{column.field.text}: {names[kind][1] if names else 'any'}"
        for column, names, kind in zip(table.columns, kinds, point, strict=True)
    ]
    return ", ".join(parts)
