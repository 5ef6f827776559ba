"""Counting a vault or a machine: two people, each alone, then the books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import (
    CLOSING,
    HOME,
    MACHINE,
    VAULT,
    Moved,
    Place,
    count_by_id,
    last_movement,
    minus,
    notes_from,
    only_place,
    place_by_code,
    record_count,
    settle_faces,
    to_json,
)
from liushui.kernel.errors import refuse
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


async def place_of(context: Context) -> Place:
    """The place that is counted. Refuses ``cash_place_unknown`` and ``cash_place_elsewhere``."""
    conn, code = context.inside.conn, context.variables.get("place")
    if code is None:
        return await only_place(conn, context.branch_id, VAULT, HOME)
    place = await place_by_code(conn, code, "place")
    if place.branch_id != context.branch_id or place.kind not in (VAULT, MACHINE):
        raise refuse("cash_place_elsewhere", "place", place=place.code)
    return place


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Keep the keeper's count for the comparison. Refuses what ``place_of`` refuses, and ``face_unknown``."""
        await context.inside.head()
        place = await place_of(context)
        first = notes_from(context.variables["denominations"], place.currency)
        return {
            "place": place.code, "first": to_json(first), "seen": await last_movement(context.inside.conn, place),
            "denominations": None,
        }  # fmt: skip

    async def compare(context: Context) -> dict[str, Any]:
        """Both counts face by face, then the books by value. What has moved in between makes both worthless."""
        v, uow = context.variables, context.inside
        await uow.head()
        place = await place_of(context)
        first, second = notes_from(v["first"], place.currency), notes_from(v["denominations"], place.currency)
        if minus(first, second) or await last_movement(uow.conn, place) != v["seen"]:
            return {"result": "counters_differ"}
        count = await record_count(
            uow, services.clock, place, second, purpose=CLOSING, who=Moved(context.initiator, context.case_id),
            second=context.operator,
        )  # fmt: skip
        return {"result": "agrees" if count.agrees else "differs", "count": count.id}

    async def close(context: Context) -> dict[str, Any]:
        count = await count_by_id(context.inside.conn, context.variables["count"])
        who = Moved(context.initiator, context.case_id)
        return {"faces_put_right": await settle_faces(context.inside, services.clock, count, who)}

    return [Binding("vault.look", look), Binding("vault.compare", compare), Binding("vault.close", close)]
