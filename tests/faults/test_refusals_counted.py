"""Refusals are counted by every web process, while the database is away as well, and written at an orderly stop."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import asyncpg
import httpx
import pytest

from liushui.store.embedded import EmbeddedServer
from tests.faults.running import running_bank

KNOCKS, AT_ONCE = 600, 20


def test_no_knock_is_lost_while_the_database_is_killed_and_the_bank_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIUSHUI_WORKERS", "2")

    async def knock(http: httpx.AsyncClient, number: int) -> str:
        """On a connection of its own, so that both processes get some."""
        answer = await http.get(f"/v1/nothing/{number}", headers={"Connection": "close"})
        return answer.json()["code"]

    async def story(folder: Path) -> None:
        with running_bank(folder) as bank:
            async with bank.client() as http:
                await bank.wait_until_open(http)
                for first in range(0, KNOCKS, AT_ONCE):
                    if first == KNOCKS // 3:
                        bank.server.kill()
                    codes = await asyncio.gather(*(knock(http, first + n) for n in range(AT_ONCE)))
                    assert set(codes) == {"route_unknown"}
                    await asyncio.sleep(0.2)
                await bank.wait_until_open(http)
        server = EmbeddedServer(bank.folder)
        server.start()
        try:
            conn = await asyncpg.connect(server.dsn())
            found = await conn.fetch(
                "SELECT visitor, operation, sum(refused)::bigint AS refused FROM refusal_count "
                "WHERE code = 'route_unknown' GROUP BY visitor, operation"
            )
            await conn.close()
        finally:
            server.stop()
        assert [tuple(row) for row in found] == [("nobody", "other", KNOCKS)]

    with tempfile.TemporaryDirectory(prefix="ls") as folder:
        asyncio.run(story(Path(folder)))
