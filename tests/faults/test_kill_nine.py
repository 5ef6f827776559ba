"""kill -9 of the web process, the database and the worker under load; clients ask again with the same keys."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from liushui.demo import demo_data
from liushui.store.embedded import EmbeddedServer

ACCOUNTS = ("0001010000000016", "0001010000000024")
CLIENTS, PAYMENTS = 8, 40
OPENS_WITHIN_S, ANSWERS_WITHIN_S = 60, 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bank:
    """The demo bank as a program of its own. Whatever takes too long fails at once, with what bank and database have
    said."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder / "bank"
        self.server = EmbeddedServer(self.folder)
        environment = os.environ | {"LIUSHUI_PORT": str(self.port), "LIUSHUI_REQUESTS_PER_SECOND": "10000"}
        environment.pop("LIUSHUI_DATABASE_URL", None)
        self._log = folder / "log"
        command = [sys.executable, "-m", "liushui", "demo", "--empty", "--data-dir", str(self.folder)]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def failure(self, why: str) -> Exception:
        logs = (self._log, self.server.pgdata / "server.log")
        said = [f"--- {log.name}\n{log.read_text()[-4000:]}" for log in logs if log.exists()]
        return pytest.fail.Exception("\n".join([why, *said]), pytrace=False)

    async def log_in(self, http: httpx.AsyncClient) -> str:
        """Wait until it is open, and log in."""
        teller = demo_data()["staff"][0]
        credentials = {"number": teller["number"], "password": teller["password"]}
        deadline = time.monotonic() + OPENS_WITHIN_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise self.failure(f"the bank ended with {self.process.returncode} before it opened")
            with suppress(httpx.TransportError):
                answer = await http.post("/v1/sessions", json=credentials, timeout=5)
                if answer.status_code == 201:
                    return answer.json()["token"]
                if answer.status_code not in (429, 503):
                    raise self.failure(f"no log-in: {answer.text}")
            await asyncio.sleep(0.2)
        raise self.failure(f"the bank did not open within {OPENS_WITHIN_S} s")

    async def pay(self, http: httpx.AsyncClient, token: str, key: str) -> int:
        """Ask until there is an answer; the journal's number."""
        body = {"payer": ACCOUNTS[0], "payee": ACCOUNTS[1], "amount": "0.01"}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        deadline = time.monotonic() + ANSWERS_WITHIN_S
        last = "nothing"
        while time.monotonic() < deadline:
            try:
                answer = await http.post("/v1/transfers", json=body, headers=headers, timeout=10)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.status_code == 201:
                    return answer.json()["journal"]
                last = answer.text
                if answer.status_code not in (429, 503):
                    raise self.failure(f"{key} was answered {last}")
            await asyncio.sleep(0.1)
        raise self.failure(f"{key} was not answered within {ANSWERS_WITHIN_S} s; last heard: {last}")

    def close(self) -> None:
        """SIGTERM, and with it the database; what does not end is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.server.kill()
            raise self.failure("the bank did not close within 30 s") from None


def kill_one(what: str, supervisor: psutil.Process, server: EmbeddedServer) -> None:
    if what == "database":
        server.kill()
        return
    for child in supervisor.children():
        with suppress(psutil.Error):  # it has just died by itself: the database was killed before
            if what in child.cmdline():
                child.send_signal(signal.SIGKILL)


@pytest.mark.timeout(150)
def test_every_answered_transfer_is_there_once_whatever_is_killed(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    chance = random.Random(os.environ.get("LIUSHUI_SEED", "7"))

    async def story() -> dict[str, int]:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bank.port}") as http:
            token = await bank.log_in(http)
            answered: dict[str, int] = {}

            async def client(number: int) -> None:
                for payment in range(PAYMENTS):
                    key = f"{number}-{payment}"
                    answered[key] = await bank.pay(http, token, key)
                    await asyncio.sleep(chance.random() * 0.1)

            async def killer() -> None:
                supervisor = psutil.Process(bank.process.pid)
                for what in ("web", "database", "work", "web", "database"):
                    await asyncio.sleep(0.3 + chance.random())
                    await asyncio.to_thread(kill_one, what, supervisor, bank.server)

            await asyncio.gather(killer(), *(client(n) for n in range(CLIENTS)))
            await bank.log_in(
                http
            )  # the last kill may have come after the last answer: wait until it is open again
            return answered

    try:
        answered = asyncio.run(story())
        assert len(answered) == len(set(answered.values())) == CLIENTS * PAYMENTS
        assert asyncio.run(booked(bank.server.dsn())) == set(answered.values())
        checked = subprocess.run(
            [sys.executable, "-m", "liushui", "verify", "--data-dir", str(bank.folder)],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr
    finally:
        bank.close()
    assert bank.server.pid() is None


async def booked(dsn: str) -> set[int]:
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch("SELECT id FROM journal WHERE code = 'TRF01'")
    await conn.close()
    return {row["id"] for row in rows}
