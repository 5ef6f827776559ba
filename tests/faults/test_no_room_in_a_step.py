"""The server has no room in the middle of a step: no fault of the event or of the case, so neither is blamed. A quota or a
limit on the size of files is reported as an internal error of the storage manager, not as a full disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from liushui.kernel.errors import Refused
from liushui.store.database import UnitOfWork
from liushui.store.outbox import Event, dispatch
from liushui.workflow import Binding, Context
from tests.bundles import bundle, end, line, service, start
from tests.procedures import TELLER, Story, run


def no_room() -> BaseException:
    """As PostgreSQL 15 to 17 report EFBIG when a table grows."""
    said = {"S": "ERROR", "C": "XX000", "M": "could not extend file", "R": "mdextend"}
    return asyncpg.PostgresError.new(said)


class Full:
    name = "full"
    kinds = frozenset({"process_deployed"})

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        raise no_room()


def test_an_event_is_not_put_aside_where_there_is_no_room(demo: str) -> None:
    async def tell(s: Story) -> None:
        with pytest.raises(Refused, match="database_full"):
            await dispatch(s.bank.db, s.clock, [Full()])
        parked = await s.bank.db.pool.fetchval("SELECT count(*) FROM outbox_parked WHERE handler = 'full'")
        assert parked == 0

    run(demo, tell)


def test_a_case_has_no_incident_where_there_is_no_room(demo: str) -> None:
    async def tell(s: Story) -> None:
        async def call(context: Context) -> dict[str, Any]:
            raise no_room()

        s.processes.runtime.bindings["full.now"] = Binding("full.now", call)  # pyright: ignore[reportIndexIssue]
        body = start() + service("Write", "full.now") + end() + line("Start", "Write", "End")
        await s.processes.deploy(bundle("full", body), actor="test")
        with pytest.raises(Refused, match="database_full"):
            await s.start(TELLER, "full")
        assert await s.bank.db.pool.fetchval("SELECT count(*) FROM process_instance") == 0

    run(demo, tell)
