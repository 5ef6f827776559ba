"""Simulated staff: people of their own in the bank's list, so that whatever they do is seen to be theirs. Nobody can log in as
one of them, and each of their tellers has a till of their own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from liushui.bank import Bank
from liushui.cash import TILL, only_place, open_place
from liushui.demo import CURRENCY, fill_till
from liushui.demo.routine import FILL
from liushui.identity import Branch, add_staff, list_branches
from liushui.store.database import UnitOfWork

MARKED = "SIM"
"""What the number of every simulated member of staff begins with."""
ROBOTS = "demo:robots"
NAMED = "模拟"
IN_BRANCH = (
    ("T", "teller", "柜员"),
    ("U", "teller", "柜员"),
    ("K", "vault_keeper", "库管"),
    ("S", "supervisor", "主管"),
)
AT_HEAD = (
    ("R", "reviewer", "审核"), ("C", "compliance", "合规"), ("M", "remote_authoriser", "授权"), ("V", "senior_manager", "高管"),
    ("H", "complaint_handler", "投诉"), ("J", "complaint_handler", "回访"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Robots:
    """numbers: of all of them. tills: code of the till by number of its teller."""

    numbers: tuple[str, ...]
    tills: dict[str, str]


async def hire_robots(bank: Bank) -> Robots:
    """Have them in the bank, once."""

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        async def hiring() -> dict[str, Any]:
            branches = await list_branches(uow.conn)
            numbers: list[str] = []
            tills: dict[str, str] = {}
            for place, branch in enumerate(branches):
                for letter, role, title in IN_BRANCH + (AT_HEAD if place == 0 else ()):
                    number = f"{MARKED}{letter}{branch.code}"
                    numbers.append(number)
                    await add_staff(
                        uow, bank.clock, number=number, name=f"{NAMED}{title}", roles=[role], branch_id=branch.id,
                        password=secrets.token_urlsafe(32),
                    )  # fmt: skip
                    if role == "teller":
                        tills[number] = await _till(bank, uow, branch)
            return {"numbers": numbers, "tills": tills}

        return (await uow.idempotent(ROBOTS, b"", bank.clock.now(), hiring))[0]

    found = await bank.db.transact(work)
    return Robots(tuple(found["numbers"]), found["tills"])


async def _till(bank: Bank, uow: UnitOfWork, branch: Branch) -> str:
    till = await open_place(
        uow, bank.ledger, kind=TILL, currency=CURRENCY, branch_id=branch.id, branch_code=branch.code
    )
    vault = await only_place(uow.conn, branch.id, "vault")
    await fill_till(bank, uow, till, vault, FILL)
    return till.code
