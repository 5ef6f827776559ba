"""What each step of the day-end does, by its name in steps.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from liushui.accounting import Templates, carry_profit, roll_up, verify_general_ledger
from liushui.cash import open_tills
from liushui.deposits import (
    Until,
    agreements_accrued,
    book_accruals,
    demand_accrued,
    demand_terms,
    open_payable_accounts,
    review_some,
    settle_agreements,
    settle_some,
)
from liushui.deposits.placed import Desk, lapse_some, mature_some, placed_accrued
from liushui.eod.model import Day, Progress
from liushui.eod.service import Work, seal_day
from liushui.kernel.clock import Clock
from liushui.kernel.errors import raise_if_any
from liushui.ledger import Ledger
from liushui.payments import StandingOrders
from liushui.risk import effective
from liushui.store.database import UnitOfWork


def until_of(day: Day) -> Until:
    """Interest of a day counts up to the next one."""
    return Until(day.next, day.cut_journal, day.late)


class Steps:
    """The steps over the services of one bank."""

    def __init__(self, clock: Clock, ledger: Ledger, templates: Templates, standing: StandingOrders) -> None:
        self._clock = clock
        self._ledger = ledger
        self._templates = templates
        self._standing = standing
        self._desk = Desk(clock, ledger, templates)

    def by_name(self) -> Mapping[str, Work]:
        return {
            "name_open_tills": self.name_open_tills,
            "expire_holds": self.expire_holds,
            "accrue_interest": self.accrue_interest,
            "settle_interest": self.settle_interest,
            "agreement_deposits": self.agreement_deposits,
            "standing_orders": self.standing_orders,
            "dormant_accounts": self.dormant_accounts,
            "lapse_notices": self.lapse_notices,
            "maturities": self.maturities,
            "carry_profit": self.carry_profit,
            "roll_up": self.roll_up,
            "reconcile": self.reconcile,
            "seal": self.seal,
        }

    async def name_open_tills(self, uow: UnitOfWork, day: Day, _mark: int) -> Progress:
        """Each till, vault and transfer that the counters have left open is told of, once; the day does not wait."""
        left = await open_tills(uow.conn, day.date)
        for one in left:
            payload = {"date": day.date.isoformat(), "place": one.place, "what": one.what, "by": one.by}
            await uow.emit("counter_left_open", self._clock.now(), payload=payload)
        return Progress(None, len(left))

    async def expire_holds(self, uow: UnitOfWork, _day: Day, _mark: int) -> Progress:
        released = await self._ledger.expire_some_within(uow)
        return Progress(0 if released else None, released)

    async def accrue_interest(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        terms = await demand_terms(uow.conn, day.date)
        opened = await open_payable_accounts(uow, self._ledger, [(t.product, t.currency) for t in terms])
        # A part of its own: opening takes the sequencer, and the reckoning must not keep others waiting for it.
        if opened:
            return Progress(mark)
        accrued = await demand_accrued(uow.conn, terms, until_of(day))
        accrued += await agreements_accrued(uow.conn, day.date)
        accrued += await placed_accrued(uow, self._ledger, day.date, day.next)
        done = await book_accruals(uow, self._ledger, self._templates, accrued, day=day.date)
        return Progress(None, done)

    async def settle_interest(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        terms = [t for t in await demand_terms(uow.conn, day.date) if t.settles]
        if not terms:
            return Progress(None)
        done = await settle_some(
            uow, self._clock, terms, until_of(day), after=mark, key=f"interest:{day.next}"
        )
        return Progress(done.mark, done.journals)

    async def agreement_deposits(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        done = await settle_agreements(uow, self._ledger, self._clock, day.date, after=mark)
        return Progress(done.mark, done.journals)

    async def standing_orders(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        """Those due on the day that begins, after the interest that its customers were paid for the day that ends."""
        done = await self._standing.execute_some(uow, day.next, after=mark)
        return Progress(done.mark, done.handled)

    async def dormant_accounts(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        done = await review_some(uow, self._ledger, self._clock, day.next, after=mark)
        return Progress(done.mark, done.changed)

    async def lapse_notices(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        """Notices of notice deposits whose time is over."""
        patience: int | None = effective(day.date).get("notice_lapses_after_days")
        if patience is None:  # a day of before the rule: nobody had such a deposit
            return Progress(None)
        done = await lapse_some(self._desk, uow, day.date, after=mark, patience_days=patience)
        return Progress(*done)

    async def maturities(self, uow: UnitOfWork, day: Day, mark: int) -> Progress:
        """Terms that are over when the next day begins."""
        return Progress(*await mature_some(self._desk, uow, day.next, after=mark))

    async def carry_profit(self, uow: UnitOfWork, day: Day, _mark: int) -> Progress:
        done = await carry_profit(uow, self._ledger, day=day.date, cut_journal=day.cut_journal)
        return Progress(None, done)

    async def roll_up(self, uow: UnitOfWork, _day: Day, _mark: int) -> Progress:
        rolled = await roll_up(uow)
        return Progress(0 if rolled else None, rolled)

    async def reconcile(self, uow: UnitOfWork, _day: Day, _mark: int) -> Progress:
        """总分核对: a difference stops the close."""
        raise_if_any(await verify_general_ledger(uow.conn))
        return Progress(None)

    async def seal(self, uow: UnitOfWork, day: Day, _mark: int) -> Progress:
        return await seal_day(uow, self._clock, day)
