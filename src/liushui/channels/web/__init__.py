"""The pages: built files served from the web process, in front of the API.

An entry is a page of its own (``teller.html`` answers under ``/teller``); inside it the browser finds its way, so every
path below an entry that names no file gets the same page. What lies in a folder of its name (a manifest, a service worker,
icons) is served below it under its own name. A file that is missing is 404 and never a page. Where nothing has been built the
API stands alone and ``/`` says so.
"""

from __future__ import annotations

import gzip
import mimetypes
import secrets
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

BUILT = Path(__file__).parent / "built"
ASSETS = "/assets/"
HOME = "teller"
NONCE = b"__CSP_NONCE__"
COMPRESSED = (".css", ".html", ".js", ".json", ".svg", ".webmanifest")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""For what keeps its name when its content changes."""
NO_SCRIPTS = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of a page that is only read."""
PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    packed: bytes | None
    media_type: str
    etag: str


class WebPages:
    """folder: what has been built. Read once, when the server starts: the files of a version belong together."""

    def __init__(self, app: ASGIApp, folder: Path = BUILT) -> None:
        self._app = app
        self._entries = {page.stem: page.read_bytes() for page in sorted(folder.glob("*.html"))}
        paths = sorted((folder / "assets").glob("*"))
        self._assets = {f"{ASSETS}{path.name}": _asset(path) for path in paths if path.is_file()}
        beside = [path for entry in self._entries for path in sorted((folder / entry).glob("*"))]
        self._assets |= {
            f"/{path.parent.name}/{path.name}": _asset(path) for path in beside if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = (
            self._answer(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        )
        await (self._app if answer is None else answer)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if path.startswith(ASSETS) or path in self._assets:
            return self._file(path, dict(scope["headers"]))
        if path == "/":
            return self._home()
        entry, _, rest = path[1:].partition("/")
        if entry not in self._entries:
            return None
        if "." in rest:
            return _missing()
        return _page(self._entries[entry])

    def _home(self) -> Response:
        if HOME in self._entries:
            return RedirectResponse(f"/{HOME}/", headers=PROTECTION)
        return PlainTextResponse(
            "liushui: the pages have not been built; the API is at /docs\n", 404, PROTECTION
        )

    def _file(self, path: str, headers: dict[bytes, bytes]) -> Response:
        asset = self._assets.get(path)
        if asset is None:
            return _missing()
        keep = FOR_EVER if path.startswith(ASSETS) else ASK_AGAIN
        about = PROTECTION | {"Cache-Control": keep, "ETag": asset.etag, "Vary": "Accept-Encoding"}
        if asset.media_type == "text/html":
            about["Content-Security-Policy"] = NO_SCRIPTS
        if headers.get(b"if-none-match", b"").decode("latin-1") == asset.etag:
            return Response(status_code=304, headers=about)
        if asset.packed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
            about["Content-Encoding"] = "gzip"
            return Response(asset.packed, media_type=asset.media_type, headers=about)
        return Response(asset.content, media_type=asset.media_type, headers=about)


def _asset(path: Path) -> _Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0) if path.suffix in COMPRESSED else None
    etag = f'"{b64encode(sha256(content).digest()[:12]).decode()}"'
    return _Asset(content, packed, mimetypes.guess_type(path.name)[0] or "application/octet-stream", etag)


def _missing() -> Response:
    return PlainTextResponse("not found\n", 404, PROTECTION | {"Cache-Control": "no-store"})


def _page(page: bytes) -> Response:
    """An entry under its own policy. The nonce is for the style elements that the components make as they appear, and
    new each time, so the page is never kept; it is one kilobyte. Attributes may carry style (diagrams set positions
    that way); a script may come from our own files only."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
        f"style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = PROTECTION | {"Cache-Control": "no-store", "Content-Security-Policy": policy}
    return Response(page.replace(NONCE, nonce.encode()), media_type="text/html", headers=headers)
