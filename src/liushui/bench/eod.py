"""The bank's day on generated banks: an ordinary day and the settlement day, while transfers go on.

The peer is one plain UPDATE of every account row in the same database. Transfers are paced, so that the close is measured
beside business and not against a load generator; what they wait is printed with and without the close.
"""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from liushui.accounting import InternalAccounts, load_templates, open_internal_accounts, roll_up
from liushui.bank import verify
from liushui.eod import DayEnd, Steps
from liushui.identity import open_branch
from liushui.kernel.clock import ManualClock, monotonic_s
from liushui.ledger import Directory, Header, Ledger, Line, Post
from liushui.ledger.seal import seal
from liushui.payments import Payments, StandingOrders, TransferOrders
from liushui.products import seed_house
from liushui.store.database import Database, UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from liushui.store.queries import Queries

Q = Queries("liushui.bench")
SIZES = (100_000, 1_000_000)
ORDINARY, SETTLEMENT = date(2026, 3, 19), date(2026, 3, 20)
TOUCHED = 10
"""One account in so many moves on a day."""
PACE_PER_S = 200
MINOR_EACH = 1_000_000


def measure(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything in a fresh folder and remove it. seconds: how long transfers are watched without a close."""
    banks: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="liushui-bench-") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            for size in SIZES:
                banks[str(size)] = asyncio.run(_bank(server, size, seconds, say))
        finally:
            server.stop("immediate")
    small, large = (banks[str(size)] for size in SIZES)
    return {
        "banks": banks,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "ratios": {
            "settlement / plain UPDATE": round(large["settlement"]["settle_s"] / large["update_s"], 2),
            "settlement day / plain UPDATE": round(large["settlement"]["s"] / large["update_s"], 2),
            "ordinary day, 1,000,000 / 100,000": round(large["ordinary"]["s"] / small["ordinary"]["s"], 1),
            "settlement day, 1,000,000 / 100,000": round(
                large["settlement"]["s"] / small["settlement"]["s"], 1
            ),
            "verify everything, 1,000,000 / 100,000": round(
                large["verify"]["everything"] / small["verify"]["everything"], 1
            ),
        },
    }


def report_as_text(result: dict[str, Any]) -> str:
    lines: list[str] = []
    for size, bank in result["banks"].items():
        lines.append(f"{int(size):,} accounts; one plain UPDATE of their rows: {bank['update_s']:.2f} s")
        for day in ("ordinary", "settlement"):
            d = bank[day]
            steps = ", ".join(f"{name} {took:.2f}" for name, took in d["steps"].items() if took >= 0.005)
            lines.append(
                f"  {day} day: {d['s']:.2f} s, {d['rows_per_s']:,} rows/s ({d['journals']:,} journals by the close; {steps})"
            )
        for name, w in bank["transfers"].items():
            lines.append(
                f"  transfers {name}: {w['rate']:.0f}/s, {w['errors']} errors, p50 {w['p50_ms']:.1f} ms, p99 {w['p99_ms']:.1f} ms"
            )
        lines += [f"  verify {what}: {took:.1f} s" for what, took in bank["verify"].items()]
    lines.append(f"peak memory of this process: {result['peak_mb']} MB")
    return "\n".join(lines + [f"{name}: {ratio}" for name, ratio in result["ratios"].items()])


async def _bank(
    server: EmbeddedServer, size: int, seconds: int, say: Callable[[str], None]
) -> dict[str, Any]:
    name = f"eod{size}"
    admin = await asyncpg.connect(server.dsn("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    dsn = server.dsn(name)
    await migrate(dsn)
    clock = ManualClock(_morning(ORDINARY))
    db = await Database.connect(dsn)
    ledger = Ledger(db, clock)
    await db.transact(lambda uow: _fill(uow, clock, ledger, size))
    async with db.pool.acquire() as conn:
        await conn.execute("VACUUM ANALYZE")
    while await db.transact(roll_up):
        pass
    say(f"{size:,} accounts filled")
    ledger.start()
    gc.collect()
    templates = load_templates(["liushui.deposits", "liushui.payments"])
    payments = Payments(db, clock, ledger, Directory(db), templates)
    standing = StandingOrders(clock, ledger, templates, TransferOrders(clock, ledger, payments))
    steps = Steps(clock, ledger, templates, standing).by_name()
    run = _Run(db, clock, ledger, DayEnd(db, clock, steps), size)
    out: dict[str, Any] = {"transfers": {}}
    await run.touch(size // TOUCHED)
    async with run.paced(out["transfers"], "without a close"):
        await asyncio.sleep(seconds)
    for name, day in (("ordinary", ORDINARY), ("settlement", SETTLEMENT)):
        if day == SETTLEMENT:
            await run.touch(size // TOUCHED)
            async with db.pool.acquire() as conn:
                await conn.execute("CHECKPOINT")
        async with run.paced(out["transfers"], f"during the close of the {name} day"):
            out[name] = await run.close(day)
        say(f"{size:,} accounts, {name} day: {out[name]['s']:.2f} s")
        if day == ORDINARY:  # the morning after, before anybody has moved
            await seal(db, clock)
            out["verify"] = {"since the ordinary day": await _verified(db, SETTLEMENT)}
    await ledger.close()
    await seal(db, clock)
    out["verify"]["everything"] = await _verified(db, None)
    out["update_s"] = await _plain_update(db)
    await db.close()
    return out


async def _verified(db: Database, since: date | None) -> float:
    """Seconds that ``liushui verify`` takes; the books hold."""
    started = monotonic_s()
    faults = await verify(db, since=since)
    assert not faults, faults
    return monotonic_s() - started


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


async def _plain_update(db: Database) -> float:
    async with db.pool.acquire() as conn:
        await conn.execute("VACUUM ledger_balance")
        # As the settlement begins: after a checkpoint both pay for whole pages in the log.
        await conn.execute("CHECKPOINT")
        started = monotonic_s()
        await conn.execute(Q.plain_update, timeout=600)
        return monotonic_s() - started


async def _fill(uow: UnitOfWork, clock: ManualClock, ledger: Ledger, size: int) -> None:
    """A branch with so many demand accounts of ten thousand yuan each, paid in in journals of a thousand."""
    opened = date(2025, 12, 21)
    await uow.start_books(opened)
    branch = await open_branch(uow, code="0001", name_zh="总行", name_en="Head", opened_on=opened)
    internal = await open_internal_accounts(
        uow, ledger, branch_id=branch.id, branch_code="0001", currency="CNY", cash_floor=None
    )
    await uow.conn.execute(Q.fill_demand_accounts, branch.id, size, opened, timeout=600)
    await uow.conn.execute(
        Q.fill_opening_balances, internal["cash"], branch.id, MINOR_EACH, opened, clock.now(), timeout=900
    )
    await uow.advance_business_date(ORDINARY)
    await seed_house(uow, clock)


class _Run:
    def __init__(self, db: Database, clock: ManualClock, ledger: Ledger, day_end: DayEnd, size: int) -> None:
        self.db, self.clock, self.ledger, self.day_end = db, clock, ledger, day_end
        self._chance = random.Random(size)  # noqa: S311 - a workload, not a secret
        self._keys = 0
        self._accounts: Sequence[int] = ()
        self._internal = InternalAccounts(db)

    async def accounts(self) -> Sequence[int]:
        if not self._accounts:
            async with self.db.read() as conn:
                row = await conn.fetchrow(Q.demand_range)
            assert row is not None
            self._accounts = range(row["first"], row["last"] + 1)
        return self._accounts

    async def transfer(self, payer: int, payee: int) -> None:
        self._keys += 1
        header = Header(f"bench-{self._keys:012d}", "TRF01", 1, "bench", "bench")
        await self.ledger.submit(Post(header, (Line(payer, True, 100), Line(payee, False, 100))))

    async def touch(self, count: int) -> None:
        """Transfers that touch so many accounts, each once."""
        chosen = self._chance.sample(await self.accounts(), count)
        pairs = list(zip(chosen[::2], chosen[1::2], strict=True))
        for start in range(0, len(pairs), 2_000):
            await asyncio.gather(*(self.transfer(*pair) for pair in pairs[start : start + 2_000]))

    async def close(self, day: date) -> dict[str, Any]:
        """Cut a day off and close it; seconds in all and per step."""
        self.clock.set(_morning(day + timedelta(days=1)))
        steps: dict[str, float] = {}
        handled = 0
        started = last = monotonic_s()

        def told(_day: date, step: str, count: int) -> None:
            nonlocal last, handled
            now = monotonic_s()
            steps[step] = steps.get(step, 0.0) + now - last
            handled += count if step in ("settle_interest", "accrue_interest", "carry_profit") else 0
            last = now

        await self.day_end.cut_off(day, by="bench")
        await self.day_end.close(told)
        took = monotonic_s() - started
        async with self.db.read() as conn:
            assert await conn.fetchval(Q.is_closed, day), "the close has failed"
        rows = len(await self.accounts())
        return {
            "s": took, "settle_s": steps.get("settle_interest", 0.0), "rows_per_s": round(rows / took),
            "journals": handled, "steps": steps,
        }  # fmt: skip

    @asynccontextmanager
    async def paced(self, results: dict[str, Any], name: str) -> AsyncGenerator[None]:
        """Transfers at a steady pace while the block runs; what each waited."""
        waits: list[float] = []
        errors = 0
        stop = asyncio.Event()

        async def one(due: float) -> None:
            nonlocal errors
            try:
                await self.transfer(*self._chance.sample(await self.accounts(), 2))
            except Exception:
                errors += 1
            waits.append(monotonic_s() - due)

        async def pace() -> None:
            started, number = monotonic_s(), 0
            async with asyncio.TaskGroup() as group:
                while not stop.is_set():
                    due = started + number / PACE_PER_S
                    if (ahead := due - monotonic_s()) > 0:
                        await asyncio.sleep(ahead)
                    group.create_task(one(due))
                    number += 1

        began = monotonic_s()
        pacing = asyncio.create_task(pace())
        yield
        stop.set()
        await pacing
        took = monotonic_s() - began
        waits.sort()
        results[name] = {
            "rate": len(waits) / took, "errors": errors, "p50_ms": waits[len(waits) // 2] * 1000,
            "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        }  # fmt: skip
