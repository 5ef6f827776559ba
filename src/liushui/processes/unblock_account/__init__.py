"""Unblock an account (解除止付、解冻): one cause, and no other."""
