"""A till or a machine becomes a place that holds cash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import HOME, open_place
from liushui.identity import audit, branch_by_id
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def opened(context: Context) -> dict[str, Any]:
        uow = context.inside
        branch = await branch_by_id(uow.conn, context.branch_id)
        place = await open_place(
            uow, services.ledger, kind=context.variables["kind"], branch_id=branch.id, branch_code=branch.code,
            currency=HOME,
        )  # fmt: skip
        await audit(uow, services.clock, actor=context.operator, action="cash_place_opened", subject=place.code,
                    outcome="done")  # fmt: skip
        return {"place": place.code}

    return [Binding("place.open", opened)]
