"""Counting a place (盘点) by face, without being shown what the books say first. Amounts in minor units."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from liushui.cash.notes import Notes, minus, to_json, value
from liushui.cash.places import Moved, Place, Q, book_value, last_movement, move, place_by_id, stock_of
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.store.database import PoolConnection, UnitOfWork

OPENING, CLOSING = "opening", "closing"


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it was kept. difference: counted less book; above zero there is too much (长款)."""

    id: int
    place: Place
    notes: dict[int, int]
    counted: int
    book: int
    last_movement: int
    counted_by: str
    second_by: str | None

    @property
    def difference(self) -> int:
        return self.counted - self.book

    @property
    def agrees(self) -> bool:
        return self.difference == 0


async def record_count(
    uow: UnitOfWork,
    clock: Clock,
    place: Place,
    notes: Notes,
    *,
    purpose: str,
    who: Moved,
    second: str | None = None,
) -> Count:
    """Keep a count beside what the books say at this moment. second: whoever has counted the same after the first."""
    head = await uow.head()
    book, last = await book_value(uow.conn, place), await last_movement(uow.conn, place)
    id: int = await uow.conn.fetchval(
        Q.insert_count, place.id, purpose, json.dumps(to_json(notes)), value(notes), book, last, head.business_date,
        clock.now(), who.by, second, who.case_id,
    )  # fmt: skip
    return Count(id, place, dict(notes), value(notes), book, last, who.by, second)


async def settle_faces(uow: UnitOfWork, clock: Clock, count: Count, who: Moved) -> bool:
    """Where a count agrees in value and not by face, the count is right: put the faces as counted; return whether
    anything was put right. A wrong face is a slip of the pen at an earlier step, and no money."""
    held = await stock_of(uow.conn, count.place)
    change = minus(count.notes, held)
    if not change:
        return False
    come = {face: n for face, n in change.items() if n > 0}
    go = {face: -n for face, n in change.items() if n < 0}
    await move(uow, clock, count.place, come, go, journal_id=None, who=who)
    return True


async def count_by_id(conn: PoolConnection, id: int) -> Count:
    """Refuses ``cash_count_unknown``."""
    row: Any = await conn.fetchrow(Q.count_by_id, id)
    if row is None:
        raise refuse("cash_count_unknown", "count", count=id)
    notes = {int(face): pieces for face, pieces in json.loads(row["notes"]).items()}
    return Count(
        id, await place_by_id(conn, row["place_id"]), notes, row["counted"], row["book"], row["last_movement"],
        row["counted_by"], row["second_by"],
    )  # fmt: skip


async def require_fresh(uow: UnitOfWork, count: Count) -> None:
    """Refuses ``cash_count_agrees`` where there is no difference, and ``cash_count_stale`` where the place has moved since."""
    await uow.head()
    if count.agrees:
        raise refuse("cash_count_agrees", "count", count=count.id)
    if await last_movement(uow.conn, count.place) != count.last_movement:
        raise refuse("cash_count_stale", "count", count=count.id)
