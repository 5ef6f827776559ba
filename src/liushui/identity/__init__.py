"""Branches, staff, roles, credentials, sessions, audit trail."""

from liushui.identity.model import Branch, Principal, load_roles, require
from liushui.identity.service import (
    Sessions,
    add_staff,
    audit,
    branch_by_code,
    change_password,
    list_branches,
    log_in,
    open_branch,
)

__all__ = [
    "Branch",
    "Principal",
    "Sessions",
    "add_staff",
    "audit",
    "branch_by_code",
    "change_password",
    "list_branches",
    "load_roles",
    "log_in",
    "open_branch",
    "require",
]
