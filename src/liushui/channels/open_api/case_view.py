"""A case as staff see it: where it stands, who did what and how long it took, and of people only what the reader may know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from asyncpg import Record

from liushui.bank import Bank
from liushui.channels.open_api import schemas_cases as s
from liushui.identity import Principal, list_branches
from liushui.kernel.errors import refuse
from liushui.parties import mask
from liushui.store.database import PoolConnection
from liushui.workflow import Deployed, Element, Q, State, is_secret
from liushui.workflow.state import HOST
from liushui.workflow.visits import Visit, visits

NUMBERS_OF_PEOPLE = ("document_number", "mobile", "phone", "contact", "officer_one_id", "officer_two_id")
"""Endings of variables that hold them: nobody is shown more than their beginning and end."""
WHO_PEOPLE_ARE = ("name", "address", "birth_date")
"""Endings of variables that are shown to those who may read customers."""
NOT_PEOPLE = frozenset({"product_name"})
HIDDEN = "***"


def shown_variables(row: Record, deployed: Deployed, caller: Principal) -> dict[str, Any]:
    """Without what a form marks as secret; see ``masked`` for the rest."""
    secret = {field.name for form in deployed.forms.values() for field in form.fields if field.secret}
    variables = State.from_json(row["state"]).variables
    kept = {name: value for name, value in variables.items() if name not in secret}
    return masked(kept, reads_customers="customer_read" in caller.permissions)


def masked(value: Any, name: str = "", *, reads_customers: bool) -> Any:
    """A variable, and whatever is inside it, as far as the reader may know it."""
    if isinstance(value, dict):
        inside = cast("dict[str, Any]", value)
        return {
            inner: masked(one, inner, reads_customers=reads_customers)
            for inner, one in inside.items()
            if not is_secret(inner)
        }
    if isinstance(value, list):
        return [masked(one, name, reads_customers=reads_customers) for one in cast("list[Any]", value)]
    if isinstance(value, str) and value:
        if name.endswith(NUMBERS_OF_PEOPLE):
            return mask(value)
        if name.endswith(WHO_PEOPLE_ARE) and name not in NOT_PEOPLE and not reads_customers:
            return HIDDEN
    return value


async def codes_of_branches(conn: PoolConnection) -> dict[int, str]:
    return {branch.id: branch.code for branch in await list_branches(conn)}


async def visible_case(bank: Bank, caller: Principal, case: int) -> None:
    """A case of another branch is not there for who works for one branch."""
    async with bank.db.read() as conn:
        row = await conn.fetchrow(Q.instance, case) or await conn.fetchrow(Q.straight_case, case)
    if row is None or not (caller.anywhere or row["branch_id"] == caller.branch_id):
        raise refuse("case_unknown", case=case)


def element_at(deployed: Deployed, path: str) -> Element | None:
    """path: the call activities on the way and the element, separated by slashes."""
    *calls, id = path.split("/")
    try:
        return deployed.element(id, tuple(calls))
    except KeyError:
        return None


def name_of(deployed: Deployed, path: str) -> str:
    found = element_at(deployed, path)
    return path if found is None or not found.name else found.name


def shown_name(name: str | None, deployed: Deployed, caller: Principal) -> str | None:
    """A case is called by one of its variables, which may be somebody's name."""
    called_by = deployed.definition.case_name or ""
    return masked(name, called_by, reads_customers="customer_read" in caller.permissions)


def case_line(
    row: Record, caller: Principal, deployed: Deployed, branches: Mapping[int, str], now: datetime, due_at: datetime | None,
    elements: list[str],
) -> dict[str, Any]:  # fmt: skip
    """elements: paths of the tasks that wait."""
    return {
        "case": row["id"], "process": row["key"], "version": row["version"], "status": row["status"],
        "name": shown_name(row["name"], deployed, caller), "initiator": row["initiator"], "channel": row["channel"], "outcome": row["outcome"],
        "started_at": row["started_at"], "ended_at": row["ended_at"], "branch": branches[row["branch_id"]],
        "due_at": due_at, "overdue": due_at is not None and due_at <= now,
        "at": [name_of(deployed, path) for path in elements],
    }  # fmt: skip


async def case_view(bank: Bank, caller: Principal, case: int) -> s.CaseView:
    """Refuses ``case_unknown``."""
    async with bank.db.read() as conn:
        branches = await codes_of_branches(conn)
        row = await conn.fetchrow(Q.instance, case)
        if row is None:
            return await _straight_view(bank, conn, case, branches)
        deployed = await bank.processes.catalogue.by_id(conn, row["definition_id"])
        tasks = await conn.fetch(Q.tasks_of_case, case)
        events = await conn.fetch(Q.events_of_case, case)
        timers = await conn.fetch(Q.timers_of_case, case)
        incidents = await conn.fetch(Q.incidents_of_case, case)
    waiting = [t for t in tasks if t["state"] in ("open", "claimed")]
    due_at = min((t["due_at"] for t in waiting if t["due_at"] is not None), default=None)
    at = ["/".join((*t["scope_path"], t["element"])) for t in waiting]
    state = State.from_json(row["state"])
    return s.CaseView(
        **case_line(row, caller, deployed, branches, bank.clock.now(), due_at, at), objects=json.loads(row["objects"]),
        variables=shown_variables(row, deployed, caller),
        tasks=[
            s.TaskOfCase(task=t["id"], element=t["element"], state=t["state"], role=t["role"], opened_at=t["opened_at"],
                         ended_at=t["ended_at"], due_at=t["due_at"], claimed_by=t["claimed_by"], completed_by=t["completed_by"])
            for t in tasks
        ],
        history=[
            s.EventView(id=e["id"], kind=e["kind"], recorded_at=e["recorded_at"], element=e["element"],
                        lifecycle=e["lifecycle"], resource=e["resource"], role=e["role"], journal=e["journal_id"],
                        decision_rows=e["decision_rows"], token=e["token"])
            for e in events
        ],
        here=["/".join((*state.path_of(t.id), t.element)) for t in state.tokens.values() if t.phase != HOST],
        visits=[_visit(deployed, visit) for visit in visits(dict(e) for e in events if e["kind"] == "process_step")],
        timers=[s.TimerView(name=_named(deployed, t["element"]), **dict(t)) for t in timers],
        awaits=[
            s.AwaitedView(kind=w.kind, message=w.name or "", element=w.element, name=_named(deployed, w.element))
            for w in state.waits.values() if w.kind in ("message", "signal")
        ],
        incidents=[
            s.IncidentOfCase(incident=i["id"], name=_named(deployed, i["element"]), reason_params=json.loads(i["reason_params"] or "{}"),
                             **{n: i[n] for n in ("element", "reason", "raised_at", "cleared_at", "cleared_by", "how", "note")})
            for i in incidents
        ],
    )  # fmt: skip


def _named(deployed: Deployed, id: str) -> str:
    """The name of an element of this process or of one that it calls."""
    todo = [deployed.definition]
    while todo:
        definition = todo.pop()
        if id in definition.elements:
            return definition.elements[id].name or id
        todo += definition.called.values()
    return id


def _visit(deployed: Deployed, visit: Visit) -> s.VisitView:
    element = element_at(deployed, visit.element)
    return s.VisitView(
        element=visit.element, name=name_of(deployed, visit.element), kind=element.kind if element else "", how=visit.how,
        who=visit.who, role=visit.role, began_at=visit.began_at, ended_at=visit.ended_at,
        lasted_s=None if visit.lasted is None else int(visit.lasted.total_seconds()),
        decision_rows=list(visit.decision_rows),
    )  # fmt: skip


async def _straight_view(
    bank: Bank, conn: PoolConnection, case: int, branches: Mapping[int, str]
) -> s.CaseView:
    """A case that went straight through, from its one row and its way."""
    row = await conn.fetchrow(Q.straight_case, case)
    if row is None:
        raise refuse("case_unknown", case=case)
    deployed = await bank.processes.catalogue.by_version(conn, row["key"], row["version"])
    at, steps = (
        row["recorded_at"],
        list(zip(row["elements"], row["lifecycles"], row["decision_rows"], strict=True)),
    )
    events: list[dict[str, Any]] = [
        {"id": row["id"], "kind": "process_step", "recorded_at": at, "element": element, "lifecycle": lifecycle,
         "resource": "system", "role": None, "decision_rows": rows.split(",") if rows else None, "token": None}
        for element, lifecycle, rows in steps
    ]  # fmt: skip
    return s.CaseView(
        case=case, process=row["key"], version=row["version"], status="completed", name=None,
        initiator=row["initiator"], channel=row["channel"], outcome=row["outcome"], started_at=at, ended_at=at,
        branch=branches[row["branch_id"]], due_at=None, overdue=False, at=[], variables={}, tasks=[],
        objects={} if row["journal_id"] is None else {"journal": [str(row["journal_id"])]},
        history=[s.EventView(journal=None, **event) for event in events],
        here=[], visits=[_visit(deployed, visit) for visit in visits(events)], timers=[], awaits=[], incidents=[],
    )  # fmt: skip
