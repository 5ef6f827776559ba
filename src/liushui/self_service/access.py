"""Online banking of a customer: opened, reset and closed by the bank's people in a case; activated by the customer, who
alone knows the password.

What a stranger is answered is the same for a customer who has no online banking, one who is locked and one whose code
or password is wrong, after the same work.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from asyncpg import Record

from liushui.identity import audit, hash_password, password_matches
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.parties import Customer, customer_by_number, remove_second_factor
from liushui.self_service.model import (
    CODE_FAILURES_MOST,
    ENROL,
    ENROLMENT_LASTS,
    ONLINE,
    Visitor,
    new_password_faults,
    personal_faults,
)
from liushui.self_service.sessions import Q, hash_in, hashed, new_token, settle_password
from liushui.store.database import Database, PoolConnection, UnitOfWork

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
"""Fifty bits, and none of the letters that are taken for digits."""


async def access_state(conn: PoolConnection, customer: str) -> str | None:
    """``opened``, ``active`` or ``closed``; None where there has never been any."""
    row = await conn.fetchrow(Q.access, customer)
    return None if row is None else row["state"]


async def open_access(
    uow: UnitOfWork, clock: Clock, *, customer: str, operator: str, case_id: int | None
) -> None:
    """Open online banking for a person. Refuses ``customer_unknown``, ``online_banking_individuals_only`` and
    ``online_banking_open``."""
    party = await _individual(uow.conn, customer)
    if await uow.conn.fetchval(Q.open_access, party.id) is None:
        raise refuse("online_banking_open", customer=customer)
    await _record(uow, clock, party.id, customer, "opened", by=operator, case_id=case_id)


async def reset_access(uow: UnitOfWork, clock: Clock, *, customer: str, operator: str, case_id: int) -> None:
    """Forget password, second factors and devices; the customer begins again with a new code. Refuses
    ``online_banking_missing``."""
    party_id = await _existing(uow, customer)
    await _forget(uow, clock, party_id, "opened")
    await _record(uow, clock, party_id, customer, "reset", by=operator, case_id=case_id)


async def close_access(uow: UnitOfWork, clock: Clock, *, customer: str, operator: str, case_id: int) -> None:
    """End online banking with everything that lets in. Refuses ``online_banking_missing``."""
    party_id = await _existing(uow, customer)
    await _forget(uow, clock, party_id, "closed")
    await _record(uow, clock, party_id, customer, "closed", by=operator, case_id=case_id)


async def issue_code(
    uow: UnitOfWork, clock: Clock, *, customer: str, until: datetime, operator: str, case_id: int | None
) -> str:
    """A new activation code in place of any before it; it is shown once and kept as a hash. Refuses
    ``online_banking_missing``."""
    party_id = await _existing(uow, customer)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    if await uow.conn.fetchval(Q.set_code, party_id, await hash_password(code), until) is None:
        raise refuse("online_banking_open", customer=customer)
    await _record(uow, clock, party_id, customer, "code_issued", by=operator, case_id=case_id)
    return code


async def activate(
    db: Database, clock: Clock, customer: str, code: str, password: str
) -> tuple[str, datetime]:
    """Give the first password; return a session's token and its end, in which a second factor must be enrolled. Until
    that is done the code may be used again.

    Refuses what is wrong with the password for anybody; then ``activation_refused``; then ``password_personal``.
    """
    raise_if_any(new_password_faults(password, customer))
    row = await _access(db, customer)
    given = code.strip().upper()
    right = await password_matches(hash_in(row, "code_hash"), given)
    hash_of_password = await hash_password(password)
    token, now = new_token(), clock.now()
    until = now + ENROLMENT_LASTS

    async def decide(uow: UnitOfWork) -> list[Fault]:
        current = None if row is None else await uow.conn.fetchrow(Q.lock_access, row["number"])
        if row is None or current is None or not _awaits_code(current, now):
            await audit(
                uow, clock, actor="unknown", action="online_activation", subject="unknown", outcome="refused"
            )
            return [Fault("activation_refused")]
        if not right or current["code_hash"] != row["code_hash"]:
            await uow.conn.execute(Q.count_code_failure, current["party_id"])
            await audit(
                uow, clock, actor=customer, action="online_activation", subject=customer, outcome="refused"
            )
            return [Fault("activation_refused")]
        faults = await _personal(uow.conn, customer, password)
        if not faults:
            await uow.conn.execute(Q.set_password, current["party_id"], hash_of_password)
            await uow.conn.execute(Q.delete_sessions_of, current["party_id"])
            await uow.conn.execute(
                Q.insert_session, hashed(token), current["party_id"], ONLINE, ENROL, None, None, now, until
            )
            await audit(
                uow, clock, actor=customer, action="online_activation", subject=customer, outcome="done"
            )
        return faults

    raise_if_any(await db.transact(decide))
    return token, until


async def finish_activation(uow: UnitOfWork, clock: Clock, visitor: Visitor) -> None:
    """A first second factor is there: the code is used up, and the customer may log in. Nothing happens where that was
    so already."""
    if await uow.conn.fetchval(Q.make_active, visitor.party_id) is not None:
        await uow.conn.execute(Q.delete_sessions_of, visitor.party_id)
        await _record(
            uow, clock, visitor.party_id, visitor.customer, "activated", by=visitor.customer, case_id=None
        )


async def change_customer_password(db: Database, clock: Clock, visitor: Visitor, old: str, new: str) -> None:
    """Set another password and end every session. Refuses what is wrong with the new one, and ``credentials_wrong`` as
    at log-in, where wrong ones are counted."""
    raise_if_any(new_password_faults(new, visitor.customer))
    async with db.read() as conn:
        raise_if_any(await _personal(conn, visitor.customer, new))
    row = await _access(db, visitor.customer)
    right = await password_matches(hash_in(row, "password_hash"), old)
    hash_of_new = await hash_password(new)

    async def decide(uow: UnitOfWork) -> Fault | None:
        fault = await settle_password(uow, clock, row, right, "customer_password_changed")
        if fault is None:
            await uow.conn.execute(Q.set_password, visitor.party_id, hash_of_new)
            await _end_sessions(uow, visitor.party_id)
            await _record(
                uow,
                clock,
                visitor.party_id,
                visitor.customer,
                "password_changed",
                by=visitor.customer,
                case_id=None,
            )
        return fault

    fault = await db.transact(decide)
    if fault is not None:
        raise Refused(fault)


def _awaits_code(row: Record, now: datetime) -> bool:
    return (
        row["state"] == "opened"
        and row["code_hash"] is not None
        and row["code_until"] > now
        and row["code_failures"] < CODE_FAILURES_MOST
    )


async def _access(db: Database, customer: str) -> Record | None:
    if not is_storable(customer):
        return None
    async with db.read() as conn:
        return await conn.fetchrow(Q.access, customer)


async def _personal(conn: PoolConnection, customer: str, password: str) -> list[Fault]:
    party = await customer_by_number(conn, customer)
    numbers: list[str] = await conn.fetchval(Q.personal_numbers, party.id)
    known = [party.number, party.document_number, party.mobile or "", *numbers]
    return personal_faults(password, known, party.birth_date)


async def _individual(conn: PoolConnection, customer: str) -> Customer:
    party = await customer_by_number(conn, customer)
    if party.kind != "individual":
        raise refuse("online_banking_individuals_only", "customer", customer=customer)
    return party


async def _existing(uow: UnitOfWork, customer: str) -> int:
    row = await uow.conn.fetchrow(Q.lock_access, customer)
    if row is None or row["state"] == "closed":
        raise refuse("online_banking_missing", "customer", customer=customer)
    return row["party_id"]


async def _forget(uow: UnitOfWork, clock: Clock, party_id: int, state: str) -> None:
    await uow.conn.execute(Q.empty_access, party_id, state)
    await _end_sessions(uow, party_id)
    await remove_second_factor(uow, party_id)
    await uow.conn.execute(Q.remove_passkeys, party_id, clock.now())
    await uow.conn.execute(Q.delete_challenges_of, party_id)
    await uow.conn.execute(Q.delete_devices_of, party_id)


async def _end_sessions(uow: UnitOfWork, party_id: int) -> None:
    await uow.conn.execute(Q.delete_sessions_of, party_id)
    await uow.conn.execute(Q.delete_log_ins_of, party_id)


async def _record(
    uow: UnitOfWork, clock: Clock, party_id: int, customer: str, what: str, *, by: str, case_id: int | None
) -> None:
    """Keep the change, and tell the customer by an event."""
    now = clock.now()
    await uow.conn.execute(Q.insert_change, party_id, what, now, by, case_id)
    await audit(uow, clock, actor=by, action=f"online_banking_{what}", subject=customer, outcome="done")
    await uow.emit(f"online_banking_{what}", now, payload={"customer": customer, "by": by})
