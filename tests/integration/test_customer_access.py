"""A customer sees and does what is theirs, and nothing else: laws over every route, and every route with somebody else's
numbers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi.routing import APIRoute

from liushui.channels.open_api import dependencies
from liushui.channels.open_api.access import ACCESS, CUSTOMER, ENROLMENT, MACHINE, PUBLIC
from liushui.channels.open_api.routes import ROUTERS
from liushui.kernel.errors import Refused
from liushui.processes import procedure_folders
from liushui.workflow import parse, read_folder
from tests.integration.test_open_api import api
from tests.online import LI, LIS, ZHANG, ZHANGS, Browser, Online, run
from tests.procedures import SUPERVISOR, TELLER, person

CUSTOMERS = (CUSTOMER, ENROLMENT)
NUMBERS: dict[str, Any] = {
    "customer": ZHANG, "account": ZHANGS, "journal": 1, "number": "T0001", "process": "transfer", "version": 1, "case": 1,
    "task": 1, "incident": 1, "attachment": 1, "passkey": 1, "machine": "A1", "date": "2026-01-05", "name": "cash", "code": "AAAA",
    "place": "0001-T01", "kind": 101, "order": 1, "receipt": 1, "other": 1,
    "product": "time",
}  # fmt: skip


def told(answer: Any) -> str:
    """An answer without what differs from one request to the next."""
    return json.dumps({k: v for k, v in answer.json().items() if k != "request_id"}, sort_keys=True)


def test_a_customers_session_passes_no_route_of_the_staff_and_a_staff_session_none_of_the_customers(
    demo: str,
) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        staff = [
            await o.staff(number, password)
            for number, password in (
                ("T0001", "demo-counter-1"),
                ("S0001", "demo-approve-1"),
                ("D0001", "demo-admin-1"),
            )
        ]
        walked = {True: 0, False: 0}
        for (method, template), needs in ACCESS.items():
            if needs in (PUBLIC, MACHINE):
                continue
            path = template.format(**NUMBERS)
            is_customers = needs in CUSTOMERS
            for one in staff if is_customers else [zhang]:
                refusal = await one.code(method, path, {} if method != "GET" else None)
                assert refusal == (401, "session_unknown"), (method, template)
            walked[is_customers] += 1
        assert walked[True] >= 23
        assert walked[False] >= 45
        assert (await zhang.get("/v1/my/session"))["customer"] == ZHANG

    run(demo, tell)


def test_each_route_asks_for_who_its_row_says() -> None:
    """By its dependencies: a customer's route has no way to a staff session, and the other way round."""

    def calls(route: APIRoute) -> set[Any]:
        found: set[Any] = set()
        waiting = [route.dependant]
        while waiting:
            one = waiting.pop()
            found.add(one.call)
            waiting += one.dependencies
        return found

    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    for route in routes:
        for method in route.methods or ():
            needs, asked = ACCESS[method, route.path], calls(route)
            assert (dependencies.visitor_of in asked) == (needs in CUSTOMERS), route.path
            assert (dependencies.machine_only in asked) == (needs == MACHINE), route.path
            staff = needs not in (*CUSTOMERS, MACHINE, PUBLIC)
            assert (dependencies.principal_of in asked) == staff, route.path
            assert route.path.startswith("/v1/my/") == (needs in CUSTOMERS)


def test_whatever_a_customer_may_begin_asks_for_an_account_of_their_own() -> None:
    """Every field for an account says so, but the payee's; and every task for customers is for one customer."""
    begun: set[str] = set()
    for folder in procedure_folders():
        parsed = parse(read_folder(folder))
        for element in parsed.definition.elements.values():
            if element.work is not None and element.work.role == "customer":
                assert element.work.assignee == "case.initiator", f"{folder.name}: {element.id}"
        if "customer" in parsed.definition.start_roles:
            begun.add(folder.name)
            for field in parsed.forms["start"].fields:
                assert field.type != "account" or field.own == (field.name != "payee"), (
                    f"{folder.name}: {field.name}"
                )
    assert begun == {
        "transfer", "transfer_cancellation", "complaint", "complaint_withdrawal", "cash_appointment", "print_statement",
        "report_loss", "open_time_deposit", "withdraw_time_deposit", "change_renewal", "notice_of_withdrawal", "pay_instalment",
        "agree_standing_order", "cancel_standing_order", "open_second_account",
    }  # fmt: skip


def test_somebody_elses_account_is_answered_as_if_there_were_none(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        nobodys = "0001010000009990"
        for method, rest, body in (
            ("GET", "", None), ("GET", "/statement", None), ("GET", "/notices", None),
            ("PUT", "/notices", {"least_amount": "1.00"}),
        ):  # fmt: skip
            other = await zhang.ask(method, f"/v1/my/accounts/{LIS}{rest}", body)
            none = await zhang.ask(method, f"/v1/my/accounts/{nobodys}{rest}", body)
            assert other.status_code == 404
            assert told(other) == told(none).replace(nobodys, LIS)
        forms: dict[str, dict[str, Any]] = {
            "transfer": {"payer": LIS, "payee": ZHANGS, "amount": "1.00"},
            "transfer_cancellation": {"transfer": 1, "payer": LIS},
            "complaint": {"received_via": "online", "product": "deposit", "subject": "fee", "account": LIS, "text": "x"},
            "cash_appointment": {"account": LIS, "action": "book", "amount": "200000.00", "on_date": "2026-01-07"},
            "print_statement": {"account": LIS, "from": "2026-01-05", "to": "2026-01-05"},
            "report_loss": {"account": LIS, "kind": "oral", "reporter": "张"},
            "open_time_deposit": {"account": LIS, "product": "time", "tenor": "3M", "amount": "50.00"},
            "withdraw_time_deposit": {"deposit": LIS},
            "change_renewal": {"deposit": LIS, "instruction": "stay"},
            "notice_of_withdrawal": {"deposit": LIS, "action": "cancel"},
            "pay_instalment": {"deposit": LIS},
        }  # fmt: skip
        for process, form in forms.items():
            path = f"/v1/my/processes/{process}/cases"
            own = next(field for field in ("payer", "account", "deposit") if field in form)
            other = await zhang.ask("POST", path, {"form": form})
            none = await zhang.ask("POST", path, {"form": form | {own: nobodys}})
            assert other.json()["faults"][0]["code"] == "account_unknown", process
            assert told(other) == told(none).replace(nobodys, LIS), process
        assert await o.row("SELECT count(*) FROM process_instance WHERE initiator = $1", ZHANG) == 0
        assert (await zhang.get("/v1/my/accounts"))[0]["number"] == ZHANGS

    run(demo, tell)


def test_the_steps_look_themselves_too(demo: str) -> None:
    """Whatever the channel forgets: no step of a process lets a customer act on somebody else's account."""

    async def tell(o: Online) -> None:
        zhang = person(ZHANG, "customer", channel="online", anywhere=True)
        s = o.story
        for process, form in (
            ("transfer_cancellation", {"transfer": 1, "payer": LIS}),
            ("complaint", {"received_via": "online", "product": "deposit", "subject": "fee", "account": LIS, "text": "x"}),
            ("cash_appointment", {"account": LIS, "action": "book", "amount": "200000.00", "on_date": "2026-01-07"}),
            ("print_statement", {"account": LIS, "from": "2026-01-05", "to": "2026-01-05"}),
            ("report_loss", {"account": LIS, "kind": "oral", "reporter": "张"}),
        ):  # fmt: skip
            with pytest.raises(Refused, match="account_unknown"):
                await s.start(zhang, process, **form)
        with pytest.raises(Refused, match="customer_unknown"):
            await s.start(
                zhang,
                "complaint",
                received_via="online",
                product="deposit",
                subject="fee",
                customer=LI,
                text="x",
            )

    run(demo, tell)


async def begun_by_zhang(o: Online, zhang: Browser) -> tuple[Any, int]:
    case = await zhang.start("transfer", payer=ZHANGS, payee=LIS, amount="6000.00")
    (task,) = [step["task"] for step in case["next"]]
    return case, task


def test_somebody_elses_case_and_task_are_answered_as_if_there_were_none(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)  # who is even the payee
        case, task = await begun_by_zhang(o, zhang)
        assert (await li.get("/v1/my/cases"))["cases"] == []
        assert await li.get("/v1/my/tasks") == []
        number = case["case"]
        assert [c["case"] for c in (await zhang.get("/v1/my/cases"))["cases"]][:1] == [number]
        assert [t["task"] for t in await zhang.get("/v1/my/tasks")] == [task]
        completion = {"version": 1, "form": {"one_time_password": li.one_time_password()}}
        for method, path, body in (
            ("GET", "/v1/my/cases/{}", None), ("GET", "/v1/my/tasks/{}", None),
            ("POST", "/v1/my/tasks/{}/signature-challenge", None), ("POST", "/v1/my/tasks/{}/completion", completion),
        ):  # fmt: skip
            mine = number if "cases" in path else task
            other, none = (
                await li.ask(method, path.format(mine), body),
                await li.ask(method, path.format(987654), body),
            )
            assert other.status_code == 404
            assert told(other) == told(none).replace("987,654", str(mine)).replace("987654", str(mine))
        withdrawal = {"form": {"transfer": number, "payer": LIS}}
        assert await li.code("POST", "/v1/my/processes/transfer_cancellation/cases", withdrawal) == (
            422, "transfer_unknown")  # fmt: skip
        assert (await zhang.get(f"/v1/my/cases/{number}"))["status"] == "running"

    run(demo, tell)


def test_a_task_of_the_staff_in_an_own_case_is_not_the_customers(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        await o.story.pay(LIS, ZHANGS, 500_000)
        case = await zhang.start(
            "complaint", received_via="online", product="deposit", subject="fee", text="x"
        )
        assert [step["task"] for step in case["next"]] == [None]
        staff_task = await o.row("SELECT max(id) FROM user_task WHERE state = 'open'")
        for method, path, body in (
            ("GET", "", None), ("POST", "/completion", {"version": 1, "form": {}}), ("POST", "/signature-challenge", None),
        ):  # fmt: skip
            assert await zhang.code(method, f"/v1/my/tasks/{staff_task}{path}", body) == (404, "task_unknown")

    run(demo, tell)


def test_what_the_bank_does_about_a_customer_is_seen_without_who_does_it(demo: str) -> None:
    async def tell(o: Online) -> None:
        s, zhang = o.story, await o.member(ZHANG)
        ordered = await s.start(
            TELLER, "cash_appointment", account=ZHANGS, action="book", amount="10000.00", on_date="2026-01-07"
        )
        seen = await zhang.ask("GET", f"/v1/my/cases/{ordered}")
        assert seen.status_code == 200
        assert "T0001" not in seen.text
        inner = await s.start(TELLER, "change_customer_data", customer=ZHANG, mobile="13900000009")
        assert await zhang.code("GET", f"/v1/my/cases/{inner}") == (404, "case_unknown")
        case = await zhang.start(
            "complaint", received_via="online", product="deposit", subject="fee", text="慢"
        )
        await s.work()
        told_so_far = await zhang.ask("GET", f"/v1/my/cases/{case['case']}")
        assert all(
            word not in told_so_far.text for word in ("T0001", "S0001", "supervisor", "complaint_handler")
        )
        assert told_so_far.json()["next"][0]["due_at"] is not None
        for offer in await zhang.get("/v1/my/processes"):
            assert offer["start_form"] is not None
        for process in ("cash_deposit", "change_customer_data", "reverse_journal", "nothing_at_all"):
            refusal = await zhang.code("POST", f"/v1/my/processes/{process}/cases", {"form": {}})
            assert refusal == (404, "process_unknown")
        await s.processes.cancel(SUPERVISOR, inner, "x", idempotency_key="x")

    run(demo, tell)


def test_the_same_request_again_is_the_same_case_and_keys_are_each_customers_own(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        path, key = "/v1/my/processes/transfer/cases", {"Idempotency-Key": "one"}
        form = {"form": {"payer": ZHANGS, "payee": LIS, "amount": "1.00"}}
        first, again = await zhang.ask("POST", path, form, **key), await zhang.ask("POST", path, form, **key)
        assert first.json()["case"] == again.json()["case"]
        assert (await zhang.get(f"/v1/my/accounts/{ZHANGS}"))["ledger"] == "11999.00"
        other = {"form": form["form"] | {"amount": "2.00"}}
        assert (await zhang.ask("POST", path, other, **key)).json()["code"] == "key_reused"
        back = {"form": {"payer": LIS, "payee": ZHANGS, "amount": "1.00"}}
        assert (await li.ask("POST", path, back, **key)).status_code == 201

    run(demo, tell)


def test_nobody_of_the_staff_is_numbered_like_a_customer(demo: str) -> None:
    async def tell(o: Online) -> None:
        admin = await o.staff("D0001", "demo-admin-1")
        new = {
            "number": ZHANG,
            "name": "x",
            "branch": "0001",
            "roles": ["teller"],
            "password": "river-bank-77",
        }
        assert await admin.code("POST", "/v1/staff", new) == (422, "staff_number_reserved")

    run(demo, tell)


def test_the_front_doors_are_counted_by_address_whatever_a_guesser_writes_in_the_header(demo: str) -> None:
    async def knock() -> list[int]:
        async with api(demo, per_second=5) as client:
            body = {"customer": "x", "password": "x"}
            return [
                (
                    await client.http.post(
                        "/v1/customer-sessions", headers={"Authorization": f"Bearer {n}"}, json=body
                    )
                ).status_code
                for n in range(40)
            ]

    answers = asyncio.run(knock())
    assert answers[0] == 401
    assert 429 in answers


def test_a_customer_places_money_online_and_nobody_else_sees_it(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        done = await zhang.start(
            "open_time_deposit", account=ZHANGS, product="time", tenor="3M", amount="1000.00"
        )
        assert done["status"] == "completed", done
        (deposit,) = (await zhang.get("/v1/my/deposits"))["deposits"]
        assert (deposit["principal"], deposit["rate"], deposit["account"]) == ("1000.00", "0.90", ZHANGS)
        shown = await zhang.get(f"/v1/my/deposits/{deposit['number']}")
        assert [h["kind"] for h in shown["history"]] == ["opened"]
        assert (await li.get("/v1/my/deposits"))["deposits"] == []
        assert await li.code("GET", f"/v1/my/deposits/{deposit['number']}") == (404, "deposit_unknown")
        early = await zhang.ask(
            "POST", "/v1/my/processes/withdraw_time_deposit/cases", {"form": {"deposit": deposit["number"]}}
        )
        assert early.json()["code"] == "early_at_counter"

    run(demo, tell)
