"""What the cash withdrawal asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import CASH_WITHDRAWAL, has_appointment, password_state, use_appointment
from liushui.kernel.amount_in_words import amount_in_words
from liushui.ledger import Post
from liushui.processes.accounts import CURRENCY, account_of, cash_account_of, count
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        found, amount = await cash_account_of(services, context), context.variables["amount"]
        uow = context.inside
        password = await password_state(uow.conn, found.id)
        ordered = await has_appointment(uow, account_id=found.id, branch_id=context.branch_id, amount=amount)
        return {
            "currency": CURRENCY, "amount_in_words": amount_in_words(amount), "has_appointment": ordered,
            "password_set": password.present, "password_locked": password.locked,
        }  # fmt: skip

    async def count_out(context: Context) -> dict[str, Any]:
        count(context.variables)
        return {}

    async def pay(context: Context) -> dict[str, Any]:
        """Book, and use the appointment that the amount needed. Refuses like the books, and
        ``appointment_missing`` where somebody else has used it meanwhile."""
        v = context.variables
        found = await account_of(services, context)
        if v["appointment"] == "fits":
            await use_appointment(
                context.inside, services.clock, account_id=found.id, branch_id=context.branch_id,
                amount=v["amount"],
            )  # fmt: skip
        code, lines = await services.deposits.cash_lines(
            CASH_WITHDRAWAL, branch_id=context.branch_id, account=found.number, amount=v["amount"],
            currency=CURRENCY,
        )  # fmt: skip
        return await post(services, context, Post(header_of(context, code, v.get("memo")), lines))

    return [
        Binding("withdrawal.check", check),
        Binding("cash.count_out", count_out),
        Binding("withdrawal.pay", pay),
    ]
