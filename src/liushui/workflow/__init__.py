"""The workflow engine: processes, decisions, working time. Pure, and knows no bank: state and input in, new state and
effects out.

``read`` a model, ``check`` it at deployment, ``start`` and ``advance`` instances, carry out the effects,
keep ``State.to_json()``, and ``plan_migration`` when the model changes under running instances.
"""

from liushui.workflow.definition import Definition, Element, Event, Flow, Kind, Loop, Trigger, Work
from liushui.workflow.effects import (
    Effect,
    EscalationReported,
    Happened,
    IncidentCleared,
    IncidentRaised,
    InstanceEnded,
    MessageAwaited,
    MessageSent,
    MessageUnawaited,
    ServiceCalled,
    SignalAwaited,
    SignalSent,
    SignalUnawaited,
    TaskOpened,
    TaskWithdrawn,
    TimerCleared,
    TimerSet,
)
from liushui.workflow.engine import Step, advance, start
from liushui.workflow.environment import Decided, Environment, ExpressionFailed, Surroundings
from liushui.workflow.inputs import (
    Cancelled,
    EscalationRaised,
    IncidentRetried,
    IncidentSkipped,
    Input,
    MessageArrived,
    ServiceBroke,
    ServiceCompleted,
    ServiceFailed,
    SignalArrived,
    Stale,
    TaskCompleted,
    TimerFired,
    Uncaught,
)
from liushui.workflow.lint import WARNINGS, Known, check
from liushui.workflow.migration import Move, Plan, apply_migration, plan_migration
from liushui.workflow.reader import read
from liushui.workflow.state import State

__all__ = [
    "WARNINGS", "Cancelled", "Decided", "Definition", "Effect", "Element", "Environment", "EscalationRaised",
    "EscalationReported", "Event", "ExpressionFailed", "Flow", "Happened", "IncidentCleared", "IncidentRaised",
    "IncidentRetried", "IncidentSkipped", "Input", "InstanceEnded", "Kind", "Known", "Loop", "MessageArrived",
    "MessageAwaited", "MessageSent", "MessageUnawaited", "Move", "Plan", "ServiceBroke", "ServiceCalled", "ServiceCompleted",
    "ServiceFailed", "SignalArrived", "SignalAwaited", "SignalSent", "SignalUnawaited", "Stale", "State", "Step", "Surroundings",
    "TaskCompleted", "TaskOpened", "TaskWithdrawn", "TimerCleared", "TimerFired", "TimerSet", "Trigger", "Uncaught", "Work",
    "advance", "apply_migration", "check", "plan_migration", "read", "start",
]  # fmt: skip
