"""Why an account is blocked (止付、冻结): causes, a row each. The ledger's flags follow from those that stand.

A court's block rests on an order with its document and two officers, and ends with its last day unless it is prolonged
before (民事诉讼法 with 最高人民法院's interpretation of 2015, article 487: a deposit is frozen for a year at most, and anew by
a further order). Lifting one cause leaves every other standing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from asyncpg import Record

from liushui.deposits.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, refuse
from liushui.kernel.text import is_storable
from liushui.ledger import Ledger
from liushui.store.database import PoolConnection, UnitOfWork

DIFFERENCES_MAX = 100


class Cause(StrEnum):
    """Why an account is blocked."""

    COURT = "court"
    CUSTOMER = "customer"
    ORAL_LOSS = "oral_loss"
    WRITTEN_LOSS = "written_loss"
    STAFF = "staff"
    OPENING = "opening"
    """Opened and not handed over yet."""
    DORMANT = "dormant"
    """Not moved by its holder for long (久悬)."""


LOSSES = frozenset({Cause.ORAL_LOSS, Cause.WRITTEN_LOSS})
"""Causes that only a loss report lifts."""


@dataclass(frozen=True, slots=True)
class Order:
    """What an authority has served. kind: freeze, renewal or release. until_on: last day; None for a release.
    Officers' ids are the numbers of their certificates."""

    kind: str
    authority: str | None
    document_reference: str | None
    officer_one_name: str | None
    officer_one_id: str | None = field(repr=False)
    officer_two_name: str | None
    officer_two_id: str | None = field(repr=False)
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block to be placed. debit, credit: which postings it keeps out. order_id, until_on: of a court's block."""

    account_id: int
    cause: Cause
    debit: bool
    credit: bool
    reason: str
    placed_by: str
    authorised_by: str | None = None
    case_id: int | None = None
    order_id: int | None = None
    until_on: date | None = None


def order_faults(order: Order, *, later_than: date, latest: date) -> list[Fault]:
    """Every fault of an order. later_than: its last day lies after this one; latest: and not after this one."""
    texts = {
        "authority": order.authority, "document_reference": order.document_reference,
        "officer_one_name": order.officer_one_name, "officer_one_id": order.officer_one_id,
        "officer_two_name": order.officer_two_name, "officer_two_id": order.officer_two_id,
    }  # fmt: skip
    faults = [Fault("form_field_missing", field=name) for name, text in texts.items() if not text]
    faults += [
        Fault("form_field_malformed", {"type": "text"}, name)
        for name, text in texts.items()
        if text and not is_storable(text)
    ]
    if order.officer_one_id and order.officer_one_id == order.officer_two_id:
        faults.append(Fault("order_officers_same", field="officer_two_id"))
    if order.kind == "release":
        return faults
    if order.until_on is None:
        faults.append(Fault("form_field_missing", field="until"))
    elif order.until_on <= later_than:
        faults.append(Fault("order_ends_too_early", {"after": later_than.isoformat()}, "until"))
    elif order.until_on > latest:
        faults.append(Fault("order_ends_too_late", {"latest": latest.isoformat()}, "until"))
    return faults


async def record_order(
    uow: UnitOfWork, clock: Clock, order: Order, *, account_id: int, received_by: str, case_id: int
) -> int:
    """Keep an order that ``order_faults`` finds nothing wrong with; return its number."""
    return await uow.conn.fetchval(
        Q.insert_order, order.kind, account_id, order.authority, order.document_reference, order.officer_one_name,
        order.officer_one_id, order.officer_two_name, order.officer_two_id, order.until_on, clock.now(),
        received_by, case_id,
    )  # fmt: skip


async def place_block(uow: UnitOfWork, ledger: Ledger, clock: Clock, new: NewBlock) -> int:
    """Block an account for one more cause; return the block's number. Refuses ``account_closed``."""
    await uow.head()
    number: int = await uow.conn.fetchval(
        Q.insert_block, new.account_id, new.cause.value, new.debit, new.credit, new.reason, new.until_on,
        new.order_id, clock.now(), new.placed_by, new.authorised_by, new.case_id,
    )  # fmt: skip
    await _derive(uow, ledger, clock, new.account_id, f"{new.cause} {number} placed")
    return number


async def lift_block(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, number: int, *, by: str, reason: str,
    authorised_by: str | None = None, order_id: int | None = None,
) -> bool:  # fmt: skip
    """Lift one block; False where that has been done already. Refuses ``block_unknown``."""
    await uow.head()
    row = await uow.conn.fetchrow(Q.block, number)
    if row is None:
        raise refuse("block_unknown", "block", block=number)
    if row["lifted_at"] is not None:
        return False
    await uow.conn.execute(Q.lift_block, number, clock.now(), by, reason, authorised_by, order_id)
    await _derive(uow, ledger, clock, row["account_id"], f"{row['cause']} {number} lifted")
    return True


async def prolong_block(uow: UnitOfWork, number: int, *, until_on: date, order_id: int) -> None:
    """Let a court's block stand longer, by a further order. Refuses ``block_lifted``."""
    await uow.head()
    if await uow.conn.fetchval(Q.prolong_block, number, until_on, order_id) is None:
        raise refuse("block_lifted", block=number)


async def blocks_of(conn: PoolConnection, account_id: int) -> list[Record]:
    """The blocks that stand, oldest first."""
    return await conn.fetch(Q.blocks_of_account, account_id)


async def block_of(conn: PoolConnection, account_id: int, number: int) -> Record:
    """A block that stands on this account. Refuses ``block_unknown`` and ``block_lifted``."""
    row = await conn.fetchrow(Q.block, number)
    if row is None or row["account_id"] != account_id:
        raise refuse("block_unknown", "block", block=number)
    if row["lifted_at"] is not None:
        raise refuse("block_lifted", "block", block=number)
    return row


async def verify_blocks(conn: PoolConnection) -> list[Fault]:
    """Customers' accounts whose flags are not those that the standing causes make."""
    rows = await conn.fetch(Q.verify_blocks, DIFFERENCES_MAX)
    return [Fault("verify_block_wrong", {"number": row["number"]}) for row in rows]


async def _derive(uow: UnitOfWork, ledger: Ledger, clock: Clock, account_id: int, what: str) -> None:
    standing: Iterable[Record] = await blocks_of(uow.conn, account_id)
    sides = {side: any(block[side] for block in standing) for side in ("debit", "credit")}
    await ledger.set_blocks(uow, account_id, debit=sides["debit"], credit=sides["credit"])
    await uow.emit(
        "account_blocks_set", clock.now(), subjects=[account_id], payload={**sides, "change": what}
    )
