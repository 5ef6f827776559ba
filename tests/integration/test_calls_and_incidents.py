"""Calls that would come round, found at deployment; services and tasks whose values do not fit, shown and settled."""

from __future__ import annotations

from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.workflow import Binding, Bundle, Context, Q
from tests.bundles import bundle, end, line, service, start, user
from tests.procedures import SUPERVISOR, TELLER, Story, person, run

REPORT = {"as_of": "2026-01-05", "lines": [{"rate": 0.25}], "share": 0.5}


def calling(key: str, *others: str) -> Bundle:
    ids = [f"Call_{other}" for other in others]
    calls = "".join(
        f'<bpmn:callActivity id="{id}" calledElement="{o}"/>' for id, o in zip(ids, others, strict=True)
    )
    return bundle(key, start() + calls + user("Work") + end() + line("Start", *ids, "Work", "End"))


def test_a_circle_of_calls_is_refused_with_its_whole_path(demo: str) -> None:
    async def tell(s: Story) -> None:
        async def deploy(key: str, *others: str) -> None:
            await s.processes.deploy(calling(key, *others), actor="test")

        async def circles(key: str, *others: str) -> list[Any]:
            with pytest.raises(Refused) as refused:
                await deploy(key, *others)
            assert {f.code for f in refused.value.faults} == {"lint_call_circle"}
            return [(f.field, f.params["path"]) for f in refused.value.faults]

        for key in ("a", "b", "c", "d"):
            await deploy(key)
        await deploy("a", "b")
        await deploy("b", "c", "d")
        await deploy("c", "d")
        assert await circles("a", "a") == [("Call_a", "a → a")]
        assert await circles("b", "a") == [("Call_a", "b → a → b")]
        # Both ways round, each by the shortest path.
        both = [("Call_a", "d → a → b → d"), ("Call_c", "d → c → d")]
        assert await circles("d", "a", "c") == both
        await deploy("b")  # a calls b no further than this: the way is open
        assert await circles("d", "c") == [("Call_c", "d → c → d")]
        await deploy("d", "a", "b")

    run(demo, tell)


@pytest.mark.parametrize("outside", [False, True])
def test_a_service_that_answers_with_fractions_is_an_incident_that_names_them(
    demo: str, outside: bool
) -> None:
    async def tell(s: Story) -> None:
        async def call(context: Context) -> dict[str, Any]:
            return REPORT

        def offer(work: Any) -> None:
            s.processes.runtime.bindings["test.report"] = Binding("test.report", work, outside)  # pyright: ignore[reportIndexIssue]

        offer(call)
        body = start() + service("Report", "test.report") + end() + line("Start", "Report", "End")
        await s.processes.deploy(bundle("report", body), actor="test")
        case = await s.start(TELLER, "report")
        assert await s.status(case) == "incident"
        incident = await s.bank.db.pool.fetchrow(
            "SELECT * FROM process_incident WHERE instance_id = $1", case
        )
        assert incident["reason"] == "variable_unfit: lines[0].rate, share"
        assert await s.variables(case) == {}

        async def right(context: Context) -> dict[str, Any]:
            return {"share": "0.5"}

        offer(right)
        await s.processes.settle_incident(
            SUPERVISOR, incident["id"], "retry", "mended", {}, idempotency_key="again"
        )
        assert (await s.status(case), await s.variables(case)) == ("completed", {"share": "0.5"})

    run(demo, tell)


@pytest.mark.parametrize(
    ("attribute", "right"),
    [({"assignee": "who"}, "T0001"), ({"serviceLevel": "=who"}, "PT2H"), ({"priority": "who"}, 5)],
    ids=["assignee", "service level", "priority"],
)
@pytest.mark.parametrize("how", ["retry", "skip", "cancel"])
def test_a_task_that_cannot_be_opened_is_shown_and_settled_and_the_step_before_it_stands(
    demo: str, attribute: dict[str, str], right: Any, how: str
) -> None:
    async def tell(s: Story) -> None:
        body = (
            start()
            + user("First")
            + user("Then", **attribute)
            + end()
            + line("Start", "First", "Then", "End")
        )
        await s.processes.deploy(bundle("opened", body), actor="test")
        case = await s.start(TELLER, "opened")
        await s.do(TELLER, case, "First")
        assert (await s.status(case), await s.open_tasks(case)) == ("incident", [])
        async with s.bank.db.read() as conn:
            (incident,) = await conn.fetch(Q.open_incidents, 0, 10, None)
        assert incident["element"] == "Then"
        assert "who" in incident["reason"]
        settled = s.processes.settle_incident(
            SUPERVISOR, incident["id"], how, "seen", {"who": right} if how == "skip" else {},
            idempotency_key="settle",
        )  # fmt: skip
        await settled
        if how == "retry":  # nothing has changed: it is shown again
            assert (await s.status(case), await s.open_tasks(case)) == ("incident", [])
        else:
            assert await s.status(case) == ("completed" if how == "skip" else "cancelled")

    run(demo, tell)


def test_a_task_is_for_whom_the_expression_names(demo: str) -> None:
    async def tell(s: Story) -> None:
        body = start() + user(
            "Then", assignee="case.initiator", priority="40 + 2", serviceLevel="=&quot;PT2H&quot;"
        )
        made = bundle("opened", body + end() + line("Start", "Then", "End"))
        await s.processes.deploy(made, actor="test")
        case = await s.start(TELLER, "opened")
        row = await s.bank.db.pool.fetchrow("SELECT * FROM user_task WHERE instance_id = $1", case)
        assert (row["assignee"], row["priority"]) == ("T0001", 42)
        assert (row["due_at"] - row["opened_at"]).total_seconds() == 7200
        with pytest.raises(Refused, match="task_not_yours"):
            await s.do(person("T0009", "teller"), case, "Then")
        await s.do(TELLER, case, "Then")

    run(demo, tell)
