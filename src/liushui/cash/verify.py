"""What ``liushui verify`` asks of cash and vouchers: notes against movements, places against the books, transit and
differences against their accounts, every number of a voucher in exactly one place."""

from __future__ import annotations

from liushui.cash.places import Q
from liushui.cash.vouchers import Q as VOUCHER_Q
from liushui.kernel.errors import Fault
from liushui.store.database import PoolConnection
from liushui.store.given import NOTHING, Given

DIFFERENCES_MAX = 20


async def verify_cash(conn: PoolConnection, given: Given = NOTHING) -> list[Fault]:
    """The first differences of every kind. given: journals up to there are not held against their notes again; what lies
    where, and every voucher, is always reckoned from the beginning."""
    checks = (
        ("verify_cash_stock_wrong", Q.verify_stock),
        ("verify_cash_place_differs", Q.verify_places),
        ("verify_cash_transit_differs", Q.verify_transit),
        ("verify_cash_difference_wrong", Q.verify_differences),
        ("verify_voucher_missing", VOUCHER_Q.verify_numbers),
        ("verify_voucher_state_wrong", VOUCHER_Q.verify_states),
    )
    faults: list[Fault] = []
    for code, sql in checks:
        faults += [Fault(code, dict(row)) for row in await conn.fetch(sql, DIFFERENCES_MAX)]
    moved = await conn.fetch(Q.verify_movements, DIFFERENCES_MAX, given.journal)
    return faults + [Fault("verify_cash_movement_differs", dict(row)) for row in moved]
