"""Who acts on a process. The bank's identity service knows more; the engine needs no more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is behind a request. anywhere: may take tasks of every branch (remote authorisation 远程授权)."""

    number: str
    roles: frozenset[str]
    branch_id: int
    channel: str
    anywhere: bool = False


SYSTEM = "system"
"""Resource of what nobody did: timers, messages, decisions."""
