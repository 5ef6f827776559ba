"""The demo bank's past: from its first day up to now, lived through its own procedures by its residents and its staff.

The first weeks are quiet; the last ones are as busy as a small bank is. Time is set, every day is closed by the real day-end,
and what is not done when the present comes stays undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from liushui.bank import Bank
from liushui.demo import errands as e
from liushui.demo.habits import HABITS
from liushui.demo.leftovers import leave_behind
from liushui.demo.people import BANKNOTE, Resident, firms_of, persons_of
from liushui.demo.routine import close, count_vault, empty, sign_in, tills_of
from liushui.demo.town import Town, clock_time
from liushui.demo.visits import DESK, DESK_HOURS, HOME_HOURS, ROUND_THE_CLOCK, Visit, poisson
from liushui.kernel.business_calendar import load_business_calendar
from liushui.kernel.clock import ManualClock, bank_day
from liushui.ledger.seal import seal
from liushui.store.outbox import dispatch
from liushui.workflow import Person

QUIET, PAY_DAY, RENT_DAY = 0.2, 10, 5
VAULT_DAYS = (0, 2, 4)
ONE_DAY = timedelta(days=1)
TOLD_EVERY = timedelta(hours=6)
Told = Callable[[date], None]


@dataclass(frozen=True, slots=True)
class Span:
    """How long the past is, in days before today. people: how many of them bank here from the first days on."""

    quiet: int = 8 * 7
    busy: int = 6 * 7
    people: int = 66

    def first_day(self, today: date) -> date:
        return load_business_calendar().next(today - timedelta(days=self.quiet + self.busy))


class History:
    """One bank's past. clock: is set."""

    def __init__(self, bank: Bank, clock: ManualClock, seed: str, span: Span) -> None:
        self.bank, self.clock, self.span = bank, clock, span
        self.town = Town(bank, clock, seed, HABITS)
        self._people: list[Resident] = []
        self._told_at = clock.now()

    async def live(self, until: datetime, visitors: dict[str, str], told: Told = lambda _day: None) -> Town:
        """Everything up to a moment. visitors: tellers and tills that are left to whoever tries the bank."""
        town = self.town
        await town.meet()
        town.leave_out(visitors)
        tellers: dict[str, list[Person]] = {
            branch.code: [p for p in town.staff if "teller" in p.roles and p.branch_id == branch.id]
            for branch in town.branches.values()
        }
        town.tills = await tills_of(town, tellers, taken=set(visitors.values()))
        chance = town.chance("people")
        codes = sorted(town.branches)
        firms = firms_of(chance, codes)
        self._people = firms + persons_of(chance, codes, firms, self.span.people)
        day = town.today
        busy_from = bank_day(until) - timedelta(days=self.span.busy)
        leave_behind(town, until)
        worked = 0
        while clock_time(day, 0) <= until:
            told(day)
            await self._day(day, worked, day >= busy_from, until)
            worked += load_business_calendar().is_working(day)
            day += ONE_DAY
        await self._leave(until)
        return town

    async def _day(self, day: date, number: int, busy: bool, until: datetime) -> None:
        """number: of the working day, from 0."""
        town, calendar = self.town, load_business_calendar()
        self.clock.set(max(clock_time(day, 0.1), self.clock.now()))
        await self.bank.day_end.run()
        chance = town.chance(day)
        works = calendar.is_working(day)
        self._arrivals(day, ROUND_THE_CLOCK, HOME_HOURS, chance, 1 if busy else QUIET)
        if works:
            self._routine(day, number, busy)
            if number < 2:
                self._first_days(day, number)
            self._arrivals(day, DESK, DESK_HOURS, chance, (1 if busy else QUIET) if number > 2 else 0)
            if day == calendar.next(day.replace(day=PAY_DAY)):
                self._pay_day(day)
        hours = [8 + n for n in range(13)] if works and busy else [8, 14, 20]
        for hour in hours:
            town.at(clock_time(day, hour), self._round)
        midnight = clock_time(day + ONE_DAY, 0)
        while (moment := town.next_moment) is not None and moment < min(midnight, until):
            self.clock.set(max(moment, self.clock.now()))
            await town.next_work()
        await self._round()
        await seal(self.bank.db, self.clock)

    async def _round(self) -> None:
        """What the worker does once a second: what is due in cases, and news to whoever waits for it."""
        while await self.bank.processes.work():
            pass
        await self.town.look_around()
        if self.clock.now() >= self._told_at + TOLD_EVERY:
            self._told_at = self.clock.now()
            while (
                await dispatch(self.bank.db, self.clock, self.bank.handlers)
                + await self.bank.processes.work()
            ):
                pass

    async def _leave(self, until: datetime) -> None:
        """The present has come: everybody at a till closes it."""
        self.clock.set(max(until, self.clock.now()))
        for place, till in enumerate(self.town.tills):
            await close(self.town, f"last:{place}", till, left=0)
        await self._round()

    # --- what a day brings ----------------------------------------------------------------------------------------------

    def _arrivals(
        self, day: date, visits: Any, hours: dict[int, float], chance: Random, volume: float
    ) -> None:
        town = self.town
        for visit, often in visits.items():
            for number in range(poisson(chance, often * volume)):
                hour = chance.choices(list(hours), list(hours.values()))[0] + chance.random()
                key = f"{day}:{'desk' if visits is DESK else 'home'}:{visit.__name__}:{number}"
                if visits is DESK:
                    hour = min(max(hour, 9.2), 16.4)
                town.at(clock_time(day, hour), _visit(town, visit, key))

    def _routine(self, day: date, number: int, busy: bool) -> None:
        town = self.town
        for place, till in enumerate(town.tills):
            if number > 2 and not busy and (till.code[-1] == "3" or (number + int(till.branch.code)) % 2):
                continue  # in the quiet weeks a branch's counter is open every other day
            key = f"{day}:{till.code}"
            town.at(clock_time(day, 8.75 + place / 100), lambda t=till, k=key: sign_in(town, f"{k}:in", t))
            town.at(clock_time(day, 17 + place / 100), lambda t=till, k=key: empty(town, f"{k}:empty", t))
            town.at(clock_time(day, 17.5 + place / 100), lambda t=till, k=key: close(town, f"{k}:close", t))
        for branch in town.branches.values():
            if day.weekday() in (VAULT_DAYS if busy else VAULT_DAYS[-1:]):
                key = f"{day}:{branch.code}:vault"
                town.at(clock_time(day, 18), lambda b=branch, k=key: count_vault(town, k, b))

    def _first_days(self, day: date, number: int) -> None:
        """Firms and half of the people come on the first day, the others on the second; the rich bring more."""
        town = self.town
        share = self._people[number::2]
        steps = list(accumulate([6.5 / len(share)] * len(share)))
        for place, (who, step) in enumerate(zip(share, steps, strict=True)):
            town.at(clock_time(day, 9.1 + step), _opening(town, f"first:{number}:{place}", who))

    def _pay_day(self, day: date) -> None:
        town = self.town
        for place, who in enumerate(self._people):
            if who.employer is not None and who.account and who.employer.account:
                town.at(clock_time(day, 9.5 + place / 50), _wage(town, f"wage:{day}:{place}", who))


def _visit(town: Town, visit: Visit, key: str) -> Callable[[], Any]:
    return lambda: visit(town, key, town.chance(key))


def _opening(town: Town, key: str, who: Resident) -> Callable[[], Any]:
    """Open an account; then, on the next day, bring more, agree on the rent and on online banking."""

    async def later() -> None:
        if not who.account:
            return
        chance = town.chance(key, "later")
        tills = town.open_tills(who.branch)
        if not tills:
            return
        till = chance.choice(tills)
        if not who.is_person:
            await town.begin(e.deposit(town, f"{key}:more", who, till, who.first))
        elif chance.random() < 0.12:
            await town.begin(
                e.deposit(town, f"{key}:more", who, till, BANKNOTE * 100 * chance.randint(12, 40))
            )
        if who.landlord is not None and who.landlord.account:
            first_on = (town.today.replace(day=1) + timedelta(days=31)).replace(day=RENT_DAY)
            await town.begin(e.rent(town, f"{key}:rent", who, till.teller, first_on))
        if who.online:
            await town.begin(e.open_online_banking(town, f"{key}:online", who, till.teller))
        if who.is_person and chance.random() < 0.3:
            amount = BANKNOTE * chance.randint(10, max(10, town.money[who.account] // BANKNOTE // 2))
            at_end = chance.choice(["pay_out", "principal_and_interest", "stay"])
            await town.begin(e.place(town, f"{key}:time", who, till.teller, amount, "time", "3M", at_end))

    async def work() -> None:
        chance = town.chance(key)
        tills = town.open_tills(who.branch)
        if not tills:
            return
        till = chance.choice(tills)
        town.at(town.working_time(420 * 2 + chance.randint(0, 200)), later)
        if who.is_person:
            await town.begin(e.open_account(town, key, who, till))
        else:
            await town.begin(e.open_entity_account(town, key, who, till.teller))

    return work


def _wage(town: Town, key: str, who: Resident) -> Callable[[], Any]:
    async def work() -> None:
        assert who.employer is not None
        tills = town.open_tills(who.employer.branch)
        if tills and town.money.get(who.employer.account, 0) > who.wage:
            await e.pay(town, key, tills[0].teller, who.employer.account, who.account, who.wage, "工资")

    return work
