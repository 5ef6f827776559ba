"""Small processes and somebody who plays them.

``Play`` keeps nothing but the state as JSON between two steps, and holds every step against the same step from
the state that never left memory: whatever JSON loses, any story finds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from liushui.workflow import (
    Definition,
    ExpressionFailed,
    Happened,
    IncidentCleared,
    IncidentRaised,
    Input,
    InstanceEnded,
    MessageAwaited,
    MessageUnawaited,
    ServiceCalled,
    SignalAwaited,
    SignalUnawaited,
    State,
    Step,
    TaskCompleted,
    TaskOpened,
    TimerCleared,
    TimerFired,
    TimerSet,
    advance,
    read,
    start,
)
from liushui.workflow.calendars import due
from liushui.workflow.case import expression_of

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:liushui="urn:liushui:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="urn:test">'
)


def flows(text: str) -> str:
    """``A>B  A>C[x > 3]``: sequence flows A_B and A_C, the second with a condition."""
    found = re.findall(r"(\w+)>(\w+)(?:\[([^\]]*)\])?", text)
    return "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">'
        + (f"<bpmn:conditionExpression>{_escape(c)}</bpmn:conditionExpression>" if c else "")
        + "</bpmn:sequenceFlow>"
        for a, b, c in found
    )


def flows_in(text: str) -> str:
    """Flows inside a sub-process, in the short tags of ``bpmn``."""
    return flows(text).replace("bpmn:", "")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bpmn(text: str) -> str:
    """Short tags: ``<user A/>`` is a userTask with id A; the prefix bpmn is added to every plain tag."""
    text = re.sub(r"<(\w+) (?!\w+=)(\w+)(?=[\s/>])", r'<\1 id="\2"', text)
    names = {
        "user": "userTask", "service": "serviceTask", "send": "sendTask", "receive": "receiveTask", "start": "startEvent",
        "end": "endEvent", "throw": "intermediateThrowEvent", "catch": "intermediateCatchEvent", "boundary": "boundaryEvent",
        "xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway", "either": "eventBasedGateway",
        "call": "callActivity", "rule": "businessRuleTask", "sub": "subProcess", "ext": "extensionElements",
        "many": "multiInstanceLoopCharacteristics", "loop": "standardLoopCharacteristics",
        "timer": "timerEventDefinition", "msg": "messageEventDefinition", "sig": "signalEventDefinition",
        "err": "errorEventDefinition", "esc": "escalationEventDefinition", "comp": "compensateEventDefinition",
        "stop": "terminateEventDefinition",
    }  # fmt: skip
    return re.sub(
        r"<(/?)(\w+)(?=[\s/>])", lambda found: f"<{found[1]}bpmn:{names.get(found[2], found[2])}", text
    )


def file(*processes: str, roots: str = "") -> bytes:
    return (HEAD + bpmn(roots) + "".join(processes) + "</bpmn:definitions>").encode()


def process(body: str, lines: str = "", key: str = "p", attributes: str = "") -> str:
    return (
        f'<bpmn:process id="{key}" isExecutable="true" {attributes}>{bpmn(body)}{flows(lines)}</bpmn:process>'
    )


def model(body: str, lines: str = "", roots: str = "") -> Definition:
    (definition,) = read(file(process(body, lines), roots=roots))
    return definition


@dataclass(frozen=True)
class Said:
    result: Mapping[str, Any]
    rows: Sequence[str]


@dataclass
class World:
    """The bank's environment, with decisions that are functions here."""

    decisions: dict[str, Any] = field(default_factory=dict[str, Any])

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        return expression_of(expression).evaluate(variables)

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Said:
        if decision not in self.decisions:
            raise ExpressionFailed(decision, "no such decision")
        return Said(*self.decisions[decision](variables))

    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        return due(moment, duration, None)


class Play:
    """An instance, played. log: ``A+`` enabled or started, ``A`` completed, ``A-`` cancelled, ``A!`` failed,
    ``A~`` suspended, ``A^`` resumed."""

    SIGNS = {  # noqa: RUF012 - a constant
        "enabled": "+", "started": "+", "completed": "", "cancelled": "-", "failed": "!", "suspended": "~", "resumed": "^",
    }  # fmt: skip

    def __init__(
        self,
        definition: Definition,
        start_event: str | None = None,
        env: World | None = None,
        **variables: Any,
    ) -> None:
        self.definition = definition
        self.env = env or World()
        self.now = MORNING
        self.log: list[str] = []
        self.effects: list[Any] = []
        self.last: tuple[Any, ...] = ()
        self.memory = State("")
        self.json = ""
        self._keep(
            start(definition, variables=variables, now=self.now, env=self.env, start_event=start_event)
        )

    def _keep(self, step: Step) -> None:
        self.memory, self.last = step.state, step.effects
        self.json = step.state.to_json()
        self.effects += step.effects
        self.log += [e.element + self.SIGNS[e.lifecycle] for e in step.effects if isinstance(e, Happened)]

    @property
    def state(self) -> State:
        return State.from_json(self.json)

    def give(self, input: Input) -> tuple[Any, ...]:
        before = self.json
        step = advance(self.definition, self.state, input, now=self.now, env=self.env)
        twin = advance(self.definition, self.memory, input, now=self.now, env=self.env)
        assert twin.effects == step.effects
        assert twin.state.to_json() == step.state.to_json()
        assert self.memory.to_json() == before, "a step never changes the state it was given"
        self._keep(step)
        return step.effects

    # what is open

    def _open(self, kinds: tuple[type, ...]) -> dict[int, Any]:
        here = self.state.tokens
        return {e.token: e for e in self.effects if isinstance(e, kinds) and e.token in here}

    def token(self, element: str) -> int:
        return next(id for id, e in self._open((TaskOpened, ServiceCalled)).items() if e.element == element)

    @property
    def tasks(self) -> list[str]:
        return [e.element for e in self._open((TaskOpened,)).values()]

    @property
    def timers(self) -> dict[str, TimerSet]:
        cleared = {e.timer for e in self.effects if isinstance(e, TimerCleared)}
        return {e.element: e for e in self.effects if isinstance(e, TimerSet) and e.timer not in cleared}

    @property
    def awaited(self) -> list[str]:
        off = {e.subscription for e in self.effects if isinstance(e, MessageUnawaited | SignalUnawaited)}
        return [
            e.name
            for e in self.effects
            if isinstance(e, MessageAwaited | SignalAwaited) and e.subscription not in off
        ]

    @property
    def incidents(self) -> dict[str, IncidentRaised]:
        off = {e.incident for e in self.effects if isinstance(e, IncidentCleared)}
        return {e.element: e for e in self.effects if isinstance(e, IncidentRaised) and e.incident not in off}

    @property
    def ended(self) -> str | None:
        found = [e for e in self.effects if isinstance(e, InstanceEnded)]
        assert len(found) <= 1
        return None if not found else found[0].how + (f" {found[0].code}" if found[0].code else "")

    # what people and the clock do

    def do(self, element: str, **variables: Any) -> tuple[Any, ...]:
        return self.give(TaskCompleted(self.token(element), variables))

    def ring(self, element: str) -> tuple[Any, ...]:
        timer = self.timers[element]
        self.now = timer.due
        return self.give(TimerFired(timer.timer))

    def take_log(self) -> str:
        log, self.log = " ".join(self.log), []
        return log
