"""Chart of accounts, posting templates, general ledger."""

from liushui.accounting.chart import Chart, GlAccount, load_chart
from liushui.accounting.general_ledger import TrialBalanceRow, roll_up, trial_balance, verify_general_ledger
from liushui.accounting.internal_accounts import InternalAccounts, open_internal_accounts
from liushui.accounting.templates import Template, Templates, load_templates

__all__ = [
    "Chart",
    "GlAccount",
    "InternalAccounts",
    "Template",
    "Templates",
    "TrialBalanceRow",
    "load_chart",
    "load_templates",
    "open_internal_accounts",
    "roll_up",
    "trial_balance",
    "verify_general_ledger",
]
