"""What accounts a customer holds, and whether there is room for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liushui.deposits.classes import FULL, opening_faults
from liushui.kernel.errors import Fault
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "opening.sql")
PURPOSES = ("basic", "general", "special", "temporary")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is opened. account_class: of an individual's account; purpose: of an entity's; the other is None.
    bound: number of the account bound to it, and the name of its bank where that is another."""

    case_id: int
    account_class: int | None = None
    purpose: str | None = None
    with_card: bool = False
    bound: str | None = None
    bound_bank: str | None = None


async def held_by(conn: PoolConnection, party_id: int) -> Mapping[int, int]:
    """How many open accounts of each class an individual has; what was never classified counts as class I."""
    return {row["class"]: row["accounts"] for row in await conn.fetch(Q.held, party_id)}


async def bound_faults(conn: PoolConnection, bound: str) -> list[Fault]:
    """Whether an account of this bank may have another bound to it without the counter: ``bound_account_not_class_one``,
    ``account_blocked``. An account that was never classified counts as class I."""
    row = await conn.fetchrow(Q.bound_standing, bound)
    if row is None or row["account_class"] != FULL:
        return [Fault("bound_account_not_class_one", field="bound_account")]
    if row["debit_blocked"] or row["credit_blocked"]:
        side = "debit" if row["debit_blocked"] else "credit"
        return [Fault("account_blocked", {"account": bound, "side": side}, "bound_account")]
    return []


async def room_faults(
    conn: PoolConnection, party_id: int, terms: Terms, today_parameters: Mapping[str, Any]
) -> list[Fault]:
    """Whether a customer may have another account of this class or purpose, and whether the bound account is theirs:
    ``class_one_held``, ``class_accounts_many``, ``basic_account_held``, ``bound_account_not_own``."""
    faults: list[Fault] = []
    if terms.account_class is not None:
        faults += opening_faults(terms.account_class, await held_by(conn, party_id), today_parameters)
    if terms.purpose == "basic" and await conn.fetchval(Q.has_basic, party_id):
        faults.append(Fault("basic_account_held", field="purpose"))
    if (
        terms.bound is not None
        and terms.bound_bank is None
        and not await conn.fetchval(Q.owns, party_id, terms.bound)
    ):
        faults.append(Fault("bound_account_not_own", field="bound_account"))
    return faults
