"""Demand deposits: accounts, cash over the counter, passwords, blocks and their causes, loss reports, statements."""

from liushui.deposits.appointments import book_cash, cancel_cash, has_appointment, use_appointment
from liushui.deposits.blocks import (
    LOSSES,
    Cause,
    NewBlock,
    Order,
    block_of,
    blocks_of,
    end_of,
    lift_block,
    order_faults,
    place_block,
    prolong_block,
    record_order,
    verify_blocks,
)
from liushui.deposits.cards import card_of, replace_card
from liushui.deposits.closing import closing_obstacles
from liushui.deposits.losses import NewLoss, end_loss, open_loss, report_loss
from liushui.deposits.notices import MovementNotices, agree_to_notices
from liushui.deposits.passwords import PasswordState, Tried, password_state, set_password, try_password
from liushui.deposits.repository import owner_of
from liushui.deposits.service import CASH_DEPOSIT, CASH_WITHDRAWAL, Actor, Deposits, Opened
from liushui.deposits.statements import Issued, StatementData, issue_statement, statement_by_code

__all__ = [
    "CASH_DEPOSIT",
    "CASH_WITHDRAWAL",
    "LOSSES",
    "Actor",
    "Cause",
    "Deposits",
    "Issued",
    "MovementNotices",
    "NewBlock",
    "NewLoss",
    "Opened",
    "Order",
    "PasswordState",
    "StatementData",
    "Tried",
    "agree_to_notices",
    "block_of",
    "blocks_of",
    "book_cash",
    "cancel_cash",
    "card_of",
    "closing_obstacles",
    "end_loss",
    "end_of",
    "has_appointment",
    "issue_statement",
    "lift_block",
    "open_loss",
    "order_faults",
    "owner_of",
    "password_state",
    "place_block",
    "prolong_block",
    "record_order",
    "replace_card",
    "report_loss",
    "set_password",
    "statement_by_code",
    "try_password",
    "use_appointment",
    "verify_blocks",
]
