"""Transfers that are counted, and may wait: counted and posted at once, or counted and reserved until they are executed
or released. Every function works in the unit of work of the step that asks. Amounts in minor units.

What is counted and what is reserved are written together and given back together, so that neither leaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from asyncpg import Record

from liushui.deposits import Direction, give_back_limits, give_back_of, remember_use, use_limits
from liushui.kernel.clock import Clock
from liushui.kernel.errors import raise_if_any, refuse
from liushui.ledger import Capture, CustomerAccount, Header, Hold, Kind, Ledger, Post, Posted, Void
from liushui.payments.limits import (
    UNPROVEN,
    Needs,
    Q,
    Totals,
    channel_faults,
    limit_of,
    needs_of,
    refuse_unproven,
    totals_of,
)
from liushui.payments.service import CAPTURE_CODE, HOLD_CODE, VOID_CODE, Payments
from liushui.risk import effective
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.outbox import Event

HELD, EXECUTED, RELEASED = "held", "executed", "released"
LOOK_BACK = timedelta(hours=1)
LOOK_BACK_MOST = 100


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer that somebody asks for. proof, reminded: what the customer has given for it."""

    case_id: int
    payer: CustomerAccount
    payee: CustomerAccount
    amount: int
    channel: str
    proof: str = UNPROVEN
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the books say of an order. own: both accounts are one customer's; new_payee: nothing has ever gone from
    payer to payee; recent: how often money left the payer, or was reserved to leave, within the last hour."""

    own: bool
    individual: bool
    totals: Totals
    needs: Needs
    new_payee: bool
    recent: int


@dataclass(frozen=True, slots=True)
class _Parties:
    own: bool
    individual: bool
    owners: list[int]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted for a transfer. own: as one to an account of the same customer; class_counted: whether the limits
    of the payer's class counted it; used_on: the day it counts for on the payer's side."""

    payer_id: int
    payee_id: int
    amount: int
    channel: str
    own: bool
    class_counted: bool
    used_on: date


class TransferOrders:
    """The use cases."""

    def __init__(self, clock: Clock, ledger: Ledger, payments: Payments) -> None:
        self._clock = clock
        self._ledger = ledger
        self._payments = payments

    async def look(self, conn: PoolConnection, order: Order, today: date) -> Facts:
        """Look before anything is counted. Refuses what the limits of the channel would refuse. today: the business
        date."""
        parties = await _parties(conn, order)
        totals = await _within_channel(conn, order, today, parties)
        since = self._clock.now() - LOOK_BACK
        paid: int = await conn.fetchval(Q.paid_since, order.payer.id, since, LOOK_BACK_MOST)
        ordered: int = await conn.fetchval(Q.ordered_since, order.payer.id, since)
        needs = _needs(order, totals, parties, today)
        known: bool = await conn.fetchval(Q.has_paid, order.payer.id, order.payee.id)
        return Facts(parties.own, parties.individual, totals, needs, not known, paid + ordered)

    async def post(self, uow: UnitOfWork, order: Order, request: Post) -> Posted:
        """Count a transfer and book it. Refuses ``transfer_withdrawn``, the limits of channel and class,
        ``second_factor_needed``, and the ledger's codes."""
        own, class_counted, today = await self._count(uow, order)
        received = await _receive(uow, order.payee.id, order.amount, order.payer.number)
        posted = await self._ledger.post_within(uow, request)
        counted = _Counted(
            order.payer.id, order.payee.id, order.amount, order.channel, own, class_counted, today
        )
        await _remember(uow, posted, counted, received)
        return posted

    async def hold(self, uow: UnitOfWork, order: Order, header: Header, execute_at: datetime) -> Posted:
        """Count a transfer and reserve its money. The reservation lasts for some days beyond ``execute_at``; if nobody
        could execute it until then, the execution tries again. Refuses like ``post``."""
        own, class_counted, today = await self._count(uow, order)
        lines = await self._payments.lines(
            order.payer.number, order.payee.number, order.amount, order.payer.currency
        )
        until = execute_at + timedelta(days=effective(today)["transfer_hold_days"])
        held = await self._ledger.post_within(uow, Hold(header._replace(code=HOLD_CODE), lines, until))
        await uow.conn.execute(
            Q.insert_order, order.case_id, order.payer.id, order.payee.id, order.amount, order.channel, own,
            class_counted, today, self._clock.now(), held.journal_id,
        )  # fmt: skip
        return held

    async def execute(self, uow: UnitOfWork, case_id: int, header: Header) -> Posted:
        """Book a reserved transfer; where the reservation has run out, as a new posting, if the money is there.

        Refuses ``transfer_withdrawn``, ``transfer_not_held``, the limits of the payee, ``hold_resolved`` (somebody has
        released the reservation by hand), and the ledger's codes.
        """
        await _refuse_withdrawn(uow.conn, case_id)
        row = await _locked(uow, case_id)
        payer: str = await uow.conn.fetchval(Q.number_of, row["payer_id"])
        received = await _receive(uow, row["payee_id"], row["amount"], payer)
        run_out = row["resolved_how"] == Kind.EXPIRY
        expires_at: datetime = row["expires_at"]
        if row["resolved_by"] is None and expires_at <= self._clock.now():
            await self._ledger.expire_within(uow, row["hold_id"], row["branch_id"])
            run_out = True
        if run_out:
            payee: str = await uow.conn.fetchval(Q.number_of, row["payee_id"])
            currency: str = row["currency"]
            lines = await self._payments.lines(payer, payee, row["amount"], currency)
            posted = await self._ledger.post_within(uow, Post(header, lines))
        else:
            capture = Capture(header._replace(code=CAPTURE_CODE), row["hold_id"])
            posted = await self._ledger.post_within(uow, capture)
        await uow.conn.execute(Q.settle_order, case_id, EXECUTED, self._clock.now())
        counted = _Counted(
            row["payer_id"], row["payee_id"], row["amount"], row["channel"], row["own"], row["class_counted"],
            row["ordered_on"],
        )  # fmt: skip
        await _remember(uow, posted, counted, received)
        return posted

    async def release(self, uow: UnitOfWork, case_id: int, header: Header) -> int:
        """Give back what a transfer has reserved and counted; return the payer's id. Refuses ``transfer_not_held``."""
        row = await _locked(uow, case_id)
        if row["resolved_by"] is None:
            await self._ledger.post_within(uow, Void(header._replace(code=VOID_CODE), row["hold_id"]))
        amount, on = row["amount"], row["ordered_on"]
        if row["class_counted"]:
            await give_back_limits(uow, row["payer_id"], Direction.OUT, amount, used_on=on)
        own = amount if row["own"] else 0
        await uow.head()
        await uow.conn.execute(Q.give_back, row["payer_id"], on, row["channel"], own, amount - own)
        await uow.conn.execute(Q.settle_order, case_id, RELEASED, self._clock.now())
        return row["payer_id"]

    async def withdraw(self, uow: UnitOfWork, case_id: int, *, reason: str | None, by: str) -> None:
        """Keep the payer's word that a transfer shall not be executed. The caller holds the lock of the case and has
        seen that it runs: from then on no step of it posts or reserves."""
        await uow.conn.execute(Q.insert_withdrawal, case_id, reason, self._clock.now(), by)

    async def _count(self, uow: UnitOfWork, order: Order) -> tuple[bool, bool, date]:
        """Whether it goes to an own account, whether the class's limits counted it, and the day it counts for."""
        await _refuse_withdrawn(uow.conn, order.case_id)
        today = (await uow.head()).business_date
        parties = await _parties(uow.conn, order)
        totals = await _within_channel(uow.conn, order, today, parties)
        refuse_unproven(_needs(order, totals, parties, today), proof=order.proof, reminded=order.reminded)
        payer = order.payer.id
        class_counted = await use_limits(
            uow, payer, Direction.OUT, order.amount, counterparty=order.payee.number
        )
        own = order.amount if parties.own else 0
        await uow.conn.execute(Q.use, payer, today, order.channel, own, order.amount - own)
        return parties.own, class_counted, today


class AbandonedOrders:
    """Outbox handler: a case that somebody has cancelled as a whole runs no step any more; what it had reserved and
    counted is given back here."""

    name = "abandoned_transfers"
    kinds = frozenset({"process_step"})

    def __init__(self, orders: TransferOrders) -> None:
        self._orders = orders

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        for row in await uow.conn.fetch(Q.abandoned):
            case_id = row["case_id"]
            header = Header(f"transfer:{case_id}:abandoned", VOID_CODE, row["branch_id"], "system", "system")
            await self._orders.release(uow, case_id, header)


async def _parties(conn: PoolConnection, order: Order) -> _Parties:
    rows = await conn.fetch(Q.owners, order.payer.id, order.payee.id)
    payers = [row for row in rows if row["pays"]]
    return _Parties(
        own=any(row["is_paid"] for row in payers),
        individual=all(row["kind"] == "individual" for row in payers),
        owners=[row["id"] for row in payers],
    )


async def _within_channel(conn: PoolConnection, order: Order, today: date, parties: _Parties) -> Totals:
    totals = await totals_of(conn, order.payer.id, order.channel, today, parties.owners)
    limit = await limit_of(conn, order.payer.id, order.channel, today)
    raise_if_any(channel_faults(limit, totals, order.amount))
    return totals


def _needs(order: Order, totals: Totals, parties: _Parties, today: date) -> Needs:
    return needs_of(
        order.channel, totals, order.amount, own=parties.own, individual=parties.individual,
        parameters=effective(today),
    )  # fmt: skip


async def give_back_counted(uow: UnitOfWork, journal_id: int) -> None:
    """Give back what a journal has counted against the limits of classes and of channels, when it is reversed."""
    await uow.head()
    await give_back_of(uow, journal_id)
    row = await uow.conn.fetchrow(Q.counted_by, journal_id)
    if row is not None:
        await uow.conn.execute(
            Q.give_back, row["payer_id"], row["day"], row["channel"], row["own"], row["others"]
        )


async def _remember(uow: UnitOfWork, posted: Posted, counted: _Counted, received: bool) -> None:
    """Keep what a transfer has counted beside its journal. The payee's side counts on the day of the booking."""
    c, journal = counted, posted.journal_id
    own = c.amount if c.own else 0
    await uow.conn.execute(Q.remember, journal, c.payer_id, c.used_on, c.channel, own, c.amount - own)
    if c.class_counted:
        await remember_use(uow, journal, c.payer_id, Direction.OUT, c.amount, used_on=c.used_on)
    if received:
        await remember_use(uow, journal, c.payee_id, Direction.IN, c.amount, used_on=posted.booking_date)


async def _receive(uow: UnitOfWork, payee_id: int, amount: int, payer: str) -> bool:
    return await use_limits(uow, payee_id, Direction.IN, amount, counterparty=payer)


async def _refuse_withdrawn(conn: PoolConnection, case_id: int) -> None:
    if await conn.fetchval(Q.is_withdrawn, case_id):
        raise refuse("transfer_withdrawn", case=case_id)


async def _locked(uow: UnitOfWork, case_id: int) -> Record:
    row = await uow.conn.fetchrow(Q.lock_order, case_id)
    if row is None:
        raise refuse("transfer_not_held", case=case_id)
    return row
