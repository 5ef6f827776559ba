"""Standing orders: looked at, proven, kept. Their end is the procedure ``cancel_standing_order``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits import owner_of
from liushui.identity import audit
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.parties import customer_by_number
from liushui.payments import SELF_SERVICE, NewStandingOrder, OnHoliday, Schedule
from liushui.processes.accounts import CURRENCY, account_of, is_customer
from liushui.processes.services import Services, parameters_at
from liushui.self_service import Proof
from liushui.workflow import Binding, Context

WEEK = 7
ATTEMPTS_MOST = 3


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses what is missing, ``channel_not_offered``, ``account_unknown``, like ``StandingOrders.faults``, and
        ``standing_order_at_the_counter`` for what a one-time password is not enough for (银发〔2016〕261号 art. 9)."""
        refuse_wrong_hand(context)
        faults = _missing(context)
        new = await _asked_for(services, context)
        uow = context.inside
        today = (await uow.head()).business_date
        raise_if_any([*faults, *await services.standing.faults(uow.conn, new, today)])
        alone = context.case_channel in SELF_SERVICE
        owners = [await owner_of(uow.conn, account.id) for account in (new.payer, new.payee)]
        own, most = owners[0] == owners[1], parameters_at(context.now)["online_certificate_from"]
        if alone and not own and (new.amount is None or new.amount > most):
            raise refuse("standing_order_at_the_counter", "amount", most=format_minor(most, CURRENCY))
        return {"self_service": alone, "own": own, "sweep": new.amount is None, "most": new.amount or 0}

    async def verify(context: Context) -> dict[str, Any]:
        """A wrong code is a result, not a refusal: a refusal would undo the count of attempts."""
        v, uow = context.variables, context.inside
        party = await customer_by_number(uow.conn, context.operator)
        try:
            right = await services.proofs.check(uow, party.id, Proof(v["one_time_password"]), None)
        except Refused as refused:
            return {
                "proven": False, "attempts": ATTEMPTS_MOST, "fault": {"code": refused.code, "params": {}},
            }  # fmt: skip
        return {"proven": right, "attempts": v.get("attempts", 0) + 1}

    async def keep(context: Context) -> dict[str, Any]:
        """Refuses like ``StandingOrders.agree``: time has passed since it was looked at."""
        new = await _asked_for(services, context)
        number = await services.standing.agree(
            context.inside, new, by=context.initiator, case_id=context.case_id
        )
        context.link("standing_order", str(number))
        await audit(context.inside, services.clock, actor=context.operator, action="standing_order_agreed",
                    subject=new.payer.number, outcome=str(number))  # fmt: skip
        return {"standing_order": number}

    async def cancel(context: Context) -> dict[str, Any]:
        """Refuses ``form_field_missing``, ``channel_not_offered``, and like ``StandingOrders.cancel``."""
        refuse_wrong_hand(context)
        raise_if_any(_missing(context))
        v, payer = context.variables, await account_of(services, context, "payer")
        await services.standing.cancel(context.inside, v["order"], payer, by=context.operator)
        context.link("standing_order", str(v["order"]))
        await audit(context.inside, services.clock, actor=context.operator, action="standing_order_cancelled",
                    subject=payer.number, outcome=str(v["order"]))  # fmt: skip
        return {}

    return [
        Binding("standing_order.check", check),
        Binding("standing_order.verify", verify),
        Binding("standing_order.keep", keep),
        Binding("standing_order.cancel", cancel),
    ]


def refuse_wrong_hand(context: Context) -> None:
    """Where nobody of the bank can stand, only the customer acts. Refuses ``channel_not_offered``."""
    if context.channel in SELF_SERVICE and context.person is not None and not is_customer(context):
        raise refuse("channel_not_offered", channel=context.channel)


def _missing(context: Context) -> list[Fault]:
    """What this channel or these terms need beside what the form requires."""
    v, needed = context.variables, list[str]()
    if context.case_channel == "counter" and not v.get("identified"):
        needed.append("identified")
    if "what" in v:
        needed += ["amount"] if v["what"] == "fixed" else []
        needed += {"monthly": ["month_day"], "days": ["every_days"]}.get(v["rhythm"], [])
    return [
        Fault("form_field_missing", field=name)
        for name in needed
        if v.get(name) is None or v.get(name) is False
    ]


async def _asked_for(services: Services, context: Context) -> NewStandingOrder:
    v = context.variables
    payer = await account_of(services, context, "payer")
    payee = await services.directory.find(v["payee"], "payee")
    context.link("account", payee.number)
    rhythm, last_on = v["rhythm"], v.get("last_on")
    schedule = Schedule(
        v.get("month_day") if rhythm == "monthly" else None,
        {"weekly": WEEK, "days": v.get("every_days")}.get(rhythm),
        date.fromisoformat(v["first_on"]),
        None if last_on is None else date.fromisoformat(last_on),
        v.get("times"), OnHoliday(v["on_holiday"]), v.get("retries") or 0,
    )  # fmt: skip
    amount: int | None = v.get("amount") if v["what"] == "fixed" else None
    return NewStandingOrder(
        payer,
        payee,
        amount,
        v.get("kept") or 0,
        schedule,
        context.case_channel,
        v.get("memo"),
        v.get("replaces"),
    )
