"""The objects of a log: cases, tasks, journals, accounts, customers, and whatever else cases are about."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime
from typing import Any

from asyncpg import Record

from liushui.mining.log import Q, Reader, account_relations
from liushui.mining.model import OBJECT_ATTRIBUTES, LogObject, Relation, Value, distinct, object_id

Changes = tuple[tuple[str, Value, datetime], ...]


async def object_types(reader: Reader) -> dict[str, dict[str, str]]:
    """Type to its attributes."""
    linked = [row["type"] async for row in reader.rows(Q.object_types)]
    return OBJECT_ATTRIBUTES | {type: {} for type in linked if type not in OBJECT_ATTRIBUTES}


async def objects(reader: Reader) -> AsyncIterator[LogObject]:
    """Every object of the log once; what relations of events and objects name is among them."""
    known: Mapping[str, Callable[[Reader, Record], LogObject]] = {
        Q.cases: _case, Q.tasks: _task, Q.journals: _journal, Q.linked_journals: _bare_journal,
        Q.accounts: _account, Q.customers: _customer,
    }  # fmt: skip
    for query, build in known.items():
        async for row in reader.rows(query):
            yield build(reader, row)
    async for row in reader.rows(Q.other_objects, list(OBJECT_ATTRIBUTES)):
        yield LogObject(row["type"], row["number"], {}, (), ())


def _case(reader: Reader, row: Record) -> LogObject:
    process, version = reader.process_of(row["definition_id"])
    values: dict[str, Value | datetime] = {
        "process": process, "version": version, "initiator": row["initiator"], "branch": row["branch"],
        "channel": row["channel"],
    }  # fmt: skip
    changes: list[tuple[str, Value, datetime]] = [("status", "running", row["started_at"])]
    if row["ended_at"] is not None:
        changes.append(("status", row["status"], row["ended_at"]))
        if row["outcome"] is not None:
            changes.append(("outcome", row["outcome"], row["ended_at"]))
    about: dict[str, list[str]] = json.loads(row["objects"]) if row["objects"] else {}
    relations = [Relation(object_id(t, n), "about") for t, numbers in about.items() for n in numbers]
    return LogObject("case", str(row["id"]), values, tuple(changes), distinct(relations))


def _task(_: Reader, row: Record) -> LogObject:
    values: dict[str, Value | datetime] = {
        "element": row["element"], "role": row["role"], "branch": row["branch"], "due": row["due_at"],
    }  # fmt: skip
    changes: list[tuple[str, Value, datetime]] = [("state", "open", row["opened_at"])]
    if row["claimed_at"] is not None:
        changes.append(("state", "claimed", row["claimed_at"]))
    if row["ended_at"] is not None:
        changes.append(("state", row["state"], row["ended_at"]))
    case = Relation(object_id("case", row["instance_id"]), "part of")
    return LogObject("task", str(row["id"]), values, tuple(changes), (case,))


def _journal(_: Reader, row: Record) -> LogObject:
    values = _plain(row, "code", "booking_date", "value_date", "branch", "channel", "amount")
    relations = [Relation(object_id("case", row["case_id"]), "made by"), *account_relations(row["accounts"])]
    if row["reverses"] is not None and row["reverses_known"]:
        relations.append(Relation(object_id("journal", row["reverses"]), "reverses"))
    return LogObject("journal", str(row["id"]), values, (), distinct(relations))


def _bare_journal(_: Reader, row: Record) -> LogObject:
    """A journal that a case is about and that no case has made."""
    return LogObject("journal", row["number"], {}, (), ())


def _account(_: Reader, row: Record) -> LogObject:
    values = _plain(row, "currency", "gl_code", "branch", "opened_on", "closed_on") | {
        "terms": row["terms_id"]
    }
    parties = [text.split(" ", 1) for text in row["parties"] or ()]
    relations = [Relation(object_id("customer", number), role) for number, role in parties]
    return LogObject("account", row["number"], values, (), distinct(relations))


def _customer(_: Reader, row: Record) -> LogObject:
    """Nothing that says who it is."""
    return LogObject("customer", row["number"], _plain(row, "kind", "branch", "opened_at"), (), ())


def _plain(row: Record, *names: str) -> dict[str, Value | datetime]:
    return {name: _value(row[name]) for name in names}


def _value(value: Any) -> Value | datetime:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
