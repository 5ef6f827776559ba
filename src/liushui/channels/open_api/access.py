"""The access table: every endpoint and what it asks of whoever calls. An endpoint without a row is refused at
start, and a test walks the table."""

from __future__ import annotations

PUBLIC = "public"
SESSION = "session"

ACCESS: dict[tuple[str, str], str] = {
    ("GET", "/health/live"): PUBLIC,
    ("GET", "/health/ready"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("POST", "/v1/sessions"): PUBLIC,
    ("DELETE", "/v1/sessions/current"): SESSION,
    ("GET", "/v1/sessions/current"): SESSION,
    ("GET", "/v1/branches"): SESSION,
    ("POST", "/v1/customers"): "customer_open",
    ("GET", "/v1/customers/{customer}"): "customer_read",
    ("POST", "/v1/accounts"): "account_open",
    ("GET", "/v1/accounts/{account}"): "account_read",
    ("GET", "/v1/accounts/{account}/statement"): "account_read",
    ("PUT", "/v1/accounts/{account}/blocks"): "account_block",
    ("POST", "/v1/accounts/{account}/closure"): "account_close",
    ("PUT", "/v1/accounts/{account}/notices"): "notice_agree",
    ("GET", "/v1/accounts/{account}/notices"): "account_read",
    ("GET", "/v1/accounts/{account}/holds"): "account_read",
    ("POST", "/v1/holds"): "hold",
    ("POST", "/v1/holds/{journal}/capture"): "hold",
    ("POST", "/v1/holds/{journal}/void"): "hold",
    ("PUT", "/v1/customers/{customer}/contact"): "customer_change",
    ("GET", "/v1/staff"): "staff_manage",
    ("POST", "/v1/staff"): "staff_manage",
    ("PUT", "/v1/staff/{number}/roles"): "staff_manage",
    ("PUT", "/v1/staff/{number}/state"): "staff_manage",
    ("POST", "/v1/staff/{number}/unlock"): "staff_manage",
    ("PUT", "/v1/sessions/current/password"): SESSION,
    ("GET", "/v1/audit"): "audit_read",
    ("POST", "/v1/cash-deposits"): "cash_deposit",
    ("POST", "/v1/cash-withdrawals"): "cash_withdraw",
    ("POST", "/v1/transfers"): "transfer",
    ("GET", "/v1/journals/{journal}"): "journal_read",
    ("POST", "/v1/journals/{journal}/reversal"): "reverse",
    ("GET", "/v1/trial-balance"): "trial_balance_read",
    ("POST", "/v1/business-date"): "business_date_advance",
}
