"""Health, metrics, sessions and branches."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import generate_latest

from liushui.channels.open_api import browser
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, TheBank, authorised
from liushui.identity import Principal, list_branches, log_in
from liushui.ledger.repository import Q as LEDGER_Q

router = APIRouter()


def _me(principal: Principal) -> s.Me:
    return s.Me(
        number=principal.number, branch=principal.branch_code, roles=sorted(principal.roles),
        permissions=sorted(principal.permissions),
    )  # fmt: skip


@router.get("/health/live", dependencies=[Depends(authorised)])
async def live() -> s.Health:
    return s.Health(status="ok")


@router.get("/health/ready", dependencies=[Depends(authorised)])
async def ready(bank: TheBank) -> s.Health:
    async with bank.db.read() as conn:
        await conn.fetchrow(LEDGER_Q.read_epoch)
    return s.Health(status="ok")


@router.get("/metrics", dependencies=[Depends(authorised)], response_class=Response)
async def metrics(request: Request, bank: TheBank) -> Response:
    gauges = request.app.state.metrics
    gauges.batches.set(bank.ledger.writer.batches)
    return Response(generate_latest(gauges.registry), media_type="text/plain; version=0.0.4")


@router.post("/v1/sessions", status_code=201, dependencies=[Depends(authorised)])
async def start_session(body: s.LogIn, request: Request, response: Response, bank: TheBank) -> s.Session:
    """With ``cookie`` the token goes into a cookie that scripts cannot read, and not into the answer. The session
    that the browser had before ends."""
    if body.cookie:
        browser.require_our_page(request)
    token, principal = await log_in(bank.db, bank.clock, body.number, body.password)
    if not body.cookie:
        return s.Session(token=token, me=_me(principal))
    before = request.headers.get("authorization", "").partition(" ")[2]
    if before:
        await bank.sessions.log_out(before)
    browser.remember(request, response, token)
    return s.Session(token=None, me=_me(principal))


@router.get("/v1/sessions/current")
async def current_session(caller: Caller) -> s.Me:
    return _me(caller)


@router.delete("/v1/sessions/current", status_code=204)
async def end_session(request: Request, response: Response, bank: TheBank, caller: Caller) -> None:
    token = request.headers["authorization"].partition(" ")[2]
    await bank.sessions.log_out(token)
    if browser.holds(request, token):
        browser.forget(response)


@router.get("/v1/branches")
async def branches(bank: TheBank, caller: Caller) -> list[s.BranchView]:
    async with bank.db.read() as conn:
        found = await list_branches(conn)
    return [
        s.BranchView(code=b.code, name_zh=b.name_zh, name_en=b.name_en, opened_on=b.opened_on) for b in found
    ]
