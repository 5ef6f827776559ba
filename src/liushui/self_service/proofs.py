"""Second factors of a customer: one-time passwords and passkeys. Enrolled, listed, removed; and checked where a customer
must prove more than a password."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from liushui.identity import audit
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, refuse
from liushui.parties import begin_second_factor, check_code, confirm_second_factor, enrolled_at
from liushui.self_service import webauthn_check
from liushui.self_service.model import CHALLENGE_LASTS, ENROL, Visitor
from liushui.self_service.webauthn_check import NotProvenError, RelyingParty
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries
from liushui.store.vault import Vault

Q = Queries("liushui.self_service")
REGISTER, STEP_UP = "register", "step_up"
PASSKEYS_MOST = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What a customer gives as second factor: a one-time password, or a passkey's answer to a challenge (JSON)."""

    one_time_password: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a customer may prove themselves with."""

    one_time_password: bool
    credentials: list[bytes]


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Used:
    """A passkey's answer that was right."""

    passkey_id: int
    public_key: bytes
    answer: webauthn_check.Answer


class Proofs:
    """The use cases. party: who the bank is to an authenticator."""

    def __init__(self, clock: Clock, vault: Vault, party: RelyingParty) -> None:
        self._clock = clock
        self._vault = vault
        self.party = party

    async def offered(self, conn: PoolConnection, party_id: int) -> Offered:
        keys = await conn.fetch(Q.passkeys, party_id)
        since = await enrolled_at(conn, party_id)
        return Offered(since is not None, [row["credential_id"] for row in keys])

    async def enrolled(self, conn: PoolConnection, party_id: int) -> tuple[datetime | None, list[Passkey]]:
        """Since when one-time passwords count, and the passkeys."""
        rows = await conn.fetch(Q.passkeys, party_id)
        keys = [Passkey(r["id"], r["name"], r["added_at"], r["last_used_at"]) for r in rows]
        return await enrolled_at(conn, party_id), keys

    async def check(self, uow: UnitOfWork, party_id: int, proof: Proof, challenge: bytes | None) -> bool:
        """Whether the second factor is right. Wrong codes are counted in the caller's transaction, which must commit.
        challenge: what a passkey was asked; None: nothing. Refuses ``second_factor_not_enrolled`` and
        ``second_factor_locked``."""
        if proof.assertion is not None:
            return (
                challenge is not None
                and await self.use_passkey(uow, party_id, proof.assertion, challenge) is not None
            )
        if proof.one_time_password is None:
            return False
        return await check_code(
            uow, self._vault, party_id=party_id, code=proof.one_time_password, now=self._clock.now()
        )

    async def challenge(self, uow: UnitOfWork, party_id: int, purpose: str) -> bytes:
        """Something random for an authenticator to answer, in place of any before it."""
        challenge = secrets.token_bytes(32)
        await uow.conn.execute(
            Q.set_challenge, party_id, purpose, challenge, self._clock.now() + CHALLENGE_LASTS
        )
        return challenge

    async def step_up(self, uow: UnitOfWork, visitor: Visitor, proof: Proof) -> Fault | None:
        """Ask for a second factor that is there before another is changed; who has none yet needs none. The fault is to
        be raised after the commit, for wrong codes are counted. Refuses like ``check``."""
        if visitor.scope == ENROL:
            return None
        asked = await self._take(uow, visitor.party_id, STEP_UP)
        if await self.check(uow, visitor.party_id, proof, asked):
            return None
        await audit(uow, self._clock, actor=visitor.customer, action="second_factor_step_up", subject=visitor.customer,
                    outcome="refused")  # fmt: skip
        return Fault("second_factor_wrong")

    async def begin_one_time_password(
        self, uow: UnitOfWork, visitor: Visitor, *, secret: str | None = None
    ) -> str:
        """The address with a new secret; see ``begin_second_factor``."""
        return await begin_second_factor(
            uow, self._clock, self._vault, customer=visitor.customer, secret=secret
        )

    async def confirm_one_time_password(self, uow: UnitOfWork, visitor: Visitor, code: str) -> None:
        """Let it count. Refusals: see ``confirm_second_factor``."""
        await confirm_second_factor(
            uow, self._clock, self._vault, customer=visitor.customer, code=code, operator=visitor.customer
        )
        await self._tell(uow, visitor, "second_factor_enrolled", "one_time_password")

    async def begin_passkey(self, uow: UnitOfWork, visitor: Visitor) -> dict[str, Any]:
        """What ``navigator.credentials.create`` takes. Refuses ``passkeys_too_many``."""
        known = await uow.conn.fetch(Q.passkeys, visitor.party_id)
        if len(known) >= PASSKEYS_MOST:
            raise refuse("passkeys_too_many", most=PASSKEYS_MOST)
        challenge = await self.challenge(uow, visitor.party_id, REGISTER)
        return webauthn_check.registration_options(
            self.party, challenge, customer=visitor.customer, name=visitor.name,
            known=[row["credential_id"] for row in known],
        )  # fmt: skip

    async def finish_passkey(
        self, uow: UnitOfWork, visitor: Visitor, name: str, credential: str
    ) -> Fault | None:
        """Keep a new passkey. Its challenge is used up by any answer; the fault is to be raised after the commit."""
        challenge = await self._take(uow, visitor.party_id, REGISTER)
        if challenge is None:
            return Fault("second_factor_not_begun")
        try:
            new = webauthn_check.registered(self.party, challenge, credential)
        except NotProvenError:
            return Fault("passkey_refused")
        id: int | None = await uow.conn.fetchval(
            Q.insert_passkey, visitor.party_id, new.credential_id, new.public_key, new.sign_count, name,
            self._clock.now(),
        )  # fmt: skip
        if id is None:  # somebody's already: whose, is nobody's business
            return Fault("passkey_refused")
        await self._tell(uow, visitor, "second_factor_enrolled", "passkey")
        return None

    async def remove_passkey(self, uow: UnitOfWork, visitor: Visitor, id: int) -> None:
        """Refuses ``passkey_unknown``, and ``second_factor_last``: who has no second factor cannot log in."""
        if await uow.conn.fetchval(Q.remove_passkey, visitor.party_id, id, self._clock.now()) is None:
            raise refuse("passkey_unknown", passkey=id)
        left = await self.offered(uow.conn, visitor.party_id)
        if not left.one_time_password and not left.credentials:
            raise refuse("second_factor_last")
        await self._tell(uow, visitor, "second_factor_removed", "passkey")

    async def use_passkey(
        self, uow: UnitOfWork, party_id: int, assertion: str, challenge: bytes
    ) -> Used | None:
        """Check a passkey's answer and keep its counter; None where it is not right."""
        credential = webauthn_check.credential_id_of(assertion)
        row = None if credential is None else await uow.conn.fetchrow(Q.lock_passkey, party_id, credential)
        if row is None:
            return None
        try:
            answer = webauthn_check.asserted(
                self.party, challenge, assertion, public_key=row["public_key"], sign_count=row["sign_count"]
            )
        except NotProvenError:
            return None
        await uow.conn.execute(Q.use_passkey, row["id"], answer.sign_count, self._clock.now())
        return Used(row["id"], row["public_key"], answer)

    async def _take(self, uow: UnitOfWork, party_id: int, purpose: str) -> bytes | None:
        """A challenge that has been set, once."""
        row = await uow.conn.fetchrow(Q.take_challenge, party_id, purpose)
        return None if row is None or row["expires_at"] <= self._clock.now() else row["challenge"]

    async def _tell(self, uow: UnitOfWork, visitor: Visitor, what: str, kind: str) -> None:
        """Audit, and an event from which the customer hears of it."""
        await audit(
            uow, self._clock, actor=visitor.customer, action=what, subject=visitor.customer, outcome=kind
        )
        payload = {"customer": visitor.customer, "kind": kind, "by": visitor.customer}
        await uow.emit(what, self._clock.now(), payload=payload)


def options_for(party: RelyingParty, challenge: bytes, credentials: list[bytes]) -> dict[str, Any]:
    """What ``navigator.credentials.get`` takes."""
    return json.loads(json.dumps(webauthn_check.assertion_options(party, challenge, credentials)))
