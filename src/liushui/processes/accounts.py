"""What many bindings do first: find the account of the case, and see that a customer names only their own."""

from __future__ import annotations

from liushui.deposits import owner_of
from liushui.deposits.placed.repository import Q as PLACED_Q
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount
from liushui.processes.services import Services
from liushui.workflow import Context

CURRENCY = "CNY"
CUSTOMER_ROLE = "customer"


def is_customer(context: Context) -> bool:
    """Whether a customer, and nobody of the bank, makes this step."""
    return context.person is not None and CUSTOMER_ROLE in context.person.roles


def own_number(context: Context, field: str = "customer") -> str | None:
    """The customer number in a variable; a customer's own where they leave it out. Refuses ``customer_unknown`` where a
    customer names another."""
    given: str | None = context.variables.get(field)
    if not is_customer(context):
        return given
    if given is not None and given != context.operator:
        raise refuse("customer_unknown", field, customer=given[:20])
    return context.operator


async def account_of(services: Services, context: Context, field: str = "account") -> CustomerAccount:
    """The account in a variable; the case is linked to it and to its owner. Refuses ``account_unknown``, also where a
    customer names somebody else's: who owns what is nobody's business."""
    found = await services.directory.find(context.variables[field], field)
    owner = await owner_of(context.inside.conn, found.id)
    if owner is None or (is_customer(context) and context.operator != owner):
        raise refuse("account_unknown", field, account=found.number)
    context.link("account", found.number)
    context.link("customer", owner)
    return found


async def held_account_of(services: Services, context: Context) -> CustomerAccount:
    """The same for what may be blocked: a demand account, or a placed deposit by its own number."""
    number = context.variables["account"]
    row = await context.inside.conn.fetchrow(PLACED_Q.contract, number)
    if row is None or (is_customer(context) and context.operator != row["owner"]):
        return await account_of(services, context)
    context.link("account", number)
    context.link("customer", row["owner"])
    return CustomerAccount(row["account_id"], number, row["branch_id"], row["currency"])


async def cash_account_of(services: Services, context: Context) -> CustomerAccount:
    """The same for cash, which the counter keeps in one currency. Refuses ``currency_differs`` too."""
    found = await account_of(services, context)
    if found.currency != CURRENCY:
        raise refuse("currency_differs", "account", account=found.number, currency=found.currency)
    return found
