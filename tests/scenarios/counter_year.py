"""The counters of the simulated year, by the bank's own procedures; every step once, however often the day is begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from liushui.bank import Bank
from liushui.kernel.errors import Refused
from liushui.workflow import Person, Q
from liushui.workflow.state import State
from tests.procedures import person
from tests.scenarios.counter_oracle import check_counters
from tests.scenarios.counter_plan import Counters, Notes, Reckoning, Visit

PROCEDURES = frozenset(
    {
        "till_sign_in", "till_sign_out", "till_close", "cash_deposit", "cash_withdrawal", "cash_transfer", "cash_difference"
    }
)  # fmt: skip
PASSWORD = "582947"
Answers = Mapping[str, tuple[Person, Mapping[str, Any]]]


def shown(notes: Notes) -> dict[str, int]:
    return {str(face): pieces for face, pieces in notes.items()}


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


class CounterLives:
    """Lives the plan's days at the bank. numbers: the walk-ins' accounts. branches: ids by code; a kill may have used one up."""

    def __init__(
        self, bank: Bank, seed: str, numbers: list[str], branches: Mapping[str, int], first: date
    ) -> None:
        self.bank, self.seed, self.numbers, self.branches = bank, seed, numbers, branches
        self.reckoning, self.first, self.day = Reckoning(), first, first
        self.closes: dict[str, str] = {}
        """Teller to the key of the last close that has found a difference."""
        self.refused: list[str] = []

    async def reckon_until(self, day: date) -> None:
        """Know what the days before a day have left behind. Those lived before a kill are only reckoned."""
        while self.day < day:
            for number, visit in enumerate(self.reckoning.day(self.seed, self.day)):
                self._remember(f"sim:counter:{self.day}:{number}", visit)
            self.day += timedelta(days=1)

    async def live(self, day: date) -> None:
        await self.reckon_until(day)
        for number, visit in enumerate(self.reckoning.day(self.seed, day)):
            key = f"sim:counter:{day}:{number}"
            self._remember(key, visit)
            await self._visit(key, visit)
        self.day = day + timedelta(days=1)

    async def check(self, day: date) -> None:
        """The morning of a day, in a year that nobody kills: what lies where is what the plan says. Not asked where the plan has
        done nothing the day before, but on the first of a month."""
        await self.reckon_until(day)
        self.reckoning.begin(day)
        if day.day > 1 and day - timedelta(days=1) not in self.reckoning.open_days:
            return
        async with self.bank.db.read() as conn:
            await check_counters(conn, self.reckoning, self.numbers, self.first)
        assert self.refused == ["till_keeps_too_much"] * self.reckoning.seen["filled"]

    def _remember(self, key: str, visit: Visit) -> None:
        if visit.what == "close" and visit.minor:
            self.closes[visit.at.teller] = key

    async def _visit(self, key: str, visit: Visit) -> None:
        at = visit.at
        teller, keeper = self._person(at, "teller"), self._person(at, "vault_keeper")
        counted = shown(visit.notes)
        if visit.what == "sign_in":
            given = {"till": at.till, "denominations": shown(visit.other or {})}
            await self._case(
                key, teller, "till_sign_in", given, {"Recount": (teller, {"denominations": counted})}
            )
        elif visit.what == "away":
            await self._case(f"{key}:out", teller, "till_sign_out", {}, {})
            await self._case(f"{key}:in", teller, "till_sign_in", {}, {})
        elif visit.what == "deposit":
            given = {
                "account": self.numbers[visit.who],
                "amount": yuan(visit.minor),
                "denominations": counted,
            }
            if visit.other:
                given["change"] = shown(visit.other)
            case = await self._case(key, teller, "cash_deposit", given, {})
            assert (await self._variables(case))["hand_in"] == visit.over, key
        elif visit.what == "withdraw":
            await self._withdraw(key, teller, visit)
        elif visit.what == "close":
            await self._close(key, teller, visit)
        elif visit.what == "trace":
            await self._difference(self.closes[at.teller], teller, visit, until=None)
        elif visit.what == "too_much":
            await self._too_much(key, keeper, visit)
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

    async def _too_much(self, key: str, keeper: Person, visit: Visit) -> None:
        given = {"giver": visit.at.vault, "receiver": visit.at.till, "denominations": shown(visit.notes)}
        try:
            await self._case(key, keeper, "cash_transfer", given, {})
        except Refused as refused:
            self.refused.append(refused.code)
            return
        raise AssertionError(key)

    async def _withdraw(self, key: str, teller: Person, visit: Visit) -> None:
        fits = {"document_type": "id_card", "identity_result": "fits"}
        chosen = {"new_password": PASSWORD, "repeated_password": PASSWORD}
        case = await self._case(
            key, teller, "cash_withdrawal", {"account": self.numbers[visit.who], "amount": yuan(visit.minor)},
            {"VerifyIdentity": (teller, fits), "ChoosePassword": (teller, chosen),
             "EnterPassword": (teller, {"password": PASSWORD}),
             "CountOut": (teller, {"denominations": shown(visit.notes)})},
        )  # fmt: skip
        assert (await self._variables(case))["hand_in"] == visit.over, key

    async def _close(self, key: str, teller: Person, visit: Visit) -> None:
        """Closing counts blind. Where the count is not what the books say, the difference is booked and the till counted again."""
        counted = {"denominations": shown(visit.notes)}
        recount: Answers = {"Recount": (teller, counted)}
        await self._case(key, teller, "till_close", counted, recount)
        if visit.minor:
            await self._difference(key, teller, visit, until="Trace" if visit.later else None)
            await self._case(f"{key}:again", teller, "till_close", counted, recount)

    async def _difference(self, close: str, teller: Person, visit: Visit, *, until: str | None) -> None:
        """What a close has found, as far as a task. close: the key of the close; asked again, it answers with its case."""
        counted = {"denominations": shown(visit.notes)}
        case = await self.bank.processes.start(teller, "till_close", counted, idempotency_key=close)
        found = (await self._variables(case))["count"]
        supervisor, manager = self._person(visit.at, "supervisor"), self._person(visit.at, "senior_manager")
        trace = {"finding": visit.finding, "note": "looked into"}
        if visit.finding == "customer":
            trace["account"] = self.numbers[visit.who]
        await self._case(
            f"{close}:difference", teller, "cash_difference", {"count": found, "explanation": "does not agree"},
            {"Confirm": (supervisor, {"decision": "approve"}), "Trace": (supervisor, trace),
             "Approve": (manager, {"decision": "approve"})},
            until=until,
        )  # fmt: skip

    async def _case(
        self,
        key: str,
        who: Person,
        process: str,
        given: Mapping[str, Any],
        answers: Answers,
        *,
        until: str | None = None,
    ) -> int:
        """Begin a case and do its tasks until it is over, or a task is next. The open task says how far it has come."""
        case = await self.bank.processes.start(who, process, given, idempotency_key=key)
        while True:
            async with self.bank.db.read() as conn:
                tasks = await conn.fetch(Q.tasks_of_case, case)
            task = next((t for t in tasks if t["state"] in ("open", "claimed")), None)
            if task is None or task["element"] == until:
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

    def _person(self, at: Counters, role: str) -> Person:
        letters = {"vault_keeper": "K", "supervisor": "S", "senior_manager": "G"}
        number = at.teller if role == "teller" else f"{letters[role]}{at.branch}"
        return person(number, role, branch=self.branches[at.branch], anywhere=role == "senior_manager")
