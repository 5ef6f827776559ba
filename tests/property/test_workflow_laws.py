"""What holds for any process and any course of it: nothing is lost, nothing hangs without a name, JSON loses nothing.

``Play`` itself holds every step from JSON against the same step from memory.
"""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liushui.workflow import (
    Cancelled,
    Definition,
    Happened,
    IncidentSkipped,
    MessageAwaited,
    MessageUnawaited,
    SignalArrived,
    SignalAwaited,
    SignalUnawaited,
    TaskOpened,
    TaskWithdrawn,
    TimerCleared,
    TimerFired,
    TimerSet,
    apply_migration,
    plan_migration,
    read,
)
from liushui.workflow.soundness import check_soundness
from tests.drawn import bound, structured
from tests.workflows import Play


def inputs(play: Play) -> list[tuple[str, object]]:
    """All that could happen next."""
    return [
        *(("task", task) for task in play.tasks),
        *(("signal", name) for name in sorted(set(play.awaited))),
        *(("timer", element) for element in sorted(play.timers)),
        *(("incident", element) for element in sorted(play.incidents)),
    ]


def give(play: Play, kind: str, what: object, value: int) -> None:
    name = str(what)
    if kind == "task":
        play.do(name, **{f"v_{name}": value})
    elif kind == "signal":
        play.give(SignalArrived(name))
    elif kind == "timer":
        play.now = play.timers[name].due
        play.give(TimerFired(play.timers[name].timer))
    else:
        play.give(IncidentSkipped(play.incidents[name].incident))


def hold_the_laws(play: Play) -> None:
    state = play.state
    # an instance has ended, or waits for something outside that has a name
    assert (state.ended is None) == bool(state.tokens)
    assert (state.ended is None) == bool(inputs(play))
    # tokens: each stands in a frame that is there; each frame inside is waited for by a token that hosts it
    for token in state.tokens.values():
        assert token.phase in ("wait", "join", "merge", "host", "fault")
        assert token.scope in state.frames
    for frame in state.frames.values():
        assert frame.live == sum(t.scope == frame.id for t in state.tokens.values())
        if frame.token is not None:
            assert frame.token in state.tokens
        if frame.kind in ("sub", "call", "many", "undo", "undo_call"):
            assert frame.live > 0
    # visits: whatever was enabled or started is completed, cancelled or failed once, or is still here
    begun, over = Counter[int](), Counter[int]()
    for effect in play.effects:
        if isinstance(effect, Happened):
            begun[effect.token] += effect.lifecycle in ("enabled", "started")
            over[effect.token] += effect.lifecycle in ("completed", "cancelled", "failed")
    assert max(begun.values(), default=0) <= 1
    assert max(over.values()) <= 1
    assert {t for t in begun if begun[t] and not over[t]} <= state.tokens.keys()
    # tasks and waits: what the world was told is what the state says
    opened = {e.token for e in play.effects if isinstance(e, TaskOpened)}
    withdrawn = {e.token for e in play.effects if isinstance(e, TaskWithdrawn)}
    assert len([e for e in play.effects if isinstance(e, TaskOpened)]) == len(opened)
    done = {e.token for e in play.effects if isinstance(e, Happened) and e.lifecycle == "completed"}
    still = opened - withdrawn - done
    assert not withdrawn & done
    assert still == {t.id for t in state.tokens.values() if t.id in opened}
    told = [e.timer for e in play.effects if isinstance(e, TimerSet)]
    told += [e.subscription for e in play.effects if isinstance(e, MessageAwaited | SignalAwaited)]
    off = [e.timer for e in play.effects if isinstance(e, TimerCleared)]
    off += [e.subscription for e in play.effects if isinstance(e, MessageUnawaited | SignalUnawaited)]
    assert len(set(told)) == len(told)
    assert Counter(told) - Counter(off) == Counter(state.waits.keys())


def moves_nowhere(play: Play, same: Definition) -> None:
    """To migrate to the same version changes nothing."""
    plan = plan_migration(play.definition, same, play.state)
    assert plan.blockers == ()
    moved, effects = apply_migration(play.definition, same, play.state, plan, now=play.now, env=play.env)
    assert effects == ()
    assert moved.to_json() == play.json


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_any_course_of_any_process_keeps_the_laws(model_seed: int, walk_seed: int) -> None:
    xml, _ = structured(model_seed, wide=True)
    definitions = read(xml)
    assert [f for d in definitions for f in check_soundness(d)] == []
    play, rng = Play(bound(definitions)), random.Random(walk_seed)
    same = bound(read(xml))
    hold_the_laws(play)
    for _ in range(25):
        choices = inputs(play)
        if not choices:
            break
        kind, what = rng.choice(choices)
        give(play, kind, what, rng.randint(0, 9))
        hold_the_laws(play)
        if play.ended is None:
            moves_nowhere(play, same)
    assert play.incidents == {}, "a sound process with sound expressions needs nobody's help"
    if play.ended is None:
        play.give(Cancelled("enough"))
        hold_the_laws(play)
