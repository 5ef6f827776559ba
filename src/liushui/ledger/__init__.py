"""The books: account, journal, entry, balance, hold. Knows no customer, product, channel or process."""

from liushui.ledger.directory import CustomerAccount, Directory
from liushui.ledger.model import (
    Balance,
    Capture,
    Entry,
    Expire,
    Header,
    Hold,
    Kind,
    LedgerLimits,
    Line,
    NewAccount,
    Post,
    Posted,
    Request,
    Reverse,
    Void,
)
from liushui.ledger.service import Ledger, answer_of, balance, find_account, hold_lines, holds_of, statement

__all__ = [
    "Balance",
    "Capture",
    "CustomerAccount",
    "Directory",
    "Entry",
    "Expire",
    "Header",
    "Hold",
    "Kind",
    "Ledger",
    "LedgerLimits",
    "Line",
    "NewAccount",
    "Post",
    "Posted",
    "Request",
    "Reverse",
    "Void",
    "answer_of",
    "balance",
    "find_account",
    "hold_lines",
    "holds_of",
    "statement",
]
