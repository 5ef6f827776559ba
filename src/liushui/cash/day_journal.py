"""The cash journal of a place and day (现金日记账): what was there, what came, what went, what is left, by face."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from asyncpg import Record

from liushui.cash.notes import Notes, value
from liushui.cash.places import Place, Q
from liushui.store.database import PoolConnection


@dataclass(frozen=True, slots=True)
class DayLine:
    """A movement. journal, code, memo: None for one that only put faces right. balance: after it."""

    movement: int
    journal: int | None
    code: str | None
    memo: str | None
    recorded_at: datetime
    moved_by: str
    case_id: int | None
    notes: Notes
    balance: int

    @property
    def amount(self) -> int:
        """What it has brought; below zero: taken."""
        return value(self.notes)


@dataclass(frozen=True, slots=True)
class DayJournal:
    """opening, closing: notes before the first and after the last movement of the day."""

    place: Place
    day: date
    opening: dict[int, int]
    closing: dict[int, int]
    lines: tuple[DayLine, ...]

    @property
    def came(self) -> int:
        return came(self.lines)

    @property
    def went(self) -> int:
        return went(self.lines)


def came(lines: Iterable[DayLine]) -> int:
    """What was put in, in minor units."""
    return sum(line.amount for line in lines if line.amount > 0)


def went(lines: Iterable[DayLine]) -> int:
    """What was taken out, in minor units."""
    return -sum(line.amount for line in lines if line.amount < 0)


async def movements_since(conn: PoolConnection, place: Place, day: date, since: datetime) -> list[DayLine]:
    """What came and went at a place on a business date from a moment on. balance: of these alone, never what is there: a till
    is counted blind."""
    lines, balance = list[DayLine](), 0
    for row in await conn.fetch(Q.journal_of_day, place.id, day):
        if row["recorded_at"] < since:
            continue
        notes = _notes(row)
        balance += value(notes)
        lines.append(_line(row, notes, balance))
    return lines


async def day_journal(conn: PoolConnection, place: Place, day: date) -> DayJournal:
    """The journal of a business date, computed from the movements alone."""
    opening = {row["face"]: row["pieces"] for row in await conn.fetch(Q.notes_before, place.id, day)}
    now, lines = dict(opening), list[DayLine]()
    for row in await conn.fetch(Q.journal_of_day, place.id, day):
        notes = _notes(row)
        for face, pieces in notes.items():
            now[face] = now.get(face, 0) + pieces
        lines.append(_line(row, notes, value(now)))
    return DayJournal(place, day, opening, {face: n for face, n in now.items() if n}, tuple(lines))


def _notes(row: Record) -> dict[int, int]:
    return {int(face): pieces for face, pieces in json.loads(row["notes"] or "{}").items()}


def _line(row: Record, notes: dict[int, int], balance: int) -> DayLine:
    return DayLine(
        row["id"], row["journal_id"], row["code"], row["memo"], row["recorded_at"], row["moved_by"], row["case_id"],
        notes, balance,
    )  # fmt: skip
