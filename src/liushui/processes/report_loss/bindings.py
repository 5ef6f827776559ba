"""Loss reports: blocked at once, lapsed, taken over, settled by a new card or found again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import NewLoss, card_of, end_loss, open_loss, replace_card, report_loss
from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.processes.accounts import account_of, is_customer
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    clock, ledger = services.clock, services.ledger

    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``loss_reported`` and ``loss_unknown``, and ``loss_in_person``: only at the counter is a written report
        signed, and only there is a loss taken back."""
        kind, found = context.variables["kind"], await account_of(services, context)
        if kind != "oral" and (context.channel != "counter" or is_customer(context)):
            raise refuse("loss_in_person", "kind")
        standing = await open_loss(context.inside.conn, found.id)
        if kind == "found" and standing is None:
            raise refuse("loss_unknown", "account", account=found.number)
        if standing is not None and (kind == "oral" or (kind, standing["kind"]) == ("written", "written")):
            raise refuse("loss_reported", "account", account=found.number)
        return {"report": standing["id"] if standing is not None and kind == "found" else None}

    async def report(context: Context) -> dict[str, Any]:
        v, found = context.variables, await account_of(services, context)
        new = NewLoss(found, v["kind"], v["reporter"], context.channel, context.operator, context.case_id)
        number, before = await report_loss(context.inside, ledger, clock, new)
        await audit(context.inside, clock, actor=context.operator, action=f"loss_reported_{v['kind']}",
                    subject=found.number, outcome=str(number))  # fmt: skip
        context.link("loss_report", str(number))
        return {"report": number, "oral_report": before}

    async def lapse(context: Context) -> dict[str, Any]:
        return await end(context, "lapsed", by="system", authorised_by=None)

    async def found_again(context: Context) -> dict[str, Any]:
        return await end(context, "found", by=context.initiator, authorised_by=context.operator)

    async def settle(context: Context) -> dict[str, Any]:
        """Give the customer a new card, if there was one, or only lift."""
        v, found = context.variables, await account_of(services, context)
        replaced = v["outcome"] == "replace"
        ended = await end(
            context, "replaced" if replaced else "found", by=context.initiator, authorised_by=context.operator
        )
        if replaced and ended["ended"] and await card_of(context.inside.conn, found.id) is not None:
            card = await replace_card(context.inside, clock, found.id, by=context.operator, reason="lost")
            context.link("card", card)
            return {**ended, "new_card": card}
        return ended

    async def end(context: Context, how: str, *, by: str, authorised_by: str | None) -> dict[str, Any]:
        number, found = context.variables["report"], await account_of(services, context)
        ended = await end_loss(context.inside, ledger, clock, number, how, by=by, authorised_by=authorised_by)
        if ended:
            await audit(context.inside, clock, actor=authorised_by or by, action=f"loss_{how}",
                        subject=found.number, outcome=str(number))  # fmt: skip
        return {"ended": ended}

    return [
        Binding("loss.look", look),
        Binding("loss.report", report),
        Binding("loss.lapse", lapse),
        Binding("loss.found", found_again),
        Binding("loss.settle", settle),
    ]
