"""What the withdrawal of a complaint asks of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.kernel.errors import refuse
from liushui.processes.accounts import is_customer, own_number
from liushui.processes.services import Services
from liushui.service import complaint_by_number, standing_of
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Only whoever complained withdraws, and only what is not answered yet. Refuses ``complaint_unknown``,
        ``complaint_of_another`` and ``complaint_state_unfit``."""
        v = context.variables
        conn = context.inside.conn
        found = await complaint_by_number(conn, v["complaint"])
        if found.customer != own_number(context):
            if is_customer(context):  # whose it is, or that there is one, is nobody's business
                raise refuse("complaint_unknown", complaint=v["complaint"])
            raise refuse("complaint_of_another", "customer", complaint=found.number)
        standing = await standing_of(conn, found.number)
        if standing.status not in ("open", "reopened"):
            raise refuse("complaint_state_unfit", status=standing.status, what="withdrawn")
        context.link("complaint", found.number)
        if found.customer is not None:
            context.link("customer", found.customer)
        return {"withdrawal_key": f"{found.number}/{standing.round}"}

    return [Binding("complaint_withdrawal.check", check)]
