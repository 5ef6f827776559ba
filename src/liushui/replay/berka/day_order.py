"""Finding an account's balance at the end of a day.

The source gives a balance after each record, in the order in which that bank booked, but lists the records of a
day in another order, and rounds amounts and balances to 0.10 separately. The order is the one in which every
balance follows from the one before; its last balance is the day's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liushui.replay.berka.files import Transaction

TOLERANCE = 20
"""Hellers by which a balance may miss the sum of its predecessor and the amount: 0.05 of rounding in each of
the three, and the source's own slips beside it."""
SEARCH_MAX = 10
"""Days with more records than this are not searched: their closing is the balance nearest to the sum."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """An account's records of one day in booking order. chained: whether such an order was found; otherwise
    ``closing`` is the balance nearest to opening plus amounts, and the order is the file's."""

    ordered: tuple[Transaction, ...]
    closing: int
    chained: bool


def plan_day(opening: int, records: Sequence[Transaction]) -> DayPlan:
    """Order the records; opening: the balance before the day, in hellers. Where several orders chain, the one
    whose last balance is nearest to opening plus amounts is taken."""
    expected = opening + sum(record.signed for record in records)
    found: list[tuple[Transaction, ...]] = []
    if len(records) <= SEARCH_MAX:
        _search(opening, (), tuple(records), found, set())
    if found:
        best = min(found, key=lambda order: abs(order[-1].balance - expected))
        return DayPlan(best, best[-1].balance, chained=True)
    last = min(records, key=lambda record: abs(record.balance - expected))
    return DayPlan(tuple(records), last.balance, chained=False)


def _search(
    balance: int, done: tuple[Transaction, ...], rest: tuple[Transaction, ...],
    found: list[tuple[Transaction, ...]], seen: set[tuple[int, frozenset[int]]],
) -> None:  # fmt: skip
    """Depth first; a state (last balance, what is left) is entered once."""
    if not rest:
        found.append(done)
        return
    state = (balance, frozenset(record.id for record in rest))
    if state in seen:
        return
    seen.add(state)
    for index, record in enumerate(rest):
        if abs(balance + record.signed - record.balance) <= TOLERANCE:
            _search(record.balance, (*done, record), rest[:index] + rest[index + 1 :], found, seen)
