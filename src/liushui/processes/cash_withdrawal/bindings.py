"""What the cash withdrawal asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import CASH_WITHDRAWAL, has_appointment, password_state, refuse_dormant, use_appointment
from liushui.kernel.amount_in_words import amount_in_words
from liushui.processes.accounts import CURRENCY, account_of, cash_account_of
from liushui.processes.over_the_counter import Counted, book_cash_over_counter, counted, see_till
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        found, amount = await cash_account_of(services, context), context.variables["amount"]
        uow = context.inside
        await refuse_dormant(uow.conn, found)
        password = await password_state(uow.conn, found.id)
        ordered = await has_appointment(uow, account_id=found.id, branch_id=context.branch_id, amount=amount)
        return {
            "currency": CURRENCY, "amount_in_words": amount_in_words(amount), "has_appointment": ordered,
            "password_set": password.present, "password_locked": password.locked,
        }  # fmt: skip

    async def count_out(context: Context) -> dict[str, Any]:
        """Refuses ``count_differs``, ``face_unknown``, and what ``see_till`` refuses: the till is that of whoever counts
        the notes out."""
        go, _ = counted(context.variables)
        return await see_till(context, teller=context.operator, go=go, field="denominations")

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
        go, come = counted(v)
        what = Counted(found.number, v["amount"], come, go, context.operator)
        return await book_cash_over_counter(services, context, CASH_WITHDRAWAL, what, v.get("memo"))

    return [
        Binding("withdrawal.check", check),
        Binding("cash.count_out", count_out),
        Binding("withdrawal.pay", pay),
    ]
