"""Shapes of processes, cases and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from liushui.channels.open_api.schemas import Body

Values = dict[Annotated[str, Field(max_length=64)], Any]
Note = Annotated[str, Field(min_length=1, max_length=400)]


class ProcessView(BaseModel):
    key: str
    version: int
    name: str
    channels: list[str]
    start_roles: list[str]
    code: str | None = Field(description="Counter code; null where the process has none.")
    pinyin: str | None = Field(description="Initials of its Chinese name.")
    start_form: dict[str, Any] | None = Field(description="Fields to fill in; null where anything goes.")


class ProcessVersion(BaseModel):
    key: str
    version: int
    digest: str
    deployed_at: datetime
    deployed_by: str
    released: bool
    running: int


class ProcessDetail(ProcessView):
    texts: dict[str, str] = Field(description="Standard operating procedure by language, Markdown.")
    versions: list[ProcessVersion]


class BundleIn(Body):
    bpmn: Annotated[str, Field(max_length=2_000_000)]
    decisions: dict[str, Any] = Field(default_factory=dict[str, Any])
    forms: dict[str, Any] = Field(default_factory=dict[str, Any])
    texts: dict[str, str] = Field(default_factory=dict[str, str])
    release: bool = True


class FaultView(BaseModel):
    code: str
    field: str | None
    params: dict[str, Any]


class DeploymentView(BaseModel):
    key: str
    version: int
    new: bool
    warnings: list[FaultView]


class TaskLine(BaseModel):
    task: int
    case: int
    process: str
    element: str
    name: str
    case_name: str | None
    state: str
    version: int
    role: str | None
    priority: int
    branch: str
    opened_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    left_s: int | None = Field(description="Working time until it is due, in seconds; negative when late.")
    claimed_by: str | None


class TaskPage(BaseModel):
    tasks: list[TaskLine]
    next: int | None


class CommentView(BaseModel):
    id: int
    author: str
    written_at: datetime
    text: str


class AttachmentView(BaseModel):
    id: int
    author: str
    added_at: datetime
    name: str
    media_type: str
    size: int


class KeptOut(BaseModel):
    """Somebody whom four eyes keep away. element: what they did; ``initiator``; or empty where the model names them."""

    person: str
    element: str


class Delegate(BaseModel):
    number: str
    name: str


class TaskView(TaskLine):
    form: dict[str, Any] | None
    values: dict[str, Any] = Field(description="What the case knows of the form's fields.")
    draft: dict[str, Any] | None
    procedure: dict[str, str] = Field(description="The passage of the procedure text, by language.")
    comments: list[CommentView]
    attachments: list[AttachmentView] = Field(description="Of all tasks of the case, as are the comments.")
    kept_out: list[KeptOut]


class CompleteIn(Body):
    version: Annotated[int, Field(ge=1)]
    form: Values = Field(default_factory=dict[str, Any])


class DelegateIn(Body):
    to: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Z0-9]+$")]


class CommentIn(Body):
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class DraftIn(Body):
    form: Values


class TaskVersion(BaseModel):
    version: int


class Number(BaseModel):
    id: int


class CaseNumber(BaseModel):
    case: int
    shown_once: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="What only this answer shows, such as an activation code; a repeated request is answered without.",
    )


class MessageIn(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    correlation: Annotated[str, Field(max_length=200)] | int | None = None
    variables: Values = Field(default_factory=dict[str, Any])


class MessageView(BaseModel):
    case: int | None = Field(description="The case that took it; null where it is kept until one does.")
