"""kill -9 between any two steps of cases: no task lost, doubled or orphaned, no journal without its case."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from liushui.demo import demo_data
from tests.faults.running import RunningBank, running_bank

ACCOUNT = "0001010000000016"
CLIENTS, CASES = 4, 6


async def deposit(bank: RunningBank, name: str) -> int:
    """One large deposit from the counter to the supervisor, each step asked for until it is answered."""
    async with bank.client() as http:
        form = {"account": ACCOUNT, "amount": "60000.00", "denominations": {"10000": 600}}
        begun = await bank.ask(
            http, "T0001", "POST", "/v1/processes/cash_deposit/cases", name, {"form": form}
        )
        case = begun["case"]
        for staff, element, filled in (
            ("T0001", "VerifyIdentity", {"document_type": "id_card", "document_checked": True}),
            ("S0001", "Authorise", {"decision": "approve"}),
        ):
            shown = await bank.ask(http, staff, "GET", f"/v1/cases/{case}")
            task = next(t["task"] for t in shown["tasks"] if t["element"] == element)
            seen = await bank.ask(http, staff, "POST", f"/v1/tasks/{task}/claim", f"{name}:{element}")
            await bank.ask(http, staff, "POST", f"/v1/tasks/{task}/completion", f"{name}:{element}",
                           {"version": seen["version"], "form": filled})  # fmt: skip
            await asyncio.sleep(bank.chance.random() * 0.1)
    return case


@pytest.mark.timeout(180)
def test_every_case_is_done_once_whatever_is_killed_between_its_steps(tmp_path: Path) -> None:
    async def story(bank: RunningBank) -> list[int]:
        async with bank.client() as http:
            await bank.wait_until_open(http)
            form = {"till": "0001-T01", "denominations": demo_data()["till"]}
            signed = await bank.ask(
                http, "T0001", "POST", "/v1/processes/till_sign_in/cases", "in", {"form": form}
            )
            assert signed["status"] == "completed"

        async def client(number: int) -> list[int]:
            return [await deposit(bank, f"{number}-{n}") for n in range(CASES)]

        done = await asyncio.gather(
            bank.kill("web", "database", "work", "web", "database"), *(client(n) for n in range(CLIENTS))
        )
        async with bank.client() as http:
            await bank.wait_until_open(http)  # the last kill may have come after the last answer
        return [case for cases in done[1:] for case in cases or ()]

    with running_bank(tmp_path) as bank:
        cases = asyncio.run(story(bank))
        assert len(set(cases)) == CLIENTS * CASES
        asyncio.run(each_is_whole(bank.server.dsn(), cases))
        bank.verify()


async def each_is_whole(dsn: str, cases: list[int]) -> None:
    conn = await asyncpg.connect(dsn)
    instances = await conn.fetch(
        "SELECT i.id, i.status FROM process_instance i JOIN process_definition d ON d.id = i.definition_id "
        "WHERE d.key = 'cash_deposit'"
    )
    assert {row["id"]: row["status"] for row in instances} == dict.fromkeys(cases, "completed")
    tasks = await conn.fetch("SELECT instance_id, element, state FROM user_task")
    assert Counter((t["element"], t["state"]) for t in tasks) == {
        ("VerifyIdentity", "completed"): len(cases), ("Authorise", "completed"): len(cases)}  # fmt: skip
    journals = await conn.fetch(
        "SELECT process_instance FROM journal WHERE code = 'DEP01' AND channel = 'counter'"
    )
    assert Counter(int(j["process_instance"]) for j in journals) == Counter(cases)
    posted = await conn.fetch(
        "SELECT case_id, count(*) AS n FROM event WHERE element = 'Post' AND lifecycle = 'completed' GROUP BY case_id")  # fmt: skip
    assert {row["case_id"]: row["n"] for row in posted} == dict.fromkeys(cases, 1)
    await conn.close()
