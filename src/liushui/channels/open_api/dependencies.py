"""What the endpoints share: who calls, the idempotency key, amounts, and the answer to a posting."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from pydantic import BaseModel

from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.access import ACCESS, PUBLIC, SESSION
from liushui.deposits import Actor
from liushui.identity import Principal, require
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX, Money
from liushui.ledger import Header as JournalHeader
from liushui.ledger import Posted
from liushui.workflow import Person

CHANNEL, COUNTER = "open_api", "counter"
KEY_LENGTH_MAX = 100
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=1, max_length=KEY_LENGTH_MAX, pattern=r"^[\x21-\x7e]+$")
]
AccountPath = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z-]+$")]
JournalPath = Annotated[int, Path(ge=1, le=2**62)]


def bank_of(request: Request) -> Bank:
    return request.app.state.bank


async def authorised(request: Request) -> Principal | None:
    """Look the endpoint up in the access table and ask of the caller what it says."""
    needs = ACCESS[request.method, request.scope["route"].path]
    if needs == PUBLIC:
        return None
    return await authenticate(bank_of(request), request.headers.get("authorization", ""), needs)


async def authenticate(bank: Bank, authorization: str, needs: str) -> Principal:
    """Whoever is behind an Authorization header. Refuses ``session_unknown`` and ``permission_missing``."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse("session_unknown")
    principal = await bank.sessions.authenticate(token)
    if needs != SESSION:
        require(principal, needs)
    return principal


async def principal_of(principal: Annotated[Principal | None, Depends(authorised)]) -> Principal:
    if principal is None:
        raise refuse("session_unknown")
    return principal


Caller = Annotated[Principal, Depends(principal_of)]
TheBank = Annotated[Bank, Depends(bank_of)]


def minor_of(text: str, currency: str, field: str = "amount") -> int:
    """Minor units of an amount above zero. Refuses ``amount_not_positive`` and ``amount_too_large``."""
    minor = Money.parse(text, currency).minor
    if 0 < minor <= AMOUNT_MINOR_MAX:
        return minor
    faults: list[Fault] = []
    if minor <= 0:
        faults.append(Fault("amount_not_positive", field=field))
    if minor > AMOUNT_MINOR_MAX:
        faults.append(Fault("amount_too_large", field=field))
    raise_if_any(faults)
    return minor


def actor_of(caller: Principal, operation: str, key: str) -> Actor:
    """Keys are the caller's own, per operation: nobody can meet somebody else's."""
    return Actor(caller.number, caller.branch_id, CHANNEL, f"{caller.number}:{operation}:{key}")


def person_of(caller: Principal) -> Person:
    """The caller as processes know people. Staff act at the counter, machine clients through this API."""
    channel = CHANNEL if "service" in caller.roles else COUNTER
    return Person(caller.number, caller.roles, caller.branch_id, channel, caller.anywhere)


def header_of(caller: Principal, operation: str, key: str, code: str, **more: Any) -> JournalHeader:
    key = f"{caller.number}:{operation}:{key}"
    return JournalHeader(key, code, caller.branch_id, caller.number, CHANNEL, **more)


def answer_of(view: BaseModel, status: int = 201) -> Response:
    """A view as an answer, without the framework's second look at it."""
    return Response(view.__pydantic_serializer__.to_json(view), status, media_type="application/json")


def view_of(answer: Posted) -> s.PostedView:
    return s.PostedView(
        journal=answer.journal_id, booking_date=answer.booking_date, value_date=answer.value_date,
        recorded_at=answer.recorded_at, replayed=answer.replayed,
    )  # fmt: skip
