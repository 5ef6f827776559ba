"""Demand deposits: accounts, their classes and limits, opening, cash over the counter."""

from liushui.deposits.agreements import (
    LANGUAGES,
    SIGNATURE_METHODS,
    AgreementText,
    Signature,
    agreement_text,
    record_agreement,
    signature_faults,
)
from liushui.deposits.classes import (
    FULL,
    LIMITED,
    MEDIUMS,
    SMALL,
    Direction,
    Limits,
    Use,
    age_on,
    limit_faults,
    limits_by_class,
    medium_faults,
    opening_faults,
)
from liushui.deposits.holdings import PURPOSES, Terms, held_by, room_faults
from liushui.deposits.limits import give_back_limits, limits_of, use_limits, used_of
from liushui.deposits.notices import MovementNotices, agree_to_notices
from liushui.deposits.opening import AccountOpening
from liushui.deposits.service import CASH_DEPOSIT, CASH_WITHDRAWAL, Actor, Deposits, Opened

__all__ = [
    "CASH_DEPOSIT",
    "CASH_WITHDRAWAL",
    "FULL",
    "LANGUAGES",
    "LIMITED",
    "MEDIUMS",
    "PURPOSES",
    "SIGNATURE_METHODS",
    "SMALL",
    "AccountOpening",
    "Actor",
    "AgreementText",
    "Deposits",
    "Direction",
    "Limits",
    "MovementNotices",
    "Opened",
    "Signature",
    "Terms",
    "Use",
    "age_on",
    "agree_to_notices",
    "agreement_text",
    "give_back_limits",
    "held_by",
    "limit_faults",
    "limits_by_class",
    "limits_of",
    "medium_faults",
    "opening_faults",
    "record_agreement",
    "room_faults",
    "signature_faults",
    "use_limits",
    "used_of",
]
