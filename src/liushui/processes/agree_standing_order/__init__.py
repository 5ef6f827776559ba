"""A customer agrees on a standing order (定期转账签约)."""
