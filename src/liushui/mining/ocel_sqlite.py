"""OCEL 2.0 as a SQLite file (ocel-standard.org): a table for every type of event and of object."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from liushui.kernel.errors import refuse
from liushui.mining.log import Links, Q, Reader
from liushui.mining.model import (
    EPOCH,
    EVENT_ATTRIBUTES,
    INTEGER,
    TIME,
    Exported,
    LogEvent,
    LogObject,
    Progress,
    time_text,
)
from liushui.mining.objects import object_types, objects
from liushui.mining.ocel_json import OTHER_TYPES, TELL_EVERY
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

SQL = Queries("liushui.mining", "schema.sql")
ROWS_HELD = 5_000
_COLUMN = {INTEGER: "INTEGER", TIME: "TIMESTAMP"}


async def export_ocel_sqlite(conn: PoolConnection, path: Path, progress: Progress) -> Exported:
    """Write the log of all processes to a new file. Refuses ``export_file_exists``.

    conn: inside a read-only transaction (``Database.read``).
    """
    reader = await Reader.of(conn)
    event_count: int = await conn.fetchval(Q.log_size, None)
    total: int = event_count + await conn.fetchval(Q.objects_size)
    event_types = dict.fromkeys((*await reader.step_types(), *OTHER_TYPES), EVENT_ATTRIBUTES)
    file = _File(path, event_types, await object_types(reader))
    try:
        count = 0
        async for one in objects(reader):
            file.object(one)
            count += 1
            if count % TELL_EVERY == 0:
                progress(min(count, total - event_count), total)
        done, written, links = 0, 0, Links()
        async for row in reader.rows(Q.log):
            for event in await reader.events(row, links):
                file.event(event)
                written += 1
            done += 1
            if done % TELL_EVERY == 0:
                progress(total - event_count + done, total)
        file.finish()
    finally:
        file.close()
    progress(total, total)
    return Exported(written, count)


class _File:
    """The file being written. Rows are held per statement and written many at once."""

    def __init__(
        self, path: Path, events: Mapping[str, Mapping[str, str]], objects: Mapping[str, Mapping[str, str]]
    ) -> None:
        if path.exists():
            raise refuse("export_file_exists", file=str(path))
        self._db = sqlite3.connect(path, isolation_level=None)
        self._held: dict[str, list[tuple[Any, ...]]] = {}
        self._rows = 0
        self._columns = objects
        self._db.execute("PRAGMA journal_mode = OFF")  # a file that is not finished is thrown away
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("BEGIN")
        for statement in SQL.shared.split(";"):
            self._db.execute(statement)
        self._event_rows = self._types("event", events, 2)
        self._object_rows = self._types("object", objects, 3)

    def _types(self, what: str, types: Mapping[str, Mapping[str, str]], fixed: int) -> dict[str, str]:
        """Create the tables; return each type's statement to insert a row."""
        inserts: dict[str, str] = {}
        create, insert, mapped = (
            (SQL.event_type, SQL.insert_event_row, SQL.insert_event_map)
            if what == "event"
            else (SQL.object_type, SQL.insert_object_row, SQL.insert_object_map)
        )
        for name, table in table_names(types).items():
            columns = "".join(f', "{a}" {_COLUMN.get(t, "TEXT")}' for a, t in types[name].items())
            self._db.execute(mapped, (name, table))
            self._db.execute(create.format(map=table, columns=columns))
            holes = ", ".join("?" * (fixed + len(types[name])))
            inserts[name] = insert.format(map=table, holes=holes)
        return inserts

    def event(self, event: LogEvent) -> None:
        self._hold(SQL.insert_event, event.id, event.type)
        self._hold(self._event_rows[event.type], event.id, _time(event.time), *event.attributes().values())
        for relation in event.relations:
            self._hold(SQL.insert_event_object, event.id, relation.object, relation.qualifier)

    def object(self, one: LogObject) -> None:
        insert, columns = self._object_rows[one.type], self._columns[one.type]
        self._hold(SQL.insert_object, one.id, one.type)
        first = [one.values.get(name) for name in columns]
        values = [_time(v) if isinstance(v, datetime) else v for v in first]
        self._hold(insert, one.id, _time(EPOCH), None, *values)
        for name, value, since in one.changes:
            row = [value if column == name else None for column in columns]
            self._hold(insert, one.id, _time(since), name, *row)
        for relation in one.relations:
            self._hold(SQL.insert_object_object, one.id, relation.object, relation.qualifier)

    def _hold(self, statement: str, *row: Any) -> None:
        self._held.setdefault(statement, []).append(row)
        self._rows += 1
        if self._rows >= ROWS_HELD:
            self._write()

    def _write(self) -> None:
        for statement, rows in self._held.items():
            self._db.executemany(statement, rows)
        self._held.clear()
        self._rows = 0

    def finish(self) -> None:
        self._write()
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


def table_names(types: Mapping[str, object]) -> dict[str, str]:
    """A table name for every type: letters, digits and underscores, none like another, whatever their case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for type in types:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", type)
        name, number = plain, 1
        while name.lower() in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.add(name.lower())
        names[type] = name
    return names


def _time(moment: datetime) -> str:
    return time_text(moment).replace("T", " ").removesuffix("Z")
