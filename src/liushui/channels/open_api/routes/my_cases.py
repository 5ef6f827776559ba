"""A customer's own cases and tasks: what they may start, where it stands, what they must do. Names of the bank's people,
variables and rules stay inside; anybody else's case is answered as if it did not exist."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

from asyncpg import Record
from fastapi import APIRouter, Path, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas_customers as s
from liushui.channels.open_api.dependencies import (
    CUSTOMER_ROLE,
    Customer,
    IdempotencyKey,
    OnlineCustomer,
    TheBank,
    customer_key,
    person_of_customer,
)
from liushui.channels.open_api.form_view import form_of_customer
from liushui.channels.open_api.schemas_cases import StartIn
from liushui.channels.open_api.schemas_processes import CaseNumber, CompleteIn
from liushui.identity import Branch, list_branches
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.payments import SELF_SERVICE
from liushui.self_service import Visitor, ask_signature, options_for, own_accounts
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.workflow import Deployed, Element, Form, Kind, Q, State, worklist
from liushui.workflow.forms import Field

router = APIRouter()
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
NumberPath = Annotated[int, Path(ge=1, le=2**62)]
TASKS = frozenset({Kind.USER, Kind.MANUAL})
MILESTONES = TASKS | {Kind.START, Kind.END}
TASKS_MOST = 100
KNOWN, OUTCOME = "known", "outcome"
"""The forms of a process that say what a customer may see of it as soon as it is known, and once it has ended."""


@router.get("/v1/my/processes")
async def show_offers(bank: TheBank, visitor: Customer) -> list[s.Offer]:
    """What a customer may start here."""
    async with bank.db.read() as conn:
        found = [d for d in await bank.processes.catalogue.all_released(conn) if _offered(d, visitor)]
        branches = await list_branches(conn)
    return [
        s.Offer(process=d.key, name=d.definition.name or d.key, start_form=form_of_customer(d.forms.get("start"), branches))
        for d in found
    ]  # fmt: skip


@router.post("/v1/my/processes/{process}/cases", status_code=201)
async def start_my_case(
    process: KeyPath, body: StartIn, bank: TheBank, visitor: Customer, key: IdempotencyKey
) -> s.MyCase:
    async with bank.db.read() as conn:
        deployed = await bank.processes.catalogue.released(conn, process)
        if not _offered(deployed, visitor):
            raise refuse("process_unknown", process=process)
        await _names_only_own(conn, deployed, visitor, body.form)
    case = await bank.processes.start(
        person_of_customer(visitor), process, body.form, idempotency_key=customer_key(visitor, "cases", key)
    )
    return await _case_view(bank, visitor, case)


@router.get("/v1/my/cases")
async def show_my_cases(
    bank: TheBank, visitor: Customer, before: Annotated[int, Query(ge=1, le=2**62)] = 2**62,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> s.MyCases:  # fmt: skip
    async with bank.db.read() as conn:
        rows = await _own_cases(conn, bank, visitor, before=before, limit=limit + 1)
        lines = [s.MyCaseLine(**await _line(bank, conn, row)) for row in rows[:limit]]
    return s.MyCases(cases=lines, next=lines[-1].case if len(rows) > limit else None)


@router.get("/v1/my/cases/{case}")
async def show_my_case(case: NumberPath, bank: TheBank, visitor: Customer) -> s.MyCase:
    return await _case_view(bank, visitor, case)


@router.get("/v1/my/tasks")
async def show_my_tasks(bank: TheBank, visitor: Customer) -> list[s.MyTaskLine]:
    async with bank.db.read() as conn:
        rows = await conn.fetch(Q.tasks_of_assignee, visitor.customer, CUSTOMER_ROLE, TASKS_MOST)
        own = {r["id"] for r in await _own_cases(conn, bank, visitor, limit=10_000)}
        return [
            s.MyTaskLine(**_task_line(row, await _element(bank, conn, row)))
            for row in rows
            if row["instance_id"] in own
        ]


@router.get("/v1/my/tasks/{task}")
async def show_my_task(task: NumberPath, bank: TheBank, visitor: Customer) -> s.MyTask:
    row, deployed, element, shown = await _own_task(bank, visitor, task)
    assert element.work is not None
    async with bank.db.read() as conn:
        branches = await list_branches(conn)
    form = form_of_customer(worklist.form_of(deployed, element.work), branches)
    return s.MyTask(**_task_line(row, element), form=form, values=shown)


@router.post("/v1/my/tasks/{task}/signature-challenge", status_code=201)
async def ask_for_signature(task: NumberPath, bank: TheBank, visitor: OnlineCustomer) -> s.OptionsView:
    """What a passkey signs: SHA-256 over what the task shows. No idempotency key: the newest challenge stands."""
    row, _, _, shown = await _own_task(bank, visitor, task)

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        offered = await bank.proofs.offered(uow.conn, visitor.party_id)
        challenge = await ask_signature(
            uow, bank.clock, party_id=visitor.party_id, customer=visitor.customer, case=row["instance_id"],
            process=row["key"], shown=shown,
        )  # fmt: skip
        return options_for(bank.proofs.party, challenge, offered.credentials)

    return s.OptionsView(options=await bank.db.transact(work))


@router.post("/v1/my/tasks/{task}/completion")
async def complete_my_task(
    task: NumberPath, body: CompleteIn, bank: TheBank, visitor: Customer, key: IdempotencyKey
) -> CaseNumber:
    """An ``assertion`` may be given as the object that the browser makes of it."""
    await _own_task(bank, visitor, task)
    form = {
        name: json.dumps(value) if name == "assertion" and isinstance(value, dict) else value
        for name, value in body.form.items()
    }
    done = await bank.processes.do_task(
        person_of_customer(visitor), task, form, version=body.version,
        idempotency_key=customer_key(visitor, "completion", key),
    )  # fmt: skip
    return CaseNumber(case=done.case, shown_once=dict(done.shown_once))


def _offered(deployed: Deployed, visitor: Visitor) -> bool:
    definition = deployed.definition
    return CUSTOMER_ROLE in definition.start_roles and visitor.channel in definition.channels


async def _names_only_own(
    conn: PoolConnection, deployed: Deployed, visitor: Visitor, given: dict[str, Any]
) -> None:
    """Refuses ``account_unknown`` for a field that asks for an own account and names another, as the books refuse an
    account that there is not. A session that came by one account's password has that one only."""
    form = deployed.forms.get("start")
    names = [] if form is None else [f.name for f in form.fields if f.own]
    own = await own_accounts(conn, visitor)
    raise_if_any(
        [
            Fault("account_unknown", {"account": str(given[name])[:40]}, name)
            for name in names
            if given.get(name) not in (None, "", *own)
        ]
    )


async def _own_cases(
    conn: PoolConnection,
    bank: Bank,
    visitor: Visitor,
    *,
    case: int | None = None,
    before: int = 2**62,
    limit: int,
) -> Sequence[Record]:
    """Cases that the customer began without the bank's people, or that are about them, of processes that customers may
    begin: whatever else the bank does about a customer is its own business. A session for one account sees what is about
    that account, and what the customer began about none."""
    released = await bank.processes.catalogue.all_released(conn)
    open_to_customers = [d.key for d in released if CUSTOMER_ROLE in d.definition.start_roles]
    about = json.dumps({"customer": [visitor.customer]})
    account = None if visitor.account is None else json.dumps({"account": [visitor.account]})
    return await conn.fetch(
        Q.cases_of_customer, before, open_to_customers, case, visitor.customer, list(SELF_SERVICE), about, account,
        limit,
    )  # fmt: skip


async def _case_view(bank: Bank, visitor: Visitor, case: int) -> s.MyCase:
    async with bank.db.read() as conn:
        rows = await _own_cases(conn, bank, visitor, case=case, limit=1)
        if not rows:
            raise refuse("case_unknown", case=case)
        row = rows[0]
        deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
        events = await conn.fetch(Q.events_of_case, case)
        tasks = await conn.fetch(Q.tasks_of_case, case)
        timers = await conn.fetch(Q.timers_of_case, case)
        line = await _line(bank, conn, row)
        branches = await list_branches(conn)
    fault: Any = State.from_json(row["state"]).variables.get("fault")
    refused = cast("dict[str, Any]", fault) if isinstance(fault, dict) else {}
    milestones = [
        s.Milestone(name=element.name or row["key"], at=event["recorded_at"])
        for event in events
        if (event["kind"], event["lifecycle"]) == ("process_step", "completed")
        and _is_milestone(deployed, event["element"], element := _at(deployed, event["element"]))
    ]
    steps = [
        s.NextStep(
            name=deployed.element(t["element"], tuple(t["scope_path"])).name or row["key"], due_at=t["due_at"],
            task=t["id"] if _is_own(t, visitor) else None,
        )
        for t in tasks
        if t["state"] in ("open", "claimed")
    ]  # fmt: skip
    for timer in timers:
        element = _at(deployed, timer["element"])
        if element.kind is Kind.CATCH:
            steps.append(s.NextStep(name=element.name or row["key"], due_at=timer["due_at"], task=None))
    return s.MyCase(
        **line,
        **_told(deployed, row, visitor, branches),
        refusal=refused.get("code"),
        refusal_params=refused.get("params") or {},
        milestones=milestones,
        next=steps,
    )


def _is_milestone(deployed: Deployed, path: str, element: Element) -> bool:
    """What a customer sees of the way so far: people's work, and where the whole begins and ends, also where something has come
    between. Where a part of it begins and ends is the bank's own business."""
    *scopes, _ = path.split("/")
    outer = None if element.scope is None else deployed.element(element.scope, tuple(scopes)).kind
    is_part = bool(scopes) or outer is Kind.SUB_PROCESS
    return element.kind in (TASKS if is_part else MILESTONES)


def _told(deployed: Deployed, row: Record, visitor: Visitor, branches: Sequence[Branch]) -> dict[str, Any]:
    """What the customer has asked for, where they began the case themselves; and what the forms ``known`` and
    ``outcome`` of the process say that they may see of how it stands."""
    variables = State.from_json(row["state"]).variables
    given = deployed.forms.get("start")
    told = (KNOWN,) if row["ended_at"] is None else (KNOWN, OUTCOME)
    forms = [form for name in told if (form := deployed.forms.get(name)) is not None]
    if row["initiator"] != visitor.customer or row["channel"] not in SELF_SERVICE:
        given = None

    def seen(form: Form | None) -> dict[str, Any]:
        fields = [] if form is None else [f for f in form.fields if not f.secret]
        return {f.name: variables[f.name] for f in fields if _is_said(f, variables.get(f.name))}

    return {
        "given": seen(given), "given_form": form_of_customer(given, branches),
        "told": {name: value for form in forms for name, value in seen(form).items()},
        "told_fields": [
            field for form in forms for field in (form_of_customer(form, branches) or {})["fields"]
        ],
    }  # fmt: skip


def _is_said(field: Field, value: Any) -> bool:
    """Nobody fills in an amount of nothing: it is what a process makes of none."""
    return value is not None and not (field.type == "amount" and value == 0)


async def _own_task(
    bank: Bank, visitor: Visitor, task: int
) -> tuple[Record, Deployed, Element, dict[str, Any]]:
    """A task that is addressed to the customer, and what its form shows. Refuses ``task_unknown``."""
    async with bank.db.read() as conn:
        row, deployed, element = await worklist.open_task_for_reader(conn, bank.processes.runtime, task)
        if not _is_own(row, visitor) or not await _own_cases(
            conn, bank, visitor, case=row["instance_id"], limit=1
        ):
            raise refuse("task_unknown", task=task)
        instance = await conn.fetchrow(Q.instance, row["instance_id"])
    assert instance is not None
    assert element.work is not None
    form = worklist.form_of(deployed, element.work)
    state = State.from_json(instance["state"])
    seen: Mapping[str, Any] = state.variables_at(row["token"]) if row["token"] in state.tokens else {}
    fields = [] if form is None else [f.name for f in form.fields if f.type == "show" and not f.secret]
    return row, deployed, element, {name: seen[name] for name in fields if name in seen}


def _is_own(task: Record, visitor: Visitor) -> bool:
    """Addressed to the customer by number: a task for just any customer would be nobody's."""
    return task["assignee"] == visitor.customer and task["role"] == CUSTOMER_ROLE


def _at(deployed: Deployed, path: str) -> Element:
    *scopes, element = path.split("/")
    return deployed.element(element, tuple(scopes))


async def _element(bank: Bank, conn: PoolConnection, row: Record) -> Element:
    deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
    return deployed.element(row["element"], tuple(row["scope_path"]))


def _task_line(row: Record, element: Element) -> dict[str, Any]:
    return {
        "task": row["id"], "case": row["instance_id"], "process": row["key"], "name": element.name or row["key"],
        "version": row["version"], "due_at": row["due_at"],
    }  # fmt: skip


async def _line(bank: Bank, conn: PoolConnection, row: Record) -> dict[str, Any]:
    deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
    return {
        "case": row["id"], "process": row["key"], "name": deployed.definition.name or row["key"],
        "status": row["status"], "started_at": row["started_at"], "ended_at": row["ended_at"],
    }  # fmt: skip
