"""A small bank's year, the same for the same seed: ``python -m tests.scenarios.simulated_year DSN SEED UNTIL``.

Everything that is done has a key made of the day and its place in the day's plan, so a run that was killed goes on where it
was and another run does nothing twice.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from liushui.bank import Bank, open_bank, verify
from liushui.demo import complete_demo_bank
from liushui.deposits import Actor
from liushui.identity import Branch, list_branches
from liushui.kernel.clock import ManualClock
from liushui.ledger import CustomerAccount, Header, Line, Post, Posted
from liushui.ledger.seal import seal
from liushui.parties import NewCustomer, open_customer
from liushui.payments import NewStandingOrder, OnHoliday, Schedule
from liushui.processes.registry import procedure_folders
from liushui.store.database import UnitOfWork
from liushui.workflow import read_folder
from tests.rates import post_demand_rate, withhold
from tests.scenarios.counter_plan import FIRST_MINOR, WALK_INS
from tests.scenarios.counter_year import PROCEDURES, CounterLives
from tests.scenarios.placed_oracle import TAXES
from tests.scenarios.placed_year import PlacedLives

FIRST = date(2026, 1, 5)
PEOPLE = 24
RATES = (
    (date(2026, 1, 1), Decimal("0.0035")),
    (date(2026, 5, 20), Decimal("0.0020")),
    (date(2026, 9, 21), Decimal("0.0005")),
)
"""What demand deposits pay from which day on, as a fraction a year; higher than today's, so that fens show."""
YEAR_DAYS = 360


def rate_on(day: date) -> Decimal:
    return [rate for since, rate in RATES if since <= day][-1]


class Action(NamedTuple):
    """Money from one place to another. None is the branch's cash. back: days by which it is valued before its day."""

    source: int | None
    target: int | None
    minor: int
    back: int = 0


def plan_of(seed: str, day: date) -> list[Action]:
    """What the people do on a day; they have enough for all of it. Person 0 pays the wages, and takes the rents, which are
    standing orders."""
    chance = random.Random(f"{seed}:{day}")
    people = range(1, PEOPLE)
    actions: list[Action] = []
    if day.day == 10:
        actions += [Action(0, who, 650_000 + 10_000 * who) for who in people]
    for who in people:
        if chance.random() < 0.15:
            actions.append(
                Action(who, chance.choice([p for p in people if p != who]), chance.randint(1, 20_000))
            )
        if chance.random() < 0.08:
            actions.append(Action(who, None, 100 * chance.randint(1, 300)))
        if chance.random() < 0.05:
            actions.append(Action(None, who, 100 * chance.randint(1, 500)))
        if chance.random() < 0.01:  # a mistake found later is put right as of when it was made
            actions.append(Action(None, who, chance.randint(1, 30_000), back=chance.randint(1, 28)))
    return actions


class SimulatedBank:
    """proving: the books are verified after every close, wholly on the first of a month and otherwise from the day before."""

    def __init__(self, bank: Bank, clock: ManualClock, seed: str, *, proving: bool = False) -> None:
        self.bank, self.clock, self.seed, self.proving = bank, clock, seed, proving
        self.accounts: list[int] = []
        self.cash: dict[int, int] = {}
        self.lives: PlacedLives | None = None
        self.counters: CounterLives | None = None
        self.proved: list[date] = []

    async def found(self) -> None:
        """Customers and their accounts with something to live on."""
        self._morning(FIRST)
        await complete_demo_bank(self.bank)
        for day, rate in RATES:
            await post_demand_rate(self.bank.db, day, str(rate * 100))
        for product, steps in TAXES.items():
            for since, percent in steps:
                await withhold(self.bank.db, product, since, percent)
        async with self.bank.db.read() as conn:
            branches = await list_branches(conn)
        places: list[CustomerAccount] = []
        owners: list[str] = []
        for who in range(PEOPLE):
            minor = 300_000_000 if who == 0 else 5_000_000
            owner, place = await self._welcome(who, branches[who % len(branches)], minor)
            owners.append(owner)
            places.append(place)
        self.accounts = [place.id for place in places]
        self.lives = PlacedLives(self.bank, self.seed, places, owners, FIRST)
        self.cash = {b.id: (await self.bank.internal.of(b.id, "CNY"))["clearing"] for b in branches}
        for who in range(1, PEOPLE):
            await self._order(who)
        walk_ins = [
            (await self._welcome(PEOPLE + who, branches[who % len(branches)], FIRST_MINOR))[1].number
            for who in range(WALK_INS)
        ]
        for folder in procedure_folders():
            if folder.name in PROCEDURES:
                await self.bank.processes.deploy(read_folder(folder), actor="system")
        self.counters = CounterLives(self.bank, self.seed, walk_ins, {b.code: b.id for b in branches}, FIRST)

    async def _welcome(self, who: int, branch: Branch, minor: int) -> tuple[str, CustomerAccount]:
        """A customer with an account and so much on it."""
        new = NewCustomer(
            "individual", f"Person {who}", "other", f"SIM-{who}", "CN", birth_date=date(1990, 1, 1)
        )
        customer, _ = await open_customer(
            self.bank.db,
            self.bank.clock,
            new,
            operator="system",
            branch_id=branch.id,
            key=f"sim:customer:{who}",
        )
        opened, _ = await self.bank.deposits.open_demand_account(
            Actor("system", branch.id, "set_up", f"sim:account:{who}"), customer=customer.number, currency="CNY",
            branch=branch,
        )  # fmt: skip
        await self.bank.deposits.deposit_cash(
            Actor("system", branch.id, "set_up", f"sim:first:{who}"), account=opened.number,
            amount=minor, currency="CNY",
        )  # fmt: skip
        return customer.number, await self.bank.directory.find(opened.number)

    async def _order(self, who: int) -> None:
        """Two of three pay a rent on the first of each month, on a working day. The others want to pay 60,000.00 on the
        fifth and keep 10,000.00, which they cannot before they have saved for it; the third one never can."""
        payer, payee = await asyncio.gather(*(self._account(one) for one in (who, 0)))
        if who % 3:
            schedule = Schedule(1, None, date(2026, 2, 1), on_holiday=OnHoliday.NEXT, retries=3)
            new = NewStandingOrder(payer, payee, 200_000 + 1_000 * who, 0, schedule, "counter", "rent")
        else:
            schedule = Schedule(5, None, date(2026, 2, 1), retries=2)
            amount, kept = (90_000_000, 0) if who == 3 else (6_000_000, 1_000_000)
            new = NewStandingOrder(payer, payee, amount, kept, schedule, "counter", "savings")

        async def work(uow: UnitOfWork) -> dict[str, int]:
            return {"order": await self.bank.standing.agree(uow, new, by="T0001", case_id=0)}

        await self.bank.db.once(f"sim:order:{who}", who, self.clock.now(), work)

    async def _account(self, who: int) -> CustomerAccount:
        async with self.bank.db.read() as conn:
            number: str = await conn.fetchval(
                "SELECT number FROM ledger_account WHERE id = $1", self.accounts[who]
            )
        return await self.bank.directory.find(number)

    def _morning(self, day: date) -> None:
        self.clock.set(datetime(day.year, day.month, day.day, 2, tzinfo=UTC))

    async def live(self, day: date) -> None:
        """Everything of one day, its close of the days before first."""
        self._morning(day)
        await self.bank.day_end.run()
        if self.proving:
            await self._prove(day)
        requests = [
            self._request(day, number, action) for number, action in enumerate(plan_of(self.seed, day))
        ]
        answers = await self.bank.ledger.submit_all(requests)
        assert all(isinstance(answer, Posted) for answer in answers), [
            a for a in answers if not isinstance(a, Posted)
        ]
        assert self.lives is not None
        assert self.counters is not None
        await self.lives.live(day)
        await self.counters.live(day)

    async def _prove(self, day: date) -> None:
        """Seal what was booked, and prove all of it or what has come since the day before yesterday was cut off."""
        await seal(self.bank.db, self.clock)
        yesterday = day - timedelta(days=1)
        whole = day.day == 1 or yesterday <= FIRST
        faults = await verify(self.bank.db, since=None if whole else yesterday)
        assert faults == [], (day, faults)
        assert self.counters is not None
        await self.counters.check(day)
        self.proved.append(day)

    def _request(self, day: date, number: int, action: Action) -> Post:
        cash = self.cash[min(self.cash)]  # a kill while the bank was founded may have used up a number
        source = cash if action.source is None else self.accounts[action.source]
        target = cash if action.target is None else self.accounts[action.target]
        header = Header(
            f"sim:{day}:{number}",
            "TRF01",
            1,
            "T0001",
            "counter",
            value_date=day - timedelta(days=action.back),
        )
        return Post(header, (Line(source, True, action.minor), Line(target, False, action.minor)))


async def run(dsn: str, seed: str, until: date, *, proving: bool = False) -> list[date]:
    """Live the year up to a day; return the mornings on which the books were proved."""
    clock = ManualClock(datetime(FIRST.year, FIRST.month, FIRST.day, 2, tzinfo=UTC))
    async with open_bank(dsn, clock) as bank:
        simulated = SimulatedBank(bank, clock, seed, proving=proving)
        await simulated.found()
        async with bank.db.read() as conn:
            day: date = await conn.fetchval("SELECT business_date FROM commit_head")
        while day <= until:
            await simulated.live(day)
            day += timedelta(days=1)
        return simulated.proved


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], date.fromisoformat(sys.argv[3])))
