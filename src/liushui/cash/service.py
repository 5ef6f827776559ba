"""Cash that moves with a journal: between places, into the vault for the first time, and what was found over or short.

Every function works in the unit of work of the step that asks; the header's transaction code is set here. Amounts in
minor units.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg import Record

from liushui.accounting import InternalAccounts, Templates
from liushui.cash.counts import Count, require_fresh
from liushui.cash.notes import NONE, Notes, minus, to_json, value
from liushui.cash.places import (
    TRANSIT,
    Moved,
    Place,
    Q,
    move,
    only_place,
    place_by_id,
    require_notes,
)
from liushui.cash.tills import over_limit
from liushui.cash.vouchers import turn_back_abandoned
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Header, Ledger, Post, Posted, balance
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.outbox import Event

ARRIVED, RETURNED = "arrived", "returned"
OVER, SHORT = "over", "short"
OUTCOMES = {
    (OVER, "customer"): ("returned", "cash_overage_returned"),
    (SHORT, "customer"): ("recovered", "cash_shortage_recovered"),
    (OVER, "profit_or_loss"): ("income", "cash_overage_kept"),
    (SHORT, "profit_or_loss"): ("expense", "cash_shortage_lost"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """Cash on its way between two places of a branch."""

    case_id: int
    giver: Place
    receiver: Place
    transit: Place
    notes: dict[int, int]
    sent_by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An overage or shortage that is booked and not settled."""

    id: int
    kind: str
    amount: int
    branch_id: int
    currency: str


class Cash:
    """The use cases."""

    def __init__(
        self, clock: Clock, ledger: Ledger, internal: InternalAccounts, templates: Templates
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._internal = internal
        self._templates = templates

    async def check_transfer(self, uow: UnitOfWork, giver: Place, receiver: Place, notes: Notes) -> None:
        """Refuses ``same_cash_place``, ``cash_place_elsewhere``, ``notes_missing``, and ``till_keeps_too_much`` where the
        receiving till would then hold more than it may."""
        if giver.id == receiver.id:
            raise refuse("same_cash_place", "receiver")
        if TRANSIT in (giver.kind, receiver.kind) or (giver.branch_id, giver.currency) != (
            receiver.branch_id,
            receiver.currency,
        ):
            raise refuse("cash_place_elsewhere", "receiver", place=receiver.code)
        await require_notes(uow, giver, notes, "denominations")
        await require_room(uow, receiver, value(notes))

    async def send(
        self, uow: UnitOfWork, header: Header, giver: Place, receiver: Place, notes: Notes, *, case_id: int
    ) -> Posted:
        """Take notes out of a place and put them on their way. Refuses like ``check_transfer``."""
        await self.check_transfer(uow, giver, receiver, notes)
        transit = await only_place(uow.conn, giver.branch_id, TRANSIT, giver.currency)
        roles, who = (
            {"giver": giver.account_id, "transit": transit.account_id},
            Moved(header.operator, case_id),
        )
        posted = await self._post(uow, header, "cash_sent", roles, value(notes))
        await move(uow, self._clock, giver, NONE, notes, journal_id=posted.journal_id, who=who)
        await move(uow, self._clock, transit, notes, journal_id=posted.journal_id, who=who)
        await uow.conn.execute(
            Q.insert_transfer, case_id, giver.id, receiver.id, transit.id, value(notes), json.dumps(to_json(notes)),
            header.operator, self._clock.now(), posted.journal_id,
        )  # fmt: skip
        return posted

    async def arrive(self, uow: UnitOfWork, header: Header, transfer: Transfer) -> Posted:
        """Put what is on its way into the place that was meant. Refuses ``till_keeps_too_much``."""
        await require_room(uow, transfer.receiver, value(transfer.notes))
        return await self._settle(
            uow, header, transfer, transfer.receiver, "receiver", "cash_arrived", ARRIVED
        )

    async def give_back(self, uow: UnitOfWork, header: Header, transfer: Transfer) -> Posted:
        """Put what is on its way back where it came from. What is then found missing there shows at its count."""
        return await self._settle(uow, header, transfer, transfer.giver, "giver", "cash_returned", RETURNED)

    async def require_branch_cash(self, uow: UnitOfWork, branch_id: int, currency: str, amount: int) -> None:
        """Refuses ``branch_cash_too_little`` where the branch's cash without notes is less."""
        await uow.head()
        internal = await self._internal.of(branch_id, currency)
        there = (await balance(uow.conn, internal["cash"])).ledger
        if there < amount:
            raise refuse("branch_cash_too_little", "denominations", there=format_minor(there, currency))

    async def count_in(
        self, uow: UnitOfWork, header: Header, vault: Place, notes: Notes, *, case_id: int | None
    ) -> Posted:
        """Put cash of the branch that stands in the books without notes into the vault, as counted. Refuses
        ``branch_cash_too_little``."""
        await self.require_branch_cash(uow, vault.branch_id, vault.currency, value(notes))
        internal = await self._internal.of(vault.branch_id, vault.currency)
        roles = {"vault": vault.account_id, "cash": internal["cash"]}
        posted = await self._post(uow, header, "cash_counted_in", roles, value(notes))
        who = Moved(header.operator, case_id)
        await move(uow, self._clock, vault, notes, journal_id=posted.journal_id, who=who)
        return posted

    async def book_difference(
        self,
        uow: UnitOfWork,
        header: Header,
        count: Count,
        notes_held: Notes,
        *,
        confirmed_by: str,
        case_id: int,
    ) -> tuple[int, Posted]:
        """Book what a count found over or short, and set the place to what was counted; return the difference's number.
        Refuses ``cash_count_agrees``, ``cash_count_stale``, and ``difference_own_count``: whoever counted confirms nothing."""
        await require_fresh(uow, count)
        if confirmed_by in (count.counted_by, count.second_by):
            raise refuse("difference_own_count")
        kind, place = OVER if count.difference > 0 else SHORT, count.place
        template, role = (
            ("cash_overage_found", "cash_overage")
            if kind == OVER
            else ("cash_shortage_found", "cash_shortage")
        )
        internal = await self._internal.of(place.branch_id, place.currency)
        roles = {"place": place.account_id, role: internal[role]}
        posted = await self._post(uow, header, template, roles, abs(count.difference))
        change = minus(count.notes, notes_held)
        await move(
            uow, self._clock, place, {f: n for f, n in change.items() if n > 0}, {f: -n for f, n in change.items() if n < 0},
            journal_id=posted.journal_id, who=Moved(header.operator, case_id),
        )  # fmt: skip
        number: int = await uow.conn.fetchval(
            Q.insert_difference, count.id, place.id, kind, abs(count.difference), posted.booking_date, posted.journal_id,
            count.counted_by, confirmed_by, case_id,
        )  # fmt: skip
        return number, posted

    async def settle_difference(
        self, uow: UnitOfWork, header: Header, number: int, how: str, *, customer_account: int | None = None
    ) -> tuple[str, Posted]:
        """End a difference, once and alone: to or from a customer's account, or to profit or loss; return the outcome.
        how: ``customer`` or ``profit_or_loss``. Refuses ``difference_settled`` and the ledger's codes."""
        await uow.head()
        row = await uow.conn.fetchrow(Q.lock_difference, number)
        if row is None:
            raise refuse("difference_settled", difference=number)
        outcome, template = OUTCOMES[row["kind"], how]
        roles: Mapping[str, int] = await self._internal.of(row["branch_id"], row["currency"])
        if customer_account is not None:
            roles = {**roles, "customer": customer_account}
        posted = await self._post(uow, header, template, roles, row["amount"])
        await uow.conn.execute(
            Q.settle_difference, number, outcome, posted.booking_date, posted.journal_id, header.operator
        )
        return outcome, posted

    async def _settle(
        self,
        uow: UnitOfWork,
        header: Header,
        transfer: Transfer,
        to: Place,
        role: str,
        template: str,
        state: str,
    ) -> Posted:
        amount, who = value(transfer.notes), Moved(header.operator, transfer.case_id)
        roles = {role: to.account_id, "transit": transfer.transit.account_id}
        posted = await self._post(uow, header, template, roles, amount)
        await move(
            uow, self._clock, transfer.transit, NONE, transfer.notes, journal_id=posted.journal_id, who=who
        )
        await move(uow, self._clock, to, transfer.notes, journal_id=posted.journal_id, who=who)
        await uow.conn.execute(
            Q.settle_transfer, transfer.case_id, state, header.operator, self._clock.now(), posted.journal_id
        )
        return posted

    async def _post(
        self, uow: UnitOfWork, header: Header, template: str, roles: Mapping[str, int], amount: int
    ) -> Posted:
        how = self._templates.get(template)
        request = Post(header._replace(code=how.code), how.lines(roles, {"principal": amount}))
        return await self._ledger.post_within(uow, request)


class AbandonedCash:
    """Outbox handler: cash and vouchers that were on their way in a case that somebody has cancelled as a whole go back to
    where they came from, where the next count sees whether they are there."""

    name = "abandoned_cash"
    kinds = frozenset({"process_step"})

    def __init__(self, clock: Clock, cash: Cash) -> None:
        self._clock = clock
        self._cash = cash

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        for row in await uow.conn.fetch(Q.abandoned_transfers):
            case_id = row["case_id"]
            header = Header(f"cash_transfer:{case_id}:abandoned", "", row["branch_id"], "system", "system")
            await self._cash.give_back(uow, header, await transfer_on_its_way(uow, case_id))
        await turn_back_abandoned(uow, self._clock)


async def transfer_on_its_way(uow: UnitOfWork, case_id: int) -> Transfer:
    """The cash that a case has sent and nobody has received. Refuses ``cash_not_on_its_way``."""
    await uow.head()
    row: Any = await uow.conn.fetchrow(Q.lock_transfer, case_id)
    if row is None:
        raise refuse("cash_not_on_its_way", case=case_id)
    giver, receiver, transit = [
        await place_by_id(uow.conn, row[name]) for name in ("giver_id", "receiver_id", "transit_id")
    ]
    notes = {int(face): pieces for face, pieces in json.loads(row["notes"]).items()}
    return Transfer(case_id, giver, receiver, transit, notes, row["sent_by"])


async def require_room(uow: UnitOfWork, place: Place, more: int) -> None:
    """Refuses ``till_keeps_too_much`` where a till would hold more than it may."""
    over = await over_limit(uow, place, more)
    if over:
        raise refuse(
            "till_keeps_too_much", "receiver", till=place.code, over=format_minor(over, place.currency)
        )


async def differences(
    conn: PoolConnection, *, branch_id: int | None, only_open: bool, before: int, limit: int
) -> list[Record]:
    """Overages and shortages, newest first, from below number ``before``."""
    return await conn.fetch(Q.differences, branch_id, only_open, before, limit)
