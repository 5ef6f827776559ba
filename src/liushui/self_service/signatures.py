"""Electronic signatures: what a customer sees is what a passkey signs.

The content is canonical JSON (sorted names, no spaces, UTF-8) of the case, its process, the customer, what the form
showed, and a nonce; its SHA-256 is the challenge that the authenticator signs. It is kept with the answer, so that
anybody may verify it later with nothing but the row. 电子签名法 第十三条: made by the signer alone, over this content.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault
from liushui.self_service.model import CHALLENGE_LASTS
from liushui.self_service.proofs import Proofs, Q
from liushui.self_service.webauthn_check import still_holds
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.given import NOTHING, Given


def content_of(*, case: int, process: str, customer: str, shown: Mapping[str, Any], nonce: str) -> str:
    """What is signed. shown: names and values that the form shows; amounts in minor units."""
    body = {"case": case, "process": process, "customer": customer, "shown": dict(shown), "nonce": nonce}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def challenge_of(content: str) -> bytes:
    return sha256(content.encode()).digest()


async def ask_signature(
    uow: UnitOfWork,
    clock: Clock,
    *,
    party_id: int,
    customer: str,
    case: int,
    process: str,
    shown: Mapping[str, Any],
) -> bytes:
    """The challenge for a case, in place of any before it; a few minutes long."""
    content = content_of(
        case=case, process=process, customer=customer, shown=shown, nonce=secrets.token_hex(16)
    )
    await uow.conn.execute(Q.set_signature_request, case, party_id, content, clock.now() + CHALLENGE_LASTS)
    return challenge_of(content)


async def take_signature(
    uow: UnitOfWork, clock: Clock, proofs: Proofs, *, party_id: int, customer: str, case: int, process: str,
    variables: Mapping[str, Any], must_show: Sequence[str], assertion: str,
) -> int | None:  # fmt: skip
    """Check an answer and keep it as a signature; return its number, or None where it is not right: no challenge was
    asked for, it is too old, it showed less than ``must_show`` or anything else than ``variables`` say now, or the
    passkey's answer is wrong. The challenge is used up by any answer."""
    row = await uow.conn.fetchrow(Q.take_signature_request, case, party_id)
    if row is None or row["expires_at"] <= clock.now():
        return None
    content: str = row["content"]
    said = json.loads(content)
    shown: dict[str, Any] = said["shown"]
    same = content_of(case=case, process=process, customer=customer, shown=shown, nonce=said["nonce"])
    fits = shown.keys() >= set(must_show) and all(
        variables.get(name) == value for name, value in shown.items()
    )
    if content != same or not fits:
        return None  # the case has changed since the customer looked at it
    used = await proofs.use_passkey(uow, party_id, assertion, challenge_of(content))
    if used is None:
        return None
    return await uow.conn.fetchval(
        Q.insert_signature, case, party_id, used.passkey_id, used.public_key, content, used.answer.client_data,
        used.answer.authenticator_data, used.answer.signature, clock.now(),
    )  # fmt: skip


async def verify_signatures(conn: PoolConnection, given: Given = NOTHING) -> list[Fault]:
    """Every electronic signature that does not hold any more, of those made since what is given."""
    return [
        Fault("signature_broken", {"signature": row["id"]})
        async for row in conn.cursor(Q.signatures, given.at)
        if not still_holds(
            challenge_of(row["content"]), client_data=row["client_data"], authenticator_data=row["authenticator_data"],
            signature=row["signature"], public_key=row["public_key"],
        )
    ]  # fmt: skip
