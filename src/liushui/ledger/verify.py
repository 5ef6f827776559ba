"""``liushui verify``: everything the books claim, computed a second way from the entries."""

from __future__ import annotations

from collections.abc import Callable

from liushui.kernel.errors import Fault
from liushui.ledger.repository import Q
from liushui.ledger.seal import GENESIS_ROOT, LEAF_BYTES, chained
from liushui.store.database import PoolConnection
from liushui.store.given import NOTHING, Given

DIFFERENCES_MAX = 20
TOLD_JOURNALS = 100_000
"""After so many journals of the seals, which take longest, word is given of how far they are."""
Progress = Callable[[str], None]


async def verify_books(
    conn: PoolConnection, progress: Progress = lambda _: None, given: Given = NOTHING
) -> list[Fault]:
    """Return the first differences of every kind; an empty list means that the books hold.

    conn: a transaction that sees one moment (``Database.survey``). Checks: journal numbers without gaps; every
    journal balanced per branch and currency; statement positions and running balances; the four counters of
    every account; balance-days; holds and their resolutions; one event a journal; every leaf and root of the seals.

    given: of the entries up to there, only each account's last is read. Then an account's counters are checked by their
    difference, and balance-days where the account has moved since.
    """
    faults: list[Fault] = []
    progress("journals")
    numbering = await conn.fetchrow(Q.verify_numbering, given.journal)
    assert numbering is not None
    expected = given.journal + numbering["journals"]
    if not expected == numbering["last"] == numbering["head"] or numbering["first"] != given.journal + 1:
        faults.append(Fault("verify_journal_numbers", dict(numbering)))
    counters = (Q.verify_counters,) if given.nothing else (Q.verify_counters_since,)
    days = (Q.verify_balance_days,) if given.nothing else (Q.verify_balance_days_since, given.journal)
    holds = (Q.verify_holds,) if given.nothing else (Q.verify_holds_since, given.journal)
    checks: tuple[tuple[str, str, tuple[str | int, ...]], ...] = (
        ("journals: balanced", "verify_journal_unbalanced", (Q.verify_journals, given.journal)),
        ("journals: of every entry", "verify_entry_orphaned", (Q.verify_orphans, given.journal)),
        ("journals: their entries", "verify_journal_empty", (Q.verify_without_entries, given.journal)),
        ("statements", "verify_statement_broken", (Q.verify_statements, given.journal)),
        ("balances", "verify_balance_wrong", counters),
        ("balance-days", "verify_balance_days_wrong", days),
        ("holds", "verify_hold_wrong", holds),
        ("events", "verify_event_missing", (Q.verify_events, given.journal, given.event)),
    )
    for step, code, (sql, *arguments) in checks:
        progress(step)
        rows = await conn.fetch(str(sql), DIFFERENCES_MAX, *arguments)
        faults += [Fault(code, dict(row)) for row in rows]
    progress("seals")
    return faults + await _verify_seals(conn, progress, given)


async def _verify_seals(conn: PoolConnection, progress: Progress, given: Given) -> list[Fault]:
    faults: list[Fault] = []
    before = await conn.fetchrow(Q.seal_before, given.journal)
    root, next_journal = (before["root"], before["last_journal"] + 1) if before else (GENESIS_ROOT, 1)
    told = next_journal
    async for seal in conn.cursor(Q.seals, given.journal):
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
        if next_journal - told >= TOLD_JOURNALS:
            told = next_journal
            progress(f"seals: up to journal {last}")
    return faults
