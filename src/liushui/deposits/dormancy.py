"""Accounts that their holders no longer move (不动户): told, and dormant (久悬) if they stay as they are.

人民币银行结算账户管理办法 (2003), article 56, for entities; for individuals the bank's own rule. Every figure is a parameter
(risk/parameters.yaml). A dormant account takes money in and gives none out until its holder comes to the counter; the money
stays on the account and goes on earning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from asyncpg import Record

from liushui.deposits.blocks import Cause, NewBlock, lift_block, place_block
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount, Ledger
from liushui.products import Kind, add_months, stored_catalogue
from liushui.risk import effective
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "dormancy.sql")
OPERATOR = "system"
ACCOUNTS_AT_ONCE = 2_000
_KINDS = (Kind.DEMAND, Kind.AGREEMENT)


class Activity(StrEnum):
    """Whether an account is moved by its holder."""

    ACTIVE = "active"
    NOTICED = "dormant_noticed"
    DORMANT = "dormant"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """mark: the account to go on after; None: there are no more. changed: accounts that were told, became dormant, or
    are active again."""

    mark: int | None
    changed: int


async def review_some(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, on: date, *, after: int, at_once: int = ACCOUNTS_AT_ONCE
) -> Reviewed:
    """Look at the next accounts after ``after``, as of a day. What has been done for the day already is left alone, and
    so is every account on a day of before the rules."""
    parameters = effective(on)
    upto: int | None = await uow.conn.fetchval(Q.next_accounts, after, at_once)
    if upto is None or not {"dormant_entity_months", "dormant_individual_months"} <= parameters.keys():
        return Reviewed(None, 0)
    terms = [p.key for p in (await stored_catalogue(uow.conn)).on(on).values() if p.kind in _KINDS]
    wanted = (
        after, upto, terms, parameters["dormant_ignored_codes"],
        add_months(on, -parameters["dormant_entity_months"]),
        add_months(on, -parameters["dormant_individual_months"]), parameters["dormant_individual_below"],
    )  # fmt: skip
    if not await uow.conn.fetch(Q.resting, *wanted):
        return Reviewed(upto, 0)
    await uow.head()  # only now: others go on with their transfers while we look
    changed = 0
    for row in await uow.conn.fetch(Q.resting, *wanted):
        changed += await _review(uow, ledger, clock, row, on, parameters["dormant_notice_days"])
    return Reviewed(upto, changed)


async def reactivate(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, account: CustomerAccount, *, by: str, authorised_by: str, case_id: int
) -> None:  # fmt: skip
    """The holder has come and keeps the account: it is active again from today on. Refuses ``account_not_dormant``."""
    today = (await uow.head()).business_date
    if await activity_of(uow.conn, account.id) is Activity.ACTIVE:
        raise refuse("account_not_dormant", "account", account=account.number)
    block: int | None = await uow.conn.fetchval(Q.end, account.id, today, "reactivated", case_id)
    if block is not None:
        await lift_block(
            uow, ledger, clock, block, by=by, reason="reactivated", authorised_by=authorised_by
        )  # fmt: skip
    await uow.emit("account_reactivated", clock.now(), subjects=[account.id])


async def end_with_account(uow: UnitOfWork, account_id: int, on: date) -> None:
    """An account that was told of and is closed has nothing open any more."""
    await uow.conn.execute(Q.end, account_id, on, "closed", None)


async def activity_of(conn: PoolConnection, account_id: int) -> Activity:
    """How an account stands now."""
    row = await conn.fetchrow(Q.standing, account_id)
    if row is None:
        return Activity.ACTIVE
    return Activity.NOTICED if row["dormant_on"] is None else Activity.DORMANT


async def refuse_dormant(conn: PoolConnection, account: CustomerAccount) -> None:
    """Refuses ``account_dormant`` before anything is asked for that the books would refuse."""
    if await activity_of(conn, account.id) is Activity.DORMANT:
        raise refuse("account_dormant", "account", account=account.number)


async def _review(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, row: Record, on: date, notice_days: int
) -> bool:
    if row["dormancy"] is None:
        due = on + timedelta(days=notice_days)
        await uow.conn.execute(Q.notice, row["id"], row["last_activity"], on, due)
        payload = {"last_activity": row["last_activity"].isoformat(), "due": due.isoformat()}
        await uow.emit("account_dormancy_noticed", clock.now(), subjects=[row["id"]], payload=payload)
    elif row["dormant_on"] is not None:
        return False
    elif row["last_activity"] > row["noted_activity"]:
        await uow.conn.execute(Q.end, row["id"], on, "moved", None)
    elif row["due_on"] <= on and not row["frozen"]:
        reason = f"no movement since {row['last_activity']}"
        block = await place_block(
            uow, ledger, clock, NewBlock(row["id"], Cause.DORMANT, True, False, reason, OPERATOR)
        )
        # Nothing goes straight through on it any more, so that whoever asks hears why.
        await ledger.count_movements(uow, row["id"])
        await uow.conn.execute(Q.become_dormant, row["dormancy"], on, block)
        await uow.emit("account_became_dormant", clock.now(), subjects=[row["id"]])
    else:
        return False
    return True
