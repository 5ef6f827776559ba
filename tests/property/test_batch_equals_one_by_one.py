"""Group commit against the plain way: the same requests, all at once, one by one, and inside single units of work,
end in the same answers and the same books."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from liushui.kernel.errors import Refused
from liushui.ledger import Hold, Line, Post, Posted, Request, Reverse, Void
from tests.books import MORNING, Books, books, header

NAMES = ("cash1", "alice", "bob", "carol")
Step = tuple[str, int, int, int, int]
Way = Callable[[Books, list[Request]], Awaitable[list[Posted | Refused]]]
steps = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "pay", "hold", "void", "reverse"]),
        st.integers(0, 3), st.integers(0, 3), st.integers(-1, 50), st.integers(0, 25),
    ),
    min_size=1, max_size=40,
)  # fmt: skip
NEVER_A_JOURNAL = 10_000


def request(b: Books, step: Step, known: Sequence[int] = ()) -> Request:
    """Step to request; the last number is the idempotency key, so that keys repeat, with and without change. known: journals
    that have been answered. Nobody knows a number before, so no other is named, but for one that never was."""
    kind, one, other, amount, key = step
    named = known[amount] if 0 <= amount < len(known) else NEVER_A_JOURNAL
    head = header(f"k{key}")
    lines = (Line(b[NAMES[one]], True, amount), Line(b[NAMES[other]], False, amount))
    if kind == "pay":
        return Post(head, lines)
    if kind == "hold":
        return Hold(head, lines, MORNING + timedelta(days=1))
    return Void(head, named) if kind == "void" else Reverse(head, named)


async def one_by_one(b: Books, asked: list[Request]) -> list[Posted | Refused]:
    answers: list[Posted | Refused] = []
    for one in asked:
        answers += await b.ledger.submit_all([one])
    return answers


async def in_units_of_work(b: Books, asked: list[Request]) -> list[Posted | Refused]:
    answers: list[Posted | Refused] = []
    for one in asked:
        try:
            answers.append(await b.db.transact(lambda uow, one=one: b.ledger.post_within(uow, one)))
        except Refused as refused:
            answers.append(refused)
    return answers


async def at_once(b: Books, asked: list[Request]) -> list[Posted | Refused]:
    return await b.ledger.submit_all(asked)


async def outcome(dsn: str, early: list[Step], plan: list[Step], way: Way) -> tuple[list[Any], list[Any]]:
    """Answers and balances. early: done one by one before, whatever the way; the plan may name their journals."""
    async with books(dsn) as b:
        before = await one_by_one(b, [request(b, step) for step in early])
        known = sorted({a.journal_id for a in before if isinstance(a, Posted)})
        answers = await way(b, [request(b, step, known) for step in plan])
        assert await b.differences() == []
        async with b.db.read() as conn:
            balances = await conn.fetch("SELECT * FROM ledger_balance ORDER BY account_id")
            assert await conn.fetchval("SELECT sum(debits_posted - credits_posted) FROM ledger_balance") == 0
        said = [a.code if isinstance(a, Refused) else (a.journal_id, a.kind, a.entries) for a in answers]
        return said, [tuple(row) for row in balances]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(early=steps, plan=steps)
@example(
    early=[("hold", 0, 1, 5, 0), ("pay", 0, 1, 9, 1)],
    plan=[("void", 0, 1, 0, 2), ("reverse", 0, 1, 1, 3)] * 2,
)
def test_all_ways_of_posting_agree(
    new_database: Callable[[], Coroutine[Any, Any, str]], early: list[Step], plan: list[Step]
) -> None:
    async def story() -> None:
        single = await outcome(await new_database(), early, plan, one_by_one)
        for way in (in_units_of_work, at_once):
            assert await outcome(await new_database(), early, plan, way) == single

    asyncio.run(story())


def test_several_writers_at_once_keep_the_books(dsn: str) -> None:
    """Two ledgers on one database, as two web processes are: every request once, the sum zero throughout."""

    async def story() -> None:
        async with books(dsn) as b, second_writer(b) as other:
            zero = "SELECT sum(debits_posted - credits_posted) FROM ledger_balance"

            async def watch() -> None:
                for _ in range(20):
                    async with b.db.read() as conn:
                        assert await conn.fetchval(zero) == 0
                    await asyncio.sleep(0.01)

            async def push(ledger: Any, name: str) -> None:
                for n in range(30):
                    asked = [
                        Post(header(f"{n}-{i}"), (Line(b["cash1"], True, 1), Line(b[name], False, 1)))
                        for i in range(10)
                    ]
                    await ledger.submit_all(asked)

            # Both push the same keys: whoever comes second is answered, or told that the key was used.
            await asyncio.gather(watch(), push(b.ledger, "alice"), push(other, "alice"))
            async with b.db.read() as conn:
                assert await conn.fetchval("SELECT count(*) FROM journal") == 300
            assert await b.differences() == []

    asyncio.run(story())


def second_writer(b: Books) -> Any:
    from contextlib import asynccontextmanager

    from liushui.ledger import Ledger

    @asynccontextmanager
    async def opened() -> Any:
        ledger = Ledger(b.db, b.clock)
        ledger.start()
        try:
            yield ledger
        finally:
            await ledger.close()

    return opened()
