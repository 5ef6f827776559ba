"""Cash from one place to another: sent by who holds the one, received by who holds the other, or back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import (
    TILL,
    Place,
    holder_of,
    minus,
    notes_from,
    place_by_code,
    till_of,
    transfer_on_its_way,
    value,
)
from liushui.kernel.errors import refuse
from liushui.ledger import Posted
from liushui.processes.services import Services, header_of
from liushui.workflow import Binding, Context

KEEPER = "vault_keeper"


async def require_hold(context: Context, place: Place, field: str) -> None:
    """Whoever acts holds the place: the teller their till, the keeper vault and machines. Refuses what ``till_of``
    refuses, ``cash_place_elsewhere`` and ``task_role_missing``."""
    if place.kind == TILL:
        if (await till_of(context.inside, context.operator, context.branch_id)).id != place.id:
            raise refuse("cash_place_elsewhere", field, place=place.code)
    elif context.person is None or KEEPER not in context.person.roles:
        raise refuse("task_role_missing", role=KEEPER)


def bindings(services: Services) -> Sequence[Binding]:
    def told(context: Context, posted: Posted) -> dict[str, Any]:
        context.link("journal", str(posted.journal_id))
        return {"journal": posted.journal_id}

    async def send(context: Context) -> dict[str, Any]:
        """Refuses what ``require_hold`` and ``check_transfer`` refuse, and ``till_not_held`` where nobody is at the
        receiving till."""
        v, uow = context.variables, context.inside
        giver = await place_by_code(uow.conn, v["giver"], "giver")
        receiver = await place_by_code(uow.conn, v["receiver"], "receiver")
        await require_hold(context, giver, "giver")
        by = await holder_of(uow.conn, receiver) if receiver.kind == TILL else None
        if receiver.kind == TILL and by is None:
            raise refuse("till_not_held", "receiver", teller=receiver.code)
        notes = notes_from(v["denominations"], giver.currency)
        if not value(notes):
            raise refuse("amount_not_positive", "denominations")
        posted = await services.cash.send(
            uow, header_of(context, ""), giver, receiver, notes, case_id=context.case_id
        )
        return told(context, posted) | {
            "amount": value(notes), "receiver_kind": receiver.kind, "receiver_by": by,
        }  # fmt: skip

    async def compare(context: Context) -> dict[str, Any]:
        """Refuses what ``require_hold`` refuses: whoever receives holds the place."""
        v = context.variables
        transfer = await transfer_on_its_way(context.inside, context.case_id)
        if v["accepted"] != "yes":
            return {"same": False}
        await require_hold(context, transfer.receiver, "receiver")
        counted = notes_from(v.get("counted"), transfer.giver.currency, "counted")
        return {"same": not minus(counted, transfer.notes)}

    async def arrive(context: Context) -> dict[str, Any]:
        transfer = await transfer_on_its_way(context.inside, context.case_id)
        return told(context, await services.cash.arrive(context.inside, header_of(context, ""), transfer))

    async def give_back(context: Context) -> dict[str, Any]:
        transfer = await transfer_on_its_way(context.inside, context.case_id)
        return told(context, await services.cash.give_back(context.inside, header_of(context, ""), transfer))

    return [
        Binding("cash_transfer.send", send),
        Binding("cash_transfer.compare", compare),
        Binding("cash_transfer.arrive", arrive),
        Binding("cash_transfer.give_back", give_back),
    ]
