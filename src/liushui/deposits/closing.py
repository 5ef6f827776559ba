"""What stands in the way of closing an account."""

from __future__ import annotations

from liushui.deposits.agreement_deposits import has_agreement
from liushui.deposits.blocks import blocks_of
from liushui.deposits.losses import open_loss
from liushui.deposits.passwords import password_state
from liushui.deposits.placed.repository import has_placed
from liushui.ledger import balance, holds_of
from liushui.store.database import PoolConnection


async def closing_obstacles(conn: PoolConnection, account_id: int) -> list[str]:
    """All of them, as codes: ``block_`` and the cause of each block, ``account_has_holds``, ``loss_reported``,
    ``account_overdrawn``, ``account_password_locked``, ``agreement_deposit`` (which is ended first),
    ``deposits_linked`` (placed deposits that are paid to it)."""
    found = [f"block_{block['cause']}" for block in await blocks_of(conn, account_id)]
    if await holds_of(conn, account_id):
        found.append("account_has_holds")
    if await open_loss(conn, account_id) is not None:
        found.append("loss_reported")
    if (await balance(conn, account_id)).ledger < 0:
        found.append("account_overdrawn")
    if (await password_state(conn, account_id)).locked:
        found.append("account_password_locked")
    if await has_agreement(conn, account_id):
        found.append("agreement_deposit")
    if await has_placed(conn, account_id):
        found.append("deposits_linked")
    return found
