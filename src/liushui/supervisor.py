"""The supervisor: owns the embedded database and the listening socket, and starts again whatever dies.

A process that is killed loses nothing that was answered. The command that prepares a bank becomes this program
(``serve`` replaces the process), so that what stays resident for ever imports nothing of the bank.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from liushui.config import Settings
from liushui.kernel.errors import Refused, refuse
from liushui.store.embedded import EmbeddedServer

_LOG = logging.getLogger("liushui")
RESTART_PAUSE_S = 0.5
PLAN = "LIUSHUI_SUPERVISION"
"""Environment variable: what to supervise, as JSON."""


def serve(
    settings: Settings,
    dsn: str,
    server: EmbeddedServer | None,
    announcement: str,
    more: Sequence[list[str]] = (),
) -> NoReturn:
    """Become the supervisor, until SIGINT or SIGTERM. server: the embedded database to watch over and to stop in the
    end, or None. more: what else shall run, each a command of its own. The lock on the data folder and the socket are open files, which the new program inherits.

    Refuses ``port_in_use``.
    """
    from liushui.store.vault import KEY_FILE_VARIABLE

    listener = _listen(settings)
    listener.set_inheritable(True)
    plan = {
        "listener": listener.fileno(), "workers": settings.workers, "announcement": announcement,
        "data_dir": None if server is None else str(server.data_dir), "more": list(more),
    }  # fmt: skip
    environment = os.environ | {
        "LIUSHUI_DSN": dsn,
        KEY_FILE_VARIABLE: str(key_file(settings)),
        PLAN: json.dumps(plan),
    }
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "liushui.supervisor"], environment)  # noqa: S606 - ourselves


def key_file(settings: Settings) -> Path:
    """With what customers' secrets are sealed: the file that the environment names, or the data folder's own, made where there
    is none."""
    from liushui.store.vault import KEY_FILE_NAME, KEY_FILE_VARIABLE, ensure_key

    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named) if named else ensure_key(settings.data_dir / KEY_FILE_NAME)


def supervise() -> None:
    """What ``serve`` becomes: start everything, start again what dies, stop everything."""
    plan = json.loads(os.environ.pop(PLAN))
    fd: int = plan["listener"]
    server = None if plan["data_dir"] is None else EmbeddedServer(Path(plan["data_dir"]))
    commands = [["web", "--fd", str(fd)]] * plan["workers"] + [["work"], *plan["more"]]
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = [(command, _start(command, fd)) for command in commands]
    print(plan["announcement"], flush=True)
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
                    children[index] = (command, _start(command, fd))
    finally:
        _stop([child for _, child in children])
        if server is not None:
            server.stop()


def _start(command: list[str], fd: int) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "liushui", *command]
    return subprocess.Popen(program, pass_fds=[fd], start_new_session=True)  # noqa: S603 - ourselves


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()


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


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    supervise()
