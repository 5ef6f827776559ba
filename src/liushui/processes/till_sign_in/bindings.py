"""Signing in: a locked till again, or a free one against its last count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import (
    OPENING,
    Moved,
    Place,
    minus,
    notes_from,
    open_session,
    place_by_code,
    record_count,
    require_free,
    resume,
    stock_of,
)
from liushui.kernel.errors import Fault, raise_if_any
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``form_field_missing`` where no till of the teller's is locked and none is named or counted, and what
        ``require_free`` and ``resume`` refuse."""
        v, uow = context.variables, context.inside
        back = await resume(uow, context.operator)
        if back is not None:
            return {"resumed": True, "till": back.code}
        raise_if_any([Fault("form_field_missing", field=f) for f in ("till", "denominations") if f not in v])
        till = await place_by_code(uow.conn, v["till"], "till")
        await require_free(uow, till, context.operator, context.branch_id)
        return {"resumed": False, **await counted(context, till)}

    async def counted(context: Context, till: Place) -> dict[str, Any]:
        """Keep the count; whether it agrees with the last one, face by face, is all that is told."""
        uow, notes = context.inside, notes_from(context.variables["denominations"], till.currency)
        who = Moved(context.operator, context.case_id)
        count = await record_count(uow, services.clock, till, notes, purpose=OPENING, who=who)
        return {"agrees": not minus(notes, await stock_of(uow.conn, till)), "count": count.id}

    async def compare(context: Context) -> dict[str, Any]:
        return await counted(context, await place_by_code(context.inside.conn, context.variables["till"]))

    async def open_till(context: Context) -> dict[str, Any]:
        """Refuses what ``require_free`` refuses: somebody may have taken it meanwhile."""
        till = await place_by_code(context.inside.conn, context.variables["till"])
        await open_session(context.inside, services.clock, till, context.initiator, context.branch_id)
        return {}

    return [
        Binding("till.look", look),
        Binding("till.compare_opening", compare),
        Binding("till.open", open_till),
    ]
