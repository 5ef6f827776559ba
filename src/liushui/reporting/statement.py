"""An account statement (对账单) that the bank has issued, as a document. Its data are made by ``deposits``, anew each time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from liushui.deposits import statement_by_code
from liushui.identity import branch_by_id
from liushui.kernel.errors import refuse
from liushui.reporting.model import Column, Fact, Kind, Label, Report, Row, label, table_of
from liushui.reporting.scope import Q, branch_label, moment
from liushui.store.database import PoolConnection

NAME = "statement"
_COLUMNS = (
    Column("position", Kind.COUNT, 12), Column("date", Kind.DATE, 20), Column("summary", width=32),
    Column("paid_out", Kind.AMOUNT, 27), Column("paid_in", Kind.AMOUNT, 27), Column("balance", Kind.AMOUNT, 29),
    Column("journal", Kind.COUNT, 18), Column("memo", width=24),
)  # fmt: skip


async def statement_report(
    conn: PoolConnection, code: str, codes: Mapping[str, Label], entries: Mapping[tuple[str, bool], Label],
    made_at: datetime,
) -> Report:  # fmt: skip
    """A statement by the code under which it was issued. codes: words for transaction codes; entries: for entries that have
    words of their own, by code and whether it is a debit. Refuses ``statement_unknown``, and ``statement_differs`` where the
    books no longer give what was handed out."""
    issued = await statement_by_code(conn, code)
    if not issued.genuine:
        raise refuse("statement_differs", "code")
    data = issued.data
    branch = await branch_by_id(conn, await conn.fetchval(Q.branch_of_account, data.account))
    facts = (
        Fact("holder", await conn.fetchval(Q.holder_of_account, data.account)),
        Fact("account_number", data.account),
        Fact("for_branch", branch_label(branch)),
        Fact("in_currency", data.currency),
        Fact("from", data.from_on),
        Fact("to", data.to_on),
        Fact("opening_balance", data.opening, Kind.AMOUNT),
        Fact("closing_balance", data.closing, Kind.AMOUNT),
        Fact("debits", data.debits, Kind.AMOUNT),
        Fact("credits", data.credits, Kind.AMOUNT),
        Fact("lines", len(data.lines), Kind.COUNT),
        Fact("made_at", moment(made_at)),
        Fact("verification_code", code),
        Fact("digest", issued.digest.hex()),
    )
    rows = [
        Row((
            line["position"], line["date"], entries.get((line["code"], line["side"] == "debit")) or codes.get(line["code"], line["code"]),
            *((line["amount"], None) if line["side"] == "debit" else (None, line["amount"])),
            line["balance"], line["journal"], line["memo"],
        ))
        for line in data.lines
    ]  # fmt: skip
    total = Row(
        (None, None, label("total"), data.debits, data.credits, data.closing, None, None), strong=True
    )
    table = table_of("lines", _COLUMNS, rows, totals=[total])
    return Report(NAME, facts, (table,), f"statement-{data.from_on}-{data.to_on}")
