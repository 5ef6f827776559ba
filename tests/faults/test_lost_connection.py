"""The database closes connections, or the way to it breaks, at random moments under load: everybody gets an answer or
``database_unavailable``, who asks again with the same key is booked once, and the books hold."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import group_commit
from liushui.store.database import Database
from tests.books import Books, books
from tests.faults.load import Load, begin_with

CLIENTS, PAYMENTS = 6, 40
SEED = os.environ.get("LIUSHUI_SEED", "11")
SOCKET = ".s.PGSQL.5432"
TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'liushui' AND ($1 OR random() < 0.5)"""


async def under_load(b: Books, trouble: Callable[[random.Random], Awaitable[None]]) -> Load:
    """Pay while there is trouble; return when both are over."""
    load = Load(b, seed=SEED)
    for request in begin_with(b):
        await load.pay_until_known(request)
    clients = [load.client(number, PAYMENTS, 0.03) for number in range(CLIENTS)]
    await asyncio.gather(trouble(random.Random(SEED)), *clients)
    await load.check()
    return load


def test_the_database_ends_connections_under_load(dsn: str) -> None:
    async def story() -> None:
        admin = await asyncpg.connect(dsn)

        async def trouble(chance: random.Random) -> None:
            for _ in range(12):
                await asyncio.sleep(chance.random() * 0.1)
                await admin.fetch(TERMINATE, chance.random() < 0.5)

        try:
            async with books(dsn) as b:
                load = await under_load(b, trouble)
                assert len(load.answered) > CLIENTS * PAYMENTS / 2
        finally:
            await admin.close()

    asyncio.run(story())


class Way:
    """The way from the bank to its database, which can break: a socket of its own, passing bytes on."""

    def __init__(self, socket: Path) -> None:
        self._to = socket
        self._writers: set[asyncio.StreamWriter] = set()
        self.open = True
        self.deaf = False
        self.broken = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_unix_connection(str(self._to))
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer, answers=True))
        for one in (writer, far_writer):
            self._writers.discard(one)
            one.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if not (answers and self.deaf):
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()

    async def break_down(self, *, after_deafness_s: float) -> None:
        """Cut every connection. Before that let requests through, and no answer: they are booked, and nobody hears."""
        self.deaf = True
        await asyncio.sleep(after_deafness_s)
        for writer in tuple(self._writers):
            writer.transport.abort()
        self.deaf = False
        self.broken += 1


@contextlib.asynccontextmanager
async def way_to(dsn: str, folder: Path) -> AsyncGenerator[tuple[Way, str]]:
    parts = urlsplit(dsn)
    way = Way(Path(parse_qs(parts.query)["host"][0]) / SOCKET)
    server = await asyncio.start_unix_server(way.pass_on, folder / SOCKET)
    try:
        yield way, f"{parts.scheme}://postgres@{parts.path}?host={folder}"
    finally:
        server.close()


def test_the_way_to_the_database_breaks_under_load(dsn: str, short_folder: Path) -> None:
    async def story() -> None:
        async with way_to(dsn, short_folder) as (way, broken_dsn), books(broken_dsn) as b:

            async def trouble(chance: random.Random) -> None:
                for _ in range(10):
                    await asyncio.sleep(chance.random() * 0.1)
                    await way.break_down(after_deafness_s=chance.choice((0, 0.002, 0.02)))

            load = await under_load(b, trouble)
            assert way.broken == 10
            assert len(load.answered) > CLIENTS * PAYMENTS / 2

    asyncio.run(story())


def test_no_way_at_all_is_said_clearly_and_forgotten_when_it_is_back(
    dsn: str, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GIVE_UP_AFTER_S", 0.3)

    async def story() -> None:
        async with way_to(dsn, short_folder) as (way, broken_dsn), books(broken_dsn) as b:

            async def trouble(_: random.Random) -> None:
                await asyncio.sleep(0.1)
                way.open = False
                await way.break_down(after_deafness_s=0.01)
                await asyncio.sleep(1)
                way.open = True

            load = await under_load(b, trouble)
            assert load.refusals["database_unavailable"] >= CLIENTS
            assert set(load.refusals) <= {"database_unavailable", "insufficient_funds"}

    asyncio.run(story())


def test_readers_are_refused_clearly(dsn: str) -> None:
    """In the middle of a look at the books the connection ends: no half an answer."""

    async def story() -> None:
        db = await Database.connect(dsn)
        admin = await asyncpg.connect(dsn)

        async def look() -> None:
            async with db.read() as conn:
                await admin.fetch(TERMINATE, True)
                await asyncio.sleep(0.1)
                await conn.fetchval("SELECT 1")

        with pytest.raises(Refused) as told:
            await look()
        assert told.value.code == "database_unavailable"
        async with db.read() as conn:
            assert await conn.fetchval("SELECT 1") == 1
        await admin.close()
        await db.close()

    asyncio.run(story())
