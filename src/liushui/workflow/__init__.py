"""A BPMN engine that knows no bank.

The engine is pure: ``read`` a model, ``check`` it at deployment, ``start`` and ``advance`` instances. Around it:
``deploy`` keeps definitions, ``Runtime`` carries out a step in one transaction, ``worklist`` is people's work,
``background`` what happens without them.
"""

from liushui.workflow import background, moving, worklist
from liushui.workflow.bindings import Binding, Context
from liushui.workflow.bundle import Bundle, parse, read_folder
from liushui.workflow.calendars import parse_calendar
from liushui.workflow.case import Case, StepEnvironment
from liushui.workflow.catalogue import (
    Catalogue,
    Deployed,
    Deployment,
    Q,
    Surroundings,
    deploy,
    lint,
    lint_beside,
    passages,
    read_variables,
)
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
from liushui.workflow.environment import Decided, Environment, ExpressionFailed
from liushui.workflow.exact import refuse_unfit
from liushui.workflow.forms import Form
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
from liushui.workflow.lint import WARNINGS, Known, calls_of, check
from liushui.workflow.migration import Move, Plan, apply_migration, plan_migration
from liushui.workflow.people import SYSTEM, Person, roles_of
from liushui.workflow.reader import read
from liushui.workflow.runtime import Cause, Runtime, may_start
from liushui.workflow.secrets import is_secret, without_secrets
from liushui.workflow.state import State
from liushui.workflow.straight_through import Reached, StraightThrough, Way
from liushui.workflow.ways import Ways
from liushui.workflow.workload import Workload, workload

__all__ = [
    "SYSTEM",
    "WARNINGS",
    "Binding",
    "Bundle",
    "Cancelled",
    "Case",
    "Catalogue",
    "Cause",
    "Context",
    "Decided",
    "Definition",
    "Deployed",
    "Deployment",
    "Effect",
    "Element",
    "Environment",
    "EscalationRaised",
    "EscalationReported",
    "Event",
    "ExpressionFailed",
    "Flow",
    "Form",
    "Happened",
    "IncidentCleared",
    "IncidentRaised",
    "IncidentRetried",
    "IncidentSkipped",
    "Input",
    "InstanceEnded",
    "Kind",
    "Known",
    "Loop",
    "MessageArrived",
    "MessageAwaited",
    "MessageSent",
    "MessageUnawaited",
    "Move",
    "Person",
    "Plan",
    "Q",
    "Reached",
    "Runtime",
    "ServiceBroke",
    "ServiceCalled",
    "ServiceCompleted",
    "ServiceFailed",
    "SignalArrived",
    "SignalAwaited",
    "SignalSent",
    "SignalUnawaited",
    "Stale",
    "State",
    "Step",
    "StepEnvironment",
    "StraightThrough",
    "Surroundings",
    "TaskCompleted",
    "TaskOpened",
    "TaskWithdrawn",
    "TimerCleared",
    "TimerFired",
    "TimerSet",
    "Trigger",
    "Uncaught",
    "Way",
    "Ways",
    "Work",
    "Workload",
    "advance",
    "apply_migration",
    "background",
    "calls_of",
    "check",
    "deploy",
    "is_secret",
    "lint",
    "lint_beside",
    "may_start",
    "moving",
    "parse",
    "parse_calendar",
    "passages",
    "plan_migration",
    "read",
    "read_folder",
    "read_variables",
    "refuse_unfit",
    "roles_of",
    "start",
    "without_secrets",
    "worklist",
    "workload",
]  # fmt: skip
