"""Decision tables: which row holds, and what it says.

The file is zen-engine's; a cell means what it means to zen. The rows are gone through here, not by zen's own
decision node, for two reasons: zen passes over a row one of whose cells or outcomes fails, as if it did not hold,
and takes some hundred microseconds a table. So, unlike zen:

- a cell that cannot be computed stops the decision, unless the column's value is null: null is neither above nor
  below anything, and such a cell does not hold;
- an outcome that cannot be computed stops the decision;
- a ``first`` table in which no row holds stops the decision; end it with a row of empty cells to have a default;
- every row gives every output, null included (zen leaves nulls out), and variables that a table reads must exist;
- ``passThrough`` has no effect: the result is the outputs alone.

Where nothing fails, result (but for nulls) and rows are zen's (tests/property/test_decisions_agree.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from liushui.kernel.errors import Fault, raise_if_any
from liushui.workflow import expression_tree as tree
from liushui.workflow.decision_coverage import check
from liushui.workflow.decision_tables import About, Column, Row, Table, read
from liushui.workflow.expression_closures import Closure, OperationError, UncoveredError, build
from liushui.workflow.expression_variables import INTEGER_MAX, TOO_LARGE, Reader, UnreadableError
from liushui.workflow.expressions import Expression, ExpressionFailed, cannot


class DecisionFailed(ExpressionFailed):
    """A decision could not be made with these variables. text: the decision's name; reason: names the row and
    column, never a value."""


@dataclass(frozen=True, slots=True)
class Decided:
    """result: the outputs by name; rows: the ids of the rows that fired, in order."""

    result: dict[str, Any]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row as closures. cells: (column, condition) for the cells that are not empty. said: what the row alone
    decides where its outcomes are literals, worked out once and never changed by who reads it."""

    id: str
    cells: tuple[tuple[int, Closure], ...]
    outcomes: tuple[Closure, ...]
    said: Decided | None = None


class Decision:
    """A loaded decision table. warnings: gaps and overlaps that its author may want to know of."""

    def __init__(self, table: Table, warnings: Sequence[Fault]) -> None:
        self.table = table
        self.warnings = tuple(warnings)
        self._roots = [c.field.root for c in table.columns]
        self._roots += [o.root for row in table.rows for o in row.outcomes]
        cells = [(column, cell) for row in table.rows for column, cell in _filled(table.columns, row)]
        self._roots += [_inlined(cell.root, column.field.root) for column, cell in cells]
        self._reader = Reader(*self._roots)
        self._fields: tuple[Closure, ...] = ()
        self._rules: tuple[_Rule, ...] | None
        try:
            self._fields = tuple(build(column.field.root, self._reader.slots) for column in table.columns)
            self._rules = tuple(self._rule(row) for row in table.rows)
        except UncoveredError:
            self._rules = None

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def about(self) -> About:
        return self.table.about

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self._reader.names

    @property
    def outputs(self) -> frozenset[str]:
        """The names of the result."""
        return frozenset(path[0] for path in ([self.table.path] if self.table.path else self.table.outputs))

    @property
    def has_closures(self) -> bool:
        """Whether it is decided without zen where all that it reads is int, str, bool or None."""
        return self._rules is not None

    def decide(self, variables: Mapping[str, Any]) -> Decided:
        """Raises ``DecisionFailed``."""
        values, simple = self._read(variables)
        if not simple or self._rules is None:
            return self._by_cells(variables)
        fired: list[str] = []
        results: list[dict[str, Any]] = []
        for rule in self._rules:
            for column, holds in rule.cells:
                try:
                    if holds(values):
                        continue
                except OperationError as failed:
                    self._accept(rule, column, values, failed)
                break
            else:
                if rule.said is not None:
                    return rule.said
                fired.append(rule.id)
                results.append(self._result([self._outcome(rule, o, values) for o in rule.outcomes]))
                if not self.table.collects:
                    break
        return self._decided(results, fired)

    def decide_by_cells(self, variables: Mapping[str, Any]) -> Decided:
        """The same without the closures over the whole table: the oracle of tests and benchmarks."""
        self._read(variables)
        return self._by_cells(variables)

    def _read(self, variables: Mapping[str, Any]) -> tuple[list[Any], bool]:
        try:
            return self._reader.read(variables)
        except UnreadableError as unreadable:
            raise DecisionFailed(self.name, unreadable.reason) from None

    def _rule(self, row: Row) -> _Rule:
        cells = tuple(
            (at, build(_inlined(cell.root, self.table.columns[at].field.root), self._reader.slots))
            for at, cell in enumerate(row.cells)
            if cell is not None
        )
        outcomes = tuple(build(o.root, self._reader.slots) for o in row.outcomes)
        rule = _Rule(row.id, cells, outcomes)
        if self.table.collects or not all(isinstance(o.root, tree.Literal) for o in row.outcomes):
            return rule
        said = self._decided([self._result([self._outcome(rule, o, ()) for o in outcomes])], [row.id])
        return replace(rule, said=said)

    def _accept(self, rule: _Rule, column: int, values: Sequence[Any], failed: OperationError) -> None:
        """A cell that cannot be computed does not hold where its column is null; else the decision stops."""
        if self._value(column, values) is not None:
            raise self._stopped(rule.id, column, cannot(failed.operation)) from None

    def _value(self, column: int, values: Sequence[Any]) -> Any:
        try:
            return self._fields[column](values)
        except OperationError as failed:
            raise self._stopped("", column, cannot(failed.operation)) from None

    def _outcome(self, rule: _Rule, outcome: Closure, values: Sequence[Any]) -> Any:
        try:
            value = outcome(values)
        except OperationError as failed:
            raise self._stopped(rule.id, None, cannot(failed.operation)) from None
        if type(value) is int and not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise self._stopped(rule.id, None, TOO_LARGE)
        return value

    def _by_cells(self, variables: Mapping[str, Any]) -> Decided:
        fields: dict[int, Any] = {}
        fired: list[str] = []
        results: list[dict[str, Any]] = []
        for row in self.table.rows:
            cells = [(at, cell) for at, cell in enumerate(row.cells) if cell is not None]
            if all(self._holds(row, at, cell, variables, fields) for at, cell in cells):
                fired.append(row.id)
                results.append(self._result([self._spoken(row, o, variables) for o in row.outcomes]))
                if not self.table.collects:
                    break
        return self._decided(results, fired)

    def _holds(
        self, row: Row, at: int, cell: Expression, variables: Mapping[str, Any], fields: dict[int, Any]
    ) -> bool:
        if at not in fields:
            try:
                fields[at] = self.table.columns[at].field.evaluate(variables)
            except ExpressionFailed as failed:
                raise self._stopped("", at, failed.reason) from None
        context = {name: variables[name] for name in cell.names if name in variables}
        try:
            return cell.holds({**context, "$": fields[at]})
        except ExpressionFailed as failed:
            if fields[at] is None and failed.reason.startswith(cannot("")[:-2]):
                return False
            raise self._stopped(row.id, at, failed.reason) from None

    def _spoken(self, row: Row, outcome: Expression, variables: Mapping[str, Any]) -> Any:
        try:
            return outcome.evaluate(variables)
        except ExpressionFailed as failed:
            raise self._stopped(row.id, None, failed.reason) from None

    def _result(self, outcomes: Sequence[Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for path, value in zip(self.table.outputs, outcomes, strict=True):
            _put(result, path, value)
        return result

    def _decided(self, results: Sequence[dict[str, Any]], fired: Sequence[str]) -> Decided:
        if not self.table.collects and not results:
            raise DecisionFailed(self.name, "no row holds")
        result: Any = list(results) if self.table.collects else results[0]
        if self.table.path:
            wrapped: dict[str, Any] = {}
            _put(wrapped, self.table.path, result)
            result = wrapped
        return Decided(result, tuple(fired))

    def _stopped(self, row: str, column: int | None, reason: str) -> DecisionFailed:
        where = [f"row {row}"] if row else []
        where += [] if column is None else [f"column {self.table.columns[column].field.text}"]
        return DecisionFailed(self.name, f"{', '.join(where)}: {reason}")


def load(name: str, content: bytes | Mapping[str, Any]) -> Decision:
    """Read, validate and judge a file. Refuses with all faults at once: those of decision_tables, or
    ``decision_row_unreachable``."""
    table = read(name, content)
    faults, warnings = check(table)
    raise_if_any(faults)
    return Decision(table, warnings)


def _filled(columns: Sequence[Column], row: Row) -> list[tuple[Column, Expression]]:
    return [(column, cell) for column, cell in zip(columns, row.cells, strict=True) if cell is not None]


def _put(result: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for part in path[:-1]:
        result = result.setdefault(part, {})
    result[path[-1]] = value


def _inlined(node: tree.Node, field: tree.Node) -> tree.Node:
    """A cell's tree with the column's own expression in the place of ``$``."""
    match node:
        case tree.Name() if node.path[0] == "$":
            if len(node.path) == 1:
                return field
            if isinstance(field, tree.Name):
                return tree.Name(field.path + node.path[1:])
            return tree.Index(field, tree.Literal(".".join(node.path[1:])))
        case tree.Unary():
            return tree.Unary(node.operator, _inlined(node.operand, field))
        case tree.Binary():
            return tree.Binary(node.operator, _inlined(node.left, field), _inlined(node.right, field))
        case tree.Conditional():
            return tree.Conditional(*(_inlined(part, field) for part in tree.children(node)))
        case tree.Array():
            return tree.Array(tuple(_inlined(item, field) for item in node.items))
        case tree.Interval():
            low, high = _inlined(node.low, field), _inlined(node.high, field)
            return tree.Interval(low, high, node.low_in, node.high_in)
        case tree.Record():
            return tree.Record(tuple((key, _inlined(value, field)) for key, value in node.items))
        case tree.Call():
            return tree.Call(node.function, tuple(_inlined(part, field) for part in node.arguments))
        case tree.Index():
            return tree.Index(_inlined(node.of, field), _inlined(node.key, field))
        case _:
            return node
