"""A payer cancels a transfer that is not executed yet (撤销转账)."""
