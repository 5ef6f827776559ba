"""What bindings may use of the bank, and how a posting names its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml

from liushui.accounting import InternalAccounts, Templates
from liushui.cash import Cash
from liushui.deposits import AccountOpening, Actor, Deposits
from liushui.kernel.business_calendar import load_business_calendar
from liushui.kernel.clock import Clock, bank_day
from liushui.ledger import Directory, Header, Ledger, Posted, Request
from liushui.parties import IdentityService
from liushui.payments import Payments, StandingOrders, TransferOrders
from liushui.risk import effective
from liushui.self_service import Proofs
from liushui.store.database import Database
from liushui.store.vault import Vault
from liushui.workflow import Context, parse_calendar


@dataclass(frozen=True, slots=True)
class Services:
    """The bank as bindings see it."""

    db: Database
    clock: Clock
    ledger: Ledger
    directory: Directory
    internal: InternalAccounts
    templates: Templates
    deposits: Deposits
    payments: Payments
    opening: AccountOpening
    identity_service: IdentityService
    transfers: TransferOrders
    standing: StandingOrders
    vault: Vault
    proofs: Proofs
    cash: Cash


@cache
def load_calendars() -> Mapping[str, Any]:
    """Working time by name; holidays and make-up days are those of the business calendar."""
    text = resources.files("liushui.processes").joinpath("calendars.yaml").read_text("utf-8")
    days = load_business_calendar()
    return {
        name: parse_calendar(
            name,
            {**body, "holidays": days.holidays, "workdays": dict.fromkeys(days.workdays, body["make_up"])},
        )
        for name, body in yaml.safe_load(text).items()
    }


def parameters_at(moment: datetime) -> Mapping[str, Any]:
    """The bank's parameters on the day of this moment, by the bank's own time zone."""
    return effective(bank_day(moment))


def header_of(
    context: Context, code: str, memo: str | None = None, *, value_date: date | None = None
) -> Header:
    """The header of a journal that this step of this case makes; one visit of an element posts once."""
    return Header(
        context.key, code, context.branch_id, context.operator, context.channel, memo=memo, value_date=value_date,
        process_instance=str(context.case_id), process_element=context.element, process_path=context.straight_through,
    )  # fmt: skip


def actor_of(context: Context) -> Actor:
    """Who acts in this step, for use cases that want an actor."""
    return Actor(context.operator, context.branch_id, context.channel, context.key)


async def post(services: Services, context: Context, request: Request) -> dict[str, Any]:
    """Book in the step's own transaction; the result names the journal."""
    posted: Posted = await services.ledger.post_within(context.inside, request)
    context.link("journal", str(posted.journal_id))
    return {"journal": posted.journal_id, "booking_date": posted.booking_date.isoformat()}
