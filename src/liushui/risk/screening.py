"""Screening names against lists (名单筛查). Pure but for reading the lists that come with the house.

A name is compared in a normal form: full and half width, case, accents, spaces, dots and punctuation make no difference,
traditional and variant characters are compared as simplified ones, the words of a Latin name may stand in any order.
Beyond that a Latin name of some length may differ by a letter or two. Chinese characters must all agree: one of three
is another person. Homophones and transliterations are found only where a list names them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import yaml

SAME, SAME_WORDS, NEARLY, PART = 100, 95, 85, 80
NEAR_BIRTH, OTHER_BIRTH = 10, 30
"""What is taken off where the list knows another birth date: within a year of it (lists err), or further away."""
NEAR_DAYS = 366
LETTERS_PER_SLIP = 7
"""A Latin name may differ by one letter for every so many."""
PART_WORDS_MIN = 3
_LEGAL_FORMS = frozenset(
    ["co", "company", "corp", "corporation", "inc", "limited", "llc", "ltd", "plc", "the"]
)
_CHINESE_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|公司)$")
_NOT_LETTERS = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on a list. names: all that the list gives, the first is shown."""

    list: str
    id: str
    names: tuple[str, ...]
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """how: same | same_words | nearly | part. score: 0 to 100."""

    list: str
    entry: str
    how: str
    score: int


@dataclass(frozen=True, slots=True)
class WatchLists:
    """The lists as loaded. digest: SHA-256 of the file, kept with every screening."""

    entries: tuple[Entry, ...]
    digest: bytes


@cache
def load_watch_lists() -> WatchLists:
    """The lists that come with the house."""
    body = resources.files("liushui.risk").joinpath("watch_lists.yaml").read_bytes()
    lists: Mapping[str, Any] = yaml.safe_load(body)
    entries = tuple(
        Entry(name, row["id"], tuple(row["names"]), row.get("birth_date"))
        for name, content in lists.items()
        for row in content["entries"]
    )
    return WatchLists(entries, sha256(body).digest())


def screen(name: str, birth_date: date | None, entries: Sequence[Entry], *, least: int) -> list[Hit]:
    """Everybody on the lists who may be the person, most likely first, from a score of ``least`` on."""
    hits = [hit for entry in entries if (hit := _compare(name, birth_date, entry)) and hit.score >= least]
    return sorted(hits, key=lambda hit: (-hit.score, hit.list, hit.entry))


def _compare(name: str, birth_date: date | None, entry: Entry) -> Hit | None:
    found = [match for listed in entry.names if (match := resemblance(name, listed)) is not None]
    if not found:
        return None
    how, score = max(found, key=lambda match: match[1])
    if birth_date is not None and entry.birth_date is not None and birth_date != entry.birth_date:
        near = abs((birth_date - entry.birth_date).days) <= NEAR_DAYS
        score -= NEAR_BIRTH if near else OTHER_BIRTH
    return Hit(entry.list, entry.id, how, score)


def resemblance(one: str, other: str) -> tuple[str, int] | None:
    """How alike two names are; None where they are not."""
    first, second = words(one), words(other)
    if not first or not second:
        return None
    if "".join(first) == "".join(second):
        return "same", SAME
    if sorted(first) == sorted(second):
        return "same_words", SAME_WORDS
    flat_one, flat_other = "".join(sorted(first)), "".join(sorted(second))
    if flat_one.isascii() and flat_other.isascii():
        slips = min(len(flat_one), len(flat_other)) // LETTERS_PER_SLIP
        if slips and _within(" ".join(sorted(first)), " ".join(sorted(second)), slips):
            return "nearly", NEARLY
        if _is_part(first, second) or _is_part(second, first):
            return "part", PART
    return None


def words(name: str) -> list[str]:
    """A name in its normal form. Chinese names are one word, whatever stands between their characters."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(_variants())
    found = [word for word in _NOT_LETTERS.sub(" ", plain.replace("'", "").replace("’", "")).split() if word]
    if found and not all(word.isascii() for word in found):
        return [_CHINESE_FORMS.sub("", "".join(found))]
    return [word for word in found if word not in _LEGAL_FORMS] or found


@cache
def _variants() -> Mapping[int, str]:
    text = resources.files("liushui.risk").joinpath("han_variants.txt").read_text("utf-8")
    pairs = [pair for line in text.splitlines() if not line.startswith("#") for pair in line.split()]
    return {ord(pair[0]): pair[1] for pair in pairs}


def _is_part(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether a long enough name is contained in a longer one: a middle name left out."""
    return len(few) >= PART_WORDS_MIN - 1 and len(many) >= PART_WORDS_MIN and set(few) < set(many)


def _within(one: str, other: str, most: int) -> bool:
    """Whether at most so many letters were added, left out or changed (Levenshtein)."""
    if abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, wanted in enumerate(other, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted)),
            )
        if min(row) > most:
            return False
    return row[-1] <= most
