"""One-time passwords (RFC 6238) as a customer's second factor: begun, confirmed by a first code, checked with few
attempts.

A code counts for its half minute and the one before and after; none is taken twice, nor an older one after a newer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hmac import compare_digest

from pyotp import random_base32
from pyotp.totp import TOTP

from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.parties.service import customer_by_number
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries
from liushui.store.vault import Vault

Q = Queries("liushui.parties", "second_factor.sql")
ISSUER = "Liushui"
STEP_S = 30
STEPS_AROUND = 1
FAILURES_MOST = 5
"""Wrong codes in a row, over all cases, after which the customer must enrol anew."""
PENDING_FOR = timedelta(minutes=15)


async def begin_second_factor(
    uow: UnitOfWork, clock: Clock, vault: Vault, *, customer: str, secret: str | None = None
) -> str:
    """Make a new secret that counts once its first code has been given; return the address (``otpauth://``) that an
    authenticator app reads, which is shown once. secret: a demonstration's, which everybody may know; None: a random one.
    Refuses ``customer_unknown``, ``vault_closed``."""
    party = await customer_by_number(uow.conn, customer)
    secret = secret or random_base32()
    await uow.conn.execute(Q.begin, party.id, vault.seal(secret.encode(), customer), clock.now())
    return TOTP(secret, interval=STEP_S).provisioning_uri(name=customer, issuer_name=ISSUER)


async def confirm_second_factor(
    uow: UnitOfWork, clock: Clock, vault: Vault, *, customer: str, code: str, operator: str
) -> None:
    """Let the secret that was begun count from now on, in place of any before it. The code is used up by it.

    Refuses ``customer_unknown``, ``second_factor_not_begun`` (or too long ago) and ``second_factor_wrong``.
    """
    party, now = await customer_by_number(uow.conn, customer), clock.now()
    row = await uow.conn.fetchrow(Q.pending, party.id)
    if row is None or row["begun_at"] + PENDING_FOR <= now:
        raise refuse("second_factor_not_begun")
    step = _matching_step(vault.open(row["sealed"], customer), code, now, after=0)
    if step is None:
        raise refuse("second_factor_wrong", "code")
    await uow.conn.execute(Q.enrol, party.id, row["sealed"], step, now, operator)
    await uow.conn.execute(Q.end_pending, party.id)


async def enrolled_at(conn: PoolConnection, party_id: int) -> datetime | None:
    """Since when the customer's one-time passwords count; None where there are none."""
    return await conn.fetchval(Q.enrolled_at, party_id)


async def remove_second_factor(uow: UnitOfWork, party_id: int) -> None:
    """End a customer's one-time passwords, begun or confirmed."""
    await uow.conn.execute(Q.remove, party_id)
    await uow.conn.execute(Q.end_pending, party_id)


async def check_code(uow: UnitOfWork, vault: Vault, *, party_id: int, code: str, now: datetime) -> bool:
    """Whether a code is right. Keeps what it learns in the caller's transaction, which must not be rolled back for a
    wrong code: otherwise attempts would not be counted.

    Refuses ``second_factor_not_enrolled`` and ``second_factor_locked``.
    """
    row = await uow.conn.fetchrow(Q.locked, party_id)
    if row is None:
        raise refuse("second_factor_not_enrolled")
    if row["failures"] >= FAILURES_MOST:
        raise refuse("second_factor_locked")
    step = _matching_step(vault.open(row["sealed"], row["number"]), code, now, after=row["last_step"])
    if step is None:
        await uow.conn.execute(Q.note_wrong, party_id)
        return False
    await uow.conn.execute(Q.note_right, party_id, step)
    return True


def _matching_step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The newest half minute whose code it is, later than ``after``; None where it is none's."""
    totp = TOTP(secret.decode(), interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    steps = range(current - STEPS_AROUND, current + STEPS_AROUND + 1)
    given = code.encode()
    matching = [step for step in steps if compare_digest(totp.at(step * STEP_S).encode(), given)]
    return max((step for step in matching if step > after), default=None)
