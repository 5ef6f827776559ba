"""Customers online and at machines, as their browsers and the machines' computers speak to the bank."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
from pyotp.totp import TOTP

from liushui.bank import Bank, open_bank, verify
from liushui.channels.open_api import create_api
from liushui.demo import complete_demo_bank
from liushui.deposits import set_password
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.clock import ManualClock
from liushui.store.vault import Vault
from liushui.workflow import Q
from tests.authenticator import Authenticator, decoded
from tests.procedures import MONDAY_TEN, SUPERVISOR, TELLER, Story

ZHANG, LI, WANG = (with_luhn(f"{index:010d}") for index in (1, 2, 3))
"""The demo bank's customers; their accounts: the next three."""
ZHANGS, LIS, WANGS = "0001010000000016", "0001010000000024", "0002010000000031"
PASSWORD, OTHER = "moon over the river", "rain on the old roof"
PIN, OTHER_PIN = "582947", "739164"
KEY = bytes(range(32))
_keys = count(1)


class Browser:
    """What a customer holds: a token, an authenticator app, passkeys, and for machines their credential."""

    def __init__(self, http: httpx.AsyncClient, clock: ManualClock) -> None:
        self.http, self.clock = http, clock
        self.token: str | None = None
        self.machine: str | None = None
        self.phone: TOTP | None = None
        self.device: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        more = {"Idempotency-Key": f"online-{next(_keys)}", "Accept-Language": "en"}
        if self.token is not None:
            more["Authorization"] = f"Bearer {self.token}"
        if self.machine is not None:
            more["Liushui-Machine"] = self.machine
        return await self.http.request(method, path, json=body, headers=more | headers)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def code(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a refusal that must come."""
        answer = await self.ask(method, path, body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["code"]

    def one_time_password(self) -> str:
        """The next half minute's code: none is taken twice."""
        assert self.phone is not None
        self.clock.advance(timedelta(seconds=30))
        return self.phone.at(self.clock.now())

    async def activate(self, customer: str, code: str, password: str = PASSWORD) -> httpx.Response:
        body = {"customer": customer, "activation_code": code, "password": password}
        answer = await self.ask("POST", "/v1/customer-activations", body)
        if answer.status_code == 201:
            self.token = answer.json()["token"]
        return answer

    async def enrol_phone(self, proof: dict[str, Any] | None = None) -> None:
        begun = await self.ask("POST", "/v1/my/second-factors/one-time-password", proof or {})
        assert begun.status_code == 201, begun.text
        self.phone = TOTP(begun.json()["address"].split("secret=")[1].split("&")[0])
        done = await self.ask(
            "PUT", "/v1/my/second-factors/one-time-password", {"code": self.one_time_password()}
        )
        assert done.status_code == 204, done.text

    async def enrol_passkey(self, proof: dict[str, Any] | None = None) -> Authenticator:
        begun = await self.ask("POST", "/v1/my/second-factors/passkeys/options", proof or {})
        assert begun.status_code == 201, begun.text
        key = Authenticator()
        made = {"name": "laptop", "credential": key.create(begun.json()["options"])}
        done = await self.ask("POST", "/v1/my/second-factors/passkeys", made)
        assert done.status_code == 204, done.text
        return key

    async def password(self, customer: str, password: str = PASSWORD) -> httpx.Response:
        self.token = None
        return await self.ask("POST", "/v1/customer-sessions", {"customer": customer, "password": password})

    async def log_in(self, customer: str, password: str = PASSWORD, key: Authenticator | None = None) -> None:
        first = await self.password(customer, password)
        assert first.status_code == 201, first.text
        ticket = first.json()
        body: dict[str, Any] = {"ticket": ticket["ticket"], "device": self.device}
        if key is None:
            body["one_time_password"] = self.one_time_password()
        else:
            body["assertion"] = key.get(decoded(ticket["passkey"]["challenge"]))
        done = await self.ask("POST", "/v1/customer-sessions/confirmation", body)
        assert done.status_code == 201, done.text
        self.token = done.json()["token"]
        self.device = done.json()["device"] or self.device

    async def start(self, process: str, **form: Any) -> Any:
        answer = await self.ask("POST", f"/v1/my/processes/{process}/cases", {"form": form})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def complete(self, case: Any, **form: Any) -> httpx.Response:
        """Do the one task that a case has for the customer."""
        (task,) = [step["task"] for step in case["next"] if step["task"]]
        version = (await self.get(f"/v1/my/tasks/{task}"))["version"]
        return await self.ask("POST", f"/v1/my/tasks/{task}/completion", {"version": version, "form": form})


class Online:
    """A bank with its people, its clock and its customers' browsers."""

    def __init__(self, bank: Bank, clock: ManualClock, http: httpx.AsyncClient) -> None:
        self.bank, self.clock, self.http = bank, clock, http
        self.story = Story(bank, clock)

    def browser(self) -> Browser:
        return Browser(self.http, self.clock)

    async def staff(self, number: str, password: str) -> Browser:
        one = self.browser()
        answer = await one.ask("POST", "/v1/sessions", {"number": number, "password": password})
        one.token = answer.json()["token"]
        return one

    async def open(self, customer: str, teller: Browser | None = None) -> str:
        """The counter's side, by the procedure; return the activation code."""
        s = self.story
        case = await s.start(TELLER, "open_online_banking", customer=customer)
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", identity_result="fits")
        return await self.shown(case, "Consent", **AGREES)

    async def shown(self, case: int, element: str, **form: Any) -> str:
        """Do a teller's task, and return the activation code that its answer shows."""
        task = await self.story.task(case, element)
        done = await self.bank.processes.do_task(
            TELLER, task["id"], form, version=task["version"], idempotency_key=f"online-{next(_keys)}"
        )
        return done.shown_once["activation_code"]

    async def reset(self, customer: str, reason: str = "lost") -> str:
        s = self.story
        case = await s.start(TELLER, "reset_online_banking", customer=customer, reason=reason)
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", identity_result="fits")
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        return await self.shown(case, "Print", customer_present=True)

    async def member(self, customer: str) -> Browser:
        """A customer who has online banking and has logged in with password and one-time password."""
        one = self.browser()
        assert (await one.activate(customer, await self.open(customer))).status_code == 201
        await one.enrol_phone()
        await one.log_in(customer)
        return one

    async def events(self, like: str) -> list[str]:
        rows = await self.bank.db.pool.fetch("SELECT kind FROM event WHERE kind LIKE $1 ORDER BY id", like)
        return [row["kind"] for row in rows]

    async def give_pin(self, account: str, pin: str = PIN) -> None:
        found = await self.bank.directory.find(account)
        await self.bank.db.transact(
            lambda uow: set_password(
                uow,
                self.clock,
                account_id=found.id,
                account=account,
                password=pin,
                repeated=pin,
                operator="T0001",
            )
        )

    async def card(self, account: str) -> str:
        return await self.bank.db.pool.fetchval(
            "SELECT card_number FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id WHERE a.number = $1",
            account,
        )

    async def row(self, sql: str, *arguments: Any) -> Any:
        return await self.bank.db.pool.fetchval(sql, *arguments)

    async def ended(self, case: int) -> str:
        """The element at which a case has ended."""
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.events_of_case, case)
        return [r["element"] for r in rows if (r["kind"], r["lifecycle"]) == ("process_step", "completed")][
            -1
        ]


AGREES = {
    "agreement_language": "zh-CN", "answer": "agree", "signature_method": "signature_pad", "signature_digest": "5a" * 32,
}  # fmt: skip


@asynccontextmanager
async def online_bank(dsn: str) -> AsyncGenerator[Online]:
    """The demo bank behind its API, at a time that stories move; its books and signatures are verified at the end."""
    clock = ManualClock(MONDAY_TEN)
    application = create_api(
        lambda: open_bank(dsn, clock, vault=Vault(KEY)), version="0", requests_per_second=10_000
    )
    async with application.router.lifespan_context(application):
        bank: Bank = application.state.bank
        await complete_demo_bank(bank)
        await bank.processes.deploy_house(actor="system")
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://bank") as http:
            yield Online(bank, clock, http)
        assert await verify(bank.db) == []


def run(dsn: str, tell: Callable[[Online], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with online_bank(dsn) as online:
            await tell(online)

    asyncio.run(whole())
