"""Demand accounts: opened, shown, blocked, closed."""

from __future__ import annotations

from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    AccountPath,
    Caller,
    IdempotencyKey,
    TheBank,
    actor_of,
    minor_of,
)
from liushui.deposits import activity_of, agree_to_notices
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import balance, find_account, statement
from liushui.store.database import UnitOfWork

router = APIRouter()


@router.get("/v1/accounts/{account}")
async def show_account(account: AccountPath, bank: TheBank, caller: Caller) -> s.AccountView:
    return await account_view(bank, account)


async def account_view(bank: Bank, account: str) -> s.AccountView:
    """Refuses ``account_unknown``."""
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        facts = await find_account(conn, account)
        figures = await balance(conn, found.id)
        more = await conn.fetchrow(DEPOSITS_Q.deposit_facts, found.id)
        activity = await activity_of(conn, found.id)
    if more is None:
        raise refuse("account_unknown", account=account)

    def show(minor: int) -> str:
        return format_minor(minor, found.currency)

    return s.AccountView(
        number=account, customer=more["customer"], card_number=more["card_number"], currency=found.currency,
        opened_on=facts["opened_on"], closed_on=facts["closed_on"], debit_blocked=facts["debit_blocked"],
        credit_blocked=facts["credit_blocked"], activity=activity, ledger=show(figures.ledger), available=show(figures.available),
        held=show(figures.held), blocked=show(figures.blocked),
    )  # fmt: skip


@router.get("/v1/accounts/{account}/statement")
async def show_statement(
    account: AccountPath, bank: TheBank, caller: Caller,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.Statement:  # fmt: skip
    return await statement_view(bank, account, after, limit)


async def statement_view(bank: Bank, account: str, after: int, limit: int) -> s.Statement:
    """A page of movements from behind position ``after``. Refuses ``account_unknown``."""
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        rows = await statement(conn, found.id, after=after, limit=limit + 1)
    lines = [movement_of(bank, row, found.currency) for row in rows[:limit]]
    more = lines[-1].position if len(rows) > limit else None
    return s.Statement(account=account, currency=found.currency, lines=lines, next=more)


def movement_of(bank: Bank, r: Record, currency: str) -> s.StatementLine:
    name = bank.reporting.entry_name(r["code"], debit=r["debit"])
    return s.StatementLine(
        position=r["position"], journal=r["journal_id"], booking_date=r["booking_date"],
        value_date=r["value_date"], recorded_at=r["recorded_at"], code=r["code"],
        side="debit" if r["debit"] else "credit", amount=format_minor(r["amount"], currency),
        balance=format_minor(r["balance_after"], currency), memo=r["memo"], zh=name and name.zh, en=name and name.en,
    )  # fmt: skip


@router.put("/v1/accounts/{account}/notices", status_code=204)
async def set_notices(
    account: AccountPath, body: s.NoticesIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    await agree_on_notices(
        bank, account, body.least_amount, caller.number, actor_of(caller, "notices", key).key
    )


async def agree_on_notices(
    bank: Bank, account: str, least_amount: str | None, operator: str, key: str
) -> None:
    """Refuses ``account_unknown`` and the codes of amounts."""
    found = await bank.directory.find(account)
    least = None if least_amount is None else minor_of(least_amount, found.currency, "least_amount")

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        await agree_to_notices(uow, bank.clock, operator=operator, account=found, least_amount=least)
        return {}

    await bank.db.once(key, (account, least), bank.clock.now(), work)


@router.get("/v1/accounts/{account}/notices")
async def show_notices(
    account: AccountPath, bank: TheBank, caller: Caller,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.Notices:  # fmt: skip
    return await notices_view(bank, account, after, limit)


async def notices_view(bank: Bank, account: str, after: int, limit: int) -> s.Notices:
    """A page of notices from behind position ``after``. Refuses ``account_unknown``."""
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        least = await conn.fetchval(DEPOSITS_Q.notices_least, found.id)
        rows = await conn.fetch(DEPOSITS_Q.notices, found.id, after, limit + 1)
    notices = [
        s.Notice(
            position=r["position"], journal=r["journal_id"], side="debit" if r["debit"] else "credit",
            amount=format_minor(r["amount"], found.currency), balance=format_minor(r["balance_after"], found.currency),
            recorded_at=r["recorded_at"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    return s.Notices(
        account=account, currency=found.currency, notices=notices,
        least_amount=None if least is None else format_minor(least, found.currency),
        next=notices[-1].position if len(rows) > limit else None,
    )  # fmt: skip
