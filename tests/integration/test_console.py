"""What the managers' console asks the bank for: the figures at a glance are the books' and the worklist's own."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import asyncpg

from liushui.identity import load_roles
from liushui.products import house_catalogue, rates_on
from liushui.reporting import refused
from liushui.workflow import workload
from tests.counter import next_day, rows
from tests.integration.test_counter_pages import deposit
from tests.integration.test_open_api import CASES, MONEY, Client
from tests.integration.test_open_api import run as run_api
from tests.procedures import Story, person, run
from tests.rates import withhold

PROPOSER = person("P0001", "product_manager", anywhere=True)
DECIDER = person("G0001", "senior_manager", anywhere=True)


def migration(name: str) -> str:
    return resources.files("liushui.store.migrations").joinpath(f"{name}.sql").read_text("utf-8")


def test_the_figures_at_a_glance_are_the_books(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, li, wang = await c.accounts()
        await deposit(c, zhang, 10)
        await deposit(c, wang, 5, "T0002")
        assert (
            await c.call("POST", MONEY, json={"payer": zhang, "payee": li, "amount": "250.00"})
        ).is_success
        seen = (await c.call("GET", "/v1/overview/volumes", "V0001", params={"days": 7})).json()
        today = date.fromisoformat(seen["business_date"])

        # Against the journals themselves, counted one by one.
        async with c.bank.db.read() as conn:
            journals = await conn.fetch("SELECT code, channel, booking_date FROM journal")
        of_today = Counter(j["code"] for j in journals if j["booking_date"] == today)
        assert {t["code"]: t["today"] for t in seen["transactions"] if t["today"]} == of_today
        assert [d["date"] for d in seen["days"]] == [
            (today - timedelta(days=n)).isoformat() for n in reversed(range(7))
        ]
        assert seen["days"][-1]["journals"] == of_today.total()
        assert seen["days"][-1]["channels"] == Counter(
            j["channel"] for j in journals if j["booking_date"] == today
        )

        # Against the trial balance, which another query makes.
        period = {"from": today.isoformat(), "to": today.isoformat()}
        lines = (await c.call("GET", "/v1/trial-balance", "S0001", params=period)).json()
        deposits = [line for line in lines if line["gl_code"].startswith("2011.")]
        (flow,) = (f for f in seen["flows"] if f["date"] == today.isoformat())
        assert Decimal(flow["came"]) == sum(Decimal(line["credit"]) for line in deposits)
        assert Decimal(flow["went"]) == sum(Decimal(line["debit"]) for line in deposits)
        (balance,) = seen["balances"]
        assert Decimal(balance["balance"]) == -sum(Decimal(line["closing"]) for line in deposits)
        cash = next(t for t in seen["transactions"] if t["code"] == "DEP01")
        assert (cash["zh"], cash["today"], cash["amounts"]) == (
            "现金存款",
            3 + 2,
            {"CNY": "21800.50"},
        )  # the demo's: 12000 + 8000.50 + 300

        # A supervisor's are those of their branch.
        own = (await c.call("GET", "/v1/overview/volumes", "S0001", params={"days": 7})).json()
        assert own["branch"] == "0001"
        cash = next(t for t in own["transactions"] if t["code"] == "DEP01")
        assert (cash["today"], cash["amounts"]) == (2 + 1, {"CNY": "21000.50"})

    run_api(demo, story)


def test_what_waits_is_seen_by_role_and_branch(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, *_ = await c.accounts()
        form = {"account": zhang, "amount": "60000.00", "denominations": {"10000": 600}}
        begun = (await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})).json()
        seen = (await c.call("GET", "/v1/overview/work", "O0001")).json()
        (task,) = (
            t for t in (await c.call("GET", "/v1/tasks")).json()["tasks"] if t["case"] == begun["case"]
        )
        (queue,) = (q for q in seen["queues"] if q["role"] == task["role"])
        assert (queue["branch"], queue["tasks"], queue["overdue"], queue["claimed"]) == ("0001", 1, 0, 0)
        assert queue["first_due"] == task["due_at"]
        assert (seen["incidents"], seen["oldest_incident"], seen["branch"]) == (0, None, None)
        denied = await c.call("GET", "/v1/overview/work")
        assert (denied.status_code, denied.json()["code"]) == (403, "permission_missing")

    run_api(demo, story)


def test_kept_times_and_refusals_are_those_of_the_cases(demo: str) -> None:
    async def tell(s: Story) -> None:
        async def post_rate(valid_from: str, *, late: bool) -> None:
            case = await s.start(
                PROPOSER, "change_rate", rate="time", currency="CNY", tenor="1Y", percent="1.10",
                valid_from=valid_from, reason="定价委员会决议",
            )  # fmt: skip
            if late:
                await next_day(s)
            await s.do(DECIDER, case, "Approve", decision="approve")

        await post_rate("2026-01-07", late=False)
        await post_rate("2026-01-05", late=True)
        async with s.bank.db.read() as conn:
            seen = await workload(conn, s.clock.now(), 28, None)
            earlier = await workload(conn, s.clock.now() + timedelta(days=30), 28, None)
            ended = await refused(conn, s.clock.now() - timedelta(days=28), None)
            forgotten = await refused(conn, s.clock.now() + timedelta(days=2), None)
        assert [(r["code"], r["process"], r["stage"], r["refused"]) for r in ended] == [
            ("rate_date_past", "change_rate", "end_of_case", 1)
        ]
        tasks = await rows(
            s, "SELECT ended_at <= due_at AS kept FROM user_task WHERE role = 'senior_manager'"
        )
        (kept,) = (r for r in seen.times_kept if (r["key"], r["role"]) == ("change_rate", "senior_manager"))
        assert (kept["done"], kept["in_time"]) == (2, sum(bool(t["kept"]) for t in tasks))
        assert (forgotten, earlier.times_kept) == ([], [])

        # Cases from before the column: the migration reads the same out of the engine's state.
        bring_along = re.search(
            r"^UPDATE process_instance.*?;", migration("0025_console"), re.DOTALL | re.MULTILINE
        )
        assert bring_along is not None
        conn = await asyncpg.connect(demo)
        told = await conn.fetch("SELECT id, refused_with FROM process_instance ORDER BY id")
        await conn.execute("UPDATE process_instance SET refused_with = NULL")
        await conn.execute(bring_along[0])
        assert await conn.fetch("SELECT id, refused_with FROM process_instance ORDER BY id") == told
        await conn.close()

    run(demo, tell)


def test_the_audit_trail_is_found_by_who_what_when_and_on_what(demo: str) -> None:
    async def story(c: Client) -> None:
        async def found(**asked: str | int) -> list[dict[str, object]]:
            answer = await c.call("GET", "/v1/audit", "A0001", params={"order": "newest"} | asked)
            assert answer.status_code == 200, answer.text
            return answer.json()["lines"]

        for state in (False, True):
            shut = await c.call("PUT", "/v1/staff/T0002/state", "D0001", json={"active": state})
            assert shut.json()["active"] is state
        (back, gone) = await found(actor="D0001", subject="T0002")
        assert [back["action"], gone["action"]] == ["staff_activated", "staff_left"]
        assert await found(action="staff_left") == [gone]

        everything = (await c.call("GET", "/v1/audit", "A0001", params={"limit": 500})).json()["lines"]
        newest = await found(limit=500)
        assert newest[-len(everything) :] == everything[::-1]
        page = (await c.call("GET", "/v1/audit", "A0001", params={"order": "newest", "limit": 2})).json()
        behind = await found(after=page["next"], limit=500)
        assert [*page["lines"], *behind] == newest

        today = date.fromisoformat(str(back["recorded_at"])[:10])  # in the bank's time it may be a day later
        around = {
            "from": (today - timedelta(days=1)).isoformat(),
            "to": (today + timedelta(days=1)).isoformat(),
        }
        assert back in await found(limit=500, **around)
        assert await found(to=(today - timedelta(days=2)).isoformat()) == []
        assert await found(**{"from": (today + timedelta(days=2)).isoformat()}) == []

    run_api(demo, story)


def test_the_roles_are_shown_as_they_are_held(demo: str) -> None:
    async def story(c: Client) -> None:
        roles = {r["name"]: r for r in (await c.call("GET", "/v1/roles")).json()}
        assert roles.keys() == load_roles().keys()
        assert set(roles["administrator"]["permissions"]) == {"staff_manage", "machine_manage"}
        assert roles["operations"]["anywhere"]
        assert not roles["teller"]["anywhere"]

    run_api(demo, story)


def test_products_and_rates_are_those_that_were_released_and_posted(demo: str) -> None:
    async def story(c: Client) -> None:
        versions = (await c.call("GET", "/v1/products", "P0001")).json()
        assert {(v["key"], v["version"]) for v in versions} == {
            (p.product.key, p.product.version) for p in house_catalogue()
        }
        time = next(v for v in versions if v["key"] == "time" and v["currency"] == "CNY")
        assert (time["current"], time["least_opening"], time["rate_name"], time["holders"]) == (
            True, "50.00", "time", ["individual"],
        )  # fmt: skip
        assert "key: time" in time["text"]

        posted = (await c.call("GET", "/v1/rates", "P0001")).json()
        today = date.fromisoformat(posted["business_date"])
        async with c.bank.db.read() as conn:
            held = await rates_on(conn, today)
        shown = {
            (r["name"], r["currency"], r["tenor"]): [
                Decimal(step["percent"])
                for step in r["steps"]
                if date.fromisoformat(step["valid_from"]) <= today
            ][-1]
            for r in posted["rates"]
        }
        assert shown == held

        # 10,000 for a year at 1.20 %, as in the house's table for January 2026: 120.00 by hand.
        asked = {"amount": "10000.00", "from": "2026-01-05", "tenor": "1Y"}
        tried = (await c.call("GET", "/v1/products/time/trial", "P0001", params=asked)).json()
        assert (tried["interest"], tried["lines"][0]["what"], tried["lines"][-1]["balance"]) == (
            "120.00", "opened", "0.00",
        )  # fmt: skip
        assert tried["tax"] == "0.00"
        await withhold(c.bank.db, "time", date(2026, 2, 1), "20")
        taxed = (
            await c.call(
                "GET",
                "/v1/products/time/trial",
                "P0001",
                params=asked | {"from": "2026-02-01", "renewal": "none"},
            )
        ).json()
        assert (taxed["interest"], taxed["tax"], taxed["lines"][-1]["tax"]) == ("120.00", "24.00", "24.00")
        small = await c.call("GET", "/v1/products/time/trial", "P0001", params=asked | {"amount": "49.99"})
        assert (small.status_code, small.json()["code"]) == (422, "product_opening_too_small")
        denied = await c.call("GET", "/v1/products", "D0001")
        assert (denied.status_code, denied.json()["code"]) == (403, "permission_missing")

    run_api(demo, story)
