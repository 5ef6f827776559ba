"""Cash and vouchers, to be looked at: places, counts, the cash journal, differences, numbers. What changes them is a case of
a process. What a till should hold is not shown to whoever counts it: tellers and keepers ask for their own till only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from liushui.cash import (
    Place,
    came,
    count_to_explain,
    day_journal,
    differences,
    free_tills,
    last_sat,
    movements_since,
    open_tills,
    over_limit_now,
    place_by_code,
    session_of,
    stock_of,
    to_json,
    value,
    went,
)
from liushui.cash.places import Q
from liushui.cash.vouchers import Q as VOUCHER_Q
from liushui.cash.vouchers import voucher_kinds, where_is
from liushui.channels.open_api import schemas_cash as s
from liushui.channels.open_api.dependencies import Caller, Day, TheBank
from liushui.eod import business_date
from liushui.identity import Principal
from liushui.kernel.clock import bank_day, midnight
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.store.database import PoolConnection

router = APIRouter()
PlacePath = Annotated[str, Path(min_length=4, max_length=20, pattern=r"^[0-9A-Z-]+$")]
Before = Annotated[int, Query(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=500)]
NEWEST = 2**62


def branch_of(caller: Principal) -> int | None:
    """The branch whose cash the caller may look at; None: every one."""
    return None if caller.anywhere else caller.branch_id


async def _place(conn: PoolConnection, code: str, caller: Principal) -> Place:
    """Refuses ``cash_place_unknown``, for a place of another branch too."""
    place = await place_by_code(conn, code)
    if branch_of(caller) not in (None, place.branch_id):
        raise refuse("cash_place_unknown", place=code)
    return place


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "place": row["code"], "kind": row["kind"], "branch": row["branch"], "currency": row["currency"],
        "book": format_minor(row["book"], row["currency"]), "teller": row["teller"], "state": row["state"],
        "held_on": row["held_on"],
    }  # fmt: skip


@router.get("/v1/cash/my-till")
async def show_my_till(bank: TheBank, caller: Caller) -> s.MyTill:
    async with bank.db.read() as conn:
        held = await session_of(conn, caller.number)
        today = await business_date(conn)
        if held is None:
            last = await last_sat(conn, caller.number)
            ended = last is not None and last.until is not None and last.opened_on == today
            return s.MyTill(
                till=None, state=None, opened_on=None, hand_in=False, business_date=today,
                free=await free_tills(conn, caller.branch_id), count_to_explain=None,
                closed_today=last.place.code if last is not None and ended else None,
            )  # fmt: skip
        over = await over_limit_now(conn, held.place)
        count = await count_to_explain(conn, held.place, caller.number)
    return s.MyTill(
        till=held.place.code, state=held.state, opened_on=held.opened_on, hand_in=over, business_date=today,
        free=[], closed_today=None, count_to_explain=count,
    )  # fmt: skip


@router.get("/v1/cash/my-till/movements")
async def show_my_movements(bank: TheBank, caller: Caller) -> s.TillMovements:
    """What came and went while the caller kept their last till. Sums are told once it has been closed: until then
    it is to be counted blind."""
    async with bank.db.read() as conn:
        sat = await last_sat(conn, caller.number)
        if sat is None:
            return s.TillMovements(till=None, day=None, came=None, went=None, movements=[])
        lines = await movements_since(conn, sat.place, sat.opened_on, sat.since)
    lines = [line for line in lines if sat.until is None or line.recorded_at <= sat.until]

    def show(minor: int) -> str:
        return format_minor(minor, sat.place.currency)

    movements: list[s.TillMovement] = []
    for x in reversed(lines):
        name = None if x.code is None else bank.reporting.name_of(x.code)
        movements.append(
            s.TillMovement(
                movement=x.movement, journal=x.journal, code=x.code, zh=name and name.zh, en=name and name.en,
                recorded_at=x.recorded_at, case=x.case_id, amount=show(x.amount), notes=dict(to_json(x.notes)),
            )
        )  # fmt: skip
    closed = sat.until is not None
    return s.TillMovements(
        till=sat.place.code, day=sat.opened_on, came=show(came(lines)) if closed else None,
        went=show(went(lines)) if closed else None, movements=movements,
    )  # fmt: skip


@router.get("/v1/vouchers/my-movements")
async def show_my_vouchers(
    bank: TheBank, caller: Caller, before: Before = NEWEST, limit: Limit = 50
) -> s.MyVoucherMovements:
    """What the caller was handed, used, handed on or voided today. What is left is counted, not shown."""
    begin = midnight(bank_day(bank.clock.now()))
    async with bank.db.read() as conn:
        rows = await conn.fetch(VOUCHER_Q.movements_of_teller, caller.number, begin, before, limit + 1)
    kinds = voucher_kinds()
    movements = [
        s.MyVoucherMovement(
            movement=r["id"], kind=r["kind"], zh=kinds[r["kind"]].zh, en=kinds[r["kind"]].en, first=r["first"],
            last=r["last"], what=r["what"], from_whom=r["from_whom"], to_whom=r["to_whom"], moved_at=r["moved_at"],
            reason=r["reason"], account=r["account"], case=r["case_id"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return s.MyVoucherMovements(
        movements=movements, next=movements[-1].movement if len(rows) > limit else None
    )


@router.get("/v1/cash/places")
async def show_places(bank: TheBank, caller: Caller) -> list[s.PlaceLine]:
    async with bank.db.read() as conn:
        return [s.PlaceLine(**_line(dict(row))) for row in await conn.fetch(Q.places, branch_of(caller))]


@router.get("/v1/cash/places/{place}")
async def show_place(place: PlacePath, bank: TheBank, caller: Caller) -> s.PlaceView:
    async with bank.db.read() as conn:
        found = await _place(conn, place, caller)
        notes = await stock_of(conn, found)
        rows = await conn.fetch(Q.places, found.branch_id)
    row = next(row for row in rows if row["id"] == found.id)
    return s.PlaceView(**_line(dict(row)), notes=dict(to_json(notes)))


@router.get("/v1/cash/places/{place}/counts")
async def show_counts(
    place: PlacePath, bank: TheBank, caller: Caller, before: Before = NEWEST, limit: Limit = 50
) -> s.Counts:
    async with bank.db.read() as conn:
        found = await _place(conn, place, caller)
        rows = await conn.fetch(Q.counts, found.id, before, limit + 1)

    def show(minor: int) -> str:
        return format_minor(minor, found.currency)

    counts = [
        s.CountLine(
            count=r["id"], purpose=r["purpose"], counted=show(r["counted"]), book=show(r["book"]),
            difference=show(r["counted"] - r["book"]), notes=json.loads(r["notes"]), business_date=r["business_date"],
            counted_at=r["counted_at"], counted_by=r["counted_by"], second_by=r["second_by"], case=r["case_id"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return s.Counts(place=place, counts=counts, next=counts[-1].count if len(rows) > limit else None)


@router.get("/v1/cash/places/{place}/journal")
async def show_cash_journal(place: PlacePath, bank: TheBank, caller: Caller, day: Day) -> s.CashJournal:
    async with bank.db.read() as conn:
        found = await _place(conn, place, caller)
        journal = await day_journal(conn, found, day)

    def show(minor: int) -> str:
        return format_minor(minor, found.currency)

    return s.CashJournal(
        place=place, day=day, opening=show(value(journal.opening)), opening_notes=dict(to_json(journal.opening)),
        came=show(journal.came), went=show(journal.went), closing=show(value(journal.closing)),
        closing_notes=dict(to_json(journal.closing)),
        lines=[
            s.JournalLine(
                journal=x.journal, code=x.code, recorded_at=x.recorded_at, moved_by=x.moved_by, case=x.case_id,
                amount=show(x.amount), notes=dict(to_json(x.notes)), balance=show(x.balance), memo=x.memo,
            )
            for x in journal.lines
        ],
    )  # fmt: skip


@router.get("/v1/cash/left-open")
async def show_left_open(bank: TheBank, caller: Caller, day: Day) -> list[s.LeftOpenLine]:
    async with bank.db.read() as conn:
        left = await open_tills(conn, day)
        mine = {row["code"] for row in await conn.fetch(Q.places, branch_of(caller))}
    return [
        s.LeftOpenLine(what=x.what, place=x.place, by=x.by, since=x.since) for x in left if x.place in mine
    ]


@router.get("/v1/cash/differences")
async def show_differences(
    bank: TheBank, caller: Caller, only_open: bool = False, before: Before = NEWEST, limit: Limit = 50
) -> s.Differences:
    async with bank.db.read() as conn:
        rows = await differences(
            conn, branch_id=branch_of(caller), only_open=only_open, before=before, limit=limit + 1
        )
    lines = [
        s.DifferenceLine(
            difference=r["id"], place=r["place"], kind=r["kind"], amount=format_minor(r["amount"], r["currency"]),
            booked_on=r["booked_on"], booked_journal=r["booked_journal"], found_by=r["found_by"],
            confirmed_by=r["confirmed_by"], case=r["case_id"], outcome=r["outcome"], settled_on=r["settled_on"],
            settled_journal=r["settled_journal"], settled_by=r["settled_by"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return s.Differences(differences=lines, next=lines[-1].difference if len(rows) > limit else None)


@router.get("/v1/voucher-kinds")
async def show_voucher_kinds(bank: TheBank, caller: Caller) -> list[s.VoucherKind]:
    return [s.VoucherKind(kind=k.number, name=k.name, zh=k.zh, en=k.en) for k in voucher_kinds().values()]


@router.get("/v1/vouchers")
async def show_vouchers(
    bank: TheBank, caller: Caller, kind: Annotated[int | None, Query(ge=1, le=9999)] = None,
    state: Annotated[str | None, Query(pattern=r"^(stock|on_the_way|held|used|void)$")] = None,
    after: Annotated[str, Query(pattern=r"^[0-9]{1,4}-[0-9]{1,12}$")] = "0-0", limit: Limit = 100,
) -> s.VoucherRanges:  # fmt: skip
    of_kind, _, first = after.partition("-")
    async with bank.db.read() as conn:
        rows = await conn.fetch(
            VOUCHER_Q.ranges, branch_of(caller), kind, state, int(of_kind), int(first), limit + 1
        )
    ranges = [
        s.VoucherRange(
            kind=r["kind"], first=r["first"], last=r["last"], pieces=r["last"] - r["first"] + 1, state=r["state"],
            holder=r["holder"], branch=r["branch"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    more = f"{ranges[-1].kind}-{ranges[-1].first}" if len(rows) > limit else None
    return s.VoucherRanges(ranges=ranges, next=more)


@router.get("/v1/vouchers/{kind}/{number}")
async def show_voucher(
    kind: Annotated[int, Path(ge=1, le=9999)], number: Annotated[int, Path(ge=1, le=10**12 - 1)], bank: TheBank,
    caller: Caller,
) -> s.VoucherView:  # fmt: skip
    async with bank.db.read() as conn:
        at = await where_is(conn, kind, number)
        if branch_of(caller) not in (None, at.branch_id):
            raise refuse("voucher_unknown", kind=kind, number=number)
        rows = await conn.fetch(VOUCHER_Q.history, kind, number)
    history = [
        s.VoucherMovement(
            what=r["what"], from_whom=r["from_whom"], to_whom=r["to_whom"], moved_at=r["moved_at"],
            moved_by=r["moved_by"], second_by=r["second_by"], reason=r["reason"], account=r["account"],
            case=r["case_id"],
        )
        for r in rows
    ]  # fmt: skip
    return s.VoucherView(kind=kind, number=number, state=at.state, holder=at.holder, history=history)
