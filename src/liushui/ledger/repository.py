"""Rows to model and back: what the planner must know of a set of requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from asyncpg import Record

from liushui.kernel.text import is_text
from liushui.ledger.account import Account
from liushui.ledger.model import (
    Capture,
    Entry,
    Expire,
    Hold,
    Kind,
    Line,
    Post,
    Posted,
    Request,
    Reverse,
    Void,
)
from liushui.ledger.planner import HoldState, Original, WorkingSet
from liushui.store.database import PoolConnection
from liushui.store.queries import Queries

Q = Queries("liushui.ledger")
ID_MAX = 2**63 - 1


async def load(conn: PoolConnection, known: WorkingSet, requests: Collection[Request]) -> None:
    """Complete the working set for these requests, in a fixed number of statements however many they are."""
    hold_ids = {r.hold_id for r in requests if isinstance(r, Capture | Void | Expire)} - known.holds.keys()
    if hold_ids:
        known.holds.update(await load_holds(conn, _storable_ids(hold_ids)))
    journal_ids = {r.journal_id for r in requests if isinstance(r, Reverse)} - known.originals.keys()
    if journal_ids:
        known.originals.update(await _load_originals(conn, _storable_ids(journal_ids)))
    missing = {id for r in requests for id in account_ids(known, r)} - known.accounts.keys()
    await load_accounts(conn, known, missing)
    places = {place for r in requests for place in _places(known, r)} - known.inter_branch.keys()
    if places:
        rows = await conn.fetch(Q.load_inter_branch, [p[0] for p in places], [p[1] for p in places])
        found = {(row["branch_id"], row["currency"]): row["account_id"] for row in rows}
        await load_accounts(conn, known, set(found.values()) - known.accounts.keys())
        known.inter_branch.update(found)


async def load_accounts(conn: PoolConnection, known: WorkingSet, ids: Collection[int]) -> None:
    """Add accounts to the working set. What is known already, and perhaps changed in memory, stays."""
    if wanted := _storable_ids(ids):
        for row in await conn.fetch(Q.load_accounts, wanted):
            known.accounts.setdefault(row[0], Account(*row))


def _storable_ids(ids: Collection[int]) -> list[int]:
    """Without what no column can hold: it is as unknown as any other number that is not there."""
    return sorted(id for id in ids if 0 < id <= ID_MAX)


def is_known(known: WorkingSet, request: Request) -> bool:
    """Whether a plain posting or hold can be planned without asking the database."""
    if not isinstance(request, Post | Hold):
        return False
    accounts = known.accounts
    places: set[tuple[int, str]] = set()
    for line in request.lines:
        account = accounts.get(line.account_id)
        if account is None:
            return False
        places.add((account.branch_id, account.currency))
    return len(places) < 2 or all(place in known.inter_branch for place in places)


def account_ids(known: WorkingSet, request: Request) -> Iterable[int]:
    """The accounts that the request names itself or through a hold or an original."""
    if isinstance(request, Post | Hold):
        return (line.account_id for line in request.lines)
    lines: tuple[Line, ...] = ()
    if isinstance(request, Reverse) and request.journal_id in known.originals:
        lines = known.originals[request.journal_id].lines
    elif isinstance(request, Capture | Void | Expire) and request.hold_id in known.holds:
        lines = known.holds[request.hold_id].lines
        if isinstance(request, Capture) and request.lines is not None:
            lines += request.lines
    return (line.account_id for line in lines)


def _places(known: WorkingSet, request: Request) -> set[tuple[int, str]]:
    """The branches and currencies that need an inter-branch account, where there is more than one."""
    accounts = (known.accounts.get(id) for id in account_ids(known, request))
    places = {(a.branch_id, a.currency) for a in accounts if a is not None}
    return places if len(places) > 1 else set()


async def load_holds(conn: PoolConnection, ids: list[int]) -> dict[int, HoldState]:
    """Holds by number; those that do not exist are missing."""
    holds: dict[int, HoldState] = {}
    for row in await conn.fetch(Q.load_hold_lines, ids):
        line = Line(row["account_id"], row["debit"], row["amount"])
        before = holds[row["journal_id"]].lines if row["journal_id"] in holds else ()
        holds[row["journal_id"]] = HoldState((*before, line), row["expires_at"], row["resolved"])
    return holds


async def _load_originals(conn: PoolConnection, ids: list[int]) -> dict[int, Original]:
    originals: dict[int, Original] = {}
    for row in await conn.fetch(Q.load_originals, ids):
        lines = originals[row["id"]].lines if row["id"] in originals else ()
        if row["account_id"] is not None:
            lines = (*lines, Line(row["account_id"], row["debit"], row["amount"]))
        originals[row["id"]] = Original(Kind(row["kind"]), lines, row["reversed"])
    return originals


First = tuple[bytes, Posted] | None
"""What a key has been used for: the digest of the request that made a journal, and its answer; None: another write."""


async def first_answers(conn: PoolConnection, requests: Collection[Request]) -> dict[str, First]:
    """Every key that is known, with what it was used for first."""
    keys = await conn.fetch(Q.find_keys, [r.header.key for r in requests if is_text(r.header.key)])
    if not keys:
        return {}
    journals = [row["id"] for row in keys if row["id"] is not None]
    answers = answers_from(await conn.fetch(Q.load_journals, journals)) if journals else {}
    return {
        row["idempotency_key"]: None if row["id"] is None else (row["digest"], answers[row["id"]])
        for row in keys
    }


def answers_from(rows: Iterable[Record]) -> dict[int, Posted]:
    """Journals with their entries, by id, marked as replayed."""
    answers: dict[int, Posted] = {}
    for row in rows:
        before = answers.get(row["id"])
        entries = before.entries if before else ()
        if row["account_id"] is not None:
            entry = Entry(
                row["account_id"], row["debit"], row["amount"], row["position"], row["balance_after"]
            )
            entries = (*entries, entry)
        answers[row["id"]] = Posted(
            row["id"], Kind(row["kind"]), row["booking_date"], row["value_date"], row["recorded_at"], entries,
            replayed=True,
        )  # fmt: skip
    return answers
