"""What the cancellation of a transfer asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.kernel.errors import refuse
from liushui.processes.accounts import account_of, is_customer
from liushui.processes.services import Services
from liushui.workflow import Binding, Context, Q


def bindings(services: Services) -> Sequence[Binding]:
    async def ask(context: Context) -> dict[str, Any]:
        """Keep the payer's word under the lock of the transfer's case, so that it is either before its execution or
        too late. Refuses ``transfer_unknown`` and ``transfer_over``, and ``account_unknown`` to a customer who does not own
        the payer."""
        v, conn = context.variables, context.inside.conn
        if is_customer(context):
            await account_of(services, context, "payer")
        number = v["transfer"]
        seen = await conn.fetchrow(Q.instance, number)
        if seen is None or seen["key"] != "transfer" or seen["name"] != v["payer"]:
            raise refuse("transfer_unknown", "transfer", case=number)
        locked = await conn.fetchrow(Q.lock_instance, number)
        if locked is None or locked["status"] not in ("running", "incident"):
            raise refuse("transfer_over", "transfer", case=number)
        await services.transfers.withdraw(
            context.inside, number, reason=v.get("cancellation_reason"), by=context.operator
        )
        context.link("account", v["payer"])
        return {}

    return [Binding("transfer_cancellation.ask", ask)]
