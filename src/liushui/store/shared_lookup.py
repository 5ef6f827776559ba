"""Look-ups that share queries: keys asked for while a query is under way go together into the next one.

A cold start, or a thousand sessions that run out of memory in the same second, costs few queries instead of a
thousand; an idle system asks at once, for one key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

Found = TypeVar("Found")
READ_AT_ONCE_MAX = 1_000


class SharedLookup(Generic[Found]):
    """read: many keys to what was found of them, in one query."""

    def __init__(self, read: Callable[[list[str]], Awaitable[Mapping[str, Found]]]) -> None:
        self._read = read
        self._asked: dict[str, asyncio.Future[Found | None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def get(self, key: str) -> Found | None:
        """What is stored under the key, or None. Raises what the query raised."""
        future = self._asked.get(key)
        if future is None:
            future = self._asked[key] = asyncio.get_running_loop().create_future()
            if self._reader is None:
                self._reader = asyncio.create_task(self._read_all())
        return await asyncio.shield(future)  # whoever gives up must not take the answer from the others

    async def _read_all(self) -> None:
        try:
            while self._asked:
                # Those who ask while this is read are asked for in the next round.
                keys = list(self._asked)[:READ_AT_ONCE_MAX]
                asked = {key: self._asked.pop(key) for key in keys}
                try:
                    found = await self._read(keys)
                except Exception as error:
                    for future in asked.values():
                        future.set_exception(error)
                        future.exception()  # seen, also where nobody waits any more
                    continue
                for key, future in asked.items():
                    future.set_result(found.get(key))
        finally:
            self._reader = None
