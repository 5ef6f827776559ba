"""A simulated bank day that goes on: residents come to a demo bank at a plausible rhythm, and simulated staff see to them.

It uses the bank as any of its processes does, from a process of its own, and may be stopped or killed at any moment: what it had
begun is cases like all others, which it finds again when it starts anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

from liushui.bank import Bank
from liushui.cash import place_by_code, session_of, stock_of
from liushui.demo import MARK, demo_data
from liushui.demo.habits import HABITS
from liushui.demo.people import Resident
from liushui.demo.robots import hire_robots
from liushui.demo.routine import close, sign_in
from liushui.demo.town import Errand, Q, Till, Town
from liushui.demo.visits import DESK, DESK_HOURS, HOME_HOURS, ROUND_THE_CLOCK, Visit, in_hour, poisson
from liushui.kernel.business_calendar import load_business_calendar
from liushui.kernel.clock import BANK_TIME, Clock
from liushui.kernel.errors import refuse
from liushui.workflow import Person

TICK = timedelta(seconds=1)
LONGEST_GAP = timedelta(minutes=5)
"""Nobody is made up for for a time in which the simulation stood still."""
LOOKS_EVERY = timedelta(seconds=30)
LEFT_ALONE = 0.15
OPENS, CLOSES = 9, 17
BUSY_HOURS = range(OPENS, CLOSES)


class LiveTown:
    """One demo bank's simulated day. rate: how many people come in an hour, on the average of the counters' hours. always: at
    any hour of any day."""

    def __init__(self, bank: Bank, clock: Clock, *, rate: float, always: bool, seed: str) -> None:
        self.bank, self.clock, self.always = bank, clock, always
        self.town = Town(bank, clock, seed, HABITS)
        self.town.always, self.town.left_alone = always, LEFT_ALONE
        self.came = 0
        self._launched = clock.now()
        self._last = self._looked_at = self._launched
        self._chance = self.town.chance("live", self._launched)
        self._day: date | None = None
        usual = sum(
            in_hour(DESK, DESK_HOURS, h) + in_hour(ROUND_THE_CLOCK, HOME_HOURS, h) for h in BUSY_HOURS
        )
        self._scale = rate * len(BUSY_HOURS) / usual

    async def move_in(self) -> None:
        """Refuses ``demo_only``: nobody is simulated in a bank that is somebody's."""
        if not await self.bank.db.is_known(MARK):
            raise refuse("demo_only")
        robots = await hire_robots(self.bank)
        town = self.town
        await town.meet()
        town.staff = [p for p in town.staff if p.number in robots.numbers]
        by_number = {p.number: p for p in town.staff}
        by_id = {branch.id: branch for branch in town.branches.values()}
        town.tills = [
            Till(code, by_number[number], by_id[by_number[number].branch_id], Counter())
            for number, code in robots.tills.items()
            if number in by_number
        ]
        visitors = {row["name"] for row in demo_data()["customers"]}
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.residents)
        for row in rows:
            if row["name"] in visitors and len(rows) > len(visitors):
                continue
            who = Resident(
                row["name"], row["kind"], row["branch"], "", "", "", 0, online=row["online"],
                customer=row["customer"], account=row["account"],
            )  # fmt: skip
            town.residents.append(who)
            town.money[who.account] = row["money"]
        await self._take_over()

    async def _take_over(self) -> None:
        """Go on with the cases that an earlier simulation has begun."""
        town = self.town
        people: dict[str, Person] = {p.number: p for p in town.staff}
        people |= {who.customer: town.customer(who) for who in town.residents}
        async with self.bank.db.read() as conn:
            rows = await conn.fetch(Q.cases_left, list(people))
        for row in rows:
            variables = await town.variables(row["id"])
            errand = Errand(
                f"again:{row['id']}:{self._launched.isoformat()}", row["key"], people[row["initiator"]], variables,
                variables, case=row["id"],
            )  # fmt: skip
            await town.follow(errand)

    async def run(self, stop: asyncio.Event) -> None:
        """Until it is told to stop, which it heeds between two steps."""
        await self.move_in()
        while not stop.is_set():
            await self.tick()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK.total_seconds())

    async def tick(self) -> None:
        """Everything that is due by now."""
        now = self.clock.now()
        if self._open(now) and self._day != self.town.today:
            self._day = self.town.today
            await self._morning()
        if not self._open(now) and self._day is not None:
            self._day = None
            await self._evening()
        self._arrive(now)
        if now >= self._looked_at + LOOKS_EVERY:
            self._looked_at = now
            await self.town.look_around()
        while (moment := self.town.next_moment) is not None and moment <= now:
            await self.town.next_work()

    def _open(self, now: datetime) -> bool:
        local = now.astimezone(BANK_TIME)
        return self.always or (
            load_business_calendar().is_working(local.date())
            and OPENS <= local.hour + local.minute / 60 < CLOSES
        )

    async def _morning(self) -> None:
        """Every till is signed in, after it was closed where it has been left open."""
        for till in self.town.tills:
            await self._count(till)
            async with self.bank.db.read() as conn:
                held = await session_of(conn, till.teller.number)
            till.open = held is not None
            if held is not None and held.opened_on == self._day:
                continue
            key = f"{till.code}:{self.clock.now().isoformat()}"
            await close(self.town, f"{key}:close", till, left=0)
            if not till.open:
                await sign_in(self.town, f"{key}:in", till)

    async def _evening(self) -> None:
        for till in self.town.tills:
            await self._count(till)
            await close(self.town, f"{till.code}:{self.clock.now().isoformat()}:close", till)

    async def _count(self, till: Till) -> None:
        """Simulated tellers make no mistakes: what the books say lies in the till. Nobody else uses it."""
        async with self.bank.db.read() as conn:
            till.notes = Counter(await stock_of(conn, await place_by_code(conn, till.code)))

    def _arrive(self, now: datetime) -> None:
        """Put on the agenda whoever has come since the last time."""
        passed = min(now - self._last, LONGEST_GAP) / timedelta(hours=1)
        self._last = now
        hour = now.astimezone(BANK_TIME).hour
        for visits, hours in ((DESK, DESK_HOURS), (ROUND_THE_CLOCK, HOME_HOURS)):
            if visits is DESK and not self._open(now):
                continue
            here = sum(visits.values()) / len(BUSY_HOURS) if self.always else in_hour(visits, hours, hour)
            for _ in range(poisson(self._chance, here * self._scale * passed)):
                self._come(self._chance.choices(list(visits), list(visits.values()))[0])

    def _come(self, visit: Visit) -> None:
        self.came += 1
        key = f"live:{self._launched.isoformat()}:{self.came}"
        town = self.town
        town.at(self.clock.now(), lambda: visit(town, key, town.chance(key)))
