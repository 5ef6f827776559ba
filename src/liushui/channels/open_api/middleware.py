"""What every request passes before a route sees it: request id, body limit, rate limit, metrics, log line."""

from __future__ import annotations

import logging
import re
import secrets
from collections import OrderedDict
from itertools import count

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liushui.channels.open_api.access_log import AccessLog
from liushui.channels.open_api.metrics import Metrics
from liushui.channels.open_api.refusals import Refusals
from liushui.kernel.clock import monotonic_s
from liushui.kernel.errors import Fault

BODY_BYTES_MAX = 64 * 1024
NOT_STARTED = 0
"""The status of an answer of which nothing has been sent."""
LARGER_BODIES = (
    (
        re.compile(r"/v1/tasks/\d+/attachments"),
        5 * 1024 * 1024 + 1,
    ),  # one byte over, for the use case to refuse
    (re.compile(r"/v1/processes"), 3 * 1024 * 1024),
)
"""Paths that take files, and how many bytes."""
CALLERS_REMEMBERED_MAX = 20_000
BY_ADDRESS = frozenset(
    {
        "/v1/sessions",
        "/v1/customer-activations",
        "/v1/customer-sessions",
        "/v1/customer-sessions/confirmation",
    }
)
"""Where people who have no session yet are let in: what they write into the header of one wins them no second bucket."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LOG = logging.getLogger("liushui.access")
_PROCESS = secrets.token_hex(5)
_numbers = count(1)


class RateLimit:
    """A token bucket a caller: ``per_second`` on average, twice that at once. A caller is a session, or an
    address where there is none."""

    def __init__(self, per_second: int) -> None:
        self._rate = per_second
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, caller: str) -> bool:
        now = monotonic_s()
        left, then = self._buckets.get(caller, (2.0 * self._rate, now))
        left = min(2.0 * self._rate, left + (now - then) * self._rate)
        admitted = left >= 1
        self._buckets[caller] = (left - 1 if admitted else left, now)
        self._buckets.move_to_end(caller)
        if len(self._buckets) > CALLERS_REMEMBERED_MAX:
            self._buckets.popitem(last=False)
        return admitted


class BodyTooLargeError(HTTPException):
    """Raised while a body is read, once it passes the limit. One of the framework's, which lets those through."""

    def __init__(self, most: int) -> None:
        super().__init__(413)
        self.fault = Fault("body_too_large", {"most": most})


class Gate:
    """The outermost layer of the API."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, rate_limit: RateLimit, refusals: Refusals) -> None:
        self._app = app
        self._refusals = refusals
        self._metrics = metrics
        self._rate_limit = rate_limit
        self._log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            self._log.flush()  # the end of the lifespan
            return
        started = monotonic_s()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        own_id = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = own_id if _REQUEST_ID.fullmatch(own_id) else f"{_PROCESS}-{next(_numbers):x}"
        scope.setdefault("state", {})["request_id"] = request_id
        status = NOT_STARTED

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        client = scope.get("client")
        address = client[0] if client else "?"
        given = b"" if scope["path"] in BY_ADDRESS else headers.get(b"authorization", b"")
        caller = given.decode("latin-1") or address
        length = headers.get(b"content-length", b"0")
        most = _most(scope["path"])
        if not length.isdigit() or int(length) > most:
            await self._refuse(Fault("body_too_large", {"most": most}), scope, receive, sending)
        elif not self._rate_limit.admits(caller):
            await self._refuse(Fault("rate_limited"), scope, receive, sending)
        else:
            try:
                await self._app(scope, _limited(receive, most), sending)
            except BodyTooLargeError as error:
                await self._refuse(error.fault, scope, receive, sending)
            except Exception as error:
                # The type only: a message may carry what a customer typed, and a traceback its values.
                _LOG.error("request %s failed: %s", request_id, type(error).__name__)
                if status == NOT_STARTED:
                    await self._refuse(Fault("internal_error"), scope, receive, sending)
        seconds = monotonic_s() - started
        route = getattr(scope.get("route"), "path", "unknown")
        self._metrics.answered(route, status, seconds)
        self._log.write(request_id, scope["method"], route, status, seconds * 1000)

    async def _refuse(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._refusals.answer(scope, [fault])
        await answer(scope, receive, send)


def _most(path: str) -> int:
    return next((most for pattern, most in LARGER_BODIES if pattern.fullmatch(path)), BODY_BYTES_MAX)


def _limited(receive: Receive, most: int) -> Receive:
    """Count a body that comes in pieces without saying its length."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise BodyTooLargeError(most)
        return message

    return limited
