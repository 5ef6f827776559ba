"""Who comes to the bank in the course of a day, and for what: each visit picks its people by the town's chance."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from random import Random

from liushui.demo import errands as e
from liushui.demo.people import BANKNOTE, Resident, made_up_name, newcomer, words
from liushui.demo.routine import cash_for
from liushui.demo.town import ONLINE, Errand, Till, Town
from liushui.kernel.clock import bank_day
from liushui.workflow import Person

Visit = Callable[[Town, str, Random], Awaitable[None]]
TRANSFER_ONLINE_MOST = 400_000
NEEDED = 2_000_00


def somebody(
    town: Town, chance: Random, *, has: int = 0, kind: str = "individual", online: bool = False
) -> Resident | None:
    """A customer who has more than this. has: fen."""
    found = [
        r for r in town.residents
        if r.kind == kind and (r.online or not online) and (has <= 0 or town.money.get(r.account, 0) > has)
    ]  # fmt: skip
    return chance.choice(found) if found else None


def counter(town: Town, chance: Random, who: Resident | None) -> tuple[Resident, Till] | None:
    """Them, and an open till of their branch; None where there is none."""
    if who is None:
        return None
    tills = town.open_tills(who.branch)
    return (who, chance.choice(tills)) if tills else None


async def asks(
    town: Town, chance: Random, who: Resident | None, errand: Callable[[Resident, Person], Errand]
) -> None:
    """They ask for something at a counter of their branch, where one is open. errand: of a resident and a teller."""
    at = counter(town, chance, who)
    if at is not None:
        await town.begin(errand(at[0], at[1].teller))


async def pays_in(town: Town, key: str, chance: Random) -> None:
    at = counter(town, chance, somebody(town, chance))
    if at is not None:
        amount = BANKNOTE * chance.choice([1, 2, 3, 5, 5, 8, 10, 20, 35, 60])
        await town.begin(e.deposit(town, key, *at, amount))


async def brings_takings(town: Town, key: str, chance: Random) -> None:
    at = counter(town, chance, somebody(town, chance, kind="entity"))
    if at is not None:
        low, high = at[0].takes if at[0].takes[1] else (50_000, 400_000)
        await town.begin(e.deposit(town, key, *at, 50 * chance.randint(low // 50, high // 50), mixed=True))


async def takes_out(town: Town, key: str, chance: Random) -> None:
    """Some have forgotten their password, and some want more than they have."""
    amount = BANKNOTE * chance.choice([1, 2, 3, 5, 5, 10, 10, 20, 30])
    poor = chance.random() < 0.06
    at = counter(town, chance, somebody(town, chance, has=0 if poor else amount + NEEDED))
    if at is None:
        return
    if poor:
        amount = BANKNOTE * (town.money.get(at[0].account, 0) // BANKNOTE + 5)
    if at[1].worth > amount:
        wrong = chance.choices([0, 1, 3], [0.9, 0.07, 0.03])[0]
        await town.begin(e.withdrawal(town, key, *at, amount, wrong_tries=wrong))


async def orders_much_cash(town: Town, key: str, chance: Random) -> None:
    """Two hundred thousand and more are booked a day ahead; somebody who has not done so goes home without."""
    amount = BANKNOTE * 100 * chance.randint(20, 26)
    at = counter(town, chance, somebody(town, chance, has=amount + NEEDED) or somebody(town, chance))
    if at is None:
        return
    who, till = at
    if town.money.get(who.account, 0) < amount or chance.random() < 0.4:
        await town.begin(e.withdrawal(town, key, who, till, amount))
        return
    comes = town.working_time(430)
    form = {
        "account": who.account, "action": "book", "amount": e.yuan(amount), "on_date": bank_day(comes).isoformat(),
        "branch": who.branch,
    }  # fmt: skip
    await town.begin(Errand(f"{key}:book", "cash_appointment", till.teller, form))
    town.at(comes - timedelta(minutes=40), lambda: cash_for(town, f"{key}:fetch", till, amount))
    town.at(comes, lambda: town.begin(e.withdrawal(town, key, who, till, amount)))


async def transfers(town: Town, key: str, chance: Random) -> None:
    poor = chance.random() < 0.08
    amount = chance.randint(1_000, 900_000)
    at = counter(town, chance, somebody(town, chance, has=0 if poor else amount))
    payee = somebody(town, chance)
    if at is not None and payee is not None and payee is not at[0]:
        wants = town.money.get(at[0].account, 0) + amount + 1_000_000 if poor else amount
        memo = chance.choice(words()["memos"])
        await e.pay(town, key, at[1].teller, at[0].account, payee.account, wants, memo)


async def firm_pays_much(town: Town, key: str, chance: Random) -> None:
    """Enough that a supervisor reviews it."""
    amount = 50_000_000 + BANKNOTE * chance.randint(0, 400)
    at = counter(town, chance, somebody(town, chance, has=amount, kind="entity"))
    payee = somebody(town, chance, kind="entity")
    if at is not None and payee is not None and payee is not at[0]:
        await e.pay(town, key, at[1].teller, at[0].account, payee.account, amount, "货款")


async def transfers_online(town: Town, key: str, chance: Random) -> None:
    """To a friend or a shop. Now and then more than there is, or so much that a password of one time is asked for."""
    payer = somebody(town, chance, has=50_000, online=True)
    payee = somebody(town, chance, kind=chance.choice(["individual", "entity"]))
    if payer is None or payee is None or payer is payee:
        return
    has = town.money[payer.account]
    amount = chance.randint(500, min(TRANSFER_ONLINE_MOST, has // 3))
    kind = chance.random()
    if kind < 0.04:
        amount = has + 500_000
    elif kind < 0.08 and has > 700_000:
        amount = 600_000
    memo = chance.choice(words()["memos"])
    await town.begin(e.transfer_online(town, key, payer, payee, amount, memo))


async def wants_statement(town: Town, key: str, chance: Random) -> None:
    who = somebody(town, chance, online=chance.random() < 0.5)
    at = counter(town, chance, who)
    if who is not None and who.online:
        await town.begin(e.statement(town, key, who, town.customer(who)))
    elif at is not None:
        await town.begin(e.statement(town, key, at[0], at[1].teller))


async def places(town: Town, key: str, chance: Random) -> None:
    """Time deposits, and notice deposits of those who have more."""
    who = somebody(town, chance, has=500_000 + NEEDED)
    at = counter(town, chance, who)
    if who is None:
        return
    has = town.money[who.account] - NEEDED
    product, tenor, at_end = (
        "time",
        chance.choice(["3M", "3M", "6M", "1Y"]),
        chance.choice(["pay_out", "principal", "stay"]),
    )
    if has > 6_000_000 and chance.random() < 0.5:
        product, tenor, at_end = "notice", "7D", "stay"
        amount = 5_000_000 + BANKNOTE * chance.randint(0, (has - 5_000_000) // BANKNOTE)
    else:
        amount = BANKNOTE * chance.randint(20, max(20, has // 2 // BANKNOTE))
    if who.online and chance.random() < 0.6:
        await town.begin(e.place(town, key, who, town.customer(who), amount, product, tenor, at_end))
    elif at is not None:
        await town.begin(e.place(town, key, who, at[1].teller, amount, product, tenor, at_end))


async def breaks(town: Town, key: str, chance: Random) -> None:
    """Time deposits taken out before their day."""
    if town.placed:
        deposit = chance.choice(sorted(town.placed))
        at = counter(town, chance, town.placed[deposit][0])
        if at is not None:
            await town.begin(e.break_deposit(town, key, deposit, at[1].teller))


async def moves_in(town: Town, key: str, chance: Random) -> None:
    """A newcomer. The old are reviewed by the back office; a few stand on no list but are called like somebody who does."""
    tills = [till for till in town.tills if till.open]
    if not tills:
        return
    till = chance.choice(tills)
    who = newcomer(chance, till.branch.code, town.next_place())
    who.online = chance.random() < 0.6
    named = {r.name for r in town.residents}
    while who.name in named:
        who.name = made_up_name(chance)
    await town.begin(e.open_account(town, key, who, till))


async def wants_online_banking(town: Town, key: str, chance: Random) -> None:
    found = [r for r in town.residents if r.is_person and not r.online]
    at = counter(town, chance, chance.choice(found) if found else None)
    if at is not None:
        who = at[0]
        errand = e.open_online_banking(town, key, who, at[1].teller)

        async def then(_errand: Errand, outcome: str | None) -> None:
            who.online = outcome == "Done"

        errand.then = then
        await town.begin(errand)


async def changes_data(town: Town, key: str, chance: Random) -> None:
    await asks(
        town, chance, somebody(town, chance), lambda who, teller: e.change_data(town, key, who, teller)
    )


async def forgets_password(town: Town, key: str, chance: Random) -> None:
    await asks(
        town,
        chance,
        somebody(town, chance),
        lambda who, teller: e.reset_password(town, key, who, teller, "forgotten"),
    )


async def wants_limit(town: Town, key: str, chance: Random) -> None:
    await asks(
        town, chance, somebody(town, chance, online=True), lambda who, teller: e.limit(town, key, who, teller)
    )


async def is_afraid(town: Town, key: str, chance: Random) -> None:
    await asks(town, chance, somebody(town, chance), lambda who, teller: e.block(town, key, who, teller))


async def loses_card(town: Town, key: str, chance: Random) -> None:
    await asks(
        town,
        chance,
        somebody(town, chance),
        lambda who, teller: e.loss(town, key, who, teller, chance.choice(["oral", "written"])),
    )


async def complains(town: Town, key: str, chance: Random) -> None:
    who = somebody(town, chance)
    at = counter(town, chance, who)
    via = chance.choice(["counter", "phone", ONLINE, "letter"])
    if via == ONLINE and who is not None and who.online:
        await town.begin(e.complaint(town, key, who, town.customer(who), ONLINE))
    elif at is not None:
        known = None if via == "letter" else who
        await town.begin(e.complaint(town, key, known, at[1].teller, "counter" if via == ONLINE else via))


async def is_mistaken_for(town: Town, key: str, chance: Random) -> None:
    at = counter(town, chance, somebody(town, chance))
    if at is not None:
        await town.begin(e.wrong_deposit(town, key, *at, BANKNOTE * chance.randint(1, 20)))


DESK: Mapping[Visit, float] = {
    pays_in: 5, brings_takings: 5, takes_out: 9, transfers: 5, wants_statement: 2, places: 1.4, breaks: 0.25, moves_in: 1.2,
    wants_online_banking: 0.5, changes_data: 0.8, forgets_password: 0.5, wants_limit: 0.4, is_afraid: 0.3, loses_card: 0.2,
    complains: 0.6, is_mistaken_for: 0.3, orders_much_cash: 0.15, firm_pays_much: 0.4,
}  # fmt: skip
"""How often a day, on the average, while the counters are open."""
ROUND_THE_CLOCK: Mapping[Visit, float] = {transfers_online: 11, places: 0.3}
"""The same for what people do at home."""
DESK_HOURS = {9: 1.2, 10: 1.6, 11: 1.1, 12: 0.3, 13: 0.8, 14: 1.3, 15: 1.2, 16: 0.7}
HOME_HOURS = {7: 0.4, 8: 0.8, 9: 0.9, 10: 1, 11: 1, 12: 1.6, 13: 1, 14: 0.8, 15: 0.8, 16: 0.8, 17: 1, 18: 1.3, 19: 1.6, 20: 1.8,
              21: 1.5, 22: 0.8, 23: 0.3, 0: 0.1}  # fmt: skip
"""How busy an hour is beside others."""


def in_hour(visits: Mapping[Visit, float], hours: Mapping[int, float], hour: int) -> float:
    """How many come in an hour of the day, on the average."""
    return sum(visits.values()) * hours.get(hour, 0) / sum(hours.values())


def poisson(chance: Random, mean: float) -> int:
    """How many come where so many come on the average (the gaps between them are exponential)."""
    left, number = chance.expovariate(1), 0
    while left < mean:
        number += 1
        left += chance.expovariate(1)
    return number
