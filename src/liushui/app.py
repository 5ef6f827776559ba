"""The running bank: a supervisor, its web processes and its background worker, each a process of its own.

The supervisor owns the embedded database and the listening socket. Whatever dies is started again; a process
that is killed loses nothing that was answered.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import uvicorn

from liushui import __version__
from liushui.accounting import roll_up
from liushui.bank import Bank, open_bank
from liushui.channels.open_api import create_api
from liushui.config import Settings
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused, refuse
from liushui.ledger.seal import seal
from liushui.store.embedded import EmbeddedServer
from liushui.store.outbox import dispatch
from liushui.store.vault import KEY_FILE_NAME, KEY_FILE_VARIABLE, ensure_key

_LOG = logging.getLogger("liushui")
RESTART_PAUSE_S = 0.5
WORK_PAUSE_S = 1.0


def serve(settings: Settings, dsn: str, server: EmbeddedServer | None, announcement: str) -> None:
    """Run until SIGINT or SIGTERM. server: the embedded database to watch over, or None."""
    listener = _listen(settings)
    key_file = os.environ.get(KEY_FILE_VARIABLE) or str(ensure_key(settings.data_dir / KEY_FILE_NAME))
    environment = os.environ | {"LIUSHUI_DSN": dsn, KEY_FILE_VARIABLE: key_file}
    commands = [["web", "--fd", str(listener.fileno())]] * settings.workers + [["work"]]
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "liushui", *command]
        return subprocess.Popen(  # noqa: S603 - ourselves
            program, env=environment, pass_fds=[listener.fileno()], start_new_session=True
        )

    children = [(command, start(command)) for command in commands]
    print(announcement, flush=True)
    try:
        while not stopping:
            time.sleep(RESTART_PAUSE_S)
            if server is not None and server.pid() is None:
                _LOG.error("the database has stopped; starting it again")
                with suppress(Refused):
                    server.start()
            for index, (command, child) in enumerate(children):
                if not stopping and child.poll() is not None:
                    _LOG.error("%s ended with %s; starting it again", command[0], child.returncode)
                    children[index] = (command, start(command))
    finally:
        for _, child in children:
            child.terminate()
        for _, child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
        listener.close()


def _listen(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every accepted connection. Without it an answer's head and body wait 40 ms for each other.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        raise refuse("port_in_use", host=settings.host, port=settings.port) from None
    listener.listen(1024)
    return listener


def web(settings: Settings, dsn: str, fd: int) -> None:
    """One web process on an inherited socket."""
    _end_with_parent()
    api = create_api(
        lambda: open_bank(dsn, SystemClock()), version=__version__,
        requests_per_second=settings.requests_per_second,
    )  # fmt: skip
    # Postings make few cycles and many short-lived objects: look for cycles less often.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    config = uvicorn.Config(
        api, loop="uvloop", http="httptools", access_log=False, log_level="warning",
        timeout_graceful_shutdown=10, server_header=False, proxy_headers=False,
    )  # fmt: skip
    # Given as a socket: from a bare descriptor uvicorn would make a Unix socket of it and know no client address.
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


def work(dsn: str) -> None:
    """The background worker: seals blocks, releases holds whose time is over, rolls up the general ledger, hands
    events to their handlers."""
    _end_with_parent()
    stop = asyncio.Event()

    async def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        while not stop.is_set():
            try:
                async with open_bank(dsn, SystemClock(), pool_size=3) as bank:
                    await _work_on(bank, stop)
            except Exception as error:  # the database may be away: wait for it
                _LOG.warning("background work interrupted: %s", type(error).__name__)
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


def _end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the supervisor dies, so that no orphan keeps the port (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
