"""Dormant accounts: looked at, and active again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import Activity, activity_of, reactivate
from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.processes.accounts import account_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``account_not_dormant``."""
        found = await account_of(services, context)
        activity = await activity_of(context.inside.conn, found.id)
        if activity is Activity.ACTIVE:
            raise refuse("account_not_dormant", "account", account=found.number)
        return {"activity": activity.value}

    async def again(context: Context) -> dict[str, Any]:
        found = await account_of(services, context)
        await reactivate(
            context.inside, services.ledger, services.clock, found, by=context.initiator,
            authorised_by=context.operator, case_id=context.case_id,
        )  # fmt: skip
        await audit(context.inside, services.clock, actor=context.operator, action="account_reactivated",
                    subject=found.number, outcome="done")  # fmt: skip
        return {}

    return [Binding("reactivate.look", look), Binding("reactivate.reactivate", again)]
