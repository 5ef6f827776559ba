"""Contracts, and the facts their interest depends on, as they stand in the database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from asyncpg import Record

from liushui.deposits.placed.model import Contract, Facts, Instruction, State
from liushui.kernel.errors import refuse
from liushui.kernel.text import is_storable
from liushui.products import (
    Catalogue,
    Kind,
    Notice,
    Product,
    RateKey,
    RateTable,
    RateType,
    UnusedNotice,
    rate_table,
    rates_on,
    stored_catalogue,
)
from liushui.products.placements import PostedOn
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "placed.sql")


@dataclass(frozen=True, slots=True)
class Market:
    """What is sold and what is posted on a day. table: the rates of all days; None where nothing asks for them."""

    day: date
    catalogue: Catalogue
    rates: Mapping[RateKey, Decimal]
    table: RateTable | None

    def product_of(self, contract: Contract) -> Product:
        """The version that a contract's term is on. Tax is not agreed on: it is that of the newest version on the day."""
        agreed = self.catalogue.version(contract.product, contract.version)
        tax = self.catalogue.newest(contract.product, self.day).tax
        return agreed if tax == agreed.tax else replace(agreed, tax=tax)

    def rate(self, name: str, currency: str, tenor: str) -> Decimal:
        """Percent a year. Refuses ``rate_unknown``."""
        found = self.rates.get((name, currency, tenor))
        if found is None:
            raise refuse(
                "rate_unknown", name=name[:40], currency=currency, tenor=tenor, day=self.day.isoformat()
            )
        return found

    def facts(self, product: Product) -> Facts:
        """What a contract of a product that has no history of its own depends on. Refuses ``rate_unknown``."""
        name, currency, table = product.rate.name, product.currency, self.table
        posted = {tenor: rate for (n, c, tenor), rate in self.rates.items() if (n, c) == (name, currency)}
        fallback = self.rate(product.fallback, currency, "") if product.fallback else Decimal(0)
        history: PostedOn | None = None
        if product.rate.type is RateType.FLOATING and table is not None:
            history = partial(table.on, name, currency, "")
        return Facts(fallback, posted, history)


async def market_on(conn: PoolConnection, day: date) -> Market:
    """Read what is sold and posted on a day."""
    catalogue = await stored_catalogue(conn)
    floats = any(product.rate.type is RateType.FLOATING for product in catalogue)
    return Market(day, catalogue, await rates_on(conn, day), await rate_table(conn) if floats else None)


def contract_from(row: Record) -> Contract:
    values = dict(row)
    values["kind"], values["state"] = Kind(row["kind"]), State(row["state"])
    values["instruction"] = Instruction(row["instruction"])
    return Contract(**values)


async def contract_by_number(conn: PoolConnection, number: str, field: str | None = "deposit") -> Contract:
    """Refuses ``deposit_unknown``."""
    row = await conn.fetchrow(Q.contract, number) if is_storable(number) else None
    if row is None:
        raise refuse("deposit_unknown", field, deposit=number[:40] if is_storable(number) else "?")
    return contract_from(row)


async def contracts_by_id(conn: PoolConnection, ids: Sequence[int]) -> list[Contract]:
    """In the order of their accounts."""
    return [contract_from(row) for row in await conn.fetch(Q.contracts, list(ids))]


async def facts_of(conn: PoolConnection, market: Market, contracts: Sequence[Contract]) -> dict[int, Facts]:
    """By account: what the interest of each depends on on the market's day."""
    payments: dict[int, list[tuple[date, int]]] = defaultdict(list)
    notices: dict[int, Notice] = {}
    idle: dict[int, list[UnusedNotice]] = defaultdict(list)
    saving = [c.account_id for c in contracts if c.kind is Kind.INSTALMENT]
    noticed = [c.account_id for c in contracts if c.kind is Kind.NOTICE]
    for row in await conn.fetch(Q.payments, saving) if saving else ():
        payments[row["account_id"]].append((row["date"], row["amount"]))
    for row in await conn.fetch(Q.notices, noticed) if noticed else ():
        if row["state"] == "open":
            notices[row["account_id"]] = Notice(row["given_on"], row["for_day"], row["amount"])
        else:
            unused = UnusedNotice(row["idle_amount"], row["given_on"], row["idle_to"])
            idle[row["account_id"]].append(unused)
    found: dict[int, Facts] = {}
    for contract in contracts:
        id = contract.account_id
        facts = market.facts(market.product_of(contract))
        found[id] = replace(facts, payments=tuple(payments[id]), notice=notices.get(id), idle=tuple(idle[id]))
    return found


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of a contract's history. Amounts in minor units. interest: before tax; tax: what was withheld of it."""

    date: date
    kind: str
    amount: int
    interest: int
    tax: int
    detail: Mapping[str, Any]
    journal_id: int | None
    case_id: int | None
    recorded_by: str


async def history_of(conn: PoolConnection, account_id: int) -> list[Happening]:
    """What happened to a contract, oldest first."""
    return [
        Happening(
            row["date"], row["kind"], row["amount"], row["interest"], row["tax"], json.loads(row["detail"]),
            row["journal_id"], row["case_id"], row["recorded_by"],
        )
        for row in await conn.fetch(Q.history, account_id)
    ]  # fmt: skip


async def of_customer(
    conn: PoolConnection, customer: str, *, after: int = 0, limit: int = 100
) -> list[Contract]:
    """The placed deposits of a customer, oldest first, those that are closed too."""
    ids = [row["account_id"] for row in await conn.fetch(Q.of_customer, customer, after, limit)]
    return await contracts_by_id(conn, ids)


async def has_placed(conn: PoolConnection, account_id: int) -> bool:
    """Whether a deposit that is open is paid from and to this demand account."""
    return await conn.fetchval(Q.linked_here, account_id)
