"""Blocks of accounts: papers registered, placed, prolonged, ended with their last day.

Numbers of officers' certificates go into the order's row and out of the case in the step that took them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from liushui.deposits import (
    Cause,
    NewBlock,
    Order,
    lift_block,
    order_faults,
    place_block,
    prolong_block,
    record_order,
)
from liushui.identity import audit
from liushui.kernel.clock import bank_day, end_of
from liushui.kernel.errors import raise_if_any
from liushui.processes.accounts import held_account_of
from liushui.processes.services import Services, parameters_at
from liushui.workflow import Binding, Context
from liushui.workflow.calendars import due

TAKEN_OUT = {"officer_one_id": None, "officer_two_id": None}


def order_of(kind: str, v: Mapping[str, Any]) -> Order:
    """What the form says of an authority's document."""
    until = v.get("until")
    return Order(
        kind, v.get("authority"), v.get("document_reference"), v.get("officer_one_name"), v.get("officer_one_id"),
        v.get("officer_two_name"), v.get("officer_two_id"), date.fromisoformat(until) if until else None,
    )  # fmt: skip


def bindings(services: Services) -> Sequence[Binding]:
    clock = services.clock

    async def take_order(context: Context, kind: str, later_than: date) -> dict[str, Any]:
        """Keep an order that is complete, and say when its block ends and when somebody is reminded of it."""
        parameters = parameters_at(context.now)
        found = await held_account_of(services, context)
        latest = bank_day(due(context.now, parameters["court_freeze_lasts_most"], None))
        order = order_of(kind, context.variables)
        raise_if_any(order_faults(order, later_than=later_than, latest=latest))
        number = await record_order(
            context.inside, clock, order, account_id=found.id, received_by=context.operator,
            case_id=context.case_id,
        )  # fmt: skip
        assert order.until_on is not None
        ends = end_of(order.until_on)
        remind = ends - timedelta(days=parameters["court_freeze_reminder_days"])
        return {**TAKEN_OUT, "order": number, "expires_at": ends.isoformat(), "remind_at": remind.isoformat()}

    async def register(context: Context) -> dict[str, Any]:
        if context.variables["cause"] == Cause.COURT:
            yesterday = bank_day(context.now) - timedelta(days=1)
            return await take_order(context, "freeze", yesterday)
        await held_account_of(services, context)
        return {**TAKEN_OUT, "order": None, "expires_at": None, "remind_at": None}

    async def place(context: Context) -> dict[str, Any]:
        v, found = context.variables, await held_account_of(services, context)
        until = date.fromisoformat(v["until"]) if v["order"] is not None else None
        number = await place_block(
            context.inside, services.ledger, clock,
            NewBlock(
                found.id, Cause(v["cause"]), debit=True, credit=v["scope"] == "both", reason=v["reason"],
                placed_by=context.initiator, authorised_by=context.operator, case_id=context.case_id,
                order_id=v["order"], until_on=until,
            ),
        )  # fmt: skip
        await audit(context.inside, clock, actor=context.operator, action="account_blocked", subject=found.number,
                    outcome=f"{v['cause']} {number}")  # fmt: skip
        context.link("block", str(number))
        return {"block": number, "blocked_until": v.get("until")}

    async def register_renewal(context: Context) -> dict[str, Any]:
        v = context.variables
        if v["renewal"] != "renew":
            return {**TAKEN_OUT, "prolonged": False}
        taken = await take_order(context, "renewal", date.fromisoformat(v["blocked_until"]))
        # The block ends as before until the renewal is authorised.
        new = {f"new_{name}": taken.pop(name) for name in ("expires_at", "remind_at")}
        return {**taken, **new, "prolonged": False}

    async def prolong(context: Context) -> dict[str, Any]:
        v, found = context.variables, await held_account_of(services, context)
        await prolong_block(
            context.inside, v["block"], until_on=date.fromisoformat(v["until"]), order_id=v["order"]
        )
        await audit(context.inside, clock, actor=context.operator, action="block_prolonged", subject=found.number,
                    outcome=f"{v['block']} until {v['until']}")  # fmt: skip
        return {"prolonged": True, "blocked_until": v["until"], "expires_at": v["new_expires_at"],
                "remind_at": v["new_remind_at"]}  # fmt: skip

    async def expire(context: Context) -> dict[str, Any]:
        """Lift the block at its end, where nobody has before."""
        v, found = context.variables, await held_account_of(services, context)
        lifted = await lift_block(
            context.inside, services.ledger, clock, v["block"], by="system", reason="last day over"
        )
        if lifted:
            await audit(context.inside, clock, actor="system", action="block_expired", subject=found.number,
                        outcome=str(v["block"]))  # fmt: skip
        return {"lifted": lifted}

    return [
        Binding("block.register", register),
        Binding("block.place", place),
        Binding("block.register_renewal", register_renewal),
        Binding("block.prolong", prolong),
        Binding("block.expire", expire),
    ]
