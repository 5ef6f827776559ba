"""Resetting online banking (重置网上银行)."""
