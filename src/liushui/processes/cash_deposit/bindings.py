"""What the cash deposit asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import CASH_DEPOSIT
from liushui.kernel.amount_in_words import amount_in_words
from liushui.processes.accounts import CURRENCY
from liushui.processes.over_the_counter import Counted, book_cash_over_counter, counted, see_till
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def voucher(context: Context) -> dict[str, Any]:
        """Refuses ``count_differs`` where the notes less the change do not make the amount, and what ``see_till``
        refuses: the till is that of whoever begins the case, who has the notes in hand."""
        v = context.variables
        _, change = counted(v)
        seen = await see_till(context, teller=context.initiator, go=change, field="change")
        found = await services.directory.find(v["account"], "account")
        context.link("account", found.number)
        return seen | {"currency": CURRENCY, "amount_in_words": amount_in_words(v["amount"])}

    async def deposit(context: Context) -> dict[str, Any]:
        v = context.variables
        come, go = counted(v)
        what = Counted(v["account"], v["amount"], come, go, context.initiator)
        return await book_cash_over_counter(services, context, CASH_DEPOSIT, what, v.get("memo"))

    return [Binding("cash.voucher", voucher), Binding("cash.deposit", deposit)]
