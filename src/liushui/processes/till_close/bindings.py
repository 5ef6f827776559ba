"""Closing a till: blind counts of cash and vouchers against the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liushui.cash import (
    CLOSING,
    Moved,
    close_session,
    count_by_id,
    held_to_close,
    minus,
    notes_from,
    record_count,
    settle_faces,
    stock_of,
)
from liushui.cash.vouchers import count_vouchers
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def compare(context: Context, *, by_face: bool) -> dict[str, Any]:
        """Keep the counts; only whether they agree is told. by_face: the first count must agree face by face, so that a
        slip of the pen is counted again before it is put right. Refuses ``till_not_held`` and ``face_unknown``."""
        v, uow = context.variables, context.inside
        till = (await held_to_close(uow, context.operator)).place
        notes = notes_from(v["denominations"], till.currency)
        who = Moved(context.operator, context.case_id)
        count = await record_count(uow, services.clock, till, notes, purpose=CLOSING, who=who)
        given: Mapping[str, int] = v.get("vouchers") or {}
        vouchers = {int(kind): pieces for kind, pieces in given.items()}
        paper = await count_vouchers(uow, services.clock, context.operator, vouchers, case_id=context.case_id)
        faces = not minus(notes, await stock_of(uow.conn, till))
        return {
            "till": till.code, "count": count.id, "cash_agrees": count.agrees, "vouchers_agree": paper,
            "agrees": paper and (faces if by_face else count.agrees), "vouchers": None,
        }  # fmt: skip

    async def first(context: Context) -> dict[str, Any]:
        return await compare(context, by_face=True)

    async def again(context: Context) -> dict[str, Any]:
        return await compare(context, by_face=False)

    async def close(context: Context) -> dict[str, Any]:
        """Put faces right where only they differed, and end the session. It runs in the step that has compared."""
        uow = context.inside
        held = await held_to_close(uow, context.operator)
        count = await count_by_id(uow.conn, context.variables["count"])
        put_right = await settle_faces(uow, services.clock, count, Moved(context.operator, context.case_id))
        await close_session(uow, services.clock, held)
        return {"faces_put_right": put_right}

    return [
        Binding("till.compare_closing", first),
        Binding("till.compare_again", again),
        Binding("till.close", close),
    ]
