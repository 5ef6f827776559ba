"""Limits of transfers by class and channel, counted where the money moves. Figures from 银发〔2016〕261号, 银发〔2018〕16号."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from liushui.kernel.errors import Refused
from liushui.ledger import Posted
from liushui.payments import ChannelLimit, agree_transfer_limit
from tests.procedures import TELLER, Story, person
from tests.processes.transfers import (
    LI,
    ZHANG,
    class_used,
    customer,
    fault,
    held,
    last,
    run,
    second_account,
    used,
)


async def agree(
    s: Story, account: str, channel: str, amount: int | None = None, count: int | None = None
) -> None:
    found = await s.bank.directory.find(account)
    await s.bank.db.transact(
        lambda uow: agree_transfer_limit(
            uow, s.clock, s.bank.ledger, operator="T0001", account=found, channel=channel,
            limit=ChannelLimit(amount, count),
        )
    )  # fmt: skip


async def through(s: Story, payer: str, payee: str, fen: int, key: str, who: str = "counter") -> Posted | int:
    given = {"payer": payer, "payee": payee, "amount": fen, "currency": "CNY"}
    person_ = TELLER if who == "counter" else customer(who)
    return await s.processes.run(person_, "transfer", given, idempotency_key=key)


async def straight(s: Story) -> int:
    return await s.bank.db.pool.fetchval("SELECT count(*) FROM event WHERE path_id IS NOT NULL")


def test_class_two_goes_step_by_step_and_answers_like_the_straight_way(demo: str) -> None:
    async def tell(s: Story) -> None:
        second = await second_account(s)
        before = await straight(s)
        posted = await through(s, ZHANG, second, 10_000_00, "in")
        assert isinstance(posted, Posted)
        assert isinstance(await through(s, second, LI, 9_999_99, "a"), Posted)
        with pytest.raises(Refused, match="daily_limit_exceeded"):
            await through(s, second, LI, 2, "b")
        with pytest.raises(Refused, match="daily_limit_exceeded"):
            await through(s, second, LI, 2, "b")  # the same answer again
        with pytest.raises(Refused, match="daily_limit_exceeded"):
            await through(s, ZHANG, second, 1, "c")  # nor may more come in
        assert await straight(s) == before
        again = await through(s, ZHANG, second, 10_000_00, "in")
        assert isinstance(again, Posted)
        assert again._replace(replayed=False) == posted
        assert (await s.balance(second), await class_used(s, second)) == ("0.01", 9_999_99)
        assert isinstance(await through(s, ZHANG, LI, 1, "plain"), Posted)
        assert await straight(s) == before + 1

    run(demo, tell)


def test_class_three_holds_two_thousand_at_most(demo: str) -> None:
    async def tell(s: Story) -> None:
        small = await second_account(s, account_class=3, bound=ZHANG)
        assert isinstance(await through(s, ZHANG, small, 2_000_00, "a"), Posted)
        with pytest.raises(Refused, match="balance_limit_exceeded"):
            await through(s, ZHANG, small, 1, "b")

    run(demo, tell)


def test_a_payee_that_is_full_by_then_gives_everything_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        small = await second_account(s, name="李示例", account_class=3)
        case = await s.start(
            TELLER, "transfer", payer=ZHANG, payee=small, amount="1500.00", execution="normal"
        )
        assert isinstance(await through(s, ZHANG, small, 1_000_00, "meanwhile"), Posted)
        await s.wait(timedelta(hours=2))
        assert (await s.ways(case))[-3:] == ["ExecuteRefused", "GiveBack", "Refused"]
        assert await fault(s, case) == "daily_limit_exceeded"
        assert (await held(s, ZHANG), await s.balance(small)) == (0, "1000.00")

    run(demo, tell)


def test_a_class_two_payer_gets_the_day_back_when_the_transfer_is_cancelled(demo: str) -> None:
    async def tell(s: Story) -> None:
        second = await second_account(s)
        await through(s, ZHANG, second, 10_000_00, "in")
        case = await s.start(
            TELLER, "transfer", payer=second, payee=LI, amount="10000.00", execution="next_day"
        )
        assert await class_used(s, second) == 10_000_00
        refused = await s.start(TELLER, "transfer", payer=second, payee=LI, amount="0.01")
        assert await fault(s, refused) == "daily_limit_exceeded"
        await s.start(TELLER, "transfer_cancellation", transfer=case, payer=second)
        await s.work()
        assert await class_used(s, second) == 0
        assert isinstance(await through(s, second, LI, 10_000_00, "after"), Posted)

    run(demo, tell)


@pytest.mark.parametrize("channel", ["atm", "kiosk", "phone"])
def test_machines_and_telephone_take_fifty_thousand_a_day(demo: str, channel: str) -> None:
    async def tell(s: Story) -> None:
        who = TELLER if channel == "phone" else customer(channel)
        who = person(who.number, *who.roles, channel=channel)
        first = await s.start(who, "transfer", payer=ZHANG, payee=LI, amount="49999.99")
        assert await s.status(first) in ("running", "completed")
        second = await s.start(who, "transfer", payer=ZHANG, payee=LI, amount="0.02")
        assert (await last(s, second), await fault(s, second)) == ("Refused", "channel_limit_exceeded")
        third = await s.start(who, "transfer", payer=ZHANG, payee=LI, amount="0.01")
        assert await last(s, third) != "Refused"
        assert await used(s, ZHANG, channel) == (50_000_00, 2)

    run(demo, tell)


def test_the_customer_agrees_on_less_and_can_never_agree_on_more(demo: str) -> None:
    async def tell(s: Story) -> None:
        await agree(s, ZHANG, "atm", 100_000_00)
        over = await s.start(customer("atm"), "transfer", payer=ZHANG, payee=LI, amount="50000.01")
        assert await fault(s, over) == "channel_limit_exceeded"
        await agree(s, ZHANG, "online", 1_000_00, 2)
        assert isinstance(await through(s, ZHANG, LI, 400_00, "a", "online"), Posted)
        with pytest.raises(Refused, match="channel_limit_exceeded"):
            await through(s, ZHANG, LI, 600_01, "b", "online")
        assert isinstance(await through(s, ZHANG, LI, 600_00, "c", "online"), Posted)
        await agree(s, ZHANG, "online", 2_000_00, 2)
        with pytest.raises(Refused, match="channel_count_exceeded"):
            await through(s, ZHANG, LI, 1_00, "d", "online")
        assert isinstance(await through(s, ZHANG, LI, 5_000_00, "e"), Posted)  # the counter takes more
        for channel, amount, count in (("fax", 1, 1), ("online", 0, 0)):
            with pytest.raises(Refused):
                await agree(s, ZHANG, channel, amount, count)

    run(demo, tell)


def test_a_customer_agrees_at_the_counter_and_takes_it_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = {"account": ZHANG, "channel": "atm", "identified": True}
        await s.start(TELLER, "agree_transfer_limit", daily_amount="100.00", daily_count=1, **given)
        over = await s.start(customer("atm"), "transfer", payer=ZHANG, payee=LI, amount="100.01")
        assert await fault(s, over) == "channel_limit_exceeded"
        await s.start(TELLER, "agree_transfer_limit", **given)
        case = await s.start(customer("atm"), "transfer", payer=ZHANG, payee=LI, amount="100.01")
        assert await s.status(case) == "running"
        with pytest.raises(Refused, match="form_field_missing"):
            await s.start(TELLER, "agree_transfer_limit", account=ZHANG, channel="atm", identified=False)

    run(demo, tell)


def test_a_limit_agreed_for_machine_clients_holds_on_what_went_straight_before(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await straight(s)
        assert isinstance(await through(s, ZHANG, LI, 900_00, "a", "open_api"), Posted)
        assert await straight(s) == before + 1
        await agree(s, ZHANG, "open_api", 1_000_00)
        assert isinstance(await through(s, ZHANG, LI, 900_00, "b", "open_api"), Posted)
        with pytest.raises(Refused, match="channel_limit_exceeded"):
            await through(s, ZHANG, LI, 900_00, "c", "open_api")
        assert await straight(s) == before + 1

    run(demo, tell)


def test_many_at_once_never_pass_a_limit_together(demo: str) -> None:
    async def tell(s: Story) -> None:
        second = await second_account(s)
        await through(s, ZHANG, second, 10_000_00, "in")
        answers = await asyncio.gather(
            *(through(s, second, LI, 1_500_00, f"k{n}") for n in range(10)), return_exceptions=True
        )
        assert sum(isinstance(a, Posted) for a in answers) == 6  # 6 × 1,500 is within 10,000; 7 are not
        assert {str(a) for a in answers if not isinstance(a, Posted)} == {"daily_limit_exceeded"}
        assert await class_used(s, second) == 9_000_00

    run(demo, tell)


def test_a_person_is_no_machine(demo: str) -> None:
    async def tell(s: Story) -> None:
        for channel in ("atm", "kiosk", "online"):
            with pytest.raises(Refused, match="channel_not_offered"):
                await s.processes.run(
                    person("T0001", "teller", channel=channel), "transfer",
                    {"payer": ZHANG, "payee": LI, "amount": 1}, idempotency_key=channel,
                )  # fmt: skip

    run(demo, tell)
