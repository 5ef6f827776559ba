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


def roles_of(text: str | None) -> tuple[str, ...]:
    """The roles that may do a task, as its model names them: one or several, with spaces between; none: anybody's."""
    return tuple(text.split()) if text else ()


def may_act(text: str | None, person: Person) -> bool:
    """Whether one of the person's roles may do a task."""
    return not text or not person.roles.isdisjoint(roles_of(text))


def acts_as(text: str | None, person: Person | None) -> str | None:
    """The role in which a person does a task, for the evidence: the first that the model names and they have; without
    such a person, as the model has it."""
    return next((role for role in roles_of(text) if person is not None and role in person.roles), text)
