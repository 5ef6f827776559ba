"""Reports over the general ledger as it is: trial balance and cash. The accounts are those that the books have."""

from __future__ import annotations

from collections import Counter

from liushui.accounting import TrialBalanceRow, load_chart, trial_balance
from liushui.reporting.model import Column, Kind, Label, Report, Row, label, table_of
from liushui.reporting.scope import Scope, amount, on_side

CASH = "1001"
"""库存现金; whatever is opened below it is cash."""
_TRIAL = (
    Column("branch", width=14), Column("currency", width=17), Column("gl_code", width=18), Column("name", width=56),
    *(Column(key, Kind.AMOUNT, 30) for key in (
        "opening_debit", "opening_credit", "turnover_debit", "turnover_credit", "closing_debit", "closing_credit")),
)  # fmt: skip
_CASH = (
    Column("branch", width=14), Column("currency", width=17), Column("gl_code", width=18), Column("name", width=36),
    *(Column(key, Kind.AMOUNT, 27) for key in ("opening", "cash_in", "cash_out", "closing")),
)  # fmt: skip


def gl_name(code: str) -> Label:
    account = load_chart().get(code)
    return Label(account.zh, account.en)


async def _rows(scope: Scope) -> list[TrialBalanceRow]:
    return await trial_balance(
        scope.conn, scope.from_on, scope.to_on, branch_id=scope.branch_id, currency=scope.currency
    )


async def trial_balance_report(scope: Scope) -> Report:
    """Every account of the chart that the books use: opening, turnover and closing, debits and credits apart."""
    rows: list[Row] = []
    sums: dict[str, Counter[int]] = {}
    for r in await _rows(scope):
        rows.append(
            Row((
                scope.branch_code(r.branch_id), r.currency, r.gl_code, gl_name(r.gl_code), *on_side(r.opening, r.currency),
                amount(r.debit, r.currency), amount(r.credit, r.currency), *on_side(r.closing, r.currency),
            ))
        )  # fmt: skip
        figures = (*_sides(r.opening), r.debit, r.credit, *_sides(r.closing))
        sums.setdefault(r.currency, Counter()).update(dict(enumerate(figures)))
    totals = [
        Row((label("total"), currency, None, None, *(amount(of[i], currency) for i in range(6))), strong=True)
        for currency, of in sorted(sums.items())
    ]
    table = table_of("accounts", _TRIAL, rows, totals=totals)
    return Report("trial_balance", scope.facts(), (table,), scope.stem)


def _sides(balance: int) -> tuple[int, int]:
    return max(balance, 0), max(-balance, 0)


async def cash_report(scope: Scope) -> Report:
    """Cash of every branch and currency: what there was, what came in, what went out, what is left."""
    rows: list[Row] = []
    sums: dict[str, Counter[int]] = {}
    for r in await _rows(scope):
        if r.gl_code.partition(".")[0] == CASH:
            figures = (r.opening, r.debit, r.credit, r.closing)
            rows.append(
                Row((scope.branch_code(r.branch_id), r.currency, r.gl_code, gl_name(r.gl_code),
                     *(amount(figure, r.currency) for figure in figures)))
            )  # fmt: skip
            sums.setdefault(r.currency, Counter()).update(dict(enumerate(figures)))
    totals = [
        Row((label("total"), currency, None, None, *(amount(of[i], currency) for i in range(4))), strong=True)
        for currency, of in sorted(sums.items())
    ]
    table = table_of("cash", _CASH, rows, totals=totals)
    return Report("cash", scope.facts(), (table,), scope.stem)
