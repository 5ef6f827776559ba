"""Closing an account: obstacles, what is left, and the end, in one transaction with the last posting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import (
    CASH_WITHDRAWAL,
    card_of,
    closing_obstacles,
    has_appointment,
    interest_if_settled,
    password_state,
    settle_account,
    use_appointment,
)
from liushui.kernel.amount_in_words import amount_in_words
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Post, balance, find_account
from liushui.processes.accounts import CURRENCY, account_of, cash_account_of
from liushui.processes.over_the_counter import Counted, book_cash_over_counter, counted
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Binding, Context


async def _book_out(services: Services, context: Context, amount: int) -> dict[str, Any]:
    """Book out what is left; an appointment that the cash needs is used. In cash it is not counted against the limits of the
    account's class: they are for accounts that live on."""
    v = context.variables
    if v["payout"] == "transfer":
        lines = await services.payments.lines(v["account"], v["payee"], amount, CURRENCY)
        header = header_of(context, services.payments.transfer_code, v["reason"])
        return await post(services, context, Post(header, lines))
    found = await account_of(services, context)
    if v["appointment"] == "fits":
        await use_appointment(
            context.inside,
            services.clock,
            account_id=found.id,
            branch_id=context.branch_id,
            amount=amount - v["interest"] + v.get("tax", 0),
        )
    go, come = counted(v)
    what = Counted(found.number, amount, come, go, context.operator)
    return await book_cash_over_counter(services, context, CASH_WITHDRAWAL, what, v["reason"], limited=False)


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """All obstacles at once, as codes. Refuses what is wrong with the form, and ``account_closed``."""
        v, conn = context.variables, context.inside.conn
        found = await cash_account_of(services, context)
        if (await find_account(conn, found.number))["closed_on"] is not None:
            raise refuse("account_closed", "account", account=found.number)
        if v["payout"] == "transfer":
            if "payee" not in v:
                raise refuse("form_field_missing", "payee")
            await services.payments.lines(found.number, v["payee"], 1, CURRENCY)
        password = await password_state(conn, found.id)
        obstacles = await closing_obstacles(conn, found.id)
        return {"obstacles": obstacles, "password_set": password.present, "currency": CURRENCY}

    async def taken_back(context: Context) -> dict[str, Any]:
        """Refuses ``card_not_returned`` and ``vouchers_not_returned``."""
        v, faults = context.variables, list[Fault]()
        found = await account_of(services, context)
        if not v.get("card_returned") and await card_of(context.inside.conn, found.id) is not None:
            faults.append(Fault("card_not_returned", field="card_returned"))
        if not v.get("vouchers_returned"):
            faults.append(Fault("vouchers_not_returned", field="vouchers_returned"))
        raise_if_any(faults)
        return {}

    async def compute(context: Context) -> dict[str, Any]:
        found, uow = await account_of(services, context), context.inside
        paid = await interest_if_settled(uow, services.clock, services.ledger, found)
        booked = (await balance(uow.conn, found.id)).ledger
        left = booked + paid.net
        # The customer has ordered what stood on the account; the interest of the last days nobody could have known.
        ordered = await has_appointment(uow, account_id=found.id, branch_id=context.branch_id, amount=booked)
        words = amount_in_words(left) if left > 0 else None
        return {
            "amount": left, "interest": paid.interest, "tax": paid.tax, "amount_in_words": words,
            "has_appointment": ordered, "amount_shown": format_minor(left, CURRENCY),
            "interest_shown": format_minor(paid.interest, CURRENCY), "tax_shown": format_minor(paid.tax, CURRENCY),
        }  # fmt: skip

    async def close(context: Context) -> dict[str, Any]:
        """Pay the interest, book out what is left and close. Refuses ``balance_changed`` where it is not what was
        computed, and like the books."""
        v, uow = context.variables, context.inside
        found, amount = await account_of(services, context), v["amount"]
        await settle_account(
            uow, services.clock, services.ledger, found, key=f"{context.key}:interest",
            case=(str(context.case_id), context.element),
        )  # fmt: skip
        if (await balance(uow.conn, found.id)).ledger != amount:
            raise refuse("balance_changed", account=found.number)
        result: dict[str, Any] = {}
        if amount:
            result = await _book_out(services, context, amount)
        await services.deposits.close_within(uow, found, by=context.operator)
        return result

    return [
        Binding("close.check", check),
        Binding("close.taken_back", taken_back),
        Binding("close.compute", compute),
        Binding("close.close", close),
    ]
