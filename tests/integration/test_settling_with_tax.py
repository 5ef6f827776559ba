"""Settlement with tax, a second way: random histories in plain Decimal, and the function of before for whoever is not taxed."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Any

import asyncpg
import pytest

from liushui.accounting import complete_internal_accounts
from liushui.accounting.internal_accounts import ROLES
from liushui.bank import open_bank, verify
from liushui.demo import complete_demo_bank
from liushui.deposits import Actor
from liushui.identity import list_branches
from liushui.kernel.clock import ManualClock
from liushui.parties import NewCustomer, open_customer
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import known_migrations, migrate
from tests.counter import ZHANG
from tests.integration.test_day_end import FIRST, Days, emptied, tell
from tests.procedures import MONDAY_TEN
from tests.rates import post_demand_rate, withhold

QUARTERS = (date(2026, 3, 20), date(2026, 6, 20))


def fen(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


async def opened(days: Days, customer: str) -> int:
    """Another demand account in renminbi."""
    days.keys += 1
    async with days.bank.db.read() as conn:
        branch = (await list_branches(conn))[0]
    actor = Actor("system", branch.id, "set_up", f"open:{days.keys}")
    account, _ = await days.bank.deposits.open_demand_account(
        actor, customer=customer, currency="CNY", branch=branch
    )
    return (await days.bank.directory.find(account.number)).id


async def firm_of(days: Days) -> str:
    """The number of a new customer that is no person."""
    new = NewCustomer("entity", "示例商贸有限公司", "uscc", "91350100M000100Y43", "CN", address="某街1号")
    customer, _ = await open_customer(
        days.bank.db, days.bank.clock, new, operator="system", branch_id=1, key="firm"
    )
    return customer.number


def due(
    rows: list[tuple[date, date, str, int]], rates: dict[date, Decimal], tax: Decimal
) -> list[tuple[int, int]]:
    """Interest and tax of each quarter, walked night by night over what was known when it was settled."""
    found: list[tuple[int, int]] = []
    settled = Decimal(0)
    for quarter in QUARTERS:
        known = [row for row in rows if row[0] <= quarter]
        days, night = Decimal(0), min(row[1] for row in known)
        while night <= quarter:
            days += sum((Decimal(row[3]) for row in known if row[1] <= night), Decimal(0))
            night += timedelta(days=1)
        interest = fen((days - settled) * rates[quarter] / 100 / 360)
        found.append((interest, fen(interest * tax / 100)))
        settled = days
    return found


@pytest.mark.parametrize(("seed", "percent"), [(1, "20"), (2, "5"), (3, "7.5"), (4, "100"), (5, "0")])
def test_half_a_year_of_movements_night_by_night(demo: str, seed: int, percent: str) -> None:
    """Three accounts, money in and out, some of it valued back, across both settlements."""

    async def story(days: Days) -> None:
        accounts = (await emptied(days))[:3]
        await withhold(days.bank.db, "demand", FIRST, percent)
        rates = {QUARTERS[0]: Decimal("0.83"), QUARTERS[1]: Decimal("1.37")}
        await post_demand_rate(days.bank.db, FIRST, "0.83")
        await post_demand_rate(days.bank.db, date(2026, 4, 1), "1.37")
        chance, day = random.Random(seed), FIRST
        for account in accounts:
            await days.cash(account, chance.randint(1, 3_000_000))
        while day < date(2026, 6, 17):
            day += timedelta(days=chance.randint(2, 17))
            await days.go_to(day)
            for account in accounts:
                back = chance.choice((0, 0, 0, 2, 11))
                valued = max(day - timedelta(days=back), FIRST)
                await days.cash(account, chance.randint(1, 900_000), value_date=valued)
        await days.go_to(date(2026, 6, 21))
        async with days.bank.db.read() as conn:
            for account in accounts:
                rows = [
                    tuple(row)
                    for row in await conn.fetch(
                        "SELECT booking_date, value_date, code, CASE WHEN debit THEN -amount ELSE amount END::bigint "
                        "FROM entry e JOIN journal j ON j.id = e.journal_id WHERE account_id = $1 ORDER BY position", account
                    )
                ]  # fmt: skip
                paid: dict[date, list[int]] = defaultdict(list)
                for _, valued, code, net in rows:
                    if code == "INT02":
                        paid[valued].append(net)
                wanted = due(rows, rates, Decimal(percent))
                assert [paid[q + timedelta(days=1)] for q in QUARTERS] == [
                    [interest, -tax] if tax else [interest] for interest, tax in wanted
                ]
                assert min(interest for interest, _ in wanted) > 0

    tell(demo, story)


def function_of_before() -> str:
    """``ledger_settle_interest`` as migration 0015 made it, under another name."""
    text = resources.files("liushui.store.migrations").joinpath("0015_day_end.sql").read_text("utf-8")
    start = text.index("CREATE FUNCTION ledger_settle_interest(")
    end = text.index("END $$;", start) + len("END $$;")
    return text[start:end].replace("ledger_settle_interest", "settle_of_before", 1)


WRITTEN = {
    "journal": "SELECT j.id, j.kind, j.branch_id, booking_date, value_date, idempotency_key, code, operator, channel FROM journal j "
    "WHERE j.id > $1 AND j.id IN (SELECT journal_id FROM entry WHERE account_id = ANY ($2)) ORDER BY 1",
    "entry": "SELECT journal_id, account_id, position, amount, balance_after, line, debit FROM entry WHERE journal_id > $1 AND "
    "journal_id IN (SELECT journal_id FROM entry WHERE account_id = ANY ($2)) ORDER BY 1, 6",
    "event": "SELECT id, kind, journal_id, subjects, case_id, element FROM event WHERE journal_id > $1 AND "
    "journal_id IN (SELECT journal_id FROM entry WHERE account_id = ANY ($2)) ORDER BY 1",
    "balance": "SELECT * FROM ledger_balance WHERE $1 > 0 AND account_id = ANY ($2) ORDER BY 1",
}
"""What a settlement has written of some accounts, after a journal."""
CALL = "SELECT {function}(now(), '2026-01-06', 'k', 'INT02', 'system', 'system', NULL, NULL, $1, $2, $3, $4{more})"


def test_who_is_not_taxed_is_settled_to_the_row_as_before(demo: str) -> None:
    """A batch in which every other account is taxed, and one in which none is: settled by the function of before and by the
    new one, in transactions that are taken back."""

    async def story(days: Days) -> None:
        accounts = await emptied(days)
        firm = await firm_of(days)
        accounts = sorted({*accounts, *[await opened(days, firm) for _ in range(8)]})
        async with days.bank.db.read() as conn:
            rows = await conn.fetch(
                "SELECT a.id, p.account_id AS payable, t.account_id AS tax FROM ledger_account a "
                "JOIN internal_account p ON p.branch_id = a.branch_id AND p.currency = a.currency AND p.role = 'clearing' "
                "JOIN internal_account t ON t.branch_id = a.branch_id AND t.currency = a.currency AND t.role = 'interest_tax' "
                "WHERE a.id = ANY ($1) ORDER BY a.id", accounts
            )  # fmt: skip
        ids = [row["id"] for row in rows]
        amounts, later = [100 + 7 * n for n in range(len(ids))], [n % 3 for n in range(len(ids))]
        given: tuple[Any, ...] = (ids, amounts, later, [row["payable"] for row in rows])
        taxed = set(ids[::2])
        tax = [amount // 5 if id in taxed else 0 for id, amount in zip(ids, amounts, strict=True)]
        accounts_of_tax = [row["tax"] if row["id"] in taxed else None for row in rows]
        plain = [id for id in ids if id not in taxed]

        async def after(sql: str, *arguments: Any, of: list[int]) -> dict[str, list[tuple[Any, ...]]]:
            async with days.bank.db.pool.acquire() as conn:
                done = conn.transaction()
                await done.start()
                try:
                    last = await conn.fetchval("SELECT last_journal_id FROM commit_head")
                    await conn.execute("ALTER TABLE ledger_balance DISABLE TRIGGER USER")
                    await conn.execute(function_of_before())
                    await conn.execute(sql, *arguments)
                    found = {
                        name: [tuple(row) for row in await conn.fetch(query, last, of)]
                        for name, query in WRITTEN.items()
                    }
                    found["head"] = [tuple(row) for row in await conn.fetch("SELECT * FROM commit_head")]
                    found["all"] = [
                        (await conn.fetchval("SELECT count(*) FROM entry WHERE journal_id > $1", last),)
                    ]
                    return found
                finally:
                    await done.rollback()

        before = CALL.format(function="settle_of_before", more="")
        now = CALL.format(function="ledger_settle_interest", more=", $5, $6")
        # A mixed batch: of those that are not taxed, everything is as it was.
        was, is_ = (
            await after(before, *given, of=plain),
            await after(now, *given, tax, accounts_of_tax, of=plain),
        )
        assert is_.pop("all")[0][0] - was.pop("all")[0][0] == 2 * len(taxed)
        assert len(was["journal"]) == len(plain) > 3
        assert is_ == was
        # None of them: of all of them.
        was, is_ = await after(before, *given, of=ids), await after(now, *given, [], [], of=ids)
        assert len(was["entry"]) == 2 * len(ids)
        assert is_ == was
        # Of the taxed: what they were credited, and a debit after it.
        taxed_now = await after(now, *given, tax, accounts_of_tax, of=sorted(taxed))
        nets = {id: -t for id, t in zip(ids, tax, strict=True)}
        for row, old in zip(
            taxed_now["balance"], (await after(before, *given, of=sorted(taxed)))["balance"], strict=True
        ):
            assert row[2] - old[2] == -nets[row[0]]  # debits posted
            assert row[5] - old[5] == 1  # a line more
        # Without an account to put it aside on, nothing is settled at all.
        with pytest.raises(asyncpg.PostgresError, match="no account for what is withheld"):
            await after(now, *given, tax, [None] * len(ids), of=ids)

    tell(demo, story)


def test_a_night_with_taxed_and_untaxed_products(demo: str) -> None:
    """Savers are taxed and a firm is not, in one step of the day-end; what each gets is as if it were alone."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        firm = await opened(days, await firm_of(days))
        await withhold(days.bank.db, "demand", FIRST, "20")
        await post_demand_rate(days.bank.db, FIRST, "0.72")
        for one in (account, firm):
            await days.cash(one, 1_000_000)
        await days.go_to(date(2026, 3, 21))
        assert await days.balance(account) == 1_000_000 + 1_500 - 300  # 75 nights
        assert await days.balance(firm) == 1_000_000 + 1_500

    tell(demo, story)


def test_a_bank_of_before_is_brought_along(
    server: EmbeddedServer, begin_demo: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank without an account for what is withheld, in which interest was paid by the function of before, is upgraded. From
    then on it withholds; what it had paid stays, and its books hold."""

    async def created(name: str) -> str:
        admin = await asyncpg.connect(server.dsn("postgres"))
        await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        dsn = server.dsn(name)
        await migrate(dsn)
        return dsn

    async def of_before(dsn: str) -> None:
        clock = ManualClock(MONDAY_TEN)
        async with open_bank(dsn, clock) as bank:
            await complete_demo_bank(bank)
            days = Days(bank, clock)
            assert await days.one("SELECT count(*) FROM internal_account WHERE role = 'interest_tax'") == 0
            async with bank.db.pool.acquire() as conn:
                await conn.execute(
                    CALL.format(function="ledger_settle_interest", more=""), *await first_account(days)
                )

    async def upgraded(dsn: str) -> None:
        assert "0028_withholding_tax" in await migrate(dsn)
        clock = ManualClock(MONDAY_TEN)
        async with open_bank(dsn, clock) as bank:
            days = Days(bank, clock)
            opened = await bank.db.transact(lambda uow: complete_internal_accounts(uow, bank.ledger))
            places = await days.one("SELECT count(DISTINCT (branch_id, currency)) FROM internal_account")
            assert opened == places
            assert await bank.db.transact(lambda uow: complete_internal_accounts(uow, bank.ledger)) == 0
            (account, *_), *_ = await first_account(days)
            await withhold(bank.db, "demand", FIRST, "20")
            await post_demand_rate(bank.db, FIRST, "0.72")
            before = await days.balance(account)
            await days.go_to(date(2026, 3, 21))
            # 12,000.00 and 1.00 that was paid, for the 74 days from 6 January: 17.76148; of 17.76 are 3.552
            assert (before, await days.balance(account)) == (1_200_100, 1_200_100 + 1_776 - 355)
            assert [(f.code, dict(f.params)) for f in await verify(bank.db)] == []

    everything = known_migrations()
    with monkeypatch.context() as before:
        before.setattr(
            "liushui.store.migrate.known_migrations", lambda: tuple(m for m in everything if m.number != 28)
        )
        before.delitem(ROLES, "interest_tax")
        dsn = asyncio.run(created("before_0028"))
        begin_demo(dsn)
        asyncio.run(of_before(dsn))
    asyncio.run(upgraded(dsn))


async def first_account(days: Days) -> tuple[list[int], list[int], list[int], list[int]]:
    """Arguments of a settlement of Zhang's account with 1.00 out of the branch's clearing account."""
    async with days.bank.db.read() as conn:
        row = await conn.fetchrow(
            "SELECT a.id, i.account_id FROM ledger_account a JOIN internal_account i ON i.branch_id = a.branch_id "
            "AND i.currency = a.currency AND i.role = 'clearing' WHERE a.number = $1", ZHANG
        )  # fmt: skip
    assert row is not None
    return [row["id"]], [100], [0], [row["account_id"]]
