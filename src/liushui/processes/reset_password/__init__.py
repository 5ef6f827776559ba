"""Reset a password (重置交易密码)."""
