"""Branch cash that stands in the books without notes, counted into the vault by two people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import HOME, VAULT, minus, notes_from, only_place, to_json, value
from liushui.processes.services import Services, header_of
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``face_unknown`` and ``branch_cash_too_little``."""
        first = notes_from(context.variables["denominations"], HOME)
        await services.cash.require_branch_cash(context.inside, context.branch_id, HOME, value(first))
        return {"first": to_json(first), "amount": value(first), "denominations": None}

    async def compare(context: Context) -> dict[str, Any]:
        v = context.variables
        return {"same": not minus(notes_from(v["first"], HOME), notes_from(v["denominations"], HOME))}

    async def book(context: Context) -> dict[str, Any]:
        vault = await only_place(context.inside.conn, context.branch_id, VAULT, HOME)
        notes = notes_from(context.variables["first"], HOME)
        posted = await services.cash.count_in(
            context.inside, header_of(context, ""), vault, notes, case_id=context.case_id
        )
        context.link("journal", str(posted.journal_id))
        return {"journal": posted.journal_id}

    return [
        Binding("count_in.look", look),
        Binding("count_in.compare", compare),
        Binding("count_in.post", book),
    ]
