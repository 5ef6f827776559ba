"""Important blank vouchers (重要空白凭证): numbered paper that turns into somebody's claim once it is filled in.

Every number that was ever received stands in exactly one range with one state and holder: the branch's stock, on its way,
held by a teller, used, void. Ranges are kept as ranges, split where a part of one goes on and joined where neighbours meet.
The movements are append-only and tell the same story a second way (``verify_cash``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.cash", "vouchers.sql")
NUMBER_MAX = 10**12 - 1
RANGE_MOST = 1_000_000
STOCK, ON_THE_WAY, HELD, USED, VOID = "stock", "on_the_way", "held", "used", "void"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of voucher. medium: what of a new account is handed out on it."""

    number: int
    name: str
    zh: str
    en: str
    medium: str | None


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers of one kind, both ends included."""

    kind: int
    first: int
    last: int

    @property
    def pieces(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class At:
    """Where numbers stand. holder: the teller's number where they are held."""

    branch_id: int
    state: str
    holder: str | None = None

    @property
    def name(self) -> str:
        return self.holder or self.state


@dataclass(frozen=True, slots=True)
class By:
    """Who moves vouchers: one person, where two are needed the second, and what for."""

    one: str
    second: str | None = None
    reason: str | None = None
    account: str | None = None
    case_id: int | None = None


@cache
def voucher_kinds() -> Mapping[int, Kind]:
    """The kinds, by number."""
    text = resources.files("liushui.cash").joinpath("voucher_kinds.yaml").read_text("utf-8")
    rows = yaml.safe_load(text).items()
    return MappingProxyType({n: Kind(n, r["name"], r["zh"], r["en"], r["medium"]) for n, r in rows})


def range_of(kind: int, first: int, last: int) -> Range:
    """Numbers as somebody has typed them. Refuses ``voucher_kind_unknown`` and ``voucher_range_malformed``."""
    if kind not in voucher_kinds():
        raise refuse("voucher_kind_unknown", "kind", kind=kind)
    if not 0 < first <= last <= NUMBER_MAX or last - first >= RANGE_MOST:
        raise refuse("voucher_range_malformed", "last", most=RANGE_MOST)
    return Range(kind, first, last)


async def receive(uow: UnitOfWork, clock: Clock, numbers: Range, branch_id: int, by: By) -> None:
    """Take new numbers into a branch's stock; two people have counted them. Refuses ``voucher_known``."""
    await uow.head()
    await require_new(uow.conn, numbers)
    await _put(uow, numbers, At(branch_id, STOCK))
    await _tell(uow, clock, numbers, "received", None, At(branch_id, STOCK), by)


async def require_new(conn: PoolConnection, numbers: Range) -> None:
    """Refuses ``voucher_known`` where any of the numbers was received before."""
    row = await conn.fetchrow(Q.overlapping, numbers.kind, numbers.first, numbers.last)
    if row is not None:
        raise refuse("voucher_known", "first", first=row["first"], last=row["last"])


async def send(uow: UnitOfWork, clock: Clock, numbers: Range, source: At, by: By) -> None:
    """Hand numbers out; they are on their way until somebody has taken them. Refuses ``voucher_not_there``."""
    await _carry(uow, clock, numbers, "sent", source, At(source.branch_id, ON_THE_WAY), by)


async def take(uow: UnitOfWork, clock: Clock, numbers: Range, target: At, by: By) -> None:
    """Take numbers that are on their way. Refuses ``voucher_not_there``."""
    await _carry(uow, clock, numbers, "taken", At(target.branch_id, ON_THE_WAY), target, by)


async def turn_back(uow: UnitOfWork, clock: Clock, numbers: Range, source: At, by: By) -> None:
    """Put numbers that nobody has taken back where they came from. Refuses ``voucher_not_there``."""
    await _carry(uow, clock, numbers, "turned_back", At(source.branch_id, ON_THE_WAY), source, by)


async def turn_back_abandoned(uow: UnitOfWork, clock: Clock) -> int:
    """Put numbers back whose case somebody has cancelled as a whole while they were on their way; return how many cases."""
    rows = await uow.conn.fetch(Q.abandoned)
    for row in rows:
        giver: str = row["from_whom"]
        source = At(row["branch_id"], STOCK) if giver == STOCK else At(row["branch_id"], HELD, giver)
        by = By("system", case_id=row["case_id"])
        await turn_back(uow, clock, Range(row["kind"], row["first"], row["last"]), source, by)
    return len(rows)


async def use(
    uow: UnitOfWork, clock: Clock, kind: int, *, teller: str, branch_id: int, account: str, case_id: int | None,
    printed: int | None = None,
) -> int:  # fmt: skip
    """Use the teller's next number of a kind for an account; return it. printed: what stands on the paper in hand.
    Refuses ``voucher_none_held`` and, where another number would be skipped, ``voucher_not_next``."""
    await uow.head()
    number: int | None = await uow.conn.fetchval(Q.next_number, kind, branch_id, teller)
    if number is None:
        raise refuse("voucher_none_held", kind=kind, teller=teller)
    if printed is not None and printed != number:
        raise refuse("voucher_not_next", next=number)
    one, by = Range(kind, number, number), By(teller, account=account, case_id=case_id)
    await _carry(uow, clock, one, "used", At(branch_id, HELD, teller), At(branch_id, USED), by)
    return number


async def void(uow: UnitOfWork, clock: Clock, numbers: Range, source: At, by: By) -> None:
    """Void numbers (spoilt, or lost) that are in stock or held; two people and a reason. Refuses
    ``voucher_not_there``."""
    await _carry(uow, clock, numbers, "voided", source, At(source.branch_id, VOID), by)


async def require_there(uow: UnitOfWork, numbers: Range, at: At) -> None:
    """Refuses ``voucher_not_there`` where not every number stands there."""
    await uow.head()
    rows = await uow.conn.fetch(
        Q.covering, numbers.kind, numbers.first, numbers.last, at.branch_id, at.state, at.holder
    )
    found = sum(min(row["last"], numbers.last) - max(row["first"], numbers.first) + 1 for row in rows)
    if found != numbers.pieces:
        raise refuse("voucher_not_there", "first", place=at.name, found=found, wanted=numbers.pieces)


async def held_by(conn: PoolConnection, teller: str) -> dict[int, int]:
    """What a teller holds: kind to pieces."""
    return {row["kind"]: row["pieces"] for row in await conn.fetch(Q.held_by, teller)}


async def count_vouchers(
    uow: UnitOfWork, clock: Clock, teller: str, counted: Mapping[int, int], *, case_id: int | None
) -> bool:
    """Keep a teller's count of vouchers beside what they hold; return whether the two agree."""
    head = await uow.head()
    book = await held_by(uow.conn, teller)
    kept = {kind: pieces for kind, pieces in counted.items() if pieces}
    await uow.conn.execute(
        Q.insert_count, teller, json.dumps(kept), json.dumps(book), head.business_date, clock.now(), case_id
    )
    return kept == book


async def where_is(conn: PoolConnection, kind: int, number: int) -> At:
    """Where a number stands. Refuses ``voucher_unknown``."""
    row: Any = await conn.fetchrow(Q.where_is, kind, number)
    if row is None:
        raise refuse("voucher_unknown", kind=kind, number=number)
    return At(row["branch_id"], row["state"], row["holder"])


async def _carry(
    uow: UnitOfWork, clock: Clock, numbers: Range, what: str, source: At, target: At, by: By
) -> None:
    await require_there(uow, numbers, source)
    rows = await uow.conn.fetch(
        Q.covering, numbers.kind, numbers.first, numbers.last, source.branch_id, source.state, source.holder
    )
    await uow.conn.execute(Q.delete_ranges, [row["id"] for row in rows])
    for row in rows:
        for first, last in ((row["first"], numbers.first - 1), (numbers.last + 1, row["last"])):
            if first <= last:
                await _insert(uow, Range(numbers.kind, first, last), source)
    await _put(uow, numbers, target)
    await _tell(uow, clock, numbers, what, source, target, by)


async def _put(uow: UnitOfWork, numbers: Range, at: At) -> None:
    """Write a range, joined with its neighbours of the same state and holder."""
    rows = await uow.conn.fetch(
        Q.neighbours, numbers.kind, numbers.first, numbers.last, at.branch_id, at.state, at.holder
    )
    await uow.conn.execute(Q.delete_ranges, [row["id"] for row in rows])
    first = min([numbers.first, *(row["first"] for row in rows)])
    last = max([numbers.last, *(row["last"] for row in rows)])
    await _insert(uow, Range(numbers.kind, first, last), at)


async def _insert(uow: UnitOfWork, numbers: Range, at: At) -> None:
    await uow.conn.execute(
        Q.insert_range, numbers.kind, numbers.first, numbers.last, at.branch_id, at.state, at.holder
    )


async def _tell(
    uow: UnitOfWork, clock: Clock, numbers: Range, what: str, source: At | None, target: At, by: By
) -> None:
    await uow.conn.execute(
        Q.insert_movement, numbers.kind, numbers.first, numbers.last, target.branch_id, what,
        None if source is None else source.name, target.name, clock.now(), by.one, by.second, by.reason, by.account,
        by.case_id,
    )  # fmt: skip
