"""Balance sheet and income statement of a small bank, worked out by hand."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from liushui.accounting import load_chart
from liushui.kernel.errors import Refused
from liushui.reporting.financial import figures_of, load_lines, sheet_of
from liushui.reporting.model import labels

LEAVES = sorted(account.code for account in load_chart() if account.postable)

# Debits less credits, in fen. A bank with 10,000,000.00 of capital took 6,000,000.00 of deposits and lent 9,000,000.00.
SMALL_BANK = {
    "1001.01": 150_000_00,
    "1003.01": 480_000_00,
    "1003.02": 6_620_000_00,
    "1303.01": 4_000_000_00,
    "1303.02": 5_000_000_00,
    "1304": -90_000_00,  # one in a hundred of the loans
    "1132.01": 30_000_00,
    "1601": 500_000_00,
    "1602": -20_000_00,
    "2011.01": -4_500_000_00,
    "2011.02": -1_500_000_00,
    "2231.01": -12_000_00,
    "2211": -50_000_00,
    "3001.02": -8_000_00,  # owed to other banks in clearing
    "4001": -10_000_000_00,
    "4104": -599_000_00,
    "6011.01": -200_000_00,
    "6021.01": -15_000_00,
    "6411.01": 40_000_00,
    "6602": 84_000_00,
    "6702": 90_000_00,
    "6711.01": 1_00,
    "6301.01": -1_00,
}
WITHOUT_FRACTIONS = 100


def test_the_books_of_the_small_bank_balance() -> None:
    assert sum(SMALL_BANK.values()) == 0


def test_its_balance_sheet() -> None:
    sheet = sheet_of(SMALL_BANK)
    shown = {key: minor // WITHOUT_FRACTIONS for key, minor in sheet.lines.items() if minor}
    assert shown == {
        ("assets", "cash_and_central_bank"): 7_250_000,  # 150,000 + 480,000 + 6,620,000
        ("assets", "interest_receivable"): 30_000,
        ("assets", "loans"): 8_910_000,  # 9,000,000 less the allowance
        ("assets", "fixed_assets"): 480_000,
        ("liabilities", "deposits"): 6_000_000,
        ("liabilities", "employee_benefits"): 50_000,
        ("liabilities", "interest_payable"): 12_000,
        ("liabilities", "clearing"): 8_000,
        ("equity", "capital"): 10_000_000,
        ("equity", "retained_earnings"): 599_000,
        ("equity", "profit_not_carried"): 1_000,  # 200,000 - 40,000 + 15,000 - 84,000 - 90,000
    }
    assert (sheet.assets, sheet.liabilities, sheet.equity) == (16_670_000_00, 6_070_000_00, 10_600_000_00)
    assert sheet.balanced


def test_its_income_statement() -> None:
    figures = figures_of(SMALL_BANK)
    shown = {key: minor // WITHOUT_FRACTIONS for key, minor in figures.items() if minor}
    expected = {
        "interest_income": 200_000, "interest_expense": 40_000, "net_interest": 160_000,
        "fee_income": 15_000, "net_fees": 15_000, "operating_income": 175_000,
        "administrative_expense": 84_000, "credit_impairment": 90_000, "operating_expense": 174_000,
        "operating_profit": 1_000, "non_operating_income": 1, "non_operating_expense": 1,
        "profit_before_tax": 1_000, "net_profit": 1_000,
    }  # fmt: skip
    assert {key: shown[key] for key in expected} == expected


def test_every_account_of_the_chart_falls_into_exactly_one_line() -> None:
    lines = load_lines()
    assert {code: len(lines.of(code)) for code in LEAVES} == dict.fromkeys(LEAVES, 1)


def test_no_code_is_named_twice_or_inside_another() -> None:
    lines = load_lines()
    codes = [code for line in (*lines.balance_sheet, *lines.income_statement) for code in line.codes]
    assert [code for code, n in Counter(codes).items() if n > 1] == []
    assert [(a, b) for a in codes for b in codes if a != b and a.startswith(f"{b}.")] == []


def test_a_new_account_below_a_known_one_has_its_line_and_an_unknown_one_is_refused() -> None:
    assert [line.key for line in load_lines().of("1001.07")] == ["cash_and_central_bank"]
    with pytest.raises(Refused) as caught:
        sheet_of({"9999": 1_00})
    assert caught.value.code == "report_gl_code_without_line"


def test_assets_are_on_the_asset_side_and_so_on() -> None:
    """A line's accounts are of the class that its section says; prior-year adjustments are the one exception."""
    kinds = {"assets": {"asset"}, "liabilities": {"liability"}, "equity": {"equity"}, "either": {"common"},
             "income": {"income", "expense"}}  # fmt: skip
    for account in load_chart():
        if account.postable and account.code != "6901":
            (line,) = load_lines().of(account.code)
            assert account.kind in kinds[line.section], account.code


@given(st.dictionaries(st.sampled_from(LEAVES), st.integers(-(10**15), 10**15)), st.sampled_from(LEAVES))
def test_whatever_balances_in_the_books_balances_on_the_sheet(balances: dict[str, int], last: str) -> None:
    balances = balances | {last: 0}
    balances[last] = -sum(balances.values())
    sheet = sheet_of(balances)
    assert sheet.balanced
    assert sheet.assets == sheet.liabilities + sheet.equity
    profit = -sum(b for code, b in balances.items() if code.startswith("6") and code != "6901")
    assert sheet.lines["equity", "profit_not_carried"] == profit


@given(st.integers(-(10**15), 10**15))
def test_a_balance_of_either_side_stands_where_it_belongs(balance: int) -> None:
    sheet = sheet_of({"3001.02": balance, "1001.01": -balance})
    assert sheet.lines["assets", "clearing"] == max(balance, 0)
    assert sheet.lines["liabilities", "clearing"] == max(-balance, 0)


def test_sums_name_lines_that_exist_and_stand_for_all() -> None:
    """Every line of the income statement counts towards the net profit exactly once, with its sign."""
    lines = {line.key: line for line in load_lines().income_statement}

    def weights(key: str, sign: int) -> Counter[str]:
        line, found = lines[key], Counter[str]()
        if line.codes:
            return Counter({key: sign})
        for part in line.plus:
            found.update(weights(part, sign))
        for part in line.minus:
            found.update(weights(part, -sign))
        return found

    assert weights("net_profit", 1) == {
        key: -1 if line.debit else 1 for key, line in lines.items() if line.codes
    }


def test_every_word_is_in_both_languages() -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "zh" in value or "en" in value:
                assert value["zh"], value
                assert value["en"], value
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    for name in ("labels.yaml", "balance_sheet.yaml", "income_statement.yaml"):
        walk(yaml.safe_load(resources.files("liushui.reporting").joinpath(name).read_text("utf-8")))
    assert labels()
