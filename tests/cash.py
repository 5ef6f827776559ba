"""What stories of cash have in common: what lies where, and what the books say of it."""

from __future__ import annotations

from typing import Any

from tests.counter import close_tills, rows
from tests.procedures import Story, person

KEEPER = person("K0001", "vault_keeper")
OTHER_KEEPER = person("K0003", "vault_keeper")
TILL = {"10000": 200, "5000": 100, "2000": 100, "1000": 100, "500": 100, "100": 100, "50": 100, "10": 100, "5": 40,
        "2": 40, "1": 40}  # fmt: skip
"""What a till of the demo begins with: 28,663.20."""


def without(notes: dict[str, int], **less: int) -> dict[str, int]:
    """Notes less some of them: ``without(TILL, f10000=2)``."""
    return {face: n - less.get(f"f{face}", 0) for face, n in notes.items()}


async def notes_at(s: Story, code: str) -> dict[str, int]:
    found = await rows(
        s, "SELECT face, pieces FROM cash_stock k JOIN cash_place p ON p.id = k.place_id WHERE p.code = $1 "
        "AND pieces > 0 ORDER BY face DESC", code)  # fmt: skip
    return {str(row["face"]): row["pieces"] for row in found}


async def book_at(s: Story, code: str) -> int:
    """What the books say lies at a place, in fen."""
    found = await rows(
        s, "SELECT debits_posted - credits_posted AS book FROM ledger_balance b JOIN cash_place p ON p.account_id = b.account_id "
        "WHERE p.code = $1", code)  # fmt: skip
    return found[0]["book"]


async def internal(s: Story, role: str, branch: int = 1) -> int:
    """Debits less credits of one of the bank's own accounts."""
    found = await rows(
        s, "SELECT debits_posted - credits_posted AS book FROM ledger_balance b JOIN internal_account i "
        "ON i.account_id = b.account_id WHERE i.role = $1 AND i.branch_id = $2", role, branch)  # fmt: skip
    return found[0]["book"]


async def everything(s: Story) -> list[dict[str, Any]]:
    """Every count and every balance: what must be the same before and after a refusal."""
    return [
        *await rows(s, "SELECT place_id, face, pieces FROM cash_stock WHERE pieces > 0 ORDER BY 1, 2"),
        *await rows(s, "SELECT account_id, debits_posted, credits_posted FROM ledger_balance ORDER BY 1"),
        *await rows(s, "SELECT count(*) AS movements FROM cash_movement"),
        *await rows(s, "SELECT kind, first, last, state, holder FROM voucher_range ORDER BY 1, 2"),
    ]


async def close_all(s: Story) -> None:
    await s.bank.db.transact(lambda uow: close_tills(uow, s))
