"""What differs between two versions of a process. Pure; see docs/decisions/0026-process-differences.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from liushui.workflow.catalogue import Deployed
from liushui.workflow.facts import Facts, Key, facts_of


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Attribute:
    """before, after: None where nothing is stated."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is new, gone or changed. name: as the later version calls it, where it still does."""

    key: Key
    change: Change
    name: str
    attributes: tuple[Attribute, ...]


NOTHING = Facts("", {})


def compare(before: Deployed, after: Deployed) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the later file; what is gone stands at the end of its kind of part.

    Parts are the same where their ids are: an element that was given another id is one removed and one added. Where
    things are drawn is no difference.
    """
    old, new = facts_of(before), facts_of(after)
    parts = list(dict.fromkeys(key.part for key in (*new, *old)))
    keys = sorted(dict.fromkeys((*new, *old)), key=lambda key: parts.index(key.part))
    found = (_difference(key, old.get(key), new.get(key)) for key in keys)
    return tuple(difference for difference in found if difference is not None)


def _difference(key: Key, old: Facts | None, new: Facts | None) -> Difference | None:
    before, after = old or NOTHING, new or NOTHING
    attributes = tuple(_attributes(before, after))
    if old is not None and new is not None and not attributes:
        return None
    change = Change.ADDED if old is None else Change.REMOVED if new is None else Change.CHANGED
    return Difference(key, change, (new or before).name, attributes)


def _attributes(before: Facts, after: Facts) -> Iterator[Attribute]:
    for name in dict.fromkeys((*after.attributes, *before.attributes)):
        old, new = before.attributes.get(name), after.attributes.get(name)
        if old != new:
            yield Attribute(name, old, new)
    old_order = [one for one in before.order if one in after.order]
    new_order = [one for one in after.order if one in before.order]
    if old_order != new_order:
        yield Attribute("order", ", ".join(old_order), ", ".join(new_order))
