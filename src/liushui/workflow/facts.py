"""What a version of a process says, as plain facts: each part with its attributes as text. Tables beside a diagram
and comparisons of versions read the same facts. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, cast

from liushui.workflow.catalogue import Deployed
from liushui.workflow.decision_tables import Row, Table
from liushui.workflow.definition import Assign, Element, Flow, Trigger
from liushui.workflow.forms import Form

ANYTHING = "*"
"""A cell of a decision table that any value fits."""


class Part(StrEnum):
    """What a fact is about."""

    PROCESS = "process"
    ELEMENT = "element"
    FLOW = "flow"
    FORM = "form"
    FIELD = "field"
    DECISION = "decision"
    RULE = "rule"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Key:
    """id: of the element, flow, form or decision, or a text's language. inner: a form's field, a table's rule, a text's
    heading."""

    part: Part
    id: str
    inner: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """name: as people call it. attributes: what is stated, without what is empty. order: the inner parts, where their
    order means something (fields of a form, rules of a table)."""

    name: str
    attributes: Mapping[str, str]
    order: tuple[str, ...] = field(default=())


_ANCHOR = re.compile(r"\s*\{#[\w-]+\}$")
_DERIVED = frozenset({"id", "incoming", "outgoing", "boundaries"})
"""Of an element: said by flows and by other elements already."""


def facts_of(deployed: Deployed) -> dict[Key, Facts]:
    """All facts of a version, in the order of its file; what it calls is named and not unfolded."""
    definition, own = deployed.definition, deployed.own
    head = {
        "name": definition.name, "start_roles": " ".join(definition.start_roles),
        "channels": " ".join(definition.channels), "case_name": definition.case_name,
    }  # fmt: skip
    found = {Key(Part.PROCESS, definition.key): Facts(definition.name, _stated(head))}
    for element in definition.elements.values():
        said = element_attributes(element, deployed.calls.get(element.id))
        found[Key(Part.ELEMENT, element.id)] = Facts(element.name or element.id, said)
    for flow in definition.flows.values():
        found[Key(Part.FLOW, flow.id)] = Facts(flow.name or _way(flow), _of(flow, frozenset({"id"})))
    for form in own.forms.values():
        found |= dict(_form(form))
    for decision in own.decisions.values():
        found |= dict(_decision(decision.table))
    for language, text in deployed.texts.items():
        for heading, passage in _passages(text):
            found[Key(Part.TEXT, language, heading)] = Facts(heading, _stated({"text": passage}))
    return found


def element_attributes(element: Element, calls: str | None = None) -> dict[str, str]:
    """calls: the process and version bound to a call activity."""
    said = _of(element, _DERIVED)
    return said if calls is None else said | {"calls": calls}


def _of(thing: Any, without: frozenset[str], prefix: str = "") -> dict[str, str]:
    """The attributes of one of the model's dataclasses that are not what they are by default. Those of a person's work stand beside the element's own; those
    of events and loops keep their prefix."""
    said: dict[str, str] = {}
    for one in fields(thing):
        value: object = getattr(thing, one.name)
        if one.name in without:
            continue
        if one.name in ("event", "loop", "work"):
            if value is not None:
                said |= _of(value, frozenset(), "" if one.name == "work" else f"{one.name}.")
        elif value != one.default and value is not Trigger.NONE:
            said |= _stated({prefix + one.name: value})
    return said


def _stated(attributes: Mapping[str, object]) -> dict[str, str]:
    """Without what says nothing."""
    return {name: text for name, value in attributes.items() if (text := _text(value))}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        return ", ".join(f"{i.name} = {i.value}" if isinstance(i, Assign) else str(i) for i in items)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _way(flow: Flow) -> str:
    return f"{flow.source} → {flow.target}"


def _form(form: Form) -> Iterator[tuple[Key, Facts]]:
    order = tuple(one.name for one in form.fields)
    yield (
        Key(Part.FORM, form.name),
        Facts(f"{form.zh} {form.en}", _stated({"zh": form.zh, "en": form.en}), order),
    )
    for one in form.fields:
        yield Key(Part.FIELD, form.name, one.name), Facts(f"{one.zh} {one.en}", _of(one, frozenset({"name"})))


def _decision(table: Table) -> Iterator[tuple[Key, Facts]]:
    about = table.about
    said = {
        "zh": about.zh, "en": about.en, "source": about.source, "source_zh": about.source_zh,
        "valid_from": about.valid_from,
        "hit": "collect" if table.collects else "first",
        "inputs": tuple(column.field.text for column in table.columns), "outputs": outputs_of(table),
    }  # fmt: skip
    name = f"{about.zh} {about.en}".strip() or table.name
    yield Key(Part.DECISION, table.name), Facts(name, _stated(said), tuple(row.id for row in table.rows))
    for row in table.rows:
        yield Key(Part.RULE, table.name, row.id), Facts(row.id, rule_attributes(table, row))


def outputs_of(table: Table) -> tuple[str, ...]:
    """The names of a table's results."""
    return tuple(".".join((*table.path, *output)) for output in table.outputs)


def rule_attributes(table: Table, row: Row) -> dict[str, str]:
    """A rule: its conditions as ``when.…``, its outcomes as ``then.…``."""
    when = {
        f"when.{column.field.text}": ANYTHING if cell is None else cell.text
        for column, cell in zip(table.columns, row.cells, strict=True)
    }
    outcomes = zip(outputs_of(table), row.outcomes, strict=True)
    return when | {f"then.{output}": outcome.text for output, outcome in outcomes}


def _passages(text: str) -> Iterator[tuple[str, str]]:
    """Heading and passage, in order. A heading that comes again is numbered."""
    heading, lines, seen = "", list[str](), dict[str, int]()
    for line in [*text.splitlines(), "# "]:
        if not line.startswith("#"):
            lines.append(line)
            continue
        passage = "\n".join(lines).strip()
        if heading or passage:
            seen[heading] = seen.get(heading, 0) + 1
            yield heading if seen[heading] == 1 else f"{heading} ({seen[heading]})", passage
        heading, lines = _ANCHOR.sub("", line.lstrip("#").strip()), []
