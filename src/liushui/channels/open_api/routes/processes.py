"""Processes and cases: what is offered, what runs, what happened."""

from __future__ import annotations

import json
from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Path, Query, Response

from liushui.bank import Bank
from liushui.channels.open_api import schemas_processes as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of, person_of
from liushui.channels.open_api.form_view import form_view
from liushui.identity import Principal
from liushui.kernel.errors import refuse
from liushui.processes import counter_codes
from liushui.store.database import PoolConnection
from liushui.workflow import Bundle, Deployed, Q, State, background

router = APIRouter()
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
NumberPath = Annotated[int, Path(ge=1, le=2**62)]
Process = Annotated[str, Query(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Status = Annotated[str, Query(max_length=20, pattern=r"^[a-z]+$")]
ObjectType = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]+$")]
ObjectNumber = Annotated[str, Query(max_length=60, pattern=r"^[0-9A-Za-z-]+$")]


@router.get("/v1/processes")
async def show_processes(bank: TheBank, caller: Caller) -> list[s.ProcessView]:
    async with bank.db.read() as conn:
        found = await bank.processes.catalogue.all_released(conn)
    return [s.ProcessView(**_process(bank, deployed)) for deployed in found]


@router.post("/v1/processes", status_code=201)
async def deploy_process(
    body: s.BundleIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.DeploymentView:
    """The same bundle again is the same version: the key adds nothing here, and is asked for like everywhere."""
    bundle = Bundle(body.bpmn.encode(), body.decisions, body.forms, body.texts)
    done = await bank.processes.deploy(bundle, actor=caller.number, release=body.release)
    warnings = [s.FaultView(code=f.code, field=f.field, params=dict(f.params)) for f in done.warnings]
    return s.DeploymentView(key=done.key, version=done.version, new=done.new, warnings=warnings)


@router.get("/v1/processes/{process}")
async def show_process(process: KeyPath, bank: TheBank, caller: Caller) -> s.ProcessDetail:
    async with bank.db.read() as conn:
        deployed = await bank.processes.catalogue.released(conn, process)
        versions = await conn.fetch(Q.versions, process)
    return s.ProcessDetail(
        **_process(bank, deployed), texts=dict(deployed.texts), versions=[s.ProcessVersion(**dict(v)) for v in versions]
    )  # fmt: skip


@router.get("/v1/processes/{process}/versions/{version}/diagram", response_class=Response)
async def show_diagram(process: KeyPath, version: NumberPath, bank: TheBank, caller: Caller) -> Response:
    async with bank.db.read() as conn:
        id: int | None = await conn.fetchval(Q.definition_by_version, process, min(version, 2**31 - 1))
        if id is None:
            raise refuse("process_unknown", process=process)
        deployed = await bank.processes.catalogue.by_id(conn, id)
    return Response(deployed.definition.export(), media_type="application/xml")


@router.post("/v1/processes/{process}/cases", status_code=201)
async def start_case(
    process: KeyPath, body: s.StartIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.CaseView:
    actor = actor_of(caller, "cases", key)
    case = await bank.processes.start(person_of(caller), process, body.form, idempotency_key=actor.key)
    return await _view(bank, case)


@router.get("/v1/cases")
async def show_cases(
    bank: TheBank, caller: Caller, process: Process | None = None, status: Status | None = None,
    object_type: ObjectType | None = None,
    object_number: ObjectNumber | None = None, mine: bool = False, before: Annotated[int, Query(ge=1, le=2**62)] = 2**62,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.CasePage:  # fmt: skip
    about = json.dumps({object_type: [object_number]}) if object_type and object_number else None
    branch = None if caller.anywhere else caller.branch_id
    async with bank.db.read() as conn:
        rows = await conn.fetch(
            Q.instances, before, process, status, about, branch, caller.number if mine else None, limit + 1
        )
    lines = [s.CaseLine(**_line(row)) for row in rows[:limit]]
    return s.CasePage(cases=lines, next=lines[-1].case if len(rows) > limit else None)


@router.get("/v1/cases/{case}")
async def show_case(case: NumberPath, bank: TheBank, caller: Caller) -> s.CaseView:
    await _visible(bank, caller, case)
    return await _view(bank, case)


@router.post("/v1/cases/{case}/cancellation", status_code=204)
async def cancel_case(
    case: NumberPath, body: s.CancelIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    await _visible(bank, caller, case)
    actor = actor_of(caller, "cancellation", key)
    await bank.processes.cancel(person_of(caller), case, body.reason, idempotency_key=actor.key)


@router.get("/v1/incidents")
async def show_incidents(
    bank: TheBank, caller: Caller, after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.IncidentPage:  # fmt: skip
    async with bank.db.read() as conn:
        rows = await conn.fetch(Q.open_incidents, after, limit + 1)
    lines = [
        s.IncidentLine(
            incident=r["id"], case=r["instance_id"], process=r["key"], case_name=r["name"], element=r["element"],
            reason=r["reason"], raised_at=r["raised_at"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return s.IncidentPage(incidents=lines, next=lines[-1].incident if len(rows) > limit else None)


@router.post("/v1/incidents/{incident}/settlement", status_code=204)
async def settle_incident(
    incident: NumberPath, body: s.SettleIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    actor = actor_of(caller, "settlement", key)
    await bank.processes.settle_incident(
        person_of(caller), incident, body.how, body.note, body.variables, idempotency_key=actor.key
    )


@router.post("/v1/messages", status_code=201)
async def send_message(
    body: s.MessageIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.MessageView:
    async def work(uow: Any) -> dict[str, Any]:
        taken = await background.deliver(
            uow, bank.processes.runtime, body.name, body.correlation, body.variables
        )
        return {"case": taken}

    content = (body.name, body.correlation, json.dumps(body.variables, sort_keys=True))
    actor = actor_of(caller, "messages", key)
    return s.MessageView(**(await bank.db.once(actor.key, content, bank.clock.now(), work))[0])


def _process(bank: Bank, deployed: Deployed) -> dict[str, Any]:
    definition = deployed.definition
    short = counter_codes().get(deployed.key)
    return {
        "key": deployed.key, "version": deployed.version, "name": definition.name,
        "channels": list(definition.channels), "start_roles": list(definition.start_roles),
        "code": short and short.code, "pinyin": short and short.pinyin,
        "start_form": form_view(bank, deployed.forms.get("start")),
    }  # fmt: skip


async def _visible(bank: TheBank, caller: Principal, case: int) -> None:
    """A case of another branch is not there for who works for one branch."""
    async with bank.db.read() as conn:
        row = await conn.fetchrow(Q.instance, case) or await conn.fetchrow(Q.straight_case, case)
    if row is None or not (caller.anywhere or row["branch_id"] == caller.branch_id):
        raise refuse("case_unknown", case=case)


async def _view(bank: TheBank, case: int) -> s.CaseView:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(Q.instance, case)
        if row is None:
            return await _straight_view(conn, case)
        deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
        tasks = await conn.fetch(Q.tasks_of_case, case)
        events = await conn.fetch(Q.events_of_case, case)
    return s.CaseView(
        **_line(row), objects=json.loads(row["objects"]), variables=_shown(row, deployed),
        tasks=[
            s.TaskOfCase(task=t["id"], element=t["element"], state=t["state"], role=t["role"], due_at=t["due_at"],
                         claimed_by=t["claimed_by"], completed_by=t["completed_by"])
            for t in tasks
        ],
        history=[
            s.EventView(id=e["id"], kind=e["kind"], recorded_at=e["recorded_at"], element=e["element"],
                        lifecycle=e["lifecycle"], resource=e["resource"], role=e["role"], journal=e["journal_id"],
                        decision_rows=e["decision_rows"])
            for e in events
        ],
    )  # fmt: skip


async def _straight_view(conn: PoolConnection, case: int) -> s.CaseView:
    """A case that went straight through, from its one row and its way."""
    row = await conn.fetchrow(Q.straight_case, case)
    if row is None:
        raise refuse("case_unknown", case=case)
    steps = zip(row["elements"], row["lifecycles"], row["decision_rows"], strict=True)
    return s.CaseView(
        case=case, process=row["key"], version=row["version"], status="completed", name=None,
        initiator=row["initiator"], channel=row["channel"], outcome=row["outcome"], started_at=row["recorded_at"],
        ended_at=row["recorded_at"], variables={}, tasks=[],
        objects={} if row["journal_id"] is None else {"journal": [str(row["journal_id"])]},
        history=[
            s.EventView(id=row["id"], kind="process_step", recorded_at=row["recorded_at"], element=element,
                        lifecycle=lifecycle, resource="system", role=None, journal=None,
                        decision_rows=rows.split(",") if rows else None)
            for element, lifecycle, rows in steps
        ],
    )  # fmt: skip


def _shown(row: Record, deployed: Deployed) -> dict[str, Any]:
    """The case's variables without what a form marks as secret."""
    secret = {field.name for form in deployed.forms.values() for field in form.fields if field.secret}
    variables = State.from_json(row["state"]).variables
    return {name: value for name, value in variables.items() if name not in secret}


def _line(row: Record) -> dict[str, Any]:
    return {
        "case": row["id"], "process": row["key"], "version": row["version"], "status": row["status"],
        "name": row["name"], "initiator": row["initiator"], "channel": row["channel"], "outcome": row["outcome"],
        "started_at": row["started_at"], "ended_at": row["ended_at"],
    }  # fmt: skip
