"""What processes are made of and how they do: versions, their differences, figures, heat; and the bank's parameters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from asyncpg import Record
from fastapi import APIRouter, Path

from liushui.channels.open_api import schemas_models as s
from liushui.channels.open_api.case_view import element_at, name_of
from liushui.channels.open_api.dependencies import Caller, Day, TheBank, moments_of
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import refuse
from liushui.store.database import PoolConnection
from liushui.workflow import Deployed, Q
from liushui.workflow.decision_tables import Table
from liushui.workflow.differences import Difference, compare
from liushui.workflow.facts import element_attributes, outputs_of
from liushui.workflow.forms import Form
from liushui.workflow.measures import figures, heat

router = APIRouter()
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
VersionPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
USUAL_PERIOD = timedelta(days=30)


def period(now: datetime, since: date | None, until: date | None) -> tuple[date, date]:
    """Days of the bank, both included; the last thirty where nothing is asked. Refuses ``period_reversed``."""
    last = until or bank_day(now)
    first = since or max(date.min + USUAL_PERIOD, last) - USUAL_PERIOD
    if last < first:
        raise refuse("period_reversed", "since", start=first.isoformat(), end=last.isoformat())
    return first, last


@router.get("/v1/process-figures")
async def show_figures(
    bank: TheBank, caller: Caller, since: Day | None = None, until: Day | None = None
) -> s.FiguresView:
    """Of the caller's branch unless they work for all. since, until: days of the bank, both included."""
    first, last = period(bank.clock.now(), since, until)
    branch = None if caller.anywhere else caller.branch_id
    async with bank.db.read() as conn:
        found = await figures(conn, *moments_of(first, last), branch)
    return s.FiguresView(
        since=first, until=last,
        processes=[
            s.ProcessFigures(
                process=f.process, version=f.version, versions=f.versions, released_at=f.released_at,
                released_by=f.released_by, running=f.running, stopped=f.stopped, tasks=f.tasks, in_time=f.in_time,
            )
            for f in found
        ],
    )  # fmt: skip


@router.get("/v1/processes/{process}/versions/{version}")
async def show_model(process: KeyPath, version: VersionPath, bank: TheBank, caller: Caller) -> s.ModelView:
    async with bank.db.read() as conn:
        row, deployed = await _version(bank, conn, process, version)
    definition, own = deployed.definition, deployed.own
    return s.ModelView(
        process=process, version=version, name=definition.name, digest=row["digest"], deployed_at=row["deployed_at"],
        deployed_by=row["deployed_by"], released=row["released"], channels=list(definition.channels),
        start_roles=list(definition.start_roles),
        elements=[
            s.ElementView(id=e.id, kind=e.kind, name=e.name, scope=e.scope,
                          attributes=element_attributes(e, deployed.calls.get(e.id)))
            for e in definition.elements.values()
        ],
        flows=[
            s.FlowView(id=f.id, name=f.name, source=f.source, target=f.target, condition=f.condition)
            for f in definition.flows.values()
        ],
        forms=[_form(form) for form in own.forms.values()],
        decisions=[_decision(decision.table) for decision in own.decisions.values()],
        texts=dict(deployed.texts),
    )  # fmt: skip


@router.get("/v1/processes/{process}/versions/{version}/differences/{other}")
async def show_differences(
    process: KeyPath, version: VersionPath, other: VersionPath, bank: TheBank, caller: Caller
) -> s.DifferencesView:
    """What changes on the way from a version to another one, older or newer."""
    async with bank.db.read() as conn:
        _, before = await _version(bank, conn, process, version)
        _, after = await _version(bank, conn, process, other)
    return s.DifferencesView(
        process=process,
        before=version,
        after=other,
        differences=[_difference(d) for d in compare(before, after)],
    )


@router.get("/v1/processes/{process}/versions/{version}/heat")
async def show_heat(
    process: KeyPath, version: VersionPath, bank: TheBank, caller: Caller,
    since: Day | None = None, until: Day | None = None,
) -> s.HeatView:  # fmt: skip
    """How often each element was done, how long it took and what waits there now, in cases of the caller's branch unless they work for all."""
    now = bank.clock.now()
    first, last = period(now, since, until)
    branch = None if caller.anywhere else caller.branch_id
    async with bank.db.read() as conn:
        row, deployed = await _version(bank, conn, process, version)
        found = await heat(conn, row["id"], *moments_of(first, last), now, branch)
    elements: list[s.ElementHeat] = []
    order = {id: n for n, id in enumerate(deployed.definition.elements)}
    for one in sorted(found, key=lambda h: order.get(h.element, len(order))):
        element = element_at(deployed, one.element)
        elements.append(
            s.ElementHeat(
                element=one.element, name=name_of(deployed, one.element), kind=element.kind if element else "",
                visits=one.visits, straight=one.straight, median_s=_seconds(one.median),
                nine_tenths_s=_seconds(one.nine_tenths), waiting=one.waiting, overdue=one.overdue,
            )
        )  # fmt: skip
    return s.HeatView(process=process, version=version, since=first, until=last, elements=elements)


def _seconds(lasted: timedelta | None) -> int | None:
    return None if lasted is None else int(lasted.total_seconds())


async def _version(
    bank: TheBank, conn: PoolConnection, process: str, version: int
) -> tuple[Record, Deployed]:
    """Refuses ``process_unknown``."""
    row = await conn.fetchrow(Q.definition_of_version, process, version)
    if row is None:
        raise refuse("process_unknown", process=f"{process} {version}")
    return row, await bank.processes.catalogue.by_id(conn, row["id"])


def _form(form: Form) -> s.FormOfModel:
    return s.FormOfModel(
        form=form.name, zh=form.zh, en=form.en,
        fields=[
            s.FormFieldView(name=f.name, type=f.type, zh=f.zh, en=f.en, required=f.required, secret=f.secret, currency=f.currency,
                            choices={value: dict(labels) for value, labels in (f.choices or {}).items()})
            for f in form.fields
        ],
    )  # fmt: skip


def _decision(table: Table) -> s.DecisionView:
    about = table.about
    return s.DecisionView(
        decision=table.name, zh=about.zh, en=about.en, source=about.source,
        source_zh=about.source_zh or about.source, valid_from=about.valid_from,
        collects=table.collects, inputs=[column.field.text for column in table.columns],
        outputs=list(outputs_of(table)),
        rules=[
            s.RuleView(id=row.id, when=[None if cell is None else cell.text for cell in row.cells],
                       then=[outcome.text for outcome in row.outcomes])
            for row in table.rows
        ],
    )  # fmt: skip


def _difference(found: Difference) -> s.DifferenceView:
    return s.DifferenceView(
        part=found.key.part, id=found.key.id, inner=found.key.inner, name=found.name, change=found.change,
        attributes=[
            s.AttributeDifference(attribute=a.name, before=a.before, after=a.after) for a in found.attributes
        ],
    )  # fmt: skip
