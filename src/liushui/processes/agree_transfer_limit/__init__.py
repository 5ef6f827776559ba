"""A customer agrees on limits of transfers for an account and channel (约定转账限额)."""
