"""The lane of the busy operations: same schema, same checks, same answers, a fifth of the framework's work.

FastAPI resolves a route, a stack of contexts and a tree of dependencies for every request. Posting endpoints have
one shape (body, bank, caller, key → Response), so the lane calls the same pieces directly. They stay
ordinary FastAPI routes, which write the OpenAPI document and answer whatever is not plainly a posting;
tests/integration/test_posting_lane.py holds both ways against each other.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple, TypeAlias, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from liushui.bank import Bank
from liushui.channels.open_api.access import ACCESS
from liushui.channels.open_api.dependencies import KEY_LENGTH_MAX, authenticate
from liushui.channels.open_api.problems import faults_of_input
from liushui.channels.open_api.refusals import Refusals
from liushui.kernel.errors import Fault, Refused

_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH_MAX}}}")
Endpoint: TypeAlias = Callable[..., Awaitable[Response]]


class _Posting(NamedTuple):
    endpoint: Endpoint
    body_type: type[BaseModel]
    permission: str
    route: APIRoute


class PostingLane:
    """Middleware just inside ``Gate``. routes: endpoints ``(body, bank, caller, key) -> Response``."""

    def __init__(
        self, app: ASGIApp, *, routes: Iterable[APIRoute], bank: Callable[[], Bank], refusals: Refusals
    ) -> None:
        self._app = app
        self._bank = bank
        self._refusals = refusals
        self._postings = {
            route.path: _Posting(
                route.endpoint, get_type_hints(route.endpoint)["body"], ACCESS["POST", route.path], route
            )
            for route in routes
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        posting = self._postings.get(scope.get("path", "")) if scope.get("method") == "POST" else None
        if posting is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = posting.route
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            answer = await self._post(posting, headers, receive, scope["state"])
        except Refused as refused:
            answer = await self._refusals.refused(scope, refused)
        await answer(scope, receive, send)

    async def _post(
        self,
        posting: _Posting,
        headers: dict[bytes, bytes],
        receive: Receive,
        state: MutableMapping[str, Any],
    ) -> Response:
        bank = self._bank()
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        caller = await authenticate(bank, authorization, posting.permission, state)
        body, key = _read(posting.body_type, await _body(receive), headers.get(b"idempotency-key", b""))
        return await posting.endpoint(body=body, bank=bank, caller=caller, key=key)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if not message.get("more_body", False):
        return message.get("body", b"")
    parts = [message.get("body", b"")]
    while message.get("more_body", False):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def _read(body_type: type[BaseModel], raw: bytes, key: bytes) -> tuple[BaseModel, str]:
    """Refuses with every fault of header and body at once."""
    faults: list[Fault] = []
    text = key.decode("latin-1")
    if not _KEY.fullmatch(text):
        faults.append(Fault("idempotency_key_missing"))
    if not raw:
        raise Refused(*faults, *faults_of_input([{"type": "missing", "loc": ("body",)}]))
    try:
        body = body_type.model_validate_json(raw)
    except ValidationError as error:
        errors: list[Any] = [
            {"type": e["type"], "loc": ("body", *e["loc"])} for e in error.errors(include_input=False)
        ]
        raise Refused(*faults, *faults_of_input(errors)) from None
    if faults:
        raise Refused(*faults)
    return body, text
