"""What the procedures of placed deposits share: the deposit of the case, who may act on which channel, figures as people read
them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits import password_state
from liushui.deposits.placed import Contract, Desk, catch_up, contract_by_number
from liushui.deposits.placed.desk import must_be_open
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Header
from liushui.processes.accounts import CURRENCY, is_customer
from liushui.processes.services import Services, header_of
from liushui.products import Interest
from liushui.workflow import Context

WITHOUT_STAFF = ("online", "kiosk", "atm")
"""Channels on which nobody of the bank can stand: only the customer."""


def desk_of(services: Services) -> Desk:
    return Desk(services.clock, services.ledger, services.templates)


def bare_header(context: Context) -> Header:
    """The header of what this step books; the act sets the transaction code."""
    return header_of(context, "")


def on_offered_channel(context: Context) -> None:
    """Refuses ``channel_not_offered`` where somebody of the bank stands on a channel of machines."""
    if context.channel in WITHOUT_STAFF and context.person is not None and not is_customer(context):
        raise refuse("channel_not_offered", channel=context.case_channel)


async def deposit_of(services: Services, context: Context) -> tuple[Contract, date]:
    """The deposit of the case as it stands today, and today; what matured last night is done first.

    Refuses ``deposit_unknown``, also where a customer names somebody else's, ``deposit_closed`` and ``currency_differs``: the
    forms count in renminbi."""
    uow = context.inside
    today = (await uow.head()).business_date
    found = await contract_by_number(uow.conn, context.variables["deposit"])
    if is_customer(context) and context.operator != found.owner:
        raise refuse("deposit_unknown", "deposit", deposit=found.number)
    must_be_open(found)
    if found.currency != CURRENCY:
        raise refuse("currency_differs", "deposit", account=found.number, currency=found.currency)
    found = await catch_up(desk_of(services), uow, found, today)
    context.link("account", found.number)
    context.link("customer", found.owner)
    return found, today


async def proof_of(context: Context, contract: Contract) -> dict[str, Any]:
    """What the customer can prove themselves by: the password of the demand account that the deposit is paid to. A locked
    password is found at the first try."""
    state = await password_state(context.inside.conn, contract.linked_account_id)
    return {"account": contract.linked, "password_set": state.present}


def shown(minor: int | None, currency: str = CURRENCY) -> str | None:
    return None if minor is None else format_minor(minor, currency)


def breakdown(interest: Interest, currency: str = CURRENCY) -> Sequence[dict[str, Any]]:
    """Each stretch of days with its rate, as a customer reads it."""
    return [
        {
            "why": part.why, "principal": shown(part.principal, currency), "days": part.days,
            "from": None if part.start is None else part.start.isoformat(),
            "to": None if part.end is None else part.end.isoformat(), "rate": f"{part.rate:f}",
        }
        for part in interest.segments
    ]  # fmt: skip
