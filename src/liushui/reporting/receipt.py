"""The receipt (回单) of one journal: what a customer takes home. Which print it is, is kept by ``accounting``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from liushui.identity import Branch, branch_by_id
from liushui.kernel.amount_in_words import amount_in_words
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import Kind
from liushui.reporting.model import Label
from liushui.reporting.scope import Q
from liushui.store.database import PoolConnection


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer's account that a journal moves. came: whether the money came to it."""

    account: str
    holders: tuple[str, ...]
    came: bool
    amount: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """Everything that stands on a receipt. teller: who has begun the case; authorised_by: who has let it be booked, where
    that is somebody else. amount: of the largest entry, as decimal text; in_words: in renminbi only."""

    id: int
    journal: int
    teller: str
    authorised_by: str | None
    branch: Branch
    title: Label
    reverses: int | None
    case: str | None
    booking_date: date
    recorded_at: datetime
    memo: str | None
    currency: str
    amount: str
    in_words: str | None
    moved: tuple[Moved, ...]
    copy: int
    printed_at: datetime
    printed_by: str


async def receipt_facts(conn: PoolConnection, receipt: int, codes: Mapping[str, Label]) -> ReceiptFacts:
    """Refuses ``receipt_unknown``, and ``receipt_without_amount`` for a journal that moves nothing."""
    row = await conn.fetchrow(Q.receipt, receipt)
    if row is None:
        raise refuse("receipt_unknown", receipt=receipt)
    entries = await conn.fetch(Q.receipt_entries, row["journal_id"])
    if not entries:
        raise refuse("receipt_without_amount", journal=row["journal_id"])
    largest = max(entries, key=lambda e: e["amount"])
    currency, minor = largest["currency"], largest["amount"]
    code: str = row["code"]
    teller = row["initiator"] or row["operator"]
    return ReceiptFacts(
        id=row["id"], journal=row["journal_id"], teller=teller,
        authorised_by=None if row["operator"] == teller else row["operator"],
        branch=await branch_by_id(conn, row["branch_id"]), title=codes.get(code, Label(code, code)),
        reverses=row["reverses"] if Kind(row["kind"]) is Kind.REVERSAL else None, case=row["process_instance"],
        booking_date=row["booking_date"], recorded_at=row["recorded_at"], memo=row["memo"], currency=currency,
        amount=format_minor(minor, currency), in_words=amount_in_words(minor) if currency == "CNY" else None,
        moved=tuple(
            Moved(e["number"], tuple(e["holders"]), not e["debit"], format_minor(e["amount"], e["currency"]))
            for e in entries
            if e["holders"]
        ),
        copy=row["copy"], printed_at=row["printed_at"], printed_by=row["printed_by"],
    )  # fmt: skip
