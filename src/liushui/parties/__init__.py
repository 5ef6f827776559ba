"""Customers: entered once, used everywhere."""

from liushui.parties.model import Customer, NewCustomer, mask
from liushui.parties.service import customer_by_number, insert_customer, open_customer

__all__ = ["Customer", "NewCustomer", "customer_by_number", "insert_customer", "mask", "open_customer"]
