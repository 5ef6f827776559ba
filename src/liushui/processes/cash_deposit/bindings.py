"""What the cash deposit asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import CASH_DEPOSIT
from liushui.kernel.amount_in_words import amount_in_words
from liushui.ledger import Post
from liushui.processes.accounts import CURRENCY, count
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def voucher(context: Context) -> dict[str, Any]:
        """Refuses ``count_differs`` where the notes do not make the amount."""
        v = context.variables
        count(v)
        found = await services.directory.find(v["account"], "account")
        context.link("account", found.number)
        return {"currency": CURRENCY, "amount_in_words": amount_in_words(v["amount"])}

    async def deposit(context: Context) -> dict[str, Any]:
        v = context.variables
        code, lines = await services.deposits.cash_lines(
            CASH_DEPOSIT,
            branch_id=context.branch_id,
            account=v["account"],
            amount=v["amount"],
            currency=CURRENCY,
        )
        return await post(services, context, Post(header_of(context, code, v.get("memo")), lines))

    return [Binding("cash.voucher", voucher), Binding("cash.deposit", deposit)]
