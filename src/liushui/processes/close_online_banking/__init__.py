"""Closing online banking (关闭网上银行)."""
