"""Evidence: blocks of journals, hash-chained off the write path.

A leaf is the SHA-256 of everything a journal says, entries and reserved lines included. A block keeps its
leaves and a root, SHA-256(root of the block before || leaves). Who changes a row later must also change its
leaf, every root from there on, and every copy of a root that an auditor has taken away.
"""

from __future__ import annotations

from hashlib import sha256

from liushui.kernel.clock import Clock
from liushui.ledger.repository import Q
from liushui.store.database import Database, UnitOfWork

BLOCK_JOURNALS_MAX = 1_000
LEAF_BYTES = 32
GENESIS_ROOT = bytes(LEAF_BYTES)


async def seal(db: Database, clock: Clock) -> int:
    """Seal every committed journal that is not sealed yet; return how many. Safe to be killed at any point and
    to run twice at once: a block is one transaction under a lock."""
    total = 0
    while sealed := await db.transact(lambda uow: _seal_block(uow, clock)):
        total += sealed
    return total


async def _seal_block(uow: UnitOfWork, clock: Clock) -> int:
    conn = uow.conn
    await conn.execute(Q.lock_sealing)
    last = await conn.fetchrow(Q.last_seal)
    block, after, root = (last["block"], last["last_journal"], last["root"]) if last else (0, 0, GENESIS_ROOT)
    rows = await conn.fetch(Q.leaves, after + 1, after + BLOCK_JOURNALS_MAX)
    if not rows:
        return 0
    leaves = b"".join(row["leaf"] for row in rows)
    await conn.execute(
        Q.insert_seal,
        block + 1,
        rows[0]["id"],
        rows[-1]["id"],
        leaves,
        chained(root, leaves),
        clock.now(),
    )
    return len(rows)


def chained(root_before: bytes, leaves: bytes) -> bytes:
    """The root of a block."""
    return sha256(root_before + leaves).digest()
