"""Branches, staff, roles, credentials, sessions, audit trail."""

from liushui.identity.hashing import NOBODY, hash_password, password_matches
from liushui.identity.model import Branch, Principal, load_roles, password_faults, require
from liushui.identity.service import (
    Sessions,
    add_staff,
    audit,
    branch_by_code,
    branch_by_id,
    change_password,
    list_branches,
    log_in,
    open_branch,
)
from liushui.identity.staff import (
    AuditSought,
    StaffMember,
    audit_trail,
    list_staff,
    set_active,
    set_roles,
    staff_by_number,
    staff_with_roles,
    unlock,
)

__all__ = [
    "NOBODY",
    "AuditSought",
    "Branch",
    "Principal",
    "Sessions",
    "StaffMember",
    "add_staff",
    "audit",
    "audit_trail",
    "branch_by_code",
    "branch_by_id",
    "change_password",
    "hash_password",
    "list_branches",
    "list_staff",
    "load_roles",
    "log_in",
    "open_branch",
    "password_faults",
    "password_matches",
    "require",
    "set_active",
    "set_roles",
    "staff_by_number",
    "staff_with_roles",
    "unlock",
]
