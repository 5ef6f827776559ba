"""Branches, staff, log-in and sessions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from asyncpg import Record, UniqueViolationError

from liushui.identity.model import Branch, Principal, load_roles, password_faults, permissions_of
from liushui.kernel.clock import Clock, monotonic_s
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.identity")
ATTEMPTS_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
REMEMBER_SESSION_S = 2.0
REMEMBERED_SESSIONS_MAX = 10_000
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least for argon2id
_NOBODY = _HASHER.hash(secrets.token_hex(16))


async def open_branch(uow: UnitOfWork, *, code: str, name_zh: str, name_en: str, opened_on: date) -> Branch:
    """Refuses ``branch_exists``."""
    try:
        branch_id: int = await uow.conn.fetchval(Q.insert_branch, code, name_zh, name_en, opened_on)
    except UniqueViolationError:
        raise refuse("branch_exists", branch=code) from None
    return Branch(branch_id, code, name_zh, name_en, opened_on)


async def list_branches(conn: PoolConnection) -> list[Branch]:
    return [Branch(*row) for row in await conn.fetch(Q.branches)]


async def branch_by_code(conn: PoolConnection, code: str) -> Branch:
    """Refuses ``branch_unknown``."""
    row = await conn.fetchrow(Q.branch_by_code, code)
    if row is None:
        raise refuse("branch_unknown", branch=code[:8])
    return Branch(*row)


async def audit(
    uow: UnitOfWork, clock: Clock, *, actor: str, action: str, subject: str, outcome: str
) -> None:
    """Write a line of the audit trail. Never a secret, never a document number."""
    await uow.conn.execute(Q.insert_audit, clock.now(), actor, action, subject, outcome)


async def add_staff(
    uow: UnitOfWork, clock: Clock, *, number: str, name: str, branch_id: int, roles: Sequence[str],
    password: str, actor: str = "system",
) -> int:  # fmt: skip
    """Refuses, all at once: the password's faults and ``role_unknown``; then ``staff_exists``."""
    faults = password_faults(password, number)
    faults += [Fault("role_unknown", {"role": r}, "roles") for r in roles if r not in load_roles()]
    raise_if_any(faults)
    hashed = await asyncio.to_thread(_HASHER.hash, password)
    staff_id: int | None = await uow.conn.fetchval(
        Q.insert_staff, number, name, branch_id, list(roles), hashed
    )
    if staff_id is None:
        raise refuse("staff_exists", number=number)
    await audit(uow, clock, actor=actor, action="staff_added", subject=number, outcome="done")
    return staff_id


async def log_in(db: Database, clock: Clock, number: str, password: str) -> tuple[str, Principal]:
    """Return a new session's token and its principal.

    Refuses ``staff_locked`` for 15 minutes after 5 wrong passwords in a row, and ``credentials_wrong`` alike for
    a wrong password and an unknown number, after the same work. The count of failures is kept.
    """
    async with db.read() as conn:
        row = await conn.fetchrow(Q.staff_for_log_in, number)
    now = clock.now()
    if row is not None and row["locked_until"] is not None and row["locked_until"] > now:
        raise refuse("staff_locked", until=row["locked_until"].isoformat())
    right = await asyncio.to_thread(_matches, row["password_hash"] if row else _NOBODY, password)
    if row is None or not right:
        await db.transact(lambda uow: _note_failure(uow, clock, row, number))
        raise refuse("credentials_wrong")
    token = secrets.token_urlsafe(32)

    async def start(uow: UnitOfWork) -> None:
        await uow.conn.execute(Q.reset_failures, row["id"])
        await uow.conn.execute(Q.insert_session, _hashed(token), row["id"], now, now + SESSION_LASTS)
        await audit(uow, clock, actor=number, action="log_in", subject=number, outcome="done")

    await db.transact(start)
    return token, _principal(row)


async def _note_failure(uow: UnitOfWork, clock: Clock, row: Record | None, number: str) -> None:
    if row is not None:
        until = clock.now() + LOCKED_FOR
        await uow.conn.execute(Q.count_failure, row["id"], ATTEMPTS_BEFORE_LOCK, until)
    subject = number[:32] if row is not None else "unknown"
    await audit(uow, clock, actor=subject, action="log_in", subject=subject, outcome="refused")


async def change_password(db: Database, clock: Clock, principal: Principal, old: str, new: str) -> None:
    """Set a new password and end every session of the person. Refuses ``credentials_wrong`` and the new
    password's faults."""
    raise_if_any(password_faults(new, principal.number))
    async with db.read() as conn:
        row = await conn.fetchrow(Q.staff_for_log_in, principal.number)
    if row is None or not await asyncio.to_thread(_matches, row["password_hash"], old):
        raise refuse("credentials_wrong")
    hashed = await asyncio.to_thread(_HASHER.hash, new)

    async def change(uow: UnitOfWork) -> None:
        await uow.conn.execute(Q.set_password, principal.staff_id, hashed)
        await uow.conn.execute(Q.delete_sessions_of, principal.staff_id)
        await audit(
            uow,
            clock,
            actor=principal.number,
            action="password_changed",
            subject=principal.number,
            outcome="done",
        )

    await db.transact(change)


class Sessions:
    """Turns tokens into principals.

    An answer is remembered for two seconds, so that a busy client costs no query a request; a session that
    ends in another process may therefore live on here for that long.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._remembered: dict[str, tuple[float, Principal]] = {}

    async def authenticate(self, token: str) -> Principal:
        """Refuses ``session_unknown`` for what is unknown, ended, idle too long or too old."""
        remembered = self._remembered.get(token)
        if remembered is not None and remembered[0] > monotonic_s():
            return remembered[1]
        async with self._db.read() as conn:
            row = await conn.fetchrow(Q.find_session, _hashed(token))
        now = self._clock.now()
        if row is None or row["expires_at"] <= now or row["last_seen_at"] + SESSION_IDLE <= now:
            self._remembered.pop(token, None)
            raise refuse("session_unknown")
        if row["last_seen_at"] + SEEN_EVERY <= now:
            await self._db.transact(lambda uow: _touch(uow, token, now))
        if len(self._remembered) >= REMEMBERED_SESSIONS_MAX:
            self._remembered.clear()
        principal = _principal(row)
        self._remembered[token] = (monotonic_s() + REMEMBER_SESSION_S, principal)
        return principal

    async def log_out(self, token: str) -> None:
        self._remembered.pop(token, None)

        async def end(uow: UnitOfWork) -> None:
            await uow.conn.execute(Q.delete_session, _hashed(token))

        await self._db.transact(end)


async def _touch(uow: UnitOfWork, token: str, now: datetime) -> None:
    await uow.conn.execute(Q.touch_session, _hashed(token), now)


def _principal(row: Record) -> Principal:
    roles = frozenset[str](row["roles"])
    return Principal(
        row["id"], row["number"], row["branch_id"], row["branch_code"], roles, permissions_of(sorted(roles))
    )


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password[:1024])
    except VerifyMismatchError:
        return False
