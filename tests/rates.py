"""Rates that a story wants, put into the table without the process that decides on them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from liushui.store.database import Database


async def post_demand_rate(db: Database, valid_from: date, percent: str) -> None:
    """What demand deposits in renminbi pay from a day on, in percent a year."""
    async with db.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, entered_by, approved_by, recorded_at) "
            "VALUES ('demand', 'CNY', '', $1, $2, 'a story', 'test', 'test', now())", valid_from, Decimal(percent)
        )  # fmt: skip
