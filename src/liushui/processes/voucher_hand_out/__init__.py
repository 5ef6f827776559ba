"""Vouchers go from stock to a teller or back, both signing."""
