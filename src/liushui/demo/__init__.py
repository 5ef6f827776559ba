"""A small bank to try everything on: branches, staff, customers, accounts and their first cash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import yaml
from stdnum.cn import ric

from liushui.accounting import open_internal_accounts
from liushui.bank import Bank
from liushui.cash import (
    MACHINE,
    TILL,
    Moved,
    Notes,
    Place,
    faces_of,
    move,
    notes_from,
    only_place,
    open_branch_cash,
    open_place,
    value,
)
from liushui.cash.vouchers import By, range_of, receive
from liushui.deposits import Actor
from liushui.identity import Branch, add_staff, list_branches, open_branch
from liushui.kernel.clock import Clock
from liushui.kernel.money import Money
from liushui.ledger import Header, Line, NewAccount, Post, balance, find_account
from liushui.parties import NewCustomer, open_customer
from liushui.products import seed_house
from liushui.store.database import UnitOfWork

CURRENCY = "CNY"
CHANNEL = "set_up"
MARK = "demo:bank"
CAPITAL = "0001-CNY-4001"


def demo_data() -> dict[str, Any]:
    """The small bank: what every demo bank has."""
    return _read("bank.yaml")


def town_data() -> dict[str, Any]:
    """The bank of a whole town: the small one, and what town.yaml adds to it."""
    small, more = demo_data(), _read("town.yaml")
    both = {name: small[name] + more[name] for name in ("branches", "staff", "vouchers")}
    return small | more | both


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load(resources.files("liushui.demo").joinpath(name).read_text("utf-8"))


async def begin_demo_bank(uow: UnitOfWork, clock: Clock, today: date) -> None:
    """Mark an empty database as the demo bank's and open its branches, staff and capital, all or nothing."""

    async def marked() -> dict[str, Any]:
        return {"business_date": today.isoformat()}

    await uow.start_books(today)
    await uow.idempotent(MARK, b"", clock.now(), marked)


async def complete_demo_bank(bank: Bank, data: Mapping[str, Any] | None = None) -> None:
    """Fill the demo bank with what it still lacks; leave any other bank alone. It may be killed at any point
    and goes on from there: what one transaction did carries a key. data: what it shall have; None: the small bank's."""
    if not await bank.db.is_known(MARK):
        return
    data = demo_data() if data is None else data
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
    for branch in branches.values():
        await bank.db.transact(lambda uow, branch=branch: _fill_places(bank, uow, data, branch))


async def _id_of(bank: Bank, number: str) -> int:
    async with bank.db.read() as conn:
        return (await find_account(conn, number))["id"]


async def _found(bank: Bank, uow: UnitOfWork, data: Mapping[str, Any]) -> None:
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
            await open_branch_cash(
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


async def _fill_places(bank: Bank, uow: UnitOfWork, data: Mapping[str, Any], branch: Branch) -> None:
    """Count all cash of a branch into its vault, fill its tills from there, and take its first vouchers into stock."""

    async def filling() -> dict[str, Any]:
        notes = notes_from(data["till"], CURRENCY)
        facts: dict[str, Any] = {"branch_id": branch.id, "branch_code": branch.code}
        tills = [
            await open_place(uow, bank.ledger, kind=TILL, currency=CURRENCY, **facts)
            for _ in range(data["tills"][branch.code])
        ]
        for _ in range(data["machines"][branch.code]):
            await open_place(uow, bank.ledger, kind=MACHINE, currency=CURRENCY, **facts)
        internal = await bank.internal.of(branch.id, CURRENCY)
        there = (await balance(uow.conn, internal["cash"])).ledger
        if there < value(notes) * len(tills):  # a demo of an older version that has paid it all out
            return {}
        vault = await only_place(uow.conn, branch.id, "vault")
        header = Header(f"demo:vault:{branch.code}", "", branch.id, "system", CHANNEL)
        whole = _in_pieces(there - value(notes) * len(tills))
        for face, pieces in notes.items():
            whole[face] = whole.get(face, 0) + pieces * len(tills)
        await bank.cash.count_in(uow, header, vault, whole, case_id=None)
        for till in tills:
            await fill_till(bank, uow, till, vault, notes)
        for row in data["vouchers"]:
            if row["branch"] == branch.code:
                numbers = range_of(row["kind"], row["first"], row["last"])
                await receive(uow, bank.clock, numbers, branch.id, By("system", "printing house"))
        return {}

    await uow.idempotent(f"demo:places:{branch.code}", b"", bank.clock.now(), filling)


async def fill_till(bank: Bank, uow: UnitOfWork, till: Place, vault: Place, notes: Notes) -> None:
    """Put a new till's first cash into it, out of the branch's vault."""
    lines = (Line(till.account_id, True, value(notes)), Line(vault.account_id, False, value(notes)))
    header = Header(f"demo:till:{till.code}", "CSH02", till.branch_id, "system", CHANNEL)
    posted = await bank.ledger.post_within(uow, Post(header, lines))
    by = Moved("system")
    await move(uow, bank.clock, till, notes, {}, journal_id=posted.journal_id, who=by)
    await move(uow, bank.clock, vault, {}, notes, journal_id=posted.journal_id, who=by)


def _in_pieces(amount: int) -> dict[int, int]:
    """An amount in the fewest pieces. amount: minor units."""
    notes: dict[int, int] = {}
    for face in sorted(faces_of(CURRENCY), reverse=True):
        notes[face], amount = divmod(amount, face)
    return {face: pieces for face, pieces in notes.items() if pieces}
