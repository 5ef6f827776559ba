"""Customers, entered once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.kernel.errors import refuse
from liushui.parties import NewCustomer, customer_by_number, mask, open_customer

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
