"""Tellers at their tills: signing in (签到), out (签退), and the end of their day (轧账).

A session holds one till for one teller on one business date. Signed out, the till is locked and still the teller's; only
a close that agrees with the books gives it back. What is left open is named, and never stops the bank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from asyncpg import Record

from liushui.cash.places import Place, Q, book_value
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.risk import effective
from liushui.store.database import PoolConnection, UnitOfWork

OPEN, AWAY, CLOSED = "open", "away", "closed"
TILLS_MAX = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A till and the session that holds it."""

    session_id: int
    state: str
    opened_on: date
    place: Place


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What a day has left open. what: till, vault or transfer. by: whose it is, or None."""

    what: str
    place: str
    by: str | None
    since: date


async def session_of(conn: PoolConnection, teller: str) -> Held | None:
    """The till that a teller holds, signed in or out, of whichever day."""
    row = await conn.fetchrow(Q.session_of, teller)
    return None if row is None else _held(row)


async def holder_of(conn: PoolConnection, place: Place) -> str | None:
    """The number of the teller who holds a till."""
    return await conn.fetchval(Q.holder_of, place.id)


async def till_of(uow: UnitOfWork, teller: str, branch_id: int) -> Place:
    """The till at which a teller takes and pays cash now. Refuses ``till_not_held``, ``till_signed_out`` and
    ``till_day_over`` (it was opened on another business date and must be closed first)."""
    today = (await uow.head()).business_date
    held = await session_of(uow.conn, teller)
    if held is None or held.place.branch_id != branch_id:
        raise refuse("till_not_held", teller=teller)
    if held.opened_on != today:
        raise refuse("till_day_over", till=held.place.code, opened_on=held.opened_on.isoformat())
    if held.state != OPEN:
        raise refuse("till_signed_out", till=held.place.code)
    return held.place


async def require_free(uow: UnitOfWork, place: Place, teller: str, branch_id: int) -> None:
    """Refuses ``cash_place_elsewhere``, ``till_taken`` and ``till_held_already``."""
    await uow.head()
    if place.kind != "till" or place.branch_id != branch_id:
        raise refuse("cash_place_elsewhere", "till", place=place.code)
    holder = await holder_of(uow.conn, place)
    if holder is not None and holder != teller:
        raise refuse("till_taken", "till", till=place.code, teller=holder)
    held = await session_of(uow.conn, teller)
    if held is not None:
        raise refuse("till_held_already", till=held.place.code)


async def open_session(uow: UnitOfWork, clock: Clock, place: Place, teller: str, branch_id: int) -> int:
    """Give a till to a teller for the business date; return the session's number. Refuses like ``require_free``."""
    await require_free(uow, place, teller, branch_id)
    today = (await uow.head()).business_date
    session: int = await uow.conn.fetchval(Q.open_session, place.id, teller, today, clock.now())
    await uow.emit("till_opened", clock.now(), subjects=[place.account_id], payload={"till": place.code})
    return session


async def resume(uow: UnitOfWork, teller: str) -> Place | None:
    """Sign in again at a till that was only locked on this business date; None where there is none. Refuses
    ``till_day_over``."""
    today = (await uow.head()).business_date
    held = await session_of(uow.conn, teller)
    if held is None or held.state != AWAY:
        return None
    if held.opened_on != today:
        raise refuse("till_day_over", till=held.place.code, opened_on=held.opened_on.isoformat())
    await uow.conn.execute(Q.set_session_state, held.session_id, OPEN)
    return held.place


async def sign_out(uow: UnitOfWork, teller: str) -> Place:
    """Lock the teller's till. Refuses ``till_not_held`` and ``till_signed_out``."""
    held = await held_to_close(uow, teller)
    if held.state == AWAY:
        raise refuse("till_signed_out", till=held.place.code)
    await uow.conn.execute(Q.set_session_state, held.session_id, AWAY)
    return held.place


async def held_to_close(uow: UnitOfWork, teller: str) -> Held:
    """The teller's session, of whichever day and state, to be closed. Refuses ``till_not_held``."""
    await uow.head()
    held = await session_of(uow.conn, teller)
    if held is None:
        raise refuse("till_not_held", teller=teller)
    return held


async def close_session(uow: UnitOfWork, clock: Clock, held: Held) -> None:
    """End a session whose count has agreed; the caller has seen to that in this transaction."""
    await uow.conn.execute(Q.close_session, held.session_id, clock.now())
    await uow.emit(
        "till_closed", clock.now(), subjects=[held.place.account_id], payload={"till": held.place.code}
    )


async def over_limit(uow: UnitOfWork, place: Place, more: int = 0) -> int:
    """By how much a till keeps more than it may, once ``more`` has come in; 0 where it does not. Other places keep what
    they are given."""
    if place.kind != "till":
        return 0
    most: int = effective((await uow.head()).business_date)["till_keeps_most"]
    return max(await book_value(uow.conn, place) + more - most, 0)


async def over_limit_now(conn: PoolConnection, place: Place) -> bool:
    """Whether a till keeps more than it may, for somebody who only looks."""
    most: int = effective(await conn.fetchval(Q.business_date))["till_keeps_most"]
    return place.kind == "till" and await book_value(conn, place) > most


@dataclass(frozen=True, slots=True)
class Sat:
    """The last time somebody kept a till, still or no longer. since, until: when it was taken and given back."""

    place: Place
    state: str
    opened_on: date
    since: datetime
    until: datetime | None


async def last_sat(conn: PoolConnection, teller: str) -> Sat | None:
    row = await conn.fetchrow(Q.last_session_of, teller)
    return None if row is None else Sat(
        _place(row), row["state"], row["opened_on"], row["signed_in_at"], row["closed_at"],
    )  # fmt: skip


async def free_tills(conn: PoolConnection, branch_id: int) -> list[str]:
    """Codes of the branch's tills that nobody keeps."""
    return [row["code"] for row in await conn.fetch(Q.free_tills, branch_id, TILLS_MAX)]


async def count_to_explain(conn: PoolConnection, place: Place, teller: str) -> int | None:
    """The teller's last closing count, where the second one differed too and nobody has booked the difference: it goes to
    a procedure of its own."""
    return await conn.fetchval(Q.count_to_explain, place.id, teller)


async def open_tills(conn: PoolConnection, day: date) -> list[LeftOpen]:
    """What was not put away by the end of a day: tills that a teller still holds, vaults and machines that moved and were
    not counted since, transfers on their way. The day-end may say so; it does not wait for it."""
    return [LeftOpen(*row) for row in await conn.fetch(Q.left_open, day)]


def _held(row: Record) -> Held:
    return Held(row["session_id"], row["state"], row["session_opened_on"], _place(row))


def _place(row: Record) -> Place:
    return Place(row["id"], row["code"], row["kind"], row["branch_id"], row["currency"], row["account_id"])
