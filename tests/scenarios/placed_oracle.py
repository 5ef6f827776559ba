"""The interest of placed deposits a second way: their histories walked through with plain formulas in Decimal.

Nothing of the product's own mathematics is used: terms are months of thirty days, other days are the calendar's, a year has
360; principal counts in whole yuan; a sum is rounded once, half up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import asyncpg

POSTED: dict[str, list[tuple[date, str]]] = {
    "3M": [(date(2025, 1, 1), "0.90"), (date(2026, 4, 1), "0.70")],
    "6M": [(date(2025, 1, 1), "1.10"), (date(2026, 4, 1), "0.90")],
    "1Y": [(date(2025, 1, 1), "1.20"), (date(2026, 4, 1), "1.00")],
    "instalment": [(date(2025, 1, 1), "0.90"), (date(2026, 4, 1), "0.70")],
    "1D": [(date(2025, 1, 1), "0.30"), (date(2026, 4, 1), "0.15")],
    "7D": [(date(2025, 1, 1), "0.70"), (date(2026, 4, 1), "0.40")],
    # the year's own demand rates, and among them the one of the bank's table, which is of a day of its own
    "demand": [
        (date(2026, 1, 1), "0.35"),
        (date(2026, 4, 1), "0.05"),
        (date(2026, 5, 20), "0.20"),
        (date(2026, 9, 21), "0.05"),
    ],
}
MONTHS = {"3M": 3, "6M": 6, "1Y": 12}
TAXES = {
    "demand": [(date(2026, 5, 1), "20"), (date(2026, 8, 15), "5"), (date(2026, 10, 9), "0")],
    "time": [(date(2026, 4, 1), "20"), (date(2026, 8, 15), "5"), (date(2026, 10, 9), "0")],
    "notice": [(date(2026, 2, 1), "20")],
    "instalment": [(date(2026, 1, 1), "7.5")],
}
"""Per cent of interest withheld in the simulated year, by product and from which day on."""


def withheld(product: str, day: date, interest: int) -> int:
    """Tax on an interest in fen that is paid on a day: half up, once."""
    percent = Decimal(([rate for since, rate in TAXES[product] if since <= day] or ["0"])[-1])
    return int((interest * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def posted(name: str, day: date) -> Decimal:
    return Decimal([rate for since, rate in POSTED[name] if since <= day][-1])


def later(day: date, months: int) -> date:
    """The same day of a later month; the days of this year's plans are in every month, but for the last of some."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def fen(yuan_percent_days: Decimal) -> int:
    """Yuan times percent times days, as interest in fen: by 360 days and one hundred, and to fen by one hundred."""
    return int((yuan_percent_days / 360).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Walk:
    """A deposit as its history has made it so far. Amounts in fen."""

    product: str
    tenor: str
    since: date
    principal: int
    payments: list[tuple[date, int]]
    idle: list[tuple[int, date, date]] = field(default_factory=list[tuple[int, date, date]])
    notice: tuple[date, date, int] | None = None

    def due(self, on: date, amount: int) -> int:
        """What taking an amount out on a day ought to pay."""
        if self.product == "time":
            return self._time(on, amount // 100)
        return self._instalment(on) if self.product == "instalment" else self._notice(on, amount // 100)

    def _time(self, on: date, yuan: int) -> int:
        months = MONTHS[self.tenor]
        ends, demand = later(self.since, months), posted("demand", on)
        if on < ends:
            return fen(yuan * demand * (on - self.since).days)
        return fen(yuan * posted(self.tenor, self.since) * 30 * months + yuan * demand * (on - ends).days)

    def _instalment(self, on: date) -> int:
        if on < later(self.since, 12):
            return fen(
                sum(
                    (paid // 100 * posted("demand", on) * (on - day).days for day, paid in self.payments),
                    Decimal(0),
                )
            )
        stood = 0
        for number in range(12):
            month = (self.since.year, self.since.month + number)
            stood += sum(p for day, p in self.payments if (day.year, day.month) <= month) // 100
        return fen(stood * 30 * posted("instalment", self.since))

    def _notice(self, on: date, yuan: int) -> int:
        kept = self.notice is not None and self.notice[1] == on and self.notice[2] == yuan * 100
        rate = posted(self.tenor if kept else "demand", on)
        total = yuan * (on - self.since).days * rate
        for amount, start, end in self.idle:
            total -= min(yuan, amount // 100) * (end - start).days * rate
        return fen(total)

    def take(self, on: date, amount: int) -> None:
        self.principal -= amount
        if self.product == "notice":
            self.notice = None
            self.idle = [(a - amount, start, end) for a, start, end in self.idle if a > amount]


async def check_histories(dsn: str) -> dict[str, int]:
    """Walk every deposit; return how often each kind of thing happened. Every interest must be what the formulas say."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT h.*, d.product, d.tenor, d.principal AS now FROM placed_deposit_history h "
        "JOIN placed_deposit d ON d.account_id = h.account_id ORDER BY h.id"
    )
    await conn.close()
    walks: dict[int, Walk] = {}
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["kind"]] = seen.get(row["kind"], 0) + 1
        id, on, amount = row["account_id"], row["date"], row["amount"]
        detail = json.loads(row["detail"])
        match row["kind"]:
            case "opened":
                walks[id] = Walk(row["product"], row["tenor"], on, amount, [(on, amount)])
            case "paid_in":
                walks[id].principal += amount
                walks[id].payments.append((on, amount))
            case "renewed":
                walk = walks[id]
                assert on == later(walk.since, MONTHS[walk.tenor])
                assert row["interest"] == walk.due(on, walk.principal), dict(row)
                assert row["tax"] == withheld(walk.product, on, row["interest"]), dict(row)
                assert detail["kept"] in (0, row["interest"] - row["tax"])
                seen["taxed"] = seen.get("taxed", 0) + (row["tax"] > 0)
                walk.principal += detail["kept"]
                walk.since = on
                assert walk.principal == amount
            case "part_withdrawn" | "closed":
                assert row["interest"] == walks[id].due(on, amount), dict(row)
                assert row["tax"] == withheld(row["product"], on, row["interest"]), dict(row)
                seen["taxed"] = seen.get("taxed", 0) + (row["tax"] > 0)
                walks[id].take(on, amount)
            case "notice_given":
                walks[id].notice = (on, date.fromisoformat(detail["for_day"]), amount)
            case "notice_cancelled" | "notice_lapsed":
                given, agreed, noticed = walks[id].notice or (on, on, 0)
                walks[id].idle.append((noticed, given, min(on, agreed)))
                walks[id].notice = None
            case _:
                pass
    assert all(walks[row["account_id"]].principal == row["now"] for row in rows)
    return seen
