"""The stand-in of the police identity service answers by its table; several answers make one."""

from __future__ import annotations

import asyncio

import pytest

from liushui.parties import Answer, IdentityStandIn, Inquiry, worst
from tests.unit.test_parties_model import id_number


def ask(service: IdentityStandIn, serial: str, key: str = "k", document_type: str = "id_card") -> Answer:
    number = id_number(sequence=serial)
    return asyncio.run(service.verify(Inquiry("赵新来", document_type, number), key=key)).answer


def test_yes_no_and_nobody() -> None:
    service = IdentityStandIn()
    assert [ask(service, serial) for serial in ("123", "901", "902")] == [
        Answer.MATCH, Answer.MISMATCH, Answer.NOT_FOUND]  # fmt: skip
    assert ask(service, "901", document_type="passport") is Answer.NOT_COVERED


def test_silence_is_no_answer_and_ends_for_each_question_by_itself() -> None:
    service = IdentityStandIn()
    for key in ("one", "two"):
        for _ in range(2):
            with pytest.raises(TimeoutError):
                ask(service, "912", key)
        assert ask(service, "912", key) is Answer.MATCH
    for _ in range(5):
        with pytest.raises(TimeoutError):
            ask(service, "911")


def test_the_same_question_gets_the_same_reference() -> None:
    service, inquiry = IdentityStandIn(), Inquiry("赵新来", "id_card", id_number())
    first, again, other = (asyncio.run(service.verify(inquiry, key=key)) for key in ("a", "a", "b"))
    assert first == again != other
    assert inquiry.document_number not in repr(inquiry)


def test_the_worst_answer_decides() -> None:
    assert worst([Answer.MATCH, Answer.NOT_COVERED]) is Answer.NOT_COVERED
    assert worst([Answer.UNANSWERED, Answer.MISMATCH, Answer.MATCH]) is Answer.MISMATCH
    assert worst([Answer.MATCH]) is Answer.MATCH
    assert worst([]) is Answer.UNANSWERED
