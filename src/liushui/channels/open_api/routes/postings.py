"""The busy operations: transfers and cash. They are served by ``PostingLane``, and take part in it by their shape."""

from __future__ import annotations

from fastapi import APIRouter

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    Caller,
    IdempotencyKey,
    TheBank,
    actor_of,
    header_of,
    minor_of,
    view_of,
)

router = APIRouter()


@router.post("/v1/transfers", status_code=201)
async def transfer(body: s.TransferIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.payments.transfer(
        header_of(caller, "transfers", key, bank.payments.transfer_code, value_date=body.value_date, memo=body.memo),
        payer=body.payer, payee=body.payee, amount=minor_of(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return view_of(answer)


@router.post("/v1/cash-deposits", status_code=201)
async def deposit_cash(body: s.CashIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.deposits.deposit_cash(
        actor_of(caller, "cash-deposits", key), account=body.account, memo=body.memo,
        amount=minor_of(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return view_of(answer)


@router.post("/v1/cash-withdrawals", status_code=201)
async def withdraw_cash(body: s.CashIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.deposits.withdraw_cash(
        actor_of(caller, "cash-withdrawals", key), account=body.account, memo=body.memo,
        amount=minor_of(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return view_of(answer)
