"""Demand deposits: accounts, cash over the counter."""

from liushui.deposits.notices import MovementNotices, agree_to_notices
from liushui.deposits.service import CASH_DEPOSIT, CASH_WITHDRAWAL, Actor, Deposits, Opened

__all__ = [
    "CASH_DEPOSIT",
    "CASH_WITHDRAWAL",
    "Actor",
    "Deposits",
    "MovementNotices",
    "Opened",
    "agree_to_notices",
]
