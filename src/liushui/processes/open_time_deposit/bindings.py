"""A deposit is placed: what the bank offers, shown and fixed, and the placing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from liushui.deposits import owner_of, password_state
from liushui.deposits.placed import Instruction, NewDeposit, offer_for, place
from liushui.identity import branch_by_id
from liushui.kernel.amount_in_words import amount_in_words
from liushui.ledger import CustomerAccount
from liushui.parties import Customer, customer_by_number
from liushui.processes.accounts import cash_account_of
from liushui.processes.placed import bare_header, desk_of, on_offered_channel, shown
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def parties_of(context: Context) -> tuple[CustomerAccount, Customer]:
        found = await cash_account_of(services, context)
        number = await owner_of(context.inside.conn, found.id)
        assert number is not None
        return found, await customer_by_number(context.inside.conn, number)

    async def offer(context: Context) -> dict[str, Any]:
        """Refuses like ``offer_for``; the rate that a customer online was shown counts the first time only: after that
        people are asked."""
        on_offered_channel(context)
        v, uow = context.variables, context.inside
        found, owner = await parties_of(context)
        today = (await uow.head()).business_date
        new = wish(v, v.get("rate") if "rate_shown" not in v else None)
        made = await offer_for(uow.conn, new, found, owner, today)
        password = await password_state(uow.conn, found.id)
        return {
            "instruction": new.instruction.value, "product_name": made.product.zh, "product_name_en": made.product.en,
            "rate_shown": f"{made.shown:f}", "amount_shown": shown(new.amount),
            "amount_in_words": amount_in_words(new.amount),
            "interest_shown": None if made.interest is None else shown(made.interest.minor),
            "tax_shown": None if made.interest is None else shown(made.interest.tax),
            "matures_on": None if made.matures_on is None else made.matures_on.isoformat(),
            "password_set": password.present,
        }  # fmt: skip

    async def open_(context: Context) -> dict[str, Any]:
        """Refuses ``rate_changed`` where it is not what was shown any more, and like ``place``."""
        v, uow = context.variables, context.inside
        found, owner = await parties_of(context)
        branch = await branch_by_id(uow.conn, found.branch_id)
        contract = await place(
            desk_of(services), uow, bare_header(context), wish(v, v["rate_shown"]), found, owner,
            branch_code=branch.code,
        )  # fmt: skip
        context.link("account", contract.number)
        return {"deposit": contract.number, "opened_on": contract.opened_on.isoformat()}

    return [Binding("placed.offer", offer), Binding("placed.open", open_)]


def wish(v: Any, rate: str | None) -> NewDeposit:
    """What the form says. rate: in percent, that the customer was shown."""
    return NewDeposit(
        v["product"], v.get("tenor") or "", v["amount"], Instruction(v.get("instruction") or "stay"), v.get("voucher"),
        None if rate is None else Decimal(rate),
    )  # fmt: skip
