"""The books: journals and their receipts, trial balance."""

from __future__ import annotations

import io
from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from liushui.accounting import load_chart, record_receipt, trial_balance
from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    Caller,
    Day,
    IdempotencyKey,
    JournalPath,
    TheBank,
    actor_of,
    minor_of,
)
from liushui.identity import Principal, branch_by_code, list_branches
from liushui.kernel.errors import refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX, format_minor
from liushui.ledger import Kind
from liushui.ledger.repository import Q as LEDGER_Q
from liushui.reporting import Sought, counter_journals, may_see_journal
from liushui.reporting.scope import Q as REPORTS_Q
from liushui.store.database import PoolConnection, UnitOfWork

router = APIRouter()
CASH = "1001."
ALL_OF_BRANCH = "branch_journal_read"
CURRENCY = "CNY"
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "The receipt, to be printed", "content": {"application/pdf": {"schema": {}}}}
}
Before = Annotated[int, Query(ge=1, le=2**62)]
Operator = Annotated[str, Query(min_length=1, max_length=32, pattern=r"^[A-Z0-9]+$")]
AccountQuery = Annotated[str, Query(max_length=40, pattern=r"^[0-9A-Z-]+$")]
AmountQuery = Annotated[str, Query(max_length=25, pattern=r"^[0-9]+(\.[0-9]+)?$")]
Code = Annotated[str, Query(max_length=20, pattern=r"^[0-9A-Z]+$")]


@router.get("/v1/journals")
async def list_journals(
    bank: TheBank, caller: Caller, on: Annotated[Day | None, Query(alias="date")] = None,
    operator: Operator | None = None, account: AccountQuery | None = None, code: Code | None = None,
    least: AmountQuery | None = None, most: AmountQuery | None = None, before: Before = 2**62,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.BookedPage:  # fmt: skip
    """The counter's journals of a business date, newest first: one's own, or with another permission those of the branch."""
    own = ALL_OF_BRANCH not in caller.permissions
    if own and operator not in (None, caller.number):
        raise refuse("permission_missing", permission=ALL_OF_BRANCH)
    sought = Sought(
        on, own, caller.number if own else operator, None if caller.anywhere else caller.branch_id, account, code,
        0 if least is None else minor_of(least, CURRENCY, "least"),
        AMOUNT_MINOR_MAX if most is None else minor_of(most, CURRENCY, "most"), before,
    )  # fmt: skip
    async with bank.db.read() as conn:
        day, rows = await counter_journals(conn, sought, limit + 1)
    lines = [s.BookedLine(**_booked(bank, row)) for row in rows[:limit]]
    return s.BookedPage(
        business_date=day, journals=lines, next=lines[-1].journal if len(rows) > limit else None
    )


def _booked(bank: Bank, row: Record) -> dict[str, Any]:
    name, case = bank.reporting.name_of(row["code"]), row["process_instance"]
    return {
        "journal": row["id"], "kind": Kind(row["kind"]).name.lower(), "code": row["code"], "zh": name.zh, "en": name.en,
        "booking_date": row["booking_date"], "recorded_at": row["recorded_at"], "operator": row["operator"],
        "initiator": row["initiator"],
        "amount": format_minor(row["amount"], row["currency"]), "currency": row["currency"],
        "accounts": row["accounts"], "memo": row["memo"], "reverses": row["reverses"],
        "reversed_by": row["reversed_by"], "case": int(case) if case and case.isdecimal() else None,
        "receipts": row["receipts"],
    }  # fmt: skip


@router.post("/v1/journals/{journal}/receipts", status_code=201)
async def print_receipt(
    journal: JournalPath, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.ReceiptView:
    """Every print is kept: the first is the receipt, a later one says on the paper that it is a reprint."""

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        await _may_print(uow.conn, caller, journal)
        printed = await record_receipt(uow, bank.clock, journal, by=caller.number)
        at = printed.printed_at.isoformat()
        return {"receipt": printed.id, "journal": journal, "copy_number": printed.copy, "printed_at": at}

    actor = actor_of(caller, "receipts", key)
    done, _ = await bank.db.once(actor.key, ("receipt", journal), bank.clock.now(), work)
    return s.ReceiptView(**done)


@router.get("/v1/receipts/{receipt}", response_class=Response, responses=_PDF)
async def show_receipt(
    receipt: Annotated[int, Path(ge=1, le=2**62)], bank: TheBank, caller: Caller
) -> Response:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(REPORTS_Q.receipt, receipt)
        if row is None:
            raise refuse("receipt_unknown", receipt=receipt)
        await _may_print(conn, caller, row["journal_id"])
    out = io.BytesIO()
    await bank.reporting.write_receipt(receipt, out)
    headers = {
        "Content-Disposition": f'inline; filename="receipt-{row["journal_id"]}-{row["copy"]}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(out.getvalue(), media_type="application/pdf", headers=headers)


async def _may_print(conn: PoolConnection, caller: Principal, journal: int) -> None:
    """Refuses ``journal_unknown`` for what is neither the caller's own nor of a branch whose journals they may see."""
    ours = ALL_OF_BRANCH in caller.permissions
    everywhere, all_of = ours and caller.anywhere, caller.branch_id if ours else None
    if not await may_see_journal(conn, journal, caller.number, all_of=all_of, everywhere=everywhere):
        raise refuse("journal_unknown", journal=journal)


@router.get("/v1/journals/{journal}")
async def show_journal(journal: JournalPath, bank: TheBank, caller: Caller) -> s.JournalView:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(LEDGER_Q.journal_facts, journal)
        if row is None:
            raise refuse("journal_unknown", journal=journal)
        entries = await conn.fetch(LEDGER_Q.journal_entries, journal)

    def hidden(gl_code: str) -> bool:
        """Tills and vaults are counted blind: whoever counts them is not shown what should be there."""
        return gl_code.startswith(CASH) and "cash_read" not in caller.permissions

    return s.JournalView(
        journal=journal, kind=Kind(row["kind"]).name.lower(), code=row["code"], booking_date=row["booking_date"],
        value_date=row["value_date"], recorded_at=row["recorded_at"], operator=row["operator"],
        channel=row["channel"], reverses=row["reverses"], reversed_by=row["reversed_by"], memo=row["memo"],
        entries=[
            s.JournalEntry(
                account=e["number"], branch_id=e["branch_id"], currency=e["currency"], gl_code=e["gl_code"],
                side="debit" if e["debit"] else "credit", amount=format_minor(e["amount"], e["currency"]),
                balance=None if hidden(e["gl_code"]) else format_minor(e["balance_after"], e["currency"]),
            )
            for e in entries
        ],
    )  # fmt: skip


@router.get("/v1/trial-balance")
async def show_trial_balance(
    bank: TheBank, caller: Caller, date_from: Annotated[Day, Query(alias="from")],
    date_to: Annotated[Day, Query(alias="to")],
    branch: Annotated[str | None, Query(pattern=r"^[0-9]{4}$")] = None, currency: s.Currency | None = None,
) -> list[s.TrialBalanceLine]:  # fmt: skip
    async with bank.db.read() as conn:
        codes = {b.id: b.code for b in await list_branches(conn)}
        branch_id = (await branch_by_code(conn, branch)).id if branch else None
        rows = await trial_balance(conn, date_from, date_to, branch_id=branch_id, currency=currency)
    chart = load_chart()
    return [
        s.TrialBalanceLine(
            branch=codes[r.branch_id], currency=r.currency, gl_code=r.gl_code, zh=chart.get(r.gl_code).zh,
            en=chart.get(r.gl_code).en, opening=format_minor(r.opening, r.currency),
            debit=format_minor(r.debit, r.currency), credit=format_minor(r.credit, r.currency),
            closing=format_minor(r.closing, r.currency),
        )
        for r in rows
    ]  # fmt: skip
