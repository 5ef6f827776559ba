"""The bank's days: cut off, how far each close has come, and trying a failed step again. The worker does the closing."""

from __future__ import annotations

from datetime import date as day_only
from typing import Annotated, Any

from fastapi import APIRouter, Query

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of
from liushui.eod import DayStatus, business_date, day_status, days, load_steps
from liushui.kernel.business_calendar import load_business_calendar
from liushui.store.database import UnitOfWork

router = APIRouter()


@router.get("/v1/business-days")
async def list_days(
    bank: TheBank, caller: Caller, limit: Annotated[int, Query(ge=1, le=100)] = 30
) -> s.BusinessDaysView:
    async with bank.db.read() as conn:
        found = await days(conn, limit)
        today = await business_date(conn)
    calendar = load_business_calendar()
    return s.BusinessDaysView(
        business_date=today, calendar_until=calendar.until, calendar_ends_soon=calendar.ends_soon(today),
        days=[_view(day) for day in found],
    )  # fmt: skip


@router.get("/v1/business-days/{date}")
async def show_day(date: day_only, bank: TheBank, caller: Caller) -> s.BusinessDayView:
    async with bank.db.read() as conn:
        return _view(await day_status(conn, date))


@router.post("/v1/business-days", status_code=202)
async def cut_off(
    body: s.BusinessDayIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.BusinessDayView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        return {"next": (await bank.day_end.cut_off_within(uow, body.date, by=caller.number)).isoformat()}

    actor = actor_of(caller, "business-days", key)
    await bank.db.once(actor.key, body.date, bank.clock.now(), work)
    return await show_day(body.date, bank, caller)


@router.post("/v1/business-days/{date}/resumption", status_code=202)
async def resume(date: day_only, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.BusinessDayView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        await bank.day_end.resume_within(uow, date, by=caller.number)
        return {}

    actor = actor_of(caller, "resumption", key)
    await bank.db.once(actor.key, date, bank.clock.now(), work)
    return await show_day(date, bank, caller)


def _view(day: DayStatus) -> s.BusinessDayView:
    labels = {step.name: step for step in load_steps()}
    return s.BusinessDayView(
        date=day.date, cut_at=day.cut_at, closed_at=day.closed_at,
        steps=[
            s.DayEndStepView(
                name=step.name, zh=labels[step.name].zh if step.name in labels else step.name,
                en=labels[step.name].en if step.name in labels else step.name, state=step.state,
                handled=step.handled, started_at=step.started_at, ended_at=step.ended_at,
                fault=None if step.fault is None else str(step.fault["code"]),
                fault_params={} if step.fault is None else step.fault["params"],
            )
            for step in day.steps
        ],
    )  # fmt: skip
