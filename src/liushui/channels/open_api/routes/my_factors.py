"""A customer's second factors. No idempotency keys: the newest secret, challenge or answer stands, and each counts once.

Who has a factor already proves themselves with it before another is added or one is removed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Path

from liushui.bank import Bank
from liushui.channels.open_api import schemas_customers as s
from liushui.channels.open_api.dependencies import OnlineCustomer, TheBank
from liushui.channels.open_api.routes.customer_sessions import as_text, proof_of
from liushui.kernel.errors import Fault, Refused
from liushui.reporting import qr_code
from liushui.self_service import STEP_UP, Visitor, finish_activation, options_for
from liushui.store.database import UnitOfWork

router = APIRouter()
PasskeyPath = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/v1/my/second-factors")
async def show_factors(bank: TheBank, visitor: OnlineCustomer) -> s.FactorsView:
    async with bank.db.read() as conn:
        since, passkeys = await bank.proofs.enrolled(conn, visitor.party_id)
    return s.FactorsView(
        one_time_password_since=since,
        passkeys=[
            s.PasskeyView(passkey=p.id, name=p.name, added_at=p.added_at, last_used_at=p.last_used_at)
            for p in passkeys
        ],
    )


@router.post("/v1/my/second-factors/challenge", status_code=201)
async def ask_for_proof(bank: TheBank, visitor: OnlineCustomer) -> s.OptionsView:
    """What a passkey answers before factors are changed."""

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        challenge = await bank.proofs.challenge(uow, visitor.party_id, STEP_UP)
        offered = await bank.proofs.offered(uow.conn, visitor.party_id)
        return options_for(bank.proofs.party, challenge, offered.credentials)

    return s.OptionsView(options=await bank.db.transact(work))


@router.post("/v1/my/second-factors/one-time-password", status_code=201)
async def begin_one_time_password(
    body: s.ProofIn, bank: TheBank, visitor: OnlineCustomer
) -> s.OneTimePasswordView:
    """A new secret, which counts once its first code has been given."""
    address: str = await _proven(
        bank, visitor, body, lambda uow: bank.proofs.begin_one_time_password(uow, visitor)
    )
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    return s.OneTimePasswordView(
        address=address, secret=secret, picture=s.QrPicture(**asdict(qr_code(address)))
    )


@router.put("/v1/my/second-factors/one-time-password", status_code=204)
async def confirm_one_time_password(body: s.CodeIn, bank: TheBank, visitor: OnlineCustomer) -> None:
    """The first code of the new secret. A first factor makes online banking active: log in with both."""

    async def work(uow: UnitOfWork) -> None:
        await bank.proofs.confirm_one_time_password(uow, visitor, body.code)
        await finish_activation(uow, bank.clock, visitor)

    await bank.db.transact(work)


@router.post("/v1/my/second-factors/passkeys/options", status_code=201)
async def begin_passkey(body: s.ProofIn, bank: TheBank, visitor: OnlineCustomer) -> s.OptionsView:
    options = await _proven(bank, visitor, body, lambda uow: bank.proofs.begin_passkey(uow, visitor))
    return s.OptionsView(options=options)


@router.post("/v1/my/second-factors/passkeys", status_code=204)
async def finish_passkey(body: s.PasskeyIn, bank: TheBank, visitor: OnlineCustomer) -> None:
    """The answer of a new passkey. A first factor makes online banking active: log in with both."""
    credential = as_text(body.credential)
    assert credential is not None

    async def work(uow: UnitOfWork) -> Fault | None:
        fault = await bank.proofs.finish_passkey(uow, visitor, body.name, credential)
        if fault is None:
            await finish_activation(uow, bank.clock, visitor)
        return fault

    fault = await bank.db.transact(work)
    if fault is not None:
        raise Refused(fault)


@router.post("/v1/my/second-factors/passkeys/{passkey}/removal", status_code=204)
async def remove_passkey(
    passkey: PasskeyPath, body: s.ProofIn, bank: TheBank, visitor: OnlineCustomer
) -> None:
    async def work(uow: UnitOfWork) -> bool:
        await bank.proofs.remove_passkey(uow, visitor, passkey)
        return True

    await _proven(bank, visitor, body, work)


async def _proven(
    bank: Bank, visitor: Visitor, body: s.ProofIn, work: Callable[[UnitOfWork], Awaitable[Any]]
) -> Any:
    """Check the second factor, then work, in one transaction. Refused after the commit, for wrong codes are counted."""

    async def whole(uow: UnitOfWork) -> Any:
        fault = await bank.proofs.step_up(uow, visitor, proof_of(body))
        return fault if fault is not None else await work(uow)

    done = await bank.db.transact(whole)
    if isinstance(done, Fault):
        raise Refused(done)
    return done
