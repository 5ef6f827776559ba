"""Limits where money moves: counted in the transaction that moves it. Amounts in minor units."""

from __future__ import annotations

from datetime import date

from asyncpg import Record

from liushui.deposits.classes import Direction, Limits, Use, limit_faults, limits_by_class
from liushui.kernel.errors import raise_if_any, refuse
from liushui.ledger import balance
from liushui.risk import effective
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "limits.sql")


async def use_limits(
    uow: UnitOfWork, account_id: int, direction: Direction, amount: int, *, counterparty: str | None = None
) -> bool:
    """Count a movement against the limits of an account, before it is posted in the same transaction; return whether
    anything was counted, which is what ``give_back_limits`` would give back.

    Call it once for each customer account that moves, in the step that posts: what is refused or rolled back later
    is not counted. counterparty: number of the other account; one that is bound to this one is not counted, but the
    greatest balance holds for it too. The day is the business date, the year its calendar year.

    Refuses ``daily_limit_exceeded``, ``yearly_limit_exceeded``, ``balance_limit_exceeded``, all at once; and alone
    ``account_dormant`` for money that would leave a dormant account (``dormancy``). Right under
    concurrency: where there is a limit the sequencer's lock is taken first, so nobody else counts or posts meanwhile.
    An account without limits (class I, entities) costs one look-up and no lock.
    """
    facts = await uow.conn.fetchrow(Q.limited_account, account_id)
    if facts is not None and facts["dormant"] and direction is Direction.OUT:
        raise refuse("account_dormant", account=facts["number"])
    agreed = _agreed(facts)
    if agreed is None:
        return False
    today = (await uow.head()).business_date
    limits = agreed[0].tightened(limits_by_class(agreed[1], effective(today)))
    incoming = direction is Direction.IN
    row = await uow.conn.fetchrow(Q.usage, account_id, incoming, today, _year(today))
    assert row is not None
    bound = counterparty is not None and await uow.conn.fetchval(Q.is_bound, account_id, counterparty)
    before = (await balance(uow.conn, account_id)).ledger
    raise_if_any(limit_faults(limits, Use(direction, amount, row["day"], row["year"], before, bound)))
    if not bound:
        await uow.conn.execute(Q.use, account_id, incoming, today, _year(today), amount)
    return not bound


async def give_back_limits(
    uow: UnitOfWork, account_id: int, direction: Direction, amount: int, *, used_on: date
) -> None:
    """Undo ``use_limits`` when a movement is reversed. used_on: the booking date of what is reversed. Of a movement
    with a bound account nothing was counted and nothing is to be given back."""
    await uow.head()
    await uow.conn.execute(
        Q.give_back, account_id, direction is Direction.IN, used_on, _year(used_on), amount
    )


async def remember_use(
    uow: UnitOfWork, journal_id: int, account_id: int, direction: Direction, amount: int, *, used_on: date
) -> None:
    """Keep what a journal has counted (``use_limits`` has said so), so that its reversal gives it back."""
    await uow.conn.execute(Q.remember, journal_id, account_id, direction is Direction.IN, amount, used_on)


async def give_back_of(uow: UnitOfWork, journal_id: int) -> int:
    """Give back all that a journal has counted, when it is reversed; return how many counts that were. A journal is
    reversed once, so nothing is given back twice."""
    rows = await uow.conn.fetch(Q.counted_by, journal_id)
    for row in rows:
        direction = Direction.IN if row["incoming"] else Direction.OUT
        await give_back_limits(uow, row["account_id"], direction, row["amount"], used_on=row["used_on"])
    return len(rows)


async def limits_of(conn: PoolConnection, account_id: int, today: date) -> Limits:
    """The limits that hold for an account on a day."""
    agreed = _agreed(await conn.fetchrow(Q.limited_account, account_id))
    return Limits() if agreed is None else agreed[0].tightened(limits_by_class(agreed[1], effective(today)))


async def used_of(
    conn: PoolConnection, account_id: int, direction: Direction, today: date
) -> tuple[int, int]:
    """What an account has used on a day and in its year."""
    row = await conn.fetchrow(Q.usage, account_id, direction is Direction.IN, today, _year(today))
    assert row is not None
    return row["day"], row["year"]


def _agreed(row: Record | None) -> tuple[Limits, int | None] | None:
    """The account's own limits and class; None where it has neither limits nor a limited class."""
    if row is None:
        return None
    own = Limits(row["daily_limit"], row["yearly_limit"], row["balance_limit"])
    return None if own.none_at_all and row["account_class"] in (None, 1) else (own, row["account_class"])


def _year(day: date) -> date:
    return day.replace(month=1, day=1)
