"""Leaving an element and passing a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liushui.workflow.definition import Definition, Element, Kind
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.run import Run
from liushui.workflow.state import JOIN, MERGE, MOVE, Token


def leave(run: Run, token: Token, element: Element) -> None:
    """Send a token on. Where no flow may be taken it stays, as an incident."""
    frame = run.frames[token.scope]
    outgoing = element.outgoing
    if not outgoing:
        run.take(token)
        return
    graph = run.graph(frame)
    try:
        chosen = outgoing if len(outgoing) == 1 and graph.flows[outgoing[0]].condition is None else _choose(
            run, token, element, graph
        )  # fmt: skip
    except ExpressionFailed as failed:
        run.incident(token, "leave", failed)
        return
    if not chosen:
        run.incident(token, "leave", "no_flow_taken")
        return
    for flow in chosen:
        run.put(graph.flows[flow].target, frame, flow)
    run.take(token)


def _choose(run: Run, token: Token, element: Element, graph: Definition) -> tuple[str, ...]:
    if element.kind is Kind.PARALLEL:
        return element.outgoing
    seen = run.see(run.frames[token.scope])
    taken: list[str] = []
    conditional = False
    for id in element.outgoing:
        condition = graph.flows[id].condition
        if id == element.default:
            continue
        if condition is None:
            taken.append(id)
        elif holds(run, condition, seen):
            taken.append(id)
            conditional = True
        else:
            continue
        if element.kind is Kind.EXCLUSIVE:
            break
    if element.default is not None and not conditional and (not taken or element.kind is not Kind.EXCLUSIVE):
        return (element.default, *taken)
    return tuple(taken)


def holds(run: Run, condition: str, seen: Mapping[str, Any]) -> bool:
    """Raises ``ExpressionFailed`` also where the answer is neither true nor false."""
    answer = run.env.evaluate(condition, seen)
    if not isinstance(answer, bool):
        raise ExpressionFailed(condition, "the answer is neither true nor false")
    return answer


def pass_gateway(run: Run, token: Token, element: Element) -> None:
    """An exclusive, parallel or inclusive gateway is reached."""
    if element.kind is not Kind.EXCLUSIVE and len(element.incoming) > 1:
        token.phase = JOIN if element.kind is Kind.PARALLEL else MERGE
        if element.kind is Kind.PARALLEL:
            _join(run, token, element)
        return
    open_gateway(run, token, element)


def open_gateway(run: Run, token: Token, element: Element) -> None:
    run.happened(token, "completed")
    leave(run, token, element)


def _join(run: Run, token: Token, element: Element) -> None:
    """A parallel gateway opens with one token on each incoming flow."""
    first = _first_by_flow(run, token)
    if len(first) == len(element.incoming):
        _merge(run, token, first)
        open_gateway(run, token, element)


def _first_by_flow(run: Run, token: Token) -> dict[str | None, Token]:
    first: dict[str | None, Token] = {}
    for other in run.tokens.values():
        if other.scope == token.scope and other.element == token.element and other.phase == token.phase:
            first.setdefault(other.flow, other)
    return first


def _merge(run: Run, kept: Token, tokens: dict[str | None, Token]) -> None:
    for token in tokens.values():
        if token is not kept:
            run.take(token)
    kept.phase = MOVE


def settle_merges(run: Run) -> bool:
    """Open the first inclusive gateway that need not wait any longer; False where there is none.

    Only asked when nothing else moves. BPMN 2.0.2, 13.4.3: it waits for a token elsewhere in the scope that has a
    path to an incoming flow without token and none to one with a token, neither through the gateway itself.
    """
    for token in [t for t in run.tokens.values() if t.phase == MERGE]:
        element = run.element(token)
        first = _first_by_flow(run, token)
        if not _must_wait(run, token, element, first):
            kept = next(iter(first.values()))
            _merge(run, kept, first)
            open_gateway(run, kept, element)
            return True
    return False


def _must_wait(run: Run, token: Token, element: Element, first: dict[str | None, Token]) -> bool:
    reaches = run.graph(run.frames[token.scope]).joins[element.id].reaches
    for other in run.tokens.values():
        if other.scope == token.scope and other.element != token.element:
            reached = reaches.get(other.element, frozenset())
            if reached and not any(flow in first for flow in reached):
                return True
    return False


def report_deadlocks(run: Run) -> None:
    """A frame whose tokens all wait at gateways for each other can never go on: say so."""
    stuck = [t for t in run.tokens.values() if t.phase == JOIN or t.phase == MERGE]
    if not stuck:
        return
    for scope in {t.scope for t in stuck}:
        here = [t for t in stuck if t.scope == scope]
        others = run.frames[scope].live - len(here)
        waiting = sum(
            1
            for i in run.incidents.values()
            if i.resume == "join" and run.tokens[i.token].scope == scope
        )  # fmt: skip
        if others == waiting:
            for token in here:
                run.incident(token, "join", "join_deadlock")


def open_stuck(run: Run, token: Token, element: Element) -> None:
    """Open a gateway with the tokens that it has, though others are missing: somebody decided so."""
    first = {token.flow: token}
    for other in [t for t in run.tokens.values() if t.scope == token.scope and t.element == token.element]:
        if other.flow not in first:
            for incident in [i for i in run.incidents.values() if i.token == other.id]:
                run.clear_incident(incident.id)
            first[other.flow] = other
    _merge(run, token, first)
    open_gateway(run, token, element)
