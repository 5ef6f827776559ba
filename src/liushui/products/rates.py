"""Posted rates: percent a year by name, currency, tenor and day. A change is a new row; the past stays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml
from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.money import exponent
from liushui.products.day_count import parse_tenor
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.products")
RateKey = tuple[str, str, str]
"""name, currency, tenor ('' where there is none)"""


@dataclass(frozen=True, slots=True)
class PostedRate:
    """percent: a year. source: who says so."""

    name: str
    currency: str
    tenor: str
    valid_from: date
    percent: Decimal
    source: str


class RateTable:
    """Rates of all days in memory, for what is tried out."""

    def __init__(self, rates: Sequence[PostedRate]) -> None:
        """Of two rates of one key and day the later in the sequence counts."""
        self._dated: dict[RateKey, dict[date, Decimal]] = {}
        for rate in rates:
            self._dated.setdefault((rate.name, rate.currency, rate.tenor), {})[rate.valid_from] = rate.percent

    def on(self, name: str, currency: str, tenor: str, day: date) -> Decimal:
        """Refuses ``rate_unknown``."""
        dated = self._dated.get((name, currency, tenor), {})
        days = sorted(dated)
        at = bisect_right(days, day)
        if at == 0:
            raise _unknown(name, currency, tenor, day)
        return dated[days[at - 1]]

    def days(self, name: str, currency: str, tenor: str) -> list[date]:
        """The days on which this rate changes."""
        return sorted(self._dated.get((name, currency, tenor), {}))


def _unknown(name: str, currency: str, tenor: str, day: date) -> Refused:
    return refuse(
        "rate_unknown", name=name[:40], currency=currency[:3], tenor=tenor[:12], day=day.isoformat()
    )


@cache
def house_rates() -> Sequence[PostedRate]:
    """The table that a new bank begins with."""
    data: dict[str, Any] = yaml.safe_load(
        resources.files("liushui.products").joinpath("rates.yaml").read_text("utf-8")
    )
    return tuple(
        PostedRate(row["name"], row["currency"], row["tenor"], valid_from, Decimal(percent), data["source"])
        for row in data["rates"]
        for valid_from, percent in row["dated"].items()
    )


async def rate_on(conn: PoolConnection, name: str, currency: str, tenor: str, day: date) -> Decimal:
    """The rate posted on a day, in percent a year. Refuses ``rate_unknown``."""
    percent: Decimal | None = await conn.fetchval(Q.rate_on, name, currency, tenor, day)
    if percent is None:
        raise _unknown(name, currency, tenor, day)
    return percent


async def rates_on(conn: PoolConnection, day: date) -> Mapping[RateKey, Decimal]:
    """Every rate posted on a day, by name, currency and tenor."""
    rows = await conn.fetch(Q.rates_on, day)
    return {(row["name"], row["currency"], row["tenor"]): row["percent"] for row in rows}


async def rate_table(conn: PoolConnection) -> RateTable:
    """The rates of all days, to try products out with."""
    rows = await conn.fetch(Q.rate_history)
    return RateTable([PostedRate(*row, source="") for row in rows])


async def rates_posted(conn: PoolConnection) -> list[Record]:
    """Every rate with the day from which it holds and who decided it, in the order of names, currencies, tenors and days."""
    return await conn.fetch(Q.rates_posted)


async def rate_faults(
    conn: PoolConnection, change: PostedRate, today: date, *, most: Decimal, step_most: Decimal
) -> list[Fault]:
    """Why a rate may not be posted: a day that is past (``rate_date_past``), a percentage below zero or above ``most``
    (``rate_out_of_bounds``), further from the rate it follows than ``step_most`` (``rate_step_too_large``), a currency or
    tenor that there is not, or a ``rate_name_unknown``."""
    faults: list[Fault] = []
    if change.valid_from < today:
        faults.append(Fault("rate_date_past", {"today": today.isoformat()}, "valid_from"))
    if not 0 <= change.percent <= most:
        faults.append(Fault("rate_out_of_bounds", {"most": str(most)}, "percent"))
    try:
        exponent(change.currency)
        if change.tenor:
            parse_tenor(change.tenor)
    except Refused as refused:
        return faults + list(refused.faults)
    now = await rates_on(conn, change.valid_from)
    before = now.get((change.name, change.currency, change.tenor))
    if before is not None and abs(change.percent - before) > step_most:
        faults.append(
            Fault("rate_step_too_large", {"most": str(step_most), "before": str(before)}, "percent")
        )
    if change.name not in {name for name, _, _ in now}:
        faults.append(Fault("rate_name_unknown", {"name": change.name[:40]}, "name"))
    return faults


async def post_rate(
    uow: UnitOfWork, clock: Clock, change: PostedRate, *, most: Decimal, step_most: Decimal,
    entered_by: str, approved_by: str, case_id: int,
) -> None:  # fmt: skip
    """Post a rate from its day on. Refuses like ``rate_faults``, and ``rate_own_approval``."""
    faults = await rate_faults(
        uow.conn, change, (await uow.head()).business_date, most=most, step_most=step_most
    )
    if entered_by == approved_by:
        faults.append(Fault("rate_own_approval"))
    raise_if_any(faults)
    await insert_rates(uow, clock, [change], entered_by=entered_by, approved_by=approved_by, case_id=case_id)


async def insert_rates(
    uow: UnitOfWork, clock: Clock, rates: Sequence[PostedRate], *, entered_by: str, approved_by: str, case_id: int | None
) -> None:  # fmt: skip
    """Add rows as they are."""
    await uow.conn.executemany(
        Q.insert_rate,
        [(r.name, r.currency, r.tenor, r.valid_from, r.percent, r.source, case_id, entered_by, approved_by, clock.now())
         for r in rates],
    )  # fmt: skip
