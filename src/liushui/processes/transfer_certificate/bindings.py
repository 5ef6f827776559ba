"""A large certificate changes hands: what both sides must see, and the transfer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import owner_of
from liushui.deposits.placed import sale_of, transfer_certificate
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount
from liushui.parties import Customer, customer_by_number
from liushui.processes.placed import bare_header, deposit_of, desk_of, shown
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def buyer_of(context: Context) -> tuple[CustomerAccount, Customer]:
        found = await services.directory.find(context.variables["buyer_account"], "buyer_account")
        owner = await owner_of(context.inside.conn, found.id)
        if owner is None:
            raise refuse("account_unknown", "buyer_account", account=found.number)
        context.link("account", found.number)
        context.link("customer", owner)
        return found, await customer_by_number(context.inside.conn, owner)

    async def sale(context: Context) -> dict[str, Any]:
        """Refuses like ``sale_of``."""
        contract, today = await deposit_of(services, context)
        account, buyer = await buyer_of(context)
        made = await sale_of(context.inside.conn, contract, context.variables["price"], account, buyer, today)
        assert contract.matures_on is not None
        return {
            "amount": made.price, "principal_shown": shown(contract.principal), "accrued_shown": shown(made.accrued),
            "price_shown": shown(made.price), "fee_shown": shown(made.fee), "matures_on": contract.matures_on.isoformat(),
        }  # fmt: skip

    async def transfer(context: Context) -> dict[str, Any]:
        """Refuses like ``transfer_certificate``."""
        contract, _ = await deposit_of(services, context)
        account, buyer = await buyer_of(context)
        await transfer_certificate(
            desk_of(services), context.inside, bare_header(context), contract.number, context.variables["price"],
            account, buyer,
        )  # fmt: skip
        return {}

    return [Binding("certificates.sale", sale), Binding("certificates.transfer", transfer)]
