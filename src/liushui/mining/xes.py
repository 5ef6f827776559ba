"""XES (IEEE 1849-2016): one process, a trace a case, an event for everything that happened in it."""

from __future__ import annotations

from typing import BinaryIO
from xml.sax.saxutils import quoteattr

from asyncpg import Record

from liushui.kernel.errors import refuse
from liushui.mining.log import Links, Q, Reader
from liushui.mining.model import Exported, LogEvent, Progress, Value, time_text
from liushui.mining.ocel_json import TELL_EVERY
from liushui.store.database import PoolConnection

EXTENSIONS = {
    "Concept": ("concept", "http://www.xes-standard.org/concept.xesext"),
    "Time": ("time", "http://www.xes-standard.org/time.xesext"),
    "Lifecycle": ("lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    "Organizational": ("org", "http://www.xes-standard.org/org.xesext"),
    "Cost": ("cost", "http://www.xes-standard.org/cost.xesext"),
}
TRANSITIONS = {
    "enabled": "schedule",
    "assigned": "assign",
    "started": "start",
    "suspended": "suspend",
    "resumed": "resume",
    "completed": "complete",
    "cancelled": "withdraw",
    "failed": "ate_abort",
}
"""Our lifecycle in the words of the standard's own model."""
CURRENCY, DECIMALS = "CNY", 2
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
{"".join(f'<extension name="{n}" prefix="{p}" uri="{u}"/>' + chr(10) for n, (p, u) in EXTENSIONS.items())}\
<global scope="trace">
<string key="concept:name" value="?"/>
</global>
<global scope="event">
<string key="concept:name" value="?"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and lifecycle" keys="concept:name lifecycle:transition"/>
"""


async def export_xes(conn: PoolConnection, process: str, stream: BinaryIO, progress: Progress) -> Exported:
    """Write all cases of a process, whatever version they ran, in the order of case numbers. Refuses
    ``process_unknown``. conn: inside a read-only transaction (``Database.read``). ``Exported.objects`` counts cases."""
    reader = await Reader.of(conn)
    if not reader.knows(process):
        raise refuse("process_unknown", process=process[:60])
    total: int = await conn.fetchval(Q.log_size, process)
    stream.write(HEAD.encode())
    stream.write(_line("string", "concept:name", process) + _line("string", "lifecycle:model", "standard"))
    case: int | None = None
    done, written, cases, links = 0, 0, 0, Links()
    async for row in reader.rows(Q.log_of_process, process):
        if row["case_id"] != case:
            stream.write((b"</trace>\n" if case is not None else b"") + _trace(reader, row))
            case, cases = row["case_id"], cases + 1
        for event in await reader.events(row, links):
            stream.write(_event(event))
            written += 1
        done += 1
        if done % TELL_EVERY == 0:
            progress(done, total)
    stream.write((b"</trace>\n" if case is not None else b"") + b"</log>\n")
    progress(total, total)
    return Exported(written, cases)


def _trace(reader: Reader, row: Record) -> bytes:
    """The head of a trace. A straight-through case may have no instance; then its one row says it all."""
    whole = row["status"] is None and row["path_id"] is not None
    _, version = reader.process_of(row["definition_id"])
    facts: dict[str, Value] = {
        "concept:name": str(row["case_id"]), "version": version,
        "initiator": row["resource"] if whole else row["initiator"],
        "branch": row["branch"] if whole else row["case_branch"],
        "channel": row["channel"] if whole else row["case_channel"],
        "status": "completed" if whole else row["status"], "outcome": row["outcome"],
    }  # fmt: skip
    lines = [
        _line("int" if isinstance(v, int) else "string", k, v) for k, v in facts.items() if v is not None
    ]
    started, ended = (row["recorded_at"],) * 2 if whole else (row["started_at"], row["ended_at"])
    lines += [
        _line("date", name, time_text(at))
        for name, at in (("started", started), ("ended", ended))
        if at is not None
    ]
    return b"<trace>\n" + b"".join(lines)


def _event(event: LogEvent) -> bytes:
    transition = TRANSITIONS[event.lifecycle] if event.lifecycle else "complete"
    texts = {
        "concept:name": event.name,
        "concept:instance": event.instance,
        "lifecycle:transition": "reassign" if event.delegated_to else transition,
        "org:resource": event.resource,
        "org:role": event.role,
        "org:group": event.branch,
        "channel": event.channel,
        "decision_rows": " ".join(event.decision_rows) or None,
        "delegated_to": event.delegated_to,
        "event_id": event.id,
    }
    lines = [_line("date", "time:timestamp", time_text(event.time))]
    lines += [_line("string", key, text) for key, text in texts.items() if text is not None]
    if event.priority is not None:
        lines.append(_line("int", "priority", event.priority))
    if event.cost is not None:
        lines.append(_line("float", "cost:total", _decimal(event.cost)))
        lines.append(_line("string", "cost:currency", CURRENCY))
    lines.append(_line("int", "version", event.version))
    return b"<event>\n" + b"".join(lines) + b"</event>\n"


def _decimal(minor: int) -> str:
    """Minor units as a decimal number, without passing through a binary fraction."""
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{digits // 10**DECIMALS}.{digits % 10**DECIMALS:0{DECIMALS}d}"


def _line(tag: str, key: str, value: Value) -> bytes:
    return f"<{tag} key={quoteattr(key)} value={quoteattr(str(value))}/>\n".encode()
