"""Chart of accounts, posting templates, general ledger."""

from liushui.accounting.chart import Chart, GlAccount, load_chart
from liushui.accounting.general_ledger import (
    Q,
    TrialBalanceRow,
    roll_up,
    trial_balance,
    verify_general_ledger,
)
from liushui.accounting.internal_accounts import (
    InternalAccounts,
    complete_internal_accounts,
    open_internal_account,
    open_internal_accounts,
)
from liushui.accounting.receipts import Receipt, record_receipt
from liushui.accounting.templates import Template, Templates, load_templates
from liushui.accounting.year_end import TO_PROFIT, carry_profit

__all__ = [
    "TO_PROFIT",
    "Chart",
    "GlAccount",
    "InternalAccounts",
    "Q",
    "Receipt",
    "Template",
    "Templates",
    "TrialBalanceRow",
    "carry_profit",
    "complete_internal_accounts",
    "load_chart",
    "load_templates",
    "open_internal_account",
    "open_internal_accounts",
    "record_receipt",
    "roll_up",
    "trial_balance",
    "verify_general_ledger",
]
