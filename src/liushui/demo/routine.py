"""What a branch does every day whoever comes: tills are signed in, filled and emptied, and closed; the vault is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from liushui.cash import only_place, place_by_code, stock_of
from liushui.demo.errands import moved
from liushui.demo.people import BANKNOTE
from liushui.demo.town import Errand, Q, Till, Town
from liushui.identity import Branch
from liushui.workflow import Person

LEAST, MOST = 1_500_000, 9_000_000
"""What a till should have in the morning at least, and in the evening at most, in fen."""
KEPT_HUNDREDS = 200
FILL = {BANKNOTE: 200}
"""A vault keeps hundreds, as the demo bank's do."""
TRIES = 6


async def tills_of(town: Town, tellers: dict[str, list[Person]], taken: Collection[str] = ()) -> list[Till]:
    """A till for each teller of a branch, as far as there are any, with what the bank says is in it. tellers: by branch.
    taken: codes of tills that are somebody else's."""
    branch_of = {branch.id: branch for branch in town.branches.values()}
    waiting = {code: list(people) for code, people in tellers.items()}
    found: list[Till] = []
    async with town.bank.db.read() as conn:
        for row in await conn.fetch(Q.tills):
            branch = branch_of[row["branch_id"]]
            if waiting.get(branch.code) and row["teller"] is None and row["code"] not in taken:
                notes = Counter(await stock_of(conn, await place_by_code(conn, row["code"])))
                found.append(Till(row["code"], waiting[branch.code].pop(0), branch, notes))
    return found


async def sign_in(town: Town, key: str, till: Till) -> None:
    """Take the till for the day; where little lies in it, more comes from the vault."""

    async def then(_errand: Errand, outcome: str | None) -> None:
        till.open = outcome in ("Done", "Back")
        if till.open and till.worth < LEAST:
            await _fill(town, f"{key}:fill", till)

    form = {"till": till.code, "denominations": till.counted()}
    await town.begin(Errand(key, "till_sign_in", till.teller, form, {}, then))


async def _fill(town: Town, key: str, till: Till) -> None:
    keeper = town.keeper_of(till.branch)
    if keeper is None:
        return

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            till.notes.update(FILL)

    await town.begin(
        Errand(
            key, "cash_transfer", keeper, transfer_form(f"{till.branch.code}-V", till.code, FILL), {}, then
        )
    )


async def empty(town: Town, key: str, till: Till) -> None:
    """Hand in to the vault what is too much for the night."""
    surplus = till.notes[BANKNOTE] - KEPT_HUNDREDS
    if not till.open or till.worth <= MOST or surplus <= 0:
        return

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            till.notes[BANKNOTE] -= surplus

    form = transfer_form(till.code, f"{till.branch.code}-V", {BANKNOTE: surplus})
    await town.begin(Errand(key, "cash_transfer", till.teller, form, {}, then))


def transfer_form(giver: str, receiver: str, notes: dict[int, int]) -> dict[str, object]:
    return {
        "giver": giver,
        "receiver": receiver,
        "denominations": {str(face): n for face, n in notes.items()},
    }


async def close(town: Town, key: str, till: Till, left: int = TRIES) -> None:
    """Count the till and close it. What differs from the books is reported first, and the till closed when that is booked."""
    if not till.open:
        return

    async def then(errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            till.open = False
        elif outcome == "CashDiffers":
            count = (await town.variables(errand.case))["count"]
            await _report(town, f"{key}:difference", till, count)
            town.after(timedelta(minutes=25), lambda: close(town, f"{key}:again", till, left - 1))
        elif outcome is None and left:
            town.after(timedelta(minutes=15), lambda: close(town, f"{key}:later", till, left - 1))

    await town.begin(Errand(key, "till_close", till.teller, {"denominations": till.counted()}, {}, then))


async def _report(town: Town, key: str, till: Till, count: int) -> None:
    account, till.short_of = till.short_of, None
    chance = town.chance(key)
    if chance.random() < 0.5:
        account = None  # nobody finds out who got it

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Settled" and account is not None:
            moved(town, account, -BANKNOTE)
            town.recovered += BANKNOTE

    form = {"count": count, "explanation": "轧账少一张百元"}
    await town.begin(Errand(key, "cash_difference", till.teller, form, {"account": account}, then))


async def count_vault(town: Town, key: str, branch: Branch) -> None:
    """The keeper counts, somebody else counts again."""
    keeper = town.keeper_of(branch)
    if keeper is None:
        return
    async with town.bank.db.read() as conn:
        vault = await only_place(conn, branch.id, "vault")
        notes = {str(face): pieces for face, pieces in (await stock_of(conn, vault)).items() if pieces}
    await town.begin(Errand(key, "vault_count", keeper, {"denominations": notes}))


async def cash_for(town: Town, key: str, till: Till, amount: int) -> None:
    """Fetch hundreds for a large payment from the vault."""
    keeper = town.keeper_of(till.branch)
    notes = {BANKNOTE: amount // BANKNOTE}
    if keeper is None:
        return

    async def then(_errand: Errand, outcome: str | None) -> None:
        if outcome == "Done":
            till.notes.update(notes)

    form = transfer_form(f"{till.branch.code}-V", till.code, notes)
    await town.begin(Errand(key, "cash_transfer", keeper, form, {}, then))
