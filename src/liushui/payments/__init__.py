"""Transfers between customers' accounts and the reversal of what was booked."""

from liushui.payments.reversals import ReversalFacts, reversal_facts
from liushui.payments.service import CAPTURE_CODE, HOLD_CODE, REVERSAL_CODE, VOID_CODE, Payments

__all__ = [
    "CAPTURE_CODE",
    "HOLD_CODE",
    "REVERSAL_CODE",
    "VOID_CODE",
    "Payments",
    "ReversalFacts",
    "reversal_facts",
]
