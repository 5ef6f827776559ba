"""Standing orders through the day-end: on their day, tried again, given up, ended; balances and days by hand.

Zhang begins with 12,000.00, Li with 8,000.50; the bank's first day is Monday 5 January 2026.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from liushui.bank import open_bank
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import refuse
from liushui.payments import StandingOrders
from tests.procedures import TELLER, Story, refused, run
from tests.processes.transfers import LI, ZHANG, class_used, fund, kinds, second_account, used
from tests.standing import RENT, agree, go_to, history


def test_the_rent_goes_out_on_its_day_before_the_bank_opens(demo: str) -> None:
    async def tell(s: Story) -> None:
        order = await agree(s)
        await go_to(s, date(2026, 1, 9))
        assert await s.balance(ZHANG) == "12000.00"
        await go_to(s, date(2026, 1, 10))
        assert (await s.balance(ZHANG), await s.balance(LI)) == ("9000.00", "11000.50")
        await go_to(s, date(2026, 2, 11))
        assert await s.balance(ZHANG) == "6000.00"
        assert await history(s, order) == [
            ("2026-01-10", 1, "2026-01-10", "done", None), ("2026-02-10", 1, "2026-02-10", "done", None),
        ]  # fmt: skip
        rows = await s.bank.db.pool.fetch(
            "SELECT booking_date::text, code, memo, idempotency_key FROM journal WHERE code = 'TRF02' ORDER BY id"
        )
        assert [tuple(row) for row in rows] == [
            ("2026-01-10", "TRF02", "房租", f"standing:{order}:2026-01-10"),
            ("2026-02-10", "TRF02", "房租", f"standing:{order}:2026-02-10"),
        ]
        assert await kinds(s, "standing_order%") == ["standing_order_agreed"] + 2 * [
            "standing_order_executed"
        ]

    run(demo, tell)


def test_too_little_money_is_tried_again_on_the_days_agreed_and_given_up(demo: str) -> None:
    async def tell(s: Story) -> None:
        order = await agree(s, amount="12000.01", retries=2)
        await go_to(s, date(2026, 1, 12))
        tried = [(f"2026-01-{10 + n}", n + 1) for n in range(3)]
        assert await history(s, order) == [
            ("2026-01-10", n, day, "given_up" if n == 3 else "refused", "insufficient_funds")
            for day, n in tried
        ]
        assert await s.balance(ZHANG) == "12000.00"
        assert await kinds(s, "standing_order_%") == [
            "standing_order_agreed", "standing_order_failed", "standing_order_failed", "standing_order_given_up",
        ]  # fmt: skip
        await fund(s, ZHANG, "0.01")
        await go_to(s, date(2026, 2, 10))
        assert await s.balance(ZHANG) == "0.00"
        assert (await history(s, order))[-1] == ("2026-02-10", 1, "2026-02-10", "done", None)

    run(demo, tell)


def test_money_that_comes_meanwhile_is_paid_on_the_next_try(demo: str) -> None:
    async def tell(s: Story) -> None:
        order = await agree(s, amount="12500.00", retries=5)
        await go_to(s, date(2026, 1, 11))
        await fund(s, ZHANG, "500.00")
        await go_to(s, date(2026, 1, 12))
        assert await s.balance(ZHANG) == "0.00"
        assert [h[3] for h in await history(s, order)] == ["refused", "refused", "done"]

    run(demo, tell)


def test_days_off_move_it_and_the_schedule_stays(demo: str) -> None:
    """Saturday 10 January goes to Monday the 12th; Tuesday 10 February is a working day; 10 May, a Sunday, goes back to
    Saturday the 9th, which is worked."""

    async def tell(s: Story) -> None:
        later = await agree(s, on_holiday="next", amount="1.00", times=2)
        before = await agree(s, on_holiday="previous", amount="1.00", first_on="2026-05-01", times=1)
        await go_to(s, date(2026, 5, 11))
        assert await history(s, later) == [
            ("2026-01-10", 1, "2026-01-12", "done", None), ("2026-02-10", 1, "2026-02-10", "done", None),
        ]  # fmt: skip
        assert await history(s, before) == [("2026-05-10", 1, "2026-05-09", "done", None)]

    run(demo, tell)


def test_all_above_what_is_kept_and_nothing_where_there_is_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        own = await second_account(s, account_class=2)
        order = await agree(
            s, payee=own, what="above", amount=None, kept="10000.00", rhythm="days", every_days=2, month_day=None, times=2
        )  # fmt: skip
        await go_to(s, date(2026, 1, 9))
        assert (await s.balance(ZHANG), await s.balance(own)) == ("10000.00", "2000.00")
        assert [h[3] for h in await history(s, order)] == ["done", "nothing"]
        reason = await s.bank.db.pool.fetchval("SELECT end_reason FROM standing_order WHERE id = $1", order)
        assert reason == "completed"

    run(demo, tell)


def test_what_must_be_left_is_left(demo: str) -> None:
    async def tell(s: Story) -> None:
        order = await agree(s, amount="3000.00", kept="9000.01")
        fits = await agree(s, amount="3000.00", kept="9000.00")
        await go_to(s, date(2026, 1, 10))
        assert (await history(s, order))[0][3:] == ("given_up", "standing_order_too_little_left")
        assert (await history(s, fits))[0][3:] == ("done", None)

    run(demo, tell)


def test_limits_of_class_and_channel_count_it(demo: str) -> None:
    """Class II: 10,000.00 a day to others. What the customer has agreed for the counter binds orders agreed there."""

    async def tell(s: Story) -> None:
        small = await second_account(s, account_class=2)
        await s.pay(ZHANG, small, 9_000_00)
        many = await agree(s, payer=small, amount="6000.00")
        more = await agree(s, payer=small, amount="2000.00")
        await s.start(
            TELLER,
            "agree_transfer_limit",
            account=ZHANG,
            channel="counter",
            daily_amount="100.00",
            identified=True,
        )
        over = await agree(s, amount="100.01")
        await go_to(s, date(2026, 1, 10))
        assert [(await history(s, o))[0][3:] for o in (many, more, over)] == [
            ("done", None), ("done", None), ("given_up", "channel_limit_exceeded"),
        ]  # fmt: skip
        assert await class_used(s, small) == 8_000_00
        assert await used(s, small, "counter") == (8_000_00, 2)
        beyond = await agree(s, payer=LI, payee=small, amount="1.00", first_on="2026-01-11", month_day=11)
        await s.pay(LI, small, 5_000_00)
        third = await agree(s, payer=small, amount="6000.00", first_on="2026-01-11", month_day=11)
        fourth = await agree(s, payer=small, amount="4000.01", first_on="2026-01-11", month_day=11)
        await go_to(s, date(2026, 1, 11))
        assert [(await history(s, o))[0][3:] for o in (beyond, third, fourth)] == [
            ("done", None), ("done", None), ("given_up", "daily_limit_exceeded"),
        ]  # fmt: skip

    run(demo, tell)


def test_a_blocked_account_and_a_closed_one_stop_nobody_else(demo: str) -> None:
    async def tell(s: Story) -> None:
        small = await second_account(s, account_class=2)
        shut = await agree(s, payer=small, amount="1.00")
        stopped, other = await agree(s, retries=1), await agree(s, payer=LI, payee=ZHANG, amount="8.00")
        await s.block(ZHANG, debit=True, credit=False)
        account = await s.bank.directory.find(small)
        await s.bank.db.transact(lambda uow: s.bank.deposits.close_within(uow, account, by="T0001"))
        await go_to(s, date(2026, 1, 11))
        assert [h[3:] for h in await history(s, stopped)] == [
            ("refused", "account_blocked"), ("given_up", "account_blocked"),
        ]  # fmt: skip
        assert [h[3:] for h in await history(s, shut)] == [("given_up", "account_closed")]
        assert [h[3:] for h in await history(s, other)] == [("done", None)]
        ends = await s.bank.db.pool.fetch(
            "SELECT id, end_reason FROM standing_order WHERE ended_at IS NOT NULL"
        )
        assert [tuple(row) for row in ends] == [(shut, "account_closed")]

    run(demo, tell)


def test_a_cancelled_order_is_not_tried_again_and_a_new_one_takes_the_place_of_the_old(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await agree(s, amount="50000.00", retries=9)
        await go_to(s, date(2026, 1, 11))
        second = await agree(s, amount="1.00", first_on="2026-01-12", month_day=12, replaces=first)
        wrong = s.start(TELLER, "cancel_standing_order", payer=LI, order=second, identified=True)
        assert await refused(wrong) == ["standing_order_unknown"]
        await s.start(TELLER, "cancel_standing_order", payer=ZHANG, order=second, identified=True)
        again = s.start(TELLER, "cancel_standing_order", payer=ZHANG, order=second, identified=True)
        assert await refused(again) == ["standing_order_over"]
        await go_to(s, date(2026, 1, 15))
        assert len(await history(s, first)) == 2
        assert await history(s, second) == []
        rows = await s.bank.db.pool.fetch("SELECT end_reason FROM standing_order ORDER BY id")
        assert [row["end_reason"] for row in rows] == ["replaced", "cancelled"]

    run(demo, tell)


def test_a_step_that_is_broken_off_in_the_middle_does_each_once(demo: str) -> None:
    """Of three orders the second meets a lost database: the part is undone whole, and done whole when it is back."""

    async def whole() -> None:
        clock = ManualClock(datetime(2026, 1, 5, 2, tzinfo=UTC))
        async with open_bank(demo, clock) as bank:
            from liushui.demo import complete_demo_bank

            await complete_demo_bank(bank)
            await bank.processes.deploy_house(actor="system")
            s = Story(bank, clock)
            orders = [await agree(s, amount=f"{n}.00") for n in (1, 2, 3)]
            await go_to(s, date(2026, 1, 9))
            pay, calls = StandingOrders._pay, 0

            async def lost(self: StandingOrders, *args: Any) -> int:
                nonlocal calls
                calls += 1
                if calls == 2:
                    raise refuse("database_unavailable")
                return await pay(self, *args)

            StandingOrders._pay = lost
            clock.set(datetime(2026, 1, 10, 2, tzinfo=UTC))
            try:
                assert await refused(bank.day_end.run()) == ["database_unavailable"]
            finally:
                StandingOrders._pay = pay
            assert await s.balance(ZHANG) == "12000.00"
            await bank.day_end.run()
            assert await s.balance(ZHANG) == "11994.00"
            assert [[h[3] for h in await history(s, o)] for o in orders] == [["done"]] * 3

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"identified": None}, ["form_field_missing"]),
        ({"amount": None}, ["form_field_missing"]),
        ({"month_day": None}, ["form_field_missing"]),
        ({"payee": ZHANG, "first_on": "2026-01-05"}, ["standing_order_starts_early", "same_account"]),
        ({"retries": 10, "rhythm": "weekly", "replaces": 7}, ["standing_order_retries_many", "standing_order_unknown"]),
    ],
)  # fmt: skip
def test_what_cannot_be_agreed_is_refused_with_every_reason(
    demo: str, changed: dict[str, Any], codes: list[str]
) -> None:
    async def tell(s: Story) -> None:
        given = {name: value for name, value in (RENT | changed).items() if value is not None}
        assert await refused(s.start(TELLER, "agree_standing_order", **given)) == codes
        assert await s.bank.db.pool.fetchval("SELECT count(*) FROM standing_order") == 0

    run(demo, tell)
