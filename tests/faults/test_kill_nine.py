"""kill -9 of the web process, the database and the worker under load; clients ask again with the same keys."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from liushui.demo import demo_data
from liushui.store.embedded import EmbeddedServer

ACCOUNTS = ("0001010000000016", "0001010000000024")
CLIENTS, PAYMENTS = 8, 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def ask(http: httpx.AsyncClient, token: str, key: str) -> int:
    """Ask until there is an answer; the journal's number."""
    body = {"payer": ACCOUNTS[0], "payee": ACCOUNTS[1], "amount": "0.01"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    while True:
        try:
            answer = await http.post("/v1/transfers", json=body, headers=headers)
            if answer.status_code == 201:
                return answer.json()["journal"]
            assert answer.status_code in (429, 500, 503), answer.text
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)


def kill_one(what: str, supervisor: psutil.Process, server: EmbeddedServer) -> None:
    if what == "database":
        server.kill()
        return
    for child in supervisor.children():
        if what in child.cmdline():
            child.send_signal(signal.SIGKILL)


@pytest.mark.timeout(150)
def test_every_answered_transfer_is_there_once_whatever_is_killed(tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {"LIUSHUI_PORT": str(port), "LIUSHUI_REQUESTS_PER_SECOND": "10000"}
    environment.pop("LIUSHUI_DATABASE_URL", None)
    log = (tmp_path / "log").open("w")
    command = [sys.executable, "-m", "liushui", "demo", "--data-dir", str(tmp_path / "bank")]
    bank = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    server = EmbeddedServer(tmp_path / "bank")
    chance = random.Random(os.environ.get("LIUSHUI_SEED", "7"))

    async def story() -> dict[str, int]:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            token = ""
            teller = demo_data()["staff"][0]
            while not token:
                await asyncio.sleep(0.2)
                assert bank.poll() is None, (tmp_path / "log").read_text()
                try:
                    answer = await http.post(
                        "/v1/sessions", json={"number": teller["number"], "password": teller["password"]}
                    )
                    token = answer.json()["token"] if answer.status_code == 201 else ""
                except httpx.TransportError:
                    continue
            answered: dict[str, int] = {}

            async def client(number: int) -> None:
                for payment in range(PAYMENTS):
                    key = f"{number}-{payment}"
                    answered[key] = await ask(http, token, key)
                    await asyncio.sleep(chance.random() * 0.1)

            async def killer() -> None:
                supervisor = psutil.Process(bank.pid)
                for what in ("web", "database", "work", "web", "database"):
                    await asyncio.sleep(0.3 + chance.random())
                    await asyncio.to_thread(kill_one, what, supervisor, server)

            await asyncio.gather(killer(), *(client(n) for n in range(CLIENTS)))
            return answered

    try:
        answered = asyncio.run(story())
        assert len(answered) == len(set(answered.values())) == CLIENTS * PAYMENTS
        assert asyncio.run(booked(server.dsn())) == set(answered.values())
        checked = subprocess.run(
            [sys.executable, "-m", "liushui", "verify", "--data-dir", str(tmp_path / "bank")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr
    finally:
        bank.send_signal(signal.SIGTERM)
        bank.wait(timeout=40)
        log.close()
    assert server.pid() is None


async def booked(dsn: str) -> set[int]:
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch("SELECT id FROM journal WHERE code = 'TRF01'")
    await conn.close()
    return {row["id"] for row in rows}
