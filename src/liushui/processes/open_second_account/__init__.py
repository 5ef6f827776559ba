"""Another account for a customer who is known and identified already, opened online (网上加开账户)."""
