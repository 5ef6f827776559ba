"""Machines at which customers stand, and the telephone bank: registered by the administrator, and how a customer says
there who they are.

A machine has a secret of its own; whoever has it is the machine. A customer is known by what they have and know: card
and password; at a kiosk the document as well, which it reads; by telephone a number and a password or one-time code.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asyncpg import Record

from liushui.deposits import try_password
from liushui.identity import NOBODY, audit, branch_by_code, password_matches
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.risk import effective
from liushui.self_service.model import FULL, LASTS, MACHINE_CHANNELS, Machine
from liushui.self_service.proofs import Proof, Proofs
from liushui.self_service.sessions import Q, hashed, new_token
from liushui.store.database import Database, PoolConnection, UnitOfWork


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows and types at a machine. card: its number; customer, account: numbers said on the telephone."""

    card: str | None = field(default=None, repr=False)
    document_type: str | None = None
    document_number: str | None = field(default=None, repr=False)
    customer: str | None = None
    account: str | None = None
    password: str | None = field(default=None, repr=False)
    one_time_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """A customer who has shown who they are. account: the only one that the session may act on; None: all."""

    party_id: int
    customer: str
    account_id: int | None


NEEDED = {
    "atm": (("card", "password"),),
    "kiosk": (("card", "password", "document_type", "document_number"),),
    "phone": (("customer", "account", "password"), ("customer", "one_time_password")),
}
"""What each channel asks for; one of the sets, whole and alone."""


async def register_machine(
    uow: UnitOfWork, clock: Clock, *, number: str, channel: str, branch: str, terminal: str, operator: str
) -> str:
    """Return the new machine's secret, which is shown once. Refuses ``channel_unknown``, ``branch_unknown`` and
    ``machine_exists``."""
    if channel not in MACHINE_CHANNELS:
        raise refuse("channel_unknown", "channel", channel=channel[:40])
    place, secret = await branch_by_code(uow.conn, branch), new_token()
    id: int | None = await uow.conn.fetchval(
        Q.insert_machine, number, channel, place.id, terminal, hashed(secret), clock.now(), operator
    )
    if id is None:
        raise refuse("machine_exists", machine=number)
    await audit(uow, clock, actor=operator, action="machine_registered", subject=number, outcome=channel)
    return secret


async def rotate_secret(uow: UnitOfWork, clock: Clock, *, number: str, operator: str) -> str:
    """A new secret in place of the old one, which is worth nothing from now on; sessions on the machine end. Refuses
    ``machine_unknown``."""
    secret = new_token()
    id = await uow.conn.fetchval(Q.rotate_machine, number, hashed(secret), clock.now())
    await _changed(uow, clock, id, number, "machine_secret_rotated", operator)
    return secret


async def revoke_machine(uow: UnitOfWork, clock: Clock, *, number: str, operator: str) -> None:
    """Shut a machine out for good. Refuses ``machine_unknown``."""
    id = await uow.conn.fetchval(Q.revoke_machine, number, clock.now(), operator)
    await _changed(uow, clock, id, number, "machine_revoked", operator)


async def list_machines(conn: PoolConnection, *, after: str, limit: int) -> list[dict[str, Any]]:
    """Machines in the order of their numbers, from behind ``after``, without their secrets."""
    return [dict(row) for row in await conn.fetch(Q.machine_page, after, limit)]


async def machine_of(db: Database, credential: str) -> Machine:
    """Whoever gives ``number:secret``. Refuses ``machine_unknown`` for an unknown number, a wrong secret and a revoked
    machine alike."""
    number, _, secret = credential.partition(":")
    row = None
    if is_storable(number):
        async with db.look_up() as conn:
            row = await conn.fetchrow(Q.machine, number)
    kept: bytes = b"" if row is None else row["secret_hash"]
    if not hmac.compare_digest(kept, hashed(secret)) or row is None:
        raise refuse("machine_unknown", machine=number[:32])
    return Machine(row["id"], row["number"], row["channel"], row["branch_id"], row["terminal"])


async def identify_customer(
    db: Database, clock: Clock, machine: Machine, shown: Shown, proofs: Proofs
) -> tuple[str, datetime, Known]:
    """Begin a customer's session on a machine; return token and end. At a kiosk or cash machine whoever stood there
    before is gone by that.

    Refuses ``form_field_missing`` and ``form_field_unknown`` for what the channel asks for or does not; and
    ``credentials_wrong`` for everything else alike: unknown, not belonging together, wrong, locked. Wrong passwords
    count towards the lock of the account's password.
    """
    raise_if_any(_faults(machine.channel, shown))
    token, now = new_token(), clock.now()
    until = now + LASTS[machine.channel]

    async def decide(uow: UnitOfWork) -> Known | None:
        known = await _known(uow, clock, machine, shown, proofs, now)
        about = "unknown" if known is None else known.customer
        outcome = "refused" if known is None else "done"
        await audit(
            uow, clock, actor=machine.number, action="customer_identified", subject=about, outcome=outcome
        )
        if known is not None:
            await uow.conn.execute(Q.delete_old_sessions, now)
            await uow.conn.execute(Q.delete_sessions_at, machine.id)
            await uow.conn.execute(
                Q.insert_session, hashed(token), known.party_id, machine.channel, FULL, machine.id, known.account_id,
                now, until,
            )  # fmt: skip
        return known

    known = await db.transact(decide)
    if known is None:
        raise Refused(Fault("credentials_wrong"))
    return token, until, known


async def _known(
    uow: UnitOfWork, clock: Clock, machine: Machine, shown: Shown, proofs: Proofs, now: datetime
) -> Known | None:
    """Whom this identifies; None for nobody. A password is hashed either way, so that the time says nothing."""
    if shown.one_time_password is not None:
        return await _by_code(uow, shown, proofs)
    row = await _account(uow.conn, machine.channel, shown)
    assert shown.password is not None
    if row is None or not await uow.conn.fetchval(Q.has_password, row["id"]):
        await password_matches(NOBODY, shown.password)
        return None
    tried = await try_password(
        uow, clock, account_id=row["id"], account=row["number"], password=shown.password,
        most=effective(now.date())["account_password_tries"], operator=machine.number,
    )  # fmt: skip
    if tried.locked:  # a locked password is not compared: somebody would tell by the time
        await password_matches(NOBODY, shown.password)
    if not tried.right:
        return None
    whole = machine.channel == "kiosk"  # card, password and document together stand for the person
    return Known(row["party_id"], row["customer"], None if whole else row["id"])


async def _by_code(uow: UnitOfWork, shown: Shown, proofs: Proofs) -> Known | None:
    assert shown.customer is not None
    party = await uow.conn.fetchrow(Q.party, shown.customer)
    if party is None:
        return None
    try:
        right = await proofs.check(uow, party["id"], Proof(shown.one_time_password), None)
    except Refused as refused:
        if refused.code in ("second_factor_not_enrolled", "second_factor_locked"):
            return None
        raise
    return Known(party["id"], party["number"], None) if right else None


async def _account(conn: PoolConnection, channel: str, shown: Shown) -> Record | None:
    """The account whose password is asked for, where what was shown belongs together."""
    if channel == "phone":
        return await conn.fetchrow(Q.account_of_customer, shown.account, shown.customer)
    row = await conn.fetchrow(Q.account_by_card, shown.card)
    if row is None or channel == "atm":
        return row
    document = (shown.document_number or "").strip().upper()
    fits = await conn.fetchval(Q.has_document, row["party_id"], shown.document_type, document)
    return row if fits else None


def _faults(channel: str, shown: Shown) -> list[Fault]:
    given = {name for name in Shown.__dataclass_fields__ if getattr(shown, name) is not None}
    sets = [set(one) for one in NEEDED[channel]]
    if given in sets:
        return []
    wanted = max(sets, key=lambda one: len(one & given))
    faults = [Fault("form_field_missing", field=name) for name in sorted(wanted - given)]
    return faults + [Fault("form_field_unknown", field=name) for name in sorted(given - wanted)]


async def _changed(
    uow: UnitOfWork, clock: Clock, id: int | None, number: str, action: str, operator: str
) -> None:
    if id is None:
        raise refuse("machine_unknown", machine=number)
    await uow.conn.execute(Q.delete_sessions_of_machine, id)
    await audit(uow, clock, actor=operator, action=action, subject=number, outcome="done")
