"""What the open API refuses is counted: once, by kind, with nothing of who asked or for what."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from liushui.channels.open_api.access import ACCESS
from liushui.demo import demo_data
from liushui.kernel.errors import Refused
from liushui.reporting import Refusal, RefusalCounts
from liushui.reporting.refusals import KEPT_FOR, OTHER
from liushui.store.database import Database
from tests.integration.test_machines import identify, register
from tests.integration.test_open_api import CASES, MONEY, Client, api, demo_customer
from tests.online import LIS, PIN, WANGS, ZHANGS, Online
from tests.online import run as run_online
from tests.procedures import MONDAY_TEN
from tests.processes.transfers import second_account

Row = tuple[str, str | None, str | None, str, str | None, bool, str, int]
NOON = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
START = "POST /v1/processes/{process}/cases"
LOG_IN = "POST /v1/sessions"


async def kept(dsn: str) -> list[Row]:
    """Everything that has been counted, over all hours, without the moments."""
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        """SELECT r.visitor, r.channel, b.code AS branch, r.operation, r.process, r.case_left, r.code, sum(r.refused)::bigint AS n
        FROM refusal_count r LEFT JOIN branch b ON b.id = r.branch_id GROUP BY 1, 2, 3, 4, 5, 6, 7"""
    )
    await conn.close()
    return sorted((tuple(row) for row in rows), key=str)  # type: ignore[arg-type]


async def everything_refused(c: Client) -> list[Row]:
    """One of each; returns what must be counted, as the story knows it."""
    payer, payee, _ = await c.accounts()
    expected: Counter[Row] = Counter()

    async def refused(
        answer: httpx.Response, code: str, operation: str, visitor: str = "staff", branch: str | None = "0001",
        channel: str | None = "counter", process: str | None = None, case_left: bool = False,
    ) -> None:  # fmt: skip
        assert answer.json()["code"] == code, answer.text
        expected[visitor, channel, branch, operation, process, case_left, code, 0] += 1

    nobody: dict[str, Any] = {"visitor": "nobody", "branch": None, "channel": None}
    # A wrong form at the start of a case, an unknown process, one that this role does not start.
    form = {"account": payer, "amount": "-5", "denominations": {}}
    begun = await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})
    await refused(begun, begun.json()["code"], START, process="cash_deposit")
    assert begun.status_code == 422
    made_up = await c.call("POST", f"{CASES}/zhang_wei_13912345678/cases", json={"form": {}})
    await refused(made_up, "process_unknown", START)
    not_theirs = await c.call("POST", f"{CASES}/cash_deposit/cases", "D0001", json={"form": form})
    await refused(not_theirs, "process_start_denied", START, process="cash_deposit")
    nothing = await c.call("POST", f"{CASES}/%00/cases", json={"form": {}})
    await refused(nothing, "field_malformed", START)
    # A body that is none: the framework reads it before it asks who sends it.
    broken = await c.call(
        "POST", f"{CASES}/cash_deposit/cases", content=b"{", headers={"Content-Type": "application/json"}
    )
    await refused(broken, "field_malformed", START, **nobody)
    # A right that is missing, at a plain route and in the lane; a session that is.
    for _ in range(2):
        await refused(
            await c.call("GET", f"/v1/accounts/{payer}", "D0001"), "permission_missing", "GET /v1/accounts/{account}"
        )  # fmt: skip
    good = {"payer": payer, "payee": payee, "amount": "1.00", "memo": "给赵敏的房租"}
    await refused(
        await c.call("POST", MONEY, "A0001", json=good),
        "permission_missing",
        f"POST {MONEY}",
        process="transfer",
    )
    await refused(await c.call("POST", MONEY, None, json=good), "session_unknown", f"POST {MONEY}", **nobody)
    # The lane: a form, and funds, of which a case that went straight through is left.
    await refused(
        await c.call("POST", MONEY, json=good | {"amount": "-2"}), "amount_not_positive", f"POST {MONEY}", process="transfer"
    )  # fmt: skip
    too_much = await c.call("POST", MONEY, json=good | {"amount": "13000.00"})
    await refused(too_much, "insufficient_funds", f"POST {MONEY}", process="transfer", case_left=True)
    # Doors: wrong passwords of staff and customers, an unknown machine.
    guess = {"number": "T0002", "password": "demo-counter-wrong"}
    await refused(
        await c.call("POST", "/v1/sessions", None, json=guess), "credentials_wrong", LOG_IN, **nobody
    )
    who = {"customer": demo_customer(1), "password": "moon over the river"}
    await refused(
        await c.call("POST", "/v1/customer-sessions", None, json=who), "credentials_wrong", "POST /v1/customer-sessions", **nobody
    )  # fmt: skip
    machine = {"Liushui-Machine": "K000199:secret"}
    await refused(
        await c.call("POST", "/v1/machine-sessions", None, json={"card": "6"}, headers=machine),
        "machine_unknown", "POST /v1/machine-sessions", **nobody,
    )  # fmt: skip
    # A page that asks whether somebody is logged in has been refused nothing.
    for path in ("/v1/sessions/current", "/v1/my/session"):
        assert (await c.call("GET", path, None)).json()["code"] == "session_unknown"
    # Addresses that there are not, a method that is not, a body that is too large.
    for path in ("/v1/nothing/zhang", "/v1/nothing/wang", "/"):
        await refused(await c.call("GET", path), "route_unknown", OTHER, **nobody)
    await refused(await c.call("PATCH", MONEY), "method_not_allowed", OTHER, **nobody)
    large = await c.call("POST", f"/v1/tasks/{payer}/comments", content=b"x" * 70_000)
    await refused(large, "body_too_large", "POST /v1/tasks/{task}/comments", **nobody)
    # A step of a case, by somebody who may not do it.
    deposit = {"account": payer, "amount": "60000.00", "denominations": {"10000": 600}}
    waiting = (await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": deposit})).json()
    (task,) = (t["task"] for t in waiting["tasks"])
    denied = await c.call("POST", f"/v1/tasks/{task}/completion", "D0001", json={"version": 1, "form": {}})
    operation = "POST /v1/tasks/{task}/completion"
    await refused(denied, denied.json()["code"], operation, process="cash_deposit")
    assert denied.status_code == 403
    # A machine of a branch that has been recognised.
    new = {"number": "K000101", "channel": "kiosk", "branch": "0002", "terminal": "0002-K1"}
    secret = (await c.call("POST", "/v1/machines", "D0001", json=new)).json()["secret"]
    at_kiosk = {"Liushui-Machine": f"K000101:{secret}"}
    answer = await c.call(
        "POST", "/v1/machine-sessions", None, json={"card": "6217000000000000"}, headers=at_kiosk
    )
    await refused(
        answer, "form_field_missing", "POST /v1/machine-sessions", visitor="machine", branch="0002", channel="kiosk"
    )  # fmt: skip
    return sorted(((*row[:-1], n) for row, n in expected.items()), key=str)


def test_exactly_what_is_refused_is_counted_and_nothing_of_anybody(demo: str) -> None:
    async def story() -> None:
        async with api(demo) as c:
            expected = await everything_refused(c)
            metrics = (await c.call("GET", "/metrics")).text
            accounts = await c.accounts()
        assert await kept(demo) == expected  # the orderly stop has written what was left

        # Prometheus counts by code alone.
        by_code: Counter[str] = Counter()
        for row in expected:
            by_code[row[6]] += row[7]
        told = [line for line in metrics.splitlines() if line.startswith("liushui_refusals_total{")]
        assert {line.split('"')[1]: int(float(line.split()[-1])) for line in told} == by_code

        # Nothing that names a person, an account or a case stands in any text.
        conn = await asyncpg.connect(demo)
        texts = [
            str(value)
            for row in await conn.fetch("SELECT * FROM refusal_count")
            for value in row.values()
            if isinstance(value, str)
        ]
        numbers = [row["number"] for row in await conn.fetch("SELECT number FROM staff")]
        names = [
            row["name"] for row in await conn.fetch("SELECT name FROM party UNION SELECT name FROM staff")
        ]
        await conn.close()
        secrets = [
            *accounts, *numbers, *names, *(demo_customer(n) for n in (1, 2, 3)), "zhang", "wang", "赵敏", "13912345678",
            "K000101", "K000199", "6217", "secret", "moon", *(s["password"] for s in demo_data()["staff"]),
        ]  # fmt: skip
        assert {secret for secret in secrets for text in texts if secret in text} == set()
        operations = {f"{method} {path}" for method, path in ACCESS} | {OTHER}
        assert {row[3] for row in expected} <= operations

    asyncio.run(story())


def test_two_processes_add_up_and_the_overview_says_the_same(demo: str) -> None:
    async def story() -> None:
        async with api(demo) as one, api(demo, sign_in=False) as other:
            assert await everything_refused(one)
            for client in (one, other):
                for _ in range(3):
                    denied = await client.call("GET", "/v1/staff")
                    assert denied.json()["code"] == "permission_missing"
        counted = await kept(demo)
        assert ("staff", "counter", "0001", "GET /v1/staff", None, False, "permission_missing", 6) in counted

        async with api(demo, sign_in=False) as c:
            seen = (await c.call("GET", "/v1/overview/work", "O0001")).json()
            of_branch = (await c.call("GET", "/v1/overview/work", "S0001")).json()
        # The whole bank: every refusal of the story, and no more. Kinds that differ by visitor or branch alone are one line.
        for view, rows in ((seen, counted), (of_branch, [r for r in counted if r[2] == "0001"])):
            lines: Counter[tuple[str | None, ...]] = Counter()
            for _, channel, _, operation, process, case_left, code, n in rows:
                in_case = "{task}" in operation
                stage = "end_of_case" if case_left else "in_case" if in_case else "no_case"
                lines[code, None if case_left else operation, process, channel, stage] += n
            told = {
                (r["code"], r["operation"], r["process"], r["channel"], r["stage"]): r["refused"]
                for r in view["refusals"]
            }
            assert told == lines
            assert view["refused"] == lines.total() == sum(row[7] for row in rows)
        assert seen["refused"] > of_branch["refused"]

    asyncio.run(story())


def test_what_a_case_has_on_record_is_not_counted_twice(demo: str) -> None:
    async def story() -> None:
        async with api(demo) as c:
            zhang, *_ = await c.accounts()
            small = await second_account(
                c
            )  # class II: counted in a step of the engine, so the case has a record
            move = {"payer": zhang, "payee": small, "amount": "10000.00"}
            assert (await c.call("POST", MONEY, json=move)).status_code == 201
            for _ in range(2):  # the second time as the first: the same key has the same answer
                more = await c.call("POST", MONEY, key="more", json=move | {"amount": "1.00"})
                assert more.json()["code"] == "daily_limit_exceeded"
            seen = (await c.call("GET", "/v1/overview/work", "O0001")).json()
        assert await kept(demo) == []
        (line,) = seen["refusals"]
        assert (line["code"], line["process"], line["operation"]) == (
            "daily_limit_exceeded",
            "transfer",
            None,
        )
        assert (line["stage"], line["channel"], line["refused"]) == ("end_of_case", "counter", 1)
        assert seen["refused"] == 1

    asyncio.run(story())


def test_customers_have_their_channel_and_the_branch_of_the_machine_at_which_they_stand(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        atm = await register(o, "ATM1", "atm", "0002")
        card = await o.card(ZHANGS)
        assert await identify(atm, card=card, password="000000") == "credentials_wrong"
        assert await identify(atm, card=card, password=PIN) is None
        assert await atm.code("GET", f"/v1/my/accounts/{WANGS}") == (404, "account_unknown")
        form = {"form": {"payer": WANGS, "payee": LIS, "amount": "1.00"}}
        assert await atm.code("POST", "/v1/my/processes/transfer/cases", form) == (422, "account_unknown")
        # The password is changed online and nowhere else: a channel that is not offered.
        secret = {"old": "moon over the river", "new": "river over the moon"}
        assert await atm.code("PUT", "/v1/my/password", secret) == (422, "channel_not_offered")

    run_online(demo, tell)
    at_machine = "POST /v1/machine-sessions"
    customer = ("customer", "atm", "0002")
    assert asyncio.run(kept(demo)) == sorted(
        [
            ("machine", "atm", "0002", at_machine, None, False, "credentials_wrong", 1),
            (*customer, "GET /v1/my/accounts/{account}", None, False, "account_unknown", 1),
            (*customer, "POST /v1/my/processes/{process}/cases", "transfer", False, "account_unknown", 1),
            (*customer, "PUT /v1/my/password", None, False, "channel_not_offered", 1),
        ],
        key=str,
    )

    async def hours() -> set[datetime]:
        conn = await asyncpg.connect(demo)
        rows = await conn.fetch("SELECT hour FROM refusal_count")
        await conn.close()
        return {row["hour"] for row in rows}

    assert asyncio.run(hours()) == {MONDAY_TEN}  # by the bank's own clock


def test_who_is_kept_out_by_the_rate_limit_is_counted_at_the_door(demo: str) -> None:
    async def story() -> None:
        expected: Counter[tuple[str, str]] = Counter()
        async with api(demo, per_second=1) as c:
            await c.token("O0001")
            for path, door in (
                ("/v1/sessions", LOG_IN),
                ("/v1/tasks/4711/claim", "POST /v1/tasks/{task}/claim"),
            ):
                for _ in range(10):
                    answer = await c.http.post(
                        path, json={"number": "nobody", "password": "guessed at random"}
                    )
                    expected[door, answer.json()["code"]] += 1
        assert {code for _, code in expected} >= {"rate_limited"}
        assert Counter({(row[3], row[6]): row[7] for row in await kept(demo)}) == expected
        assert {row[0] for row in await kept(demo)} == {"nobody"}

    asyncio.run(story())


def a_refusal(code: str = "account_unknown", operation: str = LOG_IN) -> Refusal:
    return Refusal("nobody", None, None, operation, None, False, code)


def test_counts_that_cannot_be_written_are_kept(dsn: str) -> None:
    async def story() -> None:
        counts, db = RefusalCounts(), await Database.connect(dsn)
        admin = await asyncpg.connect(dsn)
        counts.count(a_refusal(), NOON)
        await admin.execute("ALTER TABLE refusal_count RENAME TO away")
        with pytest.raises(asyncpg.UndefinedTableError):
            await counts.flush(db, NOON)
        counts.count(a_refusal(), NOON + timedelta(minutes=1))
        await admin.execute("ALTER TABLE away RENAME TO refusal_count")
        await counts.flush(db, NOON)
        assert len(counts) == 0
        counts.count(a_refusal(), NOON - timedelta(minutes=1))
        counts.count(a_refusal(), NOON + timedelta(hours=1))
        await counts.flush(db, NOON)
        rows = await admin.fetch("SELECT hour, refused, first_at, last_at FROM refusal_count ORDER BY hour")
        minute = timedelta(minutes=1)
        hour = NOON.replace(minute=0)
        assert [tuple(row) for row in rows] == [
            (hour, 3, NOON - minute, NOON + minute),
            (hour + timedelta(hours=1), 1, NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
        ]
        # A year and a month later the first hour is gone, and by the next hour the second.
        counts.count(a_refusal(), NOON + KEPT_FOR)
        await counts.flush(db, NOON + KEPT_FOR)
        left = await admin.fetch("SELECT hour FROM refusal_count ORDER BY hour")
        assert [row["hour"] for row in left] == [hour + timedelta(hours=1), hour + KEPT_FOR]
        # And where the database is gone altogether.
        counts.count(a_refusal(), NOON)
        await db.close()
        with pytest.raises((Refused, asyncpg.InterfaceError)):
            await counts.flush(db, NOON)
        assert len(counts) == 1
        await admin.close()

    asyncio.run(story())


def test_processes_that_write_the_same_kinds_at_once_lose_none(dsn: str) -> None:
    async def story() -> None:
        db = await Database.connect(dsn)
        one, other = RefusalCounts(), RefusalCounts()
        for _ in range(5):
            for number in range(300):
                one.count(a_refusal(f"code_{number}"), NOON)
                other.count(a_refusal(f"code_{299 - number}"), NOON)
            await asyncio.gather(one.flush(db, NOON), other.flush(db, NOON))
        found = dict(await db.pool.fetch("SELECT code, refused FROM refusal_count"))
        await db.close()
        assert found == {f"code_{number}": 10 for number in range(300)}

    asyncio.run(story())


def test_kinds_are_bounded_and_none_of_the_refusals_is_lost(dsn: str) -> None:
    async def story() -> None:
        counts, db = RefusalCounts(kinds_max=10), await Database.connect(dsn)
        for number in range(1_000):
            counts.count(a_refusal(f"code_{number}"), NOON)
            counts.count(a_refusal("code_3"), NOON)
        assert len(counts) == 11
        await counts.flush(db, NOON)
        found = dict(await db.pool.fetch("SELECT code, refused FROM refusal_count"))
        await db.close()
        # Ten kinds had room; code_3 was among them, so it is counted as itself: once by number, and a thousand times more.
        named = ("code_0", "code_3", *(f"code_{n}" for n in (1, 2, *range(4, 10))))
        assert found == dict.fromkeys(named, 1) | {"code_3": 1_001, OTHER: 990}
        assert sum(found.values()) == 2_000

    asyncio.run(story())
