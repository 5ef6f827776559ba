"""People's work: who may take a task, and what they do with it.

Refusals of these use cases: ``task_unknown``, ``task_closed``, ``task_stale`` (somebody has changed it meanwhile),
``task_taken``, ``task_not_yours``, ``task_role_missing``, ``task_other_branch``, ``task_excluded``,
``separation_of_duties``,
``authority_exceeded``, and the form's faults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from asyncpg import Record

from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.workflow.case import Case, Happening
from liushui.workflow.catalogue import Deployed, Q
from liushui.workflow.definition import Element, Work
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.forms import Form, take
from liushui.workflow.inputs import Stale, TaskCompleted
from liushui.workflow.people import Person, acts_as, may_act
from liushui.workflow.runtime import Cause, Runtime
from liushui.workflow.secrets import without_secrets

COMMENT_LENGTH_MAX = 2_000
DRAFT_BYTES_MAX = 32 * 1024
ATTACHMENT_BYTES_MAX = 5 * 1024 * 1024
_MARKS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
INITIATOR = "initiator"


class Opened(NamedTuple):
    """A task with its case and its place in the model: under lock, or as a reader sees it."""

    row: Record
    case: Case
    element: Element

    @property
    def work(self) -> Work:
        assert self.element.work is not None
        return self.element.work

    @property
    def path(self) -> str:
        """The element as events name it."""
        return "/".join((*self.row["scope_path"], self.row["element"]))


async def worklist(conn: PoolConnection, person: Person, *, limit: int, offset: int = 0) -> list[Record]:
    """What the person has claimed or may claim: most urgent first, then by due time and age."""
    return await conn.fetch(
        Q.worklist, person.number, sorted(person.roles), person.anywhere, person.branch_id, limit, offset
    )


async def claim(rt: Runtime, uow: UnitOfWork, task: int, person: Person) -> int:
    """Take a task; return its new version."""
    opened = await _open(rt, uow, task)
    if opened.row["state"] == "claimed":
        if opened.row["claimed_by"] == person.number:
            return opened.row["version"]
        raise refuse("task_taken", by=opened.row["claimed_by"])
    await _may_do(rt, uow.conn, opened, person)
    version: int = await uow.conn.fetchval(Q.claim_task, task, person.number, rt.clock.now())
    await _record(rt, uow, opened, person, "assigned")
    return version


async def release(rt: Runtime, uow: UnitOfWork, task: int, person: Person) -> int:
    """Give a claimed task back."""
    opened = await _open(rt, uow, task)
    _is_claimed_by(opened, person)
    version: int = await uow.conn.fetchval(Q.release_task, task)
    await _record(rt, uow, opened, person, "suspended")
    return version


async def delegate(rt: Runtime, uow: UnitOfWork, task: int, person: Person, to: Person) -> int:
    """Hand a claimed task to somebody who might have claimed it too. Whoever hands on takes part: separation of
    duties counts both."""
    opened = await _open(rt, uow, task)
    _is_claimed_by(opened, person)
    await _may_do(rt, uow.conn, opened, to)
    version: int = await uow.conn.fetchval(Q.delegate_task, task, to.number, rt.clock.now(), person.number)
    await _record(rt, uow, opened, person, "assigned", {"delegated_to": to.number})
    return version


async def complete(
    rt: Runtime, uow: UnitOfWork, task: int, person: Person, given: Mapping[str, Any], *, version: int
) -> Case:
    """Do a task: check who, check what, and let the case go on, all in one transaction.

    An unclaimed task is claimed on the way. version: as the person saw it.
    """
    opened = await _open(rt, uow, task)
    row = opened.row
    if row["version"] != version:
        raise refuse("task_stale", version=row["version"])
    if row["state"] == "claimed":
        _is_claimed_by(opened, person)
    await _may_do(rt, uow.conn, opened, person)
    form = form_of(opened.case.deployed, opened.work)
    variables = take(form, given) if form is not None else dict(given)
    _has_authority(rt, opened, person, variables)
    first: tuple[Happening, ...] = ()
    if row["state"] == "open":
        await uow.conn.fetchval(Q.claim_task, task, person.number, rt.clock.now())
        # Written with the step's own evidence: writing takes the bank's sequencer, and the step may think first.
        first = (_happening(opened, person, "assigned"),)
    await uow.conn.execute(Q.complete_task, task, person.number, rt.clock.now())
    try:
        await rt.input(
            uow, opened.case, TaskCompleted(row["token"], variables), Cause(person, row["token"], first=first)
        )
    except Stale:
        raise refuse("task_closed", task=task) from None
    return opened.case


async def save_draft(
    rt: Runtime, uow: UnitOfWork, task: int, person: Person, given: Mapping[str, Any]
) -> None:
    """Keep a half-filled form. Refuses ``draft_too_large`` and malformed fields; nothing is required yet."""
    opened = await _open(rt, uow, task)
    _is_claimed_by(opened, person)
    form = form_of(opened.case.deployed, opened.work)
    if form is not None:
        take(form, given, partly=True)
    text = json.dumps(without_secrets(given), ensure_ascii=False)
    if len(text.encode()) > DRAFT_BYTES_MAX:
        raise refuse("draft_too_large", most=DRAFT_BYTES_MAX)
    await uow.conn.execute(Q.save_draft, task, text)


async def comment(rt: Runtime, uow: UnitOfWork, task: int, person: Person, text: str) -> int:
    """Write a comment; only who may see the task. Refuses ``comment_malformed``."""
    if not 0 < len(text) <= COMMENT_LENGTH_MAX or not is_storable(text):
        raise refuse("comment_malformed", most=COMMENT_LENGTH_MAX)
    _may_see(await _open(rt, uow, task), person)
    return await uow.conn.fetchval(Q.insert_comment, task, person.number, rt.clock.now(), text)


async def attach(
    rt: Runtime, uow: UnitOfWork, task: int, person: Person, name: str, content: bytes
) -> dict[str, Any]:
    """Add a file to a task. Its type is told by its content. Refuses ``attachment_too_large``,
    ``attachment_type_unfit`` and ``attachment_name_malformed``, all at once."""
    faults: list[Fault] = []
    media_type = media_type_of(content)
    if len(content) > ATTACHMENT_BYTES_MAX:
        faults.append(Fault("attachment_too_large", {"most": ATTACHMENT_BYTES_MAX}))
    if media_type is None:
        faults.append(Fault("attachment_type_unfit"))
    if not is_storable(name) or "/" in name or "\n" in name:
        faults.append(Fault("attachment_name_malformed", field="name"))
    raise_if_any(faults)
    opened = await _open(rt, uow, task)
    _may_see(opened, person)
    digest, now = sha256(content).digest(), rt.clock.now()
    await uow.conn.execute(Q.insert_content, digest, content)
    id: int = await uow.conn.fetchval(
        Q.insert_attachment, task, person.number, now, name, media_type, len(content), digest
    )
    return {"id": id, "author": person.number, "added_at": now.isoformat(), "name": name,
            "media_type": media_type, "size": len(content)}  # fmt: skip


async def attached_to_case(conn: PoolConnection, case_id: int) -> list[tuple[str, str]]:
    """What has been attached to the tasks of a case, oldest first: the element of the task, and the SHA-256 in hex."""
    return [(row["element"], row["digest"]) for row in await conn.fetch(Q.attached_to_case, case_id)]


def media_type_of(content: bytes) -> str | None:
    """PDF, PNG or JPEG by their first bytes; None for anything else, whatever its name says."""
    return next((kind for mark, kind in _MARKS if content.startswith(mark)), None)


def _may_see(opened: Opened, person: Person) -> None:
    if not sees(opened.row, person):
        raise refuse("task_unknown", task=opened.row["id"])


def form_of(deployed: Deployed, work: Work) -> Form | None:
    return None if work.form is None else deployed.forms[work.form]


async def _open(rt: Runtime, uow: UnitOfWork, task: int) -> Opened:
    """Lock the case, then the task: the order in which everybody locks."""
    seen = await uow.conn.fetchrow(Q.task, task)
    if seen is None:
        raise refuse("task_unknown", task=task)
    case = await rt.lock(uow.conn, seen["instance_id"])
    row = await uow.conn.fetchrow(Q.task, task)
    if case is None or row is None:
        raise refuse("task_unknown", task=task)
    if row["state"] not in ("open", "claimed"):
        raise refuse("task_closed", task=task)
    return Opened(row, case, case.deployed.element(row["element"], tuple(row["scope_path"])))


def _is_claimed_by(opened: Opened, person: Person) -> None:
    if opened.row["state"] != "claimed" or opened.row["claimed_by"] != person.number:
        raise refuse("task_not_yours", task=opened.row["id"])


async def _may_do(rt: Runtime, conn: PoolConnection, opened: Opened, person: Person) -> None:
    """Refuses everything that stands in the way at once: role, branch, assignee, excluded people, separation of
    duties."""
    row, faults = opened.row, list[Fault]()
    if not may_act(row["role"], person):
        faults.append(Fault("task_role_missing", {"role": row["role"]}))
    if row["branch_id"] != person.branch_id and not person.anywhere:
        faults.append(Fault("task_other_branch", {}))
    if row["assignee"] is not None and person.number != row["assignee"]:
        faults.append(Fault("task_not_yours", {"task": row["id"]}))
    if _is_excluded(rt, opened, person.number):
        faults.append(Fault("task_excluded", {"element": row["element"]}))
    for element in await _took_part(conn, opened, person.number):
        faults.append(Fault("separation_of_duties", {"element": element}))
    raise_if_any(faults)


def _is_excluded(rt: Runtime, opened: Opened, number: str) -> bool:
    return number in _excluded(rt, opened)


def _excluded(rt: Runtime, opened: Opened) -> list[Any]:
    """Whom the model names as people who must keep out, such as whom a complaint is about."""
    text = opened.work.excluded
    if text is None:
        return []
    seen = opened.case.state.variables_at(opened.row["token"])
    found = rt.environment(opened.case, rt.clock.now()).evaluate(text, seen)
    return found if isinstance(found, list) else [found]  # pyright: ignore[reportUnknownVariableType] - JSON


async def _took_part(conn: PoolConnection, opened: Opened, number: str) -> Sequence[str]:
    """Where the person has already acted among the elements that exclude this task: by doing, or by delegating."""
    return sorted({element for who, element in await _participants(conn, opened) if who == number})


async def _participants(conn: PoolConnection, opened: Opened) -> list[tuple[str, str]]:
    """Who has acted, and where, among the elements that exclude this task: by doing, or by delegating."""
    others = opened.work.not_same_as
    if not others:
        return []
    found = [(opened.case.initiator, INITIATOR)] if INITIATOR in others else []
    for row in await conn.fetch(Q.participants, opened.case.id, list(others)):
        found += [(who, row["element"]) for who in (row["completed_by"], *row["delegated_by"])]
    return found


async def kept_out(conn: PoolConnection, rt: Runtime, opened: Opened) -> list[tuple[str, str]]:
    """Whom four eyes keep away from a task, each with what they did: an element, ``initiator``, or an empty text where the
    model names them. Nobody from one whose token is gone."""
    if opened.row["token"] not in opened.case.state.tokens:
        return []
    found = await _participants(conn, opened)
    return sorted({*found, *((str(who), "") for who in _named(rt, opened))})


def _named(rt: Runtime, opened: Opened) -> list[Any]:
    """Like ``_excluded``, for somebody who only looks: an expression that fails names nobody here, and refuses the claim."""
    try:
        return _excluded(rt, opened)
    except ExpressionFailed:
        return []


def _has_authority(rt: Runtime, opened: Opened, person: Person, variables: Mapping[str, Any]) -> None:
    """Ask the authority table, once for each of the person's roles: one role that allows it is enough."""
    table = opened.work.authority
    if table is None:
        return
    env = rt.environment(opened.case, rt.clock.now())
    seen = {**opened.case.state.variables_at(opened.row["token"]), **variables}
    for role in sorted(person.roles):
        try:
            if env.decide(table, {**seen, "role": role}).result.get("allowed") is True:
                return
        except ExpressionFailed:
            continue
    raise Refused(Fault("authority_exceeded", {"table": table}))


async def _record(
    rt: Runtime, uow: UnitOfWork, opened: Opened, person: Person, lifecycle: str,
    payload: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    happening = _happening(opened, person, lifecycle, payload)
    await rt.write_happenings(uow, opened.case, [happening], rt.clock.now())


def _happening(
    opened: Opened, person: Person, lifecycle: str, payload: dict[str, Any] | None = None
) -> Happening:
    return Happening(
        "process_step", opened.path, lifecycle, resource=person.number, role=acts_as(opened.work.role, person),
        priority=opened.row["priority"], payload=payload, token=opened.row["token"],
    )  # fmt: skip


async def open_task_for_reader(
    conn: PoolConnection, rt: Runtime, task: int
) -> tuple[Record, Deployed, Element]:
    """A task as it stands, with its place in the model, without locks. Refuses ``task_unknown``."""
    row = await conn.fetchrow(Q.task, task)
    if row is None:
        raise refuse("task_unknown", task=task)
    deployed = await rt.catalogue.by_id(conn, row["definition_id"])
    return row, deployed, deployed.element(row["element"], tuple(row["scope_path"]))


async def task_for_reader(conn: PoolConnection, rt: Runtime, task: int, person: Person) -> Opened:
    """A task with its case as they stand, without locks. Refuses ``task_unknown``, also to whoever may not look at it."""
    row, deployed, element = await open_task_for_reader(conn, rt, task)
    if not sees(row, person):
        raise refuse("task_unknown", task=task)
    instance = await conn.fetchrow(Q.instance, row["instance_id"])
    assert instance is not None  # the task refers to it
    return Opened(row, Case.from_row(instance, deployed), element)


def sees(row: Record, person: Person) -> bool:
    """Whether a person may look at a task: it is theirs, or could be."""
    if person.number in (row["claimed_by"], row["completed_by"], row["assignee"], row["initiator"]):
        return True
    return may_act(row["role"], person) and (person.anywhere or row["branch_id"] == person.branch_id)


__all__ = [
    "ATTACHMENT_BYTES_MAX",
    "attach",
    "attached_to_case",
    "claim",
    "comment",
    "complete",
    "delegate",
    "form_of",
    "kept_out",
    "open_task_for_reader",
    "release",
    "save_draft",
    "task_for_reader",
    "worklist",
]
