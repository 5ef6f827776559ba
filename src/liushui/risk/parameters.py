"""Effective-dated parameters: every threshold has a value, the days it holds, and the rule it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from liushui.kernel.errors import Fault, raise_if_any

UNITS = frozenset({"fen", "count", "days", "months", "years", "hour", "basis_points", "points"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """value: an integer (amounts in minor units), a duration or a list. unit: of what the value is a number; of the others
    ``duration`` or ``list``. source: rule, number and article; source_zh: to a Chinese reader, where it is not only that."""

    name: str
    value: Any
    valid_from: date
    source: str
    zh: str
    en: str
    valid_to: date | None = None
    unit: str = ""
    source_zh: str = ""


@cache
def load_parameters() -> Sequence[Parameter]:
    """All of them, of all times. Refuses ``parameter_overlaps`` and ``parameter_malformed``, all faults at once."""
    text = resources.files("liushui.risk").joinpath("parameters.yaml").read_text("utf-8")
    return parse_parameters(yaml.safe_load(text))


def parse_parameters(rows: Sequence[Mapping[str, Any]]) -> Sequence[Parameter]:
    """Read and check rows of ``parameters.yaml``."""
    faults: list[Fault] = []
    found: list[Parameter] = []
    for row in rows:
        try:
            found.append(_with_unit(Parameter(**row)))
        except (TypeError, ValueError):
            faults.append(Fault("parameter_malformed", {"parameter": str(row.get("name"))}))
    found.sort(key=lambda p: (p.name, p.valid_from))
    for before, after in pairwise(found):
        if before.name == after.name and (before.valid_to is None or before.valid_to >= after.valid_from):
            faults.append(Fault("parameter_overlaps", {"parameter": after.name}))
    raise_if_any(faults)
    return tuple(found)


def _with_unit(one: Parameter) -> Parameter:
    """Raises ``ValueError`` for a number of nobody knows what, and for a unit of what is no number."""
    if isinstance(one.value, int):
        if one.unit not in UNITS:
            raise ValueError(one.unit)
        return one
    if one.unit:
        raise ValueError(one.unit)
    return replace(one, unit="list" if isinstance(one.value, list) else "duration")


@lru_cache(maxsize=64)
def effective(day: date) -> Mapping[str, Any]:
    """The values that hold on a day, by name."""
    return {
        p.name: p.value
        for p in load_parameters()
        if p.valid_from <= day and (p.valid_to is None or day <= p.valid_to)
    }
