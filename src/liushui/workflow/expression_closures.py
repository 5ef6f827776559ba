"""Simple expressions as Python closures: the fast path of straight-through processes.

Covers whole numbers, strings, truth values and null; variables and their members; + - * and the comparisons;
and, or, not, ``in`` a list or interval, ``??`` and the conditional. The meaning is zen-engine's in every case
that is covered, failures included (tests/property/test_expressions_agree.py); what is not covered has no closure.

A closure takes the *slots*: the values of the paths an expression reads, loaded and checked beforehand, so that
only int, str, bool and None arrive here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, cast

from liushui.workflow.expression_tree import (
    Array,
    Binary,
    Conditional,
    Interval,
    Literal,
    Name,
    Node,
    Unary,
)

Slots = Sequence[Any]
Closure = Callable[[Slots], Any]
DECIMAL_MAX = 2**96 - 1
"""zen-engine computes in decimals of 96 bits; whole numbers beyond them overflow."""


class OperationError(Exception):
    """An operation that zen-engine refuses too. reason: which operation, never a value."""

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation


class UncoveredError(Exception):
    """This tree needs zen-engine."""


def build(node: Node, slots: dict[tuple[str, ...], int]) -> Closure:
    """The closure of a tree. ``slots`` says which slot holds which path. Raises ``UncoveredError``."""
    match node:
        case Literal():
            return _constant(node.value)
        case Name():
            return operator.itemgetter(slots[node.path])
        case Unary():
            return _unary(node.operator, build(node.operand, slots))
        case Conditional():
            return _conditional(build(node.test, slots), build(node.yes, slots), build(node.no, slots))
        case Binary():
            return _binary(node, slots)
        case _:
            raise UncoveredError


def _binary(node: Binary, slots: dict[tuple[str, ...], int]) -> Closure:
    left = build(node.left, slots)
    if node.operator in ("in", "not in"):
        inside = _membership(left, node.right, slots)
        return inside if node.operator == "in" else _negation(inside)
    if isinstance(node.right, Literal):
        against = _against(node.operator, left, node.right.value)
        if against is not None:
            return against
    right = build(node.right, slots)
    match node.operator:
        case "and":
            return _and(left, right)
        case "or":
            return _or(left, right)
        case "??":
            return _fallback(left, right)
        case "+" | "-" | "*":
            return _arithmetic(node.operator, left, right)
        case "==":
            return _equal(left, right)
        case "!=":
            return _negation(_equal(left, right))
        case "<" | "<=" | ">" | ">=":
            return _order(node.operator, left, right)
        case _:
            raise UncoveredError


def _constant(value: Any) -> Closure:
    return lambda _: value


def _unary(sign: str, operand: Closure) -> Closure:
    if sign == "not":
        return _negation(operand)

    def negate(slots: Slots) -> Any:
        value = operand(slots)
        if type(value) is not int:
            raise OperationError("Negate")
        return -value

    return negate


def _negation(operand: Closure) -> Closure:
    def negation(slots: Slots) -> Any:
        value = operand(slots)
        if value is True:
            return False
        if value is False:
            return True
        raise OperationError("Not")

    return negation


def _and(left: Closure, right: Closure) -> Closure:
    def both(slots: Slots) -> Any:
        value = left(slots)
        if value is True:
            return right(slots)
        if value is False:
            return False
        raise OperationError("JumpIfFalse")

    return both


def _or(left: Closure, right: Closure) -> Closure:
    def either(slots: Slots) -> Any:
        value = left(slots)
        if value is False:
            return right(slots)
        if value is True:
            return True
        raise OperationError("JumpIfTrue")

    return either


def _fallback(left: Closure, right: Closure) -> Closure:
    def fallback(slots: Slots) -> Any:
        value = left(slots)
        return right(slots) if value is None else value

    return fallback


def _conditional(test: Closure, yes: Closure, no: Closure) -> Closure:
    def conditional(slots: Slots) -> Any:
        value = test(slots)
        if value is True:
            return yes(slots)
        if value is False:
            return no(slots)
        raise OperationError("JumpIfFalse")

    return conditional


def _equal(left: Closure, right: Closure) -> Closure:
    def equal(slots: Slots) -> Any:
        a, b = left(slots), right(slots)
        return type(a) is type(b) and a == b  # to Python, though not to zen, True equals 1

    return equal


_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SUMS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+": ("Add", operator.add),
    "-": ("Subtract", operator.sub),
    "*": ("Multiply", operator.mul),
}


def _order(sign: str, left: Closure, right: Closure) -> Closure:
    compare = _ORDERS[sign]

    def order(slots: Slots) -> Any:
        a, b = left(slots), right(slots)
        if type(a) is int and type(b) is int:
            return compare(a, b)
        raise OperationError("Compare")

    return order


def _against(sign: str, left: Closure, constant: Any) -> Closure | None:
    """A comparison with a literal, the commonest condition of all: the same, one call shorter."""
    if sign in _ORDERS and type(constant) is int:
        compare = _ORDERS[sign]

        def order(slots: Slots) -> Any:
            value = left(slots)
            if type(value) is int:
                return compare(value, constant)
            raise OperationError("Compare")

        return order
    if sign in ("==", "!="):
        kind = type(cast(object, constant))
        wanted = sign == "=="

        def equal(slots: Slots) -> Any:
            value = left(slots)
            return (type(value) is kind and value == constant) is wanted

        return equal
    return None


def _arithmetic(sign: str, left: Closure, right: Closure) -> Closure:
    name, compute = _SUMS[sign]
    joins = sign == "+"

    def arithmetic(slots: Slots) -> Any:
        a, b = left(slots), right(slots)
        if type(a) is int and type(b) is int:
            value = compute(a, b)
            if -DECIMAL_MAX <= value <= DECIMAL_MAX:
                return value
        elif joins and type(a) is str and type(b) is str:
            return a + b
        raise OperationError(name)

    return arithmetic


def _membership(left: Closure, right: Node, slots: dict[tuple[str, ...], int]) -> Closure:
    if isinstance(right, Interval):
        return _within(left, right, slots)
    if not isinstance(right, Array):
        raise UncoveredError
    if all(isinstance(item, Literal) for item in right.items):
        known = frozenset((type(item.value), item.value) for item in right.items if isinstance(item, Literal))

        def listed(slots: Slots) -> Any:
            value = left(slots)
            return (type(value), value) in known

        return listed
    items = tuple(build(item, slots) for item in right.items)

    def among(slots: Slots) -> Any:
        value: object = left(slots)
        kind = type(value)
        others = [item(slots) for item in items]  # all of them, for one that fails fails the whole
        return any(type(other) is kind and other == value for other in others)

    return among


def _within(left: Closure, interval: Interval, slots: dict[tuple[str, ...], int]) -> Closure:
    above = operator.le if interval.low_in else operator.lt
    below = operator.le if interval.high_in else operator.lt
    match interval.low, interval.high:
        case Literal(value=int(first)), Literal(value=int(last)) if type(first) is int and type(last) is int:

            def between(slots: Slots) -> Any:
                value = left(slots)
                if type(value) is int:
                    return above(first, value) and below(value, last)
                raise OperationError("In")

            return between
        case _:
            low, high = build(interval.low, slots), build(interval.high, slots)

    def within(slots: Slots) -> Any:
        value, least, most = left(slots), low(slots), high(slots)
        if type(least) is not int or type(most) is not int:
            raise OperationError("Interval")
        if type(value) is not int:
            raise OperationError("In")
        return above(least, value) and below(value, most)

    return within
