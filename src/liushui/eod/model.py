"""The day-end as data: named steps in order, and on which days each is due. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, cast

import yaml

from liushui.kernel.errors import Fault, raise_if_any

_DATE = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class StepState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the day-end. days: month and day on whose close it runs; empty: on every one."""

    name: str
    zh: str
    en: str
    days: frozenset[str]

    def due_on(self, day: date) -> bool:
        return not self.days or f"{day:%m-%d}" in self.days


@dataclass(frozen=True, slots=True)
class Day:
    """A business day from its cut-off on. cut_journal: the last journal booked before it. next: where business goes on.
    late: whether the bank has since gone on to days after the next."""

    date: date
    next: date
    cut_journal: int
    late: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What one part of a step has done. mark: where the next part begins; None: the step is done. handled: accounts,
    journals or whatever the step counts."""

    mark: int | None
    handled: int = 0


@dataclass(frozen=True, slots=True)
class StepStatus:
    """How far a step of a day has come. fault: code and parameters of what stopped it."""

    name: str
    state: StepState
    handled: int
    started_at: datetime | None
    ended_at: datetime | None
    fault: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class DayStatus:
    """A day that has been cut off."""

    date: date
    cut_at: datetime
    closed_at: datetime | None
    steps: Sequence[StepStatus]


def _are_dates(days: Any) -> bool:
    if not isinstance(days, list):
        return False
    return all(isinstance(day, str) and _DATE.fullmatch(day) for day in cast("list[object]", days))


@cache
def load_steps() -> Sequence[Step]:
    """The steps that ship with the bank."""
    text = resources.files("liushui.eod").joinpath("steps.yaml").read_text("utf-8")
    return parse_steps(yaml.safe_load(text))


def parse_steps(rows: Sequence[Mapping[str, Any]]) -> Sequence[Step]:
    """Read and check the steps. Refuses ``day_end_step_malformed`` and ``day_end_step_twice``, all faults at once."""
    faults: list[Fault] = []
    steps: list[Step] = []
    for index, row in enumerate(rows):
        name, when = str(row.get("name", "")), row.get("when")
        days: Any = [] if when == "daily" else when
        if (
            not re.fullmatch(r"[a-z][a-z_]*", name)
            or not row.get("zh")
            or not row.get("en")
            or not _are_dates(days)
        ):
            faults.append(Fault("day_end_step_malformed", {"step": name}, f"steps.{index}"))
            continue
        if name in {step.name for step in steps}:
            faults.append(Fault("day_end_step_twice", {"step": name}, f"steps.{index}"))
        steps.append(Step(name, row["zh"], row["en"], frozenset(days)))
    raise_if_any(faults)
    return tuple(steps)
