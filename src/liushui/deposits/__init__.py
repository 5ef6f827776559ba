"""Demand deposits: accounts, cash over the counter."""

from liushui.deposits.service import Actor, Deposits, Opened

__all__ = ["Actor", "Deposits", "Opened"]
