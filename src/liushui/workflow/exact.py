"""What variables may hold: JSON values that keep their meaning. No fractions: money is minor units, rates are text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from liushui.kernel.errors import Fault, raise_if_any

_SCALARS = frozenset({int, str, bool, type(None)})
NESTING_MAX = 50
NAMED_MAX = 100
"""So many paths are named; a list of a million fractions makes no refusal of a million lines."""


def unfit(variables: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Path and kind of every value that a case may not hold, in their order: ``lines[1].amount``, ``float``."""
    found: list[tuple[str, str]] = []
    todo: list[tuple[str, object, int]] = []
    for name, value in variables.items():
        if type(value) not in _SCALARS:
            todo.append((str(name), value, 0))
    todo.reverse()
    while todo and len(found) < NAMED_MAX:
        path, value, depth = todo.pop()
        if type(value) in _SCALARS:
            continue
        if not isinstance(value, dict | list | tuple):
            found.append((path, type(value).__name__))
        elif depth >= NESTING_MAX:
            found.append((path, "nesting"))
        elif isinstance(value, dict):
            members = cast("dict[Any, Any]", value)
            found += [(f"{path}.{name}", "name") for name in members if type(name) is not str]
            todo += [(f"{path}.{n}", v, depth + 1) for n, v in reversed(members.items()) if type(n) is str]
        else:
            items = list(enumerate(cast("list[Any]", value)))
            todo += [(f"{path}[{at}]", v, depth + 1) for at, v in reversed(items)]
    return found


def refuse_unfit(variables: Mapping[str, Any]) -> None:
    """Refuses ``variable_unfit`` for all of them at once."""
    raise_if_any(
        [Fault("variable_unfit", {"path": p[:200], "kind": k}, p[:200]) for p, k in unfit(variables)]
    )
