"""The counters of the simulated year, by the bank's own procedures; every step once, however often the day is begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from liushui.bank import Bank
from liushui.workflow import Person, Q
from liushui.workflow.state import State
from tests.procedures import person
from tests.scenarios.counter_plan import Counters, Notes, Reckoning, Visit

PROCEDURES = frozenset(
    {
        "till_sign_in", "till_close", "cash_deposit", "cash_withdrawal", "cash_transfer", "cash_difference"
    }
)  # fmt: skip
PASSWORD = "582947"
Answers = Mapping[str, tuple[Person, Mapping[str, Any]]]


def shown(notes: Notes) -> dict[str, int]:
    return {str(face): pieces for face, pieces in notes.items()}


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


class CounterLives:
    """Lives the plan's days at the bank. numbers: the walk-ins' accounts."""

    def __init__(self, bank: Bank, seed: str, numbers: list[str], first: date) -> None:
        self.bank, self.seed, self.numbers = bank, seed, numbers
        self.reckoning, self.day = Reckoning(), first

    async def live(self, day: date) -> None:
        while self.day < day:  # days lived before a kill: only reckoned
            for _ in self.reckoning.day(self.seed, self.day):
                continue
            self.day += timedelta(days=1)
        for number, visit in enumerate(self.reckoning.day(self.seed, day)):
            await self._visit(f"sim:counter:{day}:{number}", visit)
        self.day = day + timedelta(days=1)

    async def _visit(self, key: str, visit: Visit) -> None:
        at = visit.at
        teller, keeper = _people(at, "teller"), _people(at, "vault_keeper")
        counted = shown(visit.notes)
        if visit.what == "sign_in":
            given = {"till": at.till, "denominations": shown(visit.other or {})}
            await self._case(
                key, teller, "till_sign_in", given, {"Recount": (teller, {"denominations": counted})}
            )
        elif visit.what == "deposit":
            given = {
                "account": self.numbers[visit.who],
                "amount": yuan(visit.minor),
                "denominations": counted,
            }
            if visit.other:
                given["change"] = shown(visit.other)
            await self._case(key, teller, "cash_deposit", given, {})
        elif visit.what == "withdraw":
            await self._withdraw(key, teller, visit)
        elif visit.what == "close":
            await self._close(key, teller, visit)
        else:
            to_vault = visit.what == "bring"
            giver, receiver = (at.till, at.vault) if to_vault else (at.vault, at.till)
            sender, taker = (teller, keeper) if to_vault else (keeper, teller)
            taken = {"accepted": "yes", "counted": shown(visit.other or visit.notes)}
            await self._case(
                key, sender, "cash_transfer", {"giver": giver, "receiver": receiver, "denominations": counted},
                {"ReceiveAtTill": (taker, taken), "ReceiveInVault": (taker, taken),
                 "TakeBack": (sender, {"taken_back": True})},
            )  # fmt: skip

    async def _withdraw(self, key: str, teller: Person, visit: Visit) -> None:
        fits = {"document_type": "id_card", "identity_result": "fits"}
        chosen = {"new_password": PASSWORD, "repeated_password": PASSWORD}
        await self._case(
            key, teller, "cash_withdrawal", {"account": self.numbers[visit.who], "amount": yuan(visit.minor)},
            {"VerifyIdentity": (teller, fits), "ChoosePassword": (teller, chosen),
             "EnterPassword": (teller, {"password": PASSWORD}),
             "CountOut": (teller, {"denominations": shown(visit.notes)})},
        )  # fmt: skip

    async def _close(self, key: str, teller: Person, visit: Visit) -> None:
        counted = {"denominations": shown(visit.notes)}
        recount: Answers = {"Recount": (teller, counted)}
        case = await self._case(key, teller, "till_close", counted, recount)
        if not visit.minor:
            return
        found = (await self._variables(case))["count"]
        supervisor, manager = _people(visit.at, "supervisor"), _people(visit.at, "senior_manager")
        trace = {"finding": visit.finding, "note": "looked into"}
        if visit.finding == "customer":
            trace["account"] = self.numbers[visit.who]
        await self._case(
            f"{key}:difference", teller, "cash_difference", {"count": found, "explanation": "does not agree"},
            {"Confirm": (supervisor, {"decision": "approve"}), "Trace": (supervisor, trace),
             "Approve": (manager, {"decision": "approve"})},
        )  # fmt: skip
        await self._case(f"{key}:again", teller, "till_close", counted, recount)

    async def _case(
        self, key: str, who: Person, process: str, given: Mapping[str, Any], answers: Answers
    ) -> int:
        """Begin a case and do its tasks until it is over. The open task says how far it has come."""
        case = await self.bank.processes.start(who, process, given, idempotency_key=key)
        while True:
            async with self.bank.db.read() as conn:
                tasks = await conn.fetch(Q.tasks_of_case, case)
            task = next((t for t in tasks if t["state"] in ("open", "claimed")), None)
            if task is None:
                return case
            by, filled = answers[task["element"]]
            await self.bank.processes.complete(
                by, task["id"], filled, version=task["version"], idempotency_key=f"{key}:{len(tasks)}"
            )

    async def _variables(self, case: int) -> Mapping[str, Any]:
        async with self.bank.db.read() as conn:
            row = await conn.fetchrow(Q.instance, case)
        assert row is not None
        return State.from_json(row["state"]).variables


def _people(at: Counters, role: str) -> Person:
    letters = {"vault_keeper": "K", "supervisor": "S", "senior_manager": "G"}
    number = at.teller if role == "teller" else f"{letters[role]}000{at.branch}"
    return person(number, role, branch=at.branch, anywhere=role == "senior_manager")
