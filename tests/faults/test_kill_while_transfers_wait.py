"""kill -9 while transfers wait: held for a day or until the morning, under review, or for the customer to confirm.
They are begun, cancelled, fall due and are executed while web process, worker and database die at random moments: no task
is lost, doubled or orphaned, money moves once or not at all, and no reservation outlives its transfer."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from liushui.bank import open_bank
from liushui.kernel.clock import SystemClock
from liushui.store.vault import Vault, read_key
from tests.faults.running import RunningBank, running_bank
from tests.faults.waiting import LI, ZHANG, Clients, check

ROUNDS = 4
SETTLES_WITHIN_S = 20


async def waits_at_the_counter(c: Clients, n: int) -> None:
    """Held until the morning or for two hours: some are cancelled by the payer, some by a supervisor, the rest fall due."""
    for index, execution in enumerate(("next_day", "normal", "next_day", "normal")):
        case = await c.counter(f"c-{n}-{index}", f"{index + 1}.{n:02d}", execution)
        await asyncio.sleep(c.running.chance.random() * 0.3)
        if index == 1:
            await c.cancel(f"cc-{n}", case)
        if index == 2:
            await c.give_up(f"cg-{n}", case)


async def waits_for_review(c: Clients, n: int) -> None:
    """Large ones: approved at once or for the morning, rejected, cancelled in review, or left alone."""
    for index, execution in enumerate(("realtime", "next_day", "realtime", "normal", "realtime")):
        case = await c.counter(f"r-{n}-{index}", f"500000.{index}{n}", execution)
        await asyncio.sleep(c.running.chance.random() * 0.2)
        decision = {"decision": "reject", "decision_reason": "no"} if index == 2 else {"decision": "approve"}
        if index == 4:
            c.asked[case].left_alone = True
        elif index == 3:
            await asyncio.gather(
                c.cancel(f"rc-{n}", case), c.do(f"rd-{n}-3", "S0001", case, "Review", decision)
            )
        else:
            await c.do(f"rd-{n}-{index}", "S0001", case, "Review", decision)


async def waits_at_the_cash_machine(c: Clients, n: int) -> None:
    """To others after a day, whatever was chosen; so many within an hour are reviewed before."""
    for index in range(3):
        case = await c.customer(f"a-{n}-{index}", f"10.{index}{n}", "atm", ZHANG, LI)
        await c.do(f"av-{n}-{index}", "S0001", case, "Review", {"decision": "approve"})
        await asyncio.sleep(c.running.chance.random() * 0.3)
        if index == 1:
            await c.cancel(f"ac-{n}", case)


async def waits_for_the_customer(c: Clients, n: int, code: str) -> None:
    """To a new payee a one-time password: one given right, one wrong and then out of time, one cancelled. What is proven is
    reviewed where the rule asks for it."""
    for index in range(3):
        case = await c.customer(f"o-{n}-{index}", f"6000.{index}{n}", "online", LI, ZHANG)
        await asyncio.sleep(c.running.chance.random() * 0.2)
        if index == 2:
            await c.cancel(f"oc-{n}", case)
        else:
            given = code if index == 0 else "000000"
            await c.confirm(f"od-{n}-{index}", case, "Confirm", {"one_time_password": given})
            await c.do(f"ov-{n}-{index}", "S0001", case, "Review", {"decision": "approve"})


async def begin_and_kill(c: Clients, code: str) -> None:
    over = asyncio.Event()

    async def time() -> None:
        while not over.is_set():
            await asyncio.sleep(0.2)
            await c.let_time_come(0.15)

    async def clients(n: int) -> None:
        await asyncio.gather(
            waits_at_the_counter(c, n), waits_for_review(c, n), waits_at_the_cash_machine(c, n),
            waits_for_the_customer(c, n, code),
        )  # fmt: skip

    async def everybody() -> None:
        for n in range(ROUNDS):
            await clients(n)
        over.set()

    await asyncio.gather(
        c.running.kill("web", "work", "database", "work", "web", "database", "work"), everybody(), time()
    )


async def settle(c: Clients) -> None:
    """Their time comes for all that still wait; the last worker may have been killed with the last of them."""
    await c.running.wait_until_open(c.http)
    for _ in range(SETTLES_WITHIN_S * 5):
        await c.let_time_come()
        waiting = await c.machines.db.pool.fetchval(
            "SELECT (SELECT count(*) FROM process_timer) + (SELECT count(*) FROM hold WHERE resolved_by IS NULL) "
            "+ (SELECT count(*) FROM process_instance WHERE ended_at IS NULL AND id <> ALL ($1::bigint[]))",
            [case for case, asked in c.asked.items() if asked.left_alone],
        )
        if waiting == 0:
            return
        await asyncio.sleep(0.2)
    left = await c.machines.db.pool.fetch(
        "SELECT i.id, i.status, array_agg(e.element || ' ' || e.lifecycle ORDER BY e.id) AS way FROM process_instance i "
        "JOIN event e ON e.case_id = i.id WHERE i.ended_at IS NULL GROUP BY i.id"
    )
    raise AssertionError(
        "\n".join(f"{r['id']} {r['status']} {c.asked.get(r['id'])} {r['way'][-4:]}" for r in left)
    )


@pytest.mark.timeout(180)
def test_what_waits_is_executed_once_or_given_back_whatever_is_killed(tmp_path: Path) -> None:
    async def story(running: RunningBank) -> Counter[str]:
        async with running.client() as http:
            await running.wait_until_open(http)
            vault = Vault(read_key(running.folder / "secrets.key"))
            async with open_bank(running.server.dsn(), SystemClock(), vault=vault) as machines:
                clients = Clients(running, machines, http)
                code = await clients.prepare()
                await begin_and_kill(clients, code())
                await settle(clients)
        conn = await asyncpg.connect(running.server.dsn())
        fates = await check(conn, clients.asked)
        await conn.close()
        return fates

    with running_bank(tmp_path) as running:
        fates = asyncio.run(story(running))
        assert sum(fates.values()) == ROUNDS * (4 + 5 + 3 + 3)
        assert fates["waits"] == ROUNDS
        # Who is quicker is chance, but neither side wins all of it.
        assert {"ExecutedDone", "Done", "Cancelled", "Rejected"} <= fates.keys()
        running.verify()
