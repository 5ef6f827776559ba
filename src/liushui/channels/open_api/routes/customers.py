"""Customers, entered once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.identity import audit
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.parties import Found, NewCustomer, customer_by_number, find_customers, mask, open_customer
from liushui.reporting.scope import Q as REPORTS_Q
from liushui.store.database import UnitOfWork

router = APIRouter()
CustomerPath = Annotated[str, Path(max_length=20, pattern=r"^[0-9]+$")]


@router.post("/v1/customers", status_code=201)
async def enter_customer(
    body: s.CustomerIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.CustomerView:
    actor = actor_of(caller, "customers", key)
    customer, _ = await open_customer(
        bank.db, bank.clock, NewCustomer(**body.model_dump()), operator=caller.number,
        branch_id=caller.branch_id, key=actor.key,
    )  # fmt: skip
    return await show_customer(customer.number, bank, caller)


@router.post("/v1/customer-searches")
async def search_customers(body: s.CustomerSearch, bank: TheBank, caller: Caller) -> s.FoundCustomers:
    """A search, so that nothing personal stands in an address. No idempotency key: it changes nothing but the audit
    trail, which notes every time it is asked."""

    async def work(uow: UnitOfWork) -> list[Found]:
        branch_id = None if caller.anywhere else caller.branch_id
        by, found = await find_customers(
            uow.conn, body.text, branch_id=branch_id, after=body.after, limit=body.limit + 1
        )
        outcome = str(min(len(found), body.limit))
        await audit(
            uow, bank.clock, actor=caller.number, action="customers_searched", subject=by, outcome=outcome
        )
        return found

    found = await bank.db.transact(work)
    lines = [
        s.FoundCustomer(
            number=c.number, kind=c.kind, name=c.name, document_type=c.document_type, branch=c.branch,
            document_number_masked=mask(c.document_number) or "", mobile_masked=mask(c.mobile),
        )
        for c in found[: body.limit]
    ]  # fmt: skip
    return s.FoundCustomers(customers=lines, next=lines[-1].number if len(found) > body.limit else None)


@router.get("/v1/customers/{customer}")
async def show_customer(customer: CustomerPath, bank: TheBank, caller: Caller) -> s.CustomerView:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(DEPOSITS_Q.customer_exists, customer)
        if row is None:
            raise refuse("customer_unknown", customer=customer)
        found = await customer_by_number(conn, customer)
        accounts = await conn.fetch(DEPOSITS_Q.accounts_of_customer, customer)
    return s.CustomerView(
        number=found.number, kind=found.kind, name=found.name, birth_date=found.birth_date,
        document_type=found.document_type, document_number_masked=mask(found.document_number) or "",
        mobile_masked=mask(found.mobile), address=found.address, opened_at=found.opened_at,
        accounts=[s.AccountOfCustomer(**dict(a)) for a in accounts],
    )  # fmt: skip


@router.get("/v1/customers/{customer}/agreements")
async def list_agreements(
    customer: CustomerPath, bank: TheBank, caller: Caller, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> list[s.AgreementLine]:
    """The newest first."""
    async with bank.db.read() as conn:
        await customer_by_number(conn, customer)
        rows = await conn.fetch(REPORTS_Q.agreements_of_customer, customer, limit)
    return [
        s.AgreementLine(
            kind=r["kind"], detail=r["detail"], account=r["account"], currency=r["currency"], since=r["since"],
            until=r["until"], state=r["state"],
            amount=None if r["amount"] is None else format_minor(r["amount"], r["currency"]),
        )
        for r in rows
    ]  # fmt: skip
