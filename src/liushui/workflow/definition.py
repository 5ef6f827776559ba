"""What a process is: an immutable graph of elements and flows, with every look-up the engine needs
worked out once, at reading.

Source: OMG BPMN 2.0.2 (formal/2013-12-09). Attributes of our own stand in the namespace ``EXTENSION``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
EXTENSION = "urn:liushui:bpmn:1"


class Kind(StrEnum):
    """What an element is. Events are split by place; what triggers them is ``Event.trigger``."""

    START = "start"
    END = "end"
    THROW = "throw"
    CATCH = "catch"
    BOUNDARY = "boundary"
    USER = "user"
    MANUAL = "manual"
    SERVICE = "service"
    SEND = "send"
    RECEIVE = "receive"
    RULE = "rule"
    SET = "set"
    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    PARALLEL = "parallel"
    EVENT_BASED = "event_based"
    SUB_PROCESS = "sub_process"
    EVENT_SUB_PROCESS = "event_sub_process"
    CALL = "call"


class Trigger(StrEnum):
    """What an event waits for, or what it causes."""

    NONE = "none"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    COMPENSATION = "compensation"
    TERMINATE = "terminate"


GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.PARALLEL, Kind.EVENT_BASED})
EVENTS = frozenset({Kind.START, Kind.END, Kind.THROW, Kind.CATCH, Kind.BOUNDARY})
ACTIVITIES = frozenset(Kind) - GATEWAYS - EVENTS
PEOPLE = frozenset({Kind.USER, Kind.MANUAL})
NESTS = frozenset({Kind.SUB_PROCESS, Kind.EVENT_SUB_PROCESS})


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. condition: an expression, or None where the flow is always taken."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """trigger: see ``Trigger``.

    name: of the message or signal. code: of the error or escalation; None catches all of them.
    timing: ISO 8601 text, or an expression after "="; kind_of_timing: duration, date or cycle.
    correlation: expression. activity: whom a compensation is meant for; None: everybody in the scope.
    """

    trigger: Trigger
    name: str | None = None
    code: str | None = None
    timing: str | None = None
    kind_of_timing: str | None = None
    calendar: str | None = None
    correlation: str | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """``name`` is given the value of the expression ``value``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity is done.

    kind: "standard", "parallel" or "sequential" (the latter two are multi-instance).
    condition: go on while true (standard), or stop when true (multi-instance). most: rounds at most.
    """

    kind: str
    condition: str | None = None
    test_before: bool = False
    most: int | None = None
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output_collection: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a person's task is about. cost is in minor units per completion.

    role: who may do it; several with spaces between. service_level, at_risk: an ISO 8601 duration, or an expression after "=" that gives one, or the moment itself.
    excluded: an expression that gives the numbers of people who may not do it (a list, one number, or null).
    """

    role: str | None = None
    assignee: str | None = None
    form: str | None = None
    service_level: str | None = None
    calendar: str | None = None
    at_risk: str | None = None
    procedure: str | None = None
    not_same_as: tuple[str, ...] = ()
    excluded: str | None = None
    authority: str | None = None
    cost_minor: int = 0
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the graph. scope: the sub-process it stands in, None directly in the process.

    incoming, outgoing: ids of flows, in the order of the file. boundaries: ids of boundary events that
    can fire while the element is at work; compensation: the handler that undoes it, once it is done.
    """

    id: str
    kind: Kind
    name: str = ""
    scope: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    boundaries: tuple[str, ...] = ()
    compensation: str | None = None
    for_compensation: bool = False
    loop: Loop | None = None
    sets: tuple[Assign, ...] = ()
    inputs: tuple[Assign, ...] = ()
    work: Work | None = None
    binding: str | None = None
    retries: int = 0
    backoff: str | None = None
    result: str | None = None
    decision: str | None = None
    called: str | None = None
    call_in: tuple[Assign, ...] = ()
    call_out: tuple[Assign, ...] = ()
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The process, or one sub-process. id: the sub-process's, None for the process.

    start: the none start event; starts: all start events; event_sub_processes: with the start event of each.
    """

    id: str | None
    elements: tuple[str, ...]
    start: str | None
    starts: tuple[str, ...]
    event_sub_processes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """For an inclusive gateway: which of its incoming flows a token on an element can still reach, without
    passing the gateway. reaches: element id to flow ids."""

    reaches: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Definition:
    """A process that has been read. xml: the file as it was given, diagram included.

    called: call activity's id to the definition that is bound to it at deployment (``with_called``).
    """

    key: str
    name: str
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    scopes: Mapping[str | None, Scope]
    joins: Mapping[str, Join] = field(default_factory=dict[str, Join])
    start_roles: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    case_name: str | None = None
    executable: bool = True
    version: int | None = None
    xml: bytes = b""
    called: Mapping[str, Definition] = field(default_factory=dict[str, "Definition"])

    def with_called(self, called: Mapping[str, Definition]) -> Definition:
        """The same process with its call activities bound. called: element id to definition."""
        return replace(self, called=dict(called))

    def export(self) -> bytes:
        """The file as it was given, byte for byte."""
        return self.xml

    def inside(self, scope_path: tuple[str, ...]) -> Definition:
        """The definition that runs behind a path of call activities."""
        found = self
        for element in scope_path:
            found = found.called[element]
        return found


def find_joins(elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> dict[str, Join]:
    """What each inclusive gateway with several incoming flows must know of the graph before it.

    A boundary event counts as a way out of its activity: a token at work there can still leave through it.
    """
    return {
        element.id: Join(_reaches(element, elements, flows))
        for element in elements.values()
        if element.kind is Kind.INCLUSIVE and len(element.incoming) > 1
    }


def _reaches(
    gateway: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow]
) -> dict[str, frozenset[str]]:
    reached: dict[str, set[str]] = {}
    for flow in gateway.incoming:
        todo, seen = [flows[flow].source], set[str]()
        while todo:
            element = elements[todo.pop()]
            if element.id in seen or element.id == gateway.id:
                continue
            seen.add(element.id)
            reached.setdefault(element.id, set()).add(flow)
            todo += [flows[f].source for f in element.incoming]
            if element.attached_to is not None:
                todo.append(element.attached_to)
    return {element: frozenset(found) for element, found in reached.items()}
