"""The bank at a glance: how many journals on each business date and of which kind, and what went in and out of the
customers' deposits. Amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from asyncpg import Record

from liushui.accounting import load_chart
from liushui.reporting.scope import Q
from liushui.store.database import PoolConnection

DEPOSITS = "2011."


@dataclass(frozen=True, slots=True)
class Overview:
    """business_date: today's. since: the first day looked at. volumes: journals by date, code and channel. today: today's debits
    by code and currency. flows: what was debited to (went) and credited to (came) customers' deposits, by date and currency.
    balances: what lies on them now."""

    business_date: date
    since: date
    volumes: list[Record]
    today: list[Record]
    flows: list[Record]
    balances: list[Record]


async def overview(conn: PoolConnection, days: int, branch_id: int | None) -> Overview:
    """The business date and the days before it, ``days`` in all. branch_id: None for the whole bank; the journals of a branch
    are those it made, its sums those of its own accounts."""
    today: date = await conn.fetchval(Q.business_date)
    since = today - timedelta(days=days - 1)
    deposits = [account.code for account in load_chart() if account.code.startswith(DEPOSITS)]
    return Overview(
        today,
        since,
        await conn.fetch(Q.volumes, since, today, branch_id),
        await conn.fetch(Q.amounts_of_day, today, branch_id),
        await conn.fetch(Q.turnover_of, since, today, deposits, branch_id),
        await conn.fetch(Q.credit_balance_of, deposits, branch_id),
    )
