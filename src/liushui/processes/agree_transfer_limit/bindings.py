"""What the agreement on a transfer limit asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.payments import ChannelLimit, agree_transfer_limit
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def agree(context: Context) -> dict[str, Any]:
        """Refuses ``account_unknown``. Neither amount nor number: the bank's own limits alone hold again."""
        v = context.variables
        account = await services.directory.find(v["account"], "account")
        await agree_transfer_limit(
            context.inside, services.clock, services.ledger, operator=context.operator, account=account,
            channel=v["channel"], limit=ChannelLimit(v.get("daily_amount"), v.get("daily_count")),
        )  # fmt: skip
        context.link("account", account.number)
        return {}

    return [Binding("agree_transfer_limit.agree", agree)]
