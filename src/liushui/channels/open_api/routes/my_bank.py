"""A customer's own accounts. Anybody else's is answered as if it did not exist."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api import schemas_my_bank as my
from liushui.channels.open_api.dependencies import (
    AccountPath,
    Customer,
    Day,
    IdempotencyKey,
    TheBank,
    customer_key,
    minor_of,
    person_of_customer,
)
from liushui.channels.open_api.routes.accounts import (
    account_view,
    agree_on_notices,
    movement_of,
    notices_view,
    statement_view,
)
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.eod import business_date
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import balance
from liushui.processes.transfer.preview import Previews
from liushui.self_service import Visitor, own_accounts

router = APIRouter()
After = Annotated[int, Query(ge=0, le=2**62)]
AMOUNT = r"^[0-9]+(\.[0-9]+)?$"
Limit = Annotated[int, Query(ge=1, le=500)]


async def _own(bank: Bank, visitor: Visitor, account: str) -> None:
    """Refuses ``account_unknown``, as for an account that there is not."""
    async with bank.db.read() as conn:
        if account not in await own_accounts(conn, visitor):
            raise refuse("account_unknown", account=account)


@router.get("/v1/my/accounts")
async def show_my_accounts(bank: TheBank, visitor: Customer) -> list[my.MyAccount]:
    """The open demand accounts with what is on them; placed deposits have an address of their own."""
    async with bank.db.read() as conn:
        rows = await conn.fetch(DEPOSITS_Q.classes_of, await own_accounts(conn, visitor))
    return [
        my.MyAccount(
            **(await account_view(bank, row["number"])).model_dump(), account_class=row["account_class"]
        )
        for row in rows
    ]


@router.get("/v1/my/accounts/{account}")
async def show_my_account(account: AccountPath, bank: TheBank, visitor: Customer) -> s.AccountView:
    await _own(bank, visitor, account)
    return await account_view(bank, account)


@router.get("/v1/my/accounts/{account}/statement")
async def show_my_statement(
    account: AccountPath, bank: TheBank, visitor: Customer, after: After = 0, limit: Limit = 100
) -> s.Statement:
    await _own(bank, visitor, account)
    return await statement_view(bank, account, after, limit)


@router.get("/v1/my/accounts/{account}/movements")
async def search_my_movements(
    account: AccountPath, bank: TheBank, visitor: Customer,
    date_from: Annotated[Day | None, Query(alias="from")] = None,
    date_to: Annotated[Day | None, Query(alias="to")] = None,
    text: Annotated[str | None, Query(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")] = None,
    least: Annotated[str | None, Query(max_length=25, pattern=AMOUNT)] = None,
    most: Annotated[str | None, Query(max_length=25, pattern=AMOUNT)] = None,
    before: Annotated[int, Query(ge=1, le=2**62)] = 2**62, limit: Limit = 50,
) -> my.Movements:  # fmt: skip
    """The newest first. text: of the memo, or the number of the journal."""
    await _own(bank, visitor, account)
    found = await bank.directory.find(account)
    bounds = [None if amount is None else minor_of(amount, found.currency) for amount in (least, most)]
    async with bank.db.read() as conn:
        rows = await conn.fetch(
            DEPOSITS_Q.movements, found.id, before, date_from, date_to, text, *bounds, limit + 1
        )
    lines = [
        my.Movement(**movement_of(bank, row, found.currency).model_dump(), counterparty=row["counterparty"])
        for row in rows[:limit]
    ]
    more = lines[-1].position if len(rows) > limit else None
    return my.Movements(account=account, currency=found.currency, lines=lines, next=more)


@router.post("/v1/my/transfer-previews")
async def preview_transfer(
    body: my.TransferPreviewIn, bank: TheBank, visitor: Customer
) -> my.TransferPreview:
    """What the transfer would cost and ask for, and whom it would reach. Refuses what the limits refuse."""
    async with bank.db.read() as conn:
        own = await own_accounts(conn, visitor)
    if body.payer not in own:
        raise refuse("account_unknown", "payer", account=body.payer)
    payer = await bank.directory.find(body.payer, "payer")
    minor = minor_of(body.amount, payer.currency)
    decide = await bank.processes.decider("transfer", person_of_customer(visitor))
    asked = body.model_dump() | {"amount": minor}
    previews = Previews(bank.clock, bank.directory, bank.transfers)
    async with bank.db.read() as conn:
        today = await business_date(conn)
        found = await previews.look(conn, asked, channel=visitor.channel, today=today, decide=decide)
        available = (await balance(conn, payer.id)).available

    def show(amount: int) -> str:
        return format_minor(amount, payer.currency)

    limit, totals = found.limit, found.facts.totals
    return my.TransferPreview(
        payee_name=found.payee_name, own=found.facts.own, new_payee=found.facts.new_payee, fee=show(0),
        factor=found.factor, reminder=found.facts.needs.reminder, execute_at=found.execute_at,
        available=show(available), day_limit=None if limit.amount is None else show(limit.amount),
        day_used=show(totals.channel_amount), count_limit=limit.count, count_used=totals.channel_count,
    )  # fmt: skip


@router.get("/v1/my/accounts/{account}/notices")
async def show_my_notices(
    account: AccountPath, bank: TheBank, visitor: Customer, after: After = 0, limit: Limit = 100
) -> s.Notices:
    await _own(bank, visitor, account)
    return await notices_view(bank, account, after, limit)


@router.put("/v1/my/accounts/{account}/notices", status_code=204)
async def set_my_notices(
    account: AccountPath, body: s.NoticesIn, bank: TheBank, visitor: Customer, key: IdempotencyKey
) -> None:
    await _own(bank, visitor, account)
    await agree_on_notices(
        bank, account, body.least_amount, visitor.customer, customer_key(visitor, "notices", key)
    )
