"""Vouchers that are spoilt or lost are voided by two people."""
