"""Shapes of answers about cash and vouchers. Amounts are decimal strings; notes are pieces by face in minor units."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

Notes = dict[str, int]


class MyTill(BaseModel):
    till: str | None
    state: str | None = Field(description="open, or away: signed out and locked; null without a till.")
    opened_on: date | None
    hand_in: bool = Field(description="The till keeps more than it may.")
    business_date: date
    free: list[str] = Field(description="Tills of the branch that nobody keeps, where the caller keeps none.")
    closed_today: str | None = Field(description="The till that the caller has closed on this business date.")
    count_to_explain: int | None = Field(
        description="A second closing count that differed: it goes to a procedure of its own."
    )


class TillMovement(BaseModel):
    movement: int
    journal: int | None
    code: str | None
    zh: str | None
    en: str | None
    recorded_at: datetime
    case: int | None
    amount: str = Field(description="Below zero: taken out.")
    notes: Notes


class TillMovements(BaseModel):
    """What came and went while the caller kept the till. came, went: only once it has been counted and closed."""

    till: str | None
    day: date | None
    came: str | None
    went: str | None
    movements: list[TillMovement]


class MyVoucherMovement(BaseModel):
    movement: int
    kind: int
    zh: str
    en: str
    first: int
    last: int
    what: str
    from_whom: str | None
    to_whom: str | None
    moved_at: datetime
    reason: str | None
    account: str | None
    case: int | None


class MyVoucherMovements(BaseModel):
    movements: list[MyVoucherMovement]
    next: int | None = Field(description="Give this as `before` to read on; null at the end.")


class PlaceLine(BaseModel):
    place: str
    kind: str
    branch: str
    currency: str
    book: str
    teller: str | None
    state: str | None
    held_on: date | None


class PlaceView(PlaceLine):
    notes: Notes


class CountLine(BaseModel):
    count: int
    purpose: str
    counted: str
    book: str
    difference: str
    notes: Notes
    business_date: date
    counted_at: datetime
    counted_by: str
    second_by: str | None
    case: int | None


class Counts(BaseModel):
    place: str
    counts: list[CountLine]
    next: int | None = Field(description="Give this as `before` to read on; null at the end.")


class JournalLine(BaseModel):
    journal: int | None
    code: str | None
    recorded_at: datetime
    moved_by: str
    case: int | None
    amount: str = Field(description="Below zero: taken out.")
    notes: Notes
    balance: str
    memo: str | None


class CashJournal(BaseModel):
    place: str
    day: date
    opening: str
    opening_notes: Notes
    came: str
    went: str
    closing: str
    closing_notes: Notes
    lines: list[JournalLine]


class LeftOpenLine(BaseModel):
    what: str
    place: str
    by: str | None
    since: date


class DifferenceLine(BaseModel):
    difference: int
    place: str
    kind: str
    amount: str
    booked_on: date
    booked_journal: int
    found_by: str
    confirmed_by: str
    case: int
    outcome: str | None
    settled_on: date | None
    settled_journal: int | None
    settled_by: str | None


class Differences(BaseModel):
    differences: list[DifferenceLine]
    next: int | None


class VoucherKind(BaseModel):
    kind: int
    name: str
    zh: str
    en: str


class VoucherRange(BaseModel):
    kind: int
    first: int
    last: int
    pieces: int
    state: str
    holder: str | None
    branch: str


class VoucherRanges(BaseModel):
    ranges: list[VoucherRange]
    next: str | None


class VoucherMovement(BaseModel):
    what: str
    from_whom: str | None
    to_whom: str | None
    moved_at: datetime
    moved_by: str
    second_by: str | None
    reason: str | None
    account: str | None
    case: int | None


class VoucherView(BaseModel):
    kind: int
    number: int
    state: str
    holder: str | None
    history: list[VoucherMovement]
