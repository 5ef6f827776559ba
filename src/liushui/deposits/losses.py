"""Loss reports (挂失): oral ones lapse unless a written one follows (储蓄管理条例 article 31); both block debits at once."""

from __future__ import annotations

from dataclasses import dataclass

from asyncpg import Record

from liushui.deposits.blocks import Cause, NewBlock, lift_block, place_block
from liushui.deposits.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount, Ledger
from liushui.store.database import PoolConnection, UnitOfWork

CAUSE_OF_KIND = {"oral": Cause.ORAL_LOSS, "written": Cause.WRITTEN_LOSS}


@dataclass(frozen=True, slots=True)
class NewLoss:
    """kind: oral or written. reporter: who told, as they gave their name."""

    account: CustomerAccount
    kind: str
    reporter: str
    channel: str
    by: str
    case_id: int


async def report_loss(uow: UnitOfWork, ledger: Ledger, clock: Clock, new: NewLoss) -> tuple[int, int | None]:
    """Block an account's debits for a loss; return the report's number and that of the oral report whose place it
    takes. Refuses ``loss_reported`` where the same has been reported or a written report stands."""
    await uow.head()
    before = await open_loss(uow.conn, new.account.id)
    if before is not None and (before["kind"], new.kind) != ("oral", "written"):
        raise refuse("loss_reported", "account", account=new.account.number)
    block = await place_block(
        uow, ledger, clock,
        NewBlock(new.account.id, CAUSE_OF_KIND[new.kind], debit=True, credit=False, reason="loss reported",
                 placed_by=new.by, case_id=new.case_id),
    )  # fmt: skip
    if before is not None:
        await end_loss(uow, ledger, clock, before["id"], "superseded", by=new.by)
    number: int = await uow.conn.fetchval(
        Q.insert_loss, new.account.id, new.kind, new.reporter, block, new.case_id, new.channel, clock.now(), new.by
    )  # fmt: skip
    return number, None if before is None else before["id"]


async def end_loss(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, number: int, how: str, *, by: str,
    authorised_by: str | None = None,
) -> bool:  # fmt: skip
    """End a report and lift its block, and no other; False where it has ended already. how: lapsed, superseded,
    found or replaced."""
    await uow.head()
    block: int | None = await uow.conn.fetchval(Q.end_loss, number, how, clock.now())
    if block is None:
        return False
    await lift_block(
        uow, ledger, clock, block, by=by, reason=f"loss report {how}", authorised_by=authorised_by
    )
    return True


async def open_loss(conn: PoolConnection, account_id: int) -> Record | None:
    """The report that stands, None where there is none."""
    return await conn.fetchrow(Q.open_loss, account_id)
