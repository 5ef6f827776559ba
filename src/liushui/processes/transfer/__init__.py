"""Transfer (转账)."""
