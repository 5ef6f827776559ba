"""Transfers between customers' accounts and the reversal of what was booked."""

from liushui.payments.service import Payments

__all__ = ["Payments"]
