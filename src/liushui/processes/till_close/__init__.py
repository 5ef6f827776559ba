"""Teller closes the till (轧账): a blind count that must agree."""
