"""Reads the log of processes from the database, row by row: nothing of it is held but what is being looked at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from asyncpg import Record

from liushui.mining.model import LogEvent, Relation, distinct, object_id
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries
from liushui.workflow import SYSTEM, Definition, Element, read

Q = Queries("liushui.mining")
ROWS_AT_ONCE = 1_000
QUERY_TIMEOUT_S = 3_600
"""A log of years is sorted once before its first row comes."""
JOURNAL_POSTED = "journal_posted"


@dataclass(frozen=True, slots=True)
class _Step:
    """One element of a way. by_person: it happened because somebody asked for it, not because of what went before.
    visit: a number for each visit of an element, as the engine would have given it: 1 is the process."""

    element: str
    lifecycle: str
    rows: tuple[str, ...]
    role: str | None
    cost: int | None
    by_person: bool
    visit: int


class Reader:
    """What is known of definitions and ways while a log is read. Both are few."""

    def __init__(self, conn: PoolConnection, definitions: Mapping[int, tuple[str, int]]) -> None:
        self._conn = conn
        self._definitions = definitions
        self._models: dict[int, tuple[Definition, Mapping[str, int]]] = {}
        self._paths: dict[int, tuple[_Step, ...]] = {}

    @classmethod
    async def of(cls, conn: PoolConnection) -> Reader:
        """conn: inside one read-only transaction, so that the parts of a log agree with each other."""
        rows = await conn.fetch(Q.definitions)
        return cls(conn, {row["id"]: (row["key"], row["version"]) for row in rows})

    def knows(self, process: str) -> bool:
        """Whether any version of it has ever been deployed."""
        return any(key == process for key, _ in self._definitions.values())

    def process_of(self, definition_id: int | None) -> tuple[str, int]:
        """Key and version. A case whose definition is gone cannot be: definitions are never deleted."""
        return ("", 0) if definition_id is None else self._definitions[definition_id]

    async def rows(self, query: str, *arguments: Any) -> AsyncIterator[Record]:
        """The rows of a query through a cursor of the server."""
        cursor = self._conn.cursor(query, *arguments, prefetch=ROWS_AT_ONCE, timeout=QUERY_TIMEOUT_S)
        async for row in cursor:
            yield row

    async def events(self, row: Record, linked: Links) -> list[LogEvent]:
        """The events that a row of the log stands for: none, one, or a whole case."""
        if row["kind"] == "objects_linked":
            linked.keep(row)
            return []
        if row["path_id"] is not None:
            return await self._unfold(row)
        return [self._event(row, linked.take(row))]

    async def step_types(self) -> list[str]:
        """The types of all elements' events, those of ways included."""
        rows = await self._conn.fetch(Q.step_types, timeout=QUERY_TIMEOUT_S)
        return list(dict.fromkeys(f"{self.process_of(r['definition_id'])[0]}/{r['element']}" for r in rows))

    def _event(self, row: Record, linked: list[Relation]) -> LogEvent:
        step = row["kind"] == "process_step"
        payload = _payload(row)
        key, version = self.process_of(row["definition_id"])
        relations = [Relation(object_id("case", row["case_id"]), "case")]
        task = row["task"] or payload.get("task")
        if task is not None:
            relations.append(Relation(object_id("task", task), "task"))
        if row["kind"] == JOURNAL_POSTED:
            relations.append(Relation(object_id("journal", row["journal_id"]), "journal"))
            relations += account_relations(row["accounts"])
        return LogEvent(
            str(row["id"]), row["element"] if step else row["kind"], step, key, version, row["case_id"],
            row["recorded_at"], row["lifecycle"], row["resource"], row["role"], row["channel"], row["branch"],
            row["priority"], row["cost_minor"], tuple(row["decision_rows"] or ()), distinct(relations + linked),
            payload.get("delegated_to"), None if row["token"] is None else str(row["token"]),
        )  # fmt: skip

    async def _unfold(self, row: Record) -> list[LogEvent]:
        """A straight-through case, as if every step had been written on its own: the journal first, as the books write
        it first, then the elements on the way, all at one moment."""
        case = Relation(object_id("case", row["case_id"]), "case")
        about = [Relation(object_id("account", number), "about") for number in row["about"] or ()]
        about.append(Relation(object_id("journal", row["journal_id"]), "about"))
        found: list[LogEvent] = []
        if row["kind"] == JOURNAL_POSTED:
            found.append(self._event(row, []))
        bare = replace(
            self._event(row, []), step=True, priority=None, delegated_to=None, relations=(case,)
        )  # fmt: skip
        for at, step in enumerate(await self._path(row["path_id"]), 1):
            posted = found and step.element == row["element"] and step.lifecycle == "completed"
            one = replace(
                bare, id=f"{row['id']}.{at}", name=step.element, lifecycle=step.lifecycle,
                resource=bare.resource if step.by_person else SYSTEM, role=step.role, cost=step.cost,
                decision_rows=step.rows, relations=(case, *about) if posted else (case,), instance=str(step.visit),
            )  # fmt: skip
            found.append(one)
        return found

    async def _path(self, id: int) -> tuple[_Step, ...]:
        if id not in self._paths:
            row = await self._conn.fetchrow(Q.path, id)
            assert row is not None
            steps: list[_Step] = []
            begun: dict[str, int] = {}
            visits = 1
            for name, lifecycle, rows in zip(
                row["elements"], row["lifecycles"], row["decision_rows"], strict=True
            ):
                element = await self._element(row["definition_id"], name)
                done = lifecycle == "completed"
                visit = begun.pop(name, None)
                if visit is None:
                    visits = visit = visits + 1
                if lifecycle == "started":
                    begun[name] = visit
                steps.append(
                    _Step(
                        name, lifecycle, tuple(rows.split(",")) if rows else (),
                        element.work.role if element.work else None,
                        element.work.cost_minor if element.work and done else None,
                        done and not element.incoming, visit,
                    )
                )  # fmt: skip
            self._paths[id] = tuple(steps)
        return self._paths[id]

    async def _element(self, definition_id: int, path: str) -> Element:
        *calls, name = path.split("/")
        definition, called = await self._model(definition_id)
        for call in calls:
            definition, called = await self._model(called[call])
        return definition.elements[name]

    async def _model(self, id: int) -> tuple[Definition, Mapping[str, int]]:
        if id not in self._models:
            row = await self._conn.fetchrow(Q.definition, id)
            assert row is not None
            key = self._definitions[id][0]
            model = next(d for d in read(row["bpmn"]) if d.key == key)
            self._models[id] = model, json.loads(row["called"])
        return self._models[id]


class Links:
    """What a service task has named, until its completion comes by: a row or a few later, in the same transaction."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str, int | None], list[Relation]] = {}
        self._at: Any = None

    def keep(self, row: Record) -> None:
        if self._at != row["recorded_at"]:  # another transaction: what has not been taken by now never is
            self._kept.clear()
            self._at = row["recorded_at"]
        objects = _payload(row)["objects"]
        found = [Relation(object_id(t, n), "about") for t, numbers in objects.items() for n in numbers]
        self._kept.setdefault((row["case_id"], row["element"], row["token"]), []).extend(found)

    def take(self, row: Record) -> list[Relation]:
        if not self._kept or row["kind"] != "process_step" or row["lifecycle"] != "completed":
            return []
        return self._kept.pop((row["case_id"], row["element"].rpartition("/")[2], row["token"]), [])


def account_relations(accounts: list[str] | None) -> list[Relation]:
    """From ``debited 0001…`` and ``credited 0001…``."""
    return [
        Relation(object_id("account", number), how)
        for how, number in (text.split(" ", 1) for text in accounts or ())
    ]


def _payload(row: Record) -> dict[str, Any]:
    return json.loads(row["payload"] or "{}")
