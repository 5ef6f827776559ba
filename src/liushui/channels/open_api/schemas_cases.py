"""Shapes of cases and incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from liushui.channels.open_api.schemas import Body
from liushui.channels.open_api.schemas_processes import Note, Values


class StartIn(Body):
    form: Values = Field(default_factory=dict[str, Any])


class CaseLine(BaseModel):
    case: int
    process: str
    version: int
    status: str
    name: str | None
    initiator: str
    channel: str
    outcome: str | None
    started_at: datetime
    ended_at: datetime | None
    branch: str
    due_at: datetime | None = Field(description="When the first of its open tasks should be done.")
    overdue: bool
    at: list[str] = Field(description="Names of the tasks that wait for people.")


class CasePage(BaseModel):
    cases: list[CaseLine]
    next: int | None


class TaskOfCase(BaseModel):
    task: int
    element: str
    state: str
    role: str | None
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    claimed_by: str | None
    completed_by: str | None


class EventView(BaseModel):
    id: int
    kind: str
    recorded_at: datetime
    element: str | None
    lifecycle: str | None
    resource: str | None
    role: str | None
    journal: int | None
    decision_rows: list[str] | None
    token: int | None = Field(description="Which visit of the element; events of old have none.")


class VisitView(BaseModel):
    """element: with the call activities on the way to it, separated by slashes."""

    element: str
    name: str
    kind: str
    how: str
    who: str
    role: str | None
    began_at: datetime
    ended_at: datetime | None
    lasted_s: int | None
    decision_rows: list[str]


class TimerView(BaseModel):
    element: str
    name: str
    due_at: datetime


class AwaitedView(BaseModel):
    """A message or signal that the case waits for."""

    kind: str
    message: str
    element: str
    name: str


ReasonParams = Annotated[
    dict[str, str | int | bool | None], Field(description="What the refusal named, where the reason is one.")
]


class IncidentOfCase(BaseModel):
    incident: int
    element: str
    name: str
    reason: str
    reason_params: ReasonParams
    raised_at: datetime
    cleared_at: datetime | None
    cleared_by: str | None
    how: str | None
    note: str | None


class CaseView(CaseLine):
    variables: dict[str, Any] = Field(
        description="Without secrets; what tells who a person is, as far as the caller may know it."
    )
    objects: dict[str, list[str]]
    tasks: list[TaskOfCase]
    history: list[EventView]
    here: list[str] = Field(description="The elements at which it stands.")
    visits: list[VisitView]
    timers: list[TimerView]
    awaits: list[AwaitedView]
    incidents: list[IncidentOfCase]


class CancelIn(Body):
    reason: Note


class IncidentLine(BaseModel):
    incident: int
    case: int
    process: str
    case_name: str | None
    element: str
    name: str
    branch: str
    reason: str
    reason_params: ReasonParams
    raised_at: datetime
    cleared_at: datetime | None
    cleared_by: str | None
    how: str | None


class IncidentView(IncidentLine):
    version: int
    note: str | None


class IncidentPage(BaseModel):
    incidents: list[IncidentLine]
    next: int | None


class SettleIn(Body):
    how: Literal["retry", "skip", "cancel"]
    note: Note
    variables: Values = Field(default_factory=dict[str, Any])
