"""What residents come for: each function makes an errand of one person at one teller's, or of a customer by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from liushui.demo.habits import yuan
from liushui.demo.people import BANKNOTE, Resident, id_number, words
from liushui.demo.town import ONLINE, Errand, Till, Town
from liushui.kernel.errors import Refused
from liushui.ledger import Posted
from liushui.workflow import Person

FACES = (10_000, 5_000, 2_000, 1_000, 500, 100)
ODD_FACES = (50, 10, 5, 2, 1)
DONE = frozenset({"Done", "ExecutedDone"})


def in_notes(amount: int, chance: Random, *, mixed: bool = False) -> dict[int, int]:
    """An amount in pieces. mixed: as a shop's takings are, with small notes in it."""
    found: dict[int, int] = {}
    left = amount
    for face in FACES + ODD_FACES:
        pieces = left // face
        if mixed and face >= 2_000 and pieces:
            pieces = chance.randint(pieces // 2, pieces)
        if pieces:
            found[face] = pieces
            left -= face * pieces
    return found


def moved(town: Town, account: str, minor: int) -> None:
    """Write down what must be on an account by what its owner did. minor: fen, negative for what went out."""
    town.money[account] = town.money.get(account, 0) + minor


# --- cash ---------------------------------------------------------------------------------------------------------------


def deposit(town: Town, key: str, who: Resident, till: Till, amount: int, *, mixed: bool = False) -> Errand:
    notes = in_notes(amount, town.chance(key, "notes"), mixed=mixed)

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            moved(town, who.account, amount)
            till.notes.update(notes)
            town.cash_in += amount

    form = {
        "account": who.account, "amount": yuan(amount),
        "denominations": {str(face): pieces for face, pieces in notes.items()},
    }  # fmt: skip
    return Errand(key, "cash_deposit", till.teller, form, {"amount": amount}, then)


def withdrawal(
    town: Town, key: str, who: Resident, till: Till, amount: int, *, wrong_tries: int = 0
) -> Errand:
    """Where the town makes a mistake, it is a note of a hundred yuan too many, which nobody notices before the evening."""

    async def then(errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            moved(town, who.account, -amount)
            till.notes.subtract(errand.facts["notes"])
            town.cash_out += amount
            if town.mistakes and till.notes[BANKNOTE] and till.short_of is None:
                till.notes[BANKNOTE] -= 1
                till.short_of = who.account
                town.mistakes -= 1
        elif outcome == "PasswordLocked":
            again = reset_password(town, f"{key}:reset", who, till.teller, "locked")
            town.after(timedelta(minutes=9), lambda: town.begin(again))

    facts = {"amount": amount, "wrong_tries": wrong_tries}
    form = {"account": who.account, "amount": yuan(amount)}
    return Errand(key, "cash_withdrawal", till.teller, form, facts, then)


# --- transfers ----------------------------------------------------------------------------------------------------------


async def pay(town: Town, key: str, person: Person, payer: str, payee: str, amount: int, memo: str) -> None:
    """A transfer as the counter and the API make it: straight through where its model lets it."""
    form = {"payer": payer, "payee": payee, "amount": amount, "currency": "CNY", "memo": memo}

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome in DONE:
            moved(town, payer, -amount)
            moved(town, payee, amount)

    errand = Errand(key, "transfer", person, form, {"amount": amount}, then)
    try:
        answer = await town.bank.processes.run(person, "transfer", form, idempotency_key=f"demo:{key}")
    except Refused as refused:
        town.note("transfer", refused)
        return
    if isinstance(answer, Posted):
        await town.over(errand, "Done")
    else:
        errand.case = answer
        await town.follow(errand)


def transfer_online(town: Town, key: str, payer: Resident, payee: Resident, amount: int, memo: str) -> Errand:
    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome in DONE:
            moved(town, payer.account, -amount)
            moved(town, payee.account, amount)

    form = {"payer": payer.account, "payee": payee.account, "amount": yuan(amount), "memo": memo}
    return Errand(key, "transfer", town.customer(payer), form, {"amount": amount}, then)


def rent(town: Town, key: str, who: Resident, teller: Person, first_on: date) -> Errand:
    assert who.landlord is not None
    form = {
        "payer": who.account, "payee": who.landlord.account, "what": "fixed", "amount": yuan(who.rent), "rhythm": "monthly",
        "month_day": first_on.day, "first_on": first_on.isoformat(), "on_holiday": "next", "retries": 3, "memo": "房租",
        "identified": True,
    }  # fmt: skip
    return Errand(key, "agree_standing_order", teller, form)


# --- accounts and people ------------------------------------------------------------------------------------------------


def open_account(
    town: Town, key: str, who: Resident, till: Till, *, more: Mapping[str, Any] | None = None
) -> Errand:
    """A class I account with a card, and the first cash on it at once."""
    first = min(who.first, 5_000_000)
    notes = in_notes(first, town.chance(key, "notes"))

    async def on_task(errand: Errand, element: str) -> None:
        if element == "HandOver":
            till.notes.update(notes)
            town.cash_in += first
            who.account = (await town.objects(errand.case))["account"][0]
            moved(town, who.account, first)

    async def then(errand: Errand, outcome: str | None) -> None:
        if outcome == "Opened":
            who.customer = (await town.objects(errand.case))["customer"][0]
            town.residents.append(who)

    form = {
        "name": who.name, "document_type": "id_card", "document_number": who.document_number, "mobile": who.mobile,
        "address": who.address, "account_class": "1", "medium": "card", "first_deposit_wanted": True, **(more or {}),
    }  # fmt: skip
    facts = {"amount": first, "notes": notes, "differs": False}
    return Errand(key, "open_account", till.teller, form, facts, then, on_task)


def open_entity_account(town: Town, key: str, who: Resident, teller: Person) -> Errand:
    chance = town.chance(key, "owner")
    boss = chance.choice(words()["surnames"]) + "示范"
    born = date(chance.randint(1962, 1988), chance.randint(1, 12), chance.randint(1, 28))

    async def then(errand: Errand, outcome: str | None) -> None:
        if outcome == "Opened":
            objects = await town.objects(errand.case)
            who.customer, who.account = objects["customer"][0], objects["account"][0]
            town.residents.append(who)

    number = id_number(born, chance.randint(100, 800))
    form = {
        "name": who.name, "document_number": who.document_number, "mobile": who.mobile, "address": who.address,
        "purpose": "basic", "legal_name": boss, "legal_document_type": "id_card", "legal_document_number": number,
    }  # fmt: skip
    owner = {
        "owner_name": boss, "owner_document_type": "id_card", "owner_document_number": number, "owner_basis": "shares",
        "owner_share": 10_000, "more_owners": "no",
    }  # fmt: skip
    return Errand(key, "open_entity_account", teller, form, {"owner": owner}, then)


def open_online_banking(town: Town, key: str, who: Resident, teller: Person) -> Errand:
    return Errand(key, "open_online_banking", teller, {"customer": who.customer}, {"differs": False})


def reset_password(town: Town, key: str, who: Resident, teller: Person, reason: str) -> Errand:
    return Errand(key, "reset_password", teller, {"account": who.account, "reason": reason})


def change_data(town: Town, key: str, who: Resident, teller: Person) -> Errand:
    chance = town.chance(key)
    changed = {"address": f"流水市{chance.choice(words()['streets'])}{chance.randint(1, 199)}号"}
    if chance.random() < 0.4:
        changed["mobile"] = str(13_800_008_000 + chance.randint(0, 1_999))
    return Errand(key, "change_customer_data", teller, {"customer": who.customer, **changed})


def statement(town: Town, key: str, who: Resident, person: Person) -> Errand:
    until = town.today
    form = {"account": who.account, "from": (until - timedelta(days=30)).isoformat(), "to": until.isoformat()}
    return Errand(key, "print_statement", person, form)


def limit(town: Town, key: str, who: Resident, teller: Person) -> Errand:
    daily = yuan(BANKNOTE * 100 * town.chance(key).choice([1, 2, 5, 10]))
    form = {"account": who.account, "channel": ONLINE, "daily_amount": daily, "identified": True}
    return Errand(key, "agree_transfer_limit", teller, form)


# --- placed deposits ----------------------------------------------------------------------------------------------------


def place(
    town: Town, key: str, who: Resident, person: Person, amount: int, product: str, tenor: str, at_end: str
) -> Errand:
    async def then(errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            moved(town, who.account, -amount)
            deposit = next(n for n in (await town.objects(errand.case))["account"] if n != who.account)
            town.placed[deposit] = (who, amount)

    form = {
        "account": who.account, "product": product, "tenor": tenor, "amount": yuan(amount), "instruction": at_end,
    }  # fmt: skip
    return Errand(key, "open_time_deposit", person, form, {"amount": amount}, then)


def break_deposit(town: Town, key: str, deposit: str, person: Person) -> Errand:
    """Before its day. What interest it brings, the bank alone reckons."""

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done" and deposit in town.placed:
            who, amount = town.placed.pop(deposit)
            moved(town, who.account, amount)

    return Errand(key, "withdraw_time_deposit", person, {"deposit": deposit}, {}, then)


# --- trouble ------------------------------------------------------------------------------------------------------------


def complaint(town: Town, key: str, who: Resident | None, person: Person, via: str) -> Errand:
    chance = town.chance(key)
    about = dict(chance.choice(words()["complaints"]))
    form: dict[str, Any] = {"received_via": via, **about}
    if who is None:
        form |= {"complainant": "来信人(虚构)", "contact": "来信地址见信封"}
    elif via != ONLINE:
        form["customer"] = who.customer
    return Errand(key, "complaint", person, form)


def block(town: Town, key: str, who: Resident, teller: Person) -> Errand:
    """At the customer's own request; lifted some days later, mostly."""

    async def then(errand: Errand, outcome: str | None) -> None:
        chance = town.chance(key, "lift")
        if outcome == "Blocked" and chance.random() < 0.7:
            number = (await town.variables(errand.case))["block"]
            form = {"account": who.account, "block": number, "reason": "风险已排除"}
            lift = Errand(f"{key}:lift", "unblock_account", teller, form)
            town.at(town.working_time(420 * chance.randint(1, 4)), lambda: town.begin(lift))

    form = {"account": who.account, "cause": "customer", "scope": "debit", "reason": "担心资金安全"}
    return Errand(key, "block_account", teller, form, {"differs": False}, then)


def freeze(town: Town, key: str, who: Resident, teller: Person, until: date) -> Errand:
    """By a court, with two officers at the counter."""
    form = {
        "account": who.account, "cause": "court", "scope": "debit", "reason": "执行案件", "until": until.isoformat(),
        "authority": "流水市河畔区人民法院(虚构)", "document_reference": "(虚构)执字第1号", "officer_one_name": "甲",
        "officer_one_id": "执0000-111", "officer_two_name": "乙", "officer_two_id": "执0000-222",
    }  # fmt: skip
    return Errand(key, "block_account", teller, form)


def loss(town: Town, key: str, who: Resident, teller: Person, kind: str) -> Errand:
    form = {"account": who.account, "kind": kind, "reporter": who.name}
    return Errand(key, "report_loss", teller, form, {"differs": False})


def wrong_deposit(town: Town, key: str, who: Resident, till: Till, amount: int) -> Errand:
    """A deposit typed in for the wrong customer, and reversed at the same till before it closes."""
    made = deposit(town, key, who, till, amount)
    booked = made.then
    assert booked is not None

    async def then(errand: Errand, outcome: str | None) -> None:
        await booked(errand, outcome)
        if outcome == "Done":
            journal = (await town.variables(errand.case))["journal"]
            form = {"journal": journal, "reason": "户名录错"}
            undo = Errand(f"{key}:undo", "reverse_journal", till.teller, form, {}, undone)
            town.after(
                timedelta(minutes=town.chance(key, "undo").choice([6, 14, 25])), lambda: town.begin(undo)
            )

    async def undone(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            moved(town, who.account, -amount)
            till.notes.subtract(in_notes(amount, town.chance(key, "notes")))
            town.cash_out += amount

    made.then = then
    return made
