"""Holds: reserved, captured in whole or part, voided."""

from __future__ import annotations

from fastapi import APIRouter

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    AccountPath,
    Caller,
    IdempotencyKey,
    JournalPath,
    TheBank,
    header_of,
    minor_of,
    view_of,
)
from liushui.kernel.money import format_minor
from liushui.ledger import holds_of
from liushui.payments import CAPTURE_CODE, HOLD_CODE, VOID_CODE

router = APIRouter()


@router.post("/v1/holds", status_code=201)
async def hold(body: s.HoldIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.payments.hold(
        header_of(caller, "holds", key, HOLD_CODE, memo=body.memo), payer=body.payer, payee=body.payee,
        amount=minor_of(body.amount, body.currency), currency=body.currency, expires_at=body.expires_at,
    )  # fmt: skip
    return view_of(answer)


@router.post("/v1/holds/{journal}/capture", status_code=201)
async def capture(
    journal: JournalPath, body: s.CaptureIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.PostedView:
    amount = None if body.amount is None else minor_of(body.amount, body.currency)
    header = header_of(caller, "capture", key, CAPTURE_CODE)
    return view_of(await bank.payments.capture(header, journal, amount))


@router.post("/v1/holds/{journal}/void", status_code=201)
async def void(journal: JournalPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    return view_of(await bank.payments.void(header_of(caller, "void", key, VOID_CODE), journal))


@router.get("/v1/accounts/{account}/holds")
async def show_holds(account: AccountPath, bank: TheBank, caller: Caller) -> list[s.HoldView]:
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        rows = await holds_of(conn, found.id)
    return [
        s.HoldView(
            journal=r["journal_id"], expires_at=r["expires_at"], side="debit" if r["debit"] else "credit",
            amount=format_minor(r["amount"], found.currency), recorded_at=r["recorded_at"],
        )
        for r in rows
    ]  # fmt: skip
