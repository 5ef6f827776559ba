"""Customers log in: password, then second factor; and what their tokens are worth."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from asyncpg import Record

from liushui.identity import NOBODY, audit, password_matches
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, refuse
from liushui.kernel.text import is_storable
from liushui.self_service.model import (
    ATTEMPTS_BEFORE_LOCK,
    DEVICES_MOST,
    FULL,
    IDLE,
    LASTS,
    LOCKED_FOR,
    ONLINE,
    SEEN_EVERY,
    TICKET_LASTS,
    TICKET_TRIES_MOST,
    Machine,
    Visitor,
)
from liushui.self_service.proofs import Proof, Proofs
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.self_service")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The password was right. token: to come back with, once; challenge: for a passkey; credentials: ids of passkeys;
    one_time_password: whether one may be given instead."""

    token: str
    challenge: bytes
    credentials: list[bytes]
    one_time_password: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """device: a token by which this browser is known the next time; None where it was known."""

    token: str
    until: datetime
    device: str | None


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """What is kept of a token or a machine's secret, both of 256 random bits: a fast hash is enough."""
    return sha256(token.encode(errors="surrogatepass")).digest()


def hash_in(row: Record | None, column: str) -> str:
    """The hash to compare with; one that nothing matches where there is none, so that both take the same time."""
    found: str | None = None if row is None else row[column]
    return found or NOBODY


async def begin_log_in(db: Database, clock: Clock, customer: str, password: str, proofs: Proofs) -> Ticket:
    """The first step. Refuses ``credentials_wrong``: alike for a wrong password, an unknown number, a customer without
    online banking and one who is locked, after the same work."""
    row = None
    if is_storable(customer):
        async with db.read() as conn:
            row = await conn.fetchrow(Q.access, customer)
    right = await password_matches(hash_in(row, "password_hash"), password)
    token, challenge, now = new_token(), secrets.token_bytes(32), clock.now()

    async def decide(uow: UnitOfWork) -> Fault | None:
        fault = await settle_password(uow, clock, row, right, "customer_log_in")
        if fault is None and row is not None:
            await uow.conn.execute(Q.delete_old_log_ins, now)
            await uow.conn.execute(
                Q.insert_log_in, hashed(token), row["party_id"], challenge, now + TICKET_LASTS
            )
        return fault

    fault = await db.transact(decide)
    if fault is not None or row is None:
        raise Refused(fault or Fault("credentials_wrong"))
    async with db.read() as conn:
        offered = await proofs.offered(conn, row["party_id"])
    return Ticket(token, challenge, offered.credentials, offered.one_time_password, now + TICKET_LASTS)


async def settle_password(
    uow: UnitOfWork, clock: Clock, row: Record | None, right: bool, action: str
) -> Fault | None:
    """Count or forgive, under the lock of the customer's row; return why the customer is refused, if so. The lock for a
    while is not told apart from a wrong password: strangers would learn from it who is a customer."""
    now, wrong = clock.now(), Fault("credentials_wrong")
    current = None if row is None else await uow.conn.fetchrow(Q.lock_access, row["number"])
    if row is None or current is None or current["state"] != "active":
        await audit(uow, clock, actor="unknown", action=action, subject="unknown", outcome="refused")
        return wrong
    number, party_id = row["number"], row["party_id"]
    if current["locked_until"] is not None and current["locked_until"] > now:
        await audit(uow, clock, actor=number, action=action, subject=number, outcome="locked")
        return wrong
    if right and current["password_hash"] == row["password_hash"]:
        await uow.conn.execute(Q.reset_failures, party_id)
        return None
    await audit(uow, clock, actor=number, action=action, subject=number, outcome="refused")
    if await uow.conn.fetchval(Q.count_failure, party_id, ATTEMPTS_BEFORE_LOCK, now + LOCKED_FOR):
        await audit(uow, clock, actor=number, action="online_banking_locked", subject=number, outcome="done")
        await uow.emit("online_banking_locked", now, payload={"customer": number})
    return wrong


async def finish_log_in(
    db: Database, clock: Clock, ticket: str, proof: Proof, proofs: Proofs, *, device: str | None
) -> LoggedIn:
    """The second step. Refuses ``log_in_expired`` for a ticket that is unknown, used, too old or has been tried too
    often; ``second_factor_wrong``; and what ``Proofs.check`` refuses."""
    token, now = new_token(), clock.now()
    until = now + LASTS[ONLINE]
    fresh_device = new_token()

    async def decide(uow: UnitOfWork) -> Fault | bool:
        row = await uow.conn.fetchrow(Q.lock_log_in, hashed(ticket))
        if row is None or row["expires_at"] <= now or row["tries"] >= TICKET_TRIES_MOST:
            return Fault("log_in_expired")
        number: str = row["number"]
        if not await proofs.check(uow, row["party_id"], proof, row["challenge"]):
            await uow.conn.execute(Q.count_log_in, hashed(ticket))
            await audit(
                uow,
                clock,
                actor=number,
                action="customer_log_in",
                subject=number,
                outcome="second_factor_wrong",
            )
            return Fault("second_factor_wrong")
        await uow.conn.execute(Q.delete_log_in, hashed(ticket))
        await uow.conn.execute(Q.delete_old_sessions, now)
        await uow.conn.execute(
            Q.insert_session, hashed(token), row["party_id"], ONLINE, FULL, None, None, now, until
        )
        await audit(uow, clock, actor=number, action="customer_log_in", subject=number, outcome="done")
        return await _is_new_device(uow, row, device, fresh_device, now)

    told = await db.transact(decide)
    if isinstance(told, Fault):
        raise Refused(told)
    return LoggedIn(token, until, fresh_device if told else None)


async def _is_new_device(uow: UnitOfWork, row: Record, device: str | None, fresh: str, now: datetime) -> bool:
    """Whether the customer has not been here with this browser before; if so it is remembered, and they hear of it."""
    party_id = row["party_id"]
    if device is not None and await uow.conn.fetchval(Q.seen_device, hashed(device), party_id, now):
        return False
    await uow.conn.execute(Q.insert_device, hashed(fresh), party_id, now)
    await uow.conn.execute(Q.prune_devices, party_id, DEVICES_MOST)
    await uow.emit("online_banking_new_device", now, payload={"customer": row["number"]})
    return True


class CustomerSessions:
    """Turns tokens into visitors. Nothing is remembered: a session that has ended is over at once, everywhere."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def authenticate(self, token: str, machine: Machine | None) -> Visitor:
        """Refuses ``session_unknown`` for what is unknown, ended, idle too long or too old, and for a token of one
        machine on another or on none."""
        async with self._db.look_up() as conn:
            row = await conn.fetchrow(Q.session, hashed(token))
        now = self._clock.now()
        if row is None or row["expires_at"] <= now or row["last_seen_at"] + IDLE[row["channel"]] <= now:
            raise refuse("session_unknown")
        if row["machine_id"] != (None if machine is None else machine.id):
            raise refuse("session_unknown")
        if row["last_seen_at"] + min(SEEN_EVERY, IDLE[row["channel"]] / 2) <= now:
            await self._db.transact(lambda uow: uow.conn.execute(Q.touch_session, hashed(token), now))
        return Visitor(
            row["party_id"], row["number"], row["name"], row["branch_id"], row["channel"], row["scope"], row["account"],
            row["machine_id"],
        )  # fmt: skip

    async def log_out(self, token: str) -> None:
        await self._db.transact(lambda uow: uow.conn.execute(Q.delete_session, hashed(token)))


async def own_accounts(conn: PoolConnection, visitor: Visitor) -> list[str]:
    """The accounts that a session may look at and act on."""
    rows = await conn.fetch(Q.own_accounts, visitor.party_id)
    return [row["number"] for row in rows if visitor.account in (None, row["number"])]
