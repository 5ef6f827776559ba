"""The worklist: find, claim, draft, complete, hand on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from liushui.bank import Bank
from liushui.channels.open_api import schemas_processes as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of, person_of
from liushui.channels.open_api.form_view import form_view
from liushui.identity import list_branches, staff_by_number, staff_with_roles
from liushui.kernel.errors import refuse
from liushui.workflow import Element, Q, passages, roles_of, worklist
from liushui.workflow.working_time import working_between

router = APIRouter()
DELEGATES_MAX = 200
TaskPath = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/v1/tasks")
async def show_tasks(
    bank: TheBank, caller: Caller, offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.TaskPage:  # fmt: skip
    async with bank.db.read() as conn:
        rows = await worklist.worklist(conn, person_of(caller), limit=limit + 1, offset=offset)
        codes = {branch.id: branch.code for branch in await list_branches(conn)}
        lines = [s.TaskLine(**await _line(bank, conn, row, codes)) for row in rows[:limit]]
    return s.TaskPage(tasks=lines, next=offset + limit if len(rows) > limit else None)


@router.get("/v1/tasks/{task}")
async def show_task(task: TaskPath, bank: TheBank, caller: Caller) -> s.TaskView:
    async with bank.db.read() as conn:
        opened = await worklist.task_for_reader(conn, bank.processes.runtime, task, person_of(caller))
        row, case = opened.row, opened.case
        comments = await conn.fetch(Q.comments, row["instance_id"])
        attachments = await conn.fetch(Q.attachments, row["instance_id"])
        apart = await worklist.kept_out(conn, bank.processes.runtime, opened)
        branches = await list_branches(conn)
        line = await _line(bank, conn, row, {branch.id: branch.code for branch in branches})
    form = form_view(bank, worklist.form_of(case.deployed, opened.work), branches)
    seen: Mapping[str, Any] = (
        case.state.variables_at(row["token"]) if row["token"] in case.state.tokens else {}
    )
    fields: list[dict[str, Any]] = [] if form is None else form["fields"]
    return s.TaskView(
        **line, form=form,
        values={f["name"]: seen[f["name"]] for f in fields if f["name"] in seen and not f["secret"]},
        draft=None if row["draft"] is None else json.loads(row["draft"]),
        procedure=passages(case.deployed.texts, opened.work.procedure),
        comments=[s.CommentView(**dict(c)) for c in comments],
        attachments=[s.AttachmentView(**dict(a)) for a in attachments],
        kept_out=[s.KeptOut(person=who, element=where) for who, where in apart],
    )  # fmt: skip


@router.post("/v1/tasks/{task}/claim")
async def claim(task: TaskPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.TaskVersion:
    actor = actor_of(caller, "claim", key)
    return s.TaskVersion(
        version=await bank.processes.claim(person_of(caller), task, idempotency_key=actor.key)
    )


@router.post("/v1/tasks/{task}/release")
async def release(task: TaskPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.TaskVersion:
    actor = actor_of(caller, "release", key)
    return s.TaskVersion(
        version=await bank.processes.release(person_of(caller), task, idempotency_key=actor.key)
    )


@router.post("/v1/tasks/{task}/delegation")
async def delegate(
    task: TaskPath, body: s.DelegateIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.TaskVersion:
    async with bank.db.read() as conn:
        to = person_of(await staff_by_number(conn, body.to))
    actor = actor_of(caller, "delegation", key)
    version = await bank.processes.delegate(person_of(caller), task, to, idempotency_key=actor.key)
    return s.TaskVersion(version=version)


@router.get("/v1/tasks/{task}/delegates")
async def show_delegates(task: TaskPath, bank: TheBank, caller: Caller) -> list[s.Delegate]:
    """Who could do a task in the caller's place: of its role and branch, and not kept out by four eyes."""
    async with bank.db.read() as conn:
        opened = await worklist.task_for_reader(conn, bank.processes.runtime, task, person_of(caller))
        apart = {who for who, _ in await worklist.kept_out(conn, bank.processes.runtime, opened)}
        roles, branch = roles_of(opened.row["role"]), opened.row["branch_id"]
        people = await staff_with_roles(conn, roles, branch, limit=DELEGATES_MAX)
    return [s.Delegate(number=n, name=name) for n, name in people if n not in apart and n != caller.number]


@router.post("/v1/tasks/{task}/completion")
async def complete(
    task: TaskPath, body: s.CompleteIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.CaseNumber:
    actor = actor_of(caller, "completion", key)
    done = await bank.processes.do_task(
        person_of(caller), task, body.form, version=body.version, idempotency_key=actor.key
    )
    return s.CaseNumber(case=done.case, shown_once=dict(done.shown_once))


@router.put("/v1/tasks/{task}/draft", status_code=204)
async def save_draft(task: TaskPath, body: s.DraftIn, bank: TheBank, caller: Caller) -> None:
    """No idempotency key: the last draft stands, however often it is sent."""
    await bank.processes.save_draft(person_of(caller), task, body.form)


@router.post("/v1/tasks/{task}/comments", status_code=201)
async def comment(
    task: TaskPath, body: s.CommentIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.Number:
    actor = actor_of(caller, "comments", key)
    return s.Number(
        id=await bank.processes.comment(person_of(caller), task, body.text, idempotency_key=actor.key)
    )


@router.post("/v1/tasks/{task}/attachments", status_code=201)
async def attach(
    task: TaskPath, request: Request, bank: TheBank, caller: Caller, key: IdempotencyKey,
    name: Annotated[str, Query(min_length=1, max_length=200)],
) -> s.AttachmentView:  # fmt: skip
    """The body is the file: PDF, PNG or JPEG, told by its content and not by its name."""
    actor = actor_of(caller, "attachments", key)
    added = await bank.processes.attach(
        person_of(caller), task, name, await request.body(), idempotency_key=actor.key
    )
    return s.AttachmentView(**added)


@router.get("/v1/tasks/{task}/attachments/{attachment}", response_class=Response)
async def show_attachment(task: TaskPath, attachment: TaskPath, bank: TheBank, caller: Caller) -> Response:
    async with bank.db.read() as conn:
        opened = await worklist.task_for_reader(conn, bank.processes.runtime, task, person_of(caller))
        found = await conn.fetchrow(Q.attachment, attachment, opened.case.id)
    if found is None:
        raise refuse("attachment_unknown", attachment=attachment)
    # A picture or a PDF, told by its content: it may be shown beside the form.
    headers = {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return Response(found["content"], media_type=found["media_type"], headers=headers)


async def _line(bank: Bank, conn: Any, row: Any, branches: Mapping[int, str]) -> dict[str, Any]:
    deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
    element = deployed.element(row["element"], tuple(row["scope_path"]))
    return {
        "task": row["id"], "case": row["instance_id"], "process": row["key"], "element": row["element"],
        "name": element.name, "case_name": row["case_name"], "state": row["state"], "version": row["version"],
        "role": row["role"], "priority": row["priority"], "opened_at": row["opened_at"],
        "branch": branches[row["branch_id"]], "at_risk_at": row["at_risk_at"], "due_at": row["due_at"],
        "left_s": _left_s(bank, element, row["due_at"]), "claimed_by": row["claimed_by"],
    }  # fmt: skip


def _left_s(bank: Bank, element: Element, due_at: datetime | None) -> int | None:
    """Seconds of the service level's own time that are left: of the calendar's, or on the clock."""
    if due_at is None or element.work is None:
        return None
    now = bank.clock.now()
    calendar = bank.processes.runtime.calendars.get(element.work.calendar or "")
    left = due_at - now if calendar is None else working_between(calendar, now, due_at)
    return left // timedelta(seconds=1)
