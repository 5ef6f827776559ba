"""Notices of notice deposits: given and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits.placed import cancel_notice, give_notice
from liushui.kernel.errors import refuse
from liushui.processes.placed import bare_header, deposit_of, desk_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def notice(context: Context) -> dict[str, Any]:
        """Refuses ``form_field_missing`` for a notice without its day, and like ``give_notice`` and ``cancel_notice``."""
        v, desk = context.variables, desk_of(services)
        found, _ = await deposit_of(services, context)
        if v["action"] == "cancel":
            await cancel_notice(desk, context.inside, bare_header(context), found.number)
            return {}
        if "for_day" not in v:
            raise refuse("form_field_missing", "for_day")
        await give_notice(
            desk,
            context.inside,
            bare_header(context),
            found.number,
            v["amount"],
            date.fromisoformat(v["for_day"]),
        )
        return {}

    return [Binding("placed.notice", notice)]
