"""The bank at a glance, for its managers: of the whole bank, or of their own branch."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Annotated

from asyncpg import Record
from fastapi import APIRouter, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas_console as s
from liushui.channels.open_api.dependencies import Caller, TheBank
from liushui.identity import Principal, list_branches
from liushui.kernel.money import format_minor
from liushui.reporting import overview, refused
from liushui.workflow import workload

router = APIRouter()
Days = Annotated[int, Query(ge=1, le=92)]


@router.get("/v1/overview/volumes")
async def show_volumes(bank: TheBank, caller: Caller, days: Days = 28) -> s.VolumesView:
    async with bank.db.read() as conn:
        found = await overview(conn, days, _branch(caller))
    return s.VolumesView(
        business_date=found.business_date,
        branch=None if caller.anywhere else caller.branch_code,
        days=_days(found.volumes, found.since, days),
        transactions=_transactions(bank, found.volumes, found.today, found.business_date),
        flows=[
            s.DepositFlow(
                date=row["booking_date"], currency=row["currency"], came=_amount(row, "credit"), went=_amount(row, "debit")
            )
            for row in found.flows
        ],
        balances=[s.DepositBalance(currency=row["currency"], balance=_amount(row, "balance")) for row in found.balances],
    )  # fmt: skip


@router.get("/v1/overview/work")
async def show_work(bank: TheBank, caller: Caller, days: Days = 28) -> s.WorkView:
    now = bank.clock.now()
    async with bank.db.read() as conn:
        found = await workload(conn, now, days, _branch(caller))
        turned_away = await refused(conn, now - timedelta(days=days), _branch(caller))
        codes = {branch.id: branch.code for branch in await list_branches(conn)}
    return s.WorkView(
        branch=None if caller.anywhere else caller.branch_code,
        days=days,
        at=now,
        queues=[
            s.QueueLine(
                role=row["role"], branch=codes.get(row["branch_id"], str(row["branch_id"])), tasks=row["tasks"],
                claimed=row["claimed"], overdue=row["overdue"], first_due=row["first_due"], oldest=row["oldest"],
            )
            for row in found.queues
        ],
        times_kept=[
            s.TimesKept(process=row["key"], role=row["role"], done=row["done"], in_time=row["in_time"])
            for row in found.times_kept
        ],
        refusals=[
            s.RefusalCount(
                code=row["code"], operation=row["operation"], process=row["process"], channel=row["channel"],
                stage=row["stage"], refused=row["refused"], last=row["last"],
            )
            for row in turned_away
        ],
        refused=turned_away[0]["in_all"] if turned_away else 0,
        incidents=found.incidents["incidents"],
        oldest_incident=found.incidents["oldest"],
    )  # fmt: skip


def _branch(caller: Principal) -> int | None:
    return None if caller.anywhere else caller.branch_id


def _amount(row: Record, column: str) -> str:
    return format_minor(int(row[column]), row["currency"])


def _days(volumes: list[Record], since: date, days: int) -> list[s.DayVolume]:
    """Every date, also one without business."""
    found: dict[date, Counter[str]] = {since + timedelta(days=n): Counter() for n in range(days)}
    for row in volumes:
        found[row["booking_date"]][row["channel"]] += row["journals"]
    return [
        s.DayVolume(date=on, journals=of.total(), channels=dict(sorted(of.items())))
        for on, of in found.items()
    ]


def _transactions(
    bank: Bank, volumes: list[Record], sums: list[Record], today: date
) -> list[s.TransactionVolume]:
    """By code, most frequent first."""
    everyday, of_today = Counter[str](), Counter[str]()
    for row in volumes:
        everyday[row["code"]] += row["journals"]
        if row["booking_date"] == today:
            of_today[row["code"]] += row["journals"]
    amounts: dict[str, dict[str, str]] = {}
    for row in sums:
        amounts.setdefault(row["code"], {})[row["currency"]] = _amount(row, "debit")
    names = {code: bank.reporting.name_of(code) for code in everyday}
    return [
        s.TransactionVolume(
            code=code, zh=names[code].zh, en=names[code].en, today=of_today[code], all_days=count,
            amounts=amounts.get(code, {}),
        )
        for code, count in sorted(everyday.items(), key=lambda pair: (-pair[1], pair[0]))
    ]  # fmt: skip
