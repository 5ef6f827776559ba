"""The second speed: a case that never waits runs as a plain walk over its model, and stores nothing but its way.

The walk takes the same decisions as the engine (tests hold both against each other) but keeps no tokens. It goes up
to the one posting, whose request the caller hands to the ledger with the number of the way that the case will have
taken once it is posted; if the ledger refuses, the walk goes on from the error boundary event. Whatever is not such a
case (a wait, a parallel branch, a call, a second service) is left to the engine, from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from liushui.workflow.case import expression_of
from liushui.workflow.catalogue import Deployed
from liushui.workflow.decisions import Decision
from liushui.workflow.definition import ACTIVITIES, Definition, Element, Kind, Trigger
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.expressions import Expression

STEPS_MAX = 200
PASS, GATE, DECIDE, STOP, OTHER = range(5)
Choices = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """What a case went through: elements, their lifecycles, and the decision rows that fired, in order."""

    elements: tuple[str, ...]
    lifecycles: tuple[str, ...]
    rows: tuple[str, ...]


class Reached(NamedTuple):
    """The walk stands at the posting. choices: what tells this way from others; variables: as they are there."""

    element: str
    binding: str
    choices: Choices
    variables: dict[str, Any]


class _Node(NamedTuple):
    """An element as the walk needs it. role: what the walk does there. next: where the only way out leads."""

    id: str
    kind: Kind
    role: int = OTHER
    next: str | None = None
    gates: tuple[tuple[Expression, str], ...] = ()
    decision: Decision | None = None
    result: str | None = None
    sets: tuple[tuple[str, Expression], ...] = ()
    binding: str | None = None


class StraightThrough:
    """A definition as a walk. Refuses nothing: ``reach`` answers None for what the engine must do."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        definition = deployed.definition
        self._nodes = {e.id: _node(e, definition, deployed) for e in definition.elements.values()}
        self._bare = {id: self._without_passing(node) for id, node in self._nodes.items()}
        self._start = definition.scopes[None].start
        self._begin = "" if self._start is None else self._ahead(self._start)
        self._ways: dict[Choices, Way] = {}
        self.numbers: dict[Choices, int] = {}
        """Of the ways of posted cases, by the choices that lead there: whoever stores a way notes its number here."""
        self._waits_beside = bool(definition.scopes[None].event_sub_processes)

    def reach(self, variables: Mapping[str, Any], extra: Mapping[str, Any]) -> Reached | None:
        """Walk from the start to the posting. extra: what expressions see beside variables."""
        if self._start is None or self._waits_beside:
            return None
        seen = {**extra, **variables}
        choices: list[Any] = []
        try:
            node = self._walk(self._begin, seen, choices, None)
        except ExpressionFailed:
            return None  # the engine makes an incident of it
        if node is None or node.binding is None:
            return None
        return Reached(node.id, node.binding, tuple(choices), seen)

    def way(
        self,
        reached: Reached,
        variables: Mapping[str, Any],
        extra: Mapping[str, Any],
        *,
        refused: str | None = None,
    ) -> Way | None:
        """The whole way once the posting has been answered: posted, or refused with a code. variables, extra: as they
        were given to ``reach``. None where the rest is no plain walk to an end, or nobody catches the refusal."""
        key = (*reached.choices, refused)
        known = self._ways.get(key)
        if known is None:
            known = self._record(reached, {**extra, **variables}, refused)
            if known is not None:
                self._ways[key] = known
        return known

    def _walk(
        self, at: str, seen: dict[str, Any], choices: list[Any], trace: list[tuple[str, str, str]] | None
    ) -> _Node | None:
        """Go on to the next service or end; None where the walk meets what it cannot do. Without a trace it steps
        over what changes nothing."""
        nodes = self._nodes if trace is not None else self._bare
        node = nodes[at]
        for _ in range(STEPS_MAX):
            role = node.role
            if role == GATE:
                following = node.next
                for condition, target in node.gates:
                    if condition.holds(seen):
                        following = target
                        break
                choices.append(following)
            elif role == DECIDE:
                assert node.decision is not None
                decided = node.decision.decide(seen)
                choices.append(decided.rows)
                if node.result is None:
                    seen.update(decided.result)
                else:
                    seen[node.result] = decided.result
                following = node.next
                if trace is not None:
                    trace += [(node.id, "started", ""), (node.id, "completed", ",".join(decided.rows))]
            elif role == PASS:
                following = node.next
                if trace is not None and node.kind in ACTIVITIES:
                    trace.append((node.id, "started", ""))
            elif role == STOP:
                return node
            else:
                return None
            if trace is not None and role != DECIDE:
                trace.append((node.id, "completed", ""))
            for name, value in node.sets:
                seen[name] = value.evaluate(seen)
            if following is None:
                return None
            node = nodes[following]
        return None

    def _without_passing(self, node: _Node) -> _Node:
        """The node with its ways leading straight to where something is to be done."""
        gates = tuple((condition, self._ahead(target)) for condition, target in node.gates)
        return node._replace(next=node.next and self._ahead(node.next), gates=gates)

    def _ahead(self, at: str) -> str:
        for _ in self._nodes:
            node = self._nodes[at]
            if node.role != PASS or node.sets or node.next is None:
                break
            at = node.next
        return at

    def _record(self, reached: Reached, seen: dict[str, Any], refused: str | None) -> Way | None:
        """Walk once more, writing everything down; decisions are pure, so it is the same way."""
        assert self._start is not None
        trace: list[tuple[str, str, str]] = []
        node = self._walk(self._start, seen, [], trace)
        if node is None or node.id != reached.element:
            return None
        trace.append((node.id, "started", ""))
        following = node.next
        if refused is None:
            trace.append((node.id, "completed", ""))
        else:
            boundary = self._catcher(node.id, refused)
            if boundary is None:
                return None
            trace += [(node.id, "failed", ""), (boundary, "completed", "")]
            following = self._nodes[boundary].next
        try:
            end = None if following is None else self._walk(following, seen, [], trace)
        except ExpressionFailed:  # it asks for what only the posting tells
            return None
        if end is None or end.kind is not Kind.END:
            return None
        trace.append((end.id, "completed", ""))
        elements, lifecycles, rows = zip(*trace, strict=True)
        return Way(elements, lifecycles, rows)

    def _catcher(self, element: str, code: str) -> str | None:
        """The error boundary event that takes this refusal: by its code, or else the one that takes all."""
        definition = self.deployed.definition
        events = [definition.elements[id] for id in definition.elements[element].boundaries]
        errors = [e for e in events if e.event is not None and e.event.trigger is Trigger.ERROR]
        exact = [e.id for e in errors if e.event is not None and e.event.code == code]
        anything = [e.id for e in errors if e.event is not None and e.event.code is None]
        return next(iter(exact + anything), None)


def _node(element: Element, definition: Definition, deployed: Deployed) -> _Node:
    """Elements with anything that the walk does not do have the role OTHER, at which it stops: loops, local inputs,
    triggers, boundary events other than errors, splits that are not exclusive."""
    flows = [definition.flows[id] for id in element.outgoing]
    only = flows[0].target if len(flows) == 1 else None
    triggers = [definition.elements[id].event for id in element.boundaries]
    if (
        (element.event is not None and element.event.trigger is not Trigger.NONE)
        or element.loop is not None
        or element.inputs
        or any(event is None or event.trigger is not Trigger.ERROR for event in triggers)
    ):
        return _Node(element.id, element.kind, OTHER, only)
    sets = tuple((assign.name, expression_of(assign.value)) for assign in element.sets)
    if element.kind is Kind.EXCLUSIVE and len(flows) > 1:
        gates = tuple((expression_of(f.condition), f.target) for f in flows if f.condition is not None)
        default = next((f.target for f in flows if f.id == element.default), None)
        return _Node(element.id, element.kind, GATE, default, gates)
    role = OTHER if len(flows) > 1 else _ROLES.get(element.kind, OTHER)
    decision = None if element.decision is None else deployed.decisions.get(element.decision)
    if role == DECIDE and decision is None:
        role = OTHER
    return _Node(element.id, element.kind, role, only, (), decision, element.result, sets, element.binding)


_ROLES = {
    Kind.START: PASS, Kind.EXCLUSIVE: PASS, Kind.SET: PASS, Kind.RULE: DECIDE, Kind.SERVICE: STOP, Kind.END: STOP,
}  # fmt: skip
