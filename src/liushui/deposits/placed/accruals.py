"""What has accrued on placed deposits, per branch, currency and product, for the day-end to book.

As contracts stand now. Where a day is closed after business has gone on, what was taken out meanwhile does not count any
more: what the bank owes then comes out right a close later, and what customers are paid does not depend on it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal, localcontext

from liushui.deposits.interest import Accrued, open_payable_accounts
from liushui.deposits.placed.model import PLACED, Contract, Instruction, State, accrued
from liushui.deposits.placed.repository import Market, Q, contracts_by_id, facts_of, market_on
from liushui.ledger import Ledger
from liushui.products import Kind
from liushui.products.interest import PRECISION
from liushui.store.database import PoolConnection, UnitOfWork

Place = tuple[int, str, str]
"""branch, currency, product"""


async def placed_accrued(uow: UnitOfWork, ledger: Ledger, day: date, until: date) -> list[Accrued]:
    """What has accrued up to and without ``until`` at the rates posted on ``day``. Opens the accounts on which it is booked
    where they are missing."""
    market = await market_on(uow.conn, day)
    products = sorted({(p.key, p.currency) for p in market.catalogue if p.kind in PLACED})
    await open_payable_accounts(uow, ledger, products)
    exact = await exact_interest(uow.conn, market, until)
    roles = [f"interest_payable_{key}" for key, _ in products]
    return [
        Accrued(**dict(row), exact=exact.get((row["branch_id"], row["currency"], row["product"]), Decimal(0)))
        for row in await uow.conn.fetch(Q.payables, roles)
    ]


async def exact_interest(conn: PoolConnection, market: Market, until: date) -> dict[Place, Decimal]:
    """In minor units with their fraction."""
    sums: dict[Place, Decimal] = defaultdict(Decimal)
    with localcontext(prec=PRECISION):
        for contract in await _grouped(conn, market, until):
            facts = market.facts(market.product_of(contract))
            earned = accrued(market.product_of(contract), contract, until, facts).exact
            sums[contract.branch_id, contract.currency, contract.product] += earned
        ids = [row["account_id"] for row in await conn.fetch(Q.accruing_singly, until)]
        single = await contracts_by_id(conn, ids)
        facts_by_id = await facts_of(conn, market, single)
        for contract in single:
            earned = accrued(
                market.product_of(contract), contract, until, facts_by_id[contract.account_id]
            ).exact
            sums[contract.branch_id, contract.currency, contract.product] += earned
    return sums


async def _grouped(conn: PoolConnection, market: Market, until: date) -> list[Contract]:
    """One contract for all that were placed on the same day on the same terms, with the sum of what counts of them."""
    placed = [p for p in market.catalogue if p.kind in PLACED]
    rows = await conn.fetch(
        Q.accruing,
        [p.key for p in placed],
        [p.version for p in placed],
        [p.principal_unit for p in placed],
        until,
    )
    return [
        Contract(
            0, "", row["branch_id"], row["currency"], row["product"], row["version"], Kind(row["kind"]), row["tenor"],
            row["opened_on"], row["matures_on"], row["rate"], Instruction.STAY, 0, "", None, State(row["state"]),
            row["principal"], 0, 1, None, None, 0, "", "",
        )
        for row in rows if row["principal"]
    ]  # fmt: skip
