"""Case numbers under a rush: each is given once, few queries fetch them, and nobody who waits is overtaken for long."""

from __future__ import annotations

import asyncio

from liushui.store.database import Database
from liushui.workflow.case_numbers import AT_ONCE, CaseNumbers

EVERYBODY = 2_500


def test_whoever_waits_for_a_number_is_served_before_those_who_come_later(dsn: str) -> None:
    """While some wait for the next thousand, others come and come again. With a lock that is handed on one by one they
    took every number before the first ones had theirs: the last of 2,500 waited for thousands of rounds."""

    async def story() -> None:
        db = await Database.connect(dsn)
        numbers = CaseNumbers(db)
        given: list[int] = []
        rounds = 0
        over = False

        async def wait() -> int:
            given.append(await numbers.next())
            return rounds

        async def come_later() -> None:
            nonlocal rounds
            while not over:
                await asyncio.sleep(0)
                rounds += 1
                given.extend(n for _ in range(20) if (n := numbers.at_hand()) is not None)

        greedy = asyncio.create_task(come_later())
        served = await asyncio.gather(*(wait() for _ in range(EVERYBODY)))
        over = True
        await greedy
        assert len(given) == len(set(given)) >= EVERYBODY
        fetched = -(-max(given) // AT_ONCE)
        assert fetched <= 3 + 2  # what the greedy took besides
        assert max(served) < 5_000
        await db.close()

    asyncio.run(story())
