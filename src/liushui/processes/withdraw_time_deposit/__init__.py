"""定期类存款支取 Take a placed deposit out."""
