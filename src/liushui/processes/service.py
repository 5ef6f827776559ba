"""The bank's procedures as use cases: one function is one transaction, once per idempotency key."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from liushui.identity import audit, load_roles
from liushui.kernel.errors import Fault, Refused, refuse
from liushui.processes.registry import all_bindings, procedure_folders
from liushui.processes.services import Services, parameters_at
from liushui.store.database import UnitOfWork
from liushui.workflow import (
    Bundle,
    Cancelled,
    Case,
    Catalogue,
    Cause,
    Deployment,
    IncidentRetried,
    IncidentSkipped,
    Input,
    Person,
    Q,
    Runtime,
    Stale,
    Surroundings,
    background,
    deploy,
    parse_calendar,
    read_folder,
    without_secrets,
    worklist,
)


@cache
def load_calendars() -> Mapping[str, Any]:
    """Working time by name."""
    text = resources.files("liushui.processes").joinpath("calendars.yaml").read_text("utf-8")
    return {name: parse_calendar(name, body) for name, body in yaml.safe_load(text).items()}


class Processes:
    """Starts, works on, and looks after cases."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._clock = services.clock
        bindings = all_bindings(services)
        self.catalogue = Catalogue(services.db)
        self.runtime = Runtime(services.clock, self.catalogue, bindings, load_calendars(), parameters_at)
        self.offers = Surroundings(bindings.keys(), load_roles().keys(), load_calendars().keys())
        self.post = background.Post(self.runtime)

    async def deploy(self, bundle: Bundle, *, actor: str, release: bool = True) -> Deployment:
        """Check, store and release a procedure. Refuses all faults at once."""

        async def work(uow: UnitOfWork) -> Deployment:
            done = await deploy(uow, self._clock, bundle, self.offers, actor=actor, release=release)
            if done.new:
                await audit(uow, self._clock, actor=actor, action="process_deployed",
                            subject=f"{done.key} {done.version}", outcome="done")  # fmt: skip
            return done

        return await self._db.transact(work)

    async def deploy_house(self, *, actor: str) -> list[Deployment]:
        """Deploy every procedure that comes with the house; what is deployed already stays as it is."""
        return [await self.deploy(read_folder(folder), actor=actor) for folder in procedure_folders()]

    async def start(self, person: Person, key: str, given: Mapping[str, Any], *, idempotency_key: str) -> int:
        """Begin a case; return its number. Refusals: see ``Runtime.start``."""

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            return {"case": (await self.runtime.start(uow, key, given, person)).id}

        content = ("start", key, _content(given))
        result, _ = await self._db.once(idempotency_key, content, self._clock.now(), work)
        await background.run_jobs(self._db, self.runtime, case_id=result["case"], person=person)
        return result["case"]

    async def claim(self, person: Person, task: int, *, idempotency_key: str) -> int:
        return await self._task(
            "claim", task, idempotency_key, lambda uow: worklist.claim(self.runtime, uow, task, person)
        )

    async def release(self, person: Person, task: int, *, idempotency_key: str) -> int:
        return await self._task(
            "release", task, idempotency_key, lambda uow: worklist.release(self.runtime, uow, task, person)
        )

    async def delegate(self, person: Person, task: int, to: Person, *, idempotency_key: str) -> int:
        return await self._task(
            f"delegate {to.number}", task, idempotency_key,
            lambda uow: worklist.delegate(self.runtime, uow, task, person, to),
        )  # fmt: skip

    async def complete(
        self, person: Person, task: int, given: Mapping[str, Any], *, version: int, idempotency_key: str
    ) -> int:
        """Do a task; return its case. Refusals: see ``worklist``."""

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            case = await worklist.complete(self.runtime, uow, task, person, given, version=version)
            return {"case": case.id}

        content = ("complete", task, version, _content(given))
        result, _ = await self._db.once(idempotency_key, content, self._clock.now(), work)
        await background.run_jobs(self._db, self.runtime, case_id=result["case"], person=person)
        return result["case"]

    async def save_draft(self, person: Person, task: int, given: Mapping[str, Any]) -> None:
        await self._db.transact(lambda uow: worklist.save_draft(self.runtime, uow, task, person, given))

    async def comment(self, person: Person, task: int, text: str, *, idempotency_key: str) -> int:
        return await self._task(
            f"comment {_content({'text': text})}", task, idempotency_key,
            lambda uow: worklist.comment(self.runtime, uow, task, person, text),
        )  # fmt: skip

    async def cancel(self, person: Person, case_id: int, reason: str, *, idempotency_key: str) -> None:
        """Give a whole case up. Refuses ``case_unknown`` and ``case_ended``."""
        await self._settle_case(person, case_id, Cancelled(reason), "case_cancelled", reason, idempotency_key)

    async def settle_incident(
        self, person: Person, incident: int, how: str, note: str, variables: Mapping[str, Any], *,
        idempotency_key: str,
    ) -> None:  # fmt: skip
        """Retry an element that stopped, skip it as if it had given ``variables``, or cancel its case. Refuses
        ``incident_unknown`` and ``incident_cleared``."""

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            row = await uow.conn.fetchrow(Q.incident, incident)
            if row is None:
                raise refuse("incident_unknown", incident=incident)
            number: int = row["incident"]
            given: Input = {
                "retry": IncidentRetried(number), "skip": IncidentSkipped(number, variables),
                "cancel": Cancelled(note),
            }[how]  # fmt: skip
            await self._input(
                uow, row["instance_id"], given, Cause(person, how=how, note=note), "incident_cleared"
            )
            await audit(uow, self._clock, actor=person.number, action=f"incident_{how}",
                        subject=str(row["instance_id"]), outcome=note[:200])  # fmt: skip
            return {"case": row["instance_id"]}

        content = ("incident", incident, how, note, _content(variables))
        result, _ = await self._db.once(idempotency_key, content, self._clock.now(), work)
        await background.run_jobs(self._db, self.runtime, case_id=result["case"], person=person)

    async def work(self) -> int:
        """One round of what runs without a person; return how much was done."""
        done = await background.fire_timers(self._db, self.runtime)
        done += await background.run_jobs(self._db, self.runtime)
        return done + await background.warn_of_service_levels(self._db, self.runtime)

    async def _settle_case(
        self, person: Person, case_id: int, given: Input, action: str, note: str, key: str
    ) -> None:
        async def work(uow: UnitOfWork) -> dict[str, Any]:
            await self._input(uow, case_id, given, Cause(person, how=action, note=note), "case_ended")
            await audit(uow, self._clock, actor=person.number, action=action, subject=str(case_id),
                        outcome=note[:200])  # fmt: skip
            return {}

        await self._db.once(key, (action, case_id, note), self._clock.now(), work)

    async def _input(self, uow: UnitOfWork, case_id: int, given: Input, cause: Cause, late: str) -> Case:
        case = await self.runtime.lock(uow.conn, case_id)
        if case is None:
            raise refuse("case_unknown", case=case_id)
        try:
            await self.runtime.input(uow, case, given, cause, background=True)
        except Stale:
            raise Refused(Fault(late, {"case": case_id})) from None
        return case

    async def _task(
        self, what: str, task: int, key: str, change: Callable[[UnitOfWork], Awaitable[int]]
    ) -> int:
        async def work(uow: UnitOfWork) -> dict[str, Any]:
            return {"number": await change(uow)}

        return (await self._db.once(key, (what, task), self._clock.now(), work))[0]["number"]


def _content(given: Mapping[str, Any]) -> str:
    return json.dumps(without_secrets(given), ensure_ascii=False, sort_keys=True, default=str)
