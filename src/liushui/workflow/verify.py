"""What ``liushui verify`` proves of processes: every journal that a case made has its evidence, every posting event its
journal, and everything that a running case waits for is there, once, and nothing else."""

from __future__ import annotations

from asyncpg import Record

from liushui.kernel.errors import Fault
from liushui.store.database import PoolConnection
from liushui.store.given import NOTHING, Given
from liushui.workflow.catalogue import Catalogue, Deployed, Q
from liushui.workflow.definition import PEOPLE, Kind
from liushui.workflow.state import WAIT, State

DIFFERENCES_MAX = 20
PAGE = 500


async def verify_processes(conn: PoolConnection, catalogue: Catalogue, given: Given = NOTHING) -> list[Fault]:
    """The first differences of every kind; empty where all holds. conn: a transaction that sees one moment. given: only
    later postings, events, and cases that run or have ended since."""
    checks = (
        ("verify_case_missing", Q.verify_case_of_journal, (given.journal, given.event)),
        ("verify_posting_missing", Q.verify_posting_of_event, (given.journal, given.event)),
        ("verify_path_missing", Q.verify_path_of_event, (given.event,)),
        ("verify_case_not_over", Q.verify_ended, (given.at,)),
    )
    faults: list[Fault] = []
    for code, sql, since in checks:
        faults += [Fault(code, dict(row)) for row in await conn.fetch(sql, DIFFERENCES_MAX, *since)]
    after = 0
    while rows := await conn.fetch(Q.verify_running, after, PAGE):
        for row in rows:
            deployed = await catalogue.by_id(conn, row["definition_id"])
            if (difference := _difference(row, deployed)) is not None:
                faults.append(Fault("verify_case_differs", {"case": row["id"], "what": difference}))
        if len(faults) >= DIFFERENCES_MAX:
            break
        after = rows[-1]["id"]
    return faults


def _difference(row: Record, deployed: Deployed) -> str | None:
    """What of a case does not agree with the engine's state: tasks, jobs, timers or subscriptions."""
    state = State.from_json(row["state"])
    tasks: list[int] = []
    jobs: list[int] = []
    retrying = {wait.token for wait in state.waits.values() if wait.kind == "retry"}
    for token in state.tokens.values():
        if token.phase != WAIT:
            continue
        kind = deployed.element(token.element, state.path_of(token.id)).kind
        if kind in PEOPLE:
            tasks.append(token.id)
        elif kind in (Kind.SERVICE, Kind.SEND) and token.id not in retrying:
            jobs.append(token.id)
    expected = {
        "tasks": sorted(tasks),
        "jobs": sorted(jobs),
        "timers": sorted(w.id for w in state.waits.values() if w.kind in ("timer", "retry")),
        "subscriptions": sorted(w.id for w in state.waits.values() if w.kind in ("message", "signal")),
    }
    return next((what for what, numbers in expected.items() if list(row[what]) != numbers), None)
