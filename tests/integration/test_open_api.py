"""The open API as a teller's program uses it, and as somebody hostile would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx

from liushui.bank import Bank, open_bank, verify
from liushui.channels.open_api import create_api
from liushui.channels.open_api.access import ACCESS, CUSTOMER, ENROLMENT, MACHINE, PUBLIC, SESSION
from liushui.demo import complete_demo_bank, demo_data
from liushui.identity import load_roles
from liushui.kernel.clock import SystemClock
from tests.conftest import BUSINESS_DATE
from tests.procedures import open_counters

MONEY, CASES = "/v1/transfers", "/v1/processes"
_clients = count(1)


class Client:
    """An HTTP client with the sessions of the demo's staff and a fresh idempotency key for every write."""

    def __init__(self, http: httpx.AsyncClient, bank: Bank) -> None:
        self.http, self.bank = http, bank
        self._tokens: dict[str, str] = {}
        self._count = next(_clients) * 1_000  # two clients of one bank never share a key

    async def token(self, staff: str) -> str:
        if staff not in self._tokens:
            password = next(s["password"] for s in demo_data()["staff"] if s["number"] == staff)
            answer = await self.http.post("/v1/sessions", json={"number": staff, "password": password})
            self._tokens[staff] = answer.json()["token"]
        return self._tokens[staff]

    def remember(self, who: str, token: str) -> None:
        """Somebody who has logged in by another way."""
        self._tokens[who] = token

    def forget(self, staff: str) -> None:
        """The session has ended: log in anew next time."""
        self._tokens.pop(staff, None)

    async def call(
        self, method: str, path: str, staff: str | None = "T0001", key: str | None = None, **more: Any
    ) -> httpx.Response:
        self._count += 1
        headers = {"Idempotency-Key": key or f"key-{self._count}", "Accept-Language": "en"}
        if staff is not None:
            headers["Authorization"] = f"Bearer {await self.token(staff)}"
        return await self.http.request(method, path, headers=headers | more.pop("headers", {}), **more)

    async def accounts(self) -> list[str]:
        """The demo customers' accounts, in the order of the demo's data."""
        numbers: list[str] = []
        for index in (1, 2, 3):
            customer = demo_customer(index)
            answer = await self.call("GET", f"/v1/customers/{customer}")
            numbers.append(answer.json()["accounts"][0]["number"])
        return numbers


def demo_customer(index: int) -> str:
    """Customer numbers by the Luhn rule, counted here by hand."""
    digits = f"{index:010d}"
    doubled = [int(d) * (2 if (len(digits) - i) % 2 else 1) for i, d in enumerate(digits)]
    return digits + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


@asynccontextmanager
async def api(
    dsn: str, per_second: int = 10_000, *, sign_in: bool = True, **more: Any
) -> AsyncGenerator[Client]:
    application = create_api(
        lambda: open_bank(dsn, SystemClock()), version="0", requests_per_second=per_second, **more
    )
    async with application.router.lifespan_context(application):
        await complete_demo_bank(application.state.bank)
        await application.state.bank.processes.deploy_house(actor="system")
        if sign_in:
            await open_counters(application.state.bank, application.state.bank.clock)
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://bank") as http:
            yield Client(http, application.state.bank)
        assert await verify(application.state.bank.db) == []


def run(dsn: str, story: Callable[[Client], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with api(dsn) as client:
            await story(client)

    asyncio.run(whole())


def test_a_morning_at_the_counter(demo: str) -> None:
    async def story(c: Client) -> None:
        entered = await c.call("POST", "/v1/customers", json={
            "kind": "individual", "name": "赵新😀", "document_type": "passport", "document_number": "e 1234567",
            "mobile": "13912345678"})  # fmt: skip
        assert entered.status_code == 201, entered.text
        assert entered.json()["document_number_masked"] == "E12*4567"
        others = await c.accounts()
        account = others[1]  # 8,000.50
        form = {"account": account, "amount": "1000.00", "denominations": {"10000": 10}}
        begun = await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})
        assert (begun.status_code, begun.json()["status"]) == (201, "completed"), begun.text
        move = {"payer": account, "payee": others[2], "amount": "250.5", "memo": "房租"}
        first = await c.call("POST", MONEY, key="rent-1", json=move)
        again = await c.call("POST", MONEY, key="rent-1", json=move)
        assert first.status_code == again.status_code == 201
        assert again.json() == first.json() | {"replayed": True}
        other = await c.call("POST", MONEY, key="rent-1", json=move | {"amount": "251"})
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        shown = (await c.call("GET", f"/v1/accounts/{account}")).json()
        assert (shown["ledger"], shown["available"]) == ("8750.00", "8750.00")
        page = (await c.call("GET", f"/v1/accounts/{account}/statement?limit=1")).json()
        rest = (await c.call("GET", f"/v1/accounts/{account}/statement?after={page['next']}")).json()
        assert [line["balance"] for line in page["lines"] + rest["lines"]] == [
            "8000.50",
            "9000.50",
            "8750.00",
        ]
        assert rest["next"] is None
        journal = first.json()["journal"]
        asked = await c.call(
            "POST", f"{CASES}/reverse_journal/cases", json={"form": {"journal": journal, "reason": "重复"}}
        )
        (task,) = (t["task"] for t in asked.json()["tasks"])
        yes = {"version": 1, "form": {"decision": "approve"}}
        denied = await c.call("POST", f"/v1/tasks/{task}/completion", json=yes)
        assert (denied.status_code, denied.json()["code"]) == (403, "task_role_missing")
        undone = await c.call("POST", f"/v1/tasks/{task}/completion", "S0001", json=yes)
        assert undone.status_code == 200, undone.text
        seen = (await c.call("GET", f"/v1/journals/{journal}")).json()
        assert seen["reversed_by"] > journal
        assert len(seen["entries"]) == 4  # two branches: the ledger added its legs
        day = BUSINESS_DATE.isoformat()
        balances = await c.call("GET", f"/v1/trial-balance?from={day}&to={day}", "A0001")
        assert balances.status_code == 200
        assert sum(int(row["closing"].replace(".", "")) for row in balances.json()) == 0
        cut = await c.call("POST", "/v1/business-days", "O0001", json={"date": "2026-01-05"})
        assert (cut.status_code, cut.json()["closed_at"], cut.json()["steps"][0]["state"]) == (
            202,
            None,
            "waiting",
        )
        assert (await c.call("GET", "/v1/business-days", "O0001")).json()["business_date"] == "2026-01-06"
        refused = await c.call("POST", "/v1/business-days/2026-01-05/resumption", "O0001")
        assert refused.json()["code"] == "day_end_not_failed"

    run(demo, story)


def test_bad_input_is_refused_with_its_code_and_never_repeated(demo: str) -> None:
    async def story(c: Client) -> None:
        payer, payee, _ = await c.accounts()
        good = {"payer": payer, "payee": payee, "amount": "1.00"}
        cases: list[tuple[dict[str, Any], str]] = [
            ({"amount": "-1"}, "amount_not_positive"),
            ({"amount": "0.00"}, "amount_not_positive"),
            ({"amount": "99999999999999"}, "amount_too_large"),
            ({"amount": "1.005"}, "amount_too_many_decimals"),
            ({"amount": "1e3"}, "field_malformed"),
            ({"amount": 1.0}, "field_malformed"),
            ({"currency": "XXX"}, "currency_unknown"),
            ({"currency": "USD"}, "currency_differs"),
            ({"payee": payer}, "same_account"),
            ({"payee": "0001010000009999"}, "account_unknown"),
            ({"payee": "0001-CNY-1001.01"}, "field_malformed"),
            ({"payer": "0001-CNY-4001"}, "account_unknown"),
            ({"amount": "499999.99"}, "insufficient_funds"),
            ({"value_date": "2020-01-01"}, "value_date_too_early"),
            ({"memo": "a\0b"}, "request_malformed"),
            ({"extra": 1}, "field_malformed"),
        ]
        for change, code in cases:
            answer = await c.call("POST", MONEY, json=good | change)
            assert answer.json()["code"] == code, (change, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
        secret = "11010119900307001X"
        answer = await c.call("POST", "/v1/customers", json={
            "kind": "entity", "name": "\0", "document_type": "id_card", "document_number": secret, "mobile": "12"})  # fmt: skip
        assert {f["code"] for f in answer.json()["faults"]} == {
            "name_malformed", "document_number_invalid", "document_type_unfit", "mobile_malformed"}  # fmt: skip
        assert secret not in answer.text
        huge = await c.call("POST", MONEY, content=b"x" * 10_000_000)
        assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")
        no_key = await c.http.post(
            MONEY, json=good, headers={"Authorization": f"Bearer {await c.token('T0001')}"}
        )
        assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency_key_missing")

    run(demo, story)


def test_every_endpoint_refuses_strangers_and_wrong_roles(demo: str) -> None:
    """Walks the access table, which the API refuses to start without."""
    staff = {s["number"]: s["roles"][0] for s in demo_data()["staff"]}

    async def story(c: Client) -> None:
        for (method, template), needs in ACCESS.items():
            path = template.format(
                customer="1",
                account="1234",
                journal=1,
                branch="1",
                number="X1",
                process="x",
                version=1,
                other=1,
                case=1,
                task=1,
                incident=1,
                attachment=1,
                date="2026-01-05",
                name="cash",
                code="AAAA",
                passkey=1,
                machine="A1",
                place="0001-V",
                kind=101,
                order=1,
                receipt=1,
                product="demand",
            )
            stranger = await c.call(method, path, None)
            if needs == PUBLIC:
                assert stranger.status_code != 401 or template == "/v1/sessions"
                continue
            if needs == MACHINE:  # what it asks for is told in test_machines
                assert (stranger.status_code, stranger.json()["code"]) == (401, "machine_unknown")
                continue
            assert (stranger.status_code, stranger.json()["code"]) == (401, "session_unknown")
            forged = await c.call(method, path, None, headers={"Authorization": "Bearer forged"})
            assert forged.status_code == 401
            if needs in (CUSTOMER, ENROLMENT):  # no role of the staff helps: test_customer_access
                continue
            for number, role in staff.items():
                if needs != SESSION and needs not in load_roles()[role].permissions:
                    denied = await c.call(method, path, number)
                    assert (denied.status_code, denied.json()["code"]) == (403, "permission_missing"), path

    run(demo, story)


def test_a_caller_in_a_hurry_is_slowed_down(demo: str) -> None:
    async def story() -> None:
        async with api(demo, per_second=5) as client:
            answers = [(await client.http.get("/health/live")).status_code for _ in range(30)]
            assert answers[0] == 200
            assert 429 in answers

    asyncio.run(story())


def test_a_body_in_pieces_that_never_says_its_length_is_stopped(demo: str) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(100):
            yield b" " * 1_000

    async def story(c: Client) -> None:
        for path in (MONEY, "/v1/customers"):
            answer = await c.call("POST", path, content=pieces())
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large"), path

    run(demo, story)
