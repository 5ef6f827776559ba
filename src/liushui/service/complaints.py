"""The register of complaints: taken down once, then only added to. All of it works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Record

from liushui.kernel.check_digits import with_luhn
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.parties import customer_by_number
from liushui.service.model import Complaint, Happened, NewComplaint, Standing, after, check, stand
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.service")


async def register(
    uow: UnitOfWork, new: NewComplaint, *, case_id: int, branch_id: int, by: str, at: datetime
) -> str:
    """Take a complaint down; return its number. The account, where one is named, has been looked up by the caller.

    Refuses ``complaint_received_in_future``, ``complaint_without_complainant``, ``staff_unknown`` all at once, and
    ``customer_unknown``.
    """
    faults = check(new, bank_day(at))
    staff = new.complained_staff
    if staff is not None and not await uow.conn.fetchval(Q.staff_exists, staff):
        faults.append(Fault("staff_unknown", {"number": staff[:32]}, "complained_staff"))
    raise_if_any(faults)
    if new.customer is not None:
        await customer_by_number(uow.conn, new.customer)
    number = "C" + with_luhn(f"{await uow.conn.fetchval(Q.next_complaint):09d}")
    id: int = await uow.conn.fetchval(
        Q.insert_complaint, number, case_id, branch_id, new.received_on, new.received_via, new.customer,
        new.complainant, new.contact, new.account, new.product, new.subject, new.amount_minor, new.people, staff,
        new.text, at, by,
    )  # fmt: skip
    await _write(uow, id, Happened("registered", at, by))
    await uow.emit("complaint_registered", at, payload={"complaint": number})
    return number


async def append(uow: UnitOfWork, number: str, entry: Happened) -> Standing:
    """Add to a complaint's history; return how it stands then. Refuses what ``model.after`` refuses, and
    ``complaint_unknown``."""
    id: int | None = await uow.conn.fetchval(Q.lock_complaint, number) if is_storable(number) else None
    if id is None:
        raise refuse("complaint_unknown", "complaint", complaint=_shown(number))
    standing = after(stand(await _history(uow.conn, id)), entry)
    await _write(uow, id, entry)
    # Whoever tells the customer reads these from the outbox; the number is enough to find whom.
    await uow.emit(f"complaint_{entry.what}", entry.at, payload={"complaint": number})
    return standing


async def complaint_by_number(conn: PoolConnection, number: str) -> Complaint:
    """Refuses ``complaint_unknown``."""
    row = await conn.fetchrow(Q.complaint, number) if is_storable(number) else None
    if row is None:
        raise refuse("complaint_unknown", "complaint", complaint=_shown(number))
    return Complaint(**dict(row))


async def complaint_history(conn: PoolConnection, number: str) -> Sequence[Happened]:
    """What happened to it, in order. Refuses ``complaint_unknown``."""
    return await _history(conn, (await complaint_by_number(conn, number)).id)


async def standing_of(conn: PoolConnection, number: str) -> Standing:
    """Refuses ``complaint_unknown``."""
    return stand(await complaint_history(conn, number))


async def list_complaints(
    conn: PoolConnection,
    *,
    after: str = "",
    since: date | None = None,
    customer: str | None = None,
    limit: int,
) -> list[Record]:
    """The register in the order of numbers, from behind ``after``: what, kind, severity, deadline, the latest entry.
    No names, contacts or texts."""
    return await conn.fetch(Q.complaints, after, since, customer, limit)


async def _history(conn: PoolConnection, id: int) -> list[Happened]:
    rows = await conn.fetch(Q.history, id)
    return [Happened(**{name: value for name, value in row.items() if name != "position"}) for row in rows]


async def _write(uow: UnitOfWork, id: int, e: Happened) -> None:
    await uow.conn.execute(
        Q.append, id, e.what, e.at, e.by_whom, e.kind, e.severity, e.deadline, e.satisfaction, e.note
    )


def _shown(number: str) -> str:
    return number[:20] if is_storable(number) else "?"
