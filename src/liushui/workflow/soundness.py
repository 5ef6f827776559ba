"""Whether tokens can get stuck, or run where only one should: a search over the markings of each scope.

A marking is the set of sequence flows that hold a token. Conditions are not looked into: any way that a
gateway can choose is tried. A sub-process is an activity to its surroundings and searched on its own. A boundary event
that does not interrupt is tried at most once per activity.

A scope with a loop is searched in all orders. Without loops a smaller search says the same: a token that disturbs nobody
(before an element with a single incoming flow) moves first, and parallel joins next; tokens wait before
merges as long as anything else moves, so that two that can meet there do meet, the sign of missing synchronisation.
Where all orders are too many, the smaller search still looks for faults, but what it does not find is not proven
to be absent. What runs beside the main way, from a boundary event that does not interrupt, always moves first: that a reminder
of the first round is still under way in the second is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from liushui.kernel.errors import Fault
from liushui.workflow.definition import ACTIVITIES, Definition, Element, Kind, Trigger

MARKINGS_MAX = 10_000
CHOICES_MAX = 10
Marking = frozenset[str]
JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})


class _TooMany(Exception):  # noqa: N818 - it only ends the search
    """The search is given up."""


def check_soundness(definition: Definition, most: int = MARKINGS_MAX) -> list[Fault]:
    """Faults soundness_deadlock and soundness_unsynchronised, and, where the search is given up after ``most``
    markings, soundness_not_proven, which is a warning."""
    faults: list[Fault] = []
    for scope in definition.scopes.values():
        loops = _loops(definition, scope.elements)
        for start in scope.starts:
            found = None
            for thorough in (True, False) if loops else (False,):
                found = _Search(definition, most, thorough)
                try:
                    found.run(start)
                    break
                except _TooMany:
                    if found.stuck or found.doubled:
                        break
                    faults.append(_fault("soundness_not_proven", definition, scope.id or start, most=most))
            if found is not None:
                faults += [_fault("soundness_deadlock", definition, e) for e in sorted(found.stuck)]
                faults += [_fault("soundness_unsynchronised", definition, e) for e in sorted(found.doubled)]
    return list({(f.code, f.field): f for f in faults}.values())


def _fault(code: str, definition: Definition, element: str, **params: int) -> Fault:
    return Fault(code, {"element": element, "name": definition.elements[element].name, **params}, element)


def _loops(definition: Definition, elements: tuple[str, ...]) -> bool:
    """Whether a token can come back to where it was: some element is left over when those without a way in go."""
    ways: dict[str, list[str]] = {}
    left = dict.fromkeys(elements, 0)
    for id in elements:
        element = definition.elements[id]
        ways[id] = [definition.flows[f].target for f in element.outgoing] + list(element.boundaries)
        for target in ways[id]:
            left[target] += 1
    todo = [id for id, count in left.items() if not count]
    gone = 0
    while todo:
        gone += 1
        for target in ways[todo.pop()]:
            left[target] -= 1
            if not left[target]:
                todo.append(target)
    return gone < len(elements)


def _aside(definition: Definition, start: str) -> set[str]:
    """Elements that only boundary events lead to which do not interrupt."""
    main, todo = set[str](), [start]
    while todo:
        id = todo.pop()
        if id not in main:
            main.add(id)
            element = definition.elements[id]
            todo += [definition.flows[f].target for f in element.outgoing]
            todo += [b for b in element.boundaries if definition.elements[b].interrupting]
    return definition.elements.keys() - main


class _Search:
    """thorough: all orders."""

    def __init__(self, definition: Definition, most: int, thorough: bool) -> None:
        self._definition = definition
        self._most = most
        self._thorough = thorough
        self._aside: set[str] = set()
        self._outcomes: dict[str, list[Marking | None]] = {}
        self.stuck: set[str] = set()
        self.doubled: set[str] = set()

    def run(self, start: str) -> None:
        self._aside = _aside(self._definition, start)
        first = frozenset(self._definition.elements[start].outgoing)
        todo, seen = [first], {first}
        while todo:
            for following in self._next(todo.pop()):
                if following not in seen:
                    if len(seen) >= self._most:
                        raise _TooMany
                    seen.add(following)
                    todo.append(following)

    def _target(self, flow: str) -> Element:
        return self._definition.elements[self._definition.flows[flow].target]

    def _next(self, marking: Marking) -> Iterator[Marking]:
        before: dict[str, list[str]] = {}
        for flow in sorted(marking):
            before.setdefault(self._target(flow).id, []).append(flow)
        elements = self._definition.elements
        for id, flows in before.items():
            element = elements[id]
            if len(flows) > 1 and element.kind not in JOINS and not self._absorbs(element):
                self.doubled.add(id)
                return
        first = self._first(before)
        if first is not None:
            yield from self._move(marking, elements[first], before[first])
            return
        able = [id for id, flows in before.items() if self._opens(elements[id], flows, before)]
        if not able:
            self.stuck.update(before)
        for id in [id for id in able if id in self._aside] or able:
            yield from self._move(marking, elements[id], before[id])

    def _first(self, before: dict[str, list[str]]) -> str | None:
        """The element whose token disturbs nobody and may move before all others."""
        for id, flows in before.items():
            element = self._definition.elements[id]
            if self._absorbs(element):
                return id
            if self._thorough and id not in self._aside:
                continue
            if len(element.incoming) == 1 or (
                element.kind is Kind.PARALLEL and len(flows) == len(element.incoming)
            ):
                return id
        return None

    def _absorbs(self, element: Element) -> bool:
        """An end event takes any number of tokens, unless it ends the others too."""
        return element.kind is Kind.END and self._choices(element) == [frozenset()]

    def _opens(self, element: Element, flows: list[str], before: dict[str, list[str]]) -> bool:
        if element.kind not in JOINS or len(element.incoming) == 1:
            return True
        if element.kind is Kind.PARALLEL:
            return len(flows) == len(element.incoming)
        reaches = self._definition.joins[element.id].reaches
        for other in before:
            reached = reaches.get(other, frozenset())
            if other != element.id and reached and reached.isdisjoint(flows):
                return False
        return True

    def _move(self, marking: Marking, element: Element, flows: list[str]) -> Iterator[Marking]:
        rest = marking.difference(flows)
        for outcome in self._choices(element):
            if outcome is None:
                yield frozenset()
            elif not rest.isdisjoint(outcome):
                self.doubled.update(self._target(flow).id for flow in rest & outcome)
            else:
                yield rest | outcome

    def _choices(self, element: Element) -> list[Marking | None]:
        """All that can come out of an element; None: everything in the scope is over."""
        found = self._outcomes.get(element.id)
        if found is None:
            found = self._outcomes[element.id] = list(dict.fromkeys(self._work_out(element)))
        return found

    def _work_out(self, element: Element) -> Iterator[Marking | None]:
        event = element.event
        if (
            element.kind is Kind.END
            and event is not None
            and event.trigger in (Trigger.TERMINATE, Trigger.ERROR)
        ):
            yield None
            return
        if element.kind in (Kind.EXCLUSIVE, Kind.EVENT_BASED):
            yield from (frozenset({flow}) for flow in element.outgoing)
            return
        normal = list(self._splits(element))
        yield from normal
        if element.kind not in ACTIVITIES:
            return
        beside: list[Marking] = []
        for id in element.boundaries:
            boundary = self._definition.elements[id]
            if boundary.interrupting:
                yield frozenset(boundary.outgoing)
            else:
                beside.append(frozenset(boundary.outgoing))
        together: Marking = frozenset[str]().union(*beside)
        for extra in (*beside, *([together] if len(beside) > 1 else [])):
            yield from (outcome | extra for outcome in normal)

    def _splits(self, element: Element) -> Iterator[Marking]:
        flows = self._definition.flows
        if element.kind is Kind.PARALLEL:
            yield frozenset(element.outgoing)
            return
        others = [flow for flow in element.outgoing if flow != element.default]
        open_ended = [flow for flow in others if flows[flow].condition is not None]
        always = frozenset(flow for flow in others if flows[flow].condition is None)
        if len(open_ended) > CHOICES_MAX:
            raise _TooMany
        if element.default is not None:
            yield always | {element.default}
        elif always or not open_ended:
            yield always
        for size in range(1, len(open_ended) + 1):
            for chosen in combinations(open_ended, size):
                yield always.union(chosen)
