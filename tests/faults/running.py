"""A bank that runs as its users run it, to be killed: supervisor, web process, worker, database."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from liushui.demo import demo_data
from liushui.store.embedded import EmbeddedServer

OPEN_WITHIN_S = 60


class RunningBank:
    """ask() goes on asking under the same key until there is an answer."""

    def __init__(self, folder: Path, port: int, supervisor: subprocess.Popen[bytes], log: Path) -> None:
        self.folder, self.port, self.supervisor, self.log = folder, port, supervisor, log
        self.server = EmbeddedServer(folder)
        self.chance = random.Random(os.environ.get("LIUSHUI_SEED", "7"))
        self.passwords: dict[str, str] = {s["number"]: s["password"] for s in demo_data()["staff"]}
        self._tokens: dict[str, str] = {}

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    async def wait_until_open(self, http: httpx.AsyncClient, *, within_s: int = OPEN_WITHIN_S) -> None:
        for _ in range(within_s * 5):
            assert self.supervisor.poll() is None, self.log.read_text()
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
        raise AssertionError(f"the bank did not open:\n{self.log.read_text()[-4000:]}")

    async def token(self, http: httpx.AsyncClient, staff: str) -> str:
        if staff not in self._tokens:
            credentials = {"number": staff, "password": self.passwords[staff]}
            answer = await self.ask(http, None, "POST", "/v1/sessions", None, credentials)
            self._tokens[staff] = answer["token"]
        return self._tokens[staff]

    async def ask(
        self,
        http: httpx.AsyncClient,
        staff: str | None,
        method: str,
        path: str,
        key: str | None = None,
        body: Any = None,
        *,
        answers: frozenset[str] = frozenset(),
    ) -> Any:
        """answers: codes of refusals that are an answer too."""
        headers = {} if key is None else {"Idempotency-Key": key}
        if staff is not None:
            headers["Authorization"] = f"Bearer {await self.token(http, staff)}"
        while True:
            try:
                answer = await http.request(method, path, json=body, headers=headers)
                if answer.status_code < 300:
                    return answer.json() if answer.content else None
                if answer.status_code < 500 and answer.json()["code"] in answers:
                    return answer.json()
                assert answer.status_code in (429, 500, 503), answer.text
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)

    async def kill(self, *what: str) -> None:
        """Kill these with -9, one after the other, at random moments."""
        for name in what:
            await asyncio.sleep(0.3 + self.chance.random())
            await asyncio.to_thread(self._kill, name)

    def _kill(self, what: str) -> None:
        if what == "database":
            self.server.kill()
            return
        for child in psutil.Process(self.supervisor.pid).children():
            with suppress(psutil.Error):  # it may be dead already
                if what in child.cmdline():
                    child.send_signal(signal.SIGKILL)

    def verify(self) -> None:
        checked = subprocess.run(
            [sys.executable, "-m", "liushui", "verify", "--data-dir", str(self.folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr


@contextmanager
def running_bank(folder: Path, *options: str) -> Generator[RunningBank]:
    """options: of ``liushui demo``; none: a small bank without a past."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = os.environ | {"LIUSHUI_PORT": str(port), "LIUSHUI_REQUESTS_PER_SECOND": "10000"}
    environment.pop("LIUSHUI_DATABASE_URL", None)
    log = folder / "log"
    with log.open("w") as stream:
        command = [
            sys.executable,
            "-m",
            "liushui",
            "demo",
            *(options or ("--empty",)),
            "--data-dir",
            str(folder / "bank"),
        ]
        supervisor = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)
        bank = RunningBank(folder / "bank", port, supervisor, log)
        try:
            yield bank
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(timeout=40)
    assert bank.server.pid() is None
