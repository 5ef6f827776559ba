"""From an empty database to a demo bank: the small one, or one with a town around it and a past behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from liushui.accounting import complete_internal_accounts
from liushui.bank import Bank, open_bank
from liushui.demo import begin_demo_bank, complete_demo_bank, town_data
from liushui.demo.history import History, Span
from liushui.demo.town import Town, clock_time
from liushui.kernel.clock import Clock, ManualClock, bank_day
from liushui.store.database import Database, UnitOfWork

HISTORY, LIVED = "demo:history", "demo:history:lived"
SEED = "liushui"
Told = Callable[[date], None]


async def live_through(
    dsn: str, now: datetime, *, seed: str = SEED, span: Span | None = None, told: Told = lambda _day: None
) -> Town:
    """Create a demo bank in a migrated database without books, and live through its past up to a moment. It is one piece of
    work: what is begun and broken off stays as far as it came. told: hears of every day."""
    plan = span or Span()
    first = plan.first_day(bank_day(now))
    clock = ManualClock(clock_time(first, 8))
    db = await Database.connect(dsn, pool_size=1)
    try:
        await db.transact(lambda uow: begin_demo_bank(uow, clock, first))
        await db.transact(lambda uow: _mark(uow, clock, HISTORY, {"seed": seed, "first": first.isoformat()}))
    finally:
        await db.close()
    async with open_bank(in_a_hurry(dsn), clock) as bank:
        data = town_data()
        await _complete(bank, data)
        town = await History(bank, clock, seed, plan).live(now, data["visitors"], told)
        await bank.db.transact(lambda uow: _mark(uow, clock, LIVED, {"until": now.isoformat()}))
    return town


async def complete(bank: Bank) -> bool:
    """Give a demo bank of an earlier version, or one that was broken off, what it lacks. False: its past is not whole."""
    town = await bank.db.is_known(HISTORY)
    await _complete(bank, town_data() if town else None)
    return not town or await bank.db.is_known(LIVED)


async def _complete(bank: Bank, data: dict[str, Any] | None) -> None:
    await complete_demo_bank(bank, data)
    await bank.db.transact(lambda uow: complete_internal_accounts(uow, bank.ledger))
    await bank.processes.deploy_house(actor="system")


async def _mark(uow: UnitOfWork, clock: Clock, key: str, facts: dict[str, Any]) -> None:
    async def marked() -> dict[str, Any]:
        return facts

    await uow.idempotent(key, b"", clock.now(), marked)


def in_a_hurry(dsn: str) -> str:
    """The same database without waiting for the disk at every commit: a machine that goes down may take the last moments of
    a past that has not been lived through with it, and nothing else."""
    return f"{dsn}{'&' if '?' in dsn else '?'}synchronous_commit=off"
