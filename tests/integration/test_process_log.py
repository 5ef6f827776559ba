"""The log of processes leaves the house: read back by somebody else's reader (r4pm), held against the tables.

What is expected is worked out here from the event table, without the code that exports.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import tracemalloc
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import r4pm

from liushui.kernel.errors import Refused
from liushui.mining import export_ocel_json, export_ocel_sqlite, export_xes
from liushui.mining.model import object_id
from liushui.mining.ocel_sqlite import table_names
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, story_of

ZHANG, LI = "0001010000000016", "0001010000000024"
HANDLER, CALLER = person("C0001", "complaint_handler"), person("C0002", "complaint_handler")
SECRETS = ("赵示例", "某市某路1号", "排队两小时", "张示例", "13800000001", "110101")
LIFECYCLE = {"enabled": "schedule", "assigned": "assign", "started": "start", "completed": "complete",
             "cancelled": "withdraw", None: "complete"}  # fmt: skip


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as story:
            await tell(story)

    asyncio.run(whole())


async def live(s: Story) -> list[int]:
    """A day of the bank: deposits that go through, one that waits for people, a complaint that runs late."""
    small = {"account": ZHANG, "amount": "350.00", "denominations": {"10000": 3, "5000": 1}}
    cases = [await s.start(TELLER, "cash_deposit", **small)]
    s.clock.advance(timedelta(minutes=7, microseconds=123456))
    large = await s.start(
        TELLER, "cash_deposit", account=ZHANG, amount="60000.00", denominations={"10000": 600}
    )
    s.clock.advance(timedelta(minutes=1))
    await s.do(OTHER_TELLER, large, "VerifyIdentity", document_type="id_card", document_checked=True)
    s.clock.advance(timedelta(minutes=1))
    task = await s.task(large, "Authorise")
    await s.processes.claim(SUPERVISOR, task["id"], idempotency_key="claim")
    await s.processes.delegate(
        SUPERVISOR, task["id"], person("S0002", "supervisor"), idempotency_key="delegate"
    )
    s.clock.advance(timedelta(minutes=1))
    await s.do(person("S0002", "supervisor"), large, "Authorise", decision="approve")
    about = {"received_via": "phone", "product": "deposit", "subject": "waiting", "text": "排队两小时"}
    late = await s.start(
        TELLER, "complaint", complainant="赵示例", contact="某市某路1号", account=ZHANG, **about
    )
    await s.wait(timedelta(days=13))
    await s.do(HANDLER, late, "Investigate", findings="属实", outcome="answer")
    return [*cases, large, late]


async def json_of(s: Story, folder: Path) -> Any:
    """As JSON, through the reader and back."""
    file = folder / "log.json"
    async with s.bank.db.read() as conn:
        with file.open("wb") as stream:
            await export_ocel_json(conn, stream, lambda done, total: None)
    return through_the_reader(file, folder)


async def sqlite_of(s: Story, folder: Path) -> Any:
    file = folder / "log.sqlite"
    async with s.bank.db.read() as conn:
        await export_ocel_sqlite(conn, file, lambda done, total: None)
    with sqlite3.connect(file) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return through_the_reader(file, folder)


async def xes_of(s: Story, process: str, folder: Path) -> Any:
    file = folder / f"{process}.xes"
    async with s.bank.db.read() as conn:
        with file.open("wb") as stream:
            await export_xes(conn, process, stream, lambda done, total: None)
    log = r4pm.import_item("EventLog", str(file))
    r4pm.export_item(log, str(folder / "log_again.json"))
    r4pm.remove_item(log)
    return json.loads((folder / "log_again.json").read_text())


def through_the_reader(file: Path, folder: Path) -> Any:
    item = r4pm.import_item("OCEL", str(file))
    again = folder / f"{file.stem}{file.suffix}_again.json"
    r4pm.export_item(item, str(again))
    r4pm.remove_item(item)
    return json.loads(again.read_text())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def values(one: Any) -> dict[str, Any]:
    return {a["name"]: a["value"] for a in one["attributes"]}


def relations(one: Any) -> set[tuple[str, str]]:
    return {(r["objectId"], r["qualifier"]) for r in one["relationships"]}


def flat(one: Any) -> dict[str, Any]:
    """Attributes of XES: key to value."""
    return {a["key"]: a["value"]["content"] for a in one["attributes"]}


async def rows_of_the_log(s: Story) -> list[Any]:
    """What must come out, in order: steps, warnings, and the journals that cases have made."""
    async with s.bank.db.read() as conn:
        return await conn.fetch(
            "SELECT e.*, d.key, coalesce(e.case_id, j.process_instance::bigint) AS of_case, b.code, j.operator FROM event e "
            "LEFT JOIN journal j ON j.id = e.journal_id AND e.kind = 'journal_posted' "
            "LEFT JOIN process_instance i ON i.id = coalesce(e.case_id, j.process_instance::bigint) "
            "LEFT JOIN process_definition d ON d.id = i.definition_id "
            "LEFT JOIN branch b ON b.id = coalesce(e.branch_id, j.branch_id) "
            "WHERE e.kind IN ('process_step', 'task_at_risk', 'task_overdue') "
            "OR (e.kind = 'journal_posted' AND j.process_instance IS NOT NULL) ORDER BY e.id"
        )


@pytest.mark.parametrize("read_back", [json_of, sqlite_of])
def test_every_event_of_every_case_is_in_the_object_centric_log(
    demo: str, tmp_path: Path, read_back: Callable[[Story, Path], Awaitable[Any]]
) -> None:
    async def tell(s: Story) -> None:
        await live(s)
        log, rows = await read_back(s, tmp_path), await rows_of_the_log(s)
        events = sorted(log["events"], key=lambda e: int(e["id"]))
        assert [int(e["id"]) for e in events] == [r["id"] for r in rows]
        for event, row in zip(events, rows, strict=True):
            step = row["kind"] == "process_step"
            assert event["type"] == (f"{row['key']}/{row['element']}" if step else row["kind"])
            assert moment(event["time"]) == row["recorded_at"]
            found = values(event)
            for name, column in (("lifecycle", "lifecycle"), ("role", "role"), ("cost", "cost_minor"),
                                 ("priority", "priority")):  # fmt: skip
                assert found.get(name) == row[column]
            assert found["branch"] == row["code"]
            assert found.get("decision_rows") == (" ".join(row["decision_rows"] or ()) or None)
            assert (object_id("case", row["of_case"]), "case") in relations(event)
        assert {e["time"][-9:] for e in log["events"]} != {"00:00:00Z"}  # microseconds get through
        assert Counter(e["type"] for e in events)["journal_posted"] == 2

    run(demo, tell)


@pytest.mark.parametrize("read_back", [json_of, sqlite_of])
def test_objects_have_their_attributes_over_time_and_their_relations(
    demo: str, tmp_path: Path, read_back: Callable[[Story, Path], Awaitable[Any]]
) -> None:
    async def tell(s: Story) -> None:
        _, large, late = await live(s)
        log = await read_back(s, tmp_path)
        objects = {o["id"]: o for o in log["objects"]}
        async with s.bank.db.read() as conn:
            count = await conn.fetchval("SELECT count(*) FROM user_task")
            tasks = await conn.fetch("SELECT * FROM user_task WHERE instance_id = $1 ORDER BY id", large)
            journal = await conn.fetchval("SELECT id FROM journal WHERE process_instance = $1", str(large))
            owner = await conn.fetchval(
                "SELECT p.number FROM party p JOIN account_party ap ON ap.party_id = p.id "
                "JOIN ledger_account a ON a.id = ap.account_id WHERE a.number = $1", ZHANG
            )  # fmt: skip
            complaint = await conn.fetchval("SELECT number FROM complaint")
        kinds = Counter(o["type"] for o in log["objects"])
        assert kinds == {"case": 3, "task": count, "journal": 2, "account": 2, "customer": 1, "complaint": 1}

        case = objects[f"case:{large}"]
        assert values(case) | {"status": ""} == {
            "process": "cash_deposit", "version": 1, "initiator": "T0001", "branch": "0001", "channel": "counter",
            "status": "",
        }  # fmt: skip
        statuses = [a["value"] for a in case["attributes"] if a["name"] == "status"]
        assert statuses == ["running", "completed"]
        assert [a["value"] for a in objects[f"case:{late}"]["attributes"] if a["name"] == "status"] == [
            "running"
        ]
        assert relations(case) == {(f"account:{ZHANG}", "about"), (f"journal:{journal}", "about")}
        assert (f"complaint:{complaint}", "about") in relations(objects[f"case:{late}"])

        authorise = next(t for t in tasks if t["element"] == "Authorise")
        task = objects[f"task:{authorise['id']}"]
        states = [(a["value"], moment(a["time"])) for a in task["attributes"] if a["name"] == "state"]
        assert states == [("open", authorise["opened_at"]), ("claimed", authorise["claimed_at"]),
                          ("completed", authorise["ended_at"])]  # fmt: skip
        assert moment(values(task)["due"]) == authorise["due_at"]
        assert relations(task) == {(f"case:{large}", "part of")}

        booked = objects[f"journal:{journal}"]
        assert values(booked)["amount"] == 6_000_000
        cash = next(o for o in objects if o.startswith("account:") and o != f"account:{ZHANG}")
        assert relations(booked) == {
            (f"case:{large}", "made by"), (cash, "debited"), (f"account:{ZHANG}", "credited")}  # fmt: skip
        assert relations(objects[f"account:{ZHANG}"]) == {(f"customer:{owner}", "owner")}

        events = {(e["type"], values(e).get("lifecycle")): relations(e) for e in log["events"]
                  if (f"case:{large}", "case") in relations(e)}  # fmt: skip
        for lifecycle in ("enabled", "assigned", "completed"):
            at = events["cash_deposit/Authorise", lifecycle]
            assert (f"task:{authorise['id']}", "task") in at
        assert (f"account:{ZHANG}", "about") in events["cash_deposit/Count", "completed"]
        assert (f"account:{ZHANG}", "about") not in events["cash_deposit/Count", "started"]
        assert (f"account:{ZHANG}", "credited") in events["journal_posted", None]
        warned = [e for e in log["events"] if e["type"] == "task_at_risk"]
        assert len(warned) == 1
        assert len([r for r in relations(warned[0]) if r[1] == "task"]) == 1

    run(demo, tell)


def test_both_files_say_the_same(demo: str, tmp_path: Path) -> None:
    def plain(log: Any) -> Any:
        for one in (*log["events"], *log["objects"]):
            one["relationships"].sort(key=lambda r: (r["objectId"], r["qualifier"]))
            one["attributes"].sort(key=lambda a: (a["name"], a.get("time", "")))
        for part in log.values():
            part.sort(key=lambda one: one.get("id") or one["name"])
        return log

    async def tell(s: Story) -> None:
        await live(s)
        assert plain(await json_of(s, tmp_path)) == plain(await sqlite_of(s, tmp_path))

    run(demo, tell)


def test_a_process_as_xes_has_a_trace_for_every_case_in_order(demo: str, tmp_path: Path) -> None:
    async def tell(s: Story) -> None:
        small, large, late = await live(s)
        rows = await rows_of_the_log(s)
        for process, cases in (("cash_deposit", [small, large]), ("complaint", [late])):
            log = await xes_of(s, process, tmp_path)
            assert [flat(t)["concept:name"] for t in log["traces"]] == [str(c) for c in cases]
            for case, trace in zip(cases, log["traces"], strict=True):
                expected = [r for r in rows if r["of_case"] == case]
                found = [flat(e) for e in trace["events"]]
                assert [int(e["event_id"]) for e in found] == [r["id"] for r in expected]
                for event, row in zip(found, expected, strict=True):
                    assert moment(event["time:timestamp"]) == row["recorded_at"]
                    assert event["concept:name"] == (row["element"] if row["lifecycle"] else row["kind"])
                    if "delegated_to" not in event:
                        assert event["lifecycle:transition"] == LIFECYCLE[row["lifecycle"]]
                    assert event.get("org:role") == row["role"]
                    assert event["org:resource"] == (row["resource"] or row["operator"])
                    assert event["org:group"] == "0001"
            extensions = {e["prefix"] for e in log["extensions"]}
            assert extensions == {"concept", "time", "lifecycle", "org", "cost"}
        large_trace = flat((await xes_of(s, "cash_deposit", tmp_path))["traces"][1])
        assert (large_trace["initiator"], large_trace["status"], large_trace["version"]) == (
            "T0001",
            "completed",
            1,
        )
        handed = [flat(e) for t in (await xes_of(s, "cash_deposit", tmp_path))["traces"] for e in t["events"]]
        assert [(e["org:resource"], e["delegated_to"]) for e in handed if e["lifecycle:transition"] == "reassign"] == [
            ("S0001", "S0002")]  # fmt: skip
        with pytest.raises(Refused, match="process_unknown"):
            await xes_of(s, "no_such_process", tmp_path)

    run(demo, tell)


def test_a_straight_through_case_unfolds_into_what_the_same_case_leaves_when_written_step_by_step(
    demo: str, tmp_path: Path
) -> None:
    async def tell(s: Story) -> None:
        given = {"payer": ZHANG, "payee": LI, "currency": "CNY"}
        for amount, key in ((250_00, "t1"), (9_999_00, "t2")):
            await s.processes.run(TELLER, "transfer", given | {"amount": amount}, idempotency_key=key)
        s.clock.advance(timedelta(minutes=1))
        with pytest.raises(Refused):  # more than there is: the case ends on its error path
            await s.processes.run(TELLER, "transfer", given | {"amount": 499_999_00}, idempotency_key="t3")
        async with s.bank.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM process_instance") == 0
        await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="250.00")
        await s.start(TELLER, "transfer", payer=ZHANG, payee=LI, amount="499999.00")
        log = await xes_of(s, "transfer", tmp_path)
        assert len(log["traces"]) == 5
        first, second, refused, slow, slowly_refused = map(said, log["traces"])
        assert first == second == slow
        assert refused == slowly_refused
        assert [e["concept:name"] for e in first].count("journal_posted") == 1
        assert [e["concept:name"] for e in refused].count("journal_posted") == 0
        heads = [{k: v for k, v in flat(t).items() if k in ("initiator", "status", "branch", "channel", "version")}
                 for t in log["traces"]]  # fmt: skip
        assert heads == [heads[0]] * 5
        assert all(len(head) == 5 for head in heads)
        ids = [flat(e)["event_id"] for t in log["traces"] for e in t["events"]]
        assert len(set(ids)) == len(ids)

        for read_back in (json_of, sqlite_of):
            found = await read_back(s, tmp_path)
            cases = sorted(
                (o for o in found["objects"] if o["type"] == "case"), key=lambda o: int(o["id"][5:])
            )
            assert [values(c)["process"] for c in cases] == ["transfer"] * 5
            of_case = {
                c["id"]: [e for e in found["events"] if (c["id"], "case") in relations(e)] for c in cases
            }
            shapes = [sorted((e["type"], sorted(kinds(e))) for e in of_case[c["id"]]) for c in cases]
            assert shapes[0] == shapes[1] == shapes[3]
            assert shapes[2] == shapes[4]
            assert relations(cases[0]) >= {(f"account:{ZHANG}", "about"), (f"account:{LI}", "about")}
            assert sorted(kinds(cases[0])) == sorted(kinds(cases[3]))

    def said(trace: Any) -> list[dict[str, Any]]:
        own = ("event_id", "time:timestamp")
        return [{k: v for k, v in flat(e).items() if k not in own} for e in trace["events"]]

    def kinds(event: Any) -> list[tuple[str, str]]:
        return [(object.split(":")[0], qualifier) for object, qualifier in relations(event)]

    run(demo, tell)


def test_nobody_is_named(demo: str, tmp_path: Path) -> None:
    async def tell(s: Story) -> None:
        await live(s)
        await json_of(s, tmp_path)
        await sqlite_of(s, tmp_path)
        for process in ("cash_deposit", "complaint"):
            await xes_of(s, process, tmp_path)
        for file in tmp_path.iterdir():
            content = file.read_bytes()
            assert [secret for secret in SECRETS if secret.encode() in content] == [], file.name

    run(demo, tell)


def test_an_empty_bank_exports_empty_logs_and_no_file_is_overwritten(demo: str, tmp_path: Path) -> None:
    async def tell(s: Story) -> None:
        for read_back in (json_of, sqlite_of):
            log = await read_back(s, tmp_path)
            assert (log["events"], log["objects"]) == ([], [])
        assert (await xes_of(s, "complaint", tmp_path))["traces"] == []
        with pytest.raises(Refused, match="export_file_exists"):
            await sqlite_of(s, tmp_path)

    run(demo, tell)


def test_a_long_log_needs_no_more_room_than_a_short_one_and_says_how_far_it_is(
    demo: str, tmp_path: Path
) -> None:
    """Nine steps a case: 4,500 and 45,000 events. What is held at the most may not follow their number."""

    async def tell(s: Story) -> None:
        whole = await s.start(TELLER, "cash_deposit", account=ZHANG, amount="350.00",
                              denominations={"10000": 3, "5000": 1})  # fmt: skip
        peaks: list[dict[str, int]] = []
        for first, last in ((1_000_000, 1_000_060), (2_000_000, 2_000_540)):
            await pack(s, whole, cases=range(first, last))
            peaks.append({
                "xes": await peak_of(s, tmp_path, "xes"), "json": await peak_of(s, tmp_path, "json"),
                "sqlite": await peak_of(s, tmp_path, "sqlite"),
            })  # fmt: skip
        for name in peaks[0]:
            assert peaks[1][name] < peaks[0][name] + 1_500_000, (name, peaks)

    run(demo, tell)


async def peak_of(s: Story, folder: Path, kind: str) -> int:
    """Bytes of Python objects at the most. The file is written to nowhere, or to disk."""
    told: list[tuple[int, int]] = []

    class Nowhere(BytesIO):
        def write(self, data: Any) -> int:
            return len(data)

    (folder / "peak.sqlite").unlink(missing_ok=True)
    async with s.bank.db.read() as conn:
        tracemalloc.start()
        if kind == "xes":
            done = await export_xes(conn, "cash_deposit", Nowhere(), lambda *now: told.append(now))
        elif kind == "json":
            done = await export_ocel_json(conn, Nowhere(), lambda *now: told.append(now))
        else:
            done = await export_ocel_sqlite(conn, folder / "peak.sqlite", lambda *now: told.append(now))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert done.events > 600
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    return peak


async def pack(s: Story, like: int, *, cases: Any) -> None:
    """Cases that went the same way as another, each in one row, as the fast path writes them."""
    async with s.bank.db.pool.acquire() as conn, conn.transaction():
        steps = await conn.fetch(
            "SELECT element, lifecycle, coalesce(array_to_string(decision_rows, ','), '') AS rows, definition_id FROM event "
            "WHERE case_id = $1 AND kind = 'process_step' ORDER BY id", like
        )  # fmt: skip
        elements, lifecycles, rows = (
            [step[name] for step in steps] for name in ("element", "lifecycle", "rows")
        )
        path = await conn.fetchval(
            "INSERT INTO process_path (definition_id, elements, lifecycles, decision_rows, outcome, digest) "
            "VALUES ($1, $2, $3, $4, '', sha256(convert_to($5, 'UTF8'))) RETURNING id",
            steps[0]["definition_id"], elements, lifecycles, rows, str(next(iter(cases))),
        )  # fmt: skip
        await conn.execute(
            "WITH head AS (UPDATE commit_head SET last_event_id = last_event_id + cardinality($1::bigint[]) "
            "RETURNING last_event_id - cardinality($1::bigint[]) AS base) "
            "INSERT INTO event (id, kind, recorded_at, subjects, case_id, resource, channel, branch_id, path_id) "
            "SELECT base + n, 'process_case', $2, '{}', u, 'T0001', 'counter', 1, $3 "
            "FROM head, unnest($1::bigint[]) WITH ORDINALITY AS u (u, n)",
            list(cases), s.clock.now(), path,
        )  # fmt: skip


def test_types_get_tables_of_their_own() -> None:
    names = table_names(dict.fromkeys(["a/b", "a_b", "A/B", "a/b/c", "开户"], None))
    assert len({n.lower() for n in names.values()}) == 5
    assert all(re.fullmatch(r"\w+", n, re.ASCII) for n in names.values())
