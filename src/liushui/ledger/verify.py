"""``liushui verify``: everything the books claim, computed a second way from the entries."""

from __future__ import annotations

from collections.abc import Callable

from liushui.kernel.errors import Fault
from liushui.ledger.repository import Q
from liushui.ledger.seal import GENESIS_ROOT, LEAF_BYTES, chained
from liushui.store.database import PoolConnection

DIFFERENCES_MAX = 20
STATEMENT_MAX_S = 3_600
"""Each reads whole tables: at four million entries some seconds, and more than a caller of the bank would ever wait."""
Progress = Callable[[str], None]


async def verify_books(conn: PoolConnection, progress: Progress = lambda _: None) -> list[Fault]:
    """Return the first differences of every kind; an empty list means that the books hold.

    conn: a transaction that sees one moment (``Database.read``). Checks: journal numbers without gaps; every
    journal balanced per branch and currency; statement positions and running balances; the four counters of
    every account; balance-days; holds and their resolutions; one event a journal; every leaf and root of the seals.
    """
    faults: list[Fault] = []
    progress("journals")
    numbering = await conn.fetchrow(Q.verify_numbering, timeout=STATEMENT_MAX_S)
    assert numbering is not None
    if not numbering["journals"] == numbering["last"] == numbering["head"] or numbering["first"] != 1:
        faults.append(Fault("verify_journal_numbers", dict(numbering)))
    checks = (
        ("journals", "verify_journal_unbalanced", Q.verify_journals),
        ("journals", "verify_entry_orphaned", Q.verify_orphans),
        ("journals", "verify_journal_empty", Q.verify_without_entries),
        ("statements", "verify_statement_broken", Q.verify_statements),
        ("balances", "verify_balance_wrong", Q.verify_counters),
        ("balance-days", "verify_balance_days_wrong", Q.verify_balance_days),
        ("holds", "verify_hold_wrong", Q.verify_holds),
        ("events", "verify_event_missing", Q.verify_events),
    )
    for step, code, sql in checks:
        progress(step)
        faults += [
            Fault(code, dict(row)) for row in await conn.fetch(sql, DIFFERENCES_MAX, timeout=STATEMENT_MAX_S)
        ]
    progress("seals")
    return faults + await _verify_seals(conn)


async def _verify_seals(conn: PoolConnection) -> list[Fault]:
    faults: list[Fault] = []
    root, next_journal = GENESIS_ROOT, 1
    async for seal in conn.cursor(Q.seals):
        first, last, leaves = seal["first_journal"], seal["last_journal"], seal["leaves"]
        if first != next_journal or len(leaves) != (last - first + 1) * LEAF_BYTES:
            faults.append(Fault("verify_seal_gap", {"block": seal["block"]}))
        if chained(root, leaves) != seal["root"]:
            faults.append(Fault("verify_chain_broken", {"block": seal["block"]}))
        found = {row["id"]: row["leaf"] for row in await conn.fetch(Q.leaves, first, last)}
        for index, journal in enumerate(range(first, last + 1)):
            leaf = leaves[index * LEAF_BYTES : (index + 1) * LEAF_BYTES]
            if found.get(journal) != leaf:
                faults.append(Fault("verify_journal_changed", {"journal": journal, "block": seal["block"]}))
            if len(faults) >= DIFFERENCES_MAX:
                return faults
        root, next_journal = seal["root"], last + 1
    return faults
