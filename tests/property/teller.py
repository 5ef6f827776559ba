"""One of several programs that post at once: ``python -m tests.property.teller DSN NUMBER ACCOUNTS``.

Says "ready", waits for a line, then asks everything of the common pool in an order of its own, some at a time, and
prints what it was told: one JSON line per answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import timedelta

from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused
from liushui.ledger import Capture, Header, Hold, Ledger, Line, Post, Posted, Request, Reverse, Void
from liushui.store.database import Database

COMMON = 240
"""So many keys are asked for by every program."""
AT_ONCE = 12


def header(key: str) -> Header:
    return Header(key=key, code="TST01", branch_id=1, operator="T0001", channel="test")


def common(number: int, teller: int, accounts: dict[str, int]) -> Post:
    """What key ``number`` asks for: of every program the same, but for every eighth, where each wants its own."""
    chance = random.Random(number)
    payer, payee = chance.sample(sorted(accounts.values()), 2)
    amount = chance.randint(1, 120) + (teller if number % 8 == 0 else 0)
    return Post(header(f"common:{number}"), (Line(payer, True, amount), Line(payee, False, amount)))


def own(number: int, teller: int, accounts: dict[str, int]) -> Hold:
    chance = random.Random(number * 10 + teller)
    payer, payee = chance.sample(sorted(accounts.values()), 2)
    lines = (Line(payer, True, chance.randint(1, 60)),)
    lines += (Line(payee, False, lines[0].amount),)
    return Hold(header(f"own:{teller}:{number}"), lines, SystemClock().now() + timedelta(hours=1))


def follow_up(asked: Request, answer: Posted, teller: int) -> Request | None:
    """What becomes of it: a hold is captured or voided, a payment now and then reversed, by whoever is first."""
    if isinstance(asked, Hold):
        key = header(f"{asked.header.key}:end")
        return Capture(key, answer.journal_id) if answer.journal_id % 2 else Void(key, answer.journal_id)
    if isinstance(asked, Post) and asked.lines[0].amount % 7 == 0:
        return Reverse(header(f"reversal:{answer.journal_id}:{teller % 2}"), answer.journal_id)
    return None


def told(asked: Request, answer: Posted | Refused) -> str:
    if isinstance(answer, Refused):
        return json.dumps({"key": asked.header.key, "code": answer.code})
    booked = [(entry.account_id, entry.debit, entry.amount) for entry in answer.entries]
    said = {"journal": answer.journal_id, "replayed": answer.replayed, "booked": booked}
    return json.dumps({"key": asked.header.key} | said)


async def work(dsn: str, teller: int, accounts: dict[str, int]) -> None:
    db = await Database.connect(dsn, pool_size=3)
    ledger = Ledger(db, SystemClock())
    ledger.start()
    asked: list[Request] = [common(number, teller, accounts) for number in range(COMMON)]
    asked += [own(number, teller, accounts) for number in range(COMMON // 4)]
    random.Random(teller).shuffle(asked)
    print("ready", flush=True)
    sys.stdin.readline()
    while asked:
        now, asked = asked[:AT_ONCE], asked[AT_ONCE:]
        answers = await ledger.submit_all(now)
        for request, answer in zip(now, answers, strict=True):
            print(told(request, answer))
            if isinstance(answer, Posted) and (more := follow_up(request, answer, teller)) is not None:
                asked.append(more)
    await ledger.close()
    await db.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])))
