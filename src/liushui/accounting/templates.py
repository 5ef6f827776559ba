"""Posting templates as data: which roles are debited and credited with which named amounts.

A template's amounts are sums and differences of names, so that its balance is a proof made once, when it is
loaded, and not a hope checked at each posting (docs/decisions/0006).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.ledger import Line

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EXPRESSION = re.compile(r"\s*([a-z][a-z0-9_]*)(\s*[+-]\s*[a-z][a-z0-9_]*)*\s*")
_TERM = re.compile(r"([+-]?)\s*([a-z][a-z0-9_]*)")
Form = tuple[tuple[str, int], ...]
"""A linear form: (name, coefficient) pairs."""


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """One side of a template. amount: a linear form over the named amounts. zh, en: what a customer's statement calls it,
    where that is not what the journal is called; empty where it is."""

    debit: bool
    role: str
    amount: Form
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A balanced posting template. code: the transaction code that journals carry."""

    name: str
    code: str
    zh: str
    en: str
    entries: tuple[TemplateEntry, ...]

    def lines(self, accounts: Mapping[str, int], amounts: Mapping[str, int]) -> tuple[Line, ...]:
        """Fill in ledger account ids and amounts in minor units; lines of zero are left out. Refuses
        ``template_role_missing``, ``template_amount_missing`` and ``template_amount_negative``."""
        lines: list[Line] = []
        for entry in self.entries:
            total = 0
            for name, coefficient in entry.amount:
                if name not in amounts:
                    raise refuse("template_amount_missing", template=self.name, amount=name)
                total += coefficient * amounts[name]
            if total < 0:
                raise refuse("template_amount_negative", template=self.name, role=entry.role)
            if total:
                if entry.role not in accounts:
                    raise refuse("template_role_missing", template=self.name, role=entry.role)
                lines.append(Line(accounts[entry.role], entry.debit, total))
        return tuple(lines)


class Templates:
    """All templates of the bank, by name."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = dict(templates)

    def get(self, name: str) -> Template:
        if name not in self._templates:
            raise refuse("template_unknown", template=name)
        return self._templates[name]

    def by_code(self) -> dict[str, Template]:
        return {template.code: template for template in self._templates.values()}

    def named_entries(self) -> dict[tuple[str, bool], TemplateEntry]:
        """Entries that have words of their own, by the code of their journal and whether they are debits."""
        return {(t.code, e.debit): e for t in self._templates.values() for e in t.entries if e.zh}


def load_templates(packages: Sequence[str]) -> Templates:
    """Read ``postings.yaml`` of every package. Refuses with every fault of every template at once."""
    documents: dict[str, Any] = {}
    faults: list[Fault] = []
    for package in packages:
        text = resources.files(package).joinpath("postings.yaml").read_text("utf-8")
        for name, body in yaml.safe_load(text).items():
            if name in documents:
                faults.append(Fault("template_twice", {"template": name}))
            documents[name] = body
    templates = {name: parse_template(name, body, faults) for name, body in documents.items()}
    for code, count in Counter(t.code for t in templates.values() if t).items():
        if count > 1:
            faults.append(Fault("template_code_twice", {"code": code}))
    raise_if_any(faults)
    return Templates({name: template for name, template in templates.items() if template})


def parse_template(name: str, body: Mapping[str, Any], faults: list[Fault]) -> Template | None:
    """Read and prove one template; append what is wrong with it to ``faults``."""
    before = len(faults)
    if not _NAME.fullmatch(name):
        faults.append(Fault("template_name_malformed", {"template": name}))
    faults += [
        Fault("template_field_missing", {"template": name, "field": field})
        for field in ("code", "zh", "en", "entries")
        if not body.get(field)
    ]
    rows: list[Mapping[str, Any]] = body.get("entries") or []
    entries = [_entry(name, row, faults) for row in rows]
    kept = tuple(entry for entry in entries if entry is not None)
    if len(entries) < 2:
        faults.append(Fault("template_too_short", {"template": name}))
    if len(faults) == before and any(_imbalance(kept).values()):
        faults.append(Fault("template_unbalanced", {"template": name}))
    if len(faults) > before:
        return None
    return Template(name, body["code"], body["zh"], body["en"], kept)


def _entry(name: str, row: Mapping[str, Any], faults: list[Fault]) -> TemplateEntry | None:
    side, role, text = row.get("side"), str(row.get("account", "")), str(row.get("amount", ""))
    if side not in ("debit", "credit") or not _NAME.fullmatch(role) or not _EXPRESSION.fullmatch(text):
        faults.append(Fault("template_entry_malformed", {"template": name, "role": role, "amount": text}))
        return None
    form: Counter[str] = Counter()
    for sign, term in _TERM.findall(text):
        form[term] += -1 if sign == "-" else 1
    words = str(row.get("zh", "")), str(row.get("en", ""))
    if bool(words[0]) != bool(words[1]):
        faults.append(
            Fault("template_field_missing", {"template": name, "field": "en" if words[0] else "zh"})
        )
    return TemplateEntry(side == "debit", role, tuple(form.items()), *words)


def _imbalance(entries: Sequence[TemplateEntry]) -> Counter[str]:
    """Debits minus credits as a linear form; it is the zero form exactly where the template always balances."""
    total: Counter[str] = Counter()
    for entry in entries:
        for name, coefficient in entry.amount:
            total[name] += coefficient if entry.debit else -coefficient
    return total
