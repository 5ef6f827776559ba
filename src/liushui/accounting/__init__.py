"""Chart of accounts, posting templates, general ledger."""

from liushui.accounting.chart import Chart, GlAccount, load_chart
from liushui.accounting.general_ledger import TrialBalanceRow, roll_up, trial_balance, verify_general_ledger
from liushui.accounting.templates import Template, Templates, load_templates

__all__ = [
    "Chart",
    "GlAccount",
    "Template",
    "Templates",
    "TrialBalanceRow",
    "load_chart",
    "load_templates",
    "roll_up",
    "trial_balance",
    "verify_general_ledger",
]
