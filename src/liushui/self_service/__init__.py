"""Customers who act by themselves: online banking, sessions, second factors, electronic signatures, machines."""

from liushui.self_service.access import (
    access_state,
    activate,
    change_customer_password,
    close_access,
    finish_activation,
    issue_code,
    open_access,
    reset_access,
)
from liushui.self_service.machines import (
    Shown,
    identify_customer,
    list_machines,
    machine_of,
    register_machine,
    revoke_machine,
    rotate_secret,
)
from liushui.self_service.model import ENROL, FULL, ONLINE, Machine, Visitor
from liushui.self_service.proofs import STEP_UP, Passkey, Proof, Proofs, options_for
from liushui.self_service.sessions import (
    CustomerSessions,
    LoggedIn,
    Ticket,
    begin_log_in,
    finish_log_in,
    own_accounts,
)
from liushui.self_service.signatures import ask_signature, content_of, take_signature, verify_signatures
from liushui.self_service.webauthn_check import RelyingParty

__all__ = [
    "ENROL",
    "FULL",
    "ONLINE",
    "STEP_UP",
    "CustomerSessions",
    "LoggedIn",
    "Machine",
    "Passkey",
    "Proof",
    "Proofs",
    "RelyingParty",
    "Shown",
    "Ticket",
    "Visitor",
    "access_state",
    "activate",
    "ask_signature",
    "begin_log_in",
    "change_customer_password",
    "close_access",
    "content_of",
    "finish_activation",
    "finish_log_in",
    "identify_customer",
    "issue_code",
    "list_machines",
    "machine_of",
    "open_access",
    "options_for",
    "own_accounts",
    "register_machine",
    "reset_access",
    "revoke_machine",
    "rotate_secret",
    "take_signature",
    "verify_signatures",
]
