"""Moving running cases to another version of their process: first as a dry run, then for real, case by case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.workflow.case import Happening
from liushui.workflow.catalogue import Deployed, Q
from liushui.workflow.engine import Step
from liushui.workflow.migration import Move, apply_migration, plan_migration
from liushui.workflow.people import Person
from liushui.workflow.runtime import Cause, Runtime
from liushui.workflow.state import State

PAGE = 500


@dataclass(frozen=True, slots=True)
class CasePlan:
    """What a move would do to one case: where each token would stand, and what blocks it."""

    case: int
    moves: tuple[Move, ...]

    @property
    def blockers(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.blocker is not None)


async def dry_run(
    conn: PoolConnection, old: Deployed, new: Deployed, mapping: Mapping[str, str]
) -> AsyncIterator[CasePlan]:
    """The plan of every running case of a version, in the order of their numbers. mapping: element ids that differ."""
    after = 0
    while rows := await conn.fetch(Q.running_of_definition, old.id, after, PAGE):
        for row in rows:
            plan = plan_migration(old.definition, new.definition, State.from_json(row["state"]), mapping)
            yield CasePlan(row["id"], plan.moves)
        after = rows[-1]["id"]


async def move_case(
    rt: Runtime, uow: UnitOfWork, case_id: int, new: Deployed, mapping: Mapping[str, str], person: Person
) -> None:
    """Move one case. Refuses ``case_unknown``, ``case_ended``, and ``migration_blocked`` for every token that is."""
    case = await rt.lock(uow.conn, case_id)
    if case is None:
        raise refuse("case_unknown", case=case_id)
    if case.state.ended is not None:
        raise refuse("case_ended", case=case_id)
    now, old = rt.clock.now(), case.deployed
    plan = plan_migration(old.definition, new.definition, case.state, mapping)
    raise_if_any(
        [Fault("migration_blocked", {"element": b.element, "reason": b.blocker}) for b in plan.blockers]
    )
    case.deployed = new
    env = rt.environment(case, now)
    state, effects = apply_migration(old.definition, new.definition, case.state, plan, now=now, env=env)
    await uow.conn.execute(Q.rebind_instance, case_id, new.id)
    for move in plan.moves:
        if move.to is not None and move.to != move.element:
            await uow.conn.execute(Q.rename_task, case_id, move.token, move.to)
    moved = Happening(
        "process_migrated",
        None,
        None,
        resource=person.number,
        payload={"from": old.version, "to": new.version},
    )
    await rt.write_happenings(uow, case, [moved], now)
    await rt.settle(uow, case, Step(state, effects), now, Cause(person), new=False, background=True)
