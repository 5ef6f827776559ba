"""No room: the bank says so (``database_full``), books nothing wrong, and goes on when there is room again.

Three ways to take the room from a real server, none of which touches the disk of the machine:

* a file size limit (``RLIMIT_FSIZE``) on the running server's processes, at the present size of the journal table: the
  next page of it fails with EFBIG. Needs no rights beyond owning the server, so this one runs everywhere on Linux.
* a database in a tablespace on a tmpfs of 20 MB: a true ENOSPC. Needs the right to mount, and is skipped without it.
* a file size limit of 64 KB, below the position where the write-ahead log is written: the database cannot log, panics
  and stays down, as it does when the volume of its log is full.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import group_commit
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from tests.books import Books, books, pay
from tests.conftest import BUSINESS_DATE
from tests.faults.load import Load, begin_with

SEGMENT = 16 * 1024 * 1024
"""A file of the write-ahead log. No limit of the first way may be below it."""
LONG_MEMO = "x" * 500
FATTEN = """INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, digest, idempotency_key,
                                  code, operator, channel, memo)
SELECT 1000000 + n, 1, 1, now(), now(), now(), '', 'fat' || n, 'X', 'X', 'X', repeat('x', 500)
FROM generate_series(1, 28000) n"""


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test alone; without vacuum, which would find room where the test has taken it."""
    settings = {"fsync": "off", "autovacuum": "off", "max_wal_size": "256MB"}
    server = EmbeddedServer(tmp_path, settings=settings)
    server.start()
    yield server
    server.stop("immediate")


async def begin(dsn: str) -> None:
    await migrate(dsn)
    conn = await asyncpg.connect(dsn)
    await conn.execute("INSERT INTO commit_head (business_date) VALUES ($1)", BUSINESS_DATE)
    await conn.close()


def limit_files(server: EmbeddedServer, size: int | None) -> None:
    """Let no process of the server write beyond this position of any file. Asked for as the user that the server runs
    as: that needs no special right, where even root may lack it."""
    pid, owner = server.pid(), server.pgdata.stat()
    assert pid is not None
    soft = "unlimited" if size is None else str(size)
    for process in (psutil.Process(pid), *psutil.Process(pid).children()):
        command = ["prlimit", f"--pid={process.pid}", f"--fsize={soft}:unlimited"]
        as_owner: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        subprocess.run(command, check=True, **(as_owner if os.geteuid() == 0 else {}))


async def fatten(dsn: str) -> int:
    """Let the journal's table grow beyond a segment by rows that are never committed; its size, page for page."""
    conn = await asyncpg.connect(dsn)
    change = conn.transaction()
    await change.start()
    await conn.execute(FATTEN)
    await change.rollback()
    size: int = await conn.fetchval("SELECT pg_relation_size('journal')")
    await conn.close()
    assert size > SEGMENT
    return size


async def pay_until_full(b: Books, load: Load) -> None:
    """Pay until somebody is told that there is no room. The whole way there, everything else is answered."""
    for number in range(3_000):
        request = pay(b["cash1"], b["bob"], 1, f"load:fill:{number}", memo=LONG_MEMO)
        try:
            load.answered[request.header.key] = (await b.ledger.submit(request)).journal_id
        except Refused as refused:
            if refused.code != "database_full":
                raise
            return
        finally:
            load.asked[request.header.key] = request
    raise AssertionError("there was room without end")


async def no_room_story(
    b: Books, take: Callable[[], Awaitable[None]], give: Callable[[], Awaitable[None]]
) -> None:
    load = Load(b, seed="3")
    for request in begin_with(b):
        await load.pay_until_known(request)
    await take()
    await pay_until_full(b, load)
    await load.check()  # what was refused has left no trace; the books can be read and hold
    within = pay(b["cash1"], b["bob"], 1, memo=LONG_MEMO)
    with pytest.raises(Refused, match="database_full"):
        await b.db.transact(lambda uow: fill_within(b, uow, within))
    clients = asyncio.gather(*(load.client(number, 10) for number in range(4)))
    await asyncio.sleep(0.3)
    await give()
    await asyncio.wait_for(clients, 20)
    for request in list(load.asked.values()):  # with the keys of before: nothing twice, nothing missing
        await load.pay_until_known(request)
    await load.check()


async def fill_within(b: Books, uow: Any, first: Any) -> None:
    """A use case that writes more than the last pages hold."""
    await b.ledger.post_within(uow, first)
    await uow.conn.execute(FATTEN)


def test_a_table_that_cannot_grow_is_a_full_disk(own_server: EmbeddedServer) -> None:
    async def story() -> None:
        dsn = own_server.dsn()
        await begin(dsn)
        size = await fatten(dsn)

        async def take() -> None:
            limit_files(own_server, size)

        async def give() -> None:
            limit_files(own_server, None)

        async with books(dsn) as b:
            await no_room_story(b, take, give)

    asyncio.run(story())


@pytest.fixture
def small_volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("volume")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"may not mount a small volume here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_volume(small_volume: Path, own_server: EmbeddedServer) -> None:
    space = small_volume / "space"
    space.mkdir(mode=0o700)
    owner = own_server.pgdata.stat()
    os.chown(space, owner.st_uid, owner.st_gid)
    small_volume.chmod(0o755)

    async def story() -> None:
        admin = await asyncpg.connect(own_server.dsn("postgres"))
        await admin.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        await admin.execute("CREATE DATABASE small TABLESPACE small")
        dsn = own_server.dsn("small")
        await begin(dsn)

        async def take() -> None:
            ballast = small_volume / "ballast"
            free = os.statvfs(small_volume)
            ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - 300_000))

        async def give() -> None:
            await asyncio.to_thread(
                subprocess.run, ["mount", "-o", "remount,size=100m", small_volume], check=True
            )

        async with books(dsn) as b:
            await no_room_story(b, take, give)
        await admin.close()

    try:
        asyncio.run(story())
    finally:
        own_server.stop("immediate")  # before its volume goes


def test_a_log_that_cannot_be_written_stops_the_bank_and_harms_nothing(
    own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GIVE_UP_AFTER_S", 0.3)

    async def story() -> None:
        await begin(own_server.dsn())
        async with books(own_server.dsn()) as b:
            load = Load(b, seed="5")
            for request in begin_with(b):
                await load.pay_until_known(request)
            clients = asyncio.gather(*(load.client(number, 40, 0.05) for number in range(4)))
            await asyncio.sleep(0.2)
            limit_files(own_server, 64 * 1024)
            await down(own_server)
            await asyncio.sleep(0.7)
            await asyncio.to_thread(own_server.start)  # what the supervisor does, and here with room again
            await asyncio.wait_for(clients, 30)
            assert load.refusals["database_unavailable"] > 0
            await load.check()

    asyncio.run(story())


async def down(server: EmbeddedServer) -> None:
    """Wait until the database has given up."""
    for _ in range(200):
        if server.pid() is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError((server.pgdata / "server.log").read_text()[-2000:])
