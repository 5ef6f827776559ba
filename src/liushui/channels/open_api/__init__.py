"""The open API: versioned, OpenAPI 3.1, problem details, idempotency keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from liushui.bank import Bank
from liushui.channels.open_api.access import ACCESS
from liushui.channels.open_api.browser import BrowserSessions
from liushui.channels.open_api.document import describe
from liushui.channels.open_api.metrics import Metrics
from liushui.channels.open_api.middleware import BodyTooLargeError, Gate, RateLimit
from liushui.channels.open_api.posting_lane import PostingLane
from liushui.channels.open_api.problems import faults_of_input
from liushui.channels.open_api.refusals import Refusals
from liushui.channels.open_api.routes import ROUTERS, postings
from liushui.kernel.errors import Fault, Refused


class _Gated(FastAPI):
    """The gate and the posting lane stand before the framework: a posting passes none of its layers."""

    gate: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.gate is None:
            await super().__call__(scope, receive, send)
        else:
            await self.gate(scope, receive, send)


def create_api(
    open_the_bank: Callable[[], AbstractAsyncContextManager[Bank]], *, version: str, requests_per_second: int,
    posting_lane: bool = True,
) -> FastAPI:  # fmt: skip
    """Build the application. open_the_bank: entered when the server starts, left when it stops. posting_lane: off
    only to hold it against the plain routes."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncGenerator[None]:
        async with open_the_bank() as bank:
            api.state.bank = bank
            async with refusals.counts.kept_in(bank.db, bank.clock):
                yield

    api = _Gated(title="Liushui", version=version, lifespan=lifespan, redirect_slashes=False)
    api.state.metrics = Metrics()
    for router in ROUTERS:
        api.include_router(router)
    declared = [route for router in ROUTERS for route in router.routes]
    endpoints = [route for route in declared if isinstance(route, APIRoute)]
    routes = {(m, r.path) for r in endpoints for m in r.methods or ()}
    if routes != ACCESS.keys():
        raise RuntimeError(f"the access table and the endpoints differ: {sorted(routes ^ ACCESS.keys())}")
    refusals = Refusals(endpoints, lambda: api.state.bank, api.state.metrics)

    describe(api)

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return await refusals.refused(request.scope, error)

    async def malformed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return await refusals.answer(request.scope, faults_of_input(error.errors()))

    async def not_served(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if isinstance(error, BodyTooLargeError):
            return await refusals.answer(request.scope, [error.fault])
        codes = {404: "route_unknown", 405: "method_not_allowed"}
        fault = Fault(codes.get(error.status_code, "request_malformed"))
        response = await refusals.answer(request.scope, [fault])
        response.headers.update(error.headers or {})  # Allow, of a method that is not
        return response

    async def failed(request: Request, _: Exception) -> JSONResponse:
        return await refusals.answer(request.scope, [Fault("internal_error")])

    api.add_exception_handler(Exception, failed)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(RequestValidationError, malformed)
    api.add_exception_handler(HTTPException, not_served)
    inner: ASGIApp = partial(FastAPI.__call__, api)
    if posting_lane:
        busy = [route for route in postings.router.routes if isinstance(route, APIRoute)]
        inner = PostingLane(inner, routes=busy, bank=lambda: api.state.bank, refusals=refusals)
    gate = Gate(
        inner, metrics=api.state.metrics, rate_limit=RateLimit(requests_per_second), refusals=refusals
    )
    api.gate = BrowserSessions(gate, refusals)
    return api
