"""Deposits that are placed: contracts with a term or a notice, each a ledger account of its own."""

from liushui.deposits.placed.accruals import exact_interest, placed_accrued
from liushui.deposits.placed.certificates import (
    NewIssue,
    Sale,
    issue_faults,
    offer_certificates,
    sale_of,
    transfer_certificate,
)
from liushui.deposits.placed.desk import Desk
from liushui.deposits.placed.maturity import catch_up, mature_some
from liushui.deposits.placed.model import PLACED, Contract, Instruction, Quote, State
from liushui.deposits.placed.noticing import cancel_notice, change_instruction, give_notice, lapse_some
from liushui.deposits.placed.opening import NewDeposit, Offer, Selling, offer_for, place, selling_on
from liushui.deposits.placed.repository import (
    Happening,
    contract_by_number,
    has_placed,
    history_of,
    of_customer,
)
from liushui.deposits.placed.saving import instalment_due, pay_instalment
from liushui.deposits.placed.verify import verify_placed
from liushui.deposits.placed.withdrawal import broken, quote_today, withdraw_placed

__all__ = [
    "PLACED",
    "Contract",
    "Desk",
    "Happening",
    "Instruction",
    "NewDeposit",
    "NewIssue",
    "Offer",
    "Quote",
    "Sale",
    "Selling",
    "State",
    "broken",
    "cancel_notice",
    "catch_up",
    "change_instruction",
    "contract_by_number",
    "exact_interest",
    "give_notice",
    "has_placed",
    "history_of",
    "instalment_due",
    "issue_faults",
    "lapse_some",
    "mature_some",
    "of_customer",
    "offer_certificates",
    "offer_for",
    "pay_instalment",
    "place",
    "placed_accrued",
    "quote_today",
    "sale_of",
    "selling_on",
    "transfer_certificate",
    "verify_placed",
    "withdraw_placed",
]
