"""Placed deposits: what a customer has, what one would pay today, what happened to it. Acts on them are cases."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas_deposits as s
from liushui.channels.open_api import schemas_my_bank as my
from liushui.channels.open_api.dependencies import AccountPath, Caller, Customer, TheBank, minor_of
from liushui.channels.open_api.routes.customers import CustomerPath
from liushui.deposits.placed import (
    Contract,
    Instruction,
    NewDeposit,
    State,
    broken,
    contract_by_number,
    history_of,
    of_customer,
    offer_for,
    quote_today,
    selling_on,
)
from liushui.eod import business_date
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.parties import customer_by_number
from liushui.self_service import own_accounts
from liushui.store.database import PoolConnection

router = APIRouter()
CURRENCY = "CNY"
"""Of every deposit that the forms know."""


@router.get("/v1/customers/{customer}/deposits")
async def list_deposits(
    customer: CustomerPath, bank: TheBank, caller: Caller, after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.Deposits:  # fmt: skip
    async with bank.db.read() as conn:
        await customer_by_number(conn, customer)
    return await _page(bank, customer, after, limit)


@router.get("/v1/my/deposits")
async def list_my_deposits(
    bank: TheBank, visitor: Customer, after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.Deposits:  # fmt: skip
    async with bank.db.read() as conn:
        own = await own_accounts(conn, visitor)
    page = await _page(bank, visitor.customer, after, limit)
    return page.model_copy(update={"deposits": [d for d in page.deposits if d.account in own]})


async def _page(bank: Bank, customer: str, after: int, limit: int) -> s.Deposits:
    async with bank.db.read() as conn:
        found = await of_customer(conn, customer, after=after, limit=limit + 1)
    more = found[limit - 1].account_id if len(found) > limit else None
    return s.Deposits(customer=customer, deposits=[_view(c) for c in found[:limit]], next=more)


@router.get("/v1/deposits/{account}")
async def show_deposit(account: AccountPath, bank: TheBank, caller: Caller) -> s.DepositDetail:
    async with bank.db.read() as conn:
        return await _detail(conn, await contract_by_number(conn, account, None))


@router.get("/v1/my/deposit-offers")
async def show_deposit_offers(bank: TheBank, visitor: Customer) -> list[my.DepositOfferView]:
    """What the bank sells today to a customer like this one."""
    async with bank.db.read() as conn:
        owner = await customer_by_number(conn, visitor.customer)
        today = await business_date(conn)
        lines = await selling_on(conn, today, holder=owner.kind, currency=CURRENCY)
    return [
        my.DepositOfferView(
            product=line.product.key, zh=line.product.zh, en=line.product.en, kind=line.product.kind.value,
            tenor=line.tenor, rate=f"{line.rate:f}", least=format_minor(line.least, CURRENCY),
            matures_on=line.matures_on, instructions=[kind.value for kind in line.instructions],
        )
        for line in lines
    ]  # fmt: skip


@router.post("/v1/my/deposit-quotes")
async def quote_deposit(body: my.DepositQuoteIn, bank: TheBank, visitor: Customer) -> my.DepositQuote:
    """What a deposit would be if it were placed now; nothing is kept. Every fault at once."""
    async with bank.db.read() as conn:
        if body.account not in await own_accounts(conn, visitor):
            raise refuse("account_unknown", "account", account=body.account)
        account = await bank.directory.find(body.account, "account")
        owner = await customer_by_number(conn, visitor.customer)
        wish = NewDeposit(
            body.product, body.tenor, minor_of(body.amount, account.currency), Instruction(body.instruction)
        )
        offer = await offer_for(conn, wish, account, owner, await business_date(conn))
    return my.DepositQuote(
        rate=f"{offer.shown:f}", matures_on=offer.matures_on, fee=format_minor(offer.fee, account.currency),
        interest=None if offer.interest is None else format_minor(offer.interest.minor, account.currency),
        tax=None if offer.interest is None else format_minor(offer.interest.tax, account.currency),
    )  # fmt: skip


@router.get("/v1/my/deposits/{account}")
async def show_my_deposit(account: AccountPath, bank: TheBank, visitor: Customer) -> s.DepositDetail:
    async with bank.db.read() as conn:
        found = await contract_by_number(conn, account, None)
        if found.owner != visitor.customer or found.linked not in await own_accounts(conn, visitor):
            raise refuse("deposit_unknown", deposit=account)
        return await _detail(conn, found)


async def _detail(conn: PoolConnection, found: Contract) -> s.DepositDetail:
    today = None
    if found.state is not State.CLOSED:
        today = await _today(conn, found, await business_date(conn))
    return s.DepositDetail(
        deposit=_view(found), today=today,
        history=[
            s.Happening(
                date=h.date, kind=h.kind, amount=format_minor(h.amount, found.currency),
                interest=format_minor(h.interest, found.currency), tax=format_minor(h.tax, found.currency), detail=dict(h.detail), journal=h.journal_id,
                case=h.case_id,
            )
            for h in await history_of(conn, found.account_id)
        ],
    )  # fmt: skip


async def _today(conn: PoolConnection, found: Contract, today: date) -> s.IfTakenToday:
    _, facts, quoted = await quote_today(conn, found, None, today)
    interest, currency = quoted.interest, found.currency
    return s.IfTakenToday(
        date=today, interest=format_minor(interest.minor, currency), tax=format_minor(interest.tax, currency),
        total=format_minor(quoted.amount + interest.net, currency), why=broken(found, facts, today),
        parts=[
            s.InterestPart(
                why=part.why, principal=format_minor(part.principal, currency), days=part.days, from_on=part.start,
                to_on=part.end, rate=f"{part.rate:f}",
            )
            for part in interest.segments
        ],
    )  # fmt: skip


def _view(c: Contract) -> s.DepositView:
    return s.DepositView(
        number=c.number, customer=c.owner, product=c.product, version=c.version, tenor=c.tenor, currency=c.currency,
        principal=format_minor(c.principal, c.currency), rate=None if c.rate is None else f"{c.rate:f}",
        opened_on=c.opened_on, matures_on=c.matures_on, state=c.state.value, instruction=c.instruction.value,
        account=c.linked, voucher=c.voucher, term=c.term,
        instalment=None if c.instalment is None else format_minor(c.instalment, c.currency),
    )  # fmt: skip
