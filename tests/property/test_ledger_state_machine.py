"""The ledger in the database against the plain books of ``plain_books``: whatever is asked, in whatever order, both
give the same answer, and at the end every figure of every account is the same.

``LIUSHUI_EXAMPLES=2000`` makes a long run of it, which also looks for the shortest story where the two differ. The
short run leaves that out: it would take longer than the test may, and the story is kept for the next run anyhow.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from liushui.kernel.errors import Refused
from liushui.ledger import (
    Capture,
    Expire,
    Header,
    Hold,
    Line,
    NewAccount,
    Post,
    Posted,
    Request,
    Reverse,
    Void,
    balance,
    statement,
)
from liushui.ledger.seal import seal
from liushui.store.database import UnitOfWork
from liushui.store.embedded import EmbeddedServer
from tests.books import MORNING, Books, books, header
from tests.conftest import BUSINESS_DATE
from tests.property.plain_books import Account, No, PlainBooks, Yes

LONG = "LIUSHUI_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("LIUSHUI_EXAMPLES", "40"))
PHASES = tuple(phase for phase in Phase if LONG or phase not in (Phase.shrink, Phase.explain))
NewDatabase = Callable[[], Coroutine[Any, Any, str]]

# Name, branch, currency, debit-normal, floor. Branch 3 has no inter-branch account, and no branch has one in yen.
OF_BOOKS = (
    ("cash1", 1, "CNY", True, None), ("cash2", 2, "CNY", True, None), ("alice", 1, "CNY", False, 0),
    ("bob", 1, "CNY", False, 0), ("carol", 2, "CNY", False, 0), ("yen1", 1, "JPY", False, None),
    ("yen2", 1, "JPY", False, None), ("interbranch1", 1, "CNY", False, None), ("interbranch2", 2, "CNY", False, None),
)  # fmt: skip
MORE = (
    ("overdraft", 2, "CNY", False, -60), ("vault", 1, "CNY", True, 20), ("dora", 3, "CNY", False, 0),
    ("yen3", 2, "JPY", False, 0),
)  # fmt: skip
YUAN = ("cash1", "alice", "bob", "carol", "cash2", "overdraft", "vault", "dora")
YEN = ("yen1", "yen2", "yen3")
CHANGEABLE = ("alice", "bob", "carol", "overdraft", "vault", "cash2", "yen3")

amounts = st.integers(1, 100)
yuan_moves = st.tuples(st.sampled_from(YUAN), st.sampled_from(YUAN), amounts)
yen_moves = st.tuples(st.sampled_from(YEN), st.sampled_from(YEN), amounts)
# Out of the till into an account, more than what is moved on: so that there is money to move.
feeds = st.tuples(
    st.just("cash1"), st.sampled_from(("alice", "bob", "carol", "overdraft")), st.integers(50, 200)
)
pairs = st.sampled_from([(payer, payee) for payer in YUAN[:4] for payee in YUAN[:4] if payer != payee])
plain_moves = st.tuples(pairs, amounts).map(lambda drawn: (*drawn[0], drawn[1]))
moves = st.lists(st.one_of(feeds, plain_moves, yuan_moves, yen_moves), min_size=1, max_size=3)
slips = st.sampled_from(
    ["none"] * 12
    + ["zero", "negative", "huge", "one side", "stranger", "unbalanced", "currency", "no key", "long key", "nul",
       "surrogate", "memo", "no code", "late value", "early value", "earliest value",
       "latest value"]
)  # fmt: skip
picks = st.integers(0, 30)
posts = st.tuples(st.just("post"), moves, slips)
holds = st.tuples(st.just("hold"), moves, slips, st.sampled_from((30, 60, 120, 120, 0, -30)))
of_holds = st.one_of(
    st.tuples(
        st.just("capture"), picks, st.sampled_from(["whole", "whole", "part", "part", "over", "other"]), slips
    ),
    st.tuples(st.just("void"), picks),
    st.tuples(st.just("expire"), picks),
)
reversals = st.tuples(st.just("reverse"), picks)
repeats = st.tuples(st.just("again"), picks, st.booleans())
wishes = st.one_of(posts, holds, of_holds, reversals, repeats)
names = st.sampled_from(CHANGEABLE)
changes = st.one_of(
    st.tuples(
        st.just("blocks"), names, st.sampled_from([(False, False)] * 3 + [(True, False), (False, True)])
    ),
    st.tuples(st.just("floor"), names, st.one_of(st.none(), st.integers(-100, 400))),
    st.tuples(
        st.just("floor"), st.sampled_from(("alice", "bob", "carol")), st.sampled_from((0, 0, 250, 400))
    ),
    st.tuples(st.just("close"), names, st.none()),
    st.tuples(st.just("day"), st.none(), st.integers(-2, 2)),
    st.tuples(st.just("day"), st.none(), st.integers(1, 9)),
)


class Machine(RuleBasedStateMachine):
    """One bank, asked in two ways."""

    def __init__(self, server: EmbeddedServer, new_database: NewDatabase) -> None:
        super().__init__()
        self._server = server
        self._new_database = new_database
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._asked: list[Request] = []
        self._holds: list[int] = []
        self._keys = 0

    @initialize()
    def open_the_bank(self) -> None:
        self.plain = PlainBooks(BUSINESS_DATE, MORNING)
        self.bank = self._run(self._open())
        for name, branch, currency, debit_normal, floor in OF_BOOKS + MORE:
            self.plain.accounts[self.bank[name]] = Account(branch, currency, debit_normal, floor)
        for branch in (1, 2):
            self.plain.inter_branch[branch, "CNY"] = self.bank[f"interbranch{branch}"]

    async def _open(self) -> Books:
        self._dsn = await self._new_database()
        bank = await self._stack.enter_async_context(books(self._dsn))

        async def more(uow: UnitOfWork) -> None:
            for name, branch, currency, debit_normal, floor in MORE:
                new = NewAccount(name, branch, currency, "2011.01", debit_normal, floor)
                bank.ids[name] = await bank.ledger.open_account(uow, new)

        await bank.db.transact(more)
        return bank

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(asyncio.wait_for(work, 30))

    # Asking

    @rule(wish=wishes, within=st.sampled_from([False, False, True]))
    def ask(self, wish: tuple[Any, ...], within: bool) -> None:
        """One request and its answer; through group commit, or inside a use case of its own."""
        request = self._request(wish)
        if within:
            asked = self.bank.db.transact(lambda uow: self.bank.ledger.post_within(uow, request))
        else:
            asked = self.bank.ledger.submit(request)
        self._compare([request], [self._run(_answer(asked))])

    @rule(wished=st.lists(wishes, min_size=2, max_size=6))
    def ask_at_once(self, wished: list[tuple[Any, ...]]) -> None:
        """Many requests at the same moment: answered as if one had come after the other. None refers to what
        another of them will make: nobody knows a journal's number before it is answered."""
        requests = [self._request(wish) for wish in wished]
        self._compare(requests, self._run(self.bank.ledger.submit_all(requests)))

    @rule(payments=st.lists(st.tuples(feeds, plain_moves), min_size=1, max_size=4))
    def pay(self, payments: list[tuple[Any, Any]]) -> None:
        """What a bank does all day: money comes in and is moved on."""
        self.ask_at_once([("post", [move], "none") for pair in payments for move in pair])

    @rule(
        payer=st.sampled_from(("alice", "bob", "carol")), amount=amounts, wait=st.sampled_from((0, 0, 30, 60)),
        floor=st.sampled_from((None, None, 0, 250)), end=st.sampled_from(("capture", "capture", "expire", "void")),
        how=st.sampled_from(("whole", "part")),
    )  # fmt: skip
    def reserve(self, payer: str, amount: int, wait: int, floor: int | None, end: str, how: str) -> None:
        """A hold from its beginning to its end, with what may happen between: its time comes, the floor is raised."""
        self.ask(("post", [("cash1", payer, amount + 50)], "none"), False)
        before = len(self._holds)
        self.ask(("hold", [(payer, "bob" if payer != "bob" else "alice", amount)], "none", 30), False)
        if floor is not None:
            self.change(("floor", payer, floor))
        if wait:
            self.time_passes(wait)
        if len(self._holds) > before:
            self.ask((end, 0, how, "none") if end == "capture" else (end, 0), False)

    def _compare(self, requests: list[Request], answers: list[Posted | Refused]) -> None:
        for request, answer in zip(requests, answers, strict=True):
            try:
                expected: Yes | str = self.plain.ask(request)
            except No as no:
                expected = str(no)
            else:
                self._asked.append(request)
                if isinstance(request, Hold) and not expected.replayed:
                    self._holds.append(expected.journal)
            assert _told(answer) == expected, request

    def _request(self, wish: tuple[Any, ...]) -> Request:
        kind, first, *more = wish
        self._keys += 1
        head = header(f"key-{self._keys}")
        if kind == "post":
            head, lines = self._slip(head, self._lines(first), more[0])
            return Post(head, lines)
        if kind == "hold":
            head, lines = self._slip(head, self._lines(first), more[0])
            return Hold(head, lines, self.plain.now + timedelta(minutes=more[1]))
        if kind in ("capture", "void", "expire") and not self._holds and first:
            return Hold(
                head, self._lines([("cash1", "alice", 1 + first)]), self.plain.now + timedelta(hours=1)
            )
        if kind == "capture":
            number = self._hold(first)
            lines = self._part(number, more[0])
            if lines is not None:
                head, lines = self._slip(head, lines, more[1])
            return Capture(head, number, lines)
        if kind == "void":
            return Void(head, self._hold(first))
        if kind == "expire":
            return Expire(head, self._hold(first))
        if kind == "reverse":
            return Reverse(head, len(self.plain.journals) - first % (len(self.plain.journals) + 1))
        assert kind == "again"
        if not self._asked:
            return Void(head, 0)
        before = self._asked[-1 - first % len(self._asked)]
        same, other = before, replace(before, header=before.header._replace(memo="not what I said before"))
        return other if more[0] else same

    def _lines(self, drawn: list[tuple[str, str, int]]) -> tuple[Line, ...]:
        return tuple(
            line
            for payer, payee, amount in drawn
            for line in (Line(self.bank[payer], True, amount), Line(self.bank[payee], False, amount))
        )

    def _hold(self, pick: int) -> int:
        """Mostly a hold that is open; else any hold; now and then a journal that is none, or no journal at all."""
        open_ones = [number for number, hold in self.plain.holds.items() if hold.open]
        made = open_ones if open_ones and pick < 22 else self._holds
        if pick >= 28 or not made:
            return 0 if pick % 2 else len(self.plain.journals)
        return made[-1 - pick % len(made)]

    def _part(self, number: int, how: str) -> tuple[Line, ...] | None:
        held = self.plain.holds.get(number)
        if how == "whole" or held is None:
            return None
        if how == "other":  # the right sum on other accounts
            return self._lines([("alice", "bob", held.lines[0].amount)])
        if how == "over":
            return tuple(line._replace(amount=line.amount + 1) for line in held.lines)
        return tuple(line._replace(amount=max(line.amount // 2, 1)) for line in held.lines)

    def _slip(self, head: Header, lines: tuple[Line, ...], slip: str) -> tuple[Header, tuple[Line, ...]]:
        """What people and programs get wrong."""
        of_lines = {
            "zero": (lines[0]._replace(amount=0), *lines[1:]),
            "negative": (*lines[:-1], lines[-1]._replace(amount=-lines[-1].amount)),
            "huge": tuple(line._replace(amount=line.amount + 10**15) for line in lines),
            "one side": lines[:1],
            "stranger": (lines[0]._replace(account_id=2**65 if lines[0].amount % 2 else 987), *lines[1:]),
            "unbalanced": (lines[0]._replace(amount=lines[0].amount + 1), *lines[1:]),
            "currency": (lines[0]._replace(account_id=self.bank["yen1"]), *lines[1:]),
        }
        day = self.plain.today
        of_header: dict[str, dict[str, Any]] = {
            "no key": {"key": ""}, "long key": {"key": "k" * 201}, "nul": {"key": f"{head.key}\0"},
            "surrogate": {"memo": "\udcff"}, "memo": {"memo": "m" * 501}, "no code": {"code": ""},
            "late value": {"value_date": day + timedelta(days=8)}, "early value": {"value_date": day - timedelta(days=31)},
            "earliest value": {"value_date": day - timedelta(days=30)},
            "latest value": {"value_date": day + timedelta(days=7)},
        }  # fmt: skip
        return head._replace(**of_header.get(slip, {})), of_lines.get(slip, lines)

    # What else happens in a bank

    @rule(change=changes)
    def change(self, change: tuple[str, Any, Any]) -> None:
        """Blocks, floors, closures, the business date: done or refused, as in the plain books."""
        what, name, value = change
        id = self.bank.ids.get(name, 0)
        expected = None
        try:
            self.plain.change(what, id, value)
        except No as no:
            expected = str(no)
        ledger, to = self.bank.ledger, self.plain.today
        if expected == "business_date_not_later":
            to += timedelta(days=value)
        work: dict[str, Callable[[UnitOfWork], Awaitable[object]]] = {
            "blocks": lambda uow: ledger.set_blocks(uow, id, debit=value[0], credit=value[1]),
            "floor": lambda uow: ledger.set_floor(uow, id, value),
            "close": lambda uow: ledger.close_account(uow, id),
            "day": lambda uow: uow.advance_business_date(to),
        }
        assert self._run(self._change(work[what])) == expected

    async def _change(self, work: Callable[[UnitOfWork], Awaitable[object]]) -> str | None:
        """The code of the refusal, or None where it was done."""
        try:
            await self.bank.db.transact(work)
        except Refused as refused:
            return refused.code
        return None

    @rule(minutes=st.sampled_from((30, 60)))
    def time_passes(self, minutes: int) -> None:
        self.bank.clock.advance(timedelta(minutes=minutes))
        self.plain.now += timedelta(minutes=minutes)

    @rule()
    def holds_run_out(self) -> None:
        due = list(self.plain.due())
        assert self._run(self.bank.ledger.expire_holds()) == len(due)
        numbers = range(len(self.plain.journals) + 1, len(self.plain.journals) + 1 + len(due))
        for number in numbers:  # in which order, nobody minds
            self.plain.journals[number] = Yes(number, "EXPIRY", self.plain.today, self.plain.today, ())
        for number in due:
            self.plain.holds[number].open = False

    # The end

    def teardown(self) -> None:
        try:
            if hasattr(self, "bank"):
                self._run(self._compare_books())
        finally:
            self._run(self._close())
            self._runner.close()

    async def _compare_books(self) -> None:
        bank = self.bank
        assert await bank.differences() == []
        assert await seal(bank.db, bank.clock) == len(self.plain.journals)
        assert await bank.differences() == []
        async with bank.db.read() as conn:
            for id, account in self.plain.accounts.items():
                figures = await balance(conn, id)
                assert {
                    name: getattr(figures, name) for name in self.plain.figures(id)
                } == self.plain.figures(id)
                shown = await statement(conn, id, limit=10_000)
                assert [(row["debit"], row["amount"]) for row in shown] == account.booked

    async def _close(self) -> None:
        await self._stack.aclose()
        if hasattr(self, "_dsn"):  # a long run would fill the disk with them
            admin = await asyncpg.connect(self._server.dsn("postgres"))
            await admin.execute(f"DROP DATABASE {urlsplit(self._dsn).path[1:]} WITH (FORCE)")
            await admin.close()


async def _answer(asked: Awaitable[Posted]) -> Posted | Refused:
    try:
        return await asked
    except Refused as refused:
        return refused


def _told(answer: Posted | Refused) -> Yes | str:
    if isinstance(answer, Refused):
        return answer.code
    entries = tuple(tuple(entry) for entry in answer.entries)
    return Yes(
        answer.journal_id, answer.kind.name, answer.booking_date, answer.value_date, entries, answer.replayed
    )


@pytest.mark.timeout(0 if LONG else 120)
def test_the_ledger_and_the_plain_books_agree(server: EmbeddedServer, new_database: NewDatabase) -> None:
    how = settings(
        max_examples=EXAMPLES, stateful_step_count=25, deadline=None, phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(lambda: Machine(server, new_database), settings=how)
