"""The definitions of the bank: deployed once, immutable, found by number; one version of each released."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.store.database import Database, PoolConnection, UnitOfWork
from liushui.store.queries import Queries
from liushui.workflow.bundle import Bundle, Parsed, parse
from liushui.workflow.decisions import Decision
from liushui.workflow.definition import Definition, Element, Kind
from liushui.workflow.expressions import compile as compile_expression
from liushui.workflow.forms import Form
from liushui.workflow.lint import WARNINGS, Known, check

Q = Queries("liushui.workflow")
_ANCHOR = re.compile(r"^#+ .*\{#([a-z][a-z0-9_-]*)\}\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the bank offers to definitions: names of bindings, roles and calendars."""

    bindings: Collection[str]
    roles: Collection[str]
    calendars: Collection[str]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A definition in use. id: what instances keep. decisions and forms include those of called processes; own: the
    file's own. calls: call activity to the process and version that is bound to it."""

    id: int
    key: str
    version: int
    definition: Definition
    decisions: Mapping[str, Decision]
    forms: Mapping[str, Form]
    texts: Mapping[str, str]
    own: Parsed
    calls: Mapping[str, str]

    def element(self, element: str, scope_path: tuple[str, ...]) -> Element:
        return self.definition.inside(scope_path).elements[element]


@dataclass(frozen=True, slots=True)
class Deployment:
    """new: whether this call stored it. warnings: what the checks could not prove, for the one who deploys."""

    id: int
    key: str
    version: int
    new: bool
    warnings: tuple[Fault, ...] = ()


class Catalogue:
    """Reads definitions once and remembers them: a deployed row never changes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._deployed: dict[int, Deployed] = {}

    async def by_id(self, conn: PoolConnection, id: int) -> Deployed:
        """Refuses ``process_unknown``."""
        known = self._deployed.get(id)
        if known is None:
            row = await conn.fetchrow(Q.definition, id)
            if row is None:
                raise refuse("process_unknown", process=str(id))
            known = self._deployed[id] = await self._build(conn, row)
        return known

    async def released(self, conn: PoolConnection, key: str) -> Deployed:
        """The version that new cases start with. Refuses ``process_unknown``."""
        id: int | None = await conn.fetchval(Q.released, key) if is_storable(key) else None
        if id is None:
            raise refuse("process_unknown", process=key[:60] if is_storable(key) else "?")
        return await self.by_id(conn, id)

    async def by_version(self, conn: PoolConnection, key: str, version: int) -> Deployed:
        """Refuses ``process_unknown``."""
        id: int | None = await conn.fetchval(Q.definition_by_version, key, version)
        if id is None:
            raise refuse("process_unknown", process=f"{key[:60]} {version}")
        return await self.by_id(conn, id)

    async def all_released(self, conn: PoolConnection) -> list[Deployed]:
        return [await self.by_id(conn, row["definition_id"]) for row in await conn.fetch(Q.all_released)]

    async def _build(self, conn: PoolConnection, row: Record) -> Deployed:
        parts = json.loads(row["parts"])
        parsed = parse(Bundle(row["bpmn"], parts["decisions"], parts["forms"], parts["texts"]))
        called = {element: await self.by_id(conn, id) for element, id in json.loads(row["called"]).items()}
        decisions, forms = dict(parsed.decisions), dict(parsed.forms)
        for other in called.values():
            decisions = {**other.decisions, **decisions}
            forms = {**other.forms, **forms}
        definition = parsed.definition.with_called({e: d.definition for e, d in called.items()})
        calls = {element: f"{d.key} {d.version}" for element, d in called.items()}
        return Deployed(
            row["id"], row["key"], row["version"], definition, decisions, forms, parts["texts"], parsed, calls
        )  # fmt: skip


async def deploy(
    uow: UnitOfWork, clock: Clock, bundle: Bundle, offers: Surroundings, *, actor: str, release: bool = True
) -> Deployment:
    """Check and store a procedure; the same parts again change nothing. release: new cases start with it.

    Refuses every fault of reading and of the checks at once.
    """
    parsed = parse(bundle)
    key = parsed.definition.key
    await uow.conn.execute(Q.lock_deployment)
    called = await _called(uow.conn, parsed.definition)
    warnings = await lint(uow.conn, parsed, bundle.texts, offers)
    row = await uow.conn.fetchrow(Q.definition_by_digest, key, bundle.digest)
    new = row is None
    if row is None:
        row = await uow.conn.fetchrow(
            Q.insert_definition, key, bundle.digest, bundle.bpmn, bundle.parts_json(), json.dumps(called),
            clock.now(), actor,
        )  # fmt: skip
        assert row is not None
        await uow.emit("process_deployed", clock.now(), payload={"key": key, "version": row["version"]})
    if release:
        await uow.conn.execute(Q.release, key, row["id"], clock.now(), actor)
    return Deployment(row["id"], key, row["version"], new, tuple(warnings))


async def lint(
    conn: PoolConnection, parsed: Parsed, texts: Mapping[str, str], offers: Surroundings
) -> list[Fault]:
    """Everything that keeps a definition from being deployed, refused at once; returns the warnings."""
    calls: dict[str, frozenset[str]] = {
        row["key"]: frozenset(row["calls"]) for row in await conn.fetch(Q.released_calls)
    }
    return lint_beside(calls, parsed, texts, offers)


def lint_beside(
    calls: Mapping[str, frozenset[str]], parsed: Parsed, texts: Mapping[str, str], offers: Surroundings
) -> list[Fault]:
    """The same beside these processes and what they call, without a database."""
    known = Known(
        bindings=frozenset(offers.bindings), decisions=frozenset(parsed.decisions), roles=frozenset(offers.roles),
        forms=frozenset(parsed.forms), processes=frozenset({*calls, parsed.definition.key}),
        calendars=frozenset(offers.calendars), compile=compile_expression,
        procedures=_in_all_languages(texts), calls=calls,
    )  # fmt: skip
    found = check(parsed.definition, known)
    raise_if_any([fault for fault in found if fault.code not in WARNINGS])
    return [fault for fault in found if fault.code in WARNINGS]


def _in_all_languages(texts: Mapping[str, str]) -> frozenset[str]:
    found = [set(anchors(text)) for text in texts.values()]
    return frozenset(found[0].intersection(*found[1:])) if found else frozenset()


def anchors(text: str) -> list[str]:
    """The headings of a procedure text that a task may point to: ``## Review the application {#review}``."""
    return _ANCHOR.findall(text)


async def _called(conn: PoolConnection, definition: Definition) -> dict[str, int]:
    """Bind every call activity to the version that is released now; it keeps it for ever."""
    called: dict[str, int] = {}
    faults: list[Fault] = []
    for element in definition.elements.values():
        if element.kind is Kind.CALL and element.called is not None:
            id = await conn.fetchval(Q.released, element.called)
            if id is None:
                faults.append(Fault("process_unknown", {"process": element.called[:60]}, element.id))
            else:
                called[element.id] = id
    raise_if_any(faults)
    return called


def passages(texts: Mapping[str, str], anchor: str | None) -> dict[str, str]:
    """The passage of a procedure text under a heading's anchor, by language; empty where there is none."""
    found: dict[str, str] = {}
    for language, text in texts.items():
        heading = (
            None
            if anchor is None
            else re.search(rf"^#+ .*\{{#{re.escape(anchor)}\}}\s*$", text, re.MULTILINE)
        )
        if heading is not None:
            found[language] = re.split(r"^#", text[heading.end() :], maxsplit=1, flags=re.MULTILINE)[
                0
            ].strip()
    return found


def read_variables(text: str) -> dict[str, Any]:
    """JSON variables from outside. Refuses ``variables_malformed``: an object of JSON values without fractions."""
    try:
        found: Any = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(Fault("variables_malformed"))
    return cast("dict[str, Any]", found)


def _no_fraction(text: str) -> Any:
    raise ValueError(text)
