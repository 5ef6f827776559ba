"""Teller signs out (签退): the till is locked and stays theirs."""
