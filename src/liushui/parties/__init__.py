"""Customers: entered once, used everywhere."""

from liushui.parties.changes import NewData, Requested, apply_change, request_change
from liushui.parties.model import Customer, NewCustomer, check, mask, mask_document, mask_mobile
from liushui.parties.service import (
    change_contact,
    customer_by_document,
    customer_by_number,
    insert_customer,
    open_customer,
)

__all__ = [
    "Customer",
    "NewCustomer",
    "NewData",
    "Requested",
    "apply_change",
    "change_contact",
    "check",
    "customer_by_document",
    "customer_by_number",
    "insert_customer",
    "mask",
    "mask_document",
    "mask_mobile",
    "open_customer",
    "request_change",
]
