"""A small bank to try everything on: branches, staff, customers, accounts and their first cash."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import yaml
from stdnum.cn import ric

from liushui.accounting import open_internal_accounts
from liushui.bank import Bank
from liushui.deposits import Actor
from liushui.identity import Branch, add_staff, list_branches, open_branch
from liushui.kernel.clock import Clock
from liushui.kernel.money import Money
from liushui.ledger import Header, Line, NewAccount, Post, find_account
from liushui.parties import NewCustomer, open_customer
from liushui.products import seed_house
from liushui.store.database import UnitOfWork

CURRENCY = "CNY"
CHANNEL = "set_up"
MARK = "demo:bank"
CAPITAL = "0001-CNY-4001"


def demo_data() -> dict[str, Any]:
    return yaml.safe_load(resources.files("liushui.demo").joinpath("bank.yaml").read_text("utf-8"))


async def begin_demo_bank(uow: UnitOfWork, clock: Clock, today: date) -> None:
    """Mark an empty database as the demo bank's and open its branches, staff and capital, all or nothing."""

    async def marked() -> dict[str, Any]:
        return {"business_date": today.isoformat()}

    await uow.start_books(today)
    await uow.idempotent(MARK, b"", clock.now(), marked)


async def complete_demo_bank(bank: Bank) -> None:
    """Fill the demo bank with what it still lacks; leave any other bank alone. It may be killed at any point
    and goes on from there: what one transaction did carries a key."""
    if not await bank.db.is_known(MARK):
        return
    data = demo_data()
    await bank.db.transact(lambda uow: _found(bank, uow, data))
    await bank.db.transact(lambda uow: seed_house(uow, bank.clock))
    async with bank.db.read() as conn:
        branches = {branch.code: branch for branch in await list_branches(conn)}
    minor = Money.parse(data["vault_cash"], CURRENCY).minor
    capital = await _id_of(bank, CAPITAL)
    for branch in branches.values():
        cash = (await bank.internal.of(branch.id, CURRENCY))["cash"]
        header = Header(f"demo:capital:{branch.code}", "CAP01", branch.id, "system", CHANNEL)
        await bank.ledger.submit(Post(header, (Line(cash, True, minor), Line(capital, False, minor))))
    for row in data["customers"]:
        await _welcome(bank, row, branches[row["branch"]])


async def _id_of(bank: Bank, number: str) -> int:
    async with bank.db.read() as conn:
        return (await find_account(conn, number))["id"]


async def _found(bank: Bank, uow: UnitOfWork, data: dict[str, Any]) -> None:
    async def founding() -> dict[str, Any]:
        branches: dict[str, Branch] = {}
        today = (await uow.head()).business_date
        for row in data["branches"]:
            branch = await open_branch(
                uow, code=row["code"], name_zh=row["zh"], name_en=row["en"], opened_on=today
            )
            branches[branch.code] = branch
            await open_internal_accounts(
                uow, bank.ledger, branch_id=branch.id, branch_code=branch.code, currency=CURRENCY
            )
        head = branches[CAPITAL[:4]]
        await bank.ledger.open_account(uow, NewAccount(CAPITAL, head.id, CURRENCY, "4001", False, None))
        for row in data["staff"]:
            await add_staff(
                uow, bank.clock, number=row["number"], name=row["name"], roles=row["roles"],
                branch_id=branches[row["branch"]].id, password=row["password"],
            )  # fmt: skip
        return {}

    await uow.idempotent("demo:founding", b"", bank.clock.now(), founding)


async def _welcome(bank: Bank, row: dict[str, str], branch: Branch) -> None:
    payload = f"110101{row['birth']}{row['serial']}"
    new = NewCustomer(
        kind="individual", name=row["name"], document_type="id_card",
        document_number=payload + ric.calc_check_digit(payload + "0"), mobile=row["mobile"],
    )  # fmt: skip
    serial = row["serial"]
    customer, _ = await open_customer(
        bank.db, bank.clock, new, operator="system", branch_id=branch.id, key=f"demo:customer:{serial}"
    )
    opening = Actor("system", branch.id, CHANNEL, f"demo:account:{serial}")
    opened, _ = await bank.deposits.open_demand_account(
        opening, customer=customer.number, currency=CURRENCY, branch=branch
    )
    await bank.deposits.deposit_cash(
        Actor("system", branch.id, CHANNEL, f"demo:cash:{serial}"), account=opened.number,
        amount=Money.parse(row["deposit"], CURRENCY).minor, currency=CURRENCY,
    )  # fmt: skip
