"""What a replay did, for people and for machines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from liushui.kernel.money import format_minor
from liushui.replay.berka.files import CURRENCY, UnreadableLine

SHOWN_MAX = 20


@dataclass(slots=True)
class Report:
    """Counts of one run. Amounts in hellers. breaks: (account, date, our balance, the source's).
    days_closed: business days ended, each closed with general ledger against accounts; days_not_closed: where that failed."""

    branches: int = 0
    clients: int = 0
    accounts: int = 0
    records: int = 0
    posted: int = 0
    replayed: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    operations: Counter[str] = field(default_factory=Counter[str])
    sums: Counter[str] = field(default_factory=Counter[str])
    days_exact: int = 0
    days_adjusted: int = 0
    adjusted_sum: int = 0
    days_unchained: int = 0
    days_closed: int = 0
    days_not_closed: list[str] = field(default_factory=list[str])
    breaks: list[tuple[int, str, int, int]] = field(default_factory=list[tuple[int, str, int, int]])
    unreadable: list[UnreadableLine] = field(default_factory=list[UnreadableLine])


def as_json(report: Report) -> dict[str, Any]:
    return {
        "branches": report.branches,
        "clients": report.clients,
        "accounts": report.accounts,
        "records": report.records,
        "posted": report.posted,
        "replayed": report.replayed,
        "refused": dict(report.refused),
        "operations": {
            name: {"count": count, "sum": format_minor(report.sums[name], CURRENCY)}
            for name, count in report.operations.most_common()
        },
        "account_days": {
            "exact": report.days_exact,
            "adjusted": report.days_adjusted,
            "adjusted_sum": format_minor(report.adjusted_sum, CURRENCY),
            "broken": len(report.breaks),
            "order_not_found": report.days_unchained,
        },
        "bank_days": {"closed": report.days_closed, "not_closed": report.days_not_closed},
        "breaks": [
            {"account": a, "date": d, "ours": format_minor(o, CURRENCY), "source": format_minor(s, CURRENCY)}
            for a, d, o, s in report.breaks
        ],
        "unreadable": [{"file": u.file, "line": u.line, "reason": u.reason} for u in report.unreadable],
    }


def as_text(report: Report) -> str:
    facts = as_json(report)
    days = facts["account_days"]
    lines = [
        f"{report.branches} branches, {report.clients} clients, {report.accounts} accounts opened",
        f"{report.records} records read: {report.posted} posted, {report.replayed} already there, "
        f"{sum(report.refused.values())} refused, {len(report.unreadable)} unreadable",
        f"account-days: {days['exact']} exact, {days['adjusted']} adjusted ({days['adjusted_sum']} {CURRENCY} "
        f"in all), {days['broken']} broken; {days['order_not_found']} without a chain of balances",
    ]
    lines.append(
        f"bank's days: {report.days_closed} ended, {len(report.days_not_closed)} of them could not be closed"
    )
    lines += [f"  refused {code}: {count}" for code, count in report.refused.most_common()]
    lines += [f"  {name}: {row['count']} for {row['sum']}" for name, row in facts["operations"].items()]
    lines += [f"  unreadable {u.file}:{u.line} {u.reason}" for u in report.unreadable]
    for row in facts["breaks"][:SHOWN_MAX]:
        lines.append(f"  break {row['account']} {row['date']}: ours {row['ours']}, source {row['source']}")
    if len(report.breaks) > SHOWN_MAX:
        lines.append(f"  ... and {len(report.breaks) - SHOWN_MAX} more breaks (--json lists all)")
    return "\n".join(lines)
