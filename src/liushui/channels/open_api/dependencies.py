"""What the endpoints share: who calls, the idempotency key, amounts, and the answer to a posting."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from pydantic import BaseModel, BeforeValidator

from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.access import ACCESS, CUSTOMER, ENROLMENT, MACHINE, PUBLIC, SESSION
from liushui.deposits import Actor
from liushui.identity import Principal, require
from liushui.kernel.clock import end_of, midnight
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX, Money
from liushui.ledger import Header as JournalHeader
from liushui.ledger import Posted
from liushui.self_service import ENROL, ONLINE, Machine, Visitor, machine_of
from liushui.workflow import Person

CHANNEL, COUNTER = "open_api", "counter"
CUSTOMER_ROLE = "customer"
MACHINE_HEADER = "Liushui-Machine"
WHO, WHERE = "who", "where"
"""In a request's state: the staff or customer behind it, and the machine that it comes from, as far as they are known."""
KEY_LENGTH_MAX = 100
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=1, max_length=KEY_LENGTH_MAX, pattern=r"^[\x21-\x7e]+$")
]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)
AccountPath = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z-]+$")]
JournalPath = Annotated[int, Path(ge=1, le=2**62)]


def bank_of(request: Request) -> Bank:
    return request.app.state.bank


async def authorised(request: Request) -> Principal | None:
    """Look the endpoint up in the access table and ask of the caller what it says."""
    needs = ACCESS[request.method, request.scope["route"].path]
    if needs == PUBLIC:
        return None
    authorization = request.headers.get("authorization", "")
    return await authenticate(bank_of(request), authorization, needs, request.scope["state"])


async def authenticate(
    bank: Bank, authorization: str, needs: str, state: MutableMapping[str, Any]
) -> Principal:
    """Whoever of the staff is behind an Authorization header. state: the request's, which keeps them for whatever refuses it.
    Refuses ``session_unknown`` and ``permission_missing``."""
    principal = state[WHO] = await bank.sessions.authenticate(token_in(authorization))
    if needs != SESSION:
        require(principal, needs)
    return principal


def token_in(authorization: str) -> str:
    """Refuses ``session_unknown``."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse("session_unknown")
    return token


async def machine_in(request: Request) -> Machine | None:
    """The machine that a request comes from; None where it says nothing of one. Refuses ``machine_unknown``."""
    given = request.headers.get(MACHINE_HEADER)
    if given is None:
        return None
    machine = request.scope["state"][WHERE] = await machine_of(bank_of(request).db, given)
    return machine


async def machine_only(request: Request) -> Machine:
    """Refuses ``machine_unknown``."""
    if ACCESS[request.method, request.scope["route"].path] != MACHINE:
        raise RuntimeError("this endpoint is no machine's")
    machine = await machine_in(request)
    if machine is None:
        raise refuse("machine_unknown", machine="")
    return machine


async def visitor_of(request: Request) -> Visitor:
    """The customer behind a request. Sessions of staff and of customers are looked for in different places, so that
    neither ever passes for the other. Refuses ``session_unknown``, ``machine_unknown`` and ``second_factor_first``."""
    needs = ACCESS[request.method, request.scope["route"].path]
    if needs not in (CUSTOMER, ENROLMENT):
        raise RuntimeError("this endpoint is no customer's")
    token = token_in(request.headers.get("authorization", ""))
    machine = await machine_in(request)
    visitor = await bank_of(request).customer_sessions.authenticate(token, machine)
    request.scope["state"][WHO] = visitor
    if visitor.scope == ENROL and needs != ENROLMENT:
        raise refuse("second_factor_first")
    return visitor


async def online_visitor_of(visitor: Annotated[Visitor, Depends(visitor_of)]) -> Visitor:
    """Passwords and second factors are changed online only. Refuses ``channel_not_offered``."""
    if visitor.channel != ONLINE:
        raise refuse("channel_not_offered", channel=visitor.channel)
    return visitor


async def principal_of(principal: Annotated[Principal | None, Depends(authorised)]) -> Principal:
    if principal is None:
        raise refuse("session_unknown")
    return principal


Caller = Annotated[Principal, Depends(principal_of)]
Customer = Annotated[Visitor, Depends(visitor_of)]
OnlineCustomer = Annotated[Visitor, Depends(online_visitor_of)]
TheMachine = Annotated[Machine, Depends(machine_only)]
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


def customer_key(visitor: Visitor, operation: str, key: str) -> str:
    """Keys are the customer's own, apart from those of staff."""
    return f"customer:{visitor.customer}:{operation}:{key}"


def person_of_customer(visitor: Visitor) -> Person:
    """A customer as processes know people: on their channel, for tasks of every branch, and nothing but a customer."""
    return Person(
        visitor.customer, frozenset({CUSTOMER_ROLE}), visitor.branch_id, visitor.channel, anywhere=True
    )


def _as_written(value: object) -> object:
    """A day as ISO 8601 writes it; the framework would take a number of seconds, too. Raises ``ValueError``."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_as_written)]


def moments_of(first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """From when until when the bank's days last, both included; all of them where no bound is asked. A day of another age
    counts as the edge of this one."""
    begin, end = (min(max(day, FIRST_DAY), LAST_DAY) for day in (first or FIRST_DAY, last or LAST_DAY))
    return midnight(begin), end_of(end)


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
