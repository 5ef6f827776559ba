"""Interest on demand deposits: accrued per day and product, settled and capitalised on its days, paid at closing; and the
booking of what has accrued on deposits of any kind.

Balance-days are kept by change in the books (migrations/0015_day_end.sql). Amounts in minor units; rates are fractions a
year, days to the year are the product's. Everything here is set-based: an account that rests is read and never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from liushui.accounting import Q as ACCOUNTING_Q
from liushui.accounting import Templates, open_internal_account
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount, Header, Ledger, Post, balance
from liushui.products import Kind, Rounding, rates_on, stored_catalogue
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "interest.sql")
PAYABLE_CODE = "2231.01"
SETTLEMENT_CODE = "INT02"
CHANNEL = OPERATOR = "system"
ACCOUNTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class DemandTerms:
    """What a demand product pays in one currency on a day. rate: a fraction a year. year_days: 360 or 365. rounding: of
    the interest to the minor unit, and of the tax. settles: whether its interest is settled at the end of that day. tax: per
    cent of the interest that is withheld."""

    product: str
    currency: str
    rate: Decimal
    year_days: int
    rounding: Rounding
    settles: bool
    tax: Decimal = Decimal(0)


async def demand_terms(conn: PoolConnection, day: date) -> list[DemandTerms]:
    """What every demand product pays that is released and has a posted rate on a day. Refuses ``demand_terms_unsupported``
    where one counts principal by whole units: that is not settled here."""
    catalogue, rates = await stored_catalogue(conn), await rates_on(conn, day)
    found: list[DemandTerms] = []
    for product in catalogue.on(day).values():
        percent = rates.get((product.rate.name, product.currency, ""))
        if product.kind is not Kind.DEMAND or percent is None:
            continue
        if product.principal_unit != 1:
            raise refuse("demand_terms_unsupported", product=product.key)
        settles = product.settlement is not None and product.settlement.next(day) == day
        found.append(
            DemandTerms(
                product.key,
                product.currency,
                percent / 100,
                product.year_basis,
                product.rounding,
                settles,
                product.tax,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Until:
    """Up to where interest is reckoned. day: the first that does not count any more. cut_journal: the last journal before
    that day. late: whether the bank has gone on to days after it, so that their entries must be left out."""

    day: date
    cut_journal: int
    late: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What a step has done. mark: the account to go on after; None: there are no more. journals: how many it made. tax: what
    was withheld in all, in minor units."""

    mark: int | None
    journals: int
    tax: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """Interest that an account was paid, before tax, and what was withheld of it. Minor units."""

    interest: int
    tax: int

    @property
    def net(self) -> int:
        return self.interest - self.tax


async def open_payable_accounts(uow: UnitOfWork, ledger: Ledger, products: Sequence[tuple[str, str]]) -> int:
    """Open what the bank books owed interest on, where a branch has accounts of a product and no such account yet: one
    per branch, currency and product. products: product and currency. Return how many."""
    places = await uow.conn.fetch(
        Q.interest_places, [key for key, _ in products], [currency for _, currency in products]
    )
    for row in places:
        await open_internal_account(
            uow, ledger, branch_id=row["branch_id"], branch_code=row["branch"], currency=row["currency"],
            role=f"interest_payable_{row['product']}", gl_code=PAYABLE_CODE,
            part=row["product"].upper().replace("_", "-"),
        )  # fmt: skip
    return len(places)


async def settle_some(
    uow: UnitOfWork, clock: Clock, terms: Sequence[DemandTerms], until: Until, *, after: int, key: str,
    at_once: int = ACCOUNTS_AT_ONCE, case: tuple[str, str] | None = None,
) -> Settled:  # fmt: skip
    """Settle the next accounts after ``after`` up to a day and credit them, a journal each, valued on that day; in this
    transaction, under the sequencer's lock. What is settled already is left alone, so it may be run again. key: begins
    the keys of the journals."""
    upto: int | None = await uow.conn.fetchval(Q.next_accounts, after, at_once)
    if upto is None:
        return Settled(None, 0)
    await uow.head()
    row = await uow.conn.fetchrow(
        Q.settle, after, upto, *_columns(terms), until.day, until.late, clock.now(), key, SETTLEMENT_CODE, CHANNEL,
        *(case or (None, None)), [t.tax for t in terms],
    )  # fmt: skip
    assert row is not None
    return Settled(upto, row["n"], row["tax"])


async def settle_account(
    uow: UnitOfWork, clock: Clock, ledger: Ledger, account: CustomerAccount, *, key: str,
    case: tuple[str, str] | None = None,
) -> Paid:  # fmt: skip
    """Pay one account all its interest up to today, in this transaction: what settlement days have left open first, each
    at its own day's rates, then the rest at today's (储蓄管理条例 art. 27). case: number and element of the case in which it
    is done."""
    today = (await uow.head()).business_date
    before = (await balance(uow.conn, account.id)).ledger
    since: date | None = await uow.conn.fetchval(Q.interest_since, account.id)
    if since is None:
        return Paid(0, 0)
    tax = 0
    days = [(day, day + timedelta(days=1)) for day in await _settlement_days(uow.conn, account, since, today)]
    for day, until in [*days, (today, today)]:
        terms = await demand_terms(uow.conn, day)
        await open_payable_accounts(uow, ledger, [(t.product, t.currency) for t in terms])
        done = await settle_some(
            uow, clock, terms, Until(until, 0, late=until < today), after=account.id - 1, key=f"{key}:{until}", at_once=1,
            case=case,
        )  # fmt: skip
        tax += done.tax
    return Paid((await balance(uow.conn, account.id)).ledger - before + tax, tax)


async def interest_if_settled(
    uow: UnitOfWork, clock: Clock, ledger: Ledger, account: CustomerAccount
) -> Paid:
    """What ``settle_account`` would pay now. It is done and undone: there is no second way of reckoning that could differ."""
    await uow.head()
    preview = uow.conn.transaction()
    await preview.start()
    try:
        return await settle_account(uow, clock, ledger, account, key=f"preview:{account.id}")
    finally:
        await preview.rollback()


async def _settlement_days(
    conn: PoolConnection, account: CustomerAccount, since: date, today: date
) -> Sequence[date]:
    """Settlement days of the account's product that are over and of which it has not been settled."""
    product = (await stored_catalogue(conn)).on(today).get(await conn.fetchval(Q.terms_of, account.id))
    if product is None or product.settlement is None:
        return ()
    return [day for day in product.settlement.days(since, today) if day < today]


@dataclass(frozen=True, slots=True)
class Accrued:
    """What has accrued at a branch on a product in a currency and is not paid yet. payable: the account that shows what the
    bank owes. owed: what it shows, in minor units. exact: what it ought to, minor units with their fraction."""

    branch_id: int
    currency: str
    product: str
    payable: int
    owed: int
    exact: Decimal


async def demand_accrued(conn: PoolConnection, terms: Sequence[DemandTerms], until: Until) -> list[Accrued]:
    """What has accrued on demand deposits and is not settled."""
    rows = await conn.fetch(Q.accrued, *_columns(terms), until.day, until.late, until.cut_journal)
    return [Accrued(**dict(row)) for row in rows]


async def book_accruals(
    uow: UnitOfWork, ledger: Ledger, templates: Templates, accrued: Sequence[Accrued], *, day: date
) -> int:
    """Bring what the bank owes up to what has accrued, rounded down to the minor unit; return how many journals that took.
    The fraction stays in the figures of ``interest_accrual`` and is carried. day: the day being closed, on which it is
    booked."""
    up, down = templates.get("interest_accrual"), templates.get("interest_accrual_back")
    journals = 0
    for a in accrued:
        target = int(a.exact.to_integral_value(ROUND_FLOOR))
        difference, journal = target - a.owed, None
        if difference:
            how = up if difference > 0 else down
            rows = await uow.conn.fetch(ACCOUNTING_Q.internal_accounts, a.branch_id, a.currency)
            expense = next(row["account_id"] for row in rows if row["role"] == "interest_expense")
            header = Header(
                f"accrual:{day}:{a.branch_id}:{a.currency}:{a.product}",
                how.code,
                a.branch_id,
                OPERATOR,
                CHANNEL,
            )
            roles = {"interest_expense": expense, "interest_payable": a.payable}
            request = Post(header, how.lines(roles, {"interest": abs(difference)}))
            journal = (await ledger.post_within(uow, request, booking_date=day)).journal_id
            journals += 1
        await uow.conn.execute(
            Q.insert_accrual, day, a.branch_id, a.currency, a.product, a.exact, target, journal
        )
    return journals


def _columns(
    terms: Sequence[DemandTerms],
) -> tuple[list[str], list[str], list[Decimal], list[int], list[str]]:
    return (
        [t.product for t in terms], [t.currency for t in terms], [t.rate for t in terms], [t.year_days for t in terms],
        [t.rounding for t in terms],
    )  # fmt: skip
