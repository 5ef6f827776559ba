"""The numbers of ways: each way of a definition is stored once, and known by heart afterwards."""

from __future__ import annotations

import json
from hashlib import sha256

from liushui.store.database import Database, UnitOfWork
from liushui.workflow.catalogue import Deployed, Q
from liushui.workflow.straight_through import Way


class Ways:
    """Way to number, per definition. A number is committed before any case uses it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[int, Way], int] = {}

    async def number(self, deployed: Deployed, way: Way, outcome: str) -> int:
        """outcome: posted, or the code of the refusal that was caught."""
        key = (deployed.id, way)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = await self._db.transact(
                lambda uow: _store(uow, deployed, way, outcome)
            )
        return known


async def _store(uow: UnitOfWork, deployed: Deployed, way: Way, outcome: str) -> int:
    text = json.dumps([deployed.id, way.elements, way.lifecycles, way.rows])
    digest = sha256(text.encode()).digest()
    number: int | None = await uow.conn.fetchval(
        Q.insert_path, deployed.id, list(way.elements), list(way.lifecycles), list(way.rows), outcome, digest
    )
    return number if number is not None else await uow.conn.fetchval(Q.path_by_digest, digest)
