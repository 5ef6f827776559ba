"""YAML read with line numbers: every fault of a text at once, each with its line. Hostile text costs bounded time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from liushui.kernel.errors import Fault, Refused
from liushui.kernel.money import Money
from liushui.kernel.text import is_storable

Value = TypeVar("Value")
SIZE_MAX = 100_000
DEPTH_MAX = 8


def documents(file: str, text: str, faults: list[Fault]) -> list[Node]:
    """The documents of a text. What cannot be read as YAML is one fault; anchors, aliases and deep nesting are refused
    before anything is built of them."""
    if len(text) > SIZE_MAX:
        faults.append(Fault("yaml_too_large", {"file": file, "most": SIZE_MAX}))
        return []
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - the stubs leave the event open
            place: Any = event
            depth += isinstance(place, yaml.CollectionStartEvent) - isinstance(place, yaml.CollectionEndEvent)
            if depth > DEPTH_MAX or getattr(place, "anchor", None):
                faults.append(_fault("yaml_construct_unfit", file, place.start_mark.line))
                return []
        return list(yaml.compose_all(text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - likewise
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None)
        faults.append(_fault("yaml_malformed", file, mark.line if mark else 0))
        return []


def _fault(code: str, file: str, line: int, **params: str) -> Fault:
    return Fault(code, {"file": file, "line": line + 1, **params})


class Fields:
    """The fields of one mapping. Each is taken once; what is left over at the end is unknown."""

    def __init__(self, file: str, node: Node, faults: list[Fault], path: str = "") -> None:
        self.file, self.node, self.faults, self.path = file, node, faults, path
        self._entries: dict[str, tuple[Node, Node]] = {}
        self._keys: dict[str, Node] = {}
        if not isinstance(node, MappingNode):
            faults.append(_fault("yaml_mapping_wanted", file, line_of(node), field=path.rstrip(".") or "-"))
            return
        pairs: Sequence[tuple[Node, Node]] = node.value
        for key, value in pairs:
            name = str(key.value)[:60] if isinstance(key, ScalarNode) else "-"
            if name in self._entries:
                self.blame("yaml_field_twice", key, name)
            self._entries[name] = (key, value)
            self._keys.setdefault(name, key)

    def blame(self, code: str, at: Node | None = None, field: str = "", **params: str) -> None:
        """Note a fault on the line of a node, of the field, or of the whole mapping."""
        more = {"field": self.path + field} if field else {}
        self.faults.append(
            _fault(code, self.file, line_of(at or self._keys.get(field, self.node)), **more, **params)
        )

    def take(
        self, name: str, read: Callable[[str], Value], wanted: str, *, default: Value | None = None
    ) -> Value | None:
        """A scalar, read by a function that raises ``ValueError`` or ``Refused`` for what does not fit. A field without
        default must be there. None: it is at fault (or None is the default)."""
        found = self._pop(name, required=default is None)
        if found is None:
            return default
        return self.scalar(found, name, read, wanted)

    def optional(self, name: str, read: Callable[[str], Value], wanted: str) -> Value | None:
        found = self._pop(name, required=False)
        return None if found is None else self.scalar(found, name, read, wanted)

    def scalar(self, node: Node, name: str, read: Callable[[str], Value], wanted: str) -> Value | None:
        if isinstance(node, ScalarNode):
            try:
                return read(str(node.value))
            except (ValueError, ArithmeticError, Refused):
                pass
        self.blame("yaml_field_malformed", node, name, wanted=wanted)
        return None

    def many(
        self, name: str, read: Callable[[str], Value], wanted: str, *, required: bool = True
    ) -> tuple[Value, ...]:
        """A list of scalars, none of them twice."""
        found: list[Value] = []
        for node in self._items(name, required):
            value = self.scalar(node, name, read, wanted)
            if value is not None and value in found:
                self.blame("yaml_field_twice", node, name)
            elif value is not None:
                found.append(value)
        return tuple(found)

    def mapping(self, name: str, *, required: bool = True) -> Fields | None:
        """A mapping inside this one."""
        found = self._pop(name, required=required)
        return None if found is None else Fields(self.file, found, self.faults, f"{self.path}{name}.")

    def mappings(self, name: str, *, required: bool = True) -> Iterator[Fields]:
        """A list of mappings."""
        for index, node in enumerate(self._items(name, required)):
            yield Fields(self.file, node, self.faults, f"{self.path}{name}.{index}.")

    def end(self) -> None:
        """Blame what nobody has asked for."""
        for name, (key, _) in self._entries.items():
            self.blame("yaml_field_unknown", key, name)

    def _items(self, name: str, required: bool) -> Sequence[Node]:
        found = self._pop(name, required=required)
        if found is None:
            return ()
        if isinstance(found, SequenceNode) and found.value:
            return found.value
        self.blame("yaml_field_malformed", found, name, wanted="list")
        return ()

    def _pop(self, name: str, *, required: bool) -> Node | None:
        entry = self._entries.pop(name, None)
        if entry is None and required:
            self.blame("yaml_field_missing", None, name)
        return None if entry is None else entry[1]


def line_of(node: Node) -> int:
    """The line of a node, counted from zero."""
    return node.start_mark.line


def source_of(text: str, node: Node) -> str:
    """The part of a text that a document's node was read from."""
    start = node.start_mark.index
    indent = text[start - node.start_mark.column : start]
    return (indent if not indent.strip() else "") + text[start : node.end_mark.index].rstrip() + "\n"


def text(value: str) -> str:
    """Something to read, up to 200 characters."""
    if not value.strip() or len(value) > 200 or not is_storable(value):
        raise ValueError
    return value


def whole(value: str) -> int:
    """A whole number from 0."""
    if not (value.isascii() and value.isdecimal()) or len(value) > 9:
        raise ValueError
    return int(value)


def positive(value: str) -> int:
    """A whole number from 1."""
    number = whole(value)
    if number == 0:
        raise ValueError
    return number


def yes_or_no(value: str) -> bool:
    return {"true": True, "false": False}[value] if value in ("true", "false") else _fail()


def _fail() -> bool:
    raise ValueError


def percent(value: str) -> Decimal:
    """A plain decimal number between -100 and 100, with up to six decimals."""
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    digits = value.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()) or abs(number) > 100:
        raise ValueError
    if not isinstance(exponent, int) or exponent < -6:
        raise ValueError
    return number


def share(value: str) -> Decimal:
    """A percentage from zero."""
    if value.startswith("-"):
        raise ValueError
    return percent(value)


def day(value: str) -> date:
    found = date.fromisoformat(value)
    if found.isoformat() != value:
        raise ValueError
    return found


def amount_in(currency: str) -> Callable[[str], int]:
    """Reads a decimal string of a currency as minor units, from zero."""

    def read(value: str) -> int:
        minor = Money.parse(value, currency).minor
        if minor < 0:
            raise ValueError
        return minor

    return read
