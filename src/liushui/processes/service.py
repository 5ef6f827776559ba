"""The bank's procedures as use cases: one function is one transaction, once per idempotency key."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from liushui.identity import audit, load_roles
from liushui.kernel.clock import bank_day, end_of, midnight, monotonic_s
from liushui.kernel.errors import Fault, Refused, refuse
from liushui.kernel.text import is_storable
from liushui.ledger import Posted, answer_of
from liushui.processes.registry import all_bindings, procedure_folders
from liushui.processes.services import Services, load_calendars
from liushui.risk import effective
from liushui.store.database import UnitOfWork
from liushui.store.shared_lookup import SharedLookup
from liushui.workflow import (
    Bundle,
    Cancelled,
    Case,
    Catalogue,
    Cause,
    Context,
    Deployed,
    Deployment,
    IncidentRetried,
    IncidentSkipped,
    Input,
    Person,
    Q,
    Reached,
    Runtime,
    Stale,
    StepEnvironment,
    StraightThrough,
    Surroundings,
    Ways,
    background,
    deploy,
    may_start,
    moving,
    read_folder,
    refuse_unfit,
    without_secrets,
    worklist,
)

POSTED = "posted"
REMEMBER_RELEASE_S = 1.0
NOT_THE_CASES_FAULT = frozenset({"busy", "database_unavailable", "database_full", "key_reused"})
"""Refusals that say nothing about the case: it may be asked for again."""


class Done(NamedTuple):
    """A task that was done. shown_once: what nobody is shown again."""

    case: int
    shown_once: Mapping[str, str]


class Parameters:
    """The bank's parameters on the day of a moment, by the bank's own time zone. The day is worked out once a day."""

    def __init__(self) -> None:
        self._from = self._to = datetime.min.replace(tzinfo=UTC)
        self._values: Mapping[str, Any] = {}

    def __call__(self, moment: datetime) -> Mapping[str, Any]:
        if not self._from <= moment < self._to:
            day = bank_day(moment)
            self._from, self._to = midnight(day), end_of(day)
            self._values = effective(day)
        return self._values


class CaseRefused(Refused):
    """A refusal that a case has ended with. on_record: the case has a record of its own, which holds the code; one that went
    straight through is an event and no more."""

    def __init__(self, *faults: Fault, on_record: bool) -> None:
        self.on_record = on_record
        super().__init__(*faults)


class _PostedBefore(Exception):  # noqa: N818 - no error: it undoes what a repetition has begun
    """The key's first answer."""

    def __init__(self, posted: Posted) -> None:
        self.posted = posted
        super().__init__(posted.journal_id)


class Processes:
    """Starts, works on, and looks after cases."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._clock = services.clock
        bindings = all_bindings(services)
        self.catalogue = Catalogue(services.db)
        self.runtime = Runtime(
            services.db, services.clock, self.catalogue, bindings, load_calendars(), Parameters()
        )
        self.offers = Surroundings(bindings.keys(), load_roles().keys(), load_calendars().keys())
        self.post = background.Post(self.runtime)
        self._ledger = services.ledger
        self._ways = Ways(services.db)
        self._releases = SharedLookup(self._read_releases)
        self._walks: dict[str, tuple[float, StraightThrough]] = {}

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

    async def run(
        self, person: Person, key: str, variables: Mapping[str, Any], *, idempotency_key: str
    ) -> Posted | int:
        """Run a case straight through where its model lets it, and return what was booked; otherwise begin it and
        return its number. variables: checked by the caller, as the start form would give them.

        Refuses like ``start``, and whatever the ledger refuses: a refusal that the model catches leaves a case that
        went the error path, and is refused all the same (``CaseRefused``); and ``variable_unfit``.
        """
        refuse_unfit(variables)
        remembered = self._walks.get(key)
        if remembered is not None and remembered[0] > monotonic_s():
            walk = remembered[1]
        else:
            walk = await self._released_walk(key)
        may_start(walk.deployed.definition, person, key)
        now = self._clock.now()
        case_id = self.runtime.numbers.at_hand() or await self.runtime.numbers.next()
        extra = self.runtime.facts(case_id, person.number, person.channel, person.branch_id, now)
        reached = walk.reach(variables, extra)
        path = None if reached is None else walk.numbers.get(reached.choices)
        if reached is not None and path is None:
            path = await self._number_of_way(walk, reached, variables, extra)
        if reached is None or path is None:
            return await self._start_checked(person, walk.deployed, variables, idempotency_key)
        request = self.runtime.bindings[reached.binding].request
        assert request is not None
        context = Context(
            None, idempotency_key, case_id, reached.element, 1, variables, person.number, person.branch_id,
            person.channel, now, person, {}, path,
        )  # fmt: skip
        try:
            return await self._ledger.submit(await request(context))
        except Refused as refused:
            # Limits are counted in a step of the engine; a key used before may have begun a case there.
            if refused.code in ("limits_apply", "key_reused"):
                return await self._start_checked(person, walk.deployed, variables, idempotency_key)
            caught = walk.way(reached, variables, extra, refused=refused.code)
            if caught is not None and refused.code not in NOT_THE_CASES_FAULT:
                path = await self._ways.number(walk.deployed, caught, refused.code)
                await self._db.transact(lambda uow: self._record_refused(uow, case_id, person, path))
                raise CaseRefused(*refused.faults, on_record=False) from refused
            raise

    async def _number_of_way(
        self, walk: StraightThrough, reached: Reached, variables: Mapping[str, Any], extra: Mapping[str, Any]
    ) -> int | None:
        """The number of a way that is taken for the first time; None where the case does not go straight through."""
        way = walk.way(reached, variables, extra)
        if way is None or self.runtime.bindings[reached.binding].request is None:
            return None
        number = await self._ways.number(walk.deployed, way, POSTED)
        walk.numbers[reached.choices] = number
        return number

    async def _record_refused(self, uow: UnitOfWork, case_id: int, person: Person, path: int) -> None:
        await uow.head()
        await uow.conn.execute(
            Q.insert_straight_case,
            self._clock.now(),
            case_id,
            person.number,
            person.channel,
            person.branch_id,
            path,
        )

    async def _start_checked(
        self, person: Person, deployed: Deployed, variables: Mapping[str, Any], key: str
    ) -> Posted | int:
        """Begin the case in the engine. One that is over at once is answered as if it had gone straight through: by
        what was booked, or by what was refused, though the case stays. A key that has posted straight through before,
        when the model let it, is answered by what it posted then."""

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            await self._refuse_posted(uow, person, variables, key)
            case = await self.runtime.begin(uow, deployed, variables, person)
            await uow.head()  # from here on nobody posts; somebody may have since we looked
            await self._refuse_posted(uow, person, variables, key)
            left: Mapping[str, Any] = case.state.variables if case.ended_at is not None else {}
            return {"case": case.id, "journal": left.get("journal"), "fault": left.get("fault")}

        content = ("start", deployed.key, _content(variables))
        try:
            result, replayed = await self._db.once(key, content, self._clock.now(), work)
        except _PostedBefore as before:
            return before.posted
        await background.run_jobs(self._db, self.runtime, case_id=result["case"], person=person)
        journal, fault = result.get("journal"), result.get("fault")
        if journal is not None:
            async with self._db.read() as conn:
                return (await answer_of(conn, journal))._replace(replayed=replayed)
        if fault is not None:
            raise CaseRefused(Fault(fault["code"], fault["params"]), on_record=True)
        return result["case"]

    async def _refuse_posted(
        self, uow: UnitOfWork, person: Person, variables: Mapping[str, Any], key: str
    ) -> None:
        """Raise ``_PostedBefore`` where the key has made a journal straight through for the same request, as the model
        of that time would ask for it. Refuses ``key_reused`` where it has made another."""
        row = await uow.conn.fetchrow(Q.posting_of_key, key)
        if row is None:
            return
        if row["definition_id"] is None:
            raise refuse("key_reused")
        then = await self.catalogue.by_id(uow.conn, row["definition_id"])
        request = self.runtime.bindings[then.element(row["element"], ()).binding or ""].request
        context = Context(
            None, key, row["case_id"], row["element"], 1, variables, person.number, person.branch_id,
            person.channel, self._clock.now(), person,
        )  # fmt: skip
        if request is None or (await request(context)).digest != row["digest"]:
            raise refuse("key_reused")
        raise _PostedBefore(await answer_of(uow.conn, row["id"]))

    async def _released_walk(self, key: str) -> StraightThrough:
        """The released version as a walk; what is released is asked again every second, once for all who want it."""
        deployed = await self._releases.get(key)
        if deployed is None:
            raise refuse("process_unknown", process=key[:60] if is_storable(key) else "?")
        known = self._walks.get(key)
        walk = known[1] if known is not None and known[1].deployed is deployed else StraightThrough(deployed)
        self._walks[key] = (monotonic_s() + REMEMBER_RELEASE_S, walk)
        return walk

    async def _read_releases(self, keys: list[str]) -> Mapping[str, Deployed]:
        found: dict[str, Deployed] = {}
        async with self._db.look_up() as conn:
            for key in keys:
                with suppress(Refused):  # process_unknown, told to whoever asked
                    found[key] = await self.catalogue.released(conn, key)
        return found

    async def decider(
        self, key: str, person: Person
    ) -> Callable[[str, Mapping[str, Any]], Mapping[str, Any]]:
        """The decisions of a released process, to be asked without a case, as this person on this channel would be told.
        Refuses ``process_unknown``."""
        deployed = (await self._released_walk(key)).deployed
        now = self._clock.now()
        facts = self.runtime.facts(0, person.number, person.channel, person.branch_id, now)
        asked = StepEnvironment(deployed, self.runtime.calendars, facts)
        return lambda name, variables: asked.decide(name, variables).result

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
        done = await self.do_task(person, task, given, version=version, idempotency_key=idempotency_key)
        return done.case

    async def do_task(
        self, person: Person, task: int, given: Mapping[str, Any], *, version: int, idempotency_key: str
    ) -> Done:
        """The same, with what the step shows once. A repeated request is answered without it."""
        shown: dict[str, str] = {}

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            shown.clear()
            case = await worklist.complete(self.runtime, uow, task, person, given, version=version)
            shown.update(case.revealed)
            return {"case": case.id}

        content = ("complete", task, version, _content(given))
        result, _ = await self._db.once(idempotency_key, content, self._clock.now(), work)
        await background.run_jobs(self._db, self.runtime, case_id=result["case"], person=person)
        return Done(result["case"], shown)

    async def save_draft(self, person: Person, task: int, given: Mapping[str, Any]) -> None:
        await self._db.transact(lambda uow: worklist.save_draft(self.runtime, uow, task, person, given))

    async def comment(self, person: Person, task: int, text: str, *, idempotency_key: str) -> int:
        return await self._task(
            f"comment {_content({'text': text})}", task, idempotency_key,
            lambda uow: worklist.comment(self.runtime, uow, task, person, text),
        )  # fmt: skip

    async def attach(
        self, person: Person, task: int, name: str, content: bytes, *, idempotency_key: str
    ) -> dict[str, Any]:
        """Add a file to a task; see ``worklist.attach``."""
        told = ("attach", task, name, sha256(content).hexdigest())

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            return await worklist.attach(self.runtime, uow, task, person, name, content)

        return (await self._db.once(idempotency_key, told, self._clock.now(), work))[0]

    async def move_case(self, case_id: int, new: Deployed, mapping: Mapping[str, str], *, actor: str) -> None:
        """Move a running case to another version; see ``moving.move_case``."""
        person = Person(actor, frozenset(), 0, actor)

        async def work(uow: UnitOfWork) -> None:
            await moving.move_case(self.runtime, uow, case_id, new, mapping, person)
            await audit(uow, self._clock, actor=actor, action="case_migrated", subject=str(case_id),
                        outcome=str(new.version))  # fmt: skip

        await self._db.transact(work)

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
