"""Transfers through HTTP against pgbench's TPC-B: the server as ``liushui serve`` runs it, nothing switched off.

Every transfer carries a session, passes the rate limit of its caller, and has its own idempotency key; payer and
payee are drawn from 100,000 accounts. The load generator is on the same machine and takes its share of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import psutil

from liushui.accounting import open_internal_accounts
from liushui.bank import open_bank, verify
from liushui.bench import peer
from liushui.bench.load import Load, figure_as_text, transfers_over_http
from liushui.bench.posting import ACCOUNTS, Q
from liushui.identity import add_staff, log_in, open_branch
from liushui.kernel.clock import SystemClock, monotonic_s
from liushui.store.database import Database, UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate

CONNECTIONS = (64, 256)
SESSIONS = 200
"""Machine clients at work. With the server's default of 200 requests a second each, they may ask for 40,000/s."""
STAFF, PASSWORD = "M0001", "bench-only-password-1"
START_TIMEOUT_S = 60
WARM_UP = 3
"""How many times longer the first run is: most of the accounts have been named once by its end."""


def measure(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything in a fresh folder and remove it; return the figures and their ratios."""
    with tempfile.TemporaryDirectory(prefix="liushui-bench-") as name:
        folder = Path(name)
        server = EmbeddedServer(folder)
        server.start()
        try:
            peers = peer.tpc_b(server, seconds, say)
            tokens = folder / "tokens"
            tokens.write_text("\n".join(asyncio.run(_found(server.dsn()))) + "\n")
        finally:
            server.stop()
        result = _serve_and_load(folder, tokens, seconds, say)
    rate = max(f["rate"] for f in result["figures"])
    ratios = {f"best / TPC-B {scale}": round(rate / tps, 2) for scale, tps in peers.items()}
    return {"accounts": ACCOUNTS, "pgbench_tps": peers} | result | {"ratios": ratios}


def report_as_text(result: dict[str, Any]) -> str:
    lines = [*peer.as_text(result["pgbench_tps"]), f"load generator: {result['load_generator']}"]
    lines += [f"{f['connections']} connections: {figure_as_text(f)}" for f in result["figures"]]
    lines += [f"{name}: {ratio}" for name, ratio in result["ratios"].items()]
    lines.append(
        "resident memory: " + ", ".join(f"{name} {mb} MB" for name, mb in result["resident_mb"].items())
    )
    lines.append(
        f"transfers booked: {result['booked']}, answered: {result['answered']}; "
        + ("the books hold" if result["books_hold"] else "THE BOOKS DO NOT HOLD")
    )
    return "\n".join(lines)


async def _found(dsn: str) -> list[str]:
    """A bank with one branch, its accounts and a machine client's sessions; return their tokens."""
    await migrate(dsn)
    clock = SystemClock()
    async with open_bank(dsn, clock) as bank:

        async def work(uow: UnitOfWork) -> None:
            day = date(2026, 1, 5)
            await uow.start_books(day)
            branch = await open_branch(uow, code="0001", name_zh="0001", name_en="0001", opened_on=day)
            await open_internal_accounts(
                uow, bank.ledger, branch_id=branch.id, branch_code=branch.code, currency="CNY"
            )
            await add_staff(uow, clock, number=STAFF, name=STAFF, branch_id=branch.id, roles=["service"],
                            password=PASSWORD)  # fmt: skip
            await uow.conn.execute(Q.fill_accounts, ACCOUNTS)
            await uow.conn.execute(Q.fill_balances)

        await bank.db.transact(work)
        await bank.processes.deploy_house(actor="bench")
        async with bank.db.pool.acquire() as conn:
            await conn.execute("VACUUM ANALYZE")
        return [(await log_in(bank.db, clock, STAFF, PASSWORD))[0] for _ in range(SESSIONS)]


def _serve_and_load(folder: Path, tokens: Path, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LIUSHUI_")}
    program = [sys.executable, "-m", "liushui", "serve", "--data-dir", str(folder)]
    log = (folder / "serve.log").open("w")
    served = subprocess.Popen(  # noqa: S603 - ourselves
        program, env=environment | {"LIUSHUI_PORT": str(port)}, stdout=log, stderr=log
    )
    try:
        wait_until_open(port, served)
        figures: list[dict[str, float]] = []
        answered = 0
        generator = (
            "wrk" if shutil.which("wrk") else "our own (asyncio): apt-get install wrk for a faster one"
        )
        for index, connections in enumerate(
            (CONNECTIONS[-1], *CONNECTIONS)
        ):  # the first one warms up, for longer
            load = _load(port, tokens, f"run{index}", connections, seconds if index else seconds * WARM_UP)
            answered += load.answers - load.errors
            if index:
                figures.append({"connections": connections} | load.figure())
                say(f"{connections} connections: {figures[-1]['rate']:.0f}/s")
        resident = _resident_mb(served.pid)
        booked, holds = asyncio.run(_check(EmbeddedServer(folder).dsn()))
    finally:
        served.terminate()
        served.wait(timeout=40)
        log.close()
    return {
        "load_generator": generator, "figures": figures, "resident_mb": resident,
        "booked": booked, "answered": answered, "books_hold": holds and booked >= answered,
    }  # fmt: skip


def wait_until_open(port: int, served: subprocess.Popen[bytes]) -> None:
    until = monotonic_s() + START_TIMEOUT_S
    while monotonic_s() < until and served.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as conn:
            conn.sendall(b"GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            if b" 200 " in conn.recv(64):
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not open")


def _load(port: int, tokens: Path, prefix: str, connections: int, seconds: int) -> Load:
    """Ask as fast as the answers come, with wrk where it is installed."""
    if shutil.which("wrk") is None:
        sessions = tokens.read_text().split()
        return asyncio.run(transfers_over_http(port, sessions, prefix, ACCOUNTS, connections, seconds))
    with resources.as_file(resources.files("liushui.bench").joinpath("transfers.lua")) as script:
        command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script),
                   f"http://127.0.0.1:{port}", "--", str(tokens), prefix, str(ACCOUNTS)]  # fmt: skip
        done = subprocess.run(  # noqa: S603 - wrk, with arguments of ours
            command, capture_output=True, text=True, check=True
        )
    raw = json.loads(done.stdout.partition("RESULT ")[2].splitlines()[0])
    return Load(raw["answers"], raw["errors"], raw["us"] / 1e6, raw["p50_us"] / 1000, raw["p99_us"] / 1000)


def _resident_mb(supervisor: int) -> dict[str, int]:
    """Resident memory of our processes after the load; PostgreSQL's is its own, set by shared_buffers."""
    ours = [psutil.Process(supervisor), *psutil.Process(supervisor).children()]
    ours = [p for p in ours if p.name() != "postgres"]
    figures = {
        ("supervisor", "web", "work")[min(i, 2)]: p.memory_info().rss >> 20 for i, p in enumerate(ours)
    }
    return figures | {"together": sum(p.memory_info().rss for p in ours) >> 20}


async def _check(dsn: str) -> tuple[int, bool]:
    db = await Database.connect(dsn)
    try:
        async with db.read() as conn:
            booked: int = await conn.fetchval(Q.count_transfers, "TRF01")
        return booked, not await verify(db)
    finally:
        await db.close()
