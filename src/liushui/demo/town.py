"""The town around the demo bank: residents who come for something, and staff who do the tasks that arise, on one agenda.

A visitor's errand begins a case by the use case that the counter and the API use. Whatever task its case opens is put on the
agenda of somebody who may do it, as habits.py says. Whether time is set (a history) or passes (live), is the caller's matter.
"""

from __future__ import annotations

import heapq
import json
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from asyncpg import Record

from liushui.bank import Bank
from liushui.demo.people import Resident
from liushui.identity import Branch, list_branches, load_roles
from liushui.kernel.clock import Clock, bank_day, midnight
from liushui.kernel.errors import Refused
from liushui.processes import load_calendars
from liushui.store.queries import Queries
from liushui.workflow import Person
from liushui.workflow import Q as WORKFLOW_Q
from liushui.workflow.calendars import due
from liushui.workflow.people import may_act
from liushui.workflow.state import State

Q = Queries("liushui.demo")
COUNTER, ONLINE = "counter", "online"
SOMEBODY_ELSE = frozenset({
    "separation_of_duties", "task_excluded", "authority_exceeded", "task_role_missing", "task_other_branch", "task_not_yours",
    "reversal_of_own_journal",
})  # fmt: skip
"""Refusals that say: a colleague may do it."""
GONE = frozenset({"task_closed", "task_stale", "task_taken", "task_unknown"})
"""Refusals that say: somebody else has been here, or time is over."""
LEFT_ALONE_MINUTES = 90
_LOG = logging.getLogger(__name__)
Work = Callable[[], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Errand:
    """What somebody wants of the bank. key: names it for ever, and makes the keys of its requests. facts: what the habits of
    staff need to fill in forms. then: hears of the element at which the case has ended; None where it did not begin."""

    key: str
    process: str
    person: Person
    form: Mapping[str, Any]
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    then: Callable[[Errand, str | None], Awaitable[None]] | None = None
    on_task: Callable[[Errand, str], Awaitable[None]] | None = None
    case: int = 0
    planned: set[int] = field(default_factory=set[int])


@dataclass(slots=True)
class Till:
    """notes: what really lies in it, by face in fen, as the simulation reckons; the bank's books may say otherwise. short_of: the account of whoever got it."""

    code: str
    teller: Person
    branch: Branch
    notes: Counter[int]
    open: bool = False
    short_of: str | None = None

    @property
    def worth(self) -> int:
        return sum(face * pieces for face, pieces in self.notes.items())

    def counted(self) -> dict[str, int]:
        """As a form for denominations wants it."""
        return {str(face): pieces for face, pieces in sorted(self.notes.items(), reverse=True) if pieces}

    def pay(self, amount: int, *, most: int | None = None) -> dict[int, int] | None:
        """The fewest notes that make an amount out of what lies here; None where they cannot. most: largest face."""
        left, found = amount, dict[int, int]()
        for face in sorted((f for f, n in self.notes.items() if n), reverse=True):
            if most is not None and face > most:
                continue
            pieces = min(left // face, self.notes[face])
            if pieces:
                found[face] = pieces
                left -= face * pieces
        return found if left == 0 else None


class Town:
    """Everybody, and what is to happen when. seed: the same one makes the same history. always: nobody goes home. mistakes: so
    many of the next payments are a note too many. left_alone:
    how often staff leave a task to whoever else may want it, for an hour and a half."""

    def __init__(self, bank: Bank, clock: Clock, seed: str, habits: Mapping[str, Any]) -> None:
        self.bank, self.clock, self.seed, self.habits = bank, clock, seed, habits
        self.branches: dict[str, Branch] = {}
        self.staff: list[Person] = []
        self.tills: list[Till] = []
        self.residents: list[Resident] = []
        self.money: dict[str, int] = {}
        self.placed: dict[str, tuple[Resident, int]] = {}
        self.cash_in = self.cash_out = self.recovered = 0
        self.running: dict[int, Errand] = {}
        self.refusals: Counter[str] = Counter()
        self.ended: Counter[tuple[str, str]] = Counter()
        self.mistakes = 0
        self.always = False
        self.left_alone = 0.0
        self._agenda: list[tuple[datetime, int, Work]] = []
        self._order = count()
        self._places = 400
        self._calendar = load_calendars()[COUNTER]

    # --- time -----------------------------------------------------------------------------------------------------------

    def at(self, moment: datetime, work: Work) -> None:
        """Have something done at a moment, or as soon after it as can be."""
        heapq.heappush(self._agenda, (moment, next(self._order), work))

    def after(self, by: timedelta, work: Work) -> None:
        self.at(self.clock.now() + by, work)

    @property
    def next_moment(self) -> datetime | None:
        return self._agenda[0][0] if self._agenda else None

    async def next_work(self) -> None:
        """Do what is first on the agenda."""
        await heapq.heappop(self._agenda)[2]()

    def working_time(self, minutes: float) -> datetime:
        """The moment after so many minutes of the counter's hours, or of the clock in a town that works always."""
        return due(
            self.clock.now(), f"PT{max(1, round(minutes * 60))}S", None if self.always else self._calendar
        )

    def chance(self, *what: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *what))))  # noqa: S311 - a simulation, no secret

    # --- people ---------------------------------------------------------------------------------------------------------

    def colleagues(self, roles: str, branch_id: int) -> list[Person]:
        """Whoever has one of these roles, named as a task names them, and may act for a branch."""
        return [p for p in self.staff if may_act(roles, p) and (p.anywhere or p.branch_id == branch_id)]

    def keeper_of(self, branch: Branch) -> Person | None:
        return next((p for p in self.staff if "vault_keeper" in p.roles and p.branch_id == branch.id), None)

    def till_of(self, teller: str) -> Till | None:
        return next((t for t in self.tills if t.teller.number == teller and t.open), None)

    def open_tills(self, branch: str) -> list[Till]:
        return [t for t in self.tills if t.open and t.branch.code == branch]

    def customer(self, resident: Resident, channel: str = ONLINE) -> Person:
        branch = self.branches[resident.branch]
        return Person(resident.customer, frozenset({"customer"}), branch.id, channel, anywhere=True)

    # --- errands --------------------------------------------------------------------------------------------------------

    async def begin(self, errand: Errand) -> None:
        """Begin its case, and see to the tasks that it opens."""
        try:
            errand.case = await self.bank.processes.start(
                errand.person, errand.process, errand.form, idempotency_key=f"demo:{errand.key}"
            )
        except Refused as refused:
            self.note(errand.process, refused)
            await self.over(errand, None)
            return
        await self.follow(errand)

    async def follow(self, errand: Errand) -> None:
        """Put the tasks that its case has opened on somebody's agenda; tell whoever waits for it that it has ended."""
        self.running[errand.case] = errand
        async with self.bank.db.look_up() as conn:
            rows = await conn.fetch(Q.standing, errand.case)
        for task in rows:
            if task["id"] is not None and task["id"] not in errand.planned:
                errand.planned.add(task["id"])
                if errand.on_task is not None:
                    await errand.on_task(errand, task["element"])
                self._plan(errand, task)
        if rows and rows[0]["ended"]:
            del self.running[errand.case]
            await self.over(errand, rows[0]["last"] or "")

    async def look_around(self) -> None:
        """See to what time has brought in cases by itself: tasks that timers have opened, and ends."""
        known = [task for errand in self.running.values() for task in errand.planned]
        async with self.bank.db.look_up() as conn:
            rows = await conn.fetch(Q.news, list(self.running), known)
        for row in rows:
            await self.follow(self.running[row["id"]])

    async def over(self, errand: Errand, outcome: str | None) -> None:
        then, errand.then = errand.then, None
        self.ended[errand.process, outcome or "refused"] += 1
        if then is not None:
            await then(errand, outcome)

    def _plan(self, errand: Errand, task: Record) -> None:
        habit = self.habits.get(f"{errand.process}.{task['element']}") or self.habits.get(task["element"])
        if habit is None:
            return
        chance = self.chance(errand.key, task["element"], len(errand.planned))
        if chance.random() < habit.ignored or task["element"] in errand.facts.get("leave", ()):
            return
        minutes = habit.minutes * chance.lognormvariate(0, habit.spread)
        if chance.random() < self.left_alone:
            minutes += LEFT_ALONE_MINUTES
        by = self.working_time(minutes) if habit.working else self.clock.now() + timedelta(minutes=minutes)
        self.at(by, lambda: self._do(errand, task, habit, chance))

    async def _do(self, errand: Errand, task: Record, habit: Any, chance: random.Random) -> None:
        form = await habit.form(self, errand, chance)
        if form is not None:
            await self._complete(errand, task, form, self._candidates(errand, task, chance))
        await self.follow(errand)

    async def _complete(
        self, errand: Errand, task: Record, form: Mapping[str, Any], candidates: Iterable[Person]
    ) -> None:
        key = f"demo:{errand.key}:{task['id']}"
        for place, person in enumerate(candidates):
            try:
                await self.bank.processes.complete(
                    person, task["id"], form, version=task["version"], idempotency_key=f"{key}:{place}"
                )
            except Refused as refused:
                if refused.code in GONE:
                    return
                if refused.code not in SOMEBODY_ELSE:
                    self.note(f"{errand.process}.{task['element']}", refused)
                    return
            else:
                return

    def _candidates(self, errand: Errand, task: Record, chance: random.Random) -> list[Person]:
        """Who may do a task, in the order in which they are asked: whoever began the case first where they may."""
        if task["assignee"] is not None:
            return [p for p in self.staff if p.number == task["assignee"]]
        found = self.colleagues(task["role"], errand.person.branch_id)
        chance.shuffle(found)
        return sorted(found, key=lambda p: p.number != errand.person.number)

    def note(self, where: str, refused: Refused) -> None:
        self.refusals[f"{where}: {refused.code}"] += 1
        _LOG.debug("%s refused: %s", where, [(f.code, f.field) for f in refused.faults])

    # --- what the bank says ---------------------------------------------------------------------------------------------

    async def meet(self) -> None:
        """Ask the bank which branches it has and who works there."""
        roles = load_roles()
        async with self.bank.db.read() as conn:
            self.branches = {branch.code: branch for branch in await list_branches(conn)}
            self.staff = [
                Person(
                    row["number"], frozenset(row["roles"]), row["branch_id"], COUNTER,
                    any(roles[name].anywhere for name in row["roles"]),
                )
                for row in await conn.fetch(Q.staff)
            ]  # fmt: skip

    def leave_out(self, numbers: Collection[str]) -> None:
        """Have some of the staff do nothing by themselves."""
        self.staff = [p for p in self.staff if p.number not in numbers]

    def next_place(self) -> int:
        """A number for the documents of whoever comes next."""
        self._places += 1
        return self._places

    async def objects(self, case: int) -> dict[str, list[str]]:
        """What a case is about: numbers by kind."""
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(WORKFLOW_Q.instance, case)
        return {} if row is None else json.loads(row["objects"])

    async def variables(self, case: int) -> dict[str, Any]:
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(WORKFLOW_Q.instance, case)
        return {} if row is None else dict(State.from_json(row["state"]).variables)

    @property
    def today(self) -> date:
        """By the bank's own time."""
        return bank_day(self.clock.now())


def clock_time(day: date, hour: float) -> datetime:
    """A moment of a day by the bank's own time. hour: 9.5 is half past nine."""
    return midnight(day) + timedelta(hours=hour)
