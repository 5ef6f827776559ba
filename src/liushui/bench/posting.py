"""Durable postings in process against pgbench's TPC-B, on the same embedded server, one after the other.

A posting here is what a transfer is in the bank: idempotency key, balance and floor check, two entries with
statement position and running balance, one event row, synchronous commit.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from liushui.bench import peer
from liushui.bench.load import drive, figure_as_text
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Ledger, Line, Post
from liushui.store.database import Database, UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from liushui.store.queries import Queries

Q = Queries("liushui.bench")
ACCOUNTS = 100_000
CLIENTS = 2_000


def measure(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything in a fresh folder and remove it; return the figures and their ratios."""
    with tempfile.TemporaryDirectory(prefix="liushui-bench-") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            peers = peer.tpc_b(server, seconds, say)
            figures = asyncio.run(_postings(server, seconds, say))
        finally:
            server.stop("immediate")
    uniform = figures["uniform"]["rate"]
    return {
        "accounts": ACCOUNTS,
        "clients": CLIENTS,
        "pgbench_tps": peers,
        "figures": [{"name": name} | figure for name, figure in figures.items()],
        "ratios": {f"uniform / TPC-B {scale}": round(uniform / tps, 2) for scale, tps in peers.items()}
        | {"hot / uniform": round(figures["hot"]["rate"] / uniform, 2)},
    }


def report_as_text(result: dict[str, Any]) -> str:
    lines = peer.as_text(result["pgbench_tps"])
    lines += [f"{f['name']}: {figure_as_text(f)}" for f in result["figures"]]
    return "\n".join(lines + [f"{name}: {ratio}" for name, ratio in result["ratios"].items()])


async def _postings(
    server: EmbeddedServer, seconds: int, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    await migrate(server.dsn())
    db = await Database.connect(server.dsn())
    await db.transact(_fill)
    async with db.pool.acquire() as conn:
        await conn.execute("VACUUM ANALYZE")
    ledger = Ledger(db, SystemClock())
    ledger.start()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    chance = random.Random(20260105)  # noqa: S311 - a workload, not a secret
    cumulated = list(accumulate(1 / rank for rank in range(1, ACCOUNTS + 1)))

    def uniform() -> int:
        return chance.randrange(1, ACCOUNTS + 1)

    def zipf() -> int:
        return bisect_left(cumulated, chance.random() * cumulated[-1]) + 1

    figures: dict[str, dict[str, float]] = {}
    for name, payer in (("warm-up", uniform), ("uniform", uniform), ("zipf 1.0", zipf), ("hot", lambda: 1)):
        figure = await _run(ledger, name, seconds, payer, zipf if name.startswith("zipf") else uniform)
        if name != "warm-up":
            figures[name] = figure
            say(f"{name}: {figure['rate']:.0f}/s")
    await ledger.close()
    await db.close()
    return figures


async def _run(
    ledger: Ledger, name: str, seconds: int, payer: Callable[[], int], payee: Callable[[], int]
) -> dict[str, float]:
    count = 0

    async def ask(_: int) -> bool:
        nonlocal count
        count += 1
        source, target = payer(), payee()
        if source == target:
            target = source % ACCOUNTS + 1
        header = Header(f"{name}-{count:012d}", "TRF01", 1, "bench", "bench")
        try:
            await ledger.submit(Post(header, (Line(source, True, 100), Line(target, False, 100))))
        except Refused:
            return False
        return True

    return (await drive(CLIENTS, seconds, ask)).figure()


async def _fill(uow: UnitOfWork) -> None:
    """Accounts with a floor that this load does not reach: the check is made, and passes."""
    await uow.start_books(date(2026, 1, 5))
    await uow.conn.execute(Q.fill_accounts, ACCOUNTS)
    await uow.conn.execute(Q.fill_balances)
