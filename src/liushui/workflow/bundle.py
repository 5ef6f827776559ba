"""A procedure's folder as one immutable whole: diagram, decisions, forms, texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import Any

from liushui.kernel.errors import Fault, Refused, raise_if_any
from liushui.workflow.decisions import Decision, load
from liushui.workflow.definition import Definition
from liushui.workflow.forms import Form, parse_form, with_words
from liushui.workflow.reader import read

LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts as they are stored. bpmn: the file as given; decisions, forms: name to JSON; texts: language to
    Markdown (the standard operating procedure)."""

    bpmn: bytes
    decisions: Mapping[str, Any]
    forms: Mapping[str, Any]
    texts: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """SHA-256 over all parts: two bundles are the same procedure exactly where it is."""
        return sha256(self.bpmn + b"\0" + self.parts_json().encode()).digest()

    def parts_json(self) -> str:
        parts = {"decisions": self.decisions, "forms": self.forms, "texts": self.texts}
        return json.dumps(parts, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A bundle that has been read and understood, not yet checked against the bank."""

    definition: Definition
    decisions: Mapping[str, Decision]
    forms: Mapping[str, Form]


def read_folder(folder: Traversable) -> Bundle:
    """``process.bpmn``, ``decisions/*.json``, ``forms/*.json``, ``sop.zh-CN.md``, ``sop.en.md``. Refuses
    ``bundle_part_missing`` and ``bundle_json_malformed``."""
    faults: list[Fault] = []
    diagram = folder / "process.bpmn"
    if not diagram.is_file():
        faults.append(Fault("bundle_part_missing", {"part": "process.bpmn"}))
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        text = folder / f"sop.{language}.md"
        if text.is_file():
            texts[language] = text.read_text("utf-8")
        else:
            faults.append(Fault("bundle_part_missing", {"part": text.name}))
    decisions, forms = (_json_files(folder / part, faults) for part in ("decisions", "forms"))
    raise_if_any(faults)
    return Bundle(diagram.read_bytes(), decisions, forms, texts)


def _json_files(folder: Traversable, faults: list[Fault]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not folder.is_dir():
        return found
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json"):
            try:
                found[file.name.removesuffix(".json")] = json.loads(file.read_text("utf-8"))
            except ValueError:
                faults.append(Fault("bundle_json_malformed", {"part": f"{folder.name}/{file.name}"}))
    return found


def parse(bundle: Bundle) -> Parsed:
    """Read every part. Refuses all faults of all parts at once; ``bundle_not_one_process`` where the file has
    several executable processes, or none."""
    faults: list[Fault] = []
    forms = {name: parse_form(name, body, faults) for name, body in bundle.forms.items()}
    decisions: dict[str, Decision] = {}
    for name, body in bundle.decisions.items():
        _gather(faults, lambda n=name, b=body: decisions.update({n: load(n, b)}))
    read_ones: list[Definition] = []
    _gather(faults, lambda: read_ones.extend(d for d in read(bundle.bpmn) if d.executable))
    if len(read_ones) != 1 and not faults:
        faults.append(Fault("bundle_not_one_process", {"found": len(read_ones)}))
    raise_if_any(faults)
    return Parsed(read_ones[0], decisions, with_words({name: form for name, form in forms.items() if form}))


def _gather(faults: list[Fault], work: Callable[[], object]) -> None:
    try:
        work()
    except Refused as refused:
        faults += refused.faults
