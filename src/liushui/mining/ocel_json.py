"""OCEL 2.0 as JSON (ocel-standard.org): types, objects and events in one file, written as it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import BinaryIO

from liushui.mining.log import JOURNAL_POSTED, Links, Q, Reader
from liushui.mining.model import (
    EPOCH,
    EVENT_ATTRIBUTES,
    Exported,
    LogEvent,
    LogObject,
    Progress,
    Relation,
    Value,
    time_text,
)
from liushui.mining.objects import object_types, objects
from liushui.store.database import PoolConnection

OTHER_TYPES = ("task_at_risk", "task_overdue", JOURNAL_POSTED)
TELL_EVERY = 1_000


async def export_ocel_json(conn: PoolConnection, stream: BinaryIO, progress: Progress) -> Exported:
    """Write the log of all processes. conn: inside a read-only transaction (``Database.read``)."""
    reader = await Reader.of(conn)
    event_count: int = await conn.fetchval(Q.log_size, None)
    total: int = event_count + await conn.fetchval(Q.objects_size)
    event_types = dict.fromkeys((*await reader.step_types(), *OTHER_TYPES), EVENT_ATTRIBUTES)
    stream.write(b'{"objectTypes": ' + _types(await object_types(reader)))
    stream.write(b',\n"eventTypes": ' + _types(event_types))
    stream.write(b',\n"objects": [')
    count, between = 0, b"\n"
    async for one in objects(reader):
        stream.write(between + _object(one))
        count, between = count + 1, b",\n"
        if count % TELL_EVERY == 0:
            progress(min(count, total - event_count), total)
    stream.write(b'],\n"events": [')
    done, written, between, links = 0, 0, b"\n", Links()
    async for row in reader.rows(Q.log):
        for event in await reader.events(row, links):
            stream.write(between + _event(event))
            written, between = written + 1, b",\n"
        done += 1
        if done % TELL_EVERY == 0:
            progress(total - event_count + done, total)
    stream.write(b"]}\n")
    progress(total, total)
    return Exported(written, count)


def _types(types: Mapping[str, Mapping[str, str]]) -> bytes:
    found = [
        {"name": name, "attributes": [{"name": a, "type": t} for a, t in attributes.items()]}
        for name, attributes in types.items()
    ]
    return _json(found)


def _event(event: LogEvent) -> bytes:
    return _json({
        "id": event.id, "type": event.type, "time": time_text(event.time),
        "attributes": [{"name": n, "value": v} for n, v in event.attributes().items() if v is not None],
        "relationships": _relations(event.relations),
    })  # fmt: skip


def _object(one: LogObject) -> bytes:
    changes: list[tuple[str, Value | datetime, datetime]] = [
        (name, value, EPOCH) for name, value in one.values.items() if value is not None
    ]
    changes += one.changes
    return _json({
        "id": one.id, "type": one.type,
        "attributes": [{"name": n, "value": _plain(v), "time": time_text(at)} for n, v, at in changes],
        "relationships": _relations(one.relations),
    })  # fmt: skip


def _relations(relations: Iterable[Relation]) -> list[dict[str, str]]:
    return [{"objectId": r.object, "qualifier": r.qualifier} for r in relations]


def _plain(value: Value | datetime) -> Value:
    return time_text(value) if isinstance(value, datetime) else value


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
