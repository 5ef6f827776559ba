"""The day's journal (流水): every entry of a business date in the order of booking, and its sums by transaction code.

Entries come through a cursor of the server; the sums are made by the database in the same moment of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from liushui.reporting.model import Column, Fact, Kind, Report, Row, Table, label, table_of
from liushui.reporting.scope import Q, Scope, amount, moment

ROWS_AT_ONCE = 1_000
_ENTRIES = (
    Column("journal", Kind.COUNT, 17), Column("line", Kind.COUNT, 12), Column("date", Kind.DATE, 19),
    Column("time", width=33), Column("branch", width=12), Column("code", width=14), Column("operator", width=16),
    Column("channel", width=18), Column("account", width=36), Column("gl_code", width=16), Column("currency", width=16),
    Column("debit", Kind.AMOUNT, 27), Column("credit", Kind.AMOUNT, 27), Column("memo", width=30),
)  # fmt: skip
_TOTALS = (
    Column("code", width=18), Column("summary", width=40), Column("currency", width=17),
    Column("journals", Kind.COUNT, 22), Column("entries", Kind.COUNT, 22), Column("debit", Kind.AMOUNT, 36),
    Column("credit", Kind.AMOUNT, 36),
)  # fmt: skip


async def day_journal_report(scope: Scope) -> Report:
    """Journals booked in the period; of a branch, the entries on its own accounts, which balance by themselves."""
    span = await scope.conn.fetchrow(Q.journal_span, scope.from_on, scope.to_on)
    assert span is not None
    arguments = (
        span["first"] or 0,
        span["last"] or 0,
        scope.from_on,
        scope.to_on,
        scope.branch_id,
        scope.currency,
    )
    by_code = await scope.conn.fetch(Q.journal_totals, *arguments)
    sums: dict[str, Counter[str]] = {}
    rows: list[Row] = []
    for r in by_code:
        figures = {name: int(r[name]) for name in ("journals", "entries", "debit", "credit")}
        sums.setdefault(r["currency"], Counter()).update(figures)
        rows.append(
            Row((r["code"], scope.codes.get(r["code"]), r["currency"], figures["journals"], figures["entries"],
                 amount(figures["debit"], r["currency"]), amount(figures["credit"], r["currency"])))
        )  # fmt: skip
    totals, totals_by_code = list[Row](), list[Row]()
    for currency, of in sorted(sums.items()):
        both = (amount(of["debit"], currency), amount(of["credit"], currency))
        blank = (None,) * 9
        totals.append(Row((label("total"), *blank, currency, *both, None), strong=True))
        totals_by_code.append(
            Row((label("total"), None, currency, of["journals"], of["entries"], *both), strong=True)
        )
    entries = sum(of["entries"] for of in sums.values())
    tables = (
        Table(
            "entries",
            _ENTRIES,
            _entries(scope, arguments),
            entries,
            tuple(totals),
            label("entries_of_the_day"),
        ),
        table_of("by_code", _TOTALS, rows, totals=totals_by_code, title=label("by_code")),
    )
    return Report("day_journal", scope.facts(Fact("entries", entries, Kind.COUNT)), tables, scope.stem)


async def _entries(scope: Scope, arguments: tuple[Any, ...]) -> AsyncIterator[Row]:
    cursor = scope.conn.cursor(Q.journal_entries, *arguments, prefetch=ROWS_AT_ONCE)
    async for r in cursor:
        figure = amount(r["amount"], r["currency"])
        yield Row((
            r["journal_id"], r["line"], r["booking_date"].isoformat(), moment(r["recorded_at"]),
            scope.branch_code(r["branch_id"]), r["code"], r["operator"], r["channel"], r["number"], r["gl_code"],
            r["currency"], figure if r["debit"] else None, None if r["debit"] else figure, r["memo"],
        ))  # fmt: skip
