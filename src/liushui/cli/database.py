"""The database of a command: the one that is named, or the embedded one, started where it is not running."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

from liushui.bank import Bank, open_bank
from liushui.config import Settings
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import refuse
from liushui.store.embedded import EmbeddedServer, hold_data_dir

Result = TypeVar("Result")


@contextmanager
def database(settings: Settings, *, claim: bool) -> Generator[tuple[str, EmbeddedServer | None]]:
    """The database of the settings, started where it is ours and not running, and then stopped again.

    claim: refuse where another process serves this folder. Without it a running one is shared.
    """
    if settings.database_url is not None:
        yield settings.database_url, None
        return
    lock = hold_data_dir(settings.data_dir) if claim else None
    if lock is not None:
        os.set_inheritable(lock, True)  # for the supervisor, which this process may become
    server = EmbeddedServer(settings.data_dir)
    started = server.start()
    try:
        yield server.dsn(), server
    finally:
        if started or claim:
            server.stop()
        if lock is not None:
            os.close(lock)


def with_bank(settings: Settings, work: Callable[[Bank], Awaitable[Result]]) -> Result:
    """Do something with the bank of the settings. Refuses ``bank_missing``."""

    async def run(dsn: str) -> Result:
        async with open_bank(dsn, SystemClock()) as bank:
            if not await bank.db.has_books():
                raise refuse("bank_missing")
            return await work(bank)

    with database(settings, claim=False) as (dsn, _):
        return asyncio.run(run(dsn))
