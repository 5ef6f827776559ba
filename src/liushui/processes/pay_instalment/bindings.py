"""Instalments are paid in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits.placed import instalment_due, pay_instalment
from liushui.processes.placed import bare_header, deposit_of, desk_of, on_offered_channel, proof_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """What is paid in where the form does not say. Refuses like ``instalment_due``."""
        on_offered_channel(context)
        found, today = await deposit_of(services, context)
        due = await instalment_due(context.inside.conn, found, today)
        return await proof_of(context, found) | {"amount": context.variables.get("amount") or due}

    async def pay_in(context: Context) -> dict[str, Any]:
        """Refuses like ``pay_instalment``."""
        found, _ = await deposit_of(services, context)
        await pay_instalment(
            desk_of(services), context.inside, bare_header(context), found.number, context.variables["amount"]
        )
        return {}

    return [Binding("placed.instalment", look), Binding("placed.pay_in", pay_in)]
