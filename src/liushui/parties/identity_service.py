"""Asking the police whether a document belongs to a name (联网核查公民身份信息). The bank talks to this interface; which
service answers is decided where the bank is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Answer(StrEnum):
    """match: number and name agree. mismatch: the number is somebody else's. not_found: nobody has it. not_covered:
    the service knows no such documents. unanswered: nobody could be asked, and a person decided to go on."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    NOT_COVERED = "not_covered"
    UNANSWERED = "unanswered"


WORST_FIRST = (Answer.MISMATCH, Answer.NOT_FOUND, Answer.UNANSWERED, Answer.NOT_COVERED, Answer.MATCH)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question. It is not logged: the number is not shown."""

    name: str
    document_type: str
    document_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """reference: the service's own number of its answer, None where it was not asked."""

    answer: Answer
    reference: str | None = None


class IdentityService(Protocol):
    """Whoever can be asked."""

    async def verify(self, inquiry: Inquiry, *, key: str) -> Verdict:
        """Answer; the same key may be asked again and means the same question. Raises ``TimeoutError`` where no answer
        came in time: nothing is known then."""
        ...


def worst(answers: list[Answer]) -> Answer:
    """The answer that decides for several people. Of nobody nothing is known."""
    return next((answer for answer in WORST_FIRST if answer in answers), Answer.UNANSWERED)
