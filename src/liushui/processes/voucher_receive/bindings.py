"""New vouchers come into stock, counted by two people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash.vouchers import By, range_of, receive, require_new
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``voucher_kind_unknown``, ``voucher_range_malformed`` and ``voucher_known``."""
        v = context.variables
        numbers = range_of(v["kind"], v["first"], v["last"])
        await require_new(context.inside.conn, numbers)
        return {"pieces": numbers.pieces}

    async def into_stock(context: Context) -> dict[str, Any]:
        v = context.variables
        by = By(context.initiator, context.operator, case_id=context.case_id)
        numbers = range_of(v["kind"], v["first"], v["last"])
        await receive(context.inside, services.clock, numbers, context.branch_id, by)
        return {}

    return [Binding("voucher.look_new", look), Binding("voucher.receive", into_stock)]
