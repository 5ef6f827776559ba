"""Sessions of a browser: the token lives in a cookie that no script can read, and becomes the Authorization header
before anything else looks at the request. A program that sends its own header never meets any of this.

Staff and customers have a cookie each, so both may be logged in at one browser; which one a request gets is decided by its
path alone, and neither is ever tried for the other.

A cookie travels by itself, so whatever changes something must show that our own page sends it: the Origin
must be this very host, and ``X-Requested-With: liushui`` must be there, which no foreign page may add without
asking (OWASP, Cross-Site Request Forgery Prevention: custom request headers; SameSite=Strict stands in front of both).
"""

from __future__ import annotations

from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from liushui.channels.open_api.refusals import Refusals
from liushui.kernel.errors import Fault, refuse

STAFF_COOKIE = "liushui_session"
CUSTOMER_COOKIE = "liushui_customer"
DEVICE_COOKIE = "liushui_device"
"""By which a customer's browser is known again; it says nothing of whose it is, and lets nobody in."""
DEVICE_PATH = "/v1/customer-sessions"
DEVICE_LASTS = timedelta(days=365)
CUSTOMER_PATHS = ("/v1/my/", "/v1/customer-sessions", "/v1/customer-activations")
MARK = b"x-requested-with"
OURS = b"liushui"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class BrowserSessions:
    """The outermost middleware of the API: turns the cookie into the header that everything else knows."""

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        self._app = app
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        cookie = cookie_for(scope["path"])
        token = None if b"authorization" in headers else _value_in(headers.get(b"cookie", b""), cookie)
        if token is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in _SAFE and not _is_our_page(headers):
            answer = await self._refusals.answer(scope, [Fault("request_foreign")])
            await answer(scope, receive, send)
            return
        bearer = (b"authorization", f"Bearer {token}".encode("latin-1"))
        await self._app({**scope, "headers": [*scope["headers"], bearer]}, receive, send)


def cookie_for(path: str) -> str:
    """Whose session a path asks for."""
    return CUSTOMER_COOKIE if path.startswith(CUSTOMER_PATHS) else STAFF_COOKIE


def require_our_page(request: Request) -> None:
    """Refuses ``request_foreign``: nobody else's page logs a browser in."""
    if not _is_our_page(dict(request.scope["headers"])):
        raise refuse("request_foreign")


def remember(request: Request, response: Response, token: str, *, cookie: str = STAFF_COOKIE) -> None:
    """Give the browser its session."""
    _set(request, response, cookie, token, "/", None)


def remember_device(request: Request, response: Response, device: str) -> None:
    """Let the browser be known the next time."""
    _set(request, response, DEVICE_COOKIE, device, DEVICE_PATH, DEVICE_LASTS)


def device_in(request: Request) -> str | None:
    return _value_in(_cookies_of(request), DEVICE_COOKIE)


def holds(request: Request, token: str, *, cookie: str = STAFF_COOKIE) -> bool:
    """Whether this is the browser's own session, and not somebody's who has authorised at the same screen."""
    return _value_in(_cookies_of(request), cookie) == token


def forget(response: Response, *, cookie: str = STAFF_COOKIE) -> None:
    response.delete_cookie(cookie, path="/", httponly=True, samesite="strict")


def _set(
    request: Request, response: Response, cookie: str, value: str, path: str, lasts: timedelta | None
) -> None:
    """Secure wherever the page itself came over TLS, here or at a proxy before us. lasts: None: while the browser runs."""
    secure = request.headers.get("origin", "").startswith("https://")
    most = None if lasts is None else int(lasts.total_seconds())
    response.set_cookie(
        cookie, value, max_age=most, path=path, httponly=True, secure=secure, samesite="strict"
    )


def _cookies_of(request: Request) -> bytes:
    return request.headers.get("cookie", "").encode("latin-1")


def _value_in(cookies: bytes, name: str) -> str | None:
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(name)
    except CookieError:
        return None
    return found.value if found is not None and found.value.isascii() and found.value.isprintable() else None


def _is_our_page(headers: dict[bytes, bytes]) -> bool:
    origin = headers.get(b"origin", b"")
    host = headers.get(b"host", b"")
    here = origin in (b"https://" + host, b"http://" + host) and host != b""
    return here and headers.get(MARK, b"").lower() == OURS
