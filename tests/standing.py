"""What stories of standing orders share: terms, days that pass, what came of each execution."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.procedures import TELLER, Story
from tests.processes.transfers import LI, ZHANG

RENT: dict[str, Any] = {
    "payer": ZHANG, "payee": LI, "what": "fixed", "amount": "3000.00", "rhythm": "monthly", "month_day": 10,
    "first_on": "2026-01-06", "on_holiday": "as_it_is", "identified": True, "memo": "房租",
}  # fmt: skip
WEEKLY: dict[str, Any] = RENT | {"rhythm": "weekly", "month_day": None}


async def agree(s: Story, **changed: Any) -> int:
    """Agree on an order at the counter; return its number."""
    given = {name: value for name, value in (RENT | changed).items() if value is not None}
    case = await s.start(TELLER, "agree_standing_order", **given)
    assert (await s.ways(case))[-1] == "Agreed"
    return (await s.variables(case))["standing_order"]


async def go_to(s: Story, day: date) -> None:
    """Ten in the morning of a day, every day before it closed."""
    s.clock.set(datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
    await s.bank.day_end.run()
    open_days = await s.bank.db.pool.fetchval("SELECT count(*) FROM business_day WHERE closed_at IS NULL")
    assert open_days == 0


async def history(s: Story, order: int) -> list[tuple[str, int, str, str, str | None]]:
    """due, attempt, the day it was for, outcome, and why not; in order."""
    rows = await s.bank.db.pool.fetch(
        "SELECT due_on::text, attempt, on_date::text, outcome, code FROM standing_execution WHERE order_id = $1 "
        "ORDER BY due_on, attempt", order
    )  # fmt: skip
    return [tuple(row) for row in rows]
