"""Entering and finding customers."""

from __future__ import annotations

from typing import Any

from liushui.kernel.check_digits import with_luhn
from liushui.kernel.clock import Clock, bank_day
from liushui.kernel.errors import raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.parties.model import Customer, NewCustomer, check, contact_faults
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.parties")


async def open_customer(
    db: Database, clock: Clock, new: NewCustomer, *, operator: str, branch_id: int, key: str
) -> tuple[Customer, bool]:
    """Enter a customer once; the flag says whether the key had been used before.

    Refuses every fault of the input at once; ``customer_exists`` with the number of whoever has the document.
    """
    new = new.normalised()
    fields = (new.kind, new.name, new.document_type, new.document_country, new.document_number,
              new.document_expires_on, new.birth_date, new.mobile, new.address, branch_id)  # fmt: skip

    async def insert(uow: UnitOfWork) -> dict[str, Any]:
        return {"customer": await insert_customer(uow, clock, new, operator=operator, branch_id=branch_id)}

    result, replayed = await db.once(key, fields, clock.now(), insert)
    async with db.read() as conn:
        return await customer_by_number(conn, result["customer"]), replayed


async def insert_customer(
    uow: UnitOfWork, clock: Clock, new: NewCustomer, *, operator: str, branch_id: int
) -> str:
    """Enter a customer inside another use case; return the customer number.

    Refuses like ``open_customer``; the caller lets the refusal end its transaction.
    """
    new = new.normalised()
    raise_if_any(check(new, bank_day(clock.now())))
    conn = uow.conn
    number = with_luhn(f"{await conn.fetchval(Q.next_number):010d}")
    party_id: int = await conn.fetchval(
        Q.insert_party, number, new.kind, new.name, new.birth_date, new.mobile, new.address, branch_id,
        clock.now(), operator,
    )  # fmt: skip
    document = (new.document_type, new.document_country, new.document_number)
    # The primary key decides between two who come at the same moment: the second waits, then finds the first.
    if await conn.fetchval(Q.insert_document, party_id, *document, new.document_expires_on) is None:
        existing: str = await conn.fetchval(Q.number_by_document, *document)
        raise refuse("customer_exists", "document_number", customer=existing)
    await uow.emit("customer_opened", clock.now(), payload={"customer": number})
    return number


async def change_contact(
    uow: UnitOfWork, clock: Clock, customer: str, *, mobile: str | None, address: str | None
) -> None:
    """Set a customer's mobile number and address; None: not known any more. What was known before is kept with
    its time in ``party_contact_change``. Refuses every fault at once, and ``customer_unknown``."""
    raise_if_any(contact_faults(mobile, address))
    found = await customer_by_number(uow.conn, customer)
    await uow.conn.execute(Q.keep_contact, found.id, clock.now())
    await uow.conn.execute(Q.set_contact, found.id, mobile, address)
    await uow.emit("customer_contact_changed", clock.now(), payload={"customer": customer})


async def customer_by_number(conn: PoolConnection, number: str) -> Customer:
    """Refuses ``customer_unknown``."""
    row = await conn.fetchrow(Q.by_number, number) if is_storable(number) else None
    if row is None:
        raise refuse("customer_unknown", "customer", customer=number[:20])
    return Customer(**dict(row))


async def customer_by_document(
    conn: PoolConnection, document_type: str, country: str, number: str
) -> Customer | None:
    """Whoever has the document; None where nobody has. number: as ``NewCustomer.normalised`` writes it."""
    if not is_storable(number):
        return None
    found: str | None = await conn.fetchval(Q.number_by_document, document_type, country, number)
    return None if found is None else await customer_by_number(conn, found)
