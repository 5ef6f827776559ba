"""Places that hold cash: the vault of a branch (库房), tills (尾箱), machines' cassettes (钞箱), and cash on its way between
them. Each is a ledger account of its own with floor zero, beside a count by face. Both change in one transaction, under the
sequencer's lock, so their sum and their balance never differ. Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liushui.cash.notes import NONE, Notes
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.ledger import Ledger, NewAccount, balance
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.cash")
VAULT, TILL, MACHINE, TRANSIT = "vault", "till", "machine", "transit"
GL_CODES = {VAULT: "1001.02", TILL: "1001.03", MACHINE: "1001.04", TRANSIT: "1001.05"}
_LETTERS = {VAULT: "V", TILL: "T", MACHINE: "M", TRANSIT: "X"}
_ONE_OF_A_BRANCH = (VAULT, TRANSIT)
HOME = "CNY"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that holds cash of one currency. account_id: its ledger account."""

    id: int
    code: str
    kind: str
    branch_id: int
    currency: str
    account_id: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Who moves notes, and for which case."""

    by: str
    case_id: int | None = None


async def open_place(
    uow: UnitOfWork, ledger: Ledger, *, kind: str, branch_id: int, branch_code: str, currency: str
) -> Place:
    """Open a place with its ledger account. Refuses ``cash_place_exists``: a branch has one vault, and one account for
    what is on its way, in a currency."""
    today = (await uow.head()).business_date
    number: int = 1 + await uow.conn.fetchval(Q.places_of_kind, branch_id, currency, kind)
    if kind in _ONE_OF_A_BRANCH and number > 1:
        raise refuse("cash_place_exists", branch=branch_code, kind=kind)
    letter = _LETTERS[kind] + ("" if kind in _ONE_OF_A_BRANCH else f"{number:02d}")
    suffix = "" if kind in _ONE_OF_A_BRANCH else f"-{letter}"
    account = await ledger.open_account(
        uow,
        NewAccount(
            f"{branch_code}-{currency}-{GL_CODES[kind]}{suffix}", branch_id, currency, GL_CODES[kind], True, 0
        ),
    )
    code = f"{branch_code}-{letter}" + ("" if currency == HOME else f"-{currency}")
    id: int = await uow.conn.fetchval(Q.insert_place, code, kind, branch_id, currency, account, today)
    return Place(id, code, kind, branch_id, currency, account)


async def open_branch_cash(
    uow: UnitOfWork, ledger: Ledger, *, branch_id: int, branch_code: str, currency: str
) -> tuple[Place, Place]:
    """Open a new branch's vault and its account for cash on its way."""
    facts: dict[str, Any] = {"branch_id": branch_id, "branch_code": branch_code, "currency": currency}
    vault = await open_place(uow, ledger, kind=VAULT, **facts)
    return vault, await open_place(uow, ledger, kind=TRANSIT, **facts)


async def place_by_code(conn: PoolConnection, code: str, field: str | None = None) -> Place:
    """Refuses ``cash_place_unknown``."""
    row = await conn.fetchrow(Q.place_by_code, code) if is_storable(code) else None
    if row is None:
        raise refuse("cash_place_unknown", field, place=code[:20] if is_storable(code) else "?")
    return Place(*row)


async def place_by_id(conn: PoolConnection, id: int) -> Place:
    """A place that is named by a row of ours."""
    row = await conn.fetchrow(Q.place_by_id, id)
    assert row is not None
    return Place(*row)


async def only_place(conn: PoolConnection, branch_id: int, kind: str, currency: str = HOME) -> Place:
    """The vault of a branch, or its account for cash on its way. Refuses ``cash_place_missing``."""
    row = await conn.fetchrow(Q.only_place, branch_id, kind, currency)
    if row is None:
        raise refuse("cash_place_missing", kind=kind)
    return Place(*row)


async def stock_of(conn: PoolConnection, place: Place) -> dict[int, int]:
    """What a place holds, by face."""
    return {row["face"]: row["pieces"] for row in await conn.fetch(Q.stock, place.id)}


async def book_value(conn: PoolConnection, place: Place) -> int:
    """What the books say a place holds."""
    return (await balance(conn, place.account_id)).ledger


async def require_notes(uow: UnitOfWork, place: Place, out: Notes, field: str | None = None) -> None:
    """Refuses ``notes_missing`` for every face of which the place holds less than shall go out."""
    await uow.head()
    held = await stock_of(uow.conn, place)
    raise_if_any(
        [
            Fault("notes_missing", {"place": place.code, "face": face, "held": held.get(face, 0)}, field)
            for face, pieces in sorted(out.items(), reverse=True)
            if held.get(face, 0) < pieces
        ]
    )


async def move(
    uow: UnitOfWork,
    clock: Clock,
    place: Place,
    come: Notes,
    go: Notes = NONE,
    *,
    journal_id: int | None,
    who: Moved,
) -> int:
    """Write that notes came into a place and went out of it; return the movement's number. The caller has booked
    ``journal_id`` in this transaction for the same value; without one the value is zero. Refuses ``notes_missing``."""
    head = await uow.head()
    change = {face: come.get(face, 0) - go.get(face, 0) for face in {*come, *go}}
    change = {face: pieces for face, pieces in sorted(change.items()) if pieces}
    await require_notes(uow, place, {face: -pieces for face, pieces in change.items() if pieces < 0})
    movement: int = await uow.conn.fetchval(
        Q.insert_movement, place.id, journal_id, head.business_date, clock.now(), who.by, who.case_id
    )
    faces, pieces = list(change), list(change.values())
    await uow.conn.execute(Q.insert_movement_lines, movement, faces, pieces)
    await uow.conn.execute(Q.touch_stock, place.id, faces)
    await uow.conn.execute(Q.change_stock, place.id, faces, pieces)
    return movement


async def last_movement(conn: PoolConnection, place: Place) -> int:
    """The number of the last movement of a place; 0 where there was none."""
    return await conn.fetchval(Q.last_movement, place.id)


async def notes_of_journal(conn: PoolConnection, journal_id: int) -> Mapping[int, dict[int, int]]:
    """What a journal has moved: place id to signed notes. Empty where it has moved no notes."""
    found: dict[int, dict[int, int]] = {}
    for row in await conn.fetch(Q.notes_of_journal, journal_id):
        found.setdefault(row["place_id"], {})
        if row["face"] is not None:
            found[row["place_id"]][row["face"]] = row["pieces"]
    return found
