"""What stories at the counter have in common: accounts, what people do at their tasks, business days that pass."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from liushui.cash import close_session, held_to_close, session_of
from liushui.deposits import Actor
from liushui.store.database import UnitOfWork
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, TILLS, Story, open_counters, person

ZHANG, LI = "0001010000000016", "0001010000000024"
OTHER_SUPERVISOR = person("S0002", "supervisor")
PASSWORD, OTHER_PASSWORD = "582947", "739164"  # none of their digits stand in the demo customers' papers
FITS = {"document_type": "id_card", "identity_result": "fits"}


async def give_password(s: Story, account: str = ZHANG, password: str = PASSWORD) -> None:
    """Have the customer choose a password, by the procedure."""
    case = await s.start(TELLER, "reset_password", account=account, reason="first")
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    await s.do(TELLER, case, "ChoosePassword", new_password=password, repeated_password=password)
    assert await s.status(case) == "completed"


async def close_tills(uow: UnitOfWork, s: Story) -> None:
    """Close every till that is open, its count being right."""
    for teller in TILLS:
        if await session_of(uow.conn, teller) is not None:
            await close_session(uow, s.clock, await held_to_close(uow, teller))


async def next_day(s: Story, days: int = 1) -> date:
    """Move the bank's date; the day-end moves it in a real bank."""

    async def today() -> date:
        async with s.bank.db.read() as conn:
            return await conn.fetchval("SELECT business_date FROM commit_head")

    to = await today() + timedelta(days=days)
    await s.bank.db.transact(lambda uow: close_tills(uow, s))
    await s.bank.db.transact(lambda uow: uow.advance_business_date(to))
    await open_counters(s.bank, s.clock)
    await s.wait(timedelta(days=days))
    return to


async def rich(s: Story, account: str, amount: str) -> None:
    """Cash for an account, in hundreds, by the procedure."""
    notes = int(amount.split(".")[0]) // 100
    case = await s.start(
        TELLER, "cash_deposit", account=account, amount=amount, denominations={"10000": notes}
    )
    await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="id_card", document_checked=True)
    if await s.open_tasks(case):
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    assert (await s.ways(case))[-1] == "Done"


async def cash_in(s: Story, account: str, amount: str, key: str) -> None:
    """Money that comes by another way while a case waits."""
    actor = Actor("T0003", 1, "counter", key)
    minor = int(amount.replace(".", ""))
    await s.bank.deposits.deposit_cash(actor, account=account, amount=minor, currency="CNY")


async def rows(s: Story, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    """Look into the database behind the bank's back."""
    async with s.bank.db.read() as conn:
        return [dict(row) for row in await conn.fetch(sql, *arguments)]


async def flags(s: Story, account: str) -> tuple[bool, bool]:
    """The ledger's block flags of an account: debit, credit."""
    found = await rows(
        s, "SELECT debit_blocked, credit_blocked FROM ledger_account WHERE number = $1", account
    )
    return found[0]["debit_blocked"], found[0]["credit_blocked"]


async def kept_anywhere(s: Story, text: str) -> list[str]:
    """The tables that hold this text in any row; what must not be kept is in none."""
    tables = await rows(s, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found: list[str] = []
    for table in tables:
        name = table["tablename"]
        if await rows(s, f"SELECT 1 FROM {name} x WHERE x::text LIKE '%' || $1 || '%' LIMIT 1", text):  # noqa: S608 - a table's name, read from the catalogue
            found.append(name)
    return sorted(found)
