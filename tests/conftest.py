"""One embedded PostgreSQL for the whole run; a fresh, migrated database for every test that asks for one."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Coroutine, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest

from liushui.demo import begin_demo_bank
from liushui.kernel.clock import SystemClock
from liushui.store.database import Database
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate

BUSINESS_DATE = date(2026, 1, 5)
TEMPLATE = "liushui_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The server of this test run. fsync is off here only: no test pulls the plug of this one. Not in pytest's own
    folder: a second run would close that to the server's user."""
    with TemporaryDirectory(prefix="liushui-test-") as folder:
        server = EmbeddedServer(Path(folder), settings={"fsync": "off", "full_page_writes": "off"})
        server.start()
        yield server
        server.stop("immediate")


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    async def build() -> None:
        admin = await asyncpg.connect(server.dsn("postgres"))
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
        await admin.close()
        await migrate(server.dsn(TEMPLATE))
        conn = await asyncpg.connect(server.dsn(TEMPLATE))
        await conn.execute("INSERT INTO commit_head (business_date) VALUES ($1)", BUSINESS_DATE)
        await conn.close()

    asyncio.run(build())
    return TEMPLATE


@pytest.fixture
def new_database(server: EmbeddedServer, template: str) -> Callable[[], Coroutine[Any, Any, str]]:
    """Create a fresh database and return its DSN."""

    async def create() -> str:
        name = f"t{os.getpid()}_{next(_numbers)}"
        admin = await asyncpg.connect(server.dsn("postgres"))
        try:
            await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        finally:
            await admin.close()
        return server.dsn(name)

    return create


@pytest.fixture
def dsn(new_database: Callable[[], Coroutine[Any, Any, str]]) -> str:
    """A fresh, migrated database whose business date is BUSINESS_DATE."""
    return asyncio.run(new_database())


@pytest.fixture
def demo(dsn: str, begin_demo: Callable[[str], None]) -> str:
    """A database with the demo bank, begun and not yet completed."""
    begin_demo(dsn)
    return dsn


@pytest.fixture(scope="session")
def begin_demo() -> Callable[[str], None]:
    """Begin the demo bank in a fresh database."""

    async def begin(dsn: str) -> None:
        db = await Database.connect(dsn)
        async with db.pool.acquire() as conn:  # the template database has books; the demo brings its own
            await conn.execute("SET session_replication_role = replica")
            await conn.execute("DELETE FROM commit_head")
            await conn.execute("RESET session_replication_role")
        await db.transact(lambda uow: begin_demo_bank(uow, SystemClock(), BUSINESS_DATE))
        await db.close()

    return lambda dsn: asyncio.run(begin(dsn))


DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def berka_dir() -> Path:
    folder = DATA / "berka"
    if not folder.is_dir():
        pytest.skip("the PKDD'99 files are not beside this checkout")
    return folder
