"""What the transfer asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.ledger import Post
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Binding, Context

CURRENCY = "CNY"


def bindings(services: Services) -> Sequence[Binding]:
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
        for number in (context.variables["payer"], context.variables["payee"]):
            context.link("account", number)
        return await post(services, context, made)

    return [Binding("transfer.post", book, request=request)]
