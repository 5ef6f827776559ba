"""What the bank has in its places and on its accounts of differences, held against the plan's dictionaries."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Protocol

from tests.scenarios.counter_plan import Reckoning, there, worth

PLACES = """
SELECT p.code, b.debits_posted - b.credits_posted AS book, coalesce((SELECT json_object_agg(s.face, s.pieces)::text
       FROM cash_stock s WHERE s.place_id = p.id AND s.pieces <> 0), '{}') AS notes
FROM cash_place p JOIN ledger_balance b ON b.account_id = p.account_id
"""
DIFFERENCES = """
SELECT r.code, i.role, abs(b.debits_posted - b.credits_posted) AS minor
FROM internal_account i JOIN ledger_balance b ON b.account_id = i.account_id JOIN branch r ON r.id = i.branch_id
WHERE i.role IN ('cash_overage', 'cash_shortage', 'overage_income', 'shortage_expense')
"""
WALK_INS = """
SELECT a.number, sum(CASE WHEN e.debit THEN -e.amount ELSE e.amount END)::bigint AS minor
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
WHERE a.number = ANY ($1) AND j.code <> 'INT02' GROUP BY a.number
"""
UNTRACED = """
SELECT found_by, kind, sum(amount)::bigint FROM cash_difference WHERE outcome IS NULL GROUP BY found_by, kind
"""
DAYS = "SELECT DISTINCT business_date FROM cash_movement WHERE business_date <> $1"


class Reads(Protocol):
    async def fetch(self, query: str, *args: Any) -> list[Any]: ...


async def check_counters(conn: Reads, reckoning: Reckoning, numbers: list[str], founded: date) -> None:
    """Faces and book of every place, what every walk-in has, interest aside, what is over and short, kept and written off,
    and the days on which cash has moved. numbers: the walk-ins' accounts."""
    places = {row["code"]: (row["book"], json.loads(row["notes"])) for row in await conn.fetch(PLACES)}
    for code, found in places.items():
        notes = there(reckoning.places.get(code, {}))
        assert found == (worth(notes), {str(face): pieces for face, pieces in notes.items()}), code
    assert reckoning.places.keys() < places.keys()
    assert {"0001-X", "0002-X"} < places.keys()
    found = {
        (row["code"], row["role"]): row["minor"] for row in await conn.fetch(DIFFERENCES) if row["minor"]
    }
    assert found == {where: minor for where, minor in reckoning.differences.items() if minor}
    accounts = {row["number"]: row["minor"] for row in await conn.fetch(WALK_INS, numbers)}
    assert [accounts[number] for number in numbers] == reckoning.accounts
    untraced = {tuple(row) for row in await conn.fetch(UNTRACED)}
    assert untraced == {
        (teller, "over" if visit.minor > 0 else "short", abs(visit.minor))
        for teller, visit in reckoning.untraced.items()
    }
    assert {row["business_date"] for row in await conn.fetch(DAYS, founded)} == reckoning.open_days
