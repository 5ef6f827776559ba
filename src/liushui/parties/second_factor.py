"""One-time passwords (RFC 6238) as a customer's second factor: enrolled once, checked with few attempts.

A code counts for its half minute and the one before and after; none is taken twice, nor an older one after a newer.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from pyotp import random_base32
from pyotp.totp import TOTP

from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.parties.service import customer_by_number
from liushui.store.database import UnitOfWork
from liushui.store.queries import Queries
from liushui.store.vault import Vault

Q = Queries("liushui.parties", "second_factor.sql")
ISSUER = "Liushui"
STEP_S = 30
STEPS_AROUND = 1
FAILURES_MOST = 5
"""Wrong codes in a row, over all cases, after which the customer must enrol anew."""


async def enrol_second_factor(
    uow: UnitOfWork, clock: Clock, vault: Vault, *, customer: str, operator: str
) -> str:
    """Give a customer a new secret, in place of any before it; return the address (``otpauth://``) that an
    authenticator app reads, which is shown once and kept nowhere. Refuses ``customer_unknown``, ``vault_closed``."""
    party = await customer_by_number(uow.conn, customer)
    secret = random_base32()
    now = clock.now()
    await uow.conn.execute(Q.enrol, party.id, vault.seal(secret.encode(), customer), now, operator)
    await uow.emit("second_factor_enrolled", now, payload={"customer": customer, "by": operator})
    return TOTP(secret, interval=STEP_S).provisioning_uri(name=customer, issuer_name=ISSUER)


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
    totp = TOTP(vault.open(row["sealed"], row["number"]).decode(), interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    steps = range(current - STEPS_AROUND, current + STEPS_AROUND + 1)
    matching = [step for step in steps if compare_digest(totp.at(step * STEP_S), code)]
    fresh = [step for step in matching if step > row["last_step"]]
    if not fresh:
        await uow.conn.execute(Q.note_wrong, party_id)
        return False
    await uow.conn.execute(Q.note_right, party_id, max(fresh))
    return True
