"""Cash ordered ahead (预约取现): a large withdrawal needs an appointment made a day before at the latest.

Days are business dates. Source of the rule: 银发〔1997〕339号. An appointment that is not used lapses with its day.
"""

from __future__ import annotations

from datetime import date, timedelta

from liushui.deposits.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.ledger import CustomerAccount
from liushui.store.database import UnitOfWork


async def book_cash(
    uow: UnitOfWork, clock: Clock, *, account: CustomerAccount, branch_id: int, amount: int, on_date: date,
    days_ahead_most: int, made_by: str, channel: str, case_id: int,
) -> int:  # fmt: skip
    """Order cash at a branch for a day; return the appointment's number. amount: minor units, at most so much may be
    fetched. Refuses ``appointment_too_early``, ``appointment_too_late``, ``account_closed`` and
    ``appointment_exists`` (an account has one a day)."""
    today = (await uow.head()).business_date
    latest = today + timedelta(days=days_ahead_most)
    faults: list[Fault] = []
    if on_date <= today:
        faults.append(
            Fault("appointment_too_early", {"first": (today + timedelta(days=1)).isoformat()}, "on_date")
        )
    if on_date > latest:
        faults.append(Fault("appointment_too_late", {"last": latest.isoformat()}, "on_date"))
    raise_if_any(faults)
    if await uow.conn.fetchval(Q.is_closed, account.id):
        raise refuse("account_closed", "account", account=account.number)
    number: int | None = await uow.conn.fetchval(
        Q.book_cash, account.id, branch_id, amount, on_date, today, clock.now(), made_by, channel, case_id
    )
    if number is None:
        raise refuse("appointment_exists", "on_date", date=on_date.isoformat())
    await uow.emit(
        "cash_appointment_booked", clock.now(), subjects=[account.id], payload={"appointment": number}
    )
    return number


async def cancel_cash(uow: UnitOfWork, clock: Clock, *, account_id: int, on_date: date | None) -> list[int]:
    """Cancel the appointment of a day, or (None) of every day; return their numbers. Refuses
    ``appointment_missing`` where a day is named and nothing is booked for it."""
    rows = await uow.conn.fetch(Q.cancel_cash, account_id, on_date, clock.now())
    if on_date is not None and not rows:
        raise refuse("appointment_missing", "on_date")
    return [row["id"] for row in rows]


async def has_appointment(uow: UnitOfWork, *, account_id: int, branch_id: int, amount: int) -> bool:
    """Whether cash of this amount is ordered at this branch for today."""
    return await uow.conn.fetchval(Q.appointment_for_today, account_id, branch_id, amount) is not None


async def use_appointment(
    uow: UnitOfWork, clock: Clock, *, account_id: int, branch_id: int, amount: int
) -> int:
    """Fetch the cash that was ordered for today, once; return the appointment's number. Refuses
    ``appointment_missing``."""
    await uow.head()
    number: int | None = await uow.conn.fetchval(
        Q.use_appointment, account_id, branch_id, amount, clock.now()
    )
    if number is None:
        raise refuse("appointment_missing")
    return number
