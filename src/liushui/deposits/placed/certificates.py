"""Large certificates: what the bank offers of them, and their passing from one customer to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from liushui.deposits.placed.desk import TRANSFER, Desk, must_be_open
from liushui.deposits.placed.maturity import catch_up
from liushui.deposits.placed.model import Contract, accrued
from liushui.deposits.placed.repository import Q, contract_by_number, facts_of, market_on
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.ledger import CustomerAccount, Header
from liushui.parties import Customer
from liushui.products import Kind, fees_due
from liushui.store.database import PoolConnection, UnitOfWork


@dataclass(frozen=True, slots=True)
class NewIssue:
    """An offer of certificates. offered: minor units in all. from_on, to_on: days on which they may be had."""

    product: str
    tenor: str
    offered: int
    from_on: date
    to_on: date


async def issue_faults(conn: PoolConnection, issue: NewIssue, today: date) -> list[Fault]:
    """Why certificates may not be offered so: ``issue_dates_wrong``, ``product_not_certificate``, ``product_tenor_unknown``,
    ``issue_too_small`` for less than one. Refuses ``product_unknown``."""
    product = (await market_on(conn, today)).catalogue.get(issue.product, issue.from_on)
    faults: list[Fault] = []
    if not today <= issue.from_on <= issue.to_on:
        faults.append(Fault("issue_dates_wrong", {"today": today.isoformat()}, "from_on"))
    if product.kind is not Kind.CERTIFICATE:
        faults.append(Fault("product_not_certificate", {"product": product.key}, "product"))
    if issue.tenor not in product.tenors:
        params = {"product": product.key, "tenor": issue.tenor[:12]}
        faults.append(Fault("product_tenor_unknown", params, "tenor"))
    if issue.offered < product.least.opening:
        faults.append(Fault("issue_too_small", {}, "offered"))
    return faults


async def offer_certificates(
    desk: Desk, uow: UnitOfWork, issue: NewIssue, *, entered_by: str, approved_by: str, case_id: int
) -> int:
    """Offer certificates; return the number of the issue. Refuses like ``issue_faults``, and ``issue_own_approval``."""
    faults = await issue_faults(uow.conn, issue, (await uow.head()).business_date)
    if entered_by == approved_by:
        faults.append(Fault("issue_own_approval"))
    raise_if_any(faults)
    return await uow.conn.fetchval(
        Q.insert_issue, issue.product, issue.tenor, issue.offered, issue.from_on, issue.to_on, case_id, entered_by,
        approved_by, desk.clock.now(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sale:
    """A certificate that is to change hands. price, fee: minor units. accrued: what it has earned up to today, for both
    sides to judge the price by."""

    contract: Contract
    price: int
    fee: int
    accrued: int


async def sale_of(
    conn: PoolConnection,
    contract: Contract,
    price: int,
    buyer_account: CustomerAccount,
    buyer: Customer,
    today: date,
) -> Sale:
    """Look at a transfer. Refuses ``deposit_closed``, and every fault at once: ``deposit_not_transferable``,
    ``deposit_matured``, ``transfer_to_owner``, ``product_not_for_holder``, ``currency_differs``,
    ``transfer_price_too_low`` where it would not pay the fee."""
    must_be_open(contract)
    market = await market_on(conn, today)
    product = market.product_of(contract)
    faults: list[Fault] = []
    if not product.transferable:
        faults.append(Fault("deposit_not_transferable", {"deposit": contract.number}, "deposit"))
    if not contract.is_early(today):
        faults.append(Fault("deposit_matured", {"deposit": contract.number}, "deposit"))
    if buyer.number == contract.owner:
        faults.append(Fault("transfer_to_owner", {}, "buyer_account"))
    if buyer.kind not in product.holders:
        faults.append(Fault("product_not_for_holder", {"product": product.key}, "buyer_account"))
    if buyer_account.currency != contract.currency:
        params = {"account": buyer_account.number, "currency": buyer_account.currency}
        faults.append(Fault("currency_differs", params, "buyer_account"))
    fee = fees_due(product, "transfer", contract.principal)
    if price <= fee:
        faults.append(Fault("transfer_price_too_low", {}, "price"))
    raise_if_any(faults)
    facts = (await facts_of(conn, market, [contract]))[contract.account_id]
    return Sale(contract, price, fee, accrued(product, contract, today, facts).minor)


async def transfer_certificate(
    desk: Desk, uow: UnitOfWork, header: Header, number: str, price: int, buyer_account: CustomerAccount, buyer: Customer
) -> Sale:  # fmt: skip
    """Pass a certificate on: the buyer pays the price to the seller, who bears the fee; term and rate go on, and at maturity it
    stays until the buyer says otherwise. Refuses like ``sale_of`` and the books, and ``account_blocked`` where the
    certificate itself is."""
    today = (await uow.head()).business_date
    contract = await catch_up(desk, uow, await contract_by_number(uow.conn, number), today)
    sale = await sale_of(uow.conn, contract, price, buyer_account, buyer, today)
    if await uow.conn.fetchval(Q.blocked, [contract.account_id]) is not None:
        raise refuse("account_blocked", "deposit", account=number, side="debit")
    roles = await desk.roles(uow, contract, contract.linked_account_id)
    roles |= {"buyer": buyer_account.id, "seller": contract.linked_account_id}
    journal = await desk.post(uow, desk.journal(TRANSFER, header, roles, {"price": price, "fee": sale.fee}))
    await uow.conn.execute(Q.change_owner, contract.account_id, buyer.id)
    await uow.conn.execute(Q.change_linked, contract.account_id, buyer_account.id)
    await desk.record(
        uow, contract, header, "transferred", today, amount=contract.principal, journal=journal,
        detail={"from": contract.owner, "to": buyer.number, "price": price, "fee": sale.fee, "accrued": sale.accrued},
    )  # fmt: skip
    return sale
