"""Shapes of models: versions of processes, their differences, their figures, and the bank's parameters."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class ElementView(BaseModel):
    id: str
    kind: str
    name: str
    scope: str | None = Field(description="The sub-process in which it stands.")
    attributes: dict[str, str] = Field(
        description="What is stated, as text; expressions and durations as written."
    )


class FlowView(BaseModel):
    id: str
    name: str
    source: str
    target: str
    condition: str | None


class FormFieldView(BaseModel):
    name: str
    type: str
    zh: str
    en: str
    required: bool
    secret: bool
    currency: str
    choices: dict[str, dict[str, str]]


class FormOfModel(BaseModel):
    form: str
    zh: str
    en: str
    fields: list[FormFieldView]


class RuleView(BaseModel):
    id: str
    when: list[str | None] = Field(description="A condition for each input; null where anything goes.")
    then: list[str]


class DecisionView(BaseModel):
    decision: str
    zh: str
    en: str
    source: str
    source_zh: str
    valid_from: date | None
    collects: bool = Field(description="Every rule that holds counts, not the first alone.")
    inputs: list[str]
    outputs: list[str]
    rules: list[RuleView]


class ModelView(BaseModel):
    process: str
    version: int
    name: str
    digest: str
    deployed_at: datetime
    deployed_by: str
    released: bool
    channels: list[str]
    start_roles: list[str]
    elements: list[ElementView]
    flows: list[FlowView]
    forms: list[FormOfModel]
    decisions: list[DecisionView]
    texts: dict[str, str] = Field(description="Standard operating procedure by language, Markdown.")


class AttributeDifference(BaseModel):
    """before, after: null where nothing is stated. Of rules: ``when.`` an input, ``then.`` an output."""

    attribute: str
    before: str | None
    after: str | None


class DifferenceView(BaseModel):
    """part: process, element, flow, form, field, decision, rule or text; id: of what it is or belongs to; inner: of the
    field, rule or heading. change: added, removed or changed."""

    part: str
    id: str
    inner: str | None
    name: str
    change: str
    attributes: list[AttributeDifference]


class DifferencesView(BaseModel):
    process: str
    before: int
    after: int
    differences: list[DifferenceView]


class ProcessFigures(BaseModel):
    process: str
    version: int
    versions: int
    released_at: datetime
    released_by: str
    running: int
    stopped: int = Field(description="Running cases with an incident.")
    tasks: int = Field(description="Tasks with a limit of time that were done in the period.")
    in_time: int = Field(description="Those of them that were done within it.")


class FiguresView(BaseModel):
    since: date
    until: date
    processes: list[ProcessFigures]


class ElementHeat(BaseModel):
    element: str
    name: str
    kind: str
    visits: int
    straight: int = Field(description="Those of them by cases that went straight through.")
    median_s: int | None = Field(description="Half of the visits took no longer; seconds.")
    nine_tenths_s: int | None = Field(description="Nine of ten visits took no longer; seconds.")
    waiting: int = Field(description="Tasks that wait now.")
    overdue: int = Field(description="Those of them that should have been done.")


class HeatView(BaseModel):
    process: str
    version: int
    since: date
    until: date
    elements: list[ElementHeat]


class ParameterView(BaseModel):
    """value: text, or amounts and counts as digits; several are separated by commas. unit: fen, days, text …"""

    name: str
    zh: str
    en: str
    value: str
    unit: str
    valid_from: date
    valid_to: date | None
    source: str
    source_zh: str
    state: str = Field(description="current, past or coming.")


class DecisionOfProcess(BaseModel):
    process: str
    decision: str
    version: int
    zh: str
    en: str
    source: str
    source_zh: str
    valid_from: date | None
    rules: int


class ParametersView(BaseModel):
    on: date
    parameters: list[ParameterView]
    decisions: list[DecisionOfProcess]
