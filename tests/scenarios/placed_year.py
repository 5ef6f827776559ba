"""What the people of the simulated year place, and what becomes of it; the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from liushui.bank import Bank
from liushui.deposits.placed import (
    Desk,
    Instruction,
    NewDeposit,
    cancel_notice,
    change_instruction,
    contract_by_number,
    give_notice,
    pay_instalment,
    place,
    withdraw_placed,
)
from liushui.ledger import CustomerAccount, Header
from liushui.parties import customer_by_number
from liushui.products import add_months
from liushui.store.database import UnitOfWork

TENORS = {"3M": 3, "6M": 6, "1Y": 12}


class Act(NamedTuple):
    """Something done on a day: withdraw (minor None: all), instruct, notice, cancel, pay in."""

    on: date
    what: str
    minor: int | None = None
    word: str = ""
    day: date | None = None


class Life(NamedTuple):
    """A deposit from its opening on. who: the person."""

    who: int
    product: str
    tenor: str
    minor: int
    instruction: str
    on: date
    acts: tuple[Act, ...]


def lives(seed: str, first: date, people: int) -> list[Life]:
    """Every person has a time deposit, some an instalment plan; person 0, who is rich, has notice deposits."""
    chance = random.Random(f"{seed}:deposits")
    found: list[Life] = []
    for who in range(1, people):
        found.append(_time(chance, who, first + timedelta(days=chance.randint(0, 120))))
        if who % 4 == 0:
            found.append(_saving(chance, who, date(2026, 1, chance.randint(6, 20))))
    found += [
        _notice(chance, first + timedelta(days=20 * number + chance.randint(0, 9)), number)
        for number in range(6)
    ]
    return found


def _time(chance: random.Random, who: int, on: date) -> Life:
    tenor = chance.choice(["3M", "3M", "6M", "1Y"])
    minor = chance.randint(100_000, 2_500_000)
    instruction = chance.choice(["stay", "pay_out", "principal", "principal_and_interest"])
    acts: list[Act] = []
    matures = add_months(on, TENORS[tenor])
    early = on + timedelta(days=chance.randint(1, 85))
    if chance.random() < 0.3:
        acts.append(Act(early, "withdraw", 100 * chance.randint(1, 900)))
    if chance.random() < 0.2:
        instruction = chance.choice(["stay", "principal"])
        acts.append(Act(early + timedelta(days=1), "withdraw"))
    elif instruction == "stay":
        acts.append(Act(matures + timedelta(days=chance.randint(0, 40)), "withdraw"))
    elif instruction != "pay_out":
        acts.append(Act(matures + timedelta(days=chance.randint(0, 80)), "withdraw"))
    elif chance.random() < 0.5:
        acts.append(Act(matures - timedelta(days=1), "instruct", word="principal"))
    return Life(who, "time", tenor, minor, instruction, on, tuple(acts))


def _saving(chance: random.Random, who: int, on: date) -> Life:
    missed = chance.choice([0, 4, 7])
    made_up = chance.random() < 0.6
    acts: list[Act] = []
    for month in range(1, 12):
        if missed and month >= missed and not made_up:
            continue
        if month != missed:
            twice = missed and month == missed + 1
            acts.append(Act(add_months(on, month), "pay_in", 40_000 if twice else 20_000))
    if missed and not made_up:
        acts.append(Act(add_months(on, missed + 3), "withdraw"))
    elif chance.random() < 0.3:
        acts.append(Act(date(2026, 12, 28), "withdraw"))
    return Life(who, "instalment", "1Y", 20_000, "stay", on, tuple(acts))


def _notice(chance: random.Random, on: date, number: int) -> Life:
    days = chance.choice([1, 7])
    given = on + timedelta(days=chance.randint(10, 60))
    agreed = given + timedelta(days=days + chance.randint(0, 3))
    acts = [Act(given, "notice", 10_000_000, day=agreed)]
    if number % 3 == 0:
        acts.append(Act(agreed, "withdraw", 10_000_000))
    elif number % 3 == 1:
        acts.append(Act(given + timedelta(days=1), "cancel"))
    acts.append(Act(agreed + timedelta(days=chance.randint(20, 60)), "withdraw"))
    return Life(0, "notice", f"{days}D", 100 * chance.randint(200_000, 300_000), "stay", on, tuple(acts))


class PlacedLives:
    """Does what the lives say, each act once however often it is asked for."""

    def __init__(
        self, bank: Bank, seed: str, accounts: list[CustomerAccount], owners: list[str], first: date
    ) -> None:
        self.bank, self.accounts, self.owners = bank, accounts, owners
        self.desk = Desk(bank.clock, bank.ledger, bank.templates)
        self.lives = lives(seed, first, len(accounts))

    async def live(self, day: date) -> None:
        for number, life in enumerate(self.lives):
            if life.on == day:
                await self._open(number, life)
            for place_, act in enumerate(life.acts):
                if act.on == day:
                    await self._once(
                        f"sim:deposit:{number}:{place_}",
                        lambda uow, header, n=number, a=act: self._act(uow, header, n, a),
                    )

    async def _once(
        self, key: str, work: Callable[[UnitOfWork, Header], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        header = Header(key, "", self.accounts[0].branch_id, "T0001", "counter")
        done, _ = await self.bank.db.once(key, key, self.bank.clock.now(), lambda uow: work(uow, header))
        return done

    async def _open(self, number: int, life: Life) -> str:
        """The deposit's number; asked again it is the same one."""

        async def work(uow: UnitOfWork, header: Header) -> dict[str, Any]:
            new = NewDeposit(life.product, life.tenor, life.minor, Instruction(life.instruction))
            account = self.accounts[life.who]
            owner = await customer_by_number(uow.conn, self.owners[life.who])
            contract = await place(
                self.desk, uow, header, new, account, owner, branch_code=account.number[:4]
            )
            return {"number": contract.number}

        return (await self._once(f"sim:deposit:{number}", work))["number"]

    async def _act(self, uow: UnitOfWork, header: Header, number: int, act: Act) -> dict[str, Any]:
        row = await uow.conn.fetchval(
            "SELECT result FROM idempotency WHERE key = $1", f"sim:deposit:{number}"
        )
        deposit = row.split('"')[3]
        if (await contract_by_number(uow.conn, deposit)).principal == 0:
            return {}
        if act.what == "withdraw":
            await withdraw_placed(self.desk, uow, header, deposit, act.minor)
        elif act.what == "instruct":
            await change_instruction(self.desk, uow, header, deposit, Instruction(act.word))
        elif act.what == "cancel":
            await cancel_notice(self.desk, uow, header, deposit)
        elif act.what == "notice":
            assert act.minor is not None
            assert act.day is not None
            await give_notice(self.desk, uow, header, deposit, act.minor, act.day)
        else:
            assert act.minor is not None
            await pay_instalment(self.desk, uow, header, deposit, act.minor)
        return {}
