"""Sessions of a browser: the token lives in a cookie that no script can read, and becomes the Authorization header
before anything else looks at the request. A program that sends its own header never meets any of this.

A cookie travels by itself, so whatever changes something must show that our own page sends it: the Origin
must be this very host, and ``X-Requested-With: liushui`` must be there, which no foreign page may add without
asking (OWASP, Cross-Site Request Forgery Prevention: custom request headers; SameSite=Strict stands in front of both).
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from liushui.channels.open_api.problems import problem
from liushui.kernel.errors import Fault, refuse

COOKIE = "liushui_session"
MARK = b"x-requested-with"
OURS = b"liushui"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class BrowserSessions:
    """The outermost middleware of the API: turns the cookie into the header that everything else knows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        token = None if b"authorization" in headers else _token_in(headers.get(b"cookie", b""))
        if token is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in _SAFE and not _is_our_page(headers):
            language = headers.get(b"accept-language", b"").decode("latin-1")
            await problem([Fault("request_foreign")], language, "browser")(scope, receive, send)
            return
        bearer = (b"authorization", f"Bearer {token}".encode("latin-1"))
        await self._app({**scope, "headers": [*scope["headers"], bearer]}, receive, send)


def require_our_page(request: Request) -> None:
    """Refuses ``request_foreign``: nobody else's page logs a browser in."""
    if not _is_our_page(dict(request.scope["headers"])):
        raise refuse("request_foreign")


def remember(request: Request, response: Response, token: str) -> None:
    """Give the browser its session. Secure wherever the page itself came over TLS, here or at a proxy before us."""
    secure = request.headers.get("origin", "").startswith("https://")
    response.set_cookie(COOKIE, token, path="/", httponly=True, secure=secure, samesite="strict")


def holds(request: Request, token: str) -> bool:
    """Whether this is the browser's own session, and not somebody's who has authorised at the same screen."""
    return _token_in(request.headers.get("cookie", "").encode("latin-1")) == token


def forget(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _token_in(cookies: bytes) -> str | None:
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and found.value.isascii() and found.value.isprintable() else None


def _is_our_page(headers: dict[bytes, bytes]) -> bool:
    origin = headers.get(b"origin", b"")
    host = headers.get(b"host", b"")
    here = origin in (b"https://" + host, b"http://" + host) and host != b""
    return here and headers.get(MARK, b"").lower() == OURS
