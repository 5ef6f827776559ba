"""Tasks side by side stay apart in what leaves the house: two of one role that finish crosswise, and many of one element.
The oracle is the table of tasks: when each was opened, and when and by whom it was done."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Record

from liushui.mining.model import object_id
from tests.bundles import bundle, end, flow, line, start, user
from tests.integration.test_process_log import flat, json_of, moment, relations, sqlite_of, values, xes_of
from tests.procedures import TELLER, Story, person, story_of

SIDE_BY_SIDE = (
    start() + '<bpmn:parallelGateway id="Fork"/><bpmn:parallelGateway id="Join"/>' + user("One") + user("Other") + end()
    + line("Start", "Fork") + flow("F1", "Fork", "One") + flow("F2", "Fork", "Other") + flow("J1", "One", "Join")
    + flow("J2", "Other", "Join") + line("Join", "End")
)  # fmt: skip
MANY = (
    start()
    + user("Each").replace(
        "/>", "><bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopCardinality>4</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    + end() + line("Start", "Each", "End")
)  # fmt: skip


def tell(dsn: str, story: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as s:
            await story(s)

    asyncio.run(whole())


async def work(s: Story, body: str) -> list[Record]:
    """A case whose tasks are begun in one order and finished in the other, each by somebody else; its tasks."""
    await s.processes.deploy(bundle("parallel", body), actor="test")
    case = await s.start(TELLER, "parallel")
    people = [person(f"T10{n}", "teller") for n in range(4)]
    async with s.bank.db.read() as conn:
        tasks = await conn.fetch("SELECT * FROM user_task WHERE instance_id = $1 ORDER BY id", case)
    for who, task in zip(people, tasks, strict=False):
        s.clock.advance(timedelta(minutes=1))
        await s.processes.claim(who, task["id"], idempotency_key=f"c{task['id']}")
    for who, task in reversed(list(zip(people, tasks, strict=False))):
        s.clock.advance(timedelta(minutes=1))
        await s.processes.complete(who, task["id"], {}, version=2, idempotency_key=f"d{task['id']}")
    async with s.bank.db.read() as conn:
        return await conn.fetch("SELECT * FROM user_task WHERE instance_id = $1 ORDER BY id", case)


def expected(task: Record) -> list[tuple[str, Any, str]]:
    return [
        ("schedule", task["opened_at"], "system"), ("assign", task["claimed_at"], task["completed_by"]),
        ("complete", task["ended_at"], task["completed_by"]),
    ]  # fmt: skip


@pytest.mark.parametrize("body", [SIDE_BY_SIDE, MANY], ids=["two", "many"])
def test_what_belongs_to_one_task_has_one_instance_in_xes(demo: str, tmp_path: Path, body: str) -> None:
    async def story(s: Story) -> None:
        tasks = await work(s, body)
        log = await xes_of(s, "parallel", tmp_path)
        found: dict[str, list[tuple[str, Any, str]]] = defaultdict(list)
        for event in log["traces"][0]["events"]:
            seen = flat(event)
            if seen["concept:name"] in ("One", "Other", "Each"):
                at = moment(seen["time:timestamp"])
                found[seen["concept:instance"]].append(
                    (seen["lifecycle:transition"], at, seen["org:resource"])
                )
        assert sorted(found.values(), key=str) == sorted(map(expected, tasks), key=str)

    tell(demo, story)


@pytest.mark.parametrize("read_back", [json_of, sqlite_of])
@pytest.mark.parametrize("body", [SIDE_BY_SIDE, MANY], ids=["two", "many"])
def test_every_step_of_a_task_is_linked_to_it_in_ocel(
    demo: str, tmp_path: Path, body: str, read_back: Callable[[Story, Path], Awaitable[Any]]
) -> None:
    async def story(s: Story) -> None:
        tasks = await work(s, body)
        log = await read_back(s, tmp_path)
        for task in tasks:
            events = sorted(log["events"], key=lambda e: float(e["id"]))
            mine = [e for e in events if (object_id("task", task["id"]), "task") in relations(e)]
            assert [moment(e["time"]) for e in mine] == [at for _, at, _ in expected(task)]
            assert len({values(e)["instance"] for e in mine}) == 1

    tell(demo, story)


def test_events_from_before_have_no_instance_and_are_exported_all_the_same(demo: str, tmp_path: Path) -> None:
    async def story(s: Story) -> None:
        tasks = await work(s, SIDE_BY_SIDE)
        await s.bank.db.pool.execute(
            "ALTER TABLE event DISABLE TRIGGER event_append_only; UPDATE event SET token = NULL; "
            "ALTER TABLE event ENABLE TRIGGER event_append_only"
        )
        log = await xes_of(s, "parallel", tmp_path)
        assert all("concept:instance" not in flat(e) for e in log["traces"][0]["events"])
        log = await json_of(s, tmp_path)
        linked = [e for e in log["events"] if (object_id("task", tasks[0]["id"]), "task") in relations(e)]
        assert len(linked) == 3  # of different elements: the element alone tells them apart

    tell(demo, story)
