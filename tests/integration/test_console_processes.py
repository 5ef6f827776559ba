"""What the console's pages of processes ask the bank for: versions and their differences, cases, incidents, parameters, heat."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx

from liushui.kernel.clock import BANK_TIME
from liushui.kernel.errors import refuse
from liushui.risk import effective
from liushui.workflow import Binding, Bundle, Context
from liushui.workflow.case_list import Wanted, list_cases
from tests.bundles import bundle, end, line, service, start, user
from tests.integration.test_open_api import CASES, Client, run

ONE = start() + user("Work", role="supervisor") + end() + line("Start", "Work", "End")
TWO = start() + user("Work", role="supervisor", serviceLevel="PT2H") + user("Again") + end() + line("Start", "Work", "Again", "End")  # fmt: skip


async def deploy(c: Client, made: Bundle) -> None:
    body = {"bpmn": made.bpmn.decode(), "decisions": made.decisions, "forms": made.forms, "texts": made.texts}
    answer = await c.call("POST", "/v1/processes", "O0001", json=body)
    assert answer.status_code == 201, answer.text


async def begin(c: Client, process: str, staff: str = "T0001", **form: Any) -> dict[str, Any]:
    answer = await c.call("POST", f"{CASES}/{process}/cases", staff, json={"form": form})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def do(c: Client, case: int, staff: str, **form: Any) -> httpx.Response:
    (task,) = [t for t in (await shown(c, case))["tasks"] if t["state"] in ("open", "claimed")]
    return await c.call(
        "POST", f"/v1/tasks/{task['task']}/completion", staff, json={"version": 1, "form": form}
    )


async def shown(c: Client, case: int, staff: str = "S0001") -> dict[str, Any]:
    answer = await c.call("GET", f"/v1/cases/{case}", staff)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_two_versions_are_looked_at_and_compared(demo: str) -> None:
    async def story(c: Client) -> None:
        await deploy(c, bundle("letters", ONE))
        await deploy(c, bundle("letters", TWO))
        model = (await c.call("GET", "/v1/processes/letters/versions/1")).json()
        assert (model["released"], [e["id"] for e in model["elements"]]) == (False, ["Start", "Work", "End"])
        work = next(e for e in model["elements"] if e["id"] == "Work")
        assert work["attributes"] | {"name": "Work"} == {
            "kind": "user", "name": "Work", "role": "supervisor", "form": "note", "service_level": "PT1H", "procedure": "work",
        }  # fmt: skip
        assert [f["name"] for f in model["forms"][0]["fields"] if f["secret"]] == ["pin"]

        there = (await c.call("GET", "/v1/processes/letters/versions/1/differences/2")).json()
        back = (await c.call("GET", "/v1/processes/letters/versions/2/differences/1")).json()
        assert {(d["part"], d["id"], d["change"]) for d in there["differences"]} == {
            ("element", "Work", "changed"), ("element", "Again", "added"), ("flow", "F1_Work_Again", "added"),
            ("flow", "F2_Again_End", "added"), ("flow", "F1_Work_End", "removed"),
        }  # fmt: skip
        (work,) = (d for d in there["differences"] if d["id"] == "Work")
        assert work["attributes"] == [{"attribute": "service_level", "before": "PT1H", "after": "PT2H"}]
        assert len(back["differences"]) == len(there["differences"])
        same = (await c.call("GET", "/v1/processes/letters/versions/1/differences/1")).json()
        assert same["differences"] == []
        figures = (await c.call("GET", "/v1/process-figures")).json()["processes"]
        released = next(f for f in figures if f["process"] == "letters")
        assert (released["version"], released["versions"], released["released_by"]) == (2, 2, "O0001")
        await c.bank.processes.deploy(
            bundle("letters", TWO), actor="system"
        )  # nothing new: released when it was
        again = (await c.call("GET", "/v1/process-figures")).json()["processes"]
        assert next(f for f in again if f["process"] == "letters") == released
        for path in ("versions/3", "versions/1/differences/3", "versions/3/heat"):
            missing = await c.call("GET", f"/v1/processes/letters/{path}")
            assert (missing.status_code, missing.json()["code"]) == (404, "process_unknown")
        deposit = (await c.call("GET", "/v1/processes/cash_deposit/versions/1")).json()
        decision = next(d for d in deposit["decisions"] if d["decision"] == "cash_authority")
        assert decision["rules"][1] == {
            "id": "remote",
            "when": ['"remote_authoriser"', None],
            "then": ["true"],
        }

    run(demo, story)


def test_a_case_is_found_by_what_is_known_of_it_and_shows_where_it_stands(demo: str) -> None:
    async def story(c: Client) -> None:
        await deploy(c, bundle("letters", ONE))
        mine, theirs = (await begin(c, "letters"))["case"], (await begin(c, "letters", "T0002"))["case"]
        one = await shown(c, mine)
        assert (one["branch"], one["here"], one["at"], one["overdue"]) == ("0001", ["Work"], ["Work"], False)
        assert [(v["element"], v["who"], v["lasted_s"]) for v in one["visits"]] == [
            ("Start", "T0001", 0),
            ("Work", "system", None),
        ]

        async def listed(staff: str = "A0001", **asked: Any) -> list[int]:
            answer = await c.call("GET", "/v1/cases", staff, params={"process": "letters"} | asked)
            assert answer.status_code == 200, answer.text
            return [found["case"] for found in answer.json()["cases"]]

        today = c.bank.clock.now().astimezone(BANK_TIME).date()
        both = [theirs, mine] if theirs > mine else [mine, theirs]
        assert await listed() == both
        assert await listed("S0001") == [mine]  # of the other branch nothing
        assert await listed("S0001", branch="0002") == []
        assert await listed(branch="0002") == [theirs]
        assert await listed(started_from=str(today), started_to=str(today)) == both
        assert await listed(started_to=str(today - timedelta(days=1))) == []
        assert await listed(started_from="0001-01-01", started_to="9999-12-31") == both
        assert await listed(overdue=True) == []
        for hours, late in ((0, []), (2, both)):  # each has an hour
            async with c.bank.db.read() as conn:
                moment = c.bank.clock.now() + timedelta(hours=hours)
                rows = await list_cases(conn, Wanted(process="letters", overdue_at=moment), 10)
            assert [row["id"] for row in rows] == late
        assert await listed(person="T0002") == [theirs]
        assert await listed(person="S0001") == []
        assert (await do(c, mine, "S0001", note="seen")).status_code == 200
        assert await listed(person="S0001") == [mine]
        over = await shown(c, mine)
        assert (over["status"], over["here"], over["at"]) == ("completed", [], [])
        assert [(v["element"], v["who"], v["how"]) for v in over["visits"]] == [
            ("Start", "T0001", "completed"), ("Work", "S0001", "completed"), ("End", "system", "completed"),
        ]  # fmt: skip
        unknown = await c.call("GET", "/v1/cases", "A0001", params={"branch": "9999"})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "branch_unknown")

    run(demo, story)


def test_an_incident_says_what_the_refusal_named(demo: str) -> None:
    """Which limit, how much is left: without them its sentence has holes. Kept with the reason, as long as that."""

    async def story(c: Client) -> None:
        async def call(_context: Context) -> dict[str, Any]:
            raise refuse("daily_limit_exceeded", left="12.50")

        c.bank.processes.runtime.bindings["test.press"] = Binding("test.press", call)  # pyright: ignore[reportIndexIssue]
        pause = (
            '<bpmn:intermediateCatchEvent id="Soon"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1S'
            "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        )
        way = line("Start", "Soon", "Press", "End")
        await deploy(c, bundle("pressed", start() + pause + service("Press", "test.press") + end() + way))
        case = (await begin(c, "pressed"))["case"]
        await asyncio.sleep(1.1)
        await c.bank.processes.work()
        (stopped,) = (await c.call("GET", "/v1/incidents", "S0001")).json()["incidents"]
        assert (stopped["reason"], stopped["reason_params"]) == ("daily_limit_exceeded", {"left": "12.50"})
        (of_case,) = (await shown(c, case))["incidents"]
        assert of_case["reason_params"] == {"left": "12.50"}

    run(demo, story)


def test_an_incident_is_found_by_its_branch_retried_and_remembered(demo: str) -> None:
    async def story(c: Client) -> None:
        broken = [True]

        async def call(context: Context) -> dict[str, Any]:
            if broken[0]:
                raise OSError("down")
            return {}

        c.bank.processes.runtime.bindings["test.press"] = Binding("test.press", call)  # pyright: ignore[reportIndexIssue]
        await deploy(
            c, bundle("pressed", start() + service("Press", "test.press") + end() + line("Start", "Press", "End"))
        )  # fmt: skip
        case = (await begin(c, "pressed"))["case"]
        (stopped,) = (await c.call("GET", "/v1/incidents", "S0001")).json()["incidents"]
        assert (stopped["case"], stopped["name"], stopped["reason"], stopped["branch"]) == (
            case,
            "Press",
            "OSError",
            "0001",
        )
        one = (await c.call("GET", f"/v1/incidents/{stopped['incident']}", "S0001")).json()
        assert one == stopped | {"version": 1, "note": None}
        elsewhere = await c.call("GET", f"/v1/incidents/{stopped['incident'] + 99}", "O0001")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "incident_unknown")
        assert (await c.call("GET", "/v1/incidents", "T0001")).status_code == 403
        figures = (await c.call("GET", "/v1/process-figures", "S0001")).json()["processes"]
        assert [(f["running"], f["stopped"]) for f in figures if f["process"] == "pressed"] == [(1, 1)]

        settle = f"/v1/incidents/{stopped['incident']}/settlement"
        body = {"how": "retry", "note": "the press runs again"}
        first = await c.call("POST", settle, "S0001", key="retry-1", json=body)
        assert first.status_code == 204, first.text
        (again,) = (await c.call("GET", "/v1/incidents", "S0001")).json()["incidents"]
        assert again["incident"] != stopped["incident"]  # it is still down: another incident
        broken[0] = False
        await c.call("POST", f"/v1/incidents/{again['incident']}/settlement", "S0001", json=body)
        assert (await shown(c, case))["status"] == "completed"
        assert (await c.call("GET", "/v1/incidents", "S0001")).json()["incidents"] == []
        cleared = (await c.call("GET", "/v1/incidents?state=cleared", "S0001")).json()["incidents"]
        assert [(i["incident"], i["cleared_by"], i["how"]) for i in cleared] == [
            (again["incident"], "S0001", "retry"),
            (stopped["incident"], "S0001", "retry"),
        ]
        assert [i["note"] for i in (await shown(c, case))["incidents"]] == ["the press runs again"] * 2

    run(demo, story)


def test_parameters_name_their_unit_and_rule_and_what_they_were_on_a_day(demo: str) -> None:
    async def story(c: Client) -> None:
        found = (await c.call("GET", "/v1/parameters", "P0001")).json()
        today = date.fromisoformat(found["on"])
        current = {p["name"]: p for p in found["parameters"] if p["state"] == "current"}
        assert current.keys() == effective(today).keys()
        large = current["cash_identity_from"]
        assert (large["value"], large["unit"], large["valid_from"]) == ("5000000", "fen", "2007-08-01")
        assert all(p["source"] and p["unit"] for p in found["parameters"])
        assert (current["transfer_delay"]["value"], current["transfer_delay"]["unit"]) == (
            "PT24H",
            "duration",
        )
        early = (await c.call("GET", "/v1/parameters", "P0001", params={"on": "2010-01-01"})).json()
        coming = {p["name"]: p["state"] for p in early["parameters"]}
        assert (coming["cash_identity_from"], coming["transfer_delay"]) == ("current", "coming")
        assert ("cash_deposit", "cash_authority", 3) in {
            (d["process"], d["decision"], d["rules"]) for d in found["decisions"]
        }

    run(demo, story)


def test_heat_counts_what_went_straight_through_and_what_waited_for_people(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, li, _ = await c.accounts()
        for _ in range(3):
            await c.call("POST", "/v1/transfers", json={"payer": zhang, "payee": li, "amount": "1.00"})
        straight = (await c.call("GET", "/v1/processes/transfer/versions/1/heat", "A0001")).json()
        posted = {e["element"]: (e["visits"], e["straight"], e["median_s"]) for e in straight["elements"]}
        assert set(posted.values()) == {(3, 3, None)}
        await deploy(c, bundle("letters", ONE))
        for _ in range(2):
            case = (await begin(c, "letters"))["case"]
            await do(c, case, "S0001", note="seen")
        await begin(c, "letters")
        path = "/v1/processes/letters/versions/1/heat"
        heat = {e["element"]: e for e in (await c.call("GET", path, "S0001")).json()["elements"]}
        assert {e: (h["visits"], h["straight"]) for e, h in heat.items()} == {
            "Start": (3, 0),
            "Work": (2, 0),
            "End": (2, 0),
        }
        assert heat["Work"]["median_s"] >= 0
        assert {e: h["waiting"] for e, h in heat.items()} == {"Start": 0, "Work": 1, "End": 0}
        assert heat["Work"]["overdue"] == 0
        assert (await c.call("GET", path, "T0002")).json()["elements"] == []  # nothing in their branch
        figures = (await c.call("GET", "/v1/process-figures", "S0001")).json()["processes"]
        letters = next(f for f in figures if f["process"] == "letters")
        assert (letters["running"], letters["tasks"], letters["in_time"]) == (1, 2, 2)
        turned = await c.call("GET", path, "S0001", params={"since": "2026-02-02", "until": "2026-02-01"})
        assert (turned.status_code, turned.json()["code"]) == (422, "period_reversed")

    run(demo, story)
