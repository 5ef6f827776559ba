"""Numbered vouchers (重要空白凭证) come into the stock of a branch."""
