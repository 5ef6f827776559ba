"""The syntax tree of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A whole number, string, truth value or null."""

    value: int | str | bool | None


@dataclass(frozen=True, slots=True)
class Fraction:
    """A number with decimals, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable and the members read from it: ``customer.risk`` is ("customer", "risk")."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """``#``: the element at hand inside map, filter and their like."""


@dataclass(frozen=True, slots=True)
class Unary:
    """operator: "-" or "not"."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """operator: one of _PRECEDENCE."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? yes : no``."""

    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Array:
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """``[low..high)``; round brackets leave the bound out."""

    low: Node
    high: Node
    low_in: bool
    high_in: bool


@dataclass(frozen=True, slots=True)
class Record:
    """``{key: value}``."""

    items: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of FUNCTIONS or CLOSURES."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``of[key]``, or ``of.key`` where ``of`` is not a plain path."""

    of: Node
    key: Node


Node = (
    Literal
    | Fraction
    | Name
    | Pointer
    | Unary
    | Binary
    | Conditional
    | Array
    | Interval
    | Record
    | Call
    | Index
)


def walk(root: Node) -> Iterator[Node]:
    """Every node of a tree, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node))


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Literal() | Fraction() | Name() | Pointer():
            return ()
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Conditional():
            return (node.test, node.yes, node.no)
        case Array():
            return node.items
        case Interval():
            return (node.low, node.high)
        case Record():
            return tuple(value for _, value in node.items)
        case Call():
            return node.arguments
        case Index():
            return (node.of, node.key)


def _last_of_chain(node: Node) -> Node:
    """What ``a ?? b`` falls back on: as absent as ``a`` where another ``??`` follows."""
    while isinstance(node, Binary) and node.operator == "??":
        node = node.right
    return node


def paths(root: Node) -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """(required, optional) paths of a tree. A path is optional where it only ever stands left of ``??``."""
    guarded: set[int] = set()
    required: set[tuple[str, ...]] = set()
    optional: set[tuple[str, ...]] = set()
    for node in walk(root):  # parents come before children
        if isinstance(node, Binary) and node.operator == "??":
            guarded.add(id(_last_of_chain(node.left)))
        elif isinstance(node, Name):
            (optional if id(node) in guarded else required).add(node.path)
    return frozenset(required), frozenset(optional - required)
