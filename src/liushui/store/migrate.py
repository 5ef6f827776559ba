"""Schema migrations: numbered SQL files, each applied once, in order, under a lock, in one transaction."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

import asyncpg

from liushui.kernel.errors import refuse
from liushui.store.database import Q, session_settings

_LOCK = 0x11_05_08_01  # any number, as long as every process of ours uses the same
_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_CREATE = """CREATE TABLE IF NOT EXISTS migration (
    number integer PRIMARY KEY, name text NOT NULL, digest bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now())"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def known_migrations() -> tuple[Migration, ...]:
    """The migrations that this version of the program brings, in order."""
    found = [
        Migration(int(match[1]), match[2], file.read_text("utf-8"))
        for file in resources.files("liushui.store.migrations").iterdir()
        if (match := _FILE_NAME.fullmatch(file.name))
    ]
    return tuple(sorted(found, key=lambda m: m.number))


async def migrate(dsn: str) -> list[str]:
    """Bring the database up to this program's version; return the names of what was applied.

    Refuses ``database_newer`` where the database has migrations this program does not know, and
    ``migration_changed`` where an applied one differs from the file; both before anything is touched.
    Requires PostgreSQL 15 or later (``database_too_old``).
    """
    conn = await asyncpg.connect(dsn, server_settings=session_settings())
    try:
        if conn.get_server_version().major < 15:
            raise refuse("database_too_old", found=conn.get_server_version().major, needed=15)
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            await conn.execute(_CREATE)
            applied = {row["number"]: row for row in await conn.fetch(Q.applied_migrations)}
            known = known_migrations()
            newest = max(applied, default=0)
            if newest > known[-1].number:
                raise refuse("database_newer", database=newest, program=known[-1].number)
            for migration in known:
                row = applied.get(migration.number)
                if row is not None and row["digest"] != migration.digest:
                    raise refuse("migration_changed", number=migration.number)
            names: list[str] = []
            for migration in known:
                if migration.number not in applied:
                    await conn.execute(migration.sql)
                    await conn.execute(Q.record_migration, migration.number, migration.name, migration.digest)
                    names.append(f"{migration.number:04d}_{migration.name}")
            return names
    finally:
        await conn.close()
