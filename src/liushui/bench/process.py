"""Processes: what a case costs. Straight-through against the bare posting, the engine against SpiffWorkflow.

The first is measured on an embedded server, in turns (bare, process, bare, process …), so that both see the same
machine; the others are one process's CPU.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from liushui.accounting import open_internal_accounts
from liushui.bank import Bank, open_bank
from liushui.bench.load import drive, figure_as_text
from liushui.bench.posting import Q
from liushui.bench.spiff import Peer, spiff
from liushui.identity import open_branch
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Post
from liushui.store.database import UnitOfWork
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import migrate
from liushui.workflow import Person, State, TaskCompleted, TaskOpened, advance, read, start
from liushui.workflow.case import expression_of
from liushui.workflow.decisions import load

ACCOUNTS = 20_000
CLIENTS = 1_000
TURNS = 4
ROUNDS = 300
NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
DATA: dict[str, Any] = {
    "amount": 30_000_000,
    "missing": 0,
    "approved": 1,
    "customer": "00000000017",
    "term": 36,
}


def measure(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures of the process layer, with the peer of each."""
    bpmn = resources.files("liushui.bench").joinpath("loan.bpmn").read_bytes()
    result: dict[str, Any] = {"straight_through": _straight_through(seconds, say)}
    result |= _engine(bpmn, say)
    result["decision_us"] = _decision()
    result["state_bytes"] = _state_size(bpmn)
    return result


def report_as_text(result: dict[str, Any]) -> str:
    through = result["straight_through"]
    lines = [f"{name}: {figure_as_text(f)}" for name, f in through["figures"].items()]
    lines.append(f"straight through / bare posting: {through['ratio']:.2f} (median of {TURNS} turns)")
    for what in ("user_task_ms", "start_ms"):
        ours, theirs = result[what]["liushui"], result[what]["spiffworkflow"]
        peer = "SpiffWorkflow is not installed" if theirs is None else f"{theirs:.3f} SpiffWorkflow"
        ratio = "" if theirs is None else f", {theirs / ours:.1f} times faster"
        lines.append(f"{what}: {ours:.3f} Liushui, {peer}{ratio}")
    d, s = result["decision_us"], result["state_bytes"]
    lines.append(f"decision of 12 rules: {d['liushui']:.1f} us, by zen-engine's own node {d['zen']:.1f} us")
    lines.append(f"state after 1 round {s['after_1']} bytes, after 100 rounds {s['after_100']} bytes")
    return "\n".join(lines)


def _straight_through(seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="liushui-bench-") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            return asyncio.run(_turns(server.dsn(), seconds, say))
        finally:
            server.stop("immediate")


async def _turns(dsn: str, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    await migrate(dsn)
    async with open_bank(dsn, SystemClock()) as bank:
        await bank.db.transact(lambda uow: _found(bank, uow))
        await bank.processes.deploy_house(actor="bench")
        async with bank.db.pool.acquire() as conn:
            await conn.execute("VACUUM ANALYZE")
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        person = Person("M0001", frozenset({"service"}), 1, "open_api")
        payments = bank.payments

        async def bare(payer: str, payee: str, key: str) -> None:
            lines = await payments.lines(payer, payee, 100, "CNY")
            await bank.ledger.submit(Post(Header(key, payments.transfer_code, 1, "M0001", "open_api"), lines))

        async def process(payer: str, payee: str, key: str) -> None:
            given = {"payer": payer, "payee": payee, "amount": 100, "currency": "CNY"}
            await bank.processes.run(person, "transfer", given, idempotency_key=key)

        # Every account once, so that neither is measured while it learns where they are.
        await asyncio.gather(*(bare(_number(n), _number(n + 1), f"first-{n}") for n in range(1, ACCOUNTS, 2)))
        runs: dict[str, list[dict[str, float]]] = {"bare posting": [], "straight-through process": []}
        for turn in range(TURNS + 1):
            for name, work in (("bare posting", bare), ("straight-through process", process)):
                figure = await _load(work, f"{name}-{turn}", max(1, seconds // 2))
                if turn:  # the first warms up
                    runs[name].append(figure)
                    say(f"{name}: {figure['rate']:.0f}/s")
    ratios = [p["rate"] / b["rate"] for b, p in zip(*runs.values(), strict=True)]
    figures = {
        name: {key: statistics.median(f[key] for f in found) for key in found[0]}
        for name, found in runs.items()
    }
    return {"figures": figures, "ratio": statistics.median(ratios)}


async def _found(bank: Bank, uow: UnitOfWork) -> None:
    day = date(2026, 1, 5)
    await uow.start_books(day)
    branch = await open_branch(uow, code="0001", name_zh="0001", name_en="0001", opened_on=day)
    await open_internal_accounts(uow, bank.ledger, branch_id=branch.id, branch_code="0001", currency="CNY")
    await uow.conn.execute(Q.fill_accounts, ACCOUNTS)
    await uow.conn.execute(Q.fill_balances)


async def _load(
    work: Callable[[str, str, str], Awaitable[None]], prefix: str, seconds: int
) -> dict[str, float]:
    chance = random.Random(prefix)  # noqa: S311 - a workload, not a secret
    count = 0

    async def ask(_: int) -> bool:
        nonlocal count
        count += 1
        payer, payee = chance.sample(range(1, ACCOUNTS + 1), 2)
        try:
            await work(_number(payer), _number(payee), f"{prefix}-{count:012d}")
        except Refused:
            return False
        return True

    return (await drive(CLIENTS, seconds, ask)).figure()


def _number(account: int) -> str:
    return f"B{account:06d}"


class _Plain:
    """The environment of the engine without a bank."""

    def evaluate(self, expression: str, variables: Any) -> Any:
        return expression_of(expression).evaluate(variables)

    def decide(self, decision: str, variables: Any) -> Any:
        raise AssertionError("the model has no decision tables")

    def due(self, moment: datetime, duration: str, calendar: str | None) -> datetime:
        raise AssertionError("the model has no timers")


def _engine(bpmn: bytes, say: Callable[[str], None]) -> dict[str, Any]:
    (definition,) = read(bpmn)
    env, peer = _Plain(), spiff(bpmn, "loan")
    logging.getLogger("spiff").setLevel(logging.WARNING)  # it would measure its log

    def begin() -> tuple[str, int]:
        step = start(definition, variables=DATA, now=NOW, env=env)
        return step.state.to_json(), _open(step.effects)

    def go_on(saved: str, token: int) -> tuple[str, int]:
        state = State.from_json(saved)
        step = advance(definition, state, TaskCompleted(token, {"done": 1}), now=NOW, env=env)
        return step.state.to_json(), _open(step.effects)

    def case() -> float:
        saved, token = begin()
        began = time.process_time()
        tasks = 0
        while token:
            saved, token = go_on(saved, token)
            tasks += 1
        return (time.process_time() - began) / tasks

    figures = {
        "user_task_ms": {
            "liushui": _median_ms(case),
            "spiffworkflow": peer and _median_ms(lambda: _their_case(peer)),
        },
        "start_ms": {
            "liushui": _median_ms(lambda: _timed(begin)),
            "spiffworkflow": peer and _median_ms(lambda: _timed(lambda: peer.start(DATA))),
        },
    }
    say(json.dumps(figures))
    return figures


def _open(effects: Any) -> int:
    return next((e.token for e in reversed(effects) if isinstance(e, TaskOpened)), 0)


def _their_case(peer: Peer) -> float:
    saved = peer.start(DATA)
    began = time.process_time()
    for _ in range(6):  # Apply, Check, Underwrite, Approve, Contract, Disburse
        saved = peer.step(saved, {"done": 1})
    return (time.process_time() - began) / 6


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _median_ms(work: Callable[[], float]) -> float:
    for _ in range(20):
        work()
    return statistics.median(work() for _ in range(ROUNDS)) * 1000


def _decision() -> dict[str, float]:
    import zen

    rules = [{"_id": f"r{n}", "amount": f"< {n * 1_000_000}", "channel": '"counter"', "approver": f'"level {n}"'}
             for n in range(1, 13)]  # fmt: skip
    columns = [{"id": name, "name": name, "field": name} for name in ("amount", "channel")]
    outputs = [{"id": "approver", "name": "approver", "field": "approver"}]
    table = {"hitPolicy": "first", "inputs": columns, "outputs": outputs, "rules": rules}
    content = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    asked = {"amount": 11_500_000, "channel": "counter"}
    ours = load("bench", content)
    theirs: Any = zen.ZenEngine().create_decision(json.dumps(content))
    assert ours.decide(asked).result == theirs.evaluate(asked)["result"]
    return {"liushui": _each_us(lambda: ours.decide(asked)), "zen": _each_us(lambda: theirs.evaluate(asked))}


def _each_us(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(20):
        began = time.process_time()
        for _ in range(200):
            work()
        times.append((time.process_time() - began) / 200)
    return statistics.median(times) * 1e6


def _state_size(bpmn: bytes) -> dict[str, int]:
    (definition,) = read(bpmn)
    env = _Plain()
    step = start(definition, variables=DATA | {"missing": 1}, now=NOW, env=env)
    sizes: list[int] = []
    for _ in range(1 + 2 * 100):  # Apply once, then Check and Underwrite round and round
        given = TaskCompleted(_open(step.effects), {"done": 1})
        step = advance(definition, step.state, given, now=NOW, env=env)
        sizes.append(len(step.state.to_json()))
    return {"after_1": sizes[2], "after_100": sizes[200]}
