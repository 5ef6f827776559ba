"""定期类存款存入 Place a deposit."""
