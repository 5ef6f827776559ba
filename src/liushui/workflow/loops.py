"""Rounds of an activity: standard loop, and multi-instance one after the other or side by side.

The activity as a whole is one token that hosts a frame; each round is a token in that frame, on the same element,
with ``loopCounter`` (from 1) and the item of the collection as local variables. Conditions also see the
standard's numberOfInstances, numberOfCompletedInstances and numberOfActiveInstances.
"""

from __future__ import annotations

from typing import Any

from liushui.workflow.definition import Element, Loop
from liushui.workflow.environment import ExpressionFailed
from liushui.workflow.flows import holds, leave
from liushui.workflow.run import Run
from liushui.workflow.state import BEGIN, HOST, INSTANCE, LOCAL, MANY, Frame, Rounds, Token

ROUNDS_MAX = 10_000


def open_loop(run: Run, token: Token, element: Element) -> None:
    """Raises ``ExpressionFailed`` before anything has changed."""
    loop = element.loop
    assert loop is not None
    home = run.home(token)
    if loop.kind == "standard":
        if loop.test_before and not _again(run, loop, home, 0):
            _skip(run, token, element)
            return
        rounds = Rounds(loop.most)
    else:
        rounds = _planned(run, loop, home)
        if rounds.total == 0:
            if loop.output_collection is not None:
                run.write(home, {loop.output_collection: []})
            _skip(run, token, element)
            return
        if loop.output_collection is not None:
            rounds.outputs = (None,) * (rounds.total or 0)
    token.phase = HOST
    frame = run.open(MANY, home, token, {})
    frame.rounds = rounds
    _begin(run, frame, rounds, loop)
    if loop.kind == "parallel":
        while rounds.started < (rounds.total or 0):
            _begin(run, frame, rounds, loop)


def _skip(run: Run, token: Token, element: Element) -> None:
    run.unwait_token(token)
    leave(run, token, element)


def _planned(run: Run, loop: Loop, home: Frame) -> Rounds:
    if loop.collection is not None:
        items = run.evaluate(loop.collection, home)
        if not isinstance(items, list):
            raise ExpressionFailed(loop.collection, "a collection is a list")
        rounds = Rounds(len(items), items=items)  # pyright: ignore[reportUnknownArgumentType] - JSON
    else:
        text = loop.cardinality or "0"
        total = run.evaluate(text, home)
        if not isinstance(total, int | float) or isinstance(total, bool) or total != int(total) or total < 0:
            raise ExpressionFailed(text, "a number of rounds is a whole number, zero or more")
        rounds = Rounds(int(total))
    if (rounds.total or 0) > ROUNDS_MAX:
        raise ExpressionFailed(loop.collection or loop.cardinality or "", f"more than {ROUNDS_MAX} rounds")
    return rounds


def _begin(run: Run, frame: Frame, rounds: Rounds, loop: Loop) -> None:
    variables: dict[str, Any] = {"loopCounter": rounds.started + 1}
    if rounds.items is not None and loop.item is not None:
        variables[loop.item] = rounds.items[rounds.started]
    rounds.started += 1
    token = run.put(frame.element or "", frame, phase=BEGIN)
    kind = LOCAL if loop.kind == "standard" else INSTANCE
    token.local = run.open(kind, frame, token, variables).id


def next_round(run: Run, token: Token, element: Element) -> Frame | None:
    """A round is done: begin the next, wait for the others, or say that the loop is over by giving its frame.
    Raises ``ExpressionFailed`` before anything has changed."""
    loop, frame = element.loop, run.frames[token.scope]
    rounds = frame.rounds
    assert loop is not None
    assert rounds is not None
    home = run.home(token)
    if loop.kind == "standard":
        over = not _again(run, loop, home, rounds.done + 1)
    else:
        output = None if loop.output is None else run.evaluate(loop.output, home)
        over = rounds.done + 1 >= (rounds.total or 0) or _enough(run, loop, rounds, home)
        if loop.output_collection is not None:
            index = run.frames[token.local or 0].vars["loopCounter"] - 1
            rounds.outputs = (*rounds.outputs[:index], output, *rounds.outputs[index + 1 :])
    rounds.done += 1
    run.unwait_token(token)
    if not over and loop.kind != "parallel":
        _begin(run, frame, rounds, loop)
    run.take(token)
    return frame if over else None


def _again(run: Run, loop: Loop, home: Frame, done: int) -> bool:
    if done >= (ROUNDS_MAX if loop.most is None else loop.most):
        return False
    return loop.condition is None or holds(run, loop.condition, run.see(home))


def _enough(run: Run, loop: Loop, rounds: Rounds, home: Frame) -> bool:
    if loop.condition is None:
        return False
    seen = dict(run.see(home))
    seen["numberOfInstances"] = rounds.total
    seen["numberOfCompletedInstances"] = rounds.done + 1
    seen["numberOfActiveInstances"] = rounds.started - rounds.done - 1
    return holds(run, loop.condition, seen)
