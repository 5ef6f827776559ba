"""The statements of deposits, and the numbers they hand out."""

from __future__ import annotations

from liushui.kernel.check_digits import with_luhn
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

Q = Queries("liushui.deposits")
CARD_ISSUER = "629999"
"""Issuer identification of demo cards: 62 is UnionPay's range; 629999 is assigned to nobody we know of. A bank
sets its own."""


async def owner_of(conn: PoolConnection, account_id: int) -> str | None:
    """The number of the customer who owns a deposit account; None where it is none."""
    facts = await conn.fetchrow(Q.deposit_facts, account_id)
    return None if facts is None else facts["customer"]


async def next_card_number(conn: PoolConnection) -> str:
    """A card number that was never given: issuer, twelve digits, Luhn check digit."""
    return with_luhn(f"{CARD_ISSUER}{await conn.fetchval(Q.next_card_serial):012d}")
