"""The year's end: profit and loss of every branch and currency carried to equity (年终决算)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from liushui.accounting.chart import load_chart
from liushui.accounting.general_ledger import Q
from liushui.ledger import Header, Ledger, Line, Post
from liushui.store.database import UnitOfWork

TO_PROFIT, TO_RETAINED = "YRE01", "YRE02"
LINES_AT_ONCE = 400


async def carry_profit(uow: UnitOfWork, ledger: Ledger, *, day: date, cut_journal: int) -> int:
    """Close every income and expense account into the profit of the year (本年利润), and that into retained profit (利润分配),
    booked on the last day of the year, without what later days have booked. Return how many journals. day: the day being
    closed; cut_journal: the last journal before its cut-off."""
    codes = [gl.code for gl in load_chart() if gl.postable and gl.kind in ("income", "expense")]
    places: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for row in await uow.conn.fetch(Q.profit_and_loss, day, cut_journal, codes):
        places[row["branch_id"], row["currency"]].append((row["id"], row["net"]))
    journals = 0
    for (branch_id, currency), accounts in places.items():
        profit: int = await uow.conn.fetchval(Q.internal_account, branch_id, currency, "profit_of_year")
        retained: int = await uow.conn.fetchval(Q.internal_account, branch_id, currency, "retained_profit")
        total = 0
        for start in range(0, len(accounts), LINES_AT_ONCE):
            some = accounts[start : start + LINES_AT_ONCE]
            lines = [Line(account, net < 0, abs(net)) for account, net in some]
            net = sum(net for _, net in some)
            if net:
                lines.append(Line(profit, net > 0, abs(net)))
            total += net
            journals += await _post(uow, ledger, TO_PROFIT, branch_id, currency, day, start, lines)
        if total:
            carried = [Line(profit, total < 0, abs(total)), Line(retained, total > 0, abs(total))]
            journals += await _post(uow, ledger, TO_RETAINED, branch_id, currency, day, 0, carried)
    return journals


async def _post(
    uow: UnitOfWork, ledger: Ledger, code: str, branch_id: int, currency: str, day: date, part: int, lines: list[Line]
) -> int:  # fmt: skip
    """The key is the day's and the place's own: a second run finds what the first has booked."""
    key = f"year-end:{day}:{code}:{branch_id}:{currency}:{part}"
    header = Header(key, code, branch_id, "system", "system")
    return not (await ledger.post_within(uow, Post(header, tuple(lines)), booking_date=day)).replayed
