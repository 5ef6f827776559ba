"""The bank's day: cut-off, and the ordered, restartable steps that close it."""

from liushui.eod.model import Day, DayStatus, Progress, Step, StepState, StepStatus, load_steps, parse_steps
from liushui.eod.service import (
    DayEnd,
    Told,
    Work,
    business_date,
    day_status,
    days,
    given_before,
    verify_days,
)
from liushui.eod.steps import Steps

__all__ = [
    "Day",
    "DayEnd",
    "DayStatus",
    "Progress",
    "Step",
    "StepState",
    "StepStatus",
    "Steps",
    "Told",
    "Work",
    "business_date",
    "day_status",
    "days",
    "given_before",
    "load_steps",
    "parse_steps",
    "verify_days",
]
