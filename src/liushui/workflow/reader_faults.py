"""What the readers share: the faults found so far, and the look-ups of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from liushui.kernel.errors import Fault, Param, Refused
from liushui.workflow.definition import BPMN, EXTENSION, Assign
from liushui.workflow.working_time import parse_duration
from liushui.workflow.xml_tree import Node

EXPRESSION_MAX = 2_000


@dataclass(slots=True)
class Reading:
    """A file being read. named: what events refer to (messages, signals, errors, escalations, shared event
    definitions), by id."""

    named: Mapping[str, Node]
    faults: list[Fault] = field(default_factory=list[Fault])

    def fault(self, code: str, node: Node, **params: Param) -> None:
        element = node.get("id") or node.tag
        facts: dict[str, Param] = {"element": element, "name": (node.get("name") or "").strip(), **params}
        self.faults.append(Fault(code, facts, element))

    def unsupported(self, node: Node, what: str) -> None:
        self.fault("bpmn_unsupported", node, what=what)

    def missing(self, node: Node, what: str) -> None:
        self.fault("bpmn_missing", node, what=what)

    def malformed(self, node: Node, what: str, value: str) -> None:
        self.fault("bpmn_value_malformed", node, what=what, value=value[:80])

    def misplaced(self, node: Node, reason: str) -> None:
        self.fault("bpmn_misplaced", node, reason=reason)

    def expression(self, node: Node, text: str | None) -> str | None:
        """An expression that stands in a node; empty means absent."""
        text = (text or "").strip()
        if len(text) > EXPRESSION_MAX:
            self.fault("bpmn_expression_too_long", node, most=EXPRESSION_MAX)
            return None
        return text or None

    def child_expression(self, node: Node, holder: Node, tag: str) -> str | None:
        found = holder.first(BPMN, tag)
        return None if found is None else self.expression(node, found.text)

    def own_expression(self, node: Node, name: str, holder: Node | None = None) -> str | None:
        return self.expression(node, own(holder or node, name))

    def duration(self, node: Node, name: str) -> str | None:
        text = own(node, name)
        if text is not None and not is_duration(text):
            self.malformed(node, name, text)
        return text

    def whole(self, node: Node, name: str, otherwise: int) -> int:
        text = own(node, name)
        if text is None:
            return otherwise
        if not re.fullmatch(r"[0-9]{1,15}", text):
            self.malformed(node, name, text)
            return otherwise
        return int(text)

    def assigns(self, node: Node, tag: str) -> tuple[Assign, ...]:
        found: list[Assign] = []
        extensions = node.first(BPMN, "extensionElements")
        for child in () if extensions is None else extensions.own(EXTENSION, tag):
            name, value = child.get("name"), self.expression(node, child.get("value"))
            if not name or value is None:
                self.missing(node, f"{tag}: name and value")
            else:
                found.append(Assign(name, value))
        return tuple(found)


def is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except Refused:
        return False
    return True


def own(node: Node, name: str) -> str | None:
    """An attribute of our namespace, None where it is absent or empty."""
    return (node.get(f"{{{EXTENSION}}}{name}") or "").strip() or None


def words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").split())


def local(name: str | None) -> str | None:
    """A reference without the prefix of its namespace."""
    return None if not name else name.rpartition(":")[2].strip() or None


def flag(node: Node, name: str, otherwise: bool) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}.get(node.get(name) or "", otherwise)
