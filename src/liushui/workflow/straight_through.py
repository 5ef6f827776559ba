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
from liushui.workflow.definition import Definition, Element, Kind, Trigger
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.expressions import Expression

STEPS_MAX = 200
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
    """An element as the walk needs it. next: where the only way out leads."""

    id: str
    kind: Kind
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
        self._start = definition.scopes[None].start
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
            node = self._walk(self._start, seen, choices, None)
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
        """Go on to the next service or end; None where the walk meets what it cannot do."""
        nodes = self._nodes
        for _ in range(STEPS_MAX):
            node = nodes[at]
            kind = node.kind
            if kind is Kind.EXCLUSIVE:
                following = _chosen(node, seen)
                if node.gates:
                    choices.append(following)
                if trace is not None:
                    trace.append((node.id, "completed", ""))
            elif kind is Kind.RULE and node.decision is not None:
                decided = node.decision.decide(seen)
                choices.append(decided.rows)
                seen.update(decided.result if node.result is None else {node.result: decided.result})
                following = node.next
                if trace is not None:
                    trace += [(node.id, "started", ""), (node.id, "completed", ",".join(decided.rows))]
            elif kind is Kind.SERVICE or kind is Kind.END:
                return node
            elif kind is Kind.START:
                following = node.next
                if trace is not None:
                    trace.append((node.id, "completed", ""))
            elif kind is Kind.SET:
                following = node.next
                if trace is not None:
                    trace += [(node.id, "started", ""), (node.id, "completed", "")]
            else:
                return None
            for name, value in node.sets:
                seen[name] = value.evaluate(seen)
            if following is None:
                return None
            at = following
        return None

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


def _chosen(node: _Node, seen: dict[str, Any]) -> str | None:
    for condition, target in node.gates:
        if condition.holds(seen):
            return target
    return node.next


def _node(element: Element, definition: Definition, deployed: Deployed) -> _Node:
    """Elements with anything that the walk does not do become ``BOUNDARY`` nodes, at which it stops: loops, local
    inputs, events with triggers, boundary events other than errors."""
    flows = [definition.flows[id] for id in element.outgoing]
    untriggered = element.event is None or element.event.trigger is Trigger.NONE
    plain = untriggered and element.loop is None and not element.inputs
    others = [definition.elements[id].event for id in element.boundaries]
    if not plain or any(event is None or event.trigger is not Trigger.ERROR for event in others):
        return _Node(element.id, Kind.BOUNDARY, flows[0].target if len(flows) == 1 else None)
    sets = tuple((assign.name, expression_of(assign.value)) for assign in element.sets)
    if element.kind is Kind.EXCLUSIVE and len(flows) > 1:
        gates = tuple((expression_of(f.condition), f.target) for f in flows if f.condition is not None)
        default = next((f.target for f in flows if f.id == element.default), None)
        return _Node(element.id, element.kind, default, gates)
    if len(flows) > 1:
        return _Node(element.id, Kind.BOUNDARY)
    decision = None if element.decision is None else deployed.decisions.get(element.decision)
    return _Node(
        element.id, element.kind, flows[0].target if flows else None, (), decision, element.result, sets,
        element.binding,
    )  # fmt: skip
