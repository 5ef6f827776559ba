"""Notes and vouchers against plain dictionaries: whatever is moved, in whatever order, both hold the same, and what one
refuses the other refuses. Notes come and go only with a deposit, a withdrawal, a difference, or branch cash counted in.

One database serves all examples: the dictionaries begin with what is there, which is what the last example has left. So
nothing is drawn that depends on what there is: the same draws must be the same example to Hypothesis.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from liushui.bank import Bank, open_bank
from liushui.cash import (
    CLOSING,
    Moved,
    Place,
    book_value,
    minus,
    move,
    place_by_code,
    record_count,
    settle_faces,
    stock_of,
    transfer_on_its_way,
    value,
    verify_cash,
)
from liushui.cash.vouchers import At, By, Range, receive, send, take, turn_back, use, void, where_is
from liushui.demo import complete_demo_bank
from liushui.deposits import CASH_DEPOSIT, CASH_WITHDRAWAL
from liushui.kernel.clock import ManualClock
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Post
from liushui.store.database import UnitOfWork
from tests.procedures import MONDAY_TEN

ZHANG = "0001010000000016"
CODES = ("0001-V", "0001-T01", "0001-T02", "0001-M01")
FACES = (10_000, 5_000, 1_000, 1)
KIND, WINDOW = 301, 40
"""Each example has numbers of its own; who holds what of earlier ones is remembered."""
_keys = count(1)
notes = st.dictionaries(st.sampled_from(FACES), st.integers(1, 150), min_size=1, max_size=3)
places = st.sampled_from(CODES)
tellers = st.sampled_from(("T0001", "T0003"))
ranges = st.tuples(st.integers(0, WINDOW - 1), st.integers(0, WINDOW - 1)).map(sorted)


class World:
    """The bank, kept open on one event loop."""

    def __init__(self, dsn: str) -> None:
        self.runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.bank: Bank = self.runner.run(self._open(dsn))
        self.numbers: dict[int, tuple[str, str | None]] = {}
        self.places: dict[str, Place] = {c: self.read(place_by_code, c) for c in (*CODES, "0001-X")}

    async def _open(self, dsn: str) -> Bank:
        bank = await self._stack.enter_async_context(open_bank(dsn, ManualClock(MONDAY_TEN)))
        await complete_demo_bank(bank)
        return bank

    def close(self) -> None:
        self.runner.run(self._stack.aclose())
        self.runner.close()

    def read(self, what: Any, *arguments: Any) -> Any:
        async def look() -> Any:
            async with self.bank.db.read() as conn:
                return await what(conn, *arguments)

        return self.runner.run(look())

    def do(self, work: Any) -> str | None:
        """Run one use case in one transaction; return the code where it was refused."""

        async def whole() -> str | None:
            try:
                await self.bank.db.transact(work)
            except Refused as refused:
                return refused.code
            return None

        return self.runner.run(whole())


@pytest.fixture
def world(demo: str) -> Iterator[World]:
    one = World(demo)
    yield one
    one.close()


def header() -> Header:
    number = next(_keys)
    return Header(f"machine:{number}", "", 1, "T0001", "counter", process_instance=str(1_000_000 + number))


def machine(world: World) -> type[RuleBasedStateMachine]:  # noqa: C901 - a class of short rules, closed over the bank
    bank = world.bank

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.held = {code: Counter(world.read(stock_of, place)) for code, place in world.places.items()}
            self.over = self.short = self.inside = 0
            self.total = self.sum()
            self.on_the_way: dict[int, tuple[str, str, dict[int, int]]] = {}
            self.first = WINDOW * next(_keys)
            self.numbers = world.numbers
            self.numbers.update(dict.fromkeys(range(self.first, self.first + WINDOW), ("nowhere", None)))

        def look(self, number: int) -> tuple[str, str | None]:
            try:
                at = world.read(where_is, KIND, number)
            except Refused:
                return "nowhere", None
            return at.state, at.holder

        def sum(self) -> int:
            return sum(face * n for place in self.held.values() for face, n in place.items())

        def has(self, code: str, wanted: dict[int, int]) -> bool:
            return all(self.held[code][face] >= n for face, n in wanted.items())

        @rule(code=places, come=notes, go=notes, paid=st.booleans())
        def over_the_counter(self, code: str, come: dict[int, int], go: dict[int, int], paid: bool) -> None:
            """A deposit with change, or a withdrawal with something handed in: whichever the difference is."""
            amount = value(come) - value(go)
            if amount == 0 or paid != (amount < 0):
                return

            async def work(uow: UnitOfWork) -> None:
                place = world.places[code]
                template = CASH_WITHDRAWAL if paid else CASH_DEPOSIT
                kind, lines = await bank.deposits.cash_lines(
                    template,
                    branch_id=1,
                    account=ZHANG,
                    amount=abs(amount),
                    currency="CNY",
                    till=place.account_id,
                )
                posted = await bank.ledger.post_within(uow, Post(header()._replace(code=kind), lines))
                await move(uow, bank.clock, place, come, go, journal_id=posted.journal_id, who=Moved("T0001"))

            change = minus(come, go)
            refused = world.do(work)
            if refused == "insufficient_funds":  # the customer's, whom the dictionaries do not know
                return
            assert (refused is None) == self.has(code, {f: -n for f, n in change.items() if n < 0}), refused
            if refused is None:
                self.held[code].update(change)
                self.inside += amount

        @rule(giver=places, receiver=places, what=notes)
        def send(self, giver: str, receiver: str, what: dict[int, int]) -> None:
            case = next(_keys)
            a, b = world.places[giver], world.places[receiver]
            refused = world.do(lambda uow: bank.cash.send(uow, header(), a, b, what, case_id=case))
            if refused is None:
                assert giver != receiver
                assert self.has(giver, what)
                self.held[giver].subtract(what)
                self.held["0001-X"].update(what)
                self.on_the_way[case] = (giver, receiver, what)
            elif refused == "notes_missing":
                assert not self.has(giver, what)
            elif refused == "till_keeps_too_much":
                there = sum(f * n for f, n in self.held[receiver].items())
                assert there + value(what) > 30_000_000
            else:
                assert (refused, giver) == ("same_cash_place", receiver)

        @rule(which=st.integers(0, 99), accepted=st.booleans())
        def settle(self, which: int, accepted: bool) -> None:
            if not self.on_the_way:
                return
            case = sorted(self.on_the_way)[which % len(self.on_the_way)]
            giver, receiver, what = self.on_the_way[case]
            how = bank.cash.arrive if accepted else bank.cash.give_back

            async def work(uow: UnitOfWork) -> None:
                await how(uow, header(), await transfer_on_its_way(uow, case))

            refused = world.do(work)
            if refused is not None:
                assert (refused, accepted) == ("till_keeps_too_much", True)
                return
            self.held["0001-X"].subtract(what)
            self.held[receiver if accepted else giver].update(what)
            del self.on_the_way[case]
            assert world.do(work) == "cash_not_on_its_way"

        @rule(code=places, wrong=notes, more=st.booleans())
        def count(self, code: str, wrong: dict[int, int], more: bool) -> None:
            """Somebody counts other notes than there should be: what differs in value is booked, what differs only by face
            is put right, and then the place holds what was counted."""
            counted = Counter(self.held[code])
            counted.update(wrong) if more else counted.subtract(wrong)
            if any(n < 0 for n in counted.values()):
                return
            found = {f: n for f, n in counted.items() if n}

            async def work(uow: UnitOfWork) -> None:
                place = world.places[code]
                kept = await record_count(uow, bank.clock, place, found, purpose=CLOSING, who=Moved("T0001"))
                if kept.agrees:
                    await settle_faces(uow, bank.clock, kept, Moved("T0001"))
                    return
                await bank.cash.book_difference(
                    uow, header(), kept, await stock_of(uow.conn, place), confirmed_by="S0001", case_id=1
                )

            assert world.do(work) is None
            self.held[code] = Counter(found)
            difference = value(wrong)
            self.over += difference if more else 0
            self.short += 0 if more else difference

        @rule(numbers=ranges)
        def receive(self, numbers: list[int]) -> None:
            numbers = [self.first + n for n in numbers]
            known = [n for n in range(numbers[0], numbers[1] + 1) if self.numbers[n][0] != "nowhere"]
            by = By("K0001", "S0001")
            refused = world.do(lambda uow: receive(uow, bank.clock, Range(KIND, *numbers), 1, by))
            assert refused == ("voucher_known" if known else None)
            if refused is None:
                self.put(numbers, ("stock", None))

        @rule(
            numbers=ranges,
            teller=tellers,
            how=st.sampled_from(["send", "take", "turn_back", "back", "void_stock", "void"]),
        )
        def carry(self, numbers: list[int], teller: str, how: str) -> None:
            numbers = [self.first + n for n in numbers]
            stock, way, held = ("stock", None), ("on_the_way", None), ("held", teller)
            source, target = {
                "send": (stock, way), "take": (way, held), "turn_back": (way, stock), "back": (held, way),
                "void_stock": (stock, ("void", None)), "void": (held, ("void", None)),
            }[how]  # fmt: skip
            those = Range(KIND, *numbers)
            by = By("K0001", "S0001", reason="spoilt" if how.startswith("void") else None)

            async def work(uow: UnitOfWork) -> None:
                if how in ("send", "back"):
                    await send(uow, bank.clock, those, At(1, *source), by)
                elif how == "take":
                    await take(uow, bank.clock, those, At(1, *target), by)
                elif how == "turn_back":
                    await turn_back(uow, bank.clock, those, At(1, *target), by)
                else:
                    await void(uow, bank.clock, those, At(1, *source), by)

            there = all(self.numbers[n] == source for n in range(numbers[0], numbers[1] + 1))
            refused = world.do(work)
            assert refused == (None if there else "voucher_not_there")
            if there:
                self.put(numbers, target)

        @rule(teller=tellers)
        def use(self, teller: str) -> None:
            mine = sorted(n for n, at in self.numbers.items() if at == ("held", teller))
            used = world.do(
                lambda uow: use(uow, bank.clock, KIND, teller=teller, branch_id=1, account=ZHANG, case_id=1)
            )
            assert used == (None if mine else "voucher_none_held")
            if mine:
                self.put([mine[0], mine[0]], ("used", None))

        def put(self, numbers: list[int], at: tuple[str, str | None]) -> None:
            self.numbers.update(dict.fromkeys(range(numbers[0], numbers[1] + 1), at))

        @invariant()
        def nothing_appears_or_vanishes(self) -> None:
            if hasattr(self, "held"):
                assert self.sum() == self.total + self.inside + self.over - self.short

        def teardown(self) -> None:
            if not hasattr(self, "held"):
                return
            for code, place in world.places.items():
                assert world.read(stock_of, place) == {f: n for f, n in self.held[code].items() if n}, code
                assert world.read(book_value, place) == sum(f * n for f, n in self.held[code].items())
            for number in range(self.first, self.first + WINDOW):
                assert self.look(number) == self.numbers[number], number
            assert world.read(verify_cash) == []

    return Machine


@pytest.mark.timeout(280)
def test_notes_and_vouchers_are_where_plain_dictionaries_say(world: World) -> None:
    run_state_machine_as_test(
        machine(world),
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck),
            database=None, phases=(Phase.generate,),
        ),
    )  # fmt: skip
