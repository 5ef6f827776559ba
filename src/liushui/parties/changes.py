"""Changes of a customer's data: asked for, then applied; what was before and what is after are both kept.

What shall change stands in its own row from the beginning, so that numbers and documents stand in no process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from asyncpg import UniqueViolationError

from liushui.kernel.clock import Clock, bank_day
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.parties.model import NewCustomer, check
from liushui.parties.service import Q, change_contact, customer_by_number
from liushui.store.database import UnitOfWork

NEVER_ANEW = frozenset({"id_card", "uscc"})
"""Documents whose number a person or entity keeps for life: a renewed one has a new expiry and the same number."""


@dataclass(frozen=True, slots=True)
class NewData:
    """What shall be; None: as it is."""

    mobile: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    document_number: str | None = field(default=None, repr=False)
    document_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """A change that waits to be applied. changes: mobile, address, document."""

    number: int
    changes: frozenset[str]


async def request_change(
    uow: UnitOfWork, clock: Clock, customer: str, new: NewData, *, by: str, case_id: int
) -> Requested:
    """Keep what a customer wants changed. Refuses, all at once, what is wrong with the new data
    (``document_number_fixed`` where the document's number never changes); ``nothing_to_change``; ``customer_unknown``."""
    found = await customer_by_number(uow.conn, customer)
    expires_before: date | None = await uow.conn.fetchval(Q.document_expiry, found.id)
    candidate = NewCustomer(
        found.kind, found.name, found.document_type, new.document_number or found.document_number,
        found.document_country, new.document_expires_on, None, new.mobile, new.address,
    ).normalised()  # fmt: skip
    faults = check(candidate, bank_day(clock.now()))
    renewed = candidate.document_number != found.document_number
    if renewed and found.document_type in NEVER_ANEW:
        faults.append(Fault("document_number_fixed", field="document_number"))
    if renewed and new.document_expires_on is None:
        faults.append(Fault("form_field_missing", field="document_expires_on"))
    raise_if_any(faults)
    wanted = {
        "mobile": new.mobile not in (None, found.mobile), "address": new.address not in (None, found.address),
        "document": renewed or new.document_expires_on not in (None, expires_before),
    }  # fmt: skip
    if not any(wanted.values()):
        raise refuse("nothing_to_change")
    number: int = await uow.conn.fetchval(
        Q.request_change, found.id, case_id, clock.now(), by, found.mobile, new.mobile, found.address, new.address,
        found.document_type, found.document_number, candidate.document_number if renewed else None, expires_before,
        new.document_expires_on,
    )  # fmt: skip
    return Requested(number, frozenset(name for name, changes in wanted.items() if changes))


async def apply_change(uow: UnitOfWork, clock: Clock, number: int, *, by: str) -> None:
    """Make a change that was asked for; once. Refuses ``change_outdated`` where the document or the contact has changed
    since, and ``customer_exists`` where somebody else has the new document."""
    row = await uow.conn.fetchrow(Q.lock_change, number)
    if row is None or row["applied_at"] is not None:
        raise refuse("change_outdated")
    customer = await customer_by_number(uow.conn, row["customer"])
    if (customer.mobile, customer.address) != (row["mobile_before"], row["address_before"]):
        raise refuse("change_outdated")
    if row["document_after"] is not None or row["expires_after"] is not None:
        try:
            async with uow.conn.transaction():
                done = await uow.conn.fetchval(
                    Q.renew_document, row["party_id"], row["document_before"],
                    row["document_after"] or row["document_before"], row["expires_after"],
                )  # fmt: skip
        except UniqueViolationError:
            existing: str = await uow.conn.fetchval(
                Q.number_by_document, customer.document_type, customer.document_country, row["document_after"]
            )
            raise refuse("customer_exists", "document_number", customer=existing) from None
        if done is None:
            raise refuse("change_outdated")
        await uow.emit("customer_document_renewed", clock.now(), payload={"customer": customer.number})
    if row["mobile_after"] is not None or row["address_after"] is not None:
        await change_contact(
            uow, clock, customer.number, mobile=row["mobile_after"] or customer.mobile,
            address=row["address_after"] or customer.address,
        )  # fmt: skip
    await uow.conn.execute(Q.change_applied, number, clock.now(), by)
