"""Notes and coins: face in minor units to pieces. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import format_minor

Notes = Mapping[int, int]
"""Face to pieces; a movement's pieces are signed."""
NONE: Notes = MappingProxyType({})


@cache
def faces_of(currency: str) -> frozenset[int]:
    """The faces that are cash in a currency; empty where the bank keeps none of it."""
    text = resources.files("liushui.cash").joinpath("denominations.yaml").read_text("utf-8")
    return frozenset(yaml.safe_load(text).get(currency, ()))


def notes_from(
    given: Mapping[str, int] | None, currency: str, field: str = "denominations"
) -> dict[int, int]:
    """Notes as a form gives them. Refuses ``face_unknown`` for every face that is no cash."""
    known, notes = faces_of(currency), {int(face): n for face, n in (given or {}).items() if n}
    raise_if_any(
        [
            Fault("face_unknown", {"face": face, "currency": currency}, field)
            for face in notes
            if face not in known
        ]
    )
    return notes


def to_json(notes: Notes) -> dict[str, int]:
    """The same as JSON keeps it, the greatest face first."""
    return {str(face): notes[face] for face in sorted(notes, reverse=True)}


def value(notes: Notes) -> int:
    """What they are worth, in minor units."""
    return sum(face * pieces for face, pieces in notes.items())


def minus(one: Notes, other: Notes = NONE) -> dict[int, int]:
    """``one`` less ``other``, without faces of which nothing is left over."""
    left = {face: one.get(face, 0) - other.get(face, 0) for face in {*one, *other}}
    return {face: pieces for face, pieces in left.items() if pieces}


def negative(notes: Notes) -> dict[int, int]:
    """The same notes going the other way."""
    return minus(NONE, notes)


def check_value(notes: Notes, amount: int, currency: str, field: str = "denominations") -> None:
    """Refuses ``count_differs`` where the notes do not make the amount."""
    if value(notes) != amount:
        raise refuse("count_differs", field, counted=format_minor(value(notes), currency))
