"""Tax withheld of what placed deposits pay: 20 per cent, as it was in China until 2007, each figure by hand.

Posted in January 2026: time 3M 0.90, from April 0.70; demand 0.10; notice 7D 0.70; instalment 1Y 0.90; certificate 3M 1.15.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from liushui.deposits.placed import give_notice, selling_on, verify_placed
from liushui.deposits.placed.model import State
from liushui.kernel.errors import Refused
from liushui.store.database import UnitOfWork
from tests.integration.test_other_deposits import day, issued, noticed, saving, skip_to
from tests.placed import FIRST, LI, ZHANG, Desks, tell
from tests.rates import withhold

MATURITY = date(2026, 4, 5)


async def tax_due(s: Desks) -> object:
    """What all branches owe the tax office."""
    return await s.one(
        "SELECT sum(credits_posted - debits_posted)::bigint FROM ledger_balance b JOIN internal_account i "
        "ON i.account_id = b.account_id WHERE role = 'interest_tax'"
    )


async def last_lines(s: Desks, account: str, count: int) -> list[tuple[str, int]]:
    """The newest lines of a statement, oldest first."""
    async with s.bank.db.read() as conn:
        rows = await conn.fetch(
            "SELECT e.debit, e.amount FROM entry e JOIN ledger_account a ON a.id = e.account_id WHERE a.number = $1 "
            "ORDER BY e.position DESC LIMIT $2", account, count
        )  # fmt: skip
    return [("debit" if row["debit"] else "credit", row["amount"]) for row in reversed(rows)]


async def paid(s: Desks, number: str) -> list[tuple[str, int, int]]:
    """kind, interest and tax of whatever paid interest."""
    async with s.bank.db.read() as conn:
        rows = await conn.fetch(
            "SELECT h.kind, h.interest, h.tax FROM placed_deposit_history h JOIN ledger_account a ON a.id = h.account_id "
            "WHERE a.number = $1 AND h.interest > 0 ORDER BY h.id", number
        )  # fmt: skip
    return [tuple(row) for row in rows]


async def verified_with(s: Desks, tax: int) -> list[str]:
    """What is found where somebody has changed a deposit's history."""
    async with s.bank.db.pool.acquire() as conn:
        change = conn.transaction()
        await change.start()
        await conn.execute("ALTER TABLE placed_deposit_history DISABLE TRIGGER USER")
        await conn.execute("UPDATE placed_deposit_history SET tax = $1 WHERE tax > 0", tax)
        found = [fault.code for fault in await verify_placed(conn)]
        await change.rollback()
    return found


def test_at_maturity_interest_and_tax_are_two_lines(demo: str) -> None:
    """10,000.00 at 0.90 % for three months: 22.50, of it 4.50."""

    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        number = await s.place("time", "3M", 1_000_000)
        await s.go_to(MATURITY)
        assert await s.owed("time") == 2250  # accrued before tax
        before = await s.balance(ZHANG)
        quoted = await s.withdraw(number)
        assert (quoted.interest.minor, quoted.interest.tax, quoted.interest.net) == (2250, 450, 1800)
        assert await s.balance(ZHANG) - before == 1_000_000 + 1800
        assert await last_lines(s, ZHANG, 2) == [("credit", 1_002_250), ("debit", 450)]
        assert await paid(s, number) == [("closed", 2250, 450)]
        assert (await tax_due(s), await s.owed("time")) == (450, 0)
        for wrong in (449, 0):  # what the history says is held against the books
            assert await verified_with(s, wrong) == ["verify_deposit_tax_wrong"]

    tell(demo, story)


def test_early_in_part_and_then_late(demo: str) -> None:
    """4,000.00 for 36 days at 0.10 %: 0.40, of it 0.08. The rest at maturity 13.50 and 30 days late 6,000.00 at 0.05 %: 0.25;
    20 % of 13.75 are 2.75."""

    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        number = await s.place("time", "3M", 1_000_000)
        await skip_to(s, day(36))
        await s.withdraw(number, 400_000)
        await skip_to(s, MATURITY + timedelta(days=30))
        await s.withdraw(number)
        assert await paid(s, number) == [("part_withdrawn", 40, 8), ("closed", 1375, 275)]
        assert await last_lines(s, ZHANG, 4) == [
            ("credit", 400_040), ("debit", 8), ("credit", 601_375), ("debit", 275),
        ]  # fmt: skip
        assert await tax_due(s) == 283

    tell(demo, story)


def test_renewed_with_its_interest_it_places_what_is_left_of_it(demo: str) -> None:
    """10,000.00 + 22.50 - 4.50 = 10,018.00, from 5 April at 0.70 %: 17.5315, of 17.53 a fifth is 3.506."""

    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        number = await s.place("time", "3M", 1_000_000, "principal_and_interest")
        await s.go_to(MATURITY)
        assert ((await s.contract(number)).principal, await s.balance(number)) == (1_001_800, 1_001_800)
        assert await last_lines(s, number, 2) == [("credit", 2250), ("debit", 450)]
        await s.go_to(date(2026, 7, 5))
        assert await paid(s, number) == [("renewed", 2250, 450), ("renewed", 1753, 351)]
        assert await s.balance(number) == 1_001_800 + 1753 - 351
        assert await tax_due(s) == 801

    tell(demo, story)


@pytest.mark.parametrize(("instruction", "principal"), [("principal", 0), ("pay_out", 1_000_000)])
def test_at_night_to_the_demand_account(demo: str, instruction: str, principal: int) -> None:
    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        number = await s.place("time", "3M", 1_000_000, instruction)
        await s.go_to(MATURITY - timedelta(days=1))
        before = await s.balance(ZHANG)
        await s.go_to(MATURITY)
        assert await s.balance(ZHANG) - before == principal + 1800
        assert await last_lines(s, ZHANG, 2) == [("credit", principal + 2250), ("debit", 450)]
        assert await s.balance(number) == 1_000_000 - principal

    tell(demo, story)


async def notice_kept(s: Desks) -> str:
    number = await noticed(s)
    await skip_to(s, day(23))
    await s.act(give_notice, number, 10_000_000, day(30))
    await skip_to(s, day(30))
    await s.withdraw(number, 10_000_000)
    return number


async def notice_less(s: Desks) -> str:
    number = await noticed(s)
    await skip_to(s, day(23))
    await s.act(give_notice, number, 10_000_000, day(30))
    await skip_to(s, day(30))
    await s.withdraw(number, 6_000_000)
    return number


async def a_year_of_instalments(s: Desks) -> str:
    number = await saving(s)
    await s.withdraw(number)
    return number


async def demand_or_time(s: Desks) -> str:
    await s.cash(ZHANG, 10_000_000)
    number = await s.place("demand_or_time", "", 10_000_000)
    await skip_to(s, day(90))
    await s.withdraw(number)
    return number


async def certificate(s: Desks) -> str:
    await s.cash(ZHANG, 60_000_000)
    await issued(s, 50_000_000)
    number = await s.place("certificate", "3M", 30_000_000)
    await skip_to(s, MATURITY)
    await s.withdraw(number)
    return number


@pytest.mark.parametrize(
    ("how", "product", "interest", "tax"),
    [
        (notice_kept, "notice", 5833, 1167),  # 58.33 / 5 = 11.666
        (notice_less, "notice", 3833, 767),  # 35.00 and 3.33: one payment, one tax: 7.666
        (a_year_of_instalments, "instalment", 585, 117),
        (demand_or_time, "demand_or_time", 10356, 2071),  # 103.56 / 5 = 20.712
        (certificate, "certificate", 86250, 17250),
    ],
)
def test_the_other_kinds(
    demo: str, how: Callable[[Desks], Awaitable[str]], product: str, interest: int, tax: int
) -> None:
    async def story(s: Desks) -> None:
        await withhold(s.bank.db, product, FIRST, "20")
        number = await how(s)
        assert [(i, t) for _, i, t in await paid(s, number)] == [(interest, tax)]
        assert (await last_lines(s, ZHANG, 1), await tax_due(s)) == ([("debit", tax)], tax)

    tell(demo, story)


@pytest.mark.parametrize(
    ("versions", "tax"),
    [
        ([("2026-01-05", "20"), ("2026-03-01", "5")], 113),  # 22.50 x 5 % = 1.125
        ([("2026-03-01", "20")], 450),  # placed before anything was withheld
        ([("2026-01-05", "20"), ("2026-04-05", "0")], 0),  # suspended from the very day
        ([("2026-01-05", "20"), ("2026-04-06", "0")], 450),
    ],
)
def test_the_rate_is_that_of_the_day_of_payment(
    demo: str, versions: Sequence[tuple[str, str]], tax: int
) -> None:
    async def story(s: Desks) -> None:
        start, *later = [(date.fromisoformat(on), percent) for on, percent in versions]
        if start[0] == FIRST:
            await withhold(s.bank.db, "time", *start)
        else:
            later = [start, *later]
        number = await s.place("time", "3M", 1_000_000, "pay_out")
        for on, percent in later:
            await withhold(s.bank.db, "time", on, percent)
        await s.go_to(MATURITY)
        assert await paid(s, number) == [("closed", 2250, tax)]
        lines = await s.one(
            "SELECT count(*) FROM entry e JOIN journal j ON j.id = e.journal_id WHERE code = 'TDP02'"
        )
        assert lines == (5 if tax else 3)  # without tax it is the journal that it always was

    tell(demo, story)


def test_whoever_may_only_receive_receives_what_is_left(demo: str) -> None:
    """Debits of the demand account are blocked (a dormant account's are): the net comes in all the same. Where credits are
    blocked nothing does, nor where a debit is more than what comes with it."""

    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        out, kept = [
            await s.place("time", "3M", 100_000, how) for how in ("pay_out", "principal_and_interest")
        ]
        refused = await s.place("time", "3M", 100_000, "pay_out", LI)
        zhang, li = [(await s.bank.directory.find(number)).id for number in (ZHANG, LI)]

        third = (await s.contract(kept)).account_id

        async def block(uow: UnitOfWork, *, on: bool) -> None:
            await s.bank.ledger.set_blocks(uow, zhang, debit=on, credit=False)
            await s.bank.ledger.set_blocks(uow, third, debit=on, credit=False)
            await s.bank.ledger.set_blocks(uow, li, debit=False, credit=on)

        await s.bank.db.transact(lambda uow: block(uow, on=True))
        await s.go_to(MATURITY - timedelta(days=1))
        before = await s.balance(ZHANG)
        await s.go_to(MATURITY)
        assert await s.balance(ZHANG) - before == 100_000 + 225 - 45
        assert (await s.contract(kept)).principal == 100_000 + 225 - 45
        assert [(await s.contract(number)).state for number in (out, refused)] == [
            State.CLOSED,
            State.MATURED,
        ]
        with pytest.raises(Refused, match="account_blocked"):
            await s.place("time", "3M", 10_000)
        await s.bank.db.transact(lambda uow: block(uow, on=False))  # blocks without a cause are no blocks

    tell(demo, story)


def test_what_is_sold_and_quoted_says_so(demo: str) -> None:
    async def story(s: Desks) -> None:
        await withhold(s.bank.db, "time", FIRST, "20")
        async with s.bank.db.read() as conn:
            offered = await selling_on(conn, FIRST, holder="individual", currency="CNY")
        assert next(line.product.tax for line in offered if line.product.key == "time") == Decimal(20)

    tell(demo, story)
