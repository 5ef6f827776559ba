"""A browser at the bank's door: sessions in a cookie, forged requests, files and pages."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import httpx
from starlette.responses import PlainTextResponse

from liushui.channels.web import WebPages
from tests.integration.test_open_api import Client, run

HERE = {"Origin": "http://bank", "X-Requested-With": "liushui"}
TELLER = {"number": "T0001", "password": "demo-counter-1"}


async def log_in(c: Client, **headers: str) -> httpx.Response:
    return await c.http.post("/v1/sessions", json=TELLER | {"cookie": True}, headers=HERE | headers)


async def me(c: Client) -> int:
    return (await c.http.get("/v1/sessions/current")).status_code


def test_the_token_lies_in_a_cookie_that_no_script_reads(demo: str) -> None:
    async def story(c: Client) -> None:
        answer = await log_in(c)
        assert (answer.status_code, answer.json()["token"]) == (201, None)
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie  # plain HTTP on a laptop; the next one came over TLS
        assert "Secure" in (await log_in(c, Origin="https://bank")).headers["set-cookie"]
        c.http.cookies.clear()
        assert await me(c) == 401

    run(demo, story)


def test_a_second_log_in_of_the_browser_ends_the_session_before(demo: str) -> None:
    async def story(c: Client) -> None:
        await log_in(c)
        first = c.http.cookies["liushui_session"]
        await log_in(c)
        assert c.http.cookies["liushui_session"] != first
        assert await me(c) == 200
        old = await c.http.get("/v1/sessions/current", headers={"Authorization": f"Bearer {first}"})
        assert old.status_code == 401

    run(demo, story)


def test_a_request_with_the_cookie_must_come_from_our_own_page(demo: str) -> None:
    """Every way in which another site's page, or none, could send it. Reading needs no mark: the answer is not theirs."""

    async def story(c: Client) -> None:
        account = (await c.accounts())[0]
        await log_in(c)
        form = {"form": {"account": account, "amount": "10.00", "denominations": {"1000": 1}}}
        forged = [
            {},
            {"Origin": "http://bank"},
            {"X-Requested-With": "liushui"},
            {"Origin": "http://elsewhere", "X-Requested-With": "liushui"},
            {"Origin": "http://bank.elsewhere", "X-Requested-With": "liushui"},
            {"Origin": "null", "X-Requested-With": "liushui"},
        ]
        path = "/v1/processes/cash_deposit/cases"
        for number, headers in enumerate(forged):
            answer = await c.http.post(
                path, json=form, headers=headers | {"Idempotency-Key": f"forged-{number}"}
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "request_foreign"), headers
        mine = await c.http.post(path, json=form, headers=HERE | {"Idempotency-Key": "mine"})
        assert mine.status_code == 201
        assert await me(c) == 200

    run(demo, story)


def test_the_posting_lane_asks_the_same(demo: str) -> None:
    async def story(c: Client) -> None:
        payer, payee, _ = await c.accounts()
        await log_in(c)
        move = {"payer": payer, "payee": payee, "amount": "1.00"}
        forged = await c.http.post("/v1/transfers", json=move, headers={"Idempotency-Key": "k1"})
        mine = await c.http.post("/v1/transfers", json=move, headers=HERE | {"Idempotency-Key": "k1"})
        assert (forged.status_code, mine.status_code) == (403, 201)

    run(demo, story)


def test_nobody_elses_page_logs_a_browser_in(demo: str) -> None:
    async def story(c: Client) -> None:
        answer = await c.http.post(
            "/v1/sessions", json=TELLER | {"cookie": True}, headers={"Origin": "http://elsewhere"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "request_foreign")
        assert "set-cookie" not in answer.headers

    run(demo, story)


def test_whoever_authorises_at_the_screen_leaves_the_screens_own_session_alone(demo: str) -> None:
    async def story(c: Client) -> None:
        bearer = {"Authorization": f"Bearer {await c.token('S0001')}"}
        await log_in(c)
        gone = await c.http.delete("/v1/sessions/current", headers=HERE | bearer)
        assert (gone.status_code, await me(c)) == (204, 200)
        out = await c.http.delete("/v1/sessions/current", headers=HERE)
        assert (out.status_code, await me(c)) == (204, 401)
        assert "liushui_session" not in c.http.cookies

    run(demo, story)


def test_a_garbled_cookie_is_no_session_and_no_fault(demo: str) -> None:
    async def story(c: Client) -> None:
        for cookie in ("liushui_session=", "liushui_session=\xe4", "; ;=", "liushui_session=a b"):
            answer = await c.http.get("/v1/sessions/current", headers={"Cookie": cookie.encode("latin-1")})
            assert answer.status_code == 401, cookie

    run(demo, story)


def test_transactions_have_short_names_and_no_two_the_same(demo: str) -> None:
    async def story(c: Client) -> None:
        shown = (await c.call("GET", "/v1/processes")).json()
        codes = [process["code"] for process in shown]
        assert all(code and len(code) == 4 for code in codes), codes  # every procedure of the house has one
        assert len(set(codes)) == len(codes)
        initials = [process["pinyin"] for process in shown]
        assert len(set(initials)) == len(initials)

    run(demo, story)


def test_the_worklist_says_how_much_time_is_left(demo: str) -> None:
    """The service level of the identity check is ten minutes on the clock."""

    async def story(c: Client) -> None:
        account = (await c.accounts())[0]
        form = {"account": account, "amount": "60000.00", "denominations": {"10000": 600}}
        await c.call("POST", "/v1/processes/cash_deposit/cases", json={"form": form})
        (task,) = (await c.call("GET", "/v1/tasks")).json()["tasks"]
        assert task["branch"] == "0001"
        assert 9 * 60 < task["left_s"] <= 10 * 60

    run(demo, story)


# Pages and files, from a folder made up here.


def pages(folder: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(WebPages(PlainTextResponse("the API", 418), folder)),
        base_url="http://bank",
    )


def built(folder: Path) -> Path:
    (folder / "assets").mkdir()
    (folder / "teller.html").write_text('<meta property="csp-nonce" nonce="__CSP_NONCE__">')
    (folder / "assets" / "teller-abc123.js").write_text("const water = 1;" * 100)
    return folder


def test_a_missing_file_is_404_and_never_a_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with pages(built(tmp_path)) as http:
            for path in (
                "/assets/none.js",
                "/assets/",
                "/assets/..%2fteller.html",
                "/teller/none.js",
                "/teller/favicon.ico",
            ):
                answer = await http.get(path)
                assert (answer.status_code, answer.headers["content-type"][:10]) == (404, "text/plain"), path
            for path in ("/teller", "/teller/", "/teller/worklist/12"):
                assert (await http.get(path)).text.startswith("<meta"), path
            for path in ("/v1/tasks", "/docs", "/tellers", "/console/"):
                assert (await http.get(path)).text == "the API", path
            assert (await http.post("/teller/")).text == "the API"

    asyncio.run(story())


def test_hashed_files_are_kept_for_ever_and_pages_never(tmp_path: Path) -> None:
    async def story() -> None:
        async with pages(built(tmp_path)) as http:
            first = await http.get("/assets/teller-abc123.js", headers={"Accept-Encoding": "gzip"})
            assert first.headers["content-encoding"] == "gzip"
            assert first.text == "const water = 1;" * 100
            assert "immutable" in first.headers["cache-control"]
            again = await http.get(
                "/assets/teller-abc123.js", headers={"If-None-Match": first.headers["etag"]}
            )
            assert (again.status_code, again.content) == (304, b"")
            plain = await http.get("/assets/teller-abc123.js", headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert len(gzip.compress(plain.content)) < len(plain.content)
            assert (await http.get("/teller/")).headers["cache-control"] == "no-store"

    asyncio.run(story())


def test_what_lies_beside_an_entry_keeps_its_name_and_is_asked_for_again(tmp_path: Path) -> None:
    """A service worker that a browser kept for ever could never be replaced."""
    folder = built(tmp_path)
    (folder / "teller").mkdir()
    (folder / "teller" / "worker.js").write_text("const kept = [];")
    (folder / "teller" / "manifest.webmanifest").write_text("{}")
    (folder / "teller" / "offline.html").write_text("<p>no line</p>")

    async def story() -> None:
        async with pages(folder) as http:
            worker = await http.get("/teller/worker.js")
            assert (worker.text, worker.headers["cache-control"]) == ("const kept = [];", "no-cache")
            again = await http.get("/teller/worker.js", headers={"If-None-Match": worker.headers["etag"]})
            assert again.status_code == 304
            manifest = await http.get("/teller/manifest.webmanifest")
            assert manifest.headers["content-type"].startswith("application/manifest+json")
            offline = await http.get("/teller/offline.html")
            assert "script-src" not in offline.headers["content-security-policy"]
            assert "default-src 'none'" in offline.headers["content-security-policy"]
            assert (await http.get("/teller/none.js")).status_code == 404

    asyncio.run(story())


def test_the_policy_lets_no_foreign_or_inline_script_run(tmp_path: Path) -> None:
    async def story() -> None:
        async with pages(built(tmp_path)) as http:
            one, two = await http.get("/teller/"), await http.get("/teller/")
        rules = dict(
            part.strip().partition(" ")[::2] for part in one.headers["content-security-policy"].split(";")
        )
        assert rules["script-src"] == "'self'"
        assert (
            rules["default-src"]
            == rules["frame-ancestors"]
            == rules["base-uri"]
            == rules["form-action"]
            == "'none'"
        )
        assert "unsafe-inline" not in rules["style-src"]
        nonce = rules["style-src"].partition("nonce-")[2].rstrip("'")
        assert nonce in one.text
        assert nonce not in two.text  # a nonce is used once
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "same-origin"

    asyncio.run(story())


def test_a_bank_without_pages_serves_its_api_and_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with pages(tmp_path) as http:
            home = await http.get("/")
            assert (home.status_code, "have not been built" in home.text) == (404, True)
            assert (await http.get("/v1/tasks")).text == "the API"

    asyncio.run(story())
