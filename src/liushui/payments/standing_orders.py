"""Standing orders (定期转账): agreed, executed by the day-end for the day that begins, ended. Amounts in minor units.

An execution is a transfer like any other of its payer: the limits of the accounts' classes and of the channel through which
the order was agreed count it. What refuses it is kept with its code, and is tried again as the order says; no customer's
trouble is the bank's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from asyncpg import Record

from liushui.accounting import Templates
from liushui.kernel.business_calendar import load_business_calendar
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.ledger import CustomerAccount, Header, Ledger, Post, balance
from liushui.payments.limits import ONE_TIME_PASSWORD
from liushui.payments.orders import Order, TransferOrders
from liushui.payments.schedules import OnHoliday, Schedule
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.payments", "standing_orders.sql")
OPERATOR = CHANNEL = "system"
AT_ONCE = 50
"""Orders executed in one transaction: transfers of others wait that long."""
PASSING = frozenset({"database_unavailable", "database_full", "busy"})
"""Refusals that say nothing about the customer."""
DONE, NOTHING, REFUSED, GIVEN_UP = "done", "nothing", "refused", "given_up"


@dataclass(frozen=True, slots=True)
class NewStandingOrder:
    """What a payer agrees on. amount: of every execution; None: all that is available above ``kept``. kept: what must be
    left afterwards. channel: where it is agreed. replaces: number of the order that ends with it."""

    payer: CustomerAccount
    payee: CustomerAccount
    amount: int | None
    kept: int
    schedule: Schedule
    channel: str
    memo: str | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """An order as agreed, and how it stands. next_due: the day by the schedule that is next; next_on: when it is done or
    tried again; both None when it has ended."""

    id: int
    payer: str
    payee: str
    currency: str
    amount: int | None
    kept: int
    schedule: Schedule
    channel: str
    memo: str | None
    replaces: int | None
    agreed_at: datetime
    next_due: date | None
    next_on: date | None
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class Execution:
    """One attempt. due_on: the day by the schedule; on: the business day for which it was tried. outcome: done, nothing
    (there was nothing above what is kept), refused, given_up; code: why it was not done."""

    due_on: date
    attempt: int
    on: date
    outcome: str
    amount: int | None
    journal: int | None
    code: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Executed:
    """What a part of the step has done. mark: the order to go on after; None: none is left."""

    mark: int | None
    handled: int


class StandingOrders:
    """The use cases; each works in the unit of work of the step that asks."""

    def __init__(self, clock: Clock, ledger: Ledger, templates: Templates, transfers: TransferOrders) -> None:
        self._clock = clock
        self._ledger = ledger
        self._template = templates.get("standing_order")
        self._transfers = transfers

    async def faults(self, conn: PoolConnection, new: NewStandingOrder, today: date) -> list[Fault]:
        """Everything that keeps an order from being agreed: the schedule's faults, ``same_account``, ``currency_differs``,
        ``amount_not_positive``, and for the order that it replaces ``standing_order_unknown`` and ``standing_order_over``."""
        faults = new.schedule.faults(today)
        if new.payer.id == new.payee.id:
            faults.append(Fault("same_account", field="payee"))
        elif new.payer.currency != new.payee.currency:
            params = {"account": new.payee.number, "currency": new.payee.currency}
            faults.append(Fault("currency_differs", params, "payee"))
        if new.amount is not None and new.amount <= 0:
            faults.append(Fault("amount_not_positive", field="amount"))
        if new.kept < 0:
            faults.append(Fault("amount_not_positive", field="kept"))
        if new.replaces is not None:
            faults += await _standing_faults(conn, new.replaces, new.payer.id, "replaces")
        return faults

    async def agree(self, uow: UnitOfWork, new: NewStandingOrder, *, by: str, case_id: int) -> int:
        """Keep an order; return its number. It is executed from the day after today on. Refuses like ``faults``."""
        today = (await uow.head()).business_date
        raise_if_any(await self.faults(uow.conn, new, today))
        now, schedule = self._clock.now(), new.schedule
        first = schedule.due(0)
        assert first is not None
        on = max(schedule.moved(first, load_business_calendar()), today + timedelta(days=1))
        if new.replaces is not None:
            await self._end(uow, new.replaces, by=by, reason="replaced")
        number: int = await uow.conn.fetchval(
            Q.insert, new.payer.id, new.payee.id, new.amount, new.kept, schedule.month_day, schedule.every_days,
            schedule.first_on, schedule.last_on, schedule.times, schedule.on_holiday, schedule.retries, new.memo,
            new.channel, new.replaces, now, by, case_id, first, on,
        )  # fmt: skip
        await uow.emit("standing_order_agreed", now, subjects=[new.payer.id], payload={"order": number})
        return number

    async def cancel(self, uow: UnitOfWork, number: int, payer: CustomerAccount, *, by: str) -> None:
        """End an order; what was executed stays. Refuses ``standing_order_unknown``, also where it is another account's,
        and ``standing_order_over``."""
        await uow.head()
        raise_if_any(await _standing_faults(uow.conn, number, payer.id, "order"))
        await self._end(uow, number, by=by, reason="cancelled")

    async def execute_some(
        self, uow: UnitOfWork, on: date, *, after: int, at_once: int = AT_ONCE
    ) -> Executed:
        """Execute the next orders after number ``after`` that are due on a day, or were before it. They are read under
        the sequencer's lock, so an order is either cancelled before or executed."""
        await uow.head()
        rows = await uow.conn.fetch(Q.due, on, after, at_once)
        for row in rows:
            await self._catch_up(uow, row, on)
        return Executed(rows[-1]["id"] if len(rows) == at_once else None, len(rows))

    async def _catch_up(self, uow: UnitOfWork, row: Record, on: date) -> None:
        """Every execution of one order that is due up to a day: one, as a rule."""
        schedule, calendar = _schedule(row), load_business_calendar()
        due: date | None = row["next_due"]
        attempt, tried_on = row["next_attempt"], row["next_on"]
        while due is not None and tried_on <= on:
            closed = row["payer_closed"] is not None or row["payee_closed"] is not None
            last = closed or attempt > schedule.retries
            outcome = await self._attempt(uow, row, due, attempt, on, last=last, closed=closed)
            if closed:
                await self._end(uow, row["id"], by=OPERATOR, reason="account_closed")
                return
            if outcome == REFUSED:
                attempt, tried_on = attempt + 1, schedule.retried(on, calendar)
            else:
                due, attempt = schedule.after(due), 1
                tried_on = on if due is None else schedule.moved(due, calendar)
        if due is None:
            await self._end(uow, row["id"], by=OPERATOR, reason="completed")
        else:
            await uow.conn.execute(Q.go_on, row["id"], due, tried_on, attempt)

    async def _attempt(
        self, uow: UnitOfWork, row: Record, due: date, attempt: int, on: date, *, last: bool, closed: bool
    ) -> str:
        """Try one execution in a savepoint, keep what came of it and tell the payer; return the outcome."""
        amount: int | None = None
        journal: int | None = None
        outcome, code = DONE, None
        try:
            async with uow.conn.transaction():
                if closed:
                    raise refuse("account_closed")
                amount = await self._amount(uow, row)
                if amount is None:
                    outcome = NOTHING
                else:
                    journal = await self._pay(uow, row, due, amount)
        except Refused as refused:
            if refused.code in PASSING:
                raise
            outcome, code = GIVEN_UP if last else REFUSED, refused.code
        now = self._clock.now()
        await uow.conn.execute(
            Q.insert_execution, row["id"], due, attempt, on, outcome, amount, journal, code, now
        )
        await self._tell(uow, row, due, outcome, amount, code)
        return outcome

    async def _amount(self, uow: UnitOfWork, row: Record) -> int | None:
        """What is to be paid now; None: there is nothing above what is kept. Refuses
        ``standing_order_too_little_left``."""
        wanted: int | None = row["amount"]
        kept: int = row["kept"]
        if wanted is not None and not kept:
            return wanted
        above = (await balance(uow.conn, row["payer_id"])).available - kept
        if wanted is None:
            return above if above > 0 else None
        if above < wanted:
            raise refuse("standing_order_too_little_left", left=format_minor(kept, row["currency"]))
        return wanted

    async def _pay(self, uow: UnitOfWork, row: Record, due: date, amount: int) -> int:
        payer = CustomerAccount(row["payer_id"], row["payer"], row["branch_id"], row["currency"])
        payee = CustomerAccount(row["payee_id"], row["payee"], row["payee_branch"], row["currency"])
        header = Header(
            f"standing:{row['id']}:{due}",
            self._template.code,
            payer.branch_id,
            OPERATOR,
            CHANNEL,
            memo=row["memo"],
        )
        lines = self._template.lines({"payer": payer.id, "payee": payee.id}, {"principal": amount})
        order = Order(row["case_id"], payer, payee, amount, row["channel"], ONE_TIME_PASSWORD, reminded=True)
        return (await self._transfers.post(uow, order, Post(header, lines))).journal_id

    async def _tell(
        self, uow: UnitOfWork, row: Record, due: date, outcome: str, amount: int | None, code: str | None
    ) -> None:
        if outcome == NOTHING:
            return
        kind = {DONE: "executed", REFUSED: "failed", GIVEN_UP: "given_up"}[outcome]
        payload: dict[str, Any] = {"order": row["id"], "due": due.isoformat()}
        if amount is not None:
            payload["amount"] = format_minor(amount, row["currency"])
        if code is not None:
            payload["code"] = code
        await uow.emit(
            f"standing_order_{kind}", self._clock.now(), subjects=[row["payer_id"]], payload=payload
        )

    async def _end(self, uow: UnitOfWork, number: int, *, by: str, reason: str) -> None:
        now = self._clock.now()
        payer: int = await uow.conn.fetchval(Q.end, number, now, by, reason)
        payload = {"order": number, "reason": reason}
        await uow.emit("standing_order_ended", now, subjects=[payer], payload=payload)


async def standing_orders_of(
    conn: PoolConnection, customer: str, *, after: int = 0, limit: int = 100
) -> Sequence[StandingOrder]:
    """The orders of the accounts that a customer owns, by number, from the one after ``after``; ended ones too."""
    return [_order(row) for row in await conn.fetch(Q.of_customer, customer, after, limit)]


async def standing_order(conn: PoolConnection, number: int) -> StandingOrder:
    """Refuses ``standing_order_unknown``."""
    row = await conn.fetchrow(Q.order, number)
    if row is None:
        raise refuse("standing_order_unknown", "order", order=number)
    return _order(row)


async def executions_of(conn: PoolConnection, number: int, *, limit: int = 100) -> Sequence[Execution]:
    """The attempts at an order, newest first."""
    return [Execution(*row) for row in await conn.fetch(Q.executions, number, limit)]


async def _standing_faults(conn: PoolConnection, number: int, payer_id: int, field: str) -> list[Fault]:
    row = await conn.fetchrow(Q.order, number)
    if row is None or row["payer_id"] != payer_id:
        return [Fault("standing_order_unknown", {"order": number}, field)]
    return [] if row["ended_at"] is None else [Fault("standing_order_over", {"order": number}, field)]


def _order(row: Record) -> StandingOrder:
    return StandingOrder(
        row["id"], row["payer"], row["payee"], row["currency"], row["amount"], row["kept"], _schedule(row), row["channel"],
        row["memo"], row["replaces"], row["agreed_at"], row["next_due"], row["next_on"], row["ended_at"], row["end_reason"],
    )  # fmt: skip


def _schedule(row: Record) -> Schedule:
    return Schedule(
        row["month_day"], row["every_days"], row["first_on"], row["last_on"], row["times"], OnHoliday(row["on_holiday"]),
        row["retries"],
    )  # fmt: skip
