"""Lifting one block of an account, by whoever may ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import LOSSES, Cause, block_of, lift_block, order_faults, record_order
from liushui.identity import audit
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import raise_if_any, refuse
from liushui.processes.accounts import held_account_of
from liushui.processes.block_account.bindings import TAKEN_OUT, order_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    clock = services.clock

    async def register(context: Context) -> dict[str, Any]:
        """Refuses ``block_unknown``, ``block_lifted``, ``block_of_loss`` and what is missing of a court's release."""
        v, uow = context.variables, context.inside
        found = await held_account_of(services, context)
        block = await block_of(uow.conn, found.id, v["block"])
        context.link("block", str(v["block"]))
        if block["cause"] in LOSSES:
            raise refuse("block_of_loss", "block", block=v["block"])
        order_id = None
        if block["cause"] == Cause.COURT:
            order, today = order_of("release", v), bank_day(context.now)
            raise_if_any(order_faults(order, later_than=today, latest=today))
            order_id = await record_order(
                uow, clock, order, account_id=found.id, received_by=context.operator, case_id=context.case_id
            )
        return {**TAKEN_OUT, "cause": block["cause"], "order": order_id}

    async def lift(context: Context) -> dict[str, Any]:
        v, found = context.variables, await held_account_of(services, context)
        lifted = await lift_block(
            context.inside, services.ledger, clock, v["block"], by=context.initiator, reason=v["reason"],
            authorised_by=context.operator, order_id=v["order"],
        )  # fmt: skip
        if lifted:
            await audit(context.inside, clock, actor=context.operator, action="account_unblocked",
                        subject=found.number, outcome=f"{v['cause']} {v['block']}")  # fmt: skip
        return {"lifted": lifted}

    return [Binding("unblock.register", register), Binding("unblock.lift", lift)]
