"""Notice, instalment and demand-or-time deposits, and large certificates: figures by hand.

Posted in January 2026: notice 7D 0.70, 1D 0.30; demand 0.10; instalment 1Y 0.90; time 3M 0.90; certificate 3M 1.15.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from liushui.deposits.placed import (
    NewIssue,
    cancel_notice,
    give_notice,
    offer_certificates,
    pay_instalment,
    transfer_certificate,
)
from liushui.deposits.placed.model import State
from liushui.kernel.errors import Refused
from liushui.parties import customer_by_number
from liushui.store.database import UnitOfWork
from tests.placed import FIRST, LI, ZHANG, Desks, header, tell


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


async def skip_to(s: Desks, on: date) -> None:
    """A day without the closes before it: what the counter does must not need them."""
    s.clock.advance(on - s.clock.now().date())
    await s.bank.db.transact(lambda uow: uow.advance_business_date(on))


async def noticed(s: Desks, minor: int = 20_000_000) -> str:
    await s.cash(ZHANG, 30_000_000)
    return await s.place("notice", "7D", minor)


@pytest.mark.parametrize(
    ("given", "amount", "on", "taken", "interest", "why"),
    [
        # 100,000.00 x 30 days x 0.70 % / 360 = 58.33; at 0.10 %: 8.33
        (23, 10_000_000, 30, 10_000_000, 5833, None),
        (None, 0, 30, 10_000_000, 833, "no_notice"),
        (22, 10_000_000, 28, 10_000_000, 778, "before_agreed_day"),  # 28 days: 7.78
        (23, 10_000_000, 31, 10_000_000, 861, "after_agreed_day"),  # 31 days: 8.61
        # 60,000.00 of it more than agreed: 58.33 + 5.00
        (23, 10_000_000, 30, 15_000_000, 5833 + 417, None),
        # 40,000.00 less: 35.00 on 60,000.00 and 3.33 on what was not taken
        (23, 10_000_000, 30, 6_000_000, 3500 + 333, None),
        # below the smallest withdrawal: 10,000.00 at the demand rate
        (23, 10_000_000, 30, 1_000_000, 83, None),
    ],
)
def test_a_notice_that_is_kept_and_every_way_of_not_keeping_it(
    demo: str, given: int | None, amount: int, on: int, taken: int, interest: int, why: str | None
) -> None:
    async def story(s: Desks) -> None:
        number = await noticed(s)
        if given is not None:
            await skip_to(s, day(given))
            await s.act(give_notice, number, amount, day(given + 7))
        await skip_to(s, day(on))
        quoted = await s.withdraw(number, taken)
        assert quoted.interest.net == interest
        told = await s.one("SELECT detail->>'why' FROM placed_deposit_history WHERE kind = 'part_withdrawn'")
        assert told == why

    tell(demo, story)


def test_held_for_less_than_the_notice_it_earns_the_demand_rate(demo: str) -> None:
    """200,000.00 x 6 days x 0.10 % / 360 = 3.33."""

    async def story(s: Desks) -> None:
        number = await noticed(s)
        await skip_to(s, day(6))
        assert (await s.withdraw(number)).interest.net == 333
        assert (await s.contract(number)).state is State.CLOSED

    tell(demo, story)


def test_what_was_agreed_and_not_taken_begins_anew_apart_from_the_rest(demo: str) -> None:
    """200,000.00; 100,000.00 agreed, 60,000.00 taken: 40,000.00 stand anew from day 30, 100,000.00 from the first day."""

    async def story(s: Desks) -> None:
        number = await noticed(s)
        await skip_to(s, day(23))
        await s.act(give_notice, number, 10_000_000, day(30))
        await skip_to(s, day(30))
        await s.withdraw(number, 6_000_000)
        other = await s.one("SELECT number FROM ledger_account WHERE by_contract AND number <> $1", number)
        assert isinstance(other, str)
        old, new = await s.contract(number), await s.contract(other)
        assert (old.principal, old.opened_on) == (10_000_000, FIRST)
        assert (new.principal, new.opened_on) == (4_000_000, day(30))
        assert [k for _, k, _, _ in await s.happened(number)] == [
            "opened", "notice_given", "part_withdrawn", "split",
        ]  # fmt: skip

    tell(demo, story)


def test_a_notice_that_is_taken_back_costs_the_days_it_stood(demo: str) -> None:
    """200,000.00 for 60 days less the 4 of the notice: 56 x 0.70 % / 360 = 217.78."""

    async def story(s: Desks) -> None:
        number = await noticed(s)
        await skip_to(s, day(20))
        await s.act(give_notice, number, 20_000_000, day(27))
        with pytest.raises(Refused, match="notice_open"):
            await s.act(give_notice, number, 20_000_000, day(28))
        await skip_to(s, day(24))
        await s.act(cancel_notice, number)
        with pytest.raises(Refused, match="notice_unknown"):
            await s.act(cancel_notice, number)
        await skip_to(s, day(53))
        await s.act(give_notice, number, 20_000_000, day(60))
        await skip_to(s, day(60))
        assert (await s.withdraw(number)).interest.net == 21778

    tell(demo, story)


def test_a_notice_that_is_not_used_lapses_at_night(demo: str) -> None:
    """Given on day 2 for day 9, seven days of patience: over at the close of day 16. Its seven days earn nothing; what
    accrues is 200,000.00 x (30 - 7) days x 0.70 % / 360 = 89.4444."""

    async def story(s: Desks) -> None:
        number = await noticed(s)
        await s.go_to(day(2))
        await s.act(give_notice, number, 20_000_000, day(9))
        await s.go_to(day(16))
        assert [k for _, k, _, _ in await s.happened(number)] == ["opened", "notice_given"]
        await s.go_to(day(17))
        assert (await s.happened(number))[-1] == (day(16).isoformat(), "notice_lapsed", 20_000_000, 0)
        await s.go_to(day(30))
        assert await s.owed("notice") == 8944

    tell(demo, story)


@pytest.mark.parametrize(
    ("amount", "for_day", "code"),
    [
        (20_000_000, 6, "notice_day_too_soon"),
        (4_000_000, 7, "product_withdrawal_too_small"),
        (16_000_000, 7, "product_residual_too_small"),
        (30_000_000, 7, "product_withdrawal_too_large"),
    ],
)
def test_notices_that_cannot_be_given(demo: str, amount: int, for_day: int, code: str) -> None:
    async def story(s: Desks) -> None:
        number = await noticed(s)
        with pytest.raises(Refused, match=code):
            await s.act(give_notice, number, amount, day(for_day))

    tell(demo, story)


async def saving(s: Desks, missed: int = 0, doubled: int = 0) -> str:
    """A year of 100.00 a month from 5 January, on the fifth; one month may be missed, one paid twice."""
    number = await s.place("instalment", "1Y", 10_000)
    for month in range(2, 13):
        await skip_to(s, date(2026, month, 5))
        if month != missed:
            await s.act(pay_instalment, number, 20_000 if month == doubled else 10_000)
    await skip_to(s, date(2027, 1, 5))
    return number


def test_a_year_of_instalments_pays_what_the_formula_says(demo: str) -> None:
    """月积数: 100 x (1 + 2 + ... + 12) = 7,800 x 0.90 % / 12 = 5.85."""

    async def story(s: Desks) -> None:
        number = await saving(s)
        assert await s.balance(number) == 120_000
        assert (await s.withdraw(number)).interest.net == 585

    tell(demo, story)


def test_a_month_that_is_made_up_in_the_next_costs_only_itself(demo: str) -> None:
    """April stands a month at 300 and not 400: 7,700 x 0.90 % / 12 = 5.775 -> 5.78."""

    async def story(s: Desks) -> None:
        number = await saving(s, missed=4, doubled=5)
        assert (await s.withdraw(number)).interest.net == 578

    tell(demo, story)


def test_a_month_that_is_not_made_up_breaks_the_plan(demo: str) -> None:
    """Two payments of 100.00, of 5 January and 5 February, until 6 May, at 0.05 %: 100 x (121 + 90) days / 360 = 0.0293."""

    async def story(s: Desks) -> None:
        number = await s.place("instalment", "1Y", 10_000)
        await skip_to(s, date(2026, 2, 5))
        with pytest.raises(Refused, match="instalment_amount_differs"):
            await s.act(pay_instalment, number, 20_000)
        await s.act(pay_instalment, number, 10_000)
        with pytest.raises(Refused, match="instalment_amount_differs"):
            await s.act(pay_instalment, number, 10_000)
        await skip_to(s, date(2026, 5, 6))
        with pytest.raises(Refused, match="instalment_broken"):
            await s.act(pay_instalment, number, 10_000)
        with pytest.raises(Refused, match="product_partly_used"):
            await s.withdraw(number, 10_000)
        quoted = await s.withdraw(number)
        exact = Decimal(100) * (121 + 90) * Decimal("0.0005") / 360 * 100
        assert quoted.interest.net == round(exact) == 3

    tell(demo, story)


def test_instalments_accrue_month_by_month(demo: str) -> None:
    """On 15 March: 10,000 for a month, 20,000 for a month, 30,000 for ten days: 1,200,000 x 0.90 % / 360 = 30.00."""

    async def story(s: Desks) -> None:
        await s.cash(ZHANG, 3_000_000)
        number = await s.place("instalment", "1Y", 1_000_000)
        for month in (2, 3):
            await s.go_to(date(2026, month, 5))
            await s.act(pay_instalment, number, 1_000_000)
        await s.go_to(date(2026, 3, 15))
        assert await s.owed("instalment") == 3000

    tell(demo, story)


@pytest.mark.parametrize(("days", "interest"), [(89, 1219), (90, 10356)])
def test_demand_or_time_earns_by_how_long_it_has_lain(demo: str, days: int, interest: int) -> None:
    """On 4 April demand pays 0.05 % (since the 1st): 100,000 x 89 x 0.05 % / 365 = 12.19. On the 5th three months are full,
    and it is 60 % of 0.70 %: 100,000 x 90 x 0.42 % / 365 = 103.56."""

    async def story(s: Desks) -> None:
        await s.cash(ZHANG, 10_000_000)
        number = await s.place("demand_or_time", "", 10_000_000)
        await skip_to(s, day(days))
        assert (await s.withdraw(number)).interest.net == interest

    tell(demo, story)


async def issued(s: Desks, offered: int) -> None:
    issue = NewIssue("certificate", "3M", offered, FIRST, day(60))

    async def work(uow: UnitOfWork) -> Any:
        return await offer_certificates(
            s.desk, uow, issue, entered_by="P0001", approved_by="M0001", case_id=1
        )

    await s.bank.db.transact(work)


def test_certificates_are_had_within_what_is_offered(demo: str) -> None:
    async def story(s: Desks) -> None:
        await s.cash(ZHANG, 60_000_000)
        await issued(s, 50_000_000)
        number = await s.place("certificate", "3M", 30_000_000)
        with pytest.raises(Refused, match="certificate_not_offered"):
            await s.place("certificate", "3M", 20_000_001)
        await s.place("certificate", "3M", 20_000_000)
        with pytest.raises(Refused, match="product_partly_used"):
            await s.withdraw(number, 10_000_000)
        await skip_to(s, date(2026, 4, 5))
        assert (await s.withdraw(number)).interest.net == 86250  # 300,000.00 x 1.15 % / 4

    tell(demo, story)


def test_a_certificate_passes_to_another_customer_for_its_price(demo: str) -> None:
    """200,000.00 for 200,100.00 less a fee of 10.00; at maturity all of it, 575.00 of interest too, is the buyer's."""

    async def story(s: Desks) -> None:
        await s.cash(ZHANG, 20_000_000)
        await s.cash(LI, 20_000_000)
        await issued(s, 50_000_000)
        number = await s.place("certificate", "3M", 20_000_000)
        await skip_to(s, day(30))
        zhang, li = await s.balance(ZHANG), await s.balance(LI)
        account = await s.bank.directory.find(LI)

        async def work(uow: UnitOfWork) -> Any:
            buyer = await customer_by_number(uow.conn, await s.owner(LI))
            return await transfer_certificate(s.desk, uow, header(), number, 20_010_000, account, buyer)

        sale = await s.bank.db.transact(work)
        assert (sale.fee, sale.accrued) == (1000, 19167)  # 200,000.00 x 1.15 % x 30 / 360 = 191.67
        assert (await s.balance(ZHANG) - zhang, await s.balance(LI) - li) == (20_009_000, -20_010_000)
        assert (await s.contract(number)).owner == await s.owner(LI)
        with pytest.raises(Refused, match="transfer_to_owner"):
            await s.bank.db.transact(work)
        await skip_to(s, date(2026, 4, 5))
        await s.withdraw(number)
        assert await s.balance(LI) - li == -20_010_000 + 20_057_500

    tell(demo, story)
