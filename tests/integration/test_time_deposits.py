"""Time deposits from their placing to their end: every figure by hand from the posted rates of 2026.

Rates: 3M 0.90 until 31 March, 0.70 from 1 April; 1Y 1.20, then 1.00; demand 0.10, then 0.05.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from liushui.deposits.placed import catch_up, change_instruction, contract_by_number
from liushui.deposits.placed.model import Instruction, State
from liushui.kernel.errors import Refused
from liushui.store.database import UnitOfWork
from tests.placed import FIRST, LI, ZHANG, Desks, tell

MATURITY = date(2026, 4, 5)


def test_three_months_of_ten_thousand_pay_the_rate_of_the_opening_day(demo: str) -> None:
    """10,000.00 x 0.90 % x 90/360 = 22.50, though the posted rate falls on 1 April; taken out on the day it matures."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000)
        assert (await s.balance(ZHANG), await s.balance(number)) == (200_000, 1_000_000)
        await s.go_to(MATURITY)
        assert (await s.contract(number)).state is State.MATURED
        before = await s.balance(ZHANG)
        await s.withdraw(number)
        assert await s.balance(ZHANG) - before == 1_000_000 + 2250
        assert await s.happened(number) == [
            ("2026-01-05", "opened", 1_000_000, 0),
            ("2026-04-05", "matured", 1_000_000, 0),
            ("2026-04-05", "closed", 1_000_000, 2250),
        ]
        assert await s.one("SELECT closed_on FROM ledger_account WHERE number = $1", number) == MATURITY
        with pytest.raises(Refused, match="deposit_closed"):
            await s.withdraw(number)

    tell(demo, story)


def test_taken_early_it_pays_the_demand_rate_of_that_day_for_the_days_of_the_calendar(demo: str) -> None:
    """4,000.00 for 36 days at 0.10 % / 360: 0.40. The rest, 6,000.00, goes on: x 0.90 % / 4 = 13.50. Only once."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000)
        await s.go_to(FIRST + timedelta(days=36))
        before = await s.balance(ZHANG)
        await s.withdraw(number, 400_000)
        assert await s.balance(ZHANG) - before == 400_000 + 40
        with pytest.raises(Refused, match="product_partly_used"):
            await s.withdraw(number, 100_000)
        with pytest.raises(Refused, match="product_residual_too_small"):
            await s.withdraw(number, 599_900)
        await s.go_to(MATURITY)
        quoted = await s.withdraw(number)
        assert (quoted.amount, quoted.interest.net) == (600_000, 1350)

    tell(demo, story)


def test_what_stays_after_its_term_earns_the_demand_rate(demo: str) -> None:
    """22.50, and 30 days at 0.05 % / 360 on 10,000.00: 0.41666."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000)
        await s.go_to(MATURITY + timedelta(days=30))
        assert (await s.withdraw(number)).interest.net == 2250 + 42

    tell(demo, story)


def test_renewed_with_its_interest_it_earns_on_it_at_the_new_rate(demo: str) -> None:
    """10,022.50 from 5 April to 5 July at 0.70 %: principal counts from the yuan, so 10,022 x 0.0070 / 4 = 17.5385."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000, "principal_and_interest")
        await s.go_to(MATURITY)
        renewed = await s.contract(number)
        assert (renewed.principal, renewed.rate, renewed.term) == (1_002_250, Decimal("0.70"), 2)
        assert (renewed.opened_on, renewed.matures_on) == (MATURITY, date(2026, 7, 5))
        await s.go_to(date(2026, 7, 5))
        assert await s.balance(number) == 1_002_250 + 1754
        assert [kind for _, kind, _, _ in await s.happened(number)] == ["opened", "renewed", "renewed"]
        told = await s.one("SELECT count(*) FROM event WHERE kind = 'deposit_renewed'")
        assert told == 2

    tell(demo, story)


def test_renewed_without_its_interest_that_is_paid_out(demo: str) -> None:
    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000, "principal")
        await s.go_to(MATURITY - timedelta(days=1))
        before = await s.balance(ZHANG)
        await s.go_to(MATURITY)
        assert await s.balance(ZHANG) - before == 2250
        assert await s.balance(number) == 1_000_000
        row = await s.one(
            "SELECT json_build_array(code, booking_date, value_date, idempotency_key)::text FROM journal "
            "WHERE code = 'TDP03'"
        )
        assert row == f'["TDP03", "2026-04-05", "2026-04-05", "maturity:{number}:2026-04-05"]'

    tell(demo, story)


def test_paid_out_on_its_day_if_the_customer_has_said_so(demo: str) -> None:
    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000)
        await s.act(change_instruction, number, Instruction.PAY_OUT)
        await s.go_to(MATURITY - timedelta(days=1))
        before = await s.balance(ZHANG)
        await s.go_to(MATURITY)
        assert await s.balance(ZHANG) - before == 1_002_250
        assert (await s.contract(number)).state is State.CLOSED
        assert [k for _, k, _, _ in await s.happened(number)] == ["opened", "instruction_changed", "closed"]

    tell(demo, story)


def test_the_counter_does_it_where_the_night_has_not_and_it_is_done_once(demo: str) -> None:
    """On the day of maturity, before the close of the day before has run: the customer finds the deposit renewed."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000, "principal")
        other = await s.place("time", "3M", 100_000, "principal", LI)
        await s.go_to(MATURITY - timedelta(days=1))
        s.clock.advance(timedelta(days=1))
        await s.bank.day_end.cut_off(MATURITY - timedelta(days=1), by="S0001")

        async def work(uow: UnitOfWork) -> None:
            await uow.head()
            await catch_up(s.desk, uow, await contract_by_number(uow.conn, number), MATURITY)

        await s.bank.db.transact(work)
        assert (await s.contract(number)).term == 2
        await s.bank.day_end.run()
        assert ((await s.contract(number)).term, (await s.contract(other)).term) == (2, 2)
        assert await s.one("SELECT count(*) FROM journal WHERE code = 'TDP03'") == 2

    tell(demo, story)


def test_a_close_that_is_late_renews_as_of_the_day_it_should_have_been(demo: str) -> None:
    """The close of 4 April waits until the 9th; the term began on the 5th all the same, and its interest is valued then."""

    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000, "principal")
        await s.go_to(MATURITY - timedelta(days=1))
        for days in range(5):
            s.clock.advance(timedelta(days=1))
            await s.bank.day_end.cut_off(MATURITY + timedelta(days=days - 1), by="S0001")
        await s.bank.day_end.run()
        found = await s.contract(number)
        assert (found.opened_on, found.matures_on) == (MATURITY, date(2026, 7, 5))
        row = await s.one(
            "SELECT json_build_array(booking_date, value_date)::text FROM journal WHERE code = 'TDP03'"
        )
        assert row == '["2026-04-09", "2026-04-05"]'

    tell(demo, story)


def test_a_blocked_deposit_is_not_paid_out_and_holds_nothing_up(demo: str) -> None:
    """Blocked for debits or for credits, or the account that it would be paid to: each stays, with the reason."""

    async def story(s: Desks) -> None:
        debit, credit = [await s.place("time", "3M", 100_000, "pay_out") for _ in range(2)]
        linked = await s.place("time", "3M", 100_000, "principal", LI)
        other = await s.place("time", "3M", 100_000, "pay_out")
        blocks = [
            ((await s.contract(debit)).account_id, True, False),
            ((await s.contract(credit)).account_id, False, True),
            ((await s.bank.directory.find(LI)).id, False, True),
        ]

        async def set_all(uow: UnitOfWork, on: bool) -> None:
            for id, d, c in blocks:
                await s.bank.ledger.set_blocks(uow, id, debit=d and on, credit=c and on)

        await s.bank.db.transact(lambda uow: set_all(uow, True))
        await s.go_to(MATURITY)
        states = [(await s.contract(number)).state for number in (debit, credit, linked, other)]
        assert states == [State.MATURED, State.MATURED, State.MATURED, State.CLOSED]
        hindered = await s.one(
            "SELECT json_agg(detail->>'hindered')::text FROM placed_deposit_history WHERE kind = 'matured'"
        )
        assert hindered == '["account_blocked", "account_blocked", "account_blocked"]'
        await s.bank.db.transact(lambda uow: set_all(uow, False))

    tell(demo, story)


def test_what_accrues_is_day_by_day_what_the_terms_say(demo: str) -> None:
    """Second way: for every day, all deposits one by one in plain decimals; what the bank owes is its whole part."""

    async def story(s: Desks) -> None:
        await s.cash(ZHANG, 5_000_000)
        await s.place("time", "3M", 1_234_567)
        await s.place("time", "3M", 98_765)
        await s.go_to(FIRST + timedelta(days=3))
        await s.place("time", "1Y", 777_700, "stay", LI)
        for day in range(4, 100, 7):
            await s.go_to(FIRST + timedelta(days=day))
            due = Decimal(0)
            for yuan, since, rate, ends in (
                (12_345, 0, "0.90", 90), (987, 0, "0.90", 90), (7_777, 3, "1.20", 360),
            ):  # fmt: skip
                start, on = FIRST + timedelta(days=since), FIRST + timedelta(days=day)
                # whole months of thirty days from the opening day, and the days left over
                months = (on.year - start.year) * 12 + on.month - start.month - (on.day < start.day)
                anniversary = date(2026, start.month + months, start.day)
                days = 30 * months + (on - anniversary).days
                due += Decimal(yuan) * min(days, ends) * Decimal(rate) / 36000
                if days > ends:
                    due += Decimal(yuan) * (on - MATURITY).days * Decimal("0.05") / 36000
            assert await s.owed("time") == int(due * 100)

    tell(demo, story)


@pytest.mark.parametrize(
    ("product", "tenor", "minor", "instruction", "code"),
    [
        ("time", "3M", 4_999, "stay", "product_opening_too_small"),
        ("time", "4M", 10_000, "stay", "product_tenor_unknown"),
        ("time", "3M", 1_200_001, "stay", "insufficient_funds"),
        ("time_entity", "3M", 1_000_000, "stay", "product_not_for_holder"),
        ("time_usd", "3M", 100_000, "stay", "currency_differs"),
        ("demand", "", 100_000, "stay", "product_not_placed"),
        ("nothing", "3M", 100_000, "stay", "product_unknown"),
        ("notice", "7D", 10_000_000, "principal", "renewal_not_offered"),
        ("certificate", "1Y", 20_000_000, "stay", "certificate_not_offered"),
    ],
)
def test_what_is_not_offered_is_refused_and_leaves_nothing(
    demo: str, product: str, tenor: str, minor: int, instruction: str, code: str
) -> None:
    async def story(s: Desks) -> None:
        with pytest.raises(Refused) as caught:
            await s.place(product, tenor, minor, instruction)
        assert caught.value.code == code
        assert await s.one("SELECT count(*) FROM placed_deposit") == 0
        assert await s.one("SELECT last FROM placed_serial") == 0

    tell(demo, story)


def test_nobody_pays_into_a_deposit_or_from_it_by_naming_it(demo: str) -> None:
    async def story(s: Desks) -> None:
        number = await s.place("time", "3M", 1_000_000)
        for payer, payee in ((number, ZHANG), (ZHANG, number)):
            with pytest.raises(Refused, match="account_unknown"):
                await s.bank.payments.lines(payer, payee, 100, "CNY")

    tell(demo, story)
