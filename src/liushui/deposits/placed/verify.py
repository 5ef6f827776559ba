"""``liushui verify``: contracts and their ledger accounts are one to one and say the same."""

from __future__ import annotations

from liushui.deposits.placed.repository import Q
from liushui.kernel.errors import Fault
from liushui.store.database import PoolConnection

DIFFERENCES_MAX = 20


async def verify_placed(conn: PoolConnection) -> list[Fault]:
    """Principals that are not the balance, accounts without a contract, certificates placed beyond what the issue says,
    tax that was withheld and not put aside."""
    checks = (
        ("verify_deposit_principal_wrong", Q.verify_principals),
        ("verify_deposit_contract_missing", Q.verify_contracts),
        ("verify_issue_wrong", Q.verify_issues),
        ("verify_deposit_tax_wrong", Q.verify_tax),
    )
    return [Fault(code, dict(row)) for code, sql in checks for row in await conn.fetch(sql, DIFFERENCES_MAX)]
