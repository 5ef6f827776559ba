"""A customer ends a standing order (终止定期转账)."""
