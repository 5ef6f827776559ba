"""Customers say who they are: online by password and second factor, on machines by what the channel asks for."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from liushui.bank import Bank
from liushui.channels.open_api import browser
from liushui.channels.open_api import schemas_customers as s
from liushui.channels.open_api.dependencies import (
    Customer,
    OnlineCustomer,
    TheBank,
    TheMachine,
    authorised,
    token_in,
)
from liushui.self_service import (
    ENROL,
    FULL,
    Proof,
    Shown,
    activate,
    begin_log_in,
    change_customer_password,
    finish_log_in,
    identify_customer,
    options_for,
)

router = APIRouter()


def proof_of(body: s.ProofIn) -> Proof:
    return Proof(body.one_time_password, as_text(body.assertion))


def as_text(credential: dict[str, Any] | None) -> str | None:
    return None if credential is None else json.dumps(credential)


@router.post("/v1/customer-activations", status_code=201, dependencies=[Depends(authorised)])
async def activate_online_banking(
    body: s.ActivationIn, request: Request, response: Response, bank: TheBank
) -> s.CustomerSession:
    """The code from the counter and a password of one's own; a second factor is enrolled next."""
    if body.cookie:
        browser.require_our_page(request)
    token, until = await activate(bank.db, bank.clock, body.customer, body.activation_code, body.password)
    if body.cookie:
        await _into_cookie(request, response, bank, token)
    return s.CustomerSession(token=None if body.cookie else token, until=until, scope=ENROL)


@router.post("/v1/customer-sessions", status_code=201, dependencies=[Depends(authorised)])
async def log_in(body: s.CustomerLogIn, bank: TheBank) -> s.TicketView:
    """The first step. The ticket is worth nothing without the second."""
    ticket = await begin_log_in(bank.db, bank.clock, body.customer, body.password, bank.proofs)
    passkey = (
        options_for(bank.proofs.party, ticket.challenge, ticket.credentials) if ticket.credentials else None
    )
    return s.TicketView(
        ticket=ticket.token, until=ticket.until, one_time_password=ticket.one_time_password, passkey=passkey
    )


@router.post("/v1/customer-sessions/confirmation", status_code=201, dependencies=[Depends(authorised)])
async def confirm_log_in(
    body: s.ConfirmLogIn, request: Request, response: Response, bank: TheBank
) -> s.CustomerSession:
    """The second step. With ``cookie`` the token goes into a cookie that scripts cannot read, and so does what the browser
    is known by; the session that the browser had before ends."""
    device = body.device
    if body.cookie:
        browser.require_our_page(request)
        device = browser.device_in(request)
    done = await finish_log_in(bank.db, bank.clock, body.ticket, proof_of(body), bank.proofs, device=device)
    if not body.cookie:
        return s.CustomerSession(token=done.token, until=done.until, scope=FULL, device=done.device)
    await _into_cookie(request, response, bank, done.token)
    if done.device is not None:
        browser.remember_device(request, response, done.device)
    return s.CustomerSession(token=None, until=done.until, scope=FULL)


async def _into_cookie(request: Request, response: Response, bank: Bank, token: str) -> None:
    before = request.headers.get("authorization", "").partition(" ")[2]
    if before:
        await bank.customer_sessions.log_out(before)
    browser.remember(request, response, token, cookie=browser.CUSTOMER_COOKIE)


@router.post("/v1/machine-sessions", status_code=201)
async def identify(body: s.ShownIn, bank: TheBank, machine: TheMachine) -> s.CustomerSession:
    """A customer at a machine, or on the telephone. The token is worth something on this machine only."""
    token, until, _ = await identify_customer(
        bank.db, bank.clock, machine, Shown(**body.model_dump()), bank.proofs
    )
    return s.CustomerSession(token=token, until=until, scope=FULL)


@router.get("/v1/my/session")
async def current_visit(visitor: Customer) -> s.Visit:
    return s.Visit(
        customer=visitor.customer, name=visitor.name, channel=visitor.channel, scope=visitor.scope,
        account=visitor.account,
    )  # fmt: skip


@router.delete("/v1/my/session", status_code=204)
async def end_visit(request: Request, response: Response, bank: TheBank, visitor: Customer) -> None:
    token = token_in(request.headers["authorization"])
    await bank.customer_sessions.log_out(token)
    if browser.holds(request, token, cookie=browser.CUSTOMER_COOKIE):
        browser.forget(response, cookie=browser.CUSTOMER_COOKIE)


@router.put("/v1/my/password", status_code=204)
async def change_password(body: s.PasswordChange, bank: TheBank, visitor: OnlineCustomer) -> None:
    """Ends every session of the customer, also this one."""
    await change_customer_password(bank.db, bank.clock, visitor, body.old, body.new)
