"""The supervisor: owns the embedded database and the listening socket, and starts again whatever dies.

A process that is killed loses nothing that was answered. Kept apart from what it starts, and small: it imports nothing
of the bank.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from liushui.config import Settings
from liushui.kernel.errors import Refused, refuse
from liushui.store.embedded import EmbeddedServer
from liushui.store.vault import KEY_FILE_NAME, KEY_FILE_VARIABLE, ensure_key

_LOG = logging.getLogger("liushui")
RESTART_PAUSE_S = 0.5


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
