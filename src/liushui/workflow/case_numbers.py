"""The numbers of cases: a thousand are fetched at a time; those of a killed process are never used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liushui.store.database import Database
from liushui.store.shared_lookup import SharedLookup
from liushui.workflow.catalogue import Q

AT_ONCE = 1_000
"""As the sequence ``case_number`` steps."""


class CaseNumbers:
    """Gives each number once. All who wait for the same fetch go on together when it is there: one by one behind a
    lock, they would be overtaken again and again by those who come later and find a number at hand."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers = iter(range(0))
        self._lookup = SharedLookup(self._fetch)

    def at_hand(self) -> int | None:
        """The next number where one is left of the thousand; None: ask ``next``."""
        return next(self._numbers, None)

    async def next(self) -> int:
        """The next number. Refuses ``database_unavailable``."""
        while (number := self.at_hand()) is None:
            await self._lookup.get("")
        return number

    async def _fetch(self, _: Sequence[str]) -> Mapping[str, int]:
        async with self._db.look_up() as conn:
            first: int = await conn.fetchval(Q.next_cases)
        # Others may have fetched and left some, and none is to be lost.
        self._numbers = iter([*self._numbers, *range(first, first + AT_ONCE)])
        return {}
