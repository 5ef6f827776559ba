"""Instalments are paid in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from liushui.deposits.placed.desk import OPENING, Desk, must_be_open
from liushui.deposits.placed.model import Contract, plan_of
from liushui.deposits.placed.repository import Q, contract_by_number, facts_of, market_on
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Header
from liushui.products import Kind, is_kept, stood
from liushui.store.database import PoolConnection, UnitOfWork


async def instalment_due(conn: PoolConnection, contract: Contract, today: date) -> int:
    """What may be paid in today, in minor units: this month's instalment and what was missed and may still be made up; 0:
    nothing is due.

    Refuses ``deposit_not_instalment``, ``deposit_closed``, ``deposit_matured``, and ``instalment_broken`` where a month
    was missed and not made up in time."""
    must_be_open(contract)
    if contract.kind is not Kind.INSTALMENT:
        raise refuse("deposit_not_instalment", "deposit", deposit=contract.number)
    if not contract.is_early(today):
        raise refuse("deposit_matured", "deposit", deposit=contract.number)
    market, plan = await market_on(conn, today), plan_of(contract)
    payments = (await facts_of(conn, market, [contract]))[contract.account_id].payments
    if not is_kept(market.product_of(contract), plan, payments, today):
        raise refuse("instalment_broken", "deposit", deposit=contract.number)
    return plan.amount * min(plan.month_of(today), plan.months) - stood(plan, payments)[-1]


async def pay_instalment(desk: Desk, uow: UnitOfWork, header: Header, number: str, amount: int) -> Contract:
    """Pay instalments in from the linked demand account: this month's, and one that was missed. Refuses
    ``instalment_amount_differs`` for what is not a multiple of the instalment or more than is due, and like
    ``instalment_due`` and the books."""
    today = (await uow.head()).business_date
    contract = await contract_by_number(uow.conn, number)
    due = await instalment_due(uow.conn, contract, today)
    assert contract.instalment is not None
    if not 0 < amount <= due or amount % contract.instalment:
        params: Mapping[str, str] = {
            "due": format_minor(due, contract.currency),
            "instalment": format_minor(contract.instalment, contract.currency),
        }
        raise refuse("instalment_amount_differs", "amount", **params)
    roles = await desk.roles(uow, contract, contract.linked_account_id)
    journal = await desk.post(uow, desk.journal(OPENING, header, roles, {"principal": amount, "fee": 0}))
    await uow.conn.execute(Q.paid_in, contract.account_id, amount)
    await desk.record(uow, contract, header, "paid_in", today, amount=amount, journal=journal)
    return contract
