"""Transfers that wait: reserved until their time, cancelled before it, tried again where the reservation ran out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import Header
from liushui.payments import TransferOrders
from tests.procedures import SUPERVISOR, TELLER, Story, person
from tests.processes.transfers import LI, ZHANG, customer, held, kinds, last, run, second_account, used

HOUR = timedelta(hours=1)


async def cancel(s: Story, case: int, payer: str = ZHANG, who: str = "online") -> int:
    return await s.start(customer(who), "transfer_cancellation", transfer=case, payer=payer)


def test_within_hours_the_money_is_reserved_at_once_and_booked_after_two(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="300.00", execution="normal")
        assert (await s.balance(ZHANG), await held(s, ZHANG)) == ("1000000.00", 300_00)
        await s.wait(HOUR * 1.9)
        assert (await s.balance(ZHANG), await s.status(case)) == ("1000000.00", "running")
        await s.wait(HOUR * 0.2)
        assert (await s.balance(ZHANG), await held(s, ZHANG)) == ("999700.00", 0)
        assert (await s.status(case), await last(s, case)) == ("completed", "ExecutedDone")
        assert await kinds(s, "transfer_%") == ["transfer_waiting"]

    run(demo, tell)


def test_the_next_day_is_the_next_day_on_which_the_bank_opens(demo: str) -> None:
    async def tell(s: Story) -> None:
        s.clock.advance(timedelta(days=4))  # Friday, 9 January 2026; the bank opens again on Monday at nine
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="1.00", execution="next_day")
        await s.wait(timedelta(days=2, hours=22, minutes=59))  # Monday 8:59
        assert await s.status(case) == "running"
        await s.wait(timedelta(minutes=1))
        assert await s.status(case) == "completed"

    run(demo, tell)


def test_what_is_reserved_cannot_be_spent_twice_and_too_little_is_refused_at_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.start(TELLER, "transfer", payer=LI, payee=ZHANG, amount="1.00", execution="normal")
        case = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="400000.00", execution="normal"
        )
        other = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="400000.00", execution="normal"
        )
        third = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="400000.00", execution="normal"
        )
        assert (await s.ways(third))[-2:] == ["HoldRefused", "Refused"]
        assert await held(s, ZHANG) == 800_000_00
        assert await used(s, ZHANG, "counter") == (800_000_00, 2)  # nothing was counted for the third
        await s.wait(HOUR * 2)
        assert [await s.status(c) for c in (case, other)] == ["completed", "completed"]
        assert await s.balance(ZHANG) == "200001.00"

    run(demo, tell)


def test_a_machine_transfer_to_others_waits_a_day_whatever_was_chosen_and_can_be_cancelled(demo: str) -> None:
    async def tell(s: Story) -> None:
        for channel in ("atm", "kiosk"):
            case = await s.start(customer(channel), "transfer", payer=ZHANG, payee=LI, amount="100.00")
            await s.wait(HOUR * 23)
            assert await s.status(case) == "running"
            await cancel(s, case)
            await s.work()
            assert await last(s, case) == "Cancelled"
            assert (await held(s, ZHANG), await used(s, ZHANG, channel)) == (0, (0, 0))
            again = await s.start(customer(channel), "transfer", payer=ZHANG, payee=LI, amount="100.00")
            await s.wait(HOUR * 24)
            assert await last(s, again) == "ExecutedDone"
            with pytest.raises(Refused, match="transfer_over"):
                await cancel(s, again)
        assert await s.balance(ZHANG) == "999800.00"
        assert (await kinds(s, "transfer_%"))[:2] == ["transfer_waiting", "transfer_released"]

    run(demo, tell)


def test_a_machine_transfer_to_ones_own_account_does_not_wait(demo: str) -> None:
    async def tell(s: Story) -> None:
        own = await second_account(s, bound=ZHANG)
        case = await s.start(customer("atm"), "transfer", payer=ZHANG, payee=own, amount="100.00")
        assert await last(s, case) == "Done"
        assert await s.balance(own) == "100.00"

    run(demo, tell)


def test_only_the_payer_cancels_and_only_a_transfer(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="1.00", execution="normal")
        with pytest.raises(Refused, match="account_unknown"):
            await cancel(s, case, LI)
        with pytest.raises(Refused, match="transfer_unknown"):
            await cancel(s, case + 1_000_000)
        asked = await cancel(s, case)
        with pytest.raises(Refused, match="transfer_unknown"):
            await cancel(s, asked)
        await s.work()

    run(demo, tell)


def test_the_payers_word_counts_from_the_moment_it_is_given(demo: str) -> None:
    """The time comes before the message does: the timer fires, and the transfer is not executed all the same."""

    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="5.00", execution="normal")
        await cancel(s, case)
        s.clock.advance(HOUR * 3)
        await s.processes.work()  # timers, before anybody has dispatched the message
        assert (await s.ways(case))[-5:] == ["Due", "ExecuteWithdrawn", "ToRelease", "Release", "Cancelled"]
        await s.work()
        assert (await s.balance(ZHANG), await held(s, ZHANG)) == ("1000000.00", 0)

    run(demo, tell)


def test_cancelled_while_somebody_reviews_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="500000.00")
        other = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="500000.00")
        await cancel(s, case)
        await s.work()
        assert (await last(s, case), await s.open_tasks(case)) == ("Cancelled", [])
        await cancel(s, other)  # the message is still on its way when the reviewer approves
        await s.do(SUPERVISOR, other, "Review", decision="approve")
        assert (await s.ways(other))[-2:] == ["PostWithdrawn", "Cancelled"]
        await s.work()
        assert await s.balance(ZHANG) == "1000000.00"

    run(demo, tell)


def test_reviewed_and_then_reserved_until_tomorrow(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="500000.00", execution="next_day"
        )
        assert await held(s, ZHANG) == 0
        await s.do(SUPERVISOR, case, "Review", decision="approve")
        assert await held(s, ZHANG) == 500_000_00
        await s.wait(HOUR * 23)
        assert await s.balance(ZHANG) == "500000.00"

    run(demo, tell)


def test_a_reservation_that_ran_out_is_tried_again(demo: str) -> None:
    """No worker for a week: the reservation expires, released or not, and is booked anew where the money is there."""

    async def tell(s: Story) -> None:
        rich = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="1000.00", execution="normal")
        swept = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="2000.00", execution="normal")
        poor = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="997000.00", execution="normal"
        )
        await s.do(SUPERVISOR, poor, "Review", decision="approve")
        s.clock.advance(timedelta(days=7))
        assert await s.bank.ledger.expire_holds() == 3
        await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="10.00")
        await s.work()
        ends = [await last(s, case) for case in (rich, swept, poor)]
        assert ends == ["ExecutedDone", "ExecutedDone", "Refused"]
        assert (await s.balance(ZHANG), await held(s, ZHANG)) == ("996990.00", 0)
        assert await used(s, ZHANG, "counter") == (3010_00, 3)  # with the one at once
        late = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="10.00", execution="normal")
        s.clock.advance(timedelta(days=7))
        await s.work()  # nobody has swept this one
        assert await last(s, late) == "ExecutedDone"

    run(demo, tell)


def test_what_an_officer_releases_by_hand_is_not_booked_again(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="1000.00", execution="normal")
        hold = await s.bank.db.pool.fetchval("SELECT hold_id FROM transfer_order WHERE case_id = $1", case)
        await s.bank.payments.void(Header("v", "HLD03", 1, "S0001", "counter"), hold)
        await s.wait(HOUR * 3)
        assert (await s.ways(case))[-3:] == ["ExecuteRefused", "GiveBack", "Refused"]
        assert (await s.balance(ZHANG), await used(s, ZHANG, "counter")) == ("1000000.00", (0, 0))

    run(demo, tell)


def test_a_case_that_is_given_up_as_a_whole_leaves_nothing_reserved_or_counted(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(customer("atm"), "transfer", payer=ZHANG, payee=LI, amount="1000.00")
        assert (await held(s, ZHANG), await used(s, ZHANG, "atm")) == (1000_00, (1000_00, 1))
        await s.processes.cancel(person("S0001", "supervisor"), case, "错录", idempotency_key="give-up")
        await s.work()
        assert (await held(s, ZHANG), await used(s, ZHANG, "atm")) == (0, (0, 0))

    run(demo, tell)


def test_an_account_that_is_frozen_meanwhile_keeps_its_money(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="1000.00", execution="normal")
        await s.block(ZHANG, debit=True, credit=False)
        await s.wait(HOUR * 3)
        assert await last(s, case) == "Refused"
        assert (await s.balance(ZHANG), await held(s, ZHANG)) == ("1000000.00", 0)

    run(demo, tell)


def test_a_value_date_is_for_what_is_booked_at_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=LI, amount="1.00", execution="normal",
            value_date="2026-01-04",
        )  # fmt: skip
        assert (await s.ways(case))[-2:] == ["HoldRefused", "Refused"]

    run(demo, tell)


def breaks_after(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect right after the work of a use case has been done, before its step is committed."""
    right: Callable[..., Awaitable[Any]] = getattr(TransferOrders, name)

    async def broken(self: TransferOrders, *args: Any, **more: Any) -> Any:
        await right(self, *args, **more)
        raise RuntimeError("a defect")

    monkeypatch.setattr(TransferOrders, name, broken)


def test_a_step_that_breaks_has_not_happened_and_is_tried_again(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tell(s: Story) -> None:
        with monkeypatch.context() as broken:
            breaks_after("hold", broken)
            case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="7.00", execution="normal")
            await s.wait(HOUR)
        assert await s.status(case) == "incident"
        assert (await held(s, ZHANG), await used(s, ZHANG, "counter")) == (0, (0, 0))
        await settle(s, case)
        assert await held(s, ZHANG) == 7_00
        with monkeypatch.context() as broken:
            breaks_after("execute", broken)
            await s.wait(HOUR * 3)
        assert (await s.status(case), await s.balance(ZHANG)) == ("incident", "1000000.00")
        assert (await held(s, ZHANG), await used(s, ZHANG, "counter")) == (7_00, (7_00, 1))
        await settle(s, case)
        assert (await s.status(case), await s.balance(ZHANG)) == ("completed", "999993.00")

    run(demo, tell)


def test_a_broken_one_that_the_payer_withdraws_is_released_when_it_is_tried_again(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="7.00", execution="normal")
        with monkeypatch.context() as broken:
            breaks_after("execute", broken)
            await s.wait(HOUR * 3)
        await cancel(s, case)
        await s.work()
        await settle(s, case)
        assert (await last(s, case), await held(s, ZHANG)) == ("Cancelled", 0)

    run(demo, tell)


async def settle(s: Story, case: int) -> None:
    number = await s.bank.db.pool.fetchval(
        "SELECT max(id) FROM process_incident WHERE instance_id = $1 AND cleared_at IS NULL", case
    )
    await s.processes.settle_incident(
        SUPERVISOR, number, "retry", "mended", {}, idempotency_key=f"retry:{number}"
    )
