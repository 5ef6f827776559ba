"""What the supervisor starts: the web processes and the background worker, each a process of its own."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from contextlib import suppress

from liushui import __version__
from liushui.accounting import roll_up
from liushui.bank import Bank, open_bank
from liushui.config import Settings
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused
from liushui.ledger.seal import seal
from liushui.store.outbox import dispatch

_LOG = logging.getLogger("liushui")
WORK_PAUSE_S = 1.0


def web(settings: Settings, dsn: str, fd: int) -> None:
    """One web process on an inherited socket."""
    # Here and not above: the supervisor and the worker would carry 25 MB each that they never use.
    import uvicorn

    from liushui.channels.open_api import create_api
    from liushui.channels.web import WebPages

    _end_with_parent()
    api = create_api(
        lambda: open_bank(dsn, SystemClock()), version=__version__,
        requests_per_second=settings.requests_per_second,
    )  # fmt: skip
    # Postings make few cycles and many short-lived objects: look for cycles less often.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    config = uvicorn.Config(
        WebPages(api), loop="uvloop", http="httptools", access_log=False, log_level="warning",
        timeout_graceful_shutdown=10, server_header=False, proxy_headers=False,
    )  # fmt: skip
    # Given as a socket: from a bare descriptor uvicorn would make a Unix socket of it and know no client address.
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


def work(settings: Settings, dsn: str) -> None:
    """The background worker: seals blocks, releases holds whose time is over, rolls up the general ledger, hands
    events to their handlers, ends the days. A long close keeps none of the rest waiting."""
    _end_with_parent()
    stop = asyncio.Event()

    async def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        while not stop.is_set():
            try:
                async with open_bank(dsn, SystemClock(), pool_size=4) as bank, asyncio.TaskGroup() as group:
                    group.create_task(_work_on(bank, stop))
                    group.create_task(_end_days(bank, stop, automatic=settings.day_end == "automatic"))
            except* Exception as error:  # the database may be away: wait for it
                _LOG.warning("background work interrupted: %s", type(error.exceptions[0]).__name__)
                await asyncio.sleep(WORK_PAUSE_S)

    asyncio.run(run())


def live(dsn: str, *, rate: float, always: bool) -> None:
    """The simulated day of a demo bank: see ``liushui.demo.live``. Refuses ``demo_only``."""
    from liushui.demo.live import LiveTown

    _end_with_parent()
    stop = asyncio.Event()

    async def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        clock = SystemClock()
        while not stop.is_set():
            try:
                async with open_bank(dsn, clock, pool_size=3) as bank:
                    seed = clock.now().isoformat()
                    await LiveTown(bank, clock, rate=rate, always=always, seed=seed).run(stop)
            except Refused as refused:
                if refused.code == "demo_only":
                    raise
                _LOG.warning("simulation interrupted: %s", refused.code)
                await asyncio.sleep(WORK_PAUSE_S)
            except Exception as error:  # the database may be away: wait for it
                _LOG.warning("simulation interrupted: %s", type(error).__name__)
                await asyncio.sleep(WORK_PAUSE_S)

    asyncio.run(run())


async def _work_on(bank: Bank, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await bank.ledger.expire_holds()
        await bank.db.transact(roll_up)
        await seal(bank.db, bank.clock)
        await dispatch(bank.db, bank.clock, bank.handlers)
        await bank.processes.work()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WORK_PAUSE_S)


async def _end_days(bank: Bank, stop: asyncio.Event, *, automatic: bool) -> None:
    """Close what has been cut off; automatic: cut off every day that is over, too."""
    while not stop.is_set():
        await (bank.day_end.run() if automatic else bank.day_end.close())
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WORK_PAUSE_S)


def _end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the supervisor dies, so that no orphan keeps the port (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
