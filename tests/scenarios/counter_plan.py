"""What happens at the counters in the simulated year, and what then lies in every till and vault: plain dictionaries, made of the
seed alone and never of the bank's books. Amounts in fen, notes by face in fen.

A case of people costs some twenty questions to the database, so a teller has one day in two weeks and two or three customers
on it: some seventy tills opened and closed in the year, and no more.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

Notes = dict[int, int]
TILL: Notes = {
    10_000: 200,
    5_000: 100,
    2_000: 100,
    1_000: 100,
    500: 100,
    100: 100,
    50: 100,
    10: 100,
    5: 40,
    2: 40,
    1: 40,
}
# 500,000.00 and the demo's first deposits, less three tills at the head office and one at the branch: 434,010.90 and 471,636.80.
VAULTS: dict[str, Notes] = {
    "0001-V": {10_000: 4_340, 1_000: 1, 50: 1, 20: 2},
    "0002-V": {10_000: 4_716, 2_000: 1, 1_000: 1, 500: 1, 100: 1, 50: 1, 20: 1, 10: 1},
}
KEEPS_MOST = 30_000_000
"""What a till may keep, by the house's rule."""
HOLIDAYS = frozenset(
    {"01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04", "05-05", "06-19",
     "09-25", "10-01", "10-02", "10-05", "10-06", "10-07"}
)  # fmt: skip
"""Weekdays of 2026 on which no counter is open, and New Year's Day after it: by a printed calendar."""
WALK_INS = 6
"""People who come to the counter and do nothing else all year."""
FIRST_MINOR = 2_000_000


class Counters(NamedTuple):
    """A teller with a till, and the branch's vault. branch: its code. weekday: on which the teller works, Monday being 0, in
    odd or even weeks of the year."""

    teller: str
    branch: str
    till: str
    vault: str
    weekday: int
    odd: bool

    def works(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and day.isocalendar().week % 2 == self.odd
            and f"{day:%m-%d}" not in HOLIDAYS
        )


COUNTERS = (
    Counters("T0001", "0001", "0001-T01", "0001-V", 1, odd=False),
    Counters("T0003", "0001", "0001-T02", "0001-V", 4, odd=True),
    Counters("T0002", "0002", "0002-T01", "0002-V", 2, odd=True),
)


class Visit(NamedTuple):
    """Something at a counter. what: sign_in, away (and back), deposit, withdraw, fetch (vault to till), bring (till to vault),
    refuse (fetch, and the teller counts otherwise), too_much (fetch, above what the till may keep), close, trace (what the
    last close has found). who: the walk-in. notes: as counted; other: change handed back, a first count that was wrong, or
    what the books still expect when the till is closed. over: by how much the till is then above what it may keep.
    finding: whose the difference is; later: it is only found out when the teller is there again."""

    what: str
    at: Counters
    notes: Notes
    who: int = 0
    minor: int = 0
    other: Notes | None = None
    over: int = 0
    finding: str = ""
    later: bool = False


def worth(notes: Notes) -> int:
    return sum(face * pieces for face, pieces in notes.items())


def there(notes: Notes) -> Notes:
    return {face: pieces for face, pieces in sorted(notes.items(), reverse=True) if pieces}


class Reckoning:
    """Pieces by face in every place, fen on every walk-in's account, interest aside, and fen of differences."""

    def __init__(self) -> None:
        tills = {one.till: Counter(TILL) for one in COUNTERS} | {"0001-T03": Counter(TILL)}
        self.places: dict[str, Counter[int]] = tills | {v: Counter(n) for v, n in VAULTS.items()}
        self.accounts = [FIRST_MINOR] * WALK_INS
        self.untraced: dict[str, Visit] = {}
        """Teller to the close whose difference nobody has found out yet."""
        self.differences: Counter[tuple[str, str]] = Counter()
        """By branch and account: overages and shortages not traced, and since New Year those kept and written off."""
        self.seen: Counter[str] = Counter()
        """How often what has happened."""
        self.open_days: set[date] = set()

    def day(self, seed: str, day: date) -> Iterator[Visit]:
        """What happens on a day, and when it has all been asked for, what has become of it."""
        self.begin(day)
        for at in COUNTERS:
            if at.works(day):
                self.open_days.add(day)
                yield from self._session(random.Random(f"{seed}:{at.teller}:{day}"), at, day)

    def begin(self, day: date) -> None:
        """On New Year's Day, what was kept and written off in the old year has been carried to equity."""
        for branch, account in list(self.differences):
            if (day.month, day.day) == (1, 1) and account in ("overage_income", "shortage_expense"):
                del self.differences[branch, account]

    def _session(self, chance: random.Random, at: Counters, day: date) -> Iterator[Visit]:
        till = self.places[at.till]
        first = there(till)
        if chance.random() < 0.2:
            self.seen["recounted"] += 1
            first[10_000] += 1
        yield Visit("sign_in", at, there(till), other=first)
        if at.teller in self.untraced:
            yield self._trace(at)
        full = at.teller == "T0001" and day.day <= 14
        if full:
            yield from self._fill(at)
        elif till[10_000] < 120 or chance.random() < 0.2:
            yield self._fetch(chance, at)
        for _ in range(chance.randint(1, 2)):
            yield self._deposit(chance, at)
        if chance.random() < 0.3:
            self.seen["away"] += 1
            yield Visit("away", at, {})
        if full or chance.random() < 0.5:
            yield self._withdrawal(chance, at)
        if till[10_000] > 260:
            notes = {10_000: till[10_000] - 200}
            self._move(at.till, at.vault, notes)
            self.seen["brought"] += 1
            yield Visit("bring", at, notes)
        yield self._close(chance, at)

    def _move(self, giver: str, receiver: str, notes: Notes) -> None:
        self.places[giver].subtract(notes)
        self.places[receiver].update(notes)
        assert min(self.places[giver].values()) >= 0, "the plan moves what is not there"

    def _fill(self, at: Counters) -> Iterator[Visit]:
        """Most months a till is filled up to what it may keep, and not above. More is refused whenever it is asked for, again
        after a kill too."""
        yield Visit("too_much", at, {10_000: KEEPS_MOST // 10_000})
        notes = {10_000: (KEEPS_MOST - worth(self.places[at.till])) // 10_000}
        self._move(at.vault, at.till, notes)
        self.seen["filled"] += 1
        yield Visit("fetch", at, notes)

    def _fetch(self, chance: random.Random, at: Counters) -> Visit:
        notes = {10_000: 100 * chance.randint(1, 2)}
        if chance.random() < 0.3:
            self.seen["refused"] += 1
            return Visit("refuse", at, notes, other={10_000: notes[10_000] - 1})
        self._move(at.vault, at.till, notes)
        self.seen["fetched"] += 1
        return Visit("fetch", at, notes)

    def _over(self, at: Counters) -> int:
        over = max(worth(self.places[at.till]) - KEEPS_MOST, 0)
        self.seen["over_limit"] += over > 0
        return over

    def _deposit(self, chance: random.Random, at: Counters) -> Visit:
        notes = {face: chance.randint(1, 8) for face in chance.sample(sorted(TILL), 4)}
        change: Notes = {}
        if chance.random() < 0.3:
            till = self.places[at.till]
            change[chance.choice([f for f in (50, 10, 5, 2, 1) if till[f] and f not in notes])] = 1
        if worth(notes) <= worth(change):
            notes[10_000] = notes.get(10_000, 0) + 1
        who = chance.randrange(WALK_INS)
        minor = worth(notes) - worth(change)
        self.places[at.till].update(notes)
        self.places[at.till].subtract(change)
        self.accounts[who] += minor
        self.seen["deposited"] += 1
        return Visit("deposit", at, notes, who, minor, change or None, self._over(at))

    def _withdrawal(self, chance: random.Random, at: Counters) -> Visit:
        who = max(range(WALK_INS), key=lambda one: (self.accounts[one], chance.random()))
        till, notes = self.places[at.till], Counter[int]()
        for face in chance.sample([face for face, pieces in sorted(till.items()) if pieces > 8], 4):
            notes[face] = chance.randint(1, 8)
        minor = worth(notes)
        till.subtract(notes)
        self.accounts[who] -= minor
        self.seen["withdrawn"] += 1
        return Visit("withdraw", at, there(notes), who, minor, over=self._over(at))

    def _close(self, chance: random.Random, at: Counters) -> Visit:
        """Now and then a note too many or too few lies in the drawer, which stands on an account of differences until it is
        found out, at once or the next time. Whoever has it, or lacks it, is set right; otherwise it is the bank's."""
        till = self.places[at.till]
        book = there(till)
        if chance.random() > 0.25:
            return Visit("close", at, book, other=book)
        face = chance.choice([10_000, 5_000, 1_000])
        pieces = chance.choice([1, -1])
        till[face] += pieces
        self.seen["over" if pieces > 0 else "short"] += 1
        visit = Visit(
            "close", at, there(till), chance.randrange(WALK_INS), face * pieces, book,
            finding=chance.choice(["customer", "unexplained"]), later=chance.random() < 0.5,
        )  # fmt: skip
        self.differences[at.branch, "cash_overage" if pieces > 0 else "cash_shortage"] += face
        self.untraced[at.teller] = visit
        if visit.later:
            self.seen["later"] += 1
        else:
            self._trace(at)
        return visit

    def _trace(self, at: Counters) -> Visit:
        visit = self.untraced.pop(at.teller)
        over = visit.minor > 0
        self.differences[at.branch, "cash_overage" if over else "cash_shortage"] -= abs(visit.minor)
        self.seen[visit.finding] += 1
        if visit.finding == "customer":
            self.accounts[visit.who] += visit.minor
        else:
            self.differences[at.branch, "overage_income" if over else "shortage_expense"] += abs(visit.minor)
        return visit._replace(what="trace")


def reckoned(seed: str, first: date, until: date) -> Reckoning:
    """What lies where, and who has what, when a year has passed."""
    reckoning = Reckoning()
    day = first
    while day <= until:
        for _ in reckoning.day(seed, day):
            continue
        day += timedelta(days=1)
    return reckoning
