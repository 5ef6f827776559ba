"""The books: journals, trial balance."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from liushui.accounting import load_chart, trial_balance
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    Caller,
    JournalPath,
    TheBank,
)
from liushui.identity import branch_by_code, list_branches
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Kind
from liushui.ledger.repository import Q as LEDGER_Q

router = APIRouter()
CASH = "1001."


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
    bank: TheBank, caller: Caller, date_from: Annotated[date, Query(alias="from")],
    date_to: Annotated[date, Query(alias="to")],
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
