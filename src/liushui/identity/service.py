"""Branches, staff, log-in and sessions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from asyncpg import Record, UniqueViolationError

from liushui.identity.hashing import NOBODY, hash_password, password_matches
from liushui.identity.model import Branch, Principal, load_roles, password_faults, permissions_of
from liushui.kernel.clock import Clock, monotonic_s
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.queries import Queries
from liushui.store.shared_lookup import SharedLookup

Q = Queries("liushui.identity")
ATTEMPTS_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
REMEMBER_SESSION_S = 2.0
REMEMBERED_SESSIONS_MAX = 10_000
_CUSTOMERS = re.compile(r"[0-9]{11}")


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
    row = await conn.fetchrow(Q.branch_by_code, code) if is_storable(code) else None
    if row is None:
        raise refuse("branch_unknown", branch=code[:8])
    return Branch(*row)


async def branch_by_id(conn: PoolConnection, id: int) -> Branch:
    """Refuses ``branch_unknown``."""
    row = await conn.fetchrow(Q.branch_by_id, id)
    if row is None:
        raise refuse("branch_unknown", branch=str(id))
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
    """Refuses, all at once: the password's faults, ``role_unknown`` and ``staff_number_reserved`` (it looks like a
    customer's: who did what would be in doubt); then ``staff_exists``."""
    faults = password_faults(password, number)
    if _CUSTOMERS.fullmatch(number):
        faults.append(Fault("staff_number_reserved", field="number"))
    faults += [Fault("role_unknown", {"role": r}, "roles") for r in roles if r not in load_roles()]
    raise_if_any(faults)
    hashed = await hash_password(password)
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
    row, right = await _compare(db, clock, number, password)
    token = secrets.token_urlsafe(32)

    async def decide(uow: UnitOfWork) -> Fault | None:
        if row is None:
            await audit(uow, clock, actor="unknown", action="log_in", subject="unknown", outcome="refused")
            return Fault("credentials_wrong")
        fault = await _settle(uow, clock, row, right, "log_in")
        if fault is None:
            now = clock.now()
            await uow.conn.execute(Q.insert_session, _hashed(token), row["id"], now, now + SESSION_LASTS)
            await audit(uow, clock, actor=number, action="log_in", subject=number, outcome="done")
        return fault

    # The refusal is raised after the commit: raised inside, it would take the count of failures with it.
    fault = await db.transact(decide)
    if fault is not None or row is None:
        raise Refused(fault or Fault("credentials_wrong"))
    return token, principal_from(row)


async def change_password(db: Database, clock: Clock, principal: Principal, old: str, new: str) -> None:
    """Set a new password and end every session of the person.

    Refuses the new password's faults, all at once; then, as at log-in, ``staff_locked`` and ``credentials_wrong``:
    a wrong old password counts like any other, so a session left open is no place to guess.
    """
    raise_if_any(password_faults(new, principal.number))
    row, right = await _compare(db, clock, principal.number, old)
    hashed = await hash_password(new)

    async def decide(uow: UnitOfWork) -> Fault | None:
        if row is None:
            return Fault("credentials_wrong")
        fault = await _settle(uow, clock, row, right, "password_changed")
        if fault is None:
            await uow.conn.execute(Q.set_password, principal.staff_id, hashed)
            await uow.conn.execute(Q.delete_sessions_of, principal.staff_id)
            await audit(
                uow, clock, actor=principal.number, action="password_changed", subject=principal.number,
                outcome="done",
            )  # fmt: skip
        return fault

    fault = await db.transact(decide)
    if fault is not None:
        raise Refused(fault)


async def _compare(db: Database, clock: Clock, number: str, password: str) -> tuple[Record | None, bool]:
    """Find the person and try the password, outside any transaction: the hash takes its time on purpose."""
    row = None
    if is_storable(number):
        async with db.read() as conn:
            row = await conn.fetchrow(Q.staff_for_log_in, number)
    if row is not None and (locked := _lock_fault(row, clock.now())) is not None:
        raise Refused(locked)
    return row, await password_matches(row["password_hash"] if row else NOBODY, password)


async def _settle(uow: UnitOfWork, clock: Clock, row: Record, right: bool, action: str) -> Fault | None:
    """Count or forgive, under the lock of the person's row; return why the person is refused, if so.

    Looked at again here, because guesses made side by side have all seen a person who was not locked yet, and
    the password may have changed while the old one was being hashed.
    """
    now = clock.now()
    current = await uow.conn.fetchrow(Q.lock_staff, row["id"])
    if current is None:
        return Fault("credentials_wrong")
    if (locked := _lock_fault(current, now)) is not None:
        return locked
    if right and current["password_hash"] == row["password_hash"]:
        await uow.conn.execute(Q.reset_failures, row["id"])
        return None
    number: str = row["number"]
    await audit(uow, clock, actor=number, action=action, subject=number, outcome="refused")
    if await uow.conn.fetchval(Q.count_failure, row["id"], ATTEMPTS_BEFORE_LOCK, now + LOCKED_FOR):
        await audit(uow, clock, actor=number, action="staff_locked", subject=number, outcome="done")
    return Fault("credentials_wrong")


def _lock_fault(row: Record, now: datetime) -> Fault | None:
    until: datetime | None = row["locked_until"]
    return Fault("staff_locked", {"until": until.isoformat()}) if until is not None and until > now else None


class Sessions:
    """Turns tokens into principals.

    An answer is remembered for two seconds, so that a busy client costs no query a request; a session that
    ends in another process may therefore live on here for that long.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._remembered: dict[str, tuple[float, Principal]] = {}
        self._lookup = SharedLookup(self._read)

    async def authenticate(self, token: str) -> Principal:
        """Refuses ``session_unknown`` for what is unknown, ended, idle too long or too old."""
        remembered = self._remembered.get(token)
        if remembered is not None and remembered[0] > monotonic_s():
            return remembered[1]
        row = await self._lookup.get(token)
        now = self._clock.now()
        if row is None or row["expires_at"] <= now or row["last_seen_at"] + SESSION_IDLE <= now:
            self._remembered.pop(token, None)
            raise refuse("session_unknown")
        if row["last_seen_at"] + SEEN_EVERY <= now:
            await self._db.transact(lambda uow: _touch(uow, token, now))
        if len(self._remembered) >= REMEMBERED_SESSIONS_MAX:
            self._remembered.clear()
        principal = principal_from(row)
        self._remembered[token] = (monotonic_s() + REMEMBER_SESSION_S, principal)
        return principal

    async def log_out(self, token: str) -> None:
        self._remembered.pop(token, None)

        async def end(uow: UnitOfWork) -> None:
            await uow.conn.execute(Q.delete_session, _hashed(token))

        await self._db.transact(end)

    async def _read(self, tokens: list[str]) -> Mapping[str, Record]:
        by_hash = {_hashed(token): token for token in tokens}
        async with self._db.look_up() as conn:
            rows = await conn.fetch(Q.find_sessions, list(by_hash))
        return {by_hash[row["token_hash"]]: row for row in rows}


async def _touch(uow: UnitOfWork, token: str, now: datetime) -> None:
    await uow.conn.execute(Q.touch_session, _hashed(token), now)


def principal_from(row: Record) -> Principal:
    """A row of staff, with what their roles permit."""
    roles = frozenset[str](row["roles"])
    return Principal(
        row["id"], row["number"], row["branch_id"], row["branch_code"], roles, permissions_of(sorted(roles))
    )


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
