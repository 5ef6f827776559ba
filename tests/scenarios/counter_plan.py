"""What happens at the counters in the simulated year, and what then lies in every till and vault: plain dictionaries, made of the
seed alone and never of the bank's books. Amounts in fen, notes by face in fen."""

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
WALK_INS = 6
"""People who come to the counter and do nothing else all year."""
FIRST_MINOR = 2_000_000


class Counters(NamedTuple):
    """A teller with a till, and the branch's vault."""

    teller: str
    branch: int
    till: str
    vault: str
    weekdays: tuple[int, ...]


COUNTERS = (
    Counters("T0001", 1, "0001-T01", "0001-V", (1,)),
    Counters("T0003", 1, "0001-T02", "0001-V", (4,)),
    Counters("T0002", 2, "0002-T01", "0002-V", (2,)),
)


class Visit(NamedTuple):
    """Something at a counter. what: sign_in, deposit, withdraw, fetch (vault to till), bring (till to vault), refuse (fetch, and
    the teller counts otherwise), close. who: the walk-in. notes: as counted; other: change handed back, a first count that
    was wrong, or what the books still expect when the till is closed."""

    what: str
    at: Counters
    notes: Notes
    who: int = 0
    minor: int = 0
    other: Notes | None = None
    finding: str = ""


def worth(notes: Notes) -> int:
    return sum(face * pieces for face, pieces in notes.items())


def there(notes: Notes) -> Notes:
    return {face: pieces for face, pieces in sorted(notes.items(), reverse=True) if pieces}


class Reckoning:
    """Pieces by face in every place, and fen on every walk-in's account, interest aside."""

    def __init__(self) -> None:
        tills = {one.till: Counter(TILL) for one in COUNTERS}
        self.places: dict[str, Counter[int]] = tills | {v: Counter(n) for v, n in VAULTS.items()}
        self.accounts = [FIRST_MINOR] * WALK_INS
        self.seen: Counter[str] = Counter()
        """How often what has happened."""
        self.unexplained = 0
        """What has been found over and short, and kept or written off: overages positive."""

    def day(self, seed: str, day: date) -> Iterator[Visit]:
        """What happens on a day, and when it has all been asked for, what has become of it."""
        for at in COUNTERS:
            if day.weekday() in at.weekdays:
                yield from self._session(random.Random(f"{seed}:{at.teller}:{day}"), at)

    def _session(self, chance: random.Random, at: Counters) -> Iterator[Visit]:
        till = self.places[at.till]
        first = there(till)
        if chance.random() < 0.2:
            self.seen["recounted"] += 1
            first[10_000] += 1
        yield Visit("sign_in", at, there(till), other=first)
        if till[10_000] < 120 or chance.random() < 0.1:
            yield self._fetch(chance, at)
        for _ in range(chance.randint(1, 2)):
            yield self._deposit(chance, at)
        if chance.random() < 0.5:
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

    def _fetch(self, chance: random.Random, at: Counters) -> Visit:
        notes = {10_000: 100 * chance.randint(1, 2)}
        if chance.random() < 0.3:
            self.seen["refused"] += 1
            return Visit("refuse", at, notes, other={10_000: notes[10_000] - 1})
        self._move(at.vault, at.till, notes)
        self.seen["fetched"] += 1
        return Visit("fetch", at, notes)

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
        return Visit("deposit", at, notes, who, minor, change or None)

    def _withdrawal(self, chance: random.Random, at: Counters) -> Visit:
        who = max(range(WALK_INS), key=lambda one: (self.accounts[one], chance.random()))
        till, notes = self.places[at.till], Counter[int]()
        for face in chance.sample([face for face, pieces in sorted(till.items()) if pieces > 8], 4):
            notes[face] = chance.randint(1, 8)
        minor = worth(notes)
        till.subtract(notes)
        self.accounts[who] -= minor
        self.seen["withdrawn"] += 1
        return Visit("withdraw", at, there(notes), who, minor)

    def _close(self, chance: random.Random, at: Counters) -> Visit:
        """Now and then a note too many or too few lies in the drawer. Whoever is found to have it, or to lack it, is set
        right on the account; otherwise it is the bank's."""
        till = self.places[at.till]
        book = there(till)
        if chance.random() > 0.15:
            return Visit("close", at, book, other=book)
        face = chance.choice([10_000, 5_000, 1_000])
        pieces = chance.choice([1, -1])
        till[face] += pieces
        minor, who = face * pieces, chance.randrange(WALK_INS)
        finding = chance.choice(["customer", "unexplained"])
        self.seen["over" if minor > 0 else "short"] += 1
        self.seen[finding] += 1
        if finding == "customer":
            self.accounts[who] += minor
        else:
            self.unexplained += minor
        return Visit("close", at, there(till), who, minor, book, finding)


def reckoned(seed: str, first: date, until: date) -> Reckoning:
    """What lies where, and who has what, when a year has passed."""
    reckoning = Reckoning()
    day = first
    while day <= until:
        for _ in reckoning.day(seed, day):
            continue
        day += timedelta(days=1)
    return reckoning
