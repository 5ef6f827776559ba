"""How a service task reaches the bank: a named function.

An inside binding works in the step's transaction: what it writes commits with the process's state, or not at all. An
outside binding calls another system; it runs between two transactions and must bear being called again with the same
``Context.key``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from liushui.store.database import UnitOfWork
from liushui.workflow.people import Person


@dataclass(slots=True)
class Context:
    """What a binding is told, and what it tells beside its result.

    uow: the step's transaction; None for an outside binding. key: the same for every attempt at this visit of the
    element. person: whose request made the step; None for timers and messages. links: object type to numbers.
    straight_through: the number of the way of a case that stores no more than that. channel, case_channel: where this
    step was made, and where the case began. reveals: what only the answer to this request shows.
    """

    uow: UnitOfWork | None
    key: str
    case_id: int
    element: str
    attempt: int
    variables: Mapping[str, Any]
    initiator: str
    branch_id: int
    channel: str
    now: datetime
    person: Person | None
    links: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    straight_through: int | None = None
    case_channel: str = ""
    reveals: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def inside(self) -> UnitOfWork:
        """The step's transaction. An outside binding has none."""
        assert self.uow is not None
        return self.uow

    @property
    def operator(self) -> str:
        """Who answers for what is done: whose request it is, or who began the case."""
        return self.person.number if self.person else self.initiator

    def link(self, kind: str, number: str) -> None:
        """Say that the step is about this object (a customer, an account, a journal)."""
        numbers = self.links.setdefault(kind, [])
        if number not in numbers:
            numbers.append(number)

    def reveal(self, name: str, secret: str) -> None:
        """Show something to whoever made this step, in the answer and nowhere else: it is not kept, and a repeated
        request is not shown it again."""
        self.reveals[name] = secret


@dataclass(frozen=True, slots=True)
class Binding:
    """call: returns variables, raises ``Refused`` for a business error (its code chooses the error path).
    request: for a binding that does nothing but post: the ledger's request alone, so that the case may go straight
    through; ``call`` books the same request in the step's transaction."""

    name: str
    call: Callable[[Context], Awaitable[Mapping[str, Any]]]
    outside: bool = False
    request: Callable[[Context], Awaitable[Any]] | None = None
