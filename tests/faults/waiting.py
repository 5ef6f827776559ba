"""Transfers that wait, at a bank whose processes are being killed: asked for over HTTP by staff, and by customers
online and at cash machines from a process of their own; and what must be true of them afterwards.

Everybody asks again under the same key until there is an answer. A refusal that only says that somebody else was quicker
(the payer's word, the time) is an answer too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
import httpx
from pyotp.totp import TOTP

from liushui.bank import Bank
from liushui.deposits import Actor
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.errors import Refused
from liushui.parties import begin_second_factor, confirm_second_factor
from liushui.store.database import UnitOfWork
from liushui.workflow import Person
from tests.faults.running import RunningBank

ZHANG, LI = "0001010000000016", "0001010000000024"
FUNDS = {ZHANG: 100_000_000_00, LI: 100_000_000_00}
OWNER = {ZHANG: with_luhn("0000000001"), LI: with_luhn("0000000002")}
"""Whose the accounts are: demo customers, by number."""
TOO_LATE = frozenset({"transfer_over", "task_closed", "task_unknown", "task_stale", "case_ended"})
AGAIN = frozenset({"database_unavailable", "database_full", "busy"})
MOVED = frozenset({"Done", "ExecutedDone"})
NOT_MOVED = frozenset({"Cancelled", "Rejected", "Refused", "Expired", "NotProven"})
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Asked:
    """A transfer that was asked for, under its number. given_up: somebody has cancelled its case as a whole."""

    payer: str
    payee: str
    amount: int
    channel: str
    left_alone: bool = False
    given_up: bool = False


@dataclass(slots=True)
class Clients:
    """Whoever asks. asked: by case number; a number twice would be two transfers under one."""

    running: RunningBank
    machines: Bank
    http: httpx.AsyncClient
    asked: dict[int, Asked] = field(default_factory=dict[int, Asked])

    async def prepare(self) -> Callable[[], str]:
        """Money, and a customer's one-time passwords; return what tells the right one."""
        bank = self.machines
        for account, minor in FUNDS.items():
            actor = Actor("T0001", 1, "counter", f"fund:{account}")
            await bank.deposits.deposit_cash(actor, account=account, amount=minor, currency="CNY")

        async def work(uow: UnitOfWork) -> TOTP:
            address = await begin_second_factor(uow, bank.clock, bank.vault, customer=OWNER[LI])
            phone = TOTP(address.split("secret=")[1].split("&")[0])
            earlier = bank.clock.now() - timedelta(
                seconds=30
            )  # so that the code of this half minute is still good
            await confirm_second_factor(
                uow, bank.clock, bank.vault, customer=OWNER[LI], code=phone.at(earlier), operator=OWNER[LI]
            )
            return phone

        phone = await bank.db.transact(work)
        return lambda: phone.at(bank.clock.now())

    async def counter(self, key: str, amount: str, execution: str) -> int:
        form = {"payer": ZHANG, "payee": LI, "amount": amount, "execution": execution}
        begun = await self.running.ask(
            self.http, "T0001", "POST", "/v1/processes/transfer/cases", key, {"form": form}
        )
        self._remember(begun["case"], Asked(ZHANG, LI, _minor(amount), "counter"))
        return begun["case"]

    async def customer(self, key: str, amount: str, channel: str, payer: str, payee: str) -> int:
        person = _customer(payer, channel)
        form = {"payer": payer, "payee": payee, "amount": amount}
        case = await _until_known(
            lambda: self.machines.processes.start(person, "transfer", form, idempotency_key=key)
        )
        self._remember(case, Asked(payer, payee, _minor(amount), channel))
        return case

    def _remember(self, case: int, asked: Asked) -> None:
        assert case not in self.asked, f"case {case} was answered to two keys"
        self.asked[case] = asked

    async def cancel(self, key: str, case: int) -> None:
        form = {"transfer": case, "payer": self.asked[case].payer}
        await self.running.ask(
            self.http, "T0001", "POST", "/v1/processes/transfer_cancellation/cases", key, {"form": form},
            answers=TOO_LATE,
        )  # fmt: skip

    async def give_up(self, key: str, case: int) -> None:
        """A supervisor cancels the case itself, so that no step of it runs any more."""
        answer = await self.running.ask(
            self.http, "S0001", "POST", f"/v1/cases/{case}/cancellation", key, {"reason": "a test"},
            answers=TOO_LATE,
        )  # fmt: skip
        self.asked[case].given_up = answer is None

    async def do(self, key: str, staff: str, case: int, element: str, form: dict[str, Any]) -> None:
        """Complete the case's task at an element, if it has one."""
        row = await _until_known(lambda: self._task(case, element))
        if row is not None:
            await self.running.ask(
                self.http, staff, "POST", f"/v1/tasks/{row['id']}/completion", key,
                {"version": row["version"], "form": form}, answers=TOO_LATE,
            )  # fmt: skip

    async def confirm(self, key: str, case: int, element: str, form: dict[str, Any]) -> None:
        """The customer completes the case's task at an element, if it has one."""
        row = await _until_known(lambda: self._task(case, element))
        if row is None:
            return
        asked = self.asked[case]
        person = _customer(asked.payer, asked.channel)
        try:
            await _until_known(
                lambda: self.machines.processes.complete(
                    person, row["id"], form, version=row["version"], idempotency_key=key
                )
            )
        except Refused as refused:
            if refused.code not in TOO_LATE:
                raise

    async def _task(self, case: int, element: str) -> asyncpg.Record | None:
        async with self.machines.db.read() as conn:
            return await conn.fetchrow(
                "SELECT id, version FROM user_task WHERE instance_id = $1 AND element = $2 AND state = 'open'",
                case,
                element,
            )

    async def let_time_come(self, share: float = 1.0) -> None:
        """For a share of the timers the time comes now: a day passes in a moment."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # of a database just killed
            await self.machines.db.pool.execute(
                "UPDATE process_timer SET due_at = now() WHERE due_at > now() AND random() < $1", share
            )


def _customer(account: str, channel: str) -> Person:
    return Person(OWNER[account], frozenset({"customer"}), 1, channel, True)


async def _until_known(work: Callable[[], Awaitable[Answer]]) -> Answer:
    while True:
        try:
            return await work()
        except Refused as refused:
            if refused.code not in AGAIN:
                raise
        await asyncio.sleep(0.1)


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))


async def check(conn: asyncpg.Connection[asyncpg.Record], asked: dict[int, Asked]) -> Counter[str]:
    """Nothing lost, doubled or orphaned, and the money where the fates of the transfers say; return the fates."""
    rows = await conn.fetch(
        "SELECT i.id, i.status FROM process_instance i JOIN process_definition d ON d.id = i.definition_id "
        "WHERE d.key = 'transfer'"
    )
    assert {row["id"] for row in rows} == set(asked)
    fates = {row["id"]: await _fate(conn, row["id"], row["status"], asked[row["id"]]) for row in rows}
    moved = {case for case, fate in fates.items() if fate in MOVED}
    await _journals(conn, asked, moved)
    balances = dict(FUNDS)
    for case in moved:
        balances[asked[case].payer] -= asked[case].amount
        balances[asked[case].payee] += asked[case].amount
    first = {ZHANG: 12_000_00, LI: 8_000_50}
    found = await conn.fetch(
        "SELECT a.number, b.credits_posted - b.debits_posted AS net, b.debits_pending + b.credits_pending AS pending "
        "FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id WHERE a.number = ANY ($1)",
        list(balances),
    )
    assert {r["number"]: (r["net"], r["pending"]) for r in found} == {
        number: (balance + first[number], 0) for number, balance in balances.items()
    }
    counted = await conn.fetch("SELECT channel, sum(own + others)::bigint AS fen, sum(transfers)::int AS n FROM transfer_usage GROUP BY 1")  # fmt: skip
    assert {r["channel"]: (r["fen"], r["n"]) for r in counted if r["n"]} == _counted(
        [asked[case] for case in moved]
    )
    await _nothing_left(conn)
    return Counter(fates.values())


async def _fate(conn: asyncpg.Connection[asyncpg.Record], case: int, status: str, asked: Asked) -> str:
    """How a case ended, by its evidence. What was left alone still waits at its one review."""
    events = await conn.fetch(
        "SELECT element, lifecycle FROM event WHERE case_id = $1 AND kind = 'process_step' ORDER BY id", case
    )
    done = Counter(e["element"] for e in events if e["lifecycle"] == "completed")
    for once in ("Start", "Hold", "Post", "Execute", "Release", "GiveBack", "Review"):
        assert done[once] <= 1, (case, once, done)
    tasks = await conn.fetch("SELECT element, state FROM user_task WHERE instance_id = $1", case)
    still = [t["element"] for t in tasks if t["state"] in ("open", "claimed")]
    opened = Counter(e["element"] for e in events if e["lifecycle"] == "enabled")
    for element, n in Counter(t["element"] for t in tasks).items():
        assert opened[element] in (0, n), (case, element, opened, n)
    if asked.left_alone:
        assert (status, still) == ("running", ["Review"]), case
        return "waits"
    assert still == [], case
    if asked.given_up:
        assert status == "cancelled", case
        return "given up"
    last = [e["element"] for e in events if e["lifecycle"] == "completed"][-1]
    assert status == "completed", case
    assert last in MOVED | NOT_MOVED, (case, last)
    return last


async def _journals(
    conn: asyncpg.Connection[asyncpg.Record], asked: dict[int, Asked], moved: set[int]
) -> None:
    """Each that moved was booked once, by posting or by capture; every reservation was resolved once."""
    rows = await conn.fetch(
        "SELECT coalesce(process_instance, split_part(idempotency_key, ':', 2))::bigint AS case_id, code "
        "FROM journal WHERE code IN ('TRF01', 'HLD01', 'HLD02', 'HLD03')"
    )
    codes: dict[int, Counter[str]] = {}
    for row in rows:
        codes.setdefault(row["case_id"], Counter())[row["code"]] += 1
    assert set(codes) <= set(asked), "a journal without its case"
    for case in asked:
        made = codes.get(case, Counter())
        assert made["TRF01"] + made["HLD02"] == (case in moved), (case, made)
        assert made["HLD01"] == made["HLD02"] + made["HLD03"] <= 1, (case, made)


def _counted(moved: list[Asked]) -> dict[str, tuple[int, int]]:
    """What the limits must have counted: what moved, and nothing that was given back."""
    channels = {one.channel for one in moved}
    return {
        c: (sum(m.amount for m in moved if m.channel == c), sum(m.channel == c for m in moved))
        for c in channels
    }


async def _nothing_left(conn: asyncpg.Connection[asyncpg.Record]) -> None:
    """No reservation, no order that waits, no timer, call or subscription of a case that is over, no incident."""
    over = "(SELECT id FROM process_instance WHERE ended_at IS NOT NULL)"
    for what in (
        "hold WHERE resolved_by IS NULL",
        "transfer_order WHERE state = 'held'",
        f"process_timer WHERE instance_id IN {over}",
        f"process_subscription WHERE instance_id IN {over}",
        "process_job",
        "process_incident",
    ):
        assert await conn.fetchval(f"SELECT count(*) FROM {what}") == 0, what  # noqa: S608 - of the list above
