"""Cases as the bank runs them: two at one task, delegation, drafts, messages, timers, incidents, other versions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from liushui.bank import verify
from liushui.kernel.errors import Refused, refuse
from liushui.workflow import Binding, Bundle, Context, Q, background
from liushui.workflow.case_list import Wanted, list_cases
from tests.bundles import bundle, end, flow, line, service, start, user
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, story_of


def run(dsn: str, tell: Callable[[Story], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with story_of(dsn) as story:
            await tell(story)

    asyncio.run(whole())


async def deploy(s: Story, made: Bundle) -> None:
    await s.processes.deploy(made, actor="test")


def offer(
    s: Story, name: str, call: Callable[[Context], Awaitable[dict[str, Any]]], *, outside: bool = False
) -> None:
    s.processes.runtime.bindings[name] = Binding(name, call, outside)  # pyright: ignore[reportIndexIssue]


async def codes(work: Awaitable[object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        await work
    return sorted(f.code for f in caught.value.faults)


ONE_TASK = start() + user("Work") + end() + line("Start", "Work", "End")


def test_two_complete_the_same_task_and_one_is_told(demo: str) -> None:
    async def tell(s: Story) -> None:
        await deploy(s, bundle("one", ONE_TASK))
        for _ in range(5):
            case = await s.start(TELLER, "one")
            task = await s.task(case, "Work")
            done = await asyncio.gather(
                *(
                    s.processes.complete(
                        who,
                        task["id"],
                        {"note": who.number},
                        version=task["version"],
                        idempotency_key=f"{case}{who.number}",
                    )
                    for who in (TELLER, OTHER_TELLER)
                ),
                return_exceptions=True,
            )
            refused = [d for d in done if isinstance(d, Refused)]
            assert [r.code for r in refused] == ["task_closed"]
            assert (await s.ways(case)).count("Work") == 1

    run(demo, tell)


def test_claim_release_delegate_and_who_may_not(demo: str) -> None:
    async def tell(s: Story) -> None:
        body = start() + user("Ask") + user("Check", notSameAs="initiator Ask") + end()
        await deploy(s, bundle("asked", body + line("Start", "Ask", "Check", "End")))
        case = await s.start(TELLER, "asked")
        p = s.processes
        task = (await s.task(case, "Ask"))["id"]
        assert await p.claim(OTHER_TELLER, task, idempotency_key="c1") == 2
        assert await codes(p.claim(person("T0009", "teller"), task, idempotency_key="c2")) == ["task_taken"]
        assert await codes(p.claim(person("X", "auditor"), task, idempotency_key="c3")) == ["task_taken"]
        assert await codes(p.release(TELLER, task, idempotency_key="r1")) == ["task_not_yours"]
        third = person("T0004", "teller")
        assert await p.delegate(OTHER_TELLER, task, third, idempotency_key="d1") == 3
        stale = p.complete(third, task, {}, version=2, idempotency_key="x1")
        assert await codes(stale) == ["task_stale"]
        await p.complete(third, task, {"note": "done"}, version=3, idempotency_key="x2")
        for who in (TELLER, OTHER_TELLER, third):  # asked for it, handed it on, did it
            assert await codes(s.do(who, case, "Check")) == ["separation_of_duties"]
        elsewhere = person("T0005", "teller", branch=2)
        assert await codes(s.do(elsewhere, case, "Check")) == ["task_other_branch"]
        nobody = person("X0001", "auditor", branch=2)
        assert await codes(s.do(nobody, case, "Check")) == ["task_other_branch", "task_role_missing"]
        check = (await s.task(case, "Check"))["id"]
        fourth = person("T0006", "teller")
        await p.claim(fourth, check, idempotency_key="c4")
        assert await codes(p.delegate(fourth, check, third, idempotency_key="d2")) == ["separation_of_duties"]
        await s.do(fourth, case, "Check")
        assert await s.status(case) == "completed"
        people = [(e["lifecycle"], e["resource"]) for e in await s.events(case) if e["element"] == "Ask"]
        assert people == [
            ("enabled", "system"),
            ("assigned", "T0003"),
            ("assigned", "T0003"),
            ("completed", "T0004"),
        ]

    run(demo, tell)


def test_a_draft_is_kept_and_checked_and_gone_with_the_task(demo: str) -> None:
    async def tell(s: Story) -> None:
        await deploy(s, bundle("one", ONE_TASK))
        case = await s.start(TELLER, "one")
        task = (await s.task(case, "Work"))["id"]
        assert await codes(s.processes.save_draft(TELLER, task, {"note": "x"})) == ["task_not_yours"]
        await s.processes.claim(TELLER, task, idempotency_key="c")
        await s.processes.save_draft(TELLER, task, {"note": "half"})
        wrong = s.processes.save_draft(TELLER, task, {"note": 5, "other": "x"})
        assert await codes(wrong) == ["form_field_malformed", "form_field_unknown"]
        async with s.bank.db.read() as conn:
            row = await conn.fetchrow(Q.task, task)
        assert row is not None
        assert '"half"' in row["draft"]
        await s.processes.comment(TELLER, task, "看过了", idempotency_key="m")
        png = b"\x89PNG\r\n\x1a\n" + bytes(20)
        added = await s.processes.attach(TELLER, task, "证件.png", png, idempotency_key="a")
        assert (added["media_type"], added["size"]) == ("image/png", 28)
        exe = s.processes.attach(TELLER, task, "证件.png", b"MZ" + bytes(20), idempotency_key="b")
        assert await codes(exe) == ["attachment_type_unfit"]
        await s.do(TELLER, case, "Work", note="all")
        async with s.bank.db.read() as conn:
            row = await conn.fetchrow(Q.task, task)
        assert row is not None
        assert row["draft"] is None

    run(demo, tell)


def test_a_message_finds_its_case_early_or_late(demo: str) -> None:
    body = (
        start() + '<bpmn:receiveTask id="Hear" name="Hear" messageRef="M" liushui:correlation="number"/>' + end()
        + line("Start", "Hear", "End")
    )  # fmt: skip
    form = {
        "start": {
            "zh": "a",
            "en": "a",
            "fields": [{"name": "number", "type": "integer", "zh": "n", "en": "n"}],
        }
    }
    made = bundle("listener", body, roots='<bpmn:message id="M" name="paid"/>', forms=form)

    async def tell(s: Story) -> None:
        await deploy(s, made)
        rt = s.processes.runtime
        first, second = (
            await s.start(TELLER, "listener", number=1),
            await s.start(TELLER, "listener", number=2),
        )
        taken = await s.bank.db.transact(lambda u: background.deliver(u, rt, "paid", 2, {"sum": 5}))
        assert (taken, await s.status(first), await s.status(second)) == (second, "running", "completed")
        assert await s.bank.db.transact(lambda u: background.deliver(u, rt, "paid", 3, {})) is None
        third = await s.start(TELLER, "listener", number=3)  # the message was there first
        assert await s.status(third) == "completed"
        assert await s.bank.db.transact(lambda u: background.deliver(u, rt, "paid", "1", {})) is None
        assert await s.status(first) == "running"  # "1" is not 1

    run(demo, tell)


def test_one_process_sends_and_another_receives_through_the_outbox(demo: str) -> None:
    message = '<bpmn:message id="M" name="order"/>'
    throws = (
        start() + '<bpmn:intermediateThrowEvent id="Say"><bpmn:messageEventDefinition messageRef="M"/>'
        "</bpmn:intermediateThrowEvent>" + end() + line("Start", "Say", "End")
    )  # fmt: skip
    starts = (
        '<bpmn:startEvent id="Heard"><bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent>'
        + user("Work") + end() + line("Heard", "Work", "End")
    )  # fmt: skip

    async def tell(s: Story) -> None:
        await deploy(s, bundle("speaker", throws, roots=message))
        await deploy(s, bundle("hearer", starts, roots=message))
        case = await s.start(TELLER, "speaker")
        assert await s.status(case) == "completed"
        await s.work()
        await s.work()
        async with s.bank.db.read() as conn:
            rows = await list_cases(conn, Wanted(process="hearer"), 10)
        assert [(r["status"], r["initiator"]) for r in rows] == [("running", "system")]

    run(demo, tell)


def test_service_levels_warn_raise_and_escalate(demo: str) -> None:
    body = (
        start() + user("Work", serviceLevel="PT2H", atRisk="PT1H") + user("Chase", role="supervisor") + end() + end("Late")
        + '<bpmn:boundaryEvent id="Overdue" attachedToRef="Work" cancelActivity="false">'
        '<bpmn:escalationEventDefinition escalationRef="E"/></bpmn:boundaryEvent>'
        + line("Start", "Work", "End") + line("Overdue", "Chase", "Late")
    )  # fmt: skip
    made = bundle("levels", body, roots='<bpmn:escalation id="E" name="Overdue" escalationCode="overdue"/>')

    async def tell(s: Story) -> None:
        await deploy(s, made)
        case = await s.start(TELLER, "levels")
        await s.wait(timedelta(minutes=59))
        assert await s.open_tasks(case) == ["Work"]
        await s.wait(timedelta(minutes=2))
        kinds = [e["kind"] for e in await s.events(case) if e["kind"].startswith("task_")]
        assert kinds == ["task_at_risk"]
        await s.wait(timedelta(minutes=60))
        await s.work()
        kinds = [e["kind"] for e in await s.events(case) if e["kind"].startswith("task_")]
        assert kinds == ["task_at_risk", "task_overdue"]
        assert sorted(await s.open_tasks(case)) == ["Chase", "Work"]

    run(demo, tell)


def test_a_failing_service_is_tried_again_and_then_shown_and_settled(demo: str) -> None:
    body = start() + service("Call", "test.call", 'liushui:retries="2" liushui:backoff="PT10S"') + end()

    async def tell(s: Story) -> None:
        tries: list[int] = []

        async def call(context: Context) -> dict[str, Any]:
            tries.append(context.attempt)
            raise TimeoutError

        offer(s, "test.call", call)
        await deploy(s, bundle("caller", body + line("Start", "Call", "End")))
        cases = [await s.start(TELLER, "caller") for _ in range(3)]
        assert tries == [1, 1, 1]
        await s.wait(timedelta(seconds=11))
        await s.wait(timedelta(seconds=21))
        assert sorted(tries) == [1, 1, 1, 2, 2, 2, 3, 3, 3]
        await s.wait(timedelta(hours=1))
        assert len(tries) == 9
        assert [await s.status(case) for case in cases] == ["incident"] * 3
        async with s.bank.db.read() as conn:
            incidents = await conn.fetch(Q.open_incidents, 0, 10, None)
        assert {(i["element"], i["reason"]) for i in incidents} == {("Call", "TimeoutError")}

        async def works(context: Context) -> dict[str, Any]:
            return {"answer": context.attempt}

        offer(s, "test.call", works)
        for incident, how in zip(incidents, ("retry", "skip", "cancel"), strict=True):
            await s.processes.settle_incident(
                SUPERVISOR, incident["id"], how, "why", {}, idempotency_key=f"i{how}"
            )
            again = s.processes.settle_incident(
                SUPERVISOR, incident["id"], how, "x", {}, idempotency_key=f"j{how}"
            )
            assert (await codes(again)) in (["incident_cleared"], ["case_ended"])
        assert sorted([await s.status(case) for case in cases]) == ["cancelled", "completed", "completed"]

    run(demo, tell)


def test_a_call_outside_holds_no_transaction_and_bears_repetition(demo: str) -> None:
    body = (
        start()
        + service("Call", "test.outside")
        + user("Work")
        + end()
        + line("Start", "Call", "Work", "End")
    )

    async def tell(s: Story) -> None:
        keys: list[str] = []

        async def call(context: Context) -> dict[str, Any]:
            keys.append(context.key)
            assert context.uow is None
            async with s.bank.db.read() as conn:  # the case is there, and nobody holds it
                assert await conn.fetchval("SELECT count(*) FROM process_job") == 1
            return {"answer": "yes"}

        offer(s, "test.outside", call, outside=True)
        await deploy(s, bundle("out", body))
        case = await s.start(TELLER, "out")
        assert await s.open_tasks(case) == ["Work"]
        assert keys == [f"case:{case}:{keys[0].rsplit(':', 1)[1]}"]

    run(demo, tell)


def test_what_a_refused_service_wrote_is_gone_and_the_refusal_takes_its_path(demo: str) -> None:
    body = (
        start() + service("Do", "test.refuse") + end() + end("No")
        + '<bpmn:boundaryEvent id="Caught" attachedToRef="Do"><bpmn:errorEventDefinition errorRef="E"/></bpmn:boundaryEvent>'
        + line("Start", "Do", "End") + flow("Fx", "Caught", "No")
    )  # fmt: skip
    made = bundle("refused", body, roots='<bpmn:error id="E" name="n" errorCode="test_no"/>')

    async def tell(s: Story) -> None:
        code = "test_no"

        async def call(context: Context) -> dict[str, Any]:
            await context.inside.conn.execute(Q.insert_pending, "left behind", None, "{}", context.now)
            raise refuse(code)

        offer(s, "test.refuse", call)
        await deploy(s, made)
        case = await s.start(TELLER, "refused")
        assert (await s.ways(case))[-2:] == ["Caught", "No"]
        code = "another"
        assert await codes(s.start(TELLER, "refused")) == ["another"]  # nobody catches it: nothing happened
        async with s.bank.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM pending_message") == 0
            assert await conn.fetchval("SELECT count(*) FROM process_instance") == 1

    run(demo, tell)


def test_running_cases_move_to_another_version_where_nothing_blocks_them(demo: str) -> None:
    async def tell(s: Story) -> None:
        await deploy(
            s, bundle("moving", start() + user("A") + user("B") + end() + line("Start", "A", "B", "End"))
        )
        at_a, at_b = await s.start(TELLER, "moving"), await s.start(TELLER, "moving")
        await s.do(TELLER, at_b, "A")
        newer = start() + user("A") + user("New") + user("C") + end() + line("Start", "A", "New", "C", "End")
        await deploy(s, bundle("moving", newer))
        catalogue = s.processes.catalogue
        async with s.bank.db.read() as conn:
            old, new = [await catalogue.by_version(conn, "moving", n) for n in (1, 2)]
        assert await codes(s.processes.move_case(at_b, new, {}, actor="test")) == ["migration_blocked"]
        for case in (at_a, at_b):
            await s.processes.move_case(case, new, {"B": "C"}, actor="test")
        await s.do(TELLER, at_a, "A")
        await s.do(TELLER, at_a, "New")
        await s.do(TELLER, at_a, "C")
        await s.do(TELLER, at_b, "C")
        assert [await s.status(case) for case in (at_a, at_b)] == ["completed"] * 2
        assert (old.version, new.version) == (1, 2)

    run(demo, tell)


def test_many_timers_due_at_once_fire_once_each_on_three_workers(demo: str) -> None:
    body = (
        start() + '<bpmn:intermediateCatchEvent id="Wait"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1M'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>" + end()
        + line("Start", "Wait", "End")
    )  # fmt: skip

    async def tell(s: Story) -> None:
        await deploy(s, bundle("sleeper", body))
        rt, db = s.processes.runtime, s.bank.db
        async with db.read() as conn:
            deployed = await s.processes.catalogue.released(conn, "sleeper")
        for _ in range(20):

            async def begin(uow: Any) -> None:
                for _ in range(TIMERS // 20):
                    await rt.begin(uow, deployed, {}, TELLER)

            await db.transact(begin)
        s.clock.advance(timedelta(minutes=2))

        async def worker() -> int:
            done = 0
            while fired := await background.fire_timers(db, rt):
                done += fired
            return done

        assert sum(await asyncio.gather(worker(), worker(), worker())) == TIMERS
        async with db.read() as conn:
            ended = await conn.fetchval("SELECT count(*) FROM process_instance WHERE status = 'completed'")
            twice = await conn.fetchval(
                "SELECT count(*) FROM (SELECT case_id FROM event WHERE element = 'Wait' AND lifecycle = 'completed' "
                "GROUP BY case_id HAVING count(*) <> 1) x")  # fmt: skip
        assert (ended, twice) == (TIMERS, 0)

    run(demo, tell)


TIMERS = 10_000


def test_verify_finds_a_journal_without_its_case_and_a_task_without_its_token(demo: str) -> None:
    async def tell(s: Story) -> None:
        await deploy(s, bundle("one", ONE_TASK))
        await s.start(TELLER, "one")
        zhang, li = "0001010000000016", "0001010000000024"
        given = {"payer": zhang, "payee": li, "amount": 100, "currency": "CNY"}
        await s.processes.run(TELLER, "transfer", given, idempotency_key="t")
        await s.start(TELLER, "cash_deposit", account=zhang, amount="100.00", denominations={"10000": 1})
        harm = (
            ("UPDATE event SET case_id = case_id + 1 WHERE path_id IS NOT NULL", "verify_case_missing"),
            ("UPDATE event SET case_id = case_id - 1 WHERE path_id IS NOT NULL", None),
            (
                "UPDATE event SET element = 'X' WHERE element = 'Post' AND lifecycle = 'completed'",
                "verify_case_missing",
            ),
            ("UPDATE event SET element = 'Post' WHERE element = 'X'", None),
            ("UPDATE user_task SET state = 'withdrawn' WHERE state = 'open'", "verify_case_differs"),
            ("UPDATE user_task SET state = 'open' WHERE state = 'withdrawn'", None),
        )
        async with s.bank.db.pool.acquire() as conn:
            for statement, code in harm:
                await conn.execute("SET session_replication_role = replica")
                await conn.execute(statement)
                await conn.execute("RESET session_replication_role")
                found = {fault.code for fault in await verify(s.bank.db)}
                assert (code in found) if code else not found, (statement, found)

    run(demo, tell)
