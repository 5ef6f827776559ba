"""The day ends whatever the counters have left open, and says what that was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tests.counter import rows
from tests.procedures import Story, run


def test_a_till_that_a_teller_still_holds_is_named_and_the_day_is_closed(demo: str) -> None:
    async def tell(s: Story) -> None:
        s.clock.set(datetime(2026, 1, 6, 2, tzinfo=UTC))
        await s.bank.day_end.run()
        told = [
            json.loads(r["payload"])
            for r in await rows(s, "SELECT payload FROM event WHERE kind = 'counter_left_open' ORDER BY id")
        ]
        held = await rows(
            s,
            "SELECT p.code FROM till_session t JOIN cash_place p ON p.id = t.place_id WHERE t.state <> 'closed'",
        )
        assert held
        assert {t["place"] for t in told if t["what"] == "till"} == {r["code"] for r in held}
        closed = await rows(s, "SELECT date::text FROM business_day WHERE closed_at IS NOT NULL")
        assert closed == [{"date": "2026-01-05"}]

    run(demo, tell)
