"""The route of the busy operations: same schema, same checks, a tenth of the framework's work.

FastAPI resolves a tree of dependencies for every request. Posting endpoints all have one shape (body, bank, caller,
key → PostedView), so their route calls the same pieces directly; the OpenAPI document still comes from their
signature. tests/integration/test_posting_route.py holds its answers against those of a plain FastAPI route.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias, get_type_hints

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from liushui.channels.open_api.dependencies import KEY_LENGTH_MAX, authorised, bank_of
from liushui.channels.open_api.schemas import PostedView
from liushui.kernel.errors import refuse

_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH_MAX}}}")
_TO_JSON = PostedView.__pydantic_serializer__.to_json
Endpoint: TypeAlias = Callable[..., Awaitable[PostedView]]


class PostingRoute(APIRoute):
    """For endpoints ``(body, bank, caller, key) -> PostedView`` that answer 201."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Endpoint = self.endpoint
        body_type: type[BaseModel] = get_type_hints(endpoint)["body"]

        async def handle(request: Request) -> Response:
            principal = await authorised(request)
            if principal is None:
                raise refuse("session_unknown")
            body, key = _read(body_type, await request.body(), request.headers.get("idempotency-key", ""))
            view = await endpoint(body=body, bank=bank_of(request), caller=principal, key=key)
            return Response(_TO_JSON(view), 201, media_type="application/json")

        return handle


def _read(body_type: type[BaseModel], raw: bytes, key: str) -> tuple[BaseModel, str]:
    """Raises ``RequestValidationError`` with every fault of header and body at once."""
    errors: list[Any] = []
    if not _KEY.fullmatch(key):
        errors.append({"type": "missing", "loc": ("header", "Idempotency-Key")})
    try:
        return_body = body_type.model_validate_json(raw)
    except ValidationError as error:
        errors += [{"type": e["type"], "loc": ("body", *e["loc"])} for e in error.errors(include_input=False)]
    else:
        if not errors:
            return return_body, key
    raise RequestValidationError(errors)
