"""Cases: begun, found, looked at, given up; and those that stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from asyncpg import Record
from fastapi import APIRouter, Path, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas_cases as s
from liushui.channels.open_api.case_view import (
    case_line,
    case_view,
    codes_of_branches,
    name_of,
    shown_name,
    visible_case,
)
from liushui.channels.open_api.dependencies import (
    Caller,
    Day,
    IdempotencyKey,
    TheBank,
    actor_of,
    moments_of,
    person_of,
)
from liushui.identity import Principal, branch_by_code
from liushui.kernel.errors import refuse
from liushui.store.database import PoolConnection
from liushui.workflow import Q
from liushui.workflow.case_list import NEWEST, Wanted, list_cases

router = APIRouter()
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
NumberPath = Annotated[int, Path(ge=1, le=2**62)]
Process = Annotated[str, Query(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Status = Annotated[str, Query(max_length=20, pattern=r"^[a-z]+$")]
ObjectType = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]+$")]
ObjectNumber = Annotated[str, Query(max_length=60, pattern=r"^[0-9A-Za-z-]+$")]
BranchCode = Annotated[str, Query(max_length=4, pattern=r"^[0-9]{4}$")]
PersonNumber = Annotated[str, Query(max_length=32, pattern=r"^[0-9A-Z]+$")]


@router.post("/v1/processes/{process}/cases", status_code=201)
async def start_case(
    process: KeyPath, body: s.StartIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.CaseView:
    actor = actor_of(caller, "cases", key)
    case = await bank.processes.start(person_of(caller), process, body.form, idempotency_key=actor.key)
    return await case_view(bank, caller, case)


@router.get("/v1/cases")
async def show_cases(
    bank: TheBank, caller: Caller, process: Process | None = None, status: Status | None = None,
    object_type: ObjectType | None = None, object_number: ObjectNumber | None = None, mine: bool = False,
    branch: BranchCode | None = None, person: PersonNumber | None = None, overdue: bool = False,
    started_from: Day | None = None,
    started_to: Day | None = None,
    before: Annotated[int, Query(ge=1, le=NEWEST)] = NEWEST, limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.CasePage:  # fmt: skip
    """The newest first, of the caller's branch unless they work for all. started_from, started_to: days of the bank, both
    included. person: who began it, has taken a task of it or has done one."""
    now = bank.clock.now()
    async with bank.db.read() as conn:
        wanted = Wanted(
            before, process, status, (object_type, object_number) if object_type and object_number else None,
            await _branch(conn, caller, branch), caller.number if mine else None,
            *moments_of(started_from, started_to),
            now if overdue else None, person,
        )  # fmt: skip
        rows = await list_cases(conn, wanted, limit + 1)
        branches = await codes_of_branches(conn)
        lines = [await _line(bank, conn, caller, row, branches, now) for row in rows[:limit]]
    return s.CasePage(cases=lines, next=lines[-1].case if len(rows) > limit else None)


async def _branch(conn: PoolConnection, caller: Principal, code: str | None) -> int | None:
    """Whose cases: of whoever works for one branch, always that one's. Refuses ``branch_unknown``."""
    if not caller.anywhere:
        return caller.branch_id if code in (None, caller.branch_code) else 0
    return None if code is None else (await branch_by_code(conn, code)).id


async def _line(
    bank: Bank,
    conn: PoolConnection,
    caller: Principal,
    row: Record,
    branches: Mapping[int, str],
    now: datetime,
) -> s.CaseLine:
    deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
    return s.CaseLine(**case_line(row, caller, deployed, branches, now, row["due_at"], row["elements"] or []))


@router.get("/v1/cases/{case}")
async def show_case(case: NumberPath, bank: TheBank, caller: Caller) -> s.CaseView:
    await visible_case(bank, caller, case)
    return await case_view(bank, caller, case)


@router.post("/v1/cases/{case}/cancellation", status_code=204)
async def cancel_case(
    case: NumberPath, body: s.CancelIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    await visible_case(bank, caller, case)
    actor = actor_of(caller, "cancellation", key)
    await bank.processes.cancel(person_of(caller), case, body.reason, idempotency_key=actor.key)


@router.get("/v1/incidents")
async def show_incidents(
    bank: TheBank, caller: Caller, state: Literal["open", "cleared"] = "open",
    after: Annotated[int, Query(ge=0, le=NEWEST)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.IncidentPage:  # fmt: skip
    """Open ones from the oldest on, cleared ones from the newest back. after: the last one of the page before."""
    sql = Q.open_incidents if state == "open" else Q.cleared_incidents
    async with bank.db.read() as conn:
        rows = await conn.fetch(sql, after, limit + 1, None if caller.anywhere else caller.branch_id)
        branches = await codes_of_branches(conn)
        lines = [s.IncidentLine(**await _incident(bank, conn, caller, row, branches)) for row in rows[:limit]]
    return s.IncidentPage(incidents=lines, next=lines[-1].incident if len(rows) > limit else None)


@router.get("/v1/incidents/{incident}")
async def show_incident(incident: NumberPath, bank: TheBank, caller: Caller) -> s.IncidentView:
    async with bank.db.read() as conn:
        row = await _visible_incident(conn, caller, incident)
        line = await _incident(bank, conn, caller, row, await codes_of_branches(conn))
    return s.IncidentView(**line, version=row["version"], note=row["note"])


@router.post("/v1/incidents/{incident}/settlement", status_code=204)
async def settle_incident(
    incident: NumberPath, body: s.SettleIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    async with bank.db.read() as conn:
        await _visible_incident(conn, caller, incident)
    actor = actor_of(caller, "settlement", key)
    await bank.processes.settle_incident(
        person_of(caller), incident, body.how, body.note, body.variables, idempotency_key=actor.key
    )


async def _visible_incident(conn: PoolConnection, caller: Principal, incident: int) -> Record:
    """One of another branch is not there for who works for one branch. Refuses ``incident_unknown``."""
    row = await conn.fetchrow(Q.incident, incident)
    if row is None or not (caller.anywhere or row["branch_id"] == caller.branch_id):
        raise refuse("incident_unknown", incident=incident)
    return row


async def _incident(
    bank: Bank, conn: PoolConnection, caller: Principal, row: Record, branches: Mapping[int, str]
) -> dict[str, Any]:
    deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
    return {
        "incident": row["id"], "case": row["instance_id"], "process": row["key"], "case_name": shown_name(row["name"], deployed, caller),
        "element": row["element"], "name": name_of(deployed, row["element"]), "branch": branches[row["branch_id"]],
        "reason": row["reason"], "reason_params": json.loads(row["reason_params"] or "{}"), "raised_at": row["raised_at"], "cleared_at": row["cleared_at"],
        "cleared_by": row["cleared_by"], "how": row["how"],
    }  # fmt: skip
