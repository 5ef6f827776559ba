"""The bank's own accounts of a branch: cash, clearing, income and expense, by the role templates name."""

from __future__ import annotations

from liushui.accounting.chart import load_chart
from liushui.accounting.general_ledger import Q
from liushui.kernel.errors import refuse
from liushui.ledger import Ledger, NewAccount
from liushui.store.database import Database, UnitOfWork

INTER_BRANCH_CODE = "3001.01"
ROLES = {
    "cash": "1001.01",
    "cash_overage": "2241.01",
    "cash_shortage": "1221.01",
    "clearing": "3001.02",
    "interest_expense": "6411.01",
    "interest_income": "6011.01",
    "fee_income": "6021.01",
    "rounding_income": "6301.01",
    "rounding_expense": "6711.01",
    "profit_of_year": "4103",
    "retained_profit": "4104",
    "overage_income": "6301.02",
    "shortage_expense": "6711.02",
    "interest_tax": "2221.01",
}
_NEVER_NEGATIVE = frozenset({"cash"})


async def open_internal_accounts(
    uow: UnitOfWork,
    ledger: Ledger,
    *,
    branch_id: int,
    branch_code: str,
    currency: str,
    cash_floor: int | None = 0,
) -> dict[str, int]:
    """Open every internal account of a branch in one currency; return their ids by role. There is no more cash
    than there is: its floor is zero, unless a history without vault movements is replayed."""
    accounts = {
        role: await _open(uow, ledger, branch_id, branch_code, currency, role, cash_floor) for role in ROLES
    }
    gl = load_chart().leaf(INTER_BRANCH_CODE)
    await ledger.open_inter_branch_account(
        uow,
        NewAccount(
            f"{branch_code}-{currency}-{gl.code}", branch_id, currency, gl.code, gl.debit_normal, None
        ),
    )
    return accounts


async def complete_internal_accounts(uow: UnitOfWork, ledger: Ledger) -> int:
    """Open what a bank of an earlier version lacks, in every branch and currency; return how many."""
    opened = 0
    for row in await uow.conn.fetch(Q.branch_currencies):
        place = (row["branch_id"], row["currency"])
        present = {r["role"] for r in await uow.conn.fetch(Q.internal_accounts, *place)}
        for role in ROLES.keys() - present:
            await _open(uow, ledger, row["branch_id"], row["branch"], row["currency"], role, 0)
            opened += 1
    return opened


async def _open(
    uow: UnitOfWork, ledger: Ledger, branch_id: int, branch_code: str, currency: str, role: str, cash_floor: int | None
) -> int:  # fmt: skip
    return await open_internal_account(
        uow, ledger, branch_id=branch_id, branch_code=branch_code, currency=currency, role=role, gl_code=ROLES[role],
        floor_minor=cash_floor if role in _NEVER_NEGATIVE else None,
    )  # fmt: skip


async def open_internal_account(
    uow: UnitOfWork, ledger: Ledger, *, branch_id: int, branch_code: str, currency: str, role: str, gl_code: str,
    part: str | None = None, floor_minor: int | None = None,
) -> int:  # fmt: skip
    """Open one account of the bank's own under the role by which it is found; return its id. part: ends its number where
    a branch has several of one code and currency."""
    gl = load_chart().leaf(gl_code)
    number = "-".join([branch_code, currency, gl.code, *([part] if part else [])])
    account = await ledger.open_account(
        uow, NewAccount(number, branch_id, currency, gl.code, gl.debit_normal, floor_minor)
    )
    await uow.conn.execute(Q.insert_internal_account, branch_id, currency, role, account)
    return account


class InternalAccounts:
    """Internal accounts by branch and currency. They never change once opened, so they are remembered."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[int, str], dict[str, int]] = {}

    async def of(self, branch_id: int, currency: str) -> dict[str, int]:
        """Refuses ``currency_not_offered`` where the branch has no accounts in the currency."""
        place = (branch_id, currency)
        if place not in self._known:
            async with self._db.look_up() as conn:
                rows = await conn.fetch(Q.internal_accounts, branch_id, currency)
            if not rows:
                raise refuse("currency_not_offered", "currency", currency=currency)
            self._known[place] = {row["role"]: row["account_id"] for row in rows}
        return self._known[place]
