"""Several at once: wrong passwords, causes of blocks, one appointment."""

from __future__ import annotations

import asyncio
from datetime import date

from liushui.bank import verify
from liushui.deposits import (
    Cause,
    NewBlock,
    blocks_of,
    book_cash,
    lift_block,
    place_block,
    try_password,
    use_appointment,
)
from liushui.store.database import UnitOfWork
from tests.counter import PASSWORD, ZHANG, flags, give_password, next_day, rows
from tests.procedures import Story, refused, run


def test_guesses_side_by_side_are_no_more_than_three(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        found = await s.bank.directory.find(ZHANG)

        async def guess(password: str) -> bool:
            tried = await s.bank.db.transact(
                lambda uow: try_password(
                    uow,
                    s.clock,
                    account_id=found.id,
                    account=ZHANG,
                    password=password,
                    most=3,
                    operator="T0001",
                )
            )
            return tried.right

        answers = await asyncio.gather(*(guess(f"11122{n}") for n in range(6)))
        assert not any(answers)
        assert await rows(s, "SELECT wrong, locked_at IS NOT NULL AS locked FROM account_password") == [
            {"wrong": 3, "locked": True}
        ]
        assert not await guess(PASSWORD)  # locked: the right one does not help any more
        locks = await rows(s, "SELECT 1 FROM audit_event WHERE action = 'account_password_locked'")
        assert len(locks) == 1

    run(demo, tell)


def test_blocks_placed_and_lifted_side_by_side_agree_with_the_flags(demo: str) -> None:
    async def tell(s: Story) -> None:
        found = await s.bank.directory.find(ZHANG)

        async def place(cause: Cause) -> int:
            new = NewBlock(found.id, cause, True, cause is Cause.STAFF, "x", "T0001")
            return await s.bank.db.transact(lambda uow: place_block(uow, s.bank.ledger, s.clock, new))

        async def lift(number: int) -> bool:
            return await s.bank.db.transact(
                lambda uow: lift_block(uow, s.bank.ledger, s.clock, number, by="T0001", reason="x")
            )

        causes = [Cause.CUSTOMER, Cause.STAFF, Cause.ORAL_LOSS, Cause.WRITTEN_LOSS] * 2
        numbers = await asyncio.gather(*map(place, causes))
        lifted = await asyncio.gather(*map(lift, [*numbers[:-1], *numbers[:-1]]), place(Cause.CUSTOMER))
        assert lifted[:-1].count(True) == 7  # each once
        assert await flags(s, ZHANG) == (True, False)
        async with s.bank.db.read() as conn:
            left = [block["cause"] for block in await blocks_of(conn, found.id)]
        assert left == ["written_loss", "customer"]

    run(demo, tell)


def test_an_appointment_is_used_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        found = await s.bank.directory.find(ZHANG)

        async def book(uow: UnitOfWork) -> int:
            return await book_cash(
                uow, s.clock, account=found, branch_id=1, amount=20_000_000, on_date=date(2026, 1, 6),
                days_ahead_most=30, made_by="T0001", channel="counter", case_id=1,
            )  # fmt: skip

        first, *others = await asyncio.gather(
            *(s.bank.db.transact(book) for _ in range(3)), return_exceptions=True
        )
        assert sorted(isinstance(answer, int) for answer in (first, *others)) == [False, False, True]
        await next_day(s)

        async def use(uow: UnitOfWork) -> int:
            return await use_appointment(uow, s.clock, account_id=found.id, branch_id=1, amount=20_000_000)

        answers = await asyncio.gather(*(s.bank.db.transact(use) for _ in range(3)), return_exceptions=True)
        assert sorted(isinstance(answer, int) for answer in answers) == [False, False, True]
        assert await refused(s.bank.db.transact(use)) == ["appointment_missing"]

    run(demo, tell)


def test_flags_that_no_cause_makes_are_found(demo: str) -> None:
    async def tell(s: Story) -> None:
        found = await s.bank.directory.find(ZHANG)
        for debit in (True, False):
            await s.bank.db.transact(
                lambda uow, d=debit: s.bank.ledger.set_blocks(uow, found.id, debit=d, credit=False)
            )
            codes = [fault.code for fault in await verify(s.bank.db)]
            assert codes == (["verify_block_wrong"] if debit else [])

    run(demo, tell)
