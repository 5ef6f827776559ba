"""A customer's own accounts. Anybody else's is answered as if it did not exist."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    AccountPath,
    Customer,
    IdempotencyKey,
    TheBank,
    customer_key,
)
from liushui.channels.open_api.routes.accounts import (
    account_view,
    agree_on_notices,
    notices_view,
    statement_view,
)
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.kernel.errors import refuse
from liushui.self_service import Visitor, own_accounts

router = APIRouter()
After = Annotated[int, Query(ge=0, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=500)]


async def _own(bank: Bank, visitor: Visitor, account: str) -> None:
    """Refuses ``account_unknown``, as for an account that there is not."""
    async with bank.db.read() as conn:
        if account not in await own_accounts(conn, visitor):
            raise refuse("account_unknown", account=account)


@router.get("/v1/my/accounts")
async def show_my_accounts(bank: TheBank, visitor: Customer) -> list[s.AccountOfCustomer]:
    async with bank.db.read() as conn:
        own = await own_accounts(conn, visitor)
        rows = await conn.fetch(DEPOSITS_Q.accounts_of_customer, visitor.customer)
    return [s.AccountOfCustomer(**dict(row)) for row in rows if row["number"] in own]


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
