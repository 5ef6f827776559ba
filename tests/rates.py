"""Rates and taxes that a story wants, put into the tables without the processes that decide on them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from liushui.products import read_release
from liushui.store.database import Database


async def post_demand_rate(db: Database, valid_from: date, percent: str) -> None:
    """What demand deposits in renminbi pay from a day on, in percent a year."""
    async with db.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, entered_by, approved_by, recorded_at) "
            "VALUES ('demand', 'CNY', '', $1, $2, 'a story', 'test', 'test', now())", valid_from, Decimal(percent)
        )  # fmt: skip


async def withhold(db: Database, product: str, valid_from: date, percent: str) -> None:
    """Another version of a product, which withholds so many per cent of its interest from a day on."""
    async with db.pool.acquire() as conn:
        row = await conn.fetchrow(
            "SELECT body, version FROM product_version WHERE key = $1 ORDER BY version DESC LIMIT 1", product
        )
        assert row is not None
        text: str = row["body"]
        for name, value in (
            ("version", row["version"] + 1), ("valid_from", valid_from), ("tax_percent", f'"{percent}"'),
        ):  # fmt: skip
            text, changed = re.subn(rf"^{name}: .*$", f"{name}: {value}", text, flags=re.MULTILINE)
            assert changed == 1, name
        made = read_release(text).product
        await conn.execute(
            "INSERT INTO product_version (key, version, valid_from, body, digest, case_id, entered_by, approved_by, released_at) "
            "VALUES ($1, $2, $3, $4, $5, 0, 'one', 'another', now()) ON CONFLICT (key, valid_from) DO NOTHING",
            made.key, made.version, made.valid_from, text, made.digest,
        )  # fmt: skip
