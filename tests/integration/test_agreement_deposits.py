"""Agreement deposits: two tiers by hand, and a year of them day by day in plain Decimal.

Rates of the stories: 0.36 % within the base amount and 0.72 % above it, so that a day of 100,000.00 earns 1.00 and 2.00.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from liushui.ledger import Header, Line, Post
from tests.integration.test_dormant_accounts import company
from tests.procedures import SUPERVISOR, TELLER, Story, refused, run
from tests.processes.transfers import LI, ZHANG, fault, kinds, last
from tests.rates import withhold
from tests.standing import go_to

TERMS: dict[str, Any] = {"base": "100000.00", "contract": "XD-1", "identified": True}


async def post_rates(s: Story, day: date, demand: str, agreement: str) -> None:
    for name, percent in (("demand", demand), ("agreement", agreement)):
        await s.bank.db.pool.execute(
            "INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, entered_by, approved_by, recorded_at) "
            "VALUES ($1, 'CNY', '', $2, $3, 'a story', 'test', 'test', now())", name, day, Decimal(percent)
        )  # fmt: skip


async def even_rates(s: Story) -> None:
    """Those of the stories; the demo's own change on 1 April."""
    for day in (date(2026, 1, 5), date(2026, 4, 1)):
        await post_rates(s, day, "0.36", "0.72")


async def cash(s: Story, number: str, minor: int, key: str, value_date: date | None = None) -> None:
    """Cash in, or out below zero."""
    account = (await s.bank.directory.find(number)).id
    till = (await s.bank.internal.of(1, "CNY"))["clearing"]
    header = Header(f"cash:{key}", "DEP01", 1, "T0001", "counter", value_date=value_date)
    lines = (Line(till, minor > 0, abs(minor)), Line(account, minor < 0, abs(minor)))
    await s.bank.ledger.submit(Post(header, lines))


async def begin(s: Story, number: str, **changed: Any) -> int:
    case = await s.start(TELLER, "agree_agreement_deposit", account=number, **(TERMS | changed))
    await s.do(SUPERVISOR, case, "Approve", decision="approve")
    return case


async def end(s: Story, number: str) -> int:
    case = await s.start(TELLER, "end_agreement_deposit", account=number, reason="x", identified=True)
    await s.do(SUPERVISOR, case, "Approve", decision="approve")
    return case


async def terms_of(s: Story, number: str) -> str:
    return await s.bank.db.pool.fetchval("SELECT terms_id FROM ledger_account WHERE number = $1", number)


async def owed(s: Story) -> int:
    return await s.bank.db.pool.fetchval(
        "SELECT credits_posted - debits_posted FROM ledger_balance b JOIN internal_account i ON i.account_id = b.account_id "
        "WHERE role = 'interest_payable_agreement' AND branch_id = 1"
    )


def test_demand_up_to_the_day_then_two_tiers_to_the_settlement_day(demo: str) -> None:
    """250,000.00 from 5 January. Ten days at demand: 2.50 x 10 = 25.00, paid on the 15th. Then 65 days to 21 March: within
    100,000.00 at 1.00 a day, above 150,025.00 at 0.72 %: 3.0005 a day; 65.00 + 195.0325 = 260.03."""

    async def tell(s: Story) -> None:
        number = await company(s)
        assert await terms_of(s, number) == "demand_entity"
        await even_rates(s)
        await cash(s, number, 245_000_00, "in")
        await go_to(s, date(2026, 1, 15))
        assert await last(s, await begin(s, number)) == "Done"
        assert (await s.balance(number), await terms_of(s, number)) == ("250025.00", "agreement")
        await go_to(s, date(2026, 1, 16))
        assert await owed(s) == 4_00  # 1.00 + 3.0005, rounded down
        await go_to(s, date(2026, 1, 18))
        assert await owed(s) == 12_00
        await go_to(s, date(2026, 3, 21))
        assert await s.balance(number) == "250285.03"
        assert await kinds(s, "agreement%") == ["agreement_deposit_begun"]

    run(demo, tell)


def test_what_is_valued_back_into_another_tier_or_before_the_contract_is_put_right(demo: str) -> None:
    """From the 15th on 80,000.00 at 0.36 %. Booked on 1 April: 40,000.00 valued 11 March. For the 10 days to 21 March it adds
    20,000.00 within and 20,000.00 above: 2.00 + 4.00; from 21 March 92 days: 100,000.00 within: 92.00, above 20,000.00 + 0.52 (the
    interest paid on the 21st, 65 x 0.80 = 52.00): 20,052.00 x 0.72 % x 92 / 360 = 36.89568; in all 134.90."""

    async def tell(s: Story) -> None:
        number = await company(s)
        await even_rates(s)
        await cash(s, number, 75_000_00, "in")
        await go_to(s, date(2026, 1, 15))
        await begin(s, number)
        paid = Decimal(await s.balance(number)) - 80_000
        assert paid == Decimal("8.00")  # ten days of 0.80
        await cash(s, number, -8_00, "out")
        await go_to(s, date(2026, 3, 21))
        assert await s.balance(number) == "80052.00"
        await go_to(s, date(2026, 4, 1))
        await cash(s, number, 40_000_00, "back", date(2026, 3, 11))
        await go_to(s, date(2026, 6, 21))
        assert await s.balance(number) == "120186.90"

    run(demo, tell)


def test_it_ends_on_the_day_and_goes_on_as_a_demand_deposit(demo: str) -> None:
    """200,000.00: five days of 1.00 + 2.00 are 15.00, paid at the end; then 74 - 10 days of demand interest to 21 March."""

    async def tell(s: Story) -> None:
        number = await company(s)
        await even_rates(s)
        await cash(s, number, 195_000_00, "in")
        await begin(s, number)
        assert await refused(s.start(TELLER, "agree_agreement_deposit", account=number, **TERMS)) == [
            "agreement_deposit_running"
        ]
        await go_to(s, date(2026, 1, 10))
        assert await last(s, await end(s, number)) == "Done"
        assert (await s.balance(number), await terms_of(s, number)) == ("200015.00", "demand_entity")
        again = s.start(TELLER, "end_agreement_deposit", account=number, reason="x", identified=True)
        assert await refused(again) == ["agreement_deposit_missing"]
        await go_to(s, date(2026, 3, 21))
        # 70 days from 10 January: 200,015.00 x 0.36 % x 70 / 360 = 140.0105
        assert await s.balance(number) == "200155.01"

    run(demo, tell)


def test_after_a_year_one_renews_and_the_other_ends(demo: str) -> None:
    async def tell(s: Story) -> None:
        renewing, ending = await company(s), await company(s, "2")
        await even_rates(s)
        await begin(s, renewing, renews=True)
        await begin(s, ending)
        await go_to(s, date(2027, 1, 4))
        assert (await terms_of(s, renewing), await terms_of(s, ending)) == ("agreement", "agreement")
        before = Decimal(await s.balance(ending))
        await go_to(s, date(2027, 1, 5))
        assert (await terms_of(s, renewing), await terms_of(s, ending)) == ("agreement", "demand_entity")
        days = (date(2027, 1, 5) - date(2026, 12, 21)).days
        due = (before * days * Decimal("0.0036") / 360).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert Decimal(await s.balance(ending)) == before + due
        assert await kinds(s, "agreement_deposit_e%") == ["agreement_deposit_ended"]
        assert await kinds(s, "agreement_deposit_r%") == ["agreement_deposit_renewed"]

    run(demo, tell)


def test_what_may_not_begin_is_refused(demo: str) -> None:
    async def tell(s: Story) -> None:
        small = s.start(TELLER, "agree_agreement_deposit", account=ZHANG, **(TERMS | {"base": "99999.99"}))
        assert await refused(small) == ["product_not_for_holder", "agreement_base_too_small"]
        number = await company(s)
        case = await s.start(TELLER, "agree_agreement_deposit", account=number, **TERMS)
        own = s.do(TELLER, case, "Approve", decision="approve")
        assert "separation_of_duties" in await refused(own)
        await begin(s, number)
        await s.do(SUPERVISOR, case, "Approve", decision="approve")
        assert (await last(s, case), await fault(s, case)) == ("Refused", "agreement_deposit_running")
        closing = await s.start(
            TELLER, "close_account", account=number, payout="transfer", payee=LI, reason="x"
        )
        assert (await s.variables(closing))["obstacles"] == ["agreement_deposit"]

    run(demo, tell)


@pytest.mark.parametrize("percent", ["0", "20", "7.5"])
def test_half_a_year_of_movements_day_by_day(demo: str, percent: str) -> None:
    """Movements in and out around the base amount, some valued back; the oracle walks every day of every period as it was
    known at its settlement, and pays corrections of what came before at the next. percent: withheld of each payment."""

    async def tell(s: Story) -> None:
        number, chance = await company(s), random.Random(7)
        await withhold(s.bank.db, "agreement", date(2026, 1, 5), percent)
        await post_rates(s, date(2026, 1, 5), "0.37", "1.13")
        await post_rates(s, date(2026, 4, 1), "0.21", "0.83")
        await cash(s, number, 95_000_00, "in")
        start = date(2026, 1, 12)
        await go_to(s, start)
        await begin(s, number)
        day = start
        while day < date(2026, 6, 30):
            day += timedelta(days=chance.randint(1, 6))
            await go_to(s, day)
            back = chance.choice((0, 0, 0, 1, 5, 20))
            minor = chance.randint(-30_000_00, 34_000_00)
            await cash(s, number, minor, f"move:{day}", day - timedelta(days=back))
        await go_to(s, date(2026, 7, 4))
        rows = await s.bank.db.pool.fetch(
            "SELECT j.booking_date, j.value_date, j.code, CASE WHEN e.debit THEN -e.amount ELSE e.amount END AS net, j.process_instance "
            "FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id "
            "WHERE a.number = $1 ORDER BY e.position", number
        )  # fmt: skip
        due = day_by_day([tuple(row) for row in rows], start)
        paid = [r["net"] for r in rows if r["code"] == "INT02" and r["process_instance"] is None]
        taxes = [int((of * Decimal(percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)) for of in due]
        assert len(due) == 2
        assert min(due) > 0
        assert paid == [net for of, tax in zip(due, taxes, strict=True) for net in (of, -tax) if net]

    run(demo, tell)


def day_by_day(rows: list[Any], start: date) -> list[int]:
    """What is to be paid at the settlements of 20 March and 20 June, in fen."""
    settled, paid = (0, 0), list[int]()
    began = next(n for n, r in enumerate(rows) if r[2] == "INT02")
    for settlement, demand, agreement in (
        (date(2026, 3, 20), Decimal("0.0037"), Decimal("0.0113")),
        (date(2026, 6, 20), Decimal("0.0021"), Decimal("0.0083")),
    ):
        within = above = 0
        known = [(n, r) for n, r in enumerate(rows) if r[0] <= settlement]
        first = min(r[1] for _, r in known)
        while first <= settlement:
            if first >= start:
                stood = sum(r[3] for _, r in known if r[1] <= first)
                within, above = within + min(stood, 100_000_00), above + max(stood - 100_000_00, 0)
            else:  # a correction of a day before the contract earns the demand rate
                within += sum(r[3] for n, r in known if r[1] <= first and n > began)
            first += timedelta(days=1)
        exact = ((within - settled[0]) * demand + (above - settled[1]) * agreement) / 360
        paid.append(int(exact.quantize(Decimal(1), ROUND_HALF_UP)))
        settled = (within, above)
    return paid
