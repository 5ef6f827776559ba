"""Standing orders, to be read; they are agreed and ended by their procedures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, Customer, TheBank
from liushui.channels.open_api.routes.customers import CustomerPath
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.parties import customer_by_number
from liushui.payments import Execution, StandingOrder, executions_of, standing_order, standing_orders_of
from liushui.self_service import own_accounts

router = APIRouter()
OrderPath = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/v1/customers/{customer}/standing-orders")
async def list_standing_orders(
    customer: CustomerPath, bank: TheBank, caller: Caller,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.StandingOrders:  # fmt: skip
    async with bank.db.read() as conn:
        await customer_by_number(conn, customer)
        found = await standing_orders_of(conn, customer, after=after, limit=limit + 1)
    return _page(found, limit)


@router.get("/v1/my/standing-orders")
async def list_my_standing_orders(
    bank: TheBank, visitor: Customer, after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.StandingOrders:  # fmt: skip
    """The orders of the accounts that this session may act on; ended ones too."""
    async with bank.db.read() as conn:
        own = await own_accounts(conn, visitor)
        found = await standing_orders_of(conn, visitor.customer, after=after, limit=limit + 1)
    page = _page(found, limit)
    return page.model_copy(update={"orders": [order for order in page.orders if order.payer in own]})


@router.get("/v1/my/standing-orders/{order}")
async def show_my_standing_order(
    order: OrderPath, bank: TheBank, visitor: Customer, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> s.StandingOrderWithExecutions:
    async with bank.db.read() as conn:
        found = await standing_order(conn, order)
        if found.payer not in await own_accounts(conn, visitor):
            raise refuse("standing_order_unknown", "order", order=order)
        return _with_executions(found, await executions_of(conn, order, limit=limit))


@router.get("/v1/standing-orders/{order}")
async def show_standing_order(
    order: OrderPath, bank: TheBank, caller: Caller, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> s.StandingOrderWithExecutions:
    """With its last executions, newest first."""
    async with bank.db.read() as conn:
        found = await standing_order(conn, order)
        return _with_executions(found, await executions_of(conn, order, limit=limit))


def _page(found: Sequence[StandingOrder], limit: int) -> s.StandingOrders:
    """found: one more than asked for, where there are more."""
    more = found[limit - 1].id if len(found) > limit else None
    return s.StandingOrders(orders=[_view(order) for order in found[:limit]], next=more)


def _with_executions(found: StandingOrder, executions: Sequence[Execution]) -> s.StandingOrderWithExecutions:
    return s.StandingOrderWithExecutions(
        **_view(found).model_dump(),
        executions=[
            s.ExecutionView(
                due_on=e.due_on, attempt=e.attempt, on=e.on, outcome=e.outcome, journal=e.journal, code=e.code,
                amount=None if e.amount is None else format_minor(e.amount, found.currency), recorded_at=e.recorded_at,
            )
            for e in executions
        ],
    )  # fmt: skip


def _view(order: StandingOrder) -> s.StandingOrderView:
    terms = order.schedule
    return s.StandingOrderView(
        number=order.id, payer=order.payer, payee=order.payee, currency=order.currency,
        amount=None if order.amount is None else format_minor(order.amount, order.currency),
        kept=format_minor(order.kept, order.currency), month_day=terms.month_day, every_days=terms.every_days,
        first_on=terms.first_on, last_on=terms.last_on, times=terms.times, on_holiday=terms.on_holiday,
        retries=terms.retries, memo=order.memo, channel=order.channel, replaces=order.replaces, agreed_at=order.agreed_at,
        next_due=order.next_due, next_on=order.next_on, ended_at=order.ended_at, end_reason=order.end_reason,
    )  # fmt: skip
