"""The access table: every endpoint and what it asks of whoever calls. What changes money, accounts or customers is a
case of a process, whose model says who may start and who decides. An endpoint without a row is refused at
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
    ("GET", "/v1/accounts/{account}"): "account_read",
    ("GET", "/v1/accounts/{account}/statement"): "account_read",
    ("PUT", "/v1/accounts/{account}/notices"): "notice_agree",
    ("GET", "/v1/accounts/{account}/notices"): "account_read",
    ("GET", "/v1/accounts/{account}/holds"): "account_read",
    ("POST", "/v1/holds"): "hold",
    ("POST", "/v1/holds/{journal}/capture"): "hold",
    ("POST", "/v1/holds/{journal}/void"): "hold",
    ("GET", "/v1/staff"): "staff_manage",
    ("POST", "/v1/staff"): "staff_manage",
    ("PUT", "/v1/staff/{number}/roles"): "staff_manage",
    ("PUT", "/v1/staff/{number}/state"): "staff_manage",
    ("POST", "/v1/staff/{number}/unlock"): "staff_manage",
    ("PUT", "/v1/sessions/current/password"): SESSION,
    ("GET", "/v1/audit"): "audit_read",
    ("GET", "/v1/processes"): SESSION,
    ("POST", "/v1/processes"): "process_deploy",
    ("GET", "/v1/processes/{process}"): "process_read",
    ("GET", "/v1/processes/{process}/versions/{version}/diagram"): "process_read",
    ("POST", "/v1/processes/{process}/cases"): SESSION,  # the process says which roles start it
    ("GET", "/v1/cases"): "case_read",
    ("GET", "/v1/cases/{case}"): "case_read",
    ("POST", "/v1/cases/{case}/cancellation"): "case_cancel",
    ("GET", "/v1/incidents"): "incident_manage",
    ("POST", "/v1/incidents/{incident}/settlement"): "incident_manage",
    ("POST", "/v1/messages"): "message_send",
    ("GET", "/v1/tasks"): SESSION,  # the worklist shows and takes what role, branch and duties allow
    ("GET", "/v1/tasks/{task}"): SESSION,
    ("POST", "/v1/tasks/{task}/claim"): SESSION,
    ("POST", "/v1/tasks/{task}/release"): SESSION,
    ("POST", "/v1/tasks/{task}/delegation"): SESSION,
    ("POST", "/v1/tasks/{task}/completion"): SESSION,
    ("PUT", "/v1/tasks/{task}/draft"): SESSION,
    ("POST", "/v1/tasks/{task}/comments"): SESSION,
    ("POST", "/v1/tasks/{task}/attachments"): SESSION,
    ("GET", "/v1/tasks/{task}/attachments/{attachment}"): SESSION,
    ("POST", "/v1/transfers"): "transfer",
    ("GET", "/v1/journals/{journal}"): "journal_read",
    ("GET", "/v1/trial-balance"): "trial_balance_read",
    ("GET", "/v1/business-days"): SESSION,
    ("POST", "/v1/business-days"): "day_end_run",
    ("GET", "/v1/business-days/{date}"): SESSION,
    ("POST", "/v1/business-days/{date}/resumption"): "day_end_run",
    ("GET", "/v1/reports/{name}"): "report_read",  # of their own branch, unless they work for all
    ("GET", "/v1/statements/{code}"): "account_read",
}
