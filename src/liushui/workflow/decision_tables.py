"""Decision tables as data: read from the JSON that zen-engine's visual editor writes, and proven readable.

One table a file: an input node, a decision table node, an output node, and the two edges between them. Code
nodes, nested decisions and loops are refused: a policy is a table that a person can read. Beside zen's fields
the file has ``"liushui": {"source", "sourceZh", "validFrom", "zh", "en"}``: where the rule comes from (``sourceZh``: to a Chinese
reader, where more than a document is named) and what it is called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from liushui.kernel.errors import Fault, Param, Refused
from liushui.workflow import expressions
from liushui.workflow.expressions import Expression

SIZE_MAX = 1_000_000
"""Bytes of a file."""
ROWS_MAX = 500
COLUMNS_MAX = 40
"""Inputs and outputs together."""

_TOP = {"nodes", "edges", "contentType", "liushui"}
_NODE = {"id", "type", "name", "position", "content", "description"}
_CONTENT = {"hitPolicy", "inputs", "outputs", "rules"} | {
    "passThrough",
    "passThorough",  # the editor's older spelling
    "inputField",
    "outputPath",
    "executionMode",
}
_COLUMN = {"id", "name", "type", "field", "defaultValue", "description"}
_ABOUT = {"source", "sourceZh", "validFrom", "zh", "en"}


@dataclass(frozen=True, slots=True)
class About:
    """Where a policy comes from, from when it holds, and its names. Empty where the file does not say."""

    source: str = ""
    valid_from: date | None = None
    zh: str = ""
    en: str = ""
    source_zh: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """An input column. field: the expression whose value the cells judge."""

    id: str
    name: str
    field: Expression


@dataclass(frozen=True, slots=True)
class Row:
    """A rule. cells: a condition for each input column, None where anything goes; outcomes: one for each output."""

    id: str
    cells: tuple[Expression | None, ...]
    outcomes: tuple[Expression, ...]

    @property
    def is_default(self) -> bool:
        return all(cell is None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. outputs: where in the result each outcome goes; path: where the result itself goes."""

    name: str
    collects: bool
    columns: tuple[Column, ...]
    outputs: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    path: tuple[str, ...]
    about: About


def read(name: str, content: bytes | Mapping[str, Any]) -> Table:
    """Read and validate a file. Refuses with all faults at once: ``decision_malformed``, ``decision_graph_unfit``,
    ``decision_field_unknown``, ``decision_field_missing``, ``decision_setting_unfit``, ``decision_column_twice``,
    ``decision_row_twice``, ``decision_too_large``, ``decision_cell_malformed``, ``decision_output_missing``."""
    reader = _Reader(name)
    table = reader.table(reader.document(content))
    if table is None or reader.faults:
        raise Refused(*(reader.faults or [Fault("decision_malformed", {"decision": name})]))
    return table


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []

    def fault(self, code: str, **params: Param) -> None:
        self.faults.append(Fault(code, {"decision": self.name, **params}))

    def document(self, content: object) -> Mapping[str, Any]:
        """content: the file, or what was in it as somebody has sent it."""
        if isinstance(content, dict):
            return cast(dict[str, Any], content)
        if not isinstance(content, bytes):
            raise Refused(Fault("decision_malformed", {"decision": self.name}))
        if len(content) > SIZE_MAX:
            raise Refused(Fault("decision_too_large", {"decision": self.name, "most": SIZE_MAX}))
        try:
            document: object = json.loads(content)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise Refused(Fault("decision_malformed", {"decision": self.name}))
        return cast(dict[str, Any], document)

    def table(self, document: Mapping[str, Any]) -> Table | None:
        self.unknown("file", document, _TOP)
        content = self.graph(self.rows_of(document, "nodes"), self.rows_of(document, "edges"))
        if content is None:
            return None
        self.unknown("table", content, _CONTENT)
        self.settings(content)
        inputs = self.columns(content, "inputs")
        outputs = self.columns(content, "outputs")
        columns = tuple(Column(c["id"], c["name"], f) for c in inputs if (f := self.field(c)) is not None)
        paths = tuple(self.output_path(c) for c in outputs)
        self.twice([c["id"] for c in (*inputs, *outputs)], paths)
        rules = self.rows_of(content, "rules")
        if not rules:
            self.fault("decision_field_missing", where="table", field="rules")
        if len(rules) > ROWS_MAX or len(inputs) + len(outputs) > COLUMNS_MAX:
            self.fault("decision_too_large", most=ROWS_MAX)
            return None
        rows = tuple(self.row(at, rule, inputs, outputs) for at, rule in enumerate(rules))
        seen: set[str] = set()
        for row in rows:
            if row.id in seen:
                self.fault("decision_row_twice", row=row.id)
            seen.add(row.id)
        path = _dotted(content.get("outputPath") or "")
        about = self.about(document.get("liushui"))
        return Table(self.name, content.get("hitPolicy") == "collect", columns, paths, rows, path, about)

    def rows_of(self, owner: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """A list of objects; anything else is a fault."""
        value: object = owner.get(key)
        if not isinstance(value, list):
            self.fault("decision_field_missing", where="file", field=key)
            return []
        items = [cast(object, item) for item in cast(list[Any], value)]
        kept = [cast(dict[str, Any], item) for item in items if isinstance(item, dict)]
        if len(kept) < len(items):
            self.fault("decision_setting_unfit", setting=key)
        return kept

    def graph(
        self, nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any] | None:
        """The content of the one table between the one input and the one output."""
        for node in nodes:
            self.unknown(f"node {node.get('id')}", node, _NODE)
        kinds = {node.get("type"): node for node in nodes}
        line = [kinds.get(kind, {}).get("id") for kind in ("inputNode", "decisionTableNode", "outputNode")]
        wires = [(edge.get("sourceId"), edge.get("targetId")) for edge in edges]
        wanted = [(line[0], line[1]), (line[1], line[2])]
        if None in line or len(nodes) != 3 or len(wires) != 2 or any(wire not in wires for wire in wanted):
            self.fault("decision_graph_unfit")
        content: object = kinds.get("decisionTableNode", {}).get("content")
        if not isinstance(content, dict):
            self.fault("decision_field_missing", where="table", field="content")
            return None
        return cast(dict[str, Any], content)

    def unknown(self, where: str, owner: Mapping[str, Any], known: set[str]) -> None:
        for field in sorted(str(key) for key in owner.keys() - known):
            self.fault("decision_field_unknown", where=where, field=field[:80])

    def settings(self, content: Mapping[str, Any]) -> None:
        if content.get("hitPolicy") not in ("first", "collect"):
            self.fault("decision_setting_unfit", setting="hitPolicy")
        if content.get("inputField"):
            self.fault("decision_setting_unfit", setting="inputField")
        if content.get("executionMode") not in (None, "", "single"):
            self.fault("decision_setting_unfit", setting="executionMode")
        path: object = content.get("outputPath")
        if path and (not isinstance(path, str) or not _dotted(path)):
            self.fault("decision_setting_unfit", setting="outputPath")
        if content.get("hitPolicy") == "collect" and not path:
            self.fault("decision_setting_unfit", setting="outputPath")  # a list needs a name to be a result

    def columns(self, content: Mapping[str, Any], key: str) -> list[dict[str, str]]:
        """The id, name and field of each column of one side."""
        columns: list[dict[str, str]] = []
        for raw in self.rows_of(content, key):
            self.unknown(key, raw, _COLUMN)
            column = {word: str(raw.get(word) or "").strip() for word in ("id", "name", "field")}
            for word in ("id", "field"):
                if not column[word]:
                    self.fault("decision_field_missing", where=f"{key} {column['name']}", field=word)
            if raw.get("defaultValue"):  # zen ignores it, which nobody would expect
                self.fault("decision_setting_unfit", setting="defaultValue")
            columns.append(column)
        if key == "outputs" and not columns:
            self.fault("decision_field_missing", where="table", field=key)
        return columns

    def field(self, column: Mapping[str, str]) -> Expression | None:
        if not column["field"]:
            return None
        try:
            return expressions.compile(column["field"])
        except Refused as refused:
            self.cell_fault("", column, refused)
            return None

    def output_path(self, column: Mapping[str, str]) -> tuple[str, ...]:
        path = _dotted(column["field"])
        if column["field"] and not path:
            self.fault("decision_cell_malformed", row="", column=column["field"][:80], reason="not a name")
        return path

    def twice(self, ids: Sequence[str], paths: Sequence[tuple[str, ...]]) -> None:
        """No id stands twice, and no outcome is put where another is, or into it."""
        for at, id in enumerate(ids):
            if id in ids[:at]:
                self.fault("decision_column_twice", column=id)
        for at, path in enumerate(paths):
            others = [*paths[:at], *paths[at + 1 :]]
            if path and any(other[: len(path)] == path for other in others):
                self.fault("decision_column_twice", column=".".join(path))

    def row(
        self,
        at: int,
        rule: Mapping[str, Any],
        inputs: Sequence[Mapping[str, str]],
        outputs: Sequence[Mapping[str, str]],
    ) -> Row:
        id = str(rule.get("_id") or "")
        if not id:
            self.fault("decision_field_missing", where=f"row {at + 1}", field="_id")
            id = f"row {at + 1}"
        self.unknown(f"row {id}", rule, {"_id", "_description", *(c["id"] for c in (*inputs, *outputs))})
        cells: list[Expression | None] = []
        for column in inputs:
            text = self.text(id, column, rule)
            cells.append(self.compiled(id, column, text, cell=True) if text else None)
        outcomes: list[Expression] = []
        for column in outputs:
            text = self.text(id, column, rule)
            outcome = self.compiled(id, column, text, cell=False) if text else None
            if not text:
                self.fault("decision_output_missing", row=id, column=column["name"])
            if outcome is not None:
                outcomes.append(outcome)
        return Row(id, tuple(cells), tuple(outcomes))

    def text(self, row: str, column: Mapping[str, str], rule: Mapping[str, Any]) -> str:
        value: object = rule.get(column["id"], "")
        if isinstance(value, str):
            return value.strip()
        self.fault("decision_cell_malformed", row=row, column=column["name"], reason="not a string")
        return "null"  # whatever compiles: the table is refused already

    def compiled(self, row: str, column: Mapping[str, str], text: str, *, cell: bool) -> Expression | None:
        try:
            return expressions.compile_cell(text) if cell else expressions.compile(text)
        except Refused as refused:
            self.cell_fault(row, column, refused)
            return None

    def cell_fault(self, row: str, column: Mapping[str, str], refused: Refused) -> None:
        reason = refused.faults[0].params["reason"]
        self.fault("decision_cell_malformed", row=row, column=column["name"], reason=reason)

    def about(self, raw: object) -> About:
        if raw is None:
            return About()
        if not isinstance(raw, dict):
            self.fault("decision_setting_unfit", setting="liushui")
            return About()
        facts = cast(dict[str, Any], raw)
        self.unknown("liushui", facts, _ABOUT)
        day: date | None = None
        try:
            if facts.get("validFrom"):
                day = date.fromisoformat(str(facts["validFrom"]))
        except ValueError:
            self.fault("decision_setting_unfit", setting="validFrom")
        source, source_zh, zh, en = (str(facts.get(name, "")) for name in ("source", "sourceZh", "zh", "en"))
        return About(source, day, zh, en, source_zh)


def _dotted(text: str) -> tuple[str, ...]:
    """The parts of ``a.b``; none where it is no such path."""
    parts = tuple(text.strip().split("."))
    return parts if all(part.isidentifier() and part.isascii() for part in parts) else ()
