"""What an expression reads of the variables: found, checked, and bounded before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from liushui.workflow import expression_syntax as syntax
from liushui.workflow import expression_tree as tree

INTEGER_MAX = 2**63 - 1
NODES_MAX = 10_000
"""Values that one evaluation by zen-engine reads, counted through lists and objects."""
CHARACTERS_MAX = 200_000
"""Characters in their strings and keys."""
WORK_MAX = 3_000_000
"""Where a text loops: passes through the loops, times values and characters that each pass may touch."""
NESTING_MAX = 32
"""Lists and objects inside one another."""
TOO_LARGE = "a number beyond 64 bits"

_ABSENT = object()


class UnreadableError(Exception):
    """A variable is missing or no value of the language. reason: names, never values."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader:
    """The paths that some expressions read, and the slot of each."""

    __slots__ = ("_longest", "_loops", "_optional", "_required", "_splits", "names", "slots")

    def __init__(self, *roots: tree.Node) -> None:
        required: set[tuple[str, ...]] = set()
        optional: set[tuple[str, ...]] = set()
        for root in roots:
            must, may = tree.paths(root)
            required |= must
            optional |= may
        optional -= required
        ordered = (*sorted(required), *sorted(optional))
        self.slots = {path: at for at, path in enumerate(ordered)}
        self.names = frozenset(path[0] for path in ordered)
        self._required = tuple((path[0], path[1:]) for path in sorted(required))
        self._optional = tuple((path[0], path[1:]) for path in sorted(optional))
        self._loops = max((_loops(root) for root in roots), default=0)
        self._longest = max(
            (len(n.items) for r in roots for n in tree.walk(r) if isinstance(n, tree.Array)), default=0
        )
        self._splits = any(
            isinstance(n, tree.Call) and n.function == "split" for r in roots for n in tree.walk(r)
        )

    def read(self, variables: Mapping[str, Any]) -> tuple[list[Any], bool]:
        """The slots, and whether closures may have them: not where some value is a list, an object or a foreign
        one. Raises ``UnreadableError`` where a required path does not exist."""
        values: list[Any] = []
        simple = True
        for name, members in self._required:
            try:
                value = variables[name]
            except KeyError:
                raise UnreadableError(f"unknown variable {name}") from None
            if members:
                value = _member(name, value, members)
            kind = type(cast(object, value))
            if kind is int:
                if not -INTEGER_MAX <= value <= INTEGER_MAX:
                    raise UnreadableError(TOO_LARGE)
            elif kind is not str and kind is not bool and value is not None:
                simple = False
            values.append(value)
        for name, members in self._optional:
            value = _member_or_none(variables.get(name), members)
            if type(value) is int and not -INTEGER_MAX <= value <= INTEGER_MAX:
                raise UnreadableError(TOO_LARGE)
            simple = simple and (value is None or type(value) in (int, str, bool))
            values.append(value)
        return values, simple

    def context(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The variables for zen-engine, which copies all that it is given: only what is read. Raises
        ``UnreadableError`` for floats and other foreign values, and for more than the bounds."""
        context = {name: variables[name] for name in self.names if name in variables}
        nodes, characters, longest = 0, 0, self._longest
        level: list[Any] = [context]
        for _ in range(NESTING_MAX + 2):
            below: list[Any] = []
            for value in level:
                before = len(below)
                characters += _checked(value, below)
                longest = max(longest, len(below) - before)
            nodes += len(level)
            if nodes > NODES_MAX or characters > CHARACTERS_MAX:
                raise UnreadableError("the variables are too large")
            if not below:
                longest = max(longest, characters) if self._splits else longest
                if self._loops and longest**self._loops * (nodes + characters) > WORK_MAX:
                    raise UnreadableError("the variables are too large for a loop")
                return context
            level = below
        raise UnreadableError("the variables are nested too deep")


def _checked(value: Any, below: list[Any]) -> int:
    """Characters of a value of the language; what lies inside it is put into ``below``."""
    kind = type(cast(object, value))
    if kind is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise UnreadableError(TOO_LARGE)
        return 0
    if kind is str:
        return len(value)
    if kind is bool or value is None:
        return 0
    if kind is list:
        below.extend(value)
        return 0
    if kind is dict:
        items = cast(dict[Any, Any], value)
        below.extend(items.values())
        return sum(len(key) if type(key) is str else _not_a_key() for key in items)
    raise UnreadableError(f"a value of the type {type(value).__name__}")


def _not_a_key() -> int:
    raise UnreadableError("a key that is no string")


def _member(name: str, value: Any, members: tuple[str, ...]) -> Any:
    for member in members:
        if value is None:
            return None
        name = f"{name}.{member}"
        if type(value) is not dict:
            raise UnreadableError(f"no object to read {name} from")
        value = cast(dict[str, Any], value).get(member, _ABSENT)
        if value is _ABSENT:
            raise UnreadableError(f"unknown variable {name}")
    return value


def _member_or_none(value: Any, members: tuple[str, ...]) -> Any:
    for member in members:
        if type(value) is not dict:
            return None
        value = cast(dict[str, Any], value).get(member)
    return value


def _loops(root: tree.Node) -> int:
    """How deep loops stand in one another: 0 where there are none."""
    deepest, stack = 0, [(root, 0)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(node, tree.Call) and node.function in syntax.CLOSURES:
            over, body = node.arguments
            stack += [(over, depth), (body, depth + 1)]
            deepest = max(deepest, depth + 1)
        else:
            stack += [(child, depth) for child in tree.children(node)]
    return deepest
