"""Log-in, lock-out and sessions."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date, timedelta

import pytest
from asyncpg import PostgresError

from liushui.identity import Sessions, add_staff, branch_by_code, change_password, log_in, open_branch
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
        db, clock = await bank_with_a_teller(dsn)
        token, principal = await log_in(db, clock, "T0001", PASSWORD)
        assert "transfer" in principal.permissions
        assert "incident_manage" not in principal.permissions
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


async def bank_with_a_teller(dsn: str) -> tuple[Database, ManualClock]:
    db, clock = await Database.connect(dsn), ManualClock(MORNING)

    async def hire(uow: UnitOfWork) -> None:
        branch = await open_branch(
            uow, code="0001", name_zh="总行", name_en="Head", opened_on=date(2026, 1, 5)
        )
        await add_staff(uow, clock, number="T0001", name="甲", branch_id=branch.id, roles=["teller"],
                        password=PASSWORD)  # fmt: skip

    await db.transact(hire)
    return db, clock


def test_guesses_made_side_by_side_are_counted_one_by_one(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)
        guesses = [code_of(log_in(db, clock, "T0001", f"guess {n}")) for n in range(12)]
        assert Counter(await asyncio.gather(*guesses)) == {"credentials_wrong": 5, "staff_locked": 7}
        assert await code_of(log_in(db, clock, "T0001", PASSWORD)) == "staff_locked"
        async with db.read() as conn:
            trail = Counter(
                (row["action"], row["outcome"]) for row in await conn.fetch("SELECT * FROM audit_event")
            )
        assert trail == {("staff_added", "done"): 1, ("log_in", "refused"): 5, ("staff_locked", "done"): 1}
        await db.close()

    asyncio.run(story())


def test_a_session_left_open_is_no_place_to_guess_the_password(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)
        _, principal = await log_in(db, clock, "T0001", PASSWORD)
        for _ in range(5):
            wrong = change_password(db, clock, principal, "not the old one", "another good one")
            assert await code_of(wrong) == "credentials_wrong"
        right = change_password(db, clock, principal, PASSWORD, "another good one")
        assert await code_of(right) == "staff_locked"
        await db.close()

    asyncio.run(story())


def test_a_session_ends_after_twelve_hours_however_busy(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)
        token, principal = await log_in(db, clock, "T0001", PASSWORD)
        for _ in range(35):  # 11 h 40 min, never idle for longer than 20 minutes
            clock.advance(timedelta(minutes=20))
            assert await Sessions(db, clock).authenticate(token) == principal
        clock.advance(timedelta(minutes=20))
        assert await code_of(Sessions(db, clock).authenticate(token)) == "session_unknown"
        await db.close()

    asyncio.run(story())


def test_a_remembered_session_needs_no_database(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)
        token, principal = await log_in(db, clock, "T0001", PASSWORD)
        sessions = Sessions(db, clock)
        await sessions.authenticate(token)
        await db.close()
        assert await sessions.authenticate(token) == principal

    asyncio.run(story())


def test_all_faults_of_a_new_member_of_staff_at_once(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)

        async def hire(uow: UnitOfWork) -> None:
            await add_staff(uow, clock, number="T0002", name="乙", branch_id=1, roles=["teller", "king"],
                            password="t0002-abc")  # fmt: skip

        with pytest.raises(Refused) as caught:
            await db.transact(hire)
        codes = {fault.code for fault in caught.value.faults}
        assert codes == {"password_too_short", "password_is_number", "role_unknown"}
        assert "t0002" not in repr(caught.value.faults)
        await db.close()

    asyncio.run(story())


def test_what_no_database_can_hold_is_simply_unknown(dsn: str) -> None:
    async def story() -> None:
        db, clock = await bank_with_a_teller(dsn)
        assert await code_of(log_in(db, clock, "T0001\x00", PASSWORD)) == "credentials_wrong"
        assert await code_of(log_in(db, clock, "T0001", "\ud800")) == "credentials_wrong"
        async with db.read() as conn:
            assert await code_of(branch_by_code(conn, "000\x00")) == "branch_unknown"
        await db.close()

    asyncio.run(story())


def test_the_audit_trail_cannot_be_rewritten(dsn: str) -> None:
    async def story() -> None:
        db, _ = await bank_with_a_teller(dsn)
        for change in (
            "UPDATE audit_event SET actor = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
        ):
            async with db.pool.acquire() as conn:
                with pytest.raises(PostgresError) as caught:
                    await conn.execute(change)
            assert caught.value.sqlstate == "LS001"
        await db.close()

    asyncio.run(story())
