"""Agreement deposits (协定存款): an entity's account that earns one posted rate within a base amount and another above it.

Balance-days of the two tiers come from the entries by their day of value, so an entry valued back corrects them by itself: what is
due is all since the contract began less what was paid. There are few such accounts; each is reckoned alone. Amounts in minor
units, rates in percent a year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from liushui.deposits.interest import (
    CHANNEL,
    OPERATOR,
    SETTLEMENT_CODE,
    Accrued,
    Paid,
    Settled,
    open_payable_accounts,
    settle_account,
)
from liushui.deposits.service import TERMS_ENTITY
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.ledger import CustomerAccount, Ledger
from liushui.products import (
    Kind,
    Product,
    RateType,
    add_months,
    rate_on,
    stored_catalogue,
    tier_balance_days,
)
from liushui.products.interest import PRECISION, withheld
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "agreement_deposits.sql")
PRODUCT = "agreement"
TERM_MONTHS = 12
AT_ONCE = 100
_ALL = 2**31 - 1
Case = tuple[str, str] | None
"""Number and element of the case in which something is done."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that runs. settled_to: interest is paid for the days before it; settled_within, settled_above: balance-days
    that it was paid for since from_on. until_on: the first day that does not count."""

    id: int
    account_id: int
    number: str
    branch_id: int
    currency: str
    base: int
    from_on: date
    until_on: date
    renews: bool
    settled_to: date
    settled_within: int
    settled_above: int
    payable: int


@dataclass(frozen=True, slots=True)
class TierTerms:
    """What the product pays on a day. within, above: rates in percent a year."""

    product: Product
    within: Decimal
    above: Decimal
    settles: bool

    def exact(self, within_days: int, above_days: int) -> Decimal:
        """Interest of balance-days in minor units, with its fraction."""
        with localcontext(prec=PRECISION):
            weighted = within_days * self.within + above_days * self.above
            return weighted / (100 * self.product.year_basis)

    def rounded(self, within_days: int, above_days: int) -> int:
        """The same as it is paid: to the minor unit, and never below nothing."""
        exact = self.exact(within_days, above_days)
        return max(0, int(exact.quantize(Decimal(1), rounding=self.product.rounding.decimal)))


async def tier_terms(conn: PoolConnection, day: date) -> TierTerms:
    """What the newest version of the product pays on a day. Refuses ``product_unknown``, ``rate_unknown``, and
    ``demand_terms_unsupported`` where it counts principal by whole units."""
    known = [
        p for p in await stored_catalogue(conn)
        if p.key == PRODUCT and p.kind is Kind.AGREEMENT and p.rate.type is RateType.TIERED and p.valid_from <= day
    ]  # fmt: skip
    if not known:
        raise refuse("product_unknown", "product", product=PRODUCT, day=day.isoformat())
    product = max(known, key=lambda p: p.valid_from)
    if product.principal_unit != 1:
        raise refuse("demand_terms_unsupported", product=PRODUCT)
    assert product.rate.above is not None
    within = await rate_on(conn, product.rate.name, product.currency, "", day)
    above = await rate_on(conn, product.rate.above, product.currency, "", day)
    settles = product.settlement is not None and product.settlement.next(day) == day
    return TierTerms(product, within, above, settles)


async def agreement_faults(
    conn: PoolConnection, account: CustomerAccount, base: int, today: date
) -> list[Fault]:
    """Everything that keeps an account from a contract: ``account_closed``, ``currency_differs``,
    ``product_not_for_holder``, ``agreement_deposit_running``, ``agreement_base_too_small``."""
    terms, facts = await tier_terms(conn, today), await conn.fetchrow(Q.facts, account.id)
    assert facts is not None
    product, faults = terms.product, list[Fault]()
    if facts["closed_on"] is not None:
        faults.append(Fault("account_closed", {"account": account.number}, "account"))
    if facts["currency"] != product.currency:
        params = {"account": account.number, "currency": facts["currency"]}
        faults.append(Fault("currency_differs", params, "account"))
    if not facts["entity"]:
        faults.append(Fault("product_not_for_holder", {"product": product.key}, "account"))
    if facts["running"]:
        faults.append(Fault("agreement_deposit_running", {"account": account.number}, "account"))
    if base < product.base_least:
        least = format_minor(product.base_least, product.currency)
        faults.append(Fault("agreement_base_too_small", {"least": least}, "base"))
    return faults


async def agree_on_tiers(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, account: CustomerAccount, *, base: int, renews: bool,
    entered_by: str, approved_by: str, case_id: int, element: str,
) -> int:  # fmt: skip
    """Begin a contract today, for a year; return its number. What the account has earned so far is paid first, at the
    demand rate of today. Refuses like ``agreement_faults``, and ``agreement_own_approval``."""
    today = (await uow.head()).business_date
    faults = await agreement_faults(uow.conn, account, base, today)
    if entered_by == approved_by:
        faults.append(Fault("agreement_own_approval"))
    raise_if_any(faults)
    case = (str(case_id), element)
    await settle_account(uow, clock, ledger, account, key=f"agreement:{case_id}:begin", case=case)
    await ledger.set_terms(uow, account.id, PRODUCT)
    await open_payable_accounts(uow, ledger, [(PRODUCT, account.currency)])
    number: int = await uow.conn.fetchval(
        Q.insert, account.id, base, today, add_months(today, TERM_MONTHS), renews, case_id, clock.now(), entered_by,
        approved_by,
    )  # fmt: skip
    payload = {"agreement": number, "base": format_minor(base, account.currency)}
    await uow.emit("agreement_deposit_begun", clock.now(), subjects=[account.id], payload=payload)
    return number


async def end_agreement(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, account: CustomerAccount, *, by: str, case: Case
) -> Paid:
    """End an account's contract today and pay what it has earned: what settlement days have left open first, each at its own
    day's rates, then the rest at today's. From today on the account is a demand deposit. Refuses
    ``agreement_deposit_missing``."""
    today = (await uow.head()).business_date
    contract = await running_contract(uow.conn, account)
    terms = await tier_terms(uow.conn, today)
    paid: list[Paid] = []
    settlement = terms.product.settlement
    days = [] if settlement is None else list(settlement.days(contract.settled_to, today))
    for day in days:
        if day < today:
            until = day + timedelta(days=1)
            on_day = await tier_terms(uow.conn, day)
            paid.append(await _settle(uow, clock, contract, on_day, until, booked_before=until, case=case))
            contract = await running_contract(uow.conn, account)
    if contract.settled_to < today:
        paid.append(await _settle(uow, clock, contract, terms, today, booked_before=date.max, case=case))
    await _end(uow, ledger, clock, contract, today, by=by)
    return Paid(sum(p.interest for p in paid), sum(p.tax for p in paid))


async def running_contract(conn: PoolConnection, account: CustomerAccount) -> Contract:
    """Refuses ``agreement_deposit_missing``."""
    rows = await conn.fetch(Q.contracts, 0, 1, account.id)
    if not rows:
        raise refuse("agreement_deposit_missing", "account", account=account.number)
    return Contract(*rows[0])


async def has_agreement(conn: PoolConnection, account_id: int) -> bool:
    """Whether a contract runs on an account."""
    return bool(await conn.fetch(Q.contracts, 0, 1, account_id))


async def agreements_accrued(conn: PoolConnection, day: date) -> list[Accrued]:
    """What has accrued up to the end of a day, at its rates, and is not paid."""
    until = day + timedelta(days=1)
    contracts = [c for c in await _contracts(conn) if c.settled_to < until]
    payables = await conn.fetch(Q.payables)
    if not payables:
        return []
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    if contracts:
        terms = await tier_terms(conn, day)
        tiers = await _due(conn, contracts, until, until)
        for contract, (within, above) in zip(contracts, tiers, strict=True):
            sums[contract.branch_id, contract.currency] += terms.exact(within, above)
    return [
        Accrued(
            row["branch_id"], row["currency"], PRODUCT, row["payable"], row["owed"],
            sums[row["branch_id"], row["currency"]],
        )
        for row in payables
    ]  # fmt: skip


async def settle_agreements(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, day: date, *, after: int, at_once: int = AT_ONCE
) -> Settled:
    """Close a day for the next contracts after number ``after``: pay on settlement days, renew or end those whose term is
    over. What has been done already is left alone."""
    until = day + timedelta(days=1)
    contracts = await _contracts(uow.conn, after, at_once)
    if not contracts:
        return Settled(None, 0)
    terms = await tier_terms(uow.conn, day)
    due = [
        c for c in contracts if c.from_on < until and ((terms.settles and c.settled_to < until) or c.until_on <= until)
    ]  # fmt: skip
    if due:
        await uow.head()
    for contract in due:
        ends = contract.until_on <= until and not contract.renews
        if contract.settled_to < until and (terms.settles or ends):
            booked_before = date.max if ends else until
            await _settle(uow, clock, contract, terms, until, booked_before=booked_before, case=None)
        if ends:
            await _end(uow, ledger, clock, contract, until, by=OPERATOR)
        elif contract.until_on <= until:
            await _renew(uow, clock, contract)
    return Settled(contracts[-1].id if len(contracts) == at_once else None, len(due))


async def _contracts(conn: PoolConnection, after: int = 0, limit: int = _ALL) -> Sequence[Contract]:
    return [Contract(*row) for row in await conn.fetch(Q.contracts, after, limit, None)]


async def _due(
    conn: PoolConnection, contracts: Sequence[Contract], until: date, booked_before: date
) -> list[tuple[int, int]]:
    """Balance-days within and above the base amount that are not paid yet, per contract."""
    balances: dict[int, list[tuple[date, int]]] = defaultdict(list)
    before: dict[int, int] = defaultdict(int)
    for row in await conn.fetch(Q.balances, [c.id for c in contracts], booked_before):
        rows = balances[row["id"]]
        rows.append((row["day"], (rows[-1][1] if rows else 0) + row["net"]))
        before[row["id"]] += row["before"]
    found: list[tuple[int, int]] = []
    for c in contracts:
        within, above = tier_balance_days(balances[c.id], c.base, c.from_on, until)
        found.append((within + before[c.id] - c.settled_within, above - c.settled_above))
    return found


async def _settle(
    uow: UnitOfWork, clock: Clock, contract: Contract, terms: TierTerms, until: date, *, booked_before: date, case: Case
) -> Paid:  # fmt: skip
    """Pay a contract up to a day and begin its balance-days in the books anew from there. The caller holds the sequencer."""
    within, above = (await _due(uow.conn, [contract], until, booked_before))[0]
    amount = terms.rounded(within, above)
    tax = withheld(terms.product, amount)
    later: int = await uow.conn.fetchval(Q.later, contract.account_id, until)
    journal: int | None = None
    if amount:
        last: int = await uow.conn.fetchval(
            Q.settle, clock.now(), until, f"agreement:{contract.id}:{until}", SETTLEMENT_CODE, CHANNEL,
            *(case or (None, None)), contract.account_id, amount, later, contract.payable, tax,
        )  # fmt: skip
        journal = last + 1
    else:
        await uow.conn.execute(Q.settle_nothing, contract.account_id, until, later)
    await uow.conn.execute(
        Q.insert_settlement, contract.id, until, within, above, terms.within, terms.above, amount, tax, journal,
    )  # fmt: skip
    return Paid(amount, tax)


async def _renew(uow: UnitOfWork, clock: Clock, contract: Contract) -> None:
    until = add_months(contract.until_on, TERM_MONTHS)
    await uow.conn.execute(Q.renew, contract.id, until)
    payload = {"agreement": contract.id, "until": until.isoformat()}
    await uow.emit("agreement_deposit_renewed", clock.now(), subjects=[contract.account_id], payload=payload)


async def _end(
    uow: UnitOfWork, ledger: Ledger, clock: Clock, contract: Contract, on: date, *, by: str
) -> None:
    await uow.conn.execute(Q.end, contract.id, on, by)
    await ledger.set_terms(uow, contract.account_id, TERMS_ENTITY)
    payload = {"agreement": contract.id, "on": on.isoformat()}
    await uow.emit("agreement_deposit_ended", clock.now(), subjects=[contract.account_id], payload=payload)
