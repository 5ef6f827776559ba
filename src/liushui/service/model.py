"""Complaints (投诉): what is taken down, by when it must be answered, and how it stands. Pure.

Source: 银行业保险业消费投诉处理管理办法 (2020 No. 3): a plain complaint is answered within 15 days of its receipt, a complex
one within 30; a special one may take 30 days more with senior management's approval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from liushui.kernel.clock import BANK_TIME, bank_day, end_of, midnight
from liushui.kernel.errors import Fault, refuse
from liushui.workflow.working_time import add_clock, parse_duration

TOLD_BY = frozenset({"letter", "regulator"})
"""Ways in which the complainant is not there when the complaint is taken down."""
_OPEN = frozenset({"open", "reopened"})
_ALLOWED = {
    "registered": frozenset({"new"}),
    "classified": frozenset({"registered"}),
    "acknowledged": _OPEN,
    "at_risk": _OPEN,
    "overdue": _OPEN,
    "extension_asked": frozenset({"open"}),
    "extended": frozenset({"open"}),
    "extension_refused": frozenset({"open"}),
    "answered": _OPEN,
    "followed_up": frozenset({"answered"}),
    "reopened": frozenset({"answered"}),
    "withdrawn": _OPEN,
    "closed": frozenset({"answered"}),
}
_BECOMES = {
    "registered": "registered",
    "classified": "open",
    "answered": "answered",
    "reopened": "reopened",
    "withdrawn": "withdrawn",
    "closed": "closed",
}


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """A complaint as received. amount_minor: in dispute, fen, 0 where none; people: how many complain together."""

    received_on: date
    received_via: str
    product: str
    subject: str
    text: str = field(repr=False)
    customer: str | None = None
    complainant: str | None = field(default=None, repr=False)
    contact: str | None = field(default=None, repr=False)
    account: str | None = None
    amount_minor: int = 0
    people: int = 1
    complained_staff: str | None = None


@dataclass(frozen=True, slots=True)
class Complaint(NewComplaint):
    """A complaint as it stands in the register."""

    id: int = 0
    number: str = ""
    case_id: int = 0
    branch_id: int = 0
    registered_at: datetime | None = None
    registered_by: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of the history. deadline: the last day on which the answer is in time, from now on."""

    what: str
    at: datetime
    by_whom: str
    kind: str | None = None
    severity: str | None = None
    deadline: date | None = None
    satisfaction: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says. status: new, registered, open, answered, reopened, withdrawn, closed. warned: of the
    present deadline."""

    status: str = "new"
    kind: str | None = None
    severity: str | None = None
    deadline: date | None = None
    satisfaction: str | None = None
    extended: bool = False
    extension_asked: bool = False
    reopened: bool = False
    answered_in_time: bool | None = None
    warned: frozenset[str] = frozenset()

    @property
    def round(self) -> int:
        """1, and 2 once it has been opened again."""
        return 2 if self.reopened else 1


def check(new: NewComplaint, today: date) -> list[Fault]:
    """Every fault of a complaint to be taken down."""
    faults: list[Fault] = []
    if new.received_on > today:
        faults.append(Fault("complaint_received_in_future", field="received_on"))
    if new.customer is None and (not new.complainant or not new.contact):
        faults.append(Fault("complaint_without_complainant", field="complainant"))
    return faults


def deadline_of(first: date, period: str) -> date:
    """The last day of a period (ISO 8601, calendar days) that runs from a day: 15 days from the 5th end on the 20th."""
    begin = midnight(first)
    return bank_day(add_clock(begin, parse_duration(period), BANK_TIME.key))


def stand(history: Iterable[Happened]) -> Standing:
    """How a complaint stands after its history. Refuses ``complaint_state_unfit`` where an entry does not fit."""
    standing = Standing()
    for entry in history:
        standing = after(standing, entry)
    return standing


def after(standing: Standing, entry: Happened) -> Standing:
    """How it stands after one more entry. Refuses ``complaint_state_unfit``, and for an extension
    ``complaint_extension_unfit``: only of a special complaint, only once; and ``complaint_reopened_already``."""
    what = entry.what
    if standing.status not in _ALLOWED[what]:
        raise refuse("complaint_state_unfit", status=standing.status, what=what)
    if what == "extension_asked" and (standing.kind != "special" or standing.extended):
        raise refuse("complaint_extension_unfit", "outcome")
    if what == "reopened" and standing.reopened:
        raise refuse("complaint_reopened_already")
    in_time = standing.answered_in_time
    if what == "answered":
        assert standing.deadline is not None
        in_time = entry.at < end_of(standing.deadline)
    return replace(
        standing,
        status=_BECOMES.get(what, standing.status),
        kind=entry.kind or standing.kind,
        severity=entry.severity or standing.severity,
        deadline=entry.deadline or standing.deadline,
        satisfaction=entry.satisfaction or standing.satisfaction,
        extended=standing.extended or what == "extended",
        extension_asked=what == "extension_asked"
        or (standing.extension_asked and what not in ("extended", "extension_refused")),
        reopened=standing.reopened or what == "reopened",
        answered_in_time=in_time,
        warned=_warned(standing, entry),
    )


def _warned(standing: Standing, entry: Happened) -> frozenset[str]:
    """A new deadline is warned of anew."""
    if entry.deadline is not None:
        return frozenset()
    return standing.warned | {entry.what} if entry.what in ("at_risk", "overdue") else standing.warned
