"""Overages and shortages: one count, one difference, booked after somebody else has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import count_by_id, require_fresh, stock_of
from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.processes.services import Services, header_of
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``cash_count_unknown``, ``cash_count_agrees``, ``cash_count_stale``, and ``cash_place_elsewhere`` for a
        place of another branch."""
        count = await count_by_id(context.inside.conn, context.variables["count"])
        if count.place.branch_id != context.branch_id:
            raise refuse("cash_place_elsewhere", "count", place=count.place.code)
        await require_fresh(context.inside, count)
        return {
            "place": count.place.code, "difference": count.difference, "counted_by": count.counted_by, "account": None,
        }  # fmt: skip

    async def book(context: Context) -> dict[str, Any]:
        """Refuses what ``book_difference`` refuses; then nothing has happened, and the supervisor decides anew."""
        v, uow = context.variables, context.inside
        await uow.head()
        count = await count_by_id(uow.conn, v["count"])
        number, posted = await services.cash.book_difference(
            uow, header_of(context, "", v["explanation"]), count, await stock_of(uow.conn, count.place),
            confirmed_by=context.operator, case_id=context.case_id,
        )  # fmt: skip
        context.link("journal", str(posted.journal_id))
        return {"difference_number": number, "journal": posted.journal_id}

    async def settle(context: Context, how: str, account: int | None) -> dict[str, Any]:
        v = context.variables
        outcome, posted = await services.cash.settle_difference(
            context.inside,
            header_of(context, "", v["note"]),
            v["difference_number"],
            how,
            customer_account=account,
        )
        context.link("journal", str(posted.journal_id))
        await audit(context.inside, services.clock, actor=context.operator, action="cash_difference_settled",
                    subject=str(v["difference_number"]), outcome=outcome)  # fmt: skip
        return {"outcome": outcome, "settled_journal": posted.journal_id}

    async def with_customer(context: Context) -> dict[str, Any]:
        """Refuses ``account_unknown`` and what the books refuse."""
        number = context.variables.get("account")
        if number is None:
            raise refuse("form_field_missing", "account")
        found = await services.directory.find(number, "account")
        context.link("account", found.number)
        return await settle(context, "customer", found.id)

    async def write_off(context: Context) -> dict[str, Any]:
        return await settle(context, "profit_or_loss", None)

    async def anew(context: Context) -> dict[str, Any]:
        """What was found before is forgotten: the next finding names its own account."""
        return {"finding": None, "account": None}

    async def remind(context: Context) -> dict[str, Any]:
        number = context.variables["difference_number"]
        await context.inside.emit(
            "cash_difference_untraced", context.now, payload={"case": context.case_id, "difference": number}
        )
        return {}

    return [
        Binding("difference.look", look),
        Binding("difference.book", book),
        Binding("difference.with_customer", with_customer),
        Binding("difference.write_off", write_off),
        Binding("difference.anew", anew),
        Binding("difference.remind", remind),
    ]
