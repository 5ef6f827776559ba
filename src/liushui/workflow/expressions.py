"""Expressions of processes: conditions, assignments, correlations.

The language is zen-engine's (docs.gorules.io), as far as expression_syntax reads it. Four things differ from a
bare call of zen-engine, each because a wrong path in a bank is worse than a stopped one:

- a variable or member that does not exist is an error, not null; only left of ``??`` may it be absent. This is
  checked before anything is computed, in branches not taken too. A member of null is null;
- numbers come back as exact ints. zen answers in floats, which are exact to 2**53 only, so a number is asked for
  a second time as decimal text. A result that is not a whole number is an error: ``round`` it, or scale it;
- variables hold no floats, and no integer outside ±(2**63 - 1);
- what a text can cost is bounded: its length, its nesting, its loops, and the size of what it reads.

Still as in zen, and worth knowing: strings do not compare by < or >; two lists or objects are never equal;
``len`` counts UTF-8 bytes; division by zero is null (an error here where the result is null); ``not a == b`` is
``(not a) == b``; an index beyond the end and an absent member of ``#`` are null.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, cast

import zen

from liushui.kernel.errors import refuse
from liushui.workflow import expression_syntax as syntax
from liushui.workflow import expression_tree as tree
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.expression_closures import Closure, OperationError, UncoveredError, build
from liushui.workflow.expression_variables import INTEGER_MAX, TOO_LARGE, Reader, UnreadableError

_FLOAT_EXACT = 2**53
_NOT_WHOLE = "not a whole number"
_OPERATION = re.compile(r"Opcode (\w+)(?:: Function `(\w+)`)?")


class ByZen(Protocol):
    """What zen compiles a text to."""

    def evaluate(self, context: dict[str, Any], /) -> Any: ...


class Expression:
    """A compiled expression, shared freely between threads. text: as written; root: its syntax tree."""

    __slots__ = ("_closure", "_divides", "_exact", "_judges", "_reader", "_zen", "root", "text")

    def __init__(self, text: str, root: tree.Node, compile_by_zen: Callable[[str], ByZen]) -> None:
        self.text = text
        self.root = root
        self._reader = Reader(root)
        self._zen = compile_by_zen(text)
        self._judges = compile_by_zen is zen.compile_unary_expression
        self._exact: ByZen | None = None
        self._divides = any(isinstance(n, tree.Binary) and n.operator in "/%" for n in tree.walk(root))
        self._closure: Closure | None
        try:
            self._closure = build(root, self._reader.slots)
        except UncoveredError:
            self._closure = None

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self._reader.names

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """The variables with the members that it reads: ``customer.risk`` is ("customer", "risk")."""
        return frozenset(self._reader.slots)

    @property
    def has_closure(self) -> bool:
        """Whether it is computed without zen where all that it reads is int, str, bool or None."""
        return self._closure is not None

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The value: int, str, bool, None, or a list or dict of such. Raises ``ExpressionFailed``."""
        try:
            values, simple = self._reader.read(variables)
        except UnreadableError as unreadable:
            raise ExpressionFailed(self.text, unreadable.reason) from None
        if not simple or self._closure is None:
            return self._by_zen(variables, values)
        try:
            value = self._closure(values)
        except OperationError as failed:
            raise ExpressionFailed(self.text, cannot(failed.operation)) from None
        if type(value) is int and not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise ExpressionFailed(self.text, TOO_LARGE)
        return value

    def evaluate_by_zen(self, variables: Mapping[str, Any]) -> Any:
        """The same without the closure: the oracle of tests and benchmarks."""
        try:
            values, _ = self._reader.read(variables)
        except UnreadableError as unreadable:
            raise ExpressionFailed(self.text, unreadable.reason) from None
        return self._by_zen(variables, values)

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """The value of a condition. Raises ``ExpressionFailed`` also where it is neither true nor false."""
        value = self.evaluate(variables)
        if value is True or value is False:
            return value
        raise ExpressionFailed(self.text, "neither true nor false")

    def _by_zen(self, variables: Mapping[str, Any], values: list[Any]) -> Any:
        try:
            context = self._reader.context(variables)
        except UnreadableError as unreadable:
            raise ExpressionFailed(self.text, unreadable.reason) from None
        if isinstance(self.root, tree.Name) and isinstance(values[0], list | dict):
            return cast(
                object, values[0]
            )  # handed on as it is: zen would copy it, and round its large numbers
        if self._judges:
            context.setdefault("$", None)  # zen wants it even where the cell does not look at it
        value = self._call(self._zen, context)
        if type(value) is float:
            return self._whole(context)
        if value is None and self._divides:
            raise ExpressionFailed(self.text, "null, perhaps of a division by zero")
        return self._without_floats(value) if isinstance(value, list | dict) else value

    def _call(self, compiled: ByZen, context: dict[str, Any]) -> Any:
        try:
            return compiled.evaluate(context)
        except Exception as broken:
            # zen's own words may one day quote a value: only the operation's name is kept
            found = _OPERATION.search(str(broken))
            operation = " ".join(part for part in found.groups() if part) if found else "unknown"
            raise ExpressionFailed(self.text, cannot(operation)) from None

    def _whole(self, context: dict[str, Any]) -> int:
        """The number that the expression is, exactly."""
        if self._exact is None:
            self._exact = zen.compile_expression(f"string(\n{self.text}\n)")
        number = Decimal(self._call(self._exact, context))
        if number != number.to_integral_value():
            raise ExpressionFailed(self.text, _NOT_WHOLE)
        if abs(number) > INTEGER_MAX:
            raise ExpressionFailed(self.text, TOO_LARGE)
        return int(number)

    def _without_floats(self, value: Any) -> Any:
        """Lists and objects with their numbers as ints; these cannot be asked for a second time, so only what a
        float holds exactly goes through."""
        if isinstance(value, dict):
            return {k: self._without_floats(v) for k, v in cast(dict[str, Any], value).items()}
        if isinstance(value, list):
            return [self._without_floats(v) for v in cast(list[Any], value)]
        if isinstance(value, float):
            if not value.is_integer() or abs(value) >= _FLOAT_EXACT:
                raise ExpressionFailed(self.text, f"{_NOT_WHOLE} of at most 53 bits inside a list or object")
            return int(value)
        return value


def cannot(operation: str) -> str:
    """The reason that names the operation which does not take its operands."""
    return f"cannot be computed ({operation})"


@functools.lru_cache(maxsize=4096)
def compile(text: str) -> Expression:
    """Compile an expression; kept for the next caller. Refuses ``expression_malformed``."""
    return _compiled(text, syntax.parse, zen.compile_expression)


@functools.lru_cache(maxsize=4096)
def compile_cell(text: str) -> Expression:
    """Compile the input cell of a decision table, a condition on ``$``. Refuses ``expression_malformed``."""
    return _compiled(text, syntax.parse_cell, zen.compile_unary_expression)


def names(text: str) -> frozenset[str]:
    """The variables that an expression reads. Refuses ``expression_malformed``."""
    return compile(text).names


def _compiled(
    text: str, parse: Callable[[str], tree.Node], compile_by_zen: Callable[[str], ByZen]
) -> Expression:
    try:
        return Expression(text, parse(text), compile_by_zen)
    except syntax.MalformedError as malformed:
        reason = str(malformed)
    except RuntimeError as refused:  # zen's report is JSON, then a stack trace
        reason = str(json.loads(str(refused).partition("\n")[0]).get("source", "not understood"))
    raise refuse("expression_malformed", expression=text[:200], reason=reason)
