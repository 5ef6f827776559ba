"""What is wrong with a process before it is deployed: everything at once.

A fault whose code stands in ``WARNINGS`` may be deployed all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from liushui.kernel.errors import Fault, Param, Refused
from liushui.workflow import expressions
from liushui.workflow.definition import PEOPLE, Definition, Element, Kind, Trigger
from liushui.workflow.people import roles_of
from liushui.workflow.soundness import check_soundness

WARNINGS = frozenset({"soundness_not_proven"})
INITIATOR = "initiator"


@dataclass(frozen=True, slots=True)
class Known:
    """What exists around the process. compile: raises ``Refused`` for an expression that is none. procedures
    and calendars may be None: then nobody asks for them. calls: which processes each released one calls."""

    roles: frozenset[str]
    forms: frozenset[str]
    bindings: frozenset[str]
    decisions: frozenset[str]
    processes: frozenset[str]
    compile: Callable[[str], object] = expressions.compile
    procedures: frozenset[str] | None = None
    calendars: frozenset[str] | None = None
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


def check(definition: Definition, known: Known) -> list[Fault]:
    """All that is wrong, in the order of the file; warnings among them (see ``WARNINGS``)."""
    lint = _Lint(definition, known)
    for element in definition.elements.values():
        lint.element(element)
    lint.expressions()
    return [*lint.faults, *_ways(definition), *check_soundness(definition)]


class _Lint:
    def __init__(self, definition: Definition, known: Known) -> None:
        self._definition = definition
        self._known = known
        self.faults: list[Fault] = []
        for role in definition.start_roles:
            self._exists(None, "role", role, known.roles)

    def _add(self, code: str, element: Element | None, **params: Param) -> None:
        id, name = (
            (self._definition.key, self._definition.name) if element is None else (element.id, element.name)
        )
        self.faults.append(Fault(code, {"element": id, "name": name, **params}, id))

    def _exists(
        self, element: Element | None, what: str, name: str | None, known: frozenset[str] | None
    ) -> None:
        if name is not None and known is not None and name not in known:
            self._add("lint_unknown", element, what=what, to=name)

    def element(self, element: Element) -> None:
        if element.kind in PEOPLE:
            self._person(element)
        elif element.kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            self._gateway(element)
        elif (element.kind is Kind.SERVICE and element.binding is None) or (
            element.kind is Kind.SEND and element.binding is None and element.event is None
        ):
            self._add("lint_lacks", element, what="binding")
        elif element.kind is Kind.RULE and element.decision is None:
            self._add("lint_lacks", element, what="decision")
        self._exists(element, "binding", element.binding, self._known.bindings)
        self._exists(element, "decision", element.decision, self._known.decisions)
        self._exists(element, "process", element.called, self._known.processes)
        if element.called is not None:
            self._circle(element, element.called)
        if element.event is not None:
            self._exists(element, "calendar", element.event.calendar, self._known.calendars)

    def _circle(self, element: Element, called: str) -> None:
        """A process that is called again by what it calls. Calls are bound to versions, so a case would not go round
        for ever; but what its people see and its model says would no longer be the same."""
        key = self._definition.key
        before: dict[str, str | None] = {called: None}
        todo = deque([called])
        while todo:
            at = todo.popleft()
            if at == key:
                way = [key]
                step = before[at]
                while step is not None:
                    way.append(step)
                    step = before[step]
                self._add("lint_call_circle", element, path=" → ".join([key, *reversed(way)]))
                return
            for other in sorted(self._known.calls.get(at, ())):
                if other not in before:
                    before[other] = at
                    todo.append(other)

    def _person(self, element: Element) -> None:
        work, known = element.work, self._known
        if work is None:
            return
        needed = {
            "role": work.role or work.assignee,
            "form": work.form or (None if element.kind is Kind.USER else "none"),
            "service_level": work.service_level,
            "procedure": work.procedure,
        }
        for what, value in needed.items():
            if value is None:
                self._add("lint_lacks", element, what=what)
        for role in roles_of(work.role):
            self._exists(element, "role", role, known.roles)
        self._exists(element, "form", work.form, known.forms)
        self._exists(element, "procedure", work.procedure, known.procedures)
        self._exists(element, "calendar", work.calendar, known.calendars)
        self._exists(element, "decision", work.authority, known.decisions)
        for other in work.not_same_as:
            found = self._definition.elements.get(other)
            if other != INITIATOR and (found is None or found.kind not in PEOPLE or found.id == element.id):
                self._add("lint_not_same_as", element, to=other)

    def _gateway(self, element: Element) -> None:
        if len(element.outgoing) < 2:
            return
        flows = [self._definition.flows[flow] for flow in element.outgoing if flow != element.default]
        if element.default is None and any(flow.condition is not None for flow in flows):
            self._add("lint_no_default", element)
        if element.kind is Kind.EXCLUSIVE:
            for flow in flows:
                if flow.condition is None:
                    self._add("lint_flow_without_condition", element, flow=flow.id)

    def expressions(self) -> None:
        for id, text in expressions_of(self._definition):
            try:
                self._known.compile(text)
            except Refused as failed:
                element = self._definition.elements.get(id)
                name = self._definition.flows[id].name if id in self._definition.flows else ""
                name = name if element is None else element.name
                facts: dict[str, Param] = {
                    "element": id, "name": name, "expression": text[:200], "reason": str(failed.faults[0].params.get("reason", failed.code))[:200],
                }  # fmt: skip
                self.faults.append(Fault("lint_expression", facts, id))


def calls_of(definition: Definition) -> frozenset[str]:
    """The processes that it calls."""
    return frozenset(e.called for e in definition.elements.values() if e.called is not None)


def expressions_of(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every expression of a process with the element or flow it stands at."""
    if definition.case_name is not None:
        yield definition.key, definition.case_name
    for flow in definition.flows.values():
        if flow.condition is not None:
            yield flow.id, flow.condition
    for element in definition.elements.values():
        yield from ((element.id, text) for text in _of_element(element) if text is not None)


def _of_element(element: Element) -> Iterator[str | None]:
    for assigns in (element.inputs, element.sets, element.call_in, element.call_out):
        yield from (assign.value for assign in assigns)
    if element.work is not None:
        yield from (element.work.assignee, element.work.priority, element.work.excluded)
        for level in (element.work.service_level, element.work.at_risk):
            yield level[1:] if level is not None and level.startswith("=") else None
    if element.loop is not None:
        loop = element.loop
        yield from (loop.condition, loop.cardinality, loop.collection, loop.output)
    if element.event is not None:
        yield element.event.correlation
        timing = element.event.timing
        yield timing[1:] if timing is not None and timing.startswith("=") else None


def _ways(definition: Definition) -> list[Fault]:
    """Elements that no token reaches, and elements from which no token reaches an end event."""
    elements = definition.elements
    reached = _closure(
        [start for scope in definition.scopes.values() for start in scope.starts],
        lambda e: (
            [definition.flows[f].target for f in e.outgoing] + [*e.boundaries] + _handler(definition, e)
        ),
        definition,
    )
    ending = _closure(
        [e.id for e in elements.values() if e.kind is Kind.END],
        lambda e: (
            [definition.flows[f].source for f in e.incoming]
            + ([] if e.attached_to is None else [e.attached_to])
        ),
        definition,
    )
    faults: list[Fault] = []
    for element in elements.values():
        aside = element.kind is Kind.EVENT_SUB_PROCESS
        undoes = element.for_compensation or (
            element.event is not None
            and element.kind is Kind.BOUNDARY
            and element.event.trigger is Trigger.COMPENSATION
        )
        facts: dict[str, Param] = {"element": element.id, "name": element.name}
        if element.id not in reached and not aside:
            faults.append(Fault("lint_unreachable", facts, element.id))
        if element.id not in ending and not aside and not undoes:
            faults.append(Fault("lint_no_way_to_end", facts, element.id))
    return faults


def _handler(definition: Definition, element: Element) -> list[str]:
    """A compensation boundary event and its handler are reached with the activity they undo."""
    if element.compensation is None:
        return []
    return [
        element.compensation,
        *(
            e.id
            for e in definition.elements.values()
            if e.attached_to == element.id and e.id not in element.boundaries
        ),
    ]


def _closure(
    first: Iterable[str], following: Callable[[Element], list[str]], definition: Definition
) -> set[str]:
    todo, seen = list(first), set[str]()
    while todo:
        id = todo.pop()
        if id not in seen:
            seen.add(id)
            todo += following(definition.elements[id])
    return seen
