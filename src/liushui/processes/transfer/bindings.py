"""What the transfer asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits import owner_of
from liushui.kernel.clock import BANK_TIME
from liushui.kernel.errors import refuse
from liushui.ledger import Post
from liushui.payments import HOLD_CODE, ONE_TIME_PASSWORD, UNPROVEN, VOID_CODE, Order
from liushui.processes.accounts import is_customer
from liushui.processes.proving import prove
from liushui.processes.services import Services, header_of, load_calendars, parameters_at
from liushui.processes.transfer.timing import execution_time
from liushui.workflow import Binding, Context

CURRENCY = "CNY"
WITHOUT_STAFF = ("online", "kiosk", "atm")
"""Channels on which nobody of the bank can stand: only the customer."""
SIGNED = ("payer", "payee", "amount")
"""What an electronic signature over a transfer must at least say."""


def bindings(services: Services) -> Sequence[Binding]:
    return [*_at_once(services), *_checks(services), *_later(services)]


def _at_once(services: Services) -> Sequence[Binding]:
    async def request(context: Context) -> Post:
        v = context.variables
        lines = await services.payments.lines(
            v["payer"], v["payee"], v["amount"], v.get("currency", CURRENCY)
        )
        value_date = v.get("value_date")
        header = header_of(
            context, services.payments.transfer_code, v.get("memo"),
            value_date=None if value_date is None else date.fromisoformat(value_date),
        )  # fmt: skip
        return Post(header, lines)

    async def book(context: Context) -> dict[str, Any]:
        made = await request(context)
        posted = await services.transfers.post(context.inside, await order_of(services, context), made)
        context.link("journal", str(posted.journal_id))
        return {"journal": posted.journal_id, "booking_date": posted.booking_date.isoformat()}

    return [Binding("transfer.post", book, request=request)]


def _checks(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """What decisions look at. Refuses ``channel_not_offered``, ``second_factor_not_offered``, and the limits of
        the channel before anybody is asked for anything."""
        v, channel, who = context.variables, context.case_channel, context.person
        if context.channel in WITHOUT_STAFF and who is not None and not is_customer(context):
            raise refuse("channel_not_offered", channel=channel)
        await services.payments.lines(v["payer"], v["payee"], v["amount"], v.get("currency", CURRENCY))
        order = await order_of(services, context)
        today = (await context.inside.head()).business_date
        facts = await services.transfers.look(context.inside.conn, order, today)
        if facts.needs.proof and channel != "online":
            raise refuse("second_factor_not_offered", channel=channel)
        return {
            "own": facts.own, "new_payee": facts.new_payee, "recent": facts.recent,
            "hour": context.now.astimezone(BANK_TIME).hour,
            "day_total": facts.totals.account_amount + v["amount"],
            "needs_proof": facts.needs.proof, "proof": order.proof,
            "needs_reminder": facts.needs.reminder and not order.reminded,
        }  # fmt: skip

    async def verify(context: Context) -> dict[str, Any]:
        """Where a signature is asked for, nothing else is looked at."""
        enough = context.variables.get("factor", ONE_TIME_PASSWORD) == ONE_TIME_PASSWORD
        return await prove(services, context, process="transfer", must_show=SIGNED, code_is_enough=enough)

    async def flag(context: Context) -> dict[str, Any]:
        """The payer hears that the transfer is looked at, by an event alone; not what made the bank look."""
        payer = await services.directory.find(context.variables["payer"], "payer")
        await context.inside.emit(
            "transfer_under_review", context.now, subjects=[payer.id], payload={"case": context.case_id}
        )
        return {}

    return [
        Binding("transfer.check", check),
        Binding("transfer.verify", verify),
        Binding("transfer.flag", flag),
    ]


def _later(services: Services) -> Sequence[Binding]:
    async def hold(context: Context) -> dict[str, Any]:
        """Refuses ``value_date_not_offered``: what is executed later has the value date of its execution."""
        v = context.variables
        if v.get("value_date") is not None:
            raise refuse("value_date_not_offered", "value_date")
        at = execution_time(
            v.get("execution") or "realtime", context.now, delayed=v.get("delayed", False),
            parameters=parameters_at(context.now), calendar=load_calendars()["counter"],
        )  # fmt: skip
        order = await order_of(services, context)
        header = header_of(context, HOLD_CODE, v.get("memo"))
        held = await services.transfers.hold(context.inside, order, header, at)
        context.link("journal", str(held.journal_id))
        await context.inside.emit(
            "transfer_waiting", context.now, subjects=[order.payer.id],
            payload={"case": context.case_id, "execute_at": at.isoformat()},
        )  # fmt: skip
        return {"hold": held.journal_id, "execute_at": at.isoformat()}

    async def execute(context: Context) -> dict[str, Any]:
        header = header_of(context, services.payments.transfer_code, context.variables.get("memo"))
        posted = await services.transfers.execute(context.inside, context.case_id, header)
        context.link("journal", str(posted.journal_id))
        return {"journal": posted.journal_id, "booking_date": posted.booking_date.isoformat()}

    async def release(context: Context) -> dict[str, Any]:
        payer = await services.transfers.release(
            context.inside, context.case_id, header_of(context, VOID_CODE)
        )
        await context.inside.emit(
            "transfer_released", context.now, subjects=[payer], payload={"case": context.case_id}
        )
        return {}

    return [
        Binding("transfer.hold", hold),
        Binding("transfer.execute", execute),
        Binding("transfer.release", release),
    ]


async def order_of(services: Services, context: Context) -> Order:
    """The transfer that the case is about. Refuses ``account_unknown``, also where a customer names somebody else's
    account as payer."""
    v = context.variables
    payer, payee = await services.directory.find_two((v["payer"], "payer"), (v["payee"], "payee"))
    if is_customer(context):
        owner = await owner_of(context.inside.conn, payer.id)
        if owner is None or owner != context.operator:
            raise refuse("account_unknown", "payer", account=v["payer"])
        context.link("customer", owner)
    for number in (payer.number, payee.number):
        context.link("account", number)
    return Order(
        context.case_id, payer, payee, v["amount"], context.case_channel,
        proof=v.get("proof", UNPROVEN), reminded=v.get("reminded", False),
    )  # fmt: skip
