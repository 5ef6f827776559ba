"""Log-in, lock-out and sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date, timedelta

import pytest

from liushui.identity import Sessions, add_staff, change_password, log_in, open_branch
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import Refused
from liushui.store.database import Database, UnitOfWork
from tests.books import MORNING

PASSWORD = "correct horse battery"


async def code_of(awaitable: Awaitable[object]) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.code


def test_the_life_of_a_session(dsn: str) -> None:
    async def story() -> None:
        db, clock = await Database.connect(dsn), ManualClock(MORNING)

        async def hire(uow: UnitOfWork) -> None:
            branch = await open_branch(
                uow, code="0001", name_zh="总行", name_en="Head", opened_on=date(2026, 1, 5)
            )
            await add_staff(uow, clock, number="T0001", name="甲", branch_id=branch.id, roles=["teller"],
                            password=PASSWORD)  # fmt: skip

        await db.transact(hire)
        token, principal = await log_in(db, clock, "T0001", PASSWORD)
        assert "cash_deposit" in principal.permissions
        assert "reverse" not in principal.permissions
        assert await Sessions(db, clock).authenticate(token) == principal
        async with db.pool.acquire() as conn:
            stored = await conn.fetchval("SELECT string_agg(x::text, ' ') FROM (SELECT * FROM session) x")
            assert token not in stored
            assert PASSWORD not in await conn.fetchval("SELECT string_agg(s::text, ' ') FROM staff s")
        clock.advance(timedelta(minutes=31))
        assert await code_of(Sessions(db, clock).authenticate(token)) == "session_unknown"

        wrong = [await code_of(log_in(db, clock, "T0001", "wrong")) for _ in range(5)]
        assert wrong == ["credentials_wrong"] * 5
        assert await code_of(log_in(db, clock, "T0001", PASSWORD)) == "staff_locked"
        assert await code_of(log_in(db, clock, "nobody", "wrong")) == "credentials_wrong"
        clock.advance(timedelta(minutes=15))
        token, principal = await log_in(db, clock, "T0001", PASSWORD)
        assert await code_of(change_password(db, clock, principal, PASSWORD, "t0001")) == "password_too_short"
        await change_password(db, clock, principal, PASSWORD, "another good one")
        assert await code_of(Sessions(db, clock).authenticate(token)) == "session_unknown"
        token, _ = await log_in(db, clock, "T0001", "another good one")
        sessions = Sessions(db, clock)
        await sessions.authenticate(token)
        await sessions.log_out(token)
        assert await code_of(sessions.authenticate(token)) == "session_unknown"
        await db.close()

    asyncio.run(story())
