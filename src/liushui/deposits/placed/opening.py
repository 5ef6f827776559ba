"""A deposit is placed: checked, its rate fixed, the money moved from the customer's demand account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liushui.deposits.placed.desk import OPENING, Desk
from liushui.deposits.placed.model import PLACED, Contract, Instruction
from liushui.deposits.placed.repository import Market, Q, contract_by_number, market_on
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.ledger import CustomerAccount, Header, NewAccount
from liushui.parties import Customer
from liushui.products import (
    Interest,
    Kind,
    Placement,
    Plan,
    Product,
    RateType,
    Renewal,
    accrued_interest,
    add_months,
    fees_due,
    instalment_interest,
    opening_faults,
    parse_tenor,
)
from liushui.store.database import PoolConnection, UnitOfWork

PLACED_SERIES = "02"
"""Stands in numbers where demand accounts have 01."""


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """What a customer wants. amount: minor units, of each month for instalments. rate: what the customer was shown; None:
    the posted one, whatever it is."""

    product: str
    tenor: str
    amount: int
    instruction: Instruction
    voucher: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the bank offers for it today. rate: percent a year, fixed for the term; None where it is found later. shown:
    the rate that is shown instead. matures_on: None where there is no term. interest: at maturity, with the tax of today; None
    where it cannot be known."""

    product: Product
    day: date
    rate: Decimal | None
    shown: Decimal
    matures_on: date | None
    fee: int
    interest: Interest | None = None


async def offer_for(
    conn: PoolConnection, new: NewDeposit, account: CustomerAccount, owner: Customer, today: date
) -> Offer:
    """Look at a wish. Refuses every fault at once: those of ``opening_faults``, ``product_unknown``,
    ``product_not_placed``, ``currency_differs``, ``renewal_not_offered``, ``certificate_not_offered``,
    ``rate_changed``, ``rate_unknown``."""
    market = await market_on(conn, today)
    product = market.catalogue.get(new.product, today)
    if product.kind not in PLACED:
        raise refuse("product_not_placed", "product", product=product.key)
    faults = opening_faults(product, owner.kind, new.amount, new.tenor or None)
    if product.currency != account.currency:
        params = {"account": account.number, "currency": account.currency}
        faults.append(Fault("currency_differs", params, "account"))
    if not _offers(product, new.instruction):
        faults.append(Fault("renewal_not_offered", {"product": product.key}, "instruction"))
    if product.kind is Kind.CERTIFICATE and not faults:
        faults += await _issue_faults(conn, product, new, today)
    raise_if_any(faults)
    offer = _priced(market, product, new)
    if new.rate is not None and new.rate != offer.shown:
        raise refuse("rate_changed", "rate", rate=f"{offer.shown:f}")
    return offer


@dataclass(frozen=True, slots=True)
class Selling:
    """One line of what the bank sells today. least: minor units. matures_on, if it were placed today; None where there is
    no term."""

    product: Product
    tenor: str
    rate: Decimal
    least: int
    matures_on: date | None
    instructions: tuple[Instruction, ...]


async def selling_on(conn: PoolConnection, today: date, *, holder: str, currency: str) -> list[Selling]:
    """What a kind of customer may place from a demand account today, by product and tenor, with the posted rates. Without
    large certificates, of which there is only so much, and without what has no rate posted."""
    market = await market_on(conn, today)
    found: list[Selling] = []
    for product in market.catalogue.on(today).values():
        if product.kind not in PLACED - {Kind.CERTIFICATE} or holder not in product.holders:
            continue
        if product.currency != currency:
            continue
        for tenor in product.tenors or ("",):
            with suppress(Refused):  # rate_unknown: not for sale today
                least = product.least.opening
                offer = _priced(market, product, NewDeposit(product.key, tenor, least, Instruction.STAY))
                kinds = tuple(kind for kind in Instruction if _offers(product, kind))
                found.append(Selling(product, tenor, offer.shown, least, offer.matures_on, kinds))
    return found


def _offers(product: Product, instruction: Instruction) -> bool:
    if not product.tenors or product.kind is Kind.NOTICE:
        return instruction is Instruction.STAY
    renewal = instruction.renewal
    return renewal is Renewal.NONE or renewal in product.renewals


async def _issue_faults(conn: PoolConnection, product: Product, new: NewDeposit, today: date) -> list[Fault]:
    if await conn.fetchval(Q.open_issue, product.key, new.tenor, today, new.amount) is not None:
        return []
    left = format_minor(await conn.fetchval(Q.issue_left, product.key, new.tenor, today), product.currency)
    return [Fault("certificate_not_offered", {"left": left}, "amount")]


def _priced(market: Market, product: Product, new: NewDeposit) -> Offer:
    fee = fees_due(product, "opening", new.amount)
    floating = product.rate.type is RateType.FLOATING
    ladder = product.kind is Kind.DEMAND_OR_TIME
    if ladder:
        shown = market.rate(product.fallback or "", product.currency, "")
    else:
        shown = market.rate(product.rate.name, product.currency, "" if floating else new.tenor)
        shown = max(shown + product.rate.spread, Decimal(0)) if floating else shown
    ends = None
    if product.tenors and product.kind is not Kind.NOTICE:
        ends = parse_tenor(new.tenor).end(market.day)
    rate = shown if product.rate.type is RateType.FIXED else None
    interest = None if rate is None or ends is None else _at_maturity(product, new, market.day, ends, rate)
    return Offer(product, market.day, rate, shown, ends, fee, interest)


def _at_maturity(product: Product, new: NewDeposit, opened: date, ends: date, rate: Decimal) -> Interest:
    if product.kind is Kind.INSTALMENT:
        plan = Plan(new.amount, opened, new.tenor, rate)
        payments = [(add_months(opened, month), new.amount) for month in range(plan.months)]
        return instalment_interest(product, plan, payments, ends, Decimal(0))
    return accrued_interest(product, Placement(new.amount, opened, new.tenor, rate), ends)


async def place(
    desk: Desk, uow: UnitOfWork, header: Header, new: NewDeposit, account: CustomerAccount, owner: Customer,
    *, branch_code: str,
) -> Contract:  # fmt: skip
    """Place a deposit from a demand account, at that account's branch. Refuses like ``offer_for`` and the books."""
    today = (await uow.head()).business_date
    offer = await offer_for(uow.conn, new, account, owner, today)
    issue: int | None = None
    if offer.product.kind is Kind.CERTIFICATE:
        issue = await uow.conn.fetchval(Q.open_issue, new.product, new.tenor, today, new.amount)
        await uow.conn.execute(Q.use_issue, issue, new.amount)
    contract = await insert_contract(
        desk, uow, offer, new, account, owner, branch_code=branch_code, issue=issue
    )
    roles = await desk.roles(uow, contract, account.id)
    journal = await desk.post(
        uow, desk.journal(OPENING, header, roles, {"principal": new.amount, "fee": offer.fee})
    )
    await desk.record(
        uow, contract, header, "opened", today, amount=new.amount, journal=journal,
        detail={
            "product": new.product, "tenor": new.tenor, "rate": f"{offer.shown:f}", "instruction": new.instruction.value,
            "matures_on": None if offer.matures_on is None else offer.matures_on.isoformat(), "fee": offer.fee,
        },
    )  # fmt: skip
    return contract


async def insert_contract(
    desk: Desk, uow: UnitOfWork, offer: Offer, new: NewDeposit, account: CustomerAccount, owner: Customer, *,
    branch_code: str, issue: int | None = None,
) -> Contract:  # fmt: skip
    """The ledger account and the contract, without money. Number: branch code, 02, nine digits, Luhn check digit."""
    serial: int = await uow.conn.fetchval(Q.next_serial)
    number = with_luhn(f"{branch_code}{PLACED_SERIES}{serial:09d}")
    product = offer.product
    account_id = await desk.ledger.open_account(
        uow,
        NewAccount(
            number,
            account.branch_id,
            account.currency,
            product.gl_code,
            False,
            0,
            product.key,
            by_contract=True,
        ),
    )
    await uow.conn.execute(
        Q.insert, account_id, product.key, product.version, product.kind.value, new.tenor, offer.day, offer.matures_on,
        offer.rate, new.instruction.value, account.id, new.voucher, new.amount,
        new.amount if product.kind is Kind.INSTALMENT else None, issue,
    )  # fmt: skip
    await uow.conn.execute(Q.insert_owner, account_id, owner.id)
    return await contract_by_number(uow.conn, number)
