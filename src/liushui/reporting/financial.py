"""Balance sheet and income statement: the trial balance summed into lines, which are data (``*.yaml``).

Every account falls into exactly one line of one of the two. So assets are liabilities, equity and the profit that has not
been carried forward, in each branch and in the bank, because every journal balances per branch and currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from liushui.accounting import TO_PROFIT, trial_balance
from liushui.kernel.errors import refuse
from liushui.reporting.model import Column, Kind, Label, Report, Row, label, table_of
from liushui.reporting.scope import Q, Scope, amount

ASSETS, LIABILITIES, EQUITY, EITHER = "assets", "liabilities", "equity", "either"
INTER_BRANCH = "inter_branch"
NET_PROFIT = "net_profit"
DEFAULT_CURRENCY = "CNY"
"""Of an empty bank's reports."""
_ITEM = Column("item", width=90)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement. codes: of the chart, each with everything below it. debit: the side it is shown on; plus and
    minus: lines that it sums."""

    key: str
    label: Label
    section: str
    codes: tuple[str, ...] = ()
    debit: bool = False
    level: int = 0
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()

    def has(self, gl_code: str) -> bool:
        return any(gl_code == code or gl_code.startswith(f"{code}.") for code in self.codes)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of both statements."""

    sections: Mapping[str, Label]
    balance_sheet: tuple[Line, ...]
    income_statement: tuple[Line, ...]

    def of(self, gl_code: str) -> list[Line]:
        """The lines that an account falls into: one, which a test proves of the whole chart."""
        return [line for line in (*self.balance_sheet, *self.income_statement) if line.has(gl_code)]

    def within(self, section: str) -> Iterator[Line]:
        return (line for line in self.balance_sheet if line.section == section)


def _read(name: str) -> Any:
    return yaml.safe_load(resources.files("liushui.reporting").joinpath(name).read_text("utf-8"))


@cache
def load_lines() -> Lines:
    """As they ship with the bank."""
    sheet = _read("balance_sheet.yaml")
    sections = {key: Label(body["zh"], body["en"]) for key, body in sheet.items() if key != EITHER}
    balance = tuple(
        Line(row["key"], Label(row["zh"], row["en"]), section, tuple(row["codes"]), debit=section in (ASSETS, EITHER))
        for section, body in sheet.items()
        for row in body["lines"]
    )  # fmt: skip
    income = tuple(
        Line(row["key"], Label(row["zh"], row["en"]), "income", tuple(row.get("codes", ())), row.get("side") == "debit",
             row.get("level", 0), tuple(row.get("plus", ())), tuple(row.get("minus", ())))
        for row in _read("income_statement.yaml")
    )  # fmt: skip
    return Lines(sections, balance, income)


Figures = Counter[str]
"""By line, debits less credits; for a line of the income statement and for a sum, on the side it is shown on."""


def figures_of(balances: Mapping[str, int]) -> Figures:
    """Sum balances (debits less credits, minor units) into lines. Refuses ``report_gl_code_without_line``: a sum that leaves an
    account out would be wrong and look right."""
    lines, figures = load_lines(), Figures()
    for gl_code, balance in balances.items():
        found = lines.of(gl_code)
        if len(found) != 1:
            raise refuse("report_gl_code_without_line", gl_code=gl_code)
        one = found[0]
        figures[one.key] += balance if one.debit else -balance
    by_key = {line.key: line for line in lines.income_statement}

    def total(key: str) -> int:
        line = by_key[key]
        if line.codes:
            return figures[key]
        return sum(map(total, line.plus)) - sum(map(total, line.minus))

    for line in lines.income_statement:
        figures[line.key] = total(line.key)
    return figures


@dataclass(frozen=True, slots=True)
class Sheet:
    """A balance sheet at one moment. Minor units; rows in the order of the sections."""

    lines: Mapping[tuple[str, str], int]
    assets: int
    liabilities: int
    equity: int

    @property
    def balanced(self) -> bool:
        return self.assets == self.liabilities + self.equity


def sheet_of(balances: Mapping[str, int]) -> Sheet:
    """A balance sheet of balances (debits less credits) by account of the chart."""
    figures, lines = figures_of(balances), load_lines()
    found: dict[tuple[str, str], int] = {}
    for section in (ASSETS, LIABILITIES, EQUITY):
        for line in lines.within(section):
            found[section, line.key] = figures[line.key]
        if section != EQUITY:
            for line in lines.within(EITHER):
                found[section, line.key] = max(
                    figures[line.key] if section == ASSETS else -figures[line.key], 0
                )
    found[EQUITY, "profit_not_carried"] = figures[NET_PROFIT]
    sums = {
        section: sum(v for (s, _), v in found.items() if s == section)
        for section in (ASSETS, LIABILITIES, EQUITY)
    }
    return Sheet(found, sums[ASSETS], sums[LIABILITIES], sums[EQUITY])


async def _by_code(scope: Scope) -> tuple[str, Mapping[str, tuple[int, int]], Mapping[int, int]]:
    """The currency; balances at the start of the year and at the end, by account; inter-branch balances at the end, by branch."""
    rows = await trial_balance(scope.conn, scope.to_on.replace(month=1, day=1), scope.to_on,
                               branch_id=scope.branch_id, currency=scope.currency)  # fmt: skip
    currency = _one_currency(scope, {r.currency for r in rows})
    start, end, between = Counter[str](), Counter[str](), Counter[int]()
    inter_branch = next(line for line in load_lines().balance_sheet if line.key == INTER_BRANCH)
    for r in rows:
        start[r.gl_code] += r.opening
        end[r.gl_code] += r.closing
        if inter_branch.has(r.gl_code):
            between[r.branch_id] += r.closing
    return currency, {code: (start[code], end[code]) for code in end}, between


def _one_currency(scope: Scope, found: set[str]) -> str:
    """Amounts of two currencies have no sum. Refuses ``report_currency_needed``."""
    if scope.currency is None and len(found) > 1:
        raise refuse("report_currency_needed", "currency", currencies=", ".join(sorted(found)))
    return scope.currency or next(iter(found), DEFAULT_CURRENCY)


async def balance_sheet_report(scope: Scope) -> Report:
    """At the end of ``scope.to_on`` and at the start of its year."""
    currency, balances, between = await _by_code(scope)
    end = sheet_of({code: at_end for code, (_, at_end) in balances.items()})
    start = sheet_of({code: at_start for code, (at_start, _) in balances.items()})
    rows = _sheet_rows(end, start, currency)
    columns = (_ITEM, Column("at_end", Kind.AMOUNT, 45), Column("at_year_start", Kind.AMOUNT, 45))
    tables = [table_of("balance_sheet", columns, rows)]
    if scope.branch is None:
        rows = [
            Row((scope.branch_code(branch_id), amount(balance, currency)))
            for branch_id, balance in sorted(between.items())
        ]
        total = Row((label("total"), amount(sum(between.values()), currency)), strong=True)
        tables.append(
            table_of("inter_branch", (Column("branch", width=90), Column("balance", Kind.AMOUNT, 45)), rows,
                     totals=[total], title=label("inter_branch_by_branch"))
        )  # fmt: skip
    return Report(
        "balance_sheet", scope.facts(currency=currency, moment_only=True), tuple(tables), scope.stem
    )


def _sheet_rows(end: Sheet, start: Sheet, currency: str) -> list[Row]:
    lines = load_lines()
    names = {line.key: line.label for line in lines.balance_sheet} | {
        "profit_not_carried": label("profit_not_carried")
    }

    def sums(key: str, *figures: int) -> Row:
        return Row((label(key), *(amount(figure, currency) for figure in figures)), strong=True, key=key)

    rows: list[Row] = []
    for section, key in (
        (ASSETS, "total_assets"),
        (LIABILITIES, "total_liabilities"),
        (EQUITY, "total_equity"),
    ):
        rows.append(Row((lines.sections[section], None, None), key=section))
        rows += [
            Row((names[line], amount(figure, currency), amount(start.lines[place, line], currency)), level=1, key=line)
            for (place, line), figure in end.lines.items()
            if place == section
        ]  # fmt: skip
        rows.append(sums(key, getattr(end, section), getattr(start, section)))
    whole = (end.liabilities + end.equity, start.liabilities + start.equity)
    return [*rows, sums("liabilities_and_equity", *whole)]


async def _carried(scope: Scope, first: date) -> dict[str, int]:
    """What the year's end has carried to equity: it empties the accounts and earns or costs nothing."""
    ends = [date(year, 12, 31) for year in range(first.year, scope.to_on.year + 1)]
    within = [day for day in ends if first <= day <= scope.to_on]
    rows = (
        await scope.conn.fetch(Q.carried_profit, within, TO_PROFIT, scope.branch_id, scope.currency)
        if within
        else []
    )
    return {r["gl_code"]: int(r["net"]) for r in rows}


async def income_statement_report(scope: Scope) -> Report:
    """Turnover of the period and of the year up to its end."""
    figures: list[Figures] = []
    currencies: set[str] = set()
    for first in (scope.from_on, scope.to_on.replace(month=1, day=1)):
        rows = await trial_balance(
            scope.conn, first, scope.to_on, branch_id=scope.branch_id, currency=scope.currency
        )
        currencies |= {r.currency for r in rows}
        turnover = Counter[str]()
        for r in rows:
            turnover[r.gl_code] += r.debit - r.credit
        turnover.subtract(await _carried(scope, first))
        figures.append(figures_of(turnover))
    currency = _one_currency(scope, currencies)
    columns = (_ITEM, Column("in_period", Kind.AMOUNT, 45), Column("in_year", Kind.AMOUNT, 45))
    table = table_of("income_statement", columns, _income_rows(figures, currency))
    return Report("income_statement", scope.facts(currency=currency), (table,), scope.stem)


def _income_rows(figures: Sequence[Figures], currency: str) -> list[Row]:
    return [
        Row((line.label, *(amount(of[line.key], currency) for of in figures)), line.level, line.level == 0 and not line.codes, line.key)
        for line in load_lines().income_statement
    ]  # fmt: skip
