"""Opening online banking (开通网上银行)."""
