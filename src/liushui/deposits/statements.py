"""Statements handed out (对账单): their data, a digest of it, and a code by which whoever is shown one may ask the bank.

A statement is not stored: entries never change, so the bank makes the same data anew and compares the digest.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from liushui.deposits.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import CustomerAccount
from liushui.store.database import PoolConnection, UnitOfWork

LINES_MAX = 5_000
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Nobody mixes up its characters when reading them out."""
CODE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class StatementData:
    """What stands on a statement. Amounts are decimal text; lines in the order of booking."""

    account: str
    currency: str
    from_on: str
    to_on: str
    opening: str
    closing: str
    debits: str
    credits: str
    lines: tuple[dict[str, Any], ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 over the data in one fixed writing."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Issued:
    """A statement handed out. genuine: whether the books still give what was handed out."""

    code: str
    data: StatementData
    digest: bytes
    genuine: bool


async def issue_statement(
    uow: UnitOfWork,
    clock: Clock,
    *,
    account: CustomerAccount,
    from_on: date,
    to_on: date,
    by: str,
    case_id: int,
) -> Issued:
    """Make and record a statement of the entries booked from one day to another, both included. Refuses
    ``statement_period_reversed``, ``statement_period_future`` and ``statement_too_long``."""
    today = (await uow.head()).business_date
    if to_on < from_on:
        raise refuse("statement_period_reversed", "to")
    if to_on > today:
        raise refuse("statement_period_future", "to", today=today.isoformat())
    span = await uow.conn.fetchrow(Q.positions_between, account.id, from_on, to_on)
    assert span is not None
    first, last = span["before"] + 1, span["last"]
    if last - first >= LINES_MAX:
        raise refuse("statement_too_long", "from", most=LINES_MAX)
    data = await _data(uow.conn, account, from_on, to_on, first, last)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    await uow.conn.execute(
        Q.insert_statement, code, account.id, from_on, to_on, first, last, data.digest, clock.now(), by, case_id
    )  # fmt: skip
    return Issued(code, data, data.digest, genuine=True)


async def statement_by_code(conn: PoolConnection, code: str) -> Issued:
    """A statement as the books give it now. Refuses ``statement_unknown``."""
    row = await conn.fetchrow(Q.statement_by_code, code) if code.isascii() and code.isalnum() else None
    if row is None:
        raise refuse("statement_unknown", "code")
    account = CustomerAccount(row["account_id"], row["number"], row["branch_id"], row["currency"])
    data = await _data(
        conn, account, row["from_on"], row["to_on"], row["first_position"], row["last_position"]
    )
    return Issued(code, data, row["digest"], genuine=data.digest == row["digest"])


async def _data(
    conn: PoolConnection, account: CustomerAccount, from_on: date, to_on: date, first: int, last: int
) -> StatementData:
    rows = await conn.fetch(Q.statement_lines, account.id, first, last)
    opening: int = await conn.fetchval(Q.balance_at, account.id, first - 1) or 0

    def show(minor: int) -> str:
        return format_minor(minor, account.currency)

    lines = tuple(
        {
            "position": r["position"], "date": r["booking_date"].isoformat(), "code": r["code"],
            "side": "debit" if r["debit"] else "credit", "amount": show(r["amount"]),
            "balance": show(r["balance_after"]), "journal": r["journal_id"], "memo": r["memo"],
        }
        for r in rows
    )  # fmt: skip
    debits, credits = (sum(r["amount"] for r in rows if r["debit"] is side) for side in (True, False))
    closing = rows[-1]["balance_after"] if rows else opening
    return StatementData(
        account.number, account.currency, from_on.isoformat(), to_on.isoformat(), show(opening), show(closing),
        show(debits), show(credits), lines,
    )  # fmt: skip
