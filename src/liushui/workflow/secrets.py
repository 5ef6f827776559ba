"""What must never be kept: passwords that people type into forms.

A field whose name ends in ``password`` is one. Its value lives for the step that took it, so that an
inside binding can look at it; the state, drafts and digests that are stored do without. A case that stops on the way
(an incident) or goes on in another step (an outside binding) does not see it again: whoever needs it asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from liushui.workflow.state import State

ENDING = "password"


def is_secret(name: str) -> bool:
    return name.endswith(ENDING)


def without_secrets(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if not is_secret(name)}


def forget_secrets(state: State) -> State:
    """The state as it may be stored."""
    hiding = [frame for frame in state.frames.values() if any(map(is_secret, frame.vars))]
    if not hiding:
        return state
    frames = dict(state.frames)
    for frame in hiding:
        frames[frame.id] = frame.copy()
        frames[frame.id].vars = without_secrets(frame.vars)
    return replace(state, frames=frames)
