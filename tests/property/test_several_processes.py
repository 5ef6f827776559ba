"""Three programs post at once over the same accounts, each with a group commit of its own, partly under the same keys.
Meanwhile somebody looks: at no moment is a fen missing. Afterwards the books hold what was answered, once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from tests.books import Books, books, pay

TELLERS = 3
SUMS = """SELECT a.currency, sum(b.debits_posted - b.credits_posted)::bigint AS counters,
       sum(b.debits_pending - b.credits_pending)::bigint AS reserved
FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id GROUP BY a.currency"""
ENTRIES = "SELECT coalesce(sum(CASE WHEN debit THEN amount ELSE -amount END), 0)::bigint FROM entry"
NUMBERS = "SELECT (SELECT count(*) FROM journal), (SELECT last_journal_id FROM commit_head)"


def start(dsn: str, teller: int, accounts: dict[str, int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.property.teller", dsn, str(teller), json.dumps(accounts)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def hear(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Let one begin, and hear it to its end."""
    said, _ = process.communicate("begin\n", timeout=60)
    assert process.returncode == 0, said
    return [json.loads(line) for line in said.splitlines()]


async def watch(b: Books, over: asyncio.Event) -> int:
    """Look at single moments until everybody is done; return how often."""
    looks = 0
    while not over.is_set():
        async with b.db.read() as conn:
            for row in await conn.fetch(SUMS):
                assert (row["counters"], row["reserved"]) == (0, 0), "money was made or lost"
            assert await conn.fetchval(ENTRIES) == 0
            journals, numbered = await conn.fetchrow(NUMBERS)
            assert journals == numbered
        looks += 1
        await asyncio.sleep(0.005)
    return looks


def check_answers(answers: list[dict[str, Any]], journals: dict[str, int]) -> None:
    """Every key says one journal to whoever asks, and only the first was not a repetition."""
    of_key: defaultdict[str, set[int]] = defaultdict(set)
    first: Counter[str] = Counter()
    for answer in answers:
        if "journal" in answer:
            of_key[answer["key"]].add(answer["journal"])
            first[answer["key"]] += not answer["replayed"]
    assert {key: {number} for key, number in journals.items()} == dict(of_key)  # a refusal leaves no trace
    assert set(first.values()) == {1}


def test_several_programs_post_at_once(dsn: str) -> None:
    async def story() -> list[dict[str, Any]]:
        async with books(dsn) as b:
            accounts = {name: b[name] for name in ("alice", "bob", "carol", "cash2")}
            funded = [await b.ledger.submit(pay(b["cash1"], b[n], 300)) for n in ("alice", "bob", "carol")]
            processes = [start(dsn, number, accounts) for number in range(TELLERS)]
            try:
                for process in processes:
                    assert process.stdout is not None
                    assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
                over = asyncio.Event()
                watching = asyncio.create_task(watch(b, over))
                heard = await asyncio.gather(*(asyncio.to_thread(hear, process) for process in processes))
                over.set()
                assert await watching > 20
            finally:
                for process in processes:
                    process.kill()
                    process.wait()
            answers = [answer for one in heard for answer in one]
            async with b.db.read() as conn:
                rows = await conn.fetch(
                    "SELECT idempotency_key, id FROM journal WHERE operator = 'T0001' AND id > 3"
                )
                balances = await conn.fetch(
                    "SELECT account_id, debits_posted - credits_posted FROM ledger_balance"
                )
            check_answers(answers, {row[0]: row[1] for row in rows})
            expected = dict.fromkeys(b.ids.values(), 0)
            booked = [tuple(entry)[:3] for one in funded for entry in one.entries]
            booked += [
                entry for answer in answers if not answer.get("replayed", True) for entry in answer["booked"]
            ]
            for account, debit, amount in booked:
                expected[account] += amount if debit else -amount
            assert dict(balances) == expected
            assert await b.differences() == []
            return answers

    codes = Counter(answer.get("code", "posted") for answer in asyncio.run(story()))
    # It was worth while: money ran out, keys met keys, and one reversal was quicker than the other.
    assert codes["posted"] > 300, codes
    for code in ("insufficient_funds", "key_reused", "journal_already_reversed"):
        assert codes[code] > 0, codes
