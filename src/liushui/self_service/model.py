"""A customer who acts by themselves, and the rules of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from liushui.identity import password_faults
from liushui.kernel.errors import Fault

ONLINE = "online"
MACHINE_CHANNELS = ("kiosk", "atm", "phone")
FULL, ENROL = "full", "enrol"
ATTEMPTS_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
CODE_FAILURES_MOST = 5
TICKET_LASTS = timedelta(minutes=5)
TICKET_TRIES_MOST = 3
CHALLENGE_LASTS = timedelta(minutes=5)
DEVICES_MOST = 20
SEEN_EVERY = timedelta(minutes=1)
ENROLMENT_LASTS = timedelta(minutes=15)
LASTS = {
    ONLINE: timedelta(hours=8),
    "phone": timedelta(minutes=30),
    "kiosk": timedelta(minutes=10),
    "atm": timedelta(minutes=5),
}
"""How long a session lives at most, by channel."""
IDLE = {
    ONLINE: timedelta(minutes=15),
    "phone": timedelta(minutes=5),
    "kiosk": timedelta(minutes=2),
    "atm": timedelta(minutes=1),
}
"""How long a session may stand still, by channel."""
RUN_OF_DIGITS = 6
"""So many digits in a row that stand in a customer's papers make a password guessable."""
_NOT_DIGITS = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Machine:
    """A kiosk, a cash machine or the telephone bank's computer. branch_id: where it stands; terminal: its place's own
    number."""

    id: int
    number: str
    channel: str
    branch_id: int
    terminal: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """The customer behind a session. account: the only account that the session may act on; None: all of the
    customer's. machine: where they stand; None online."""

    party_id: int
    customer: str
    name: str
    branch_id: int
    channel: str
    scope: str = FULL
    account: str | None = None
    machine: int | None = None


def new_password_faults(password: str, customer: str) -> list[Fault]:
    """What is wrong with a new password, whoever the customer is: the rules are the staff's."""
    return password_faults(password, customer)


def personal_faults(password: str, known: Iterable[str], born: date | None) -> list[Fault]:
    """``password_personal`` where six digits in a row of the password stand in a number that a thief of the papers has.
    known: document, telephone, account and card numbers."""
    shapes = (
        [] if born is None else [born.strftime(shape) for shape in ("%Y%m%d", "%d%m%Y", "%m%d%Y", "%y%m%d")]
    )
    texts = [_NOT_DIGITS.sub("", text) for text in (*known, *shapes)]
    runs = {text[at : at + RUN_OF_DIGITS] for text in texts for at in range(len(text) - RUN_OF_DIGITS + 1)}
    digits = _NOT_DIGITS.sub("", password)  # separators between the digits hide nothing
    windows = {digits[at : at + RUN_OF_DIGITS] for at in range(len(digits) - RUN_OF_DIGITS + 1)}
    return [Fault("password_personal", field="password")] if windows & runs else []
