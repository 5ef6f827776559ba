"""Cards of accounts: replaced by one with another number, or taken back. What was before is kept."""

from __future__ import annotations

from liushui.deposits.repository import Q, next_card_number
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.store.database import PoolConnection, UnitOfWork


async def card_of(conn: PoolConnection, account_id: int) -> str | None:
    """The card of an account, None where it has none. Refuses ``account_unknown``."""
    facts = await conn.fetchrow(Q.deposit_facts, account_id)
    if facts is None:
        raise refuse("account_unknown", account=account_id)
    return facts["card_number"]


async def replace_card(uow: UnitOfWork, clock: Clock, account_id: int, *, by: str, reason: str) -> str:
    """Give a new card with a new number; the old one is worth nothing from now on."""
    before, after = await card_of(uow.conn, account_id), await next_card_number(uow.conn)
    await uow.conn.execute(Q.set_card, account_id, after, clock.now(), by, reason, before)
    await uow.emit("card_replaced", clock.now(), subjects=[account_id])
    return after


async def take_card_back(uow: UnitOfWork, clock: Clock, account_id: int, *, by: str, reason: str) -> None:
    """End the account's card, if it has one."""
    before = await card_of(uow.conn, account_id)
    if before is not None:
        await uow.conn.execute(Q.set_card, account_id, None, clock.now(), by, reason, before)
        await uow.emit("card_taken_back", clock.now(), subjects=[account_id])
