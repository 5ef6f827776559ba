"""schemathesis walks the OpenAPI document: what it says may be sent is sent, and what it says may not, by people of
every role. Nothing is answered with an error of the server; every answer is one that the document declares; every
refusal is one of our codes. In process, over no network; ``LIUSHUI_EXAMPLES`` makes a long run of it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from copy import deepcopy
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from liushui.channels.open_api.access import ACCESS, CUSTOMER, ENROLMENT, MACHINE, PUBLIC, SESSION
from liushui.demo import demo_data
from liushui.identity import load_roles
from liushui.kernel.clock import ManualClock
from liushui.locales import message
from liushui.workflow.bundle import read_folder
from tests.integration.test_open_api import Client, api, demo_customer
from tests.online import ZHANG, Online

EXAMPLES = int(os.environ.get("LIUSHUI_EXAMPLES", "8"))
STAFF = {row["number"]: row["roles"][0] for row in demo_data()["staff"]}
VISITOR, TERMINAL = "a customer", "a machine"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Whoever sends these ends sessions, and the date goes one way only: they come last.
LATE = ("/v1/my/session", "/v1/sessions/current", "/v1/sessions/current/password", "/v1/business-days")


def who_may(needs: str) -> list[str]:
    """Staff whom the access table lets in; or the customer, or the machine."""
    if needs in (CUSTOMER, ENROLMENT):
        return [VISITOR]
    if needs == MACHINE:
        return [TERMINAL]
    return [
        n
        for n, role in STAFF.items()
        if needs in (PUBLIC, SESSION) or needs in load_roles()[role].permissions
    ]


class Walk:
    """One demo bank, asked by whoever is drawn."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._client: Client = self._runner.run(self._stack.enter_async_context(api(dsn)))
        accounts = self._runner.run(self._client.accounts())
        self._machine = self._runner.run(self._let_in())
        self.known = {
            "account": accounts, "payer": accounts, "payee": accounts, "currency": ["CNY"],
            "customer": [demo_customer(index) for index in (1, 2, 3)],
            "journal": list(range(1, 9)), "amount": ["1.00", "0.01", "250.5"], "branch": ["0001"],
            "process": [*self._processes(), "transfer"], "case": [1, 2, 3], "task": [1, 2, 3],
        }  # fmt: skip
        self._sent = 0
        self.statuses: Counter[int] = Counter()
        self.codes: Counter[str] = Counter()
        self.document = self.ask("GET", "/openapi.json", None).json()
        document = deepcopy(self.document)
        for operation in (one for path in document["paths"].values() for one in path.values()):
            operation.pop(
                "security", None
            )  # who may come in is told elsewhere; here people who are in are wrong
        schema = schemathesis.openapi.from_dict(document)
        self.operations = sorted(
            (one.ok() for one in schema.get_all_operations()), key=lambda o: o.path in LATE
        )

    async def _let_in(self) -> str:
        """A customer with a passkey, and a machine; return the machine's credential."""
        client, online = (
            self._client,
            Online(self._client.bank, ManualClock(datetime.now(UTC)), self._client.http),
        )
        customer = online.browser()
        assert (await customer.activate(ZHANG, await online.open(ZHANG))).status_code == 201
        await customer.log_in(ZHANG, key=await customer.enrol_passkey())
        assert customer.token is not None
        client.remember(VISITOR, customer.token)
        client.remember(TERMINAL, "x")
        machine = {"number": "ATM1", "channel": "atm", "branch": "0001", "terminal": "T1"}
        made = await client.call("POST", "/v1/machines", "D0001", json=machine)
        return f"ATM1:{made.json()['secret']}"

    def close(self) -> None:
        self._runner.run(self._stack.aclose())  # which verifies the books
        self._runner.close()

    def _processes(self) -> list[str]:
        """Deploy the bank's own procedure, so that there is a process to ask for and to start."""
        bundle = read_folder(resources.files("liushui.processes.cash_deposit"))
        body = {
            "bpmn": bundle.bpmn.decode(),
            "decisions": bundle.decisions,
            "forms": bundle.forms,
            "texts": bundle.texts,
        }
        deployed = self.ask("POST", "/v1/processes", "O0001", json=body)
        assert deployed.status_code == 201, deployed.text
        return [deployed.json()["key"]]

    def ask(self, method: str, path: str, staff: str | None, **more: Any) -> httpx.Response:
        return self._runner.run(asyncio.wait_for(self._client.call(method, path, staff, **more), 20))

    def _name_what_exists(self, case: Any, data: st.DataObject) -> None:
        """A document cannot say which accounts there are: give a case some that are."""
        for place in (case.path_parameters, case.query, case.body):
            if isinstance(place, dict):
                for name in place.keys() & self.known.keys():
                    if data.draw(st.integers(0, 6)):
                        place[name] = data.draw(st.sampled_from(self.known[name]))

    def send(self, case: Any, staff: str, data: st.DataObject, *, well_formed: bool) -> None:
        if well_formed:
            self._name_what_exists(case, data)
        self._sent += 1
        headers = {"Authorization": f"Bearer {self._runner.run(self._client.token(staff))}"}
        if staff == TERMINAL:
            headers["Liushui-Machine"] = self._machine
        if well_formed or "Idempotency-Key" not in case.headers:
            headers["Idempotency-Key"] = f"walk-{self._sent}"
        sent = case.as_transport_kwargs(base_url="http://bank", headers=headers)
        sent = {
            name: sent[name] for name in ("params", "json", "data", "cookies", "headers") if sent.get(name)
        }
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        response = self._runner.run(
            asyncio.wait_for(self._client.http.request(case.method, case.formatted_path, **sent), 20)
        )
        self.statuses[response.status_code] += 1
        more = [] if well_formed else [checks.negative_data_rejection]
        case.validate_response(response, checks=[*CHECKS, *more])
        if response.status_code >= 400:
            problem = response.json()
            self.codes[problem["code"]] += 1
            for fault in problem["faults"]:
                assert message(fault["code"], fault["params"], "zh-CN") != fault["code"], problem
        if case.path in LATE and response.status_code < 300 and staff in STAFF:
            self._client.forget(staff)


@pytest.fixture
def walk(demo: str) -> Iterator[Walk]:
    one = Walk(demo)
    yield one
    one.close()


def explore(walk: Walk, operation: Any, mode: GenerationMode) -> None:
    """Ask one operation a few times in one of the two ways; mostly as somebody who may."""
    may = who_may(ACCESS[operation.method.upper(), operation.path])

    well_formed = mode is GenerationMode.POSITIVE

    @settings(
        max_examples=EXAMPLES * 2 if well_formed else EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        phases=(Phase.explicit, Phase.generate),
    )  # fmt: skip
    @given(data=st.data(), staff=st.sampled_from([*may * 4, *STAFF]))
    def ask(data: st.DataObject, staff: str) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        walk.send(case, staff, data, well_formed=well_formed)

    ask()


def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(walk: Walk) -> None:
    wrong: list[str] = []
    for operation in walk.operations:
        for mode in GenerationMode:
            try:
                explore(walk, operation, mode)
            except Unsatisfiable:  # it takes nothing, so nothing can be wrong about it
                assert mode is GenerationMode.NEGATIVE
            except BaseExceptionGroup as found:  # what schemathesis has to say, several things at once
                wrong += [f"{operation.label}, {mode.value}: {one!r} {one}" for one in found.exceptions]
            except AssertionError as found:
                wrong.append(f"{operation.label}, {mode.value}: {found}")
    print(json.dumps({"statuses": walk.statuses, "codes": walk.codes}))  # shown where the test fails
    assert wrong == [], "\n\n".join(wrong)
    assert (
        walk.statuses[200] + walk.statuses[201] + walk.statuses[204] > 50
    )  # what changes money is a case now: 201 is rare
    assert walk.statuses.keys() >= {200, 400, 403, 404, 422}


def test_the_document_declares_the_session_and_every_kind_of_refusal(walk: Walk) -> None:
    document = walk.document
    for (method, path), needs in ACCESS.items():
        operation = document["paths"][path][method.lower()]
        assert ("security" in operation) == (needs != PUBLIC), path
        refusals = {int(status): row for status, row in operation["responses"].items() if int(status) >= 400}
        assert refusals.keys() >= {413, 422, 429, 503}
        assert needs == PUBLIC or refusals.keys() >= {401, 403}
        for row in refusals.values():
            assert list(row["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in json.dumps(document)


def test_what_it_has_found(walk: Walk) -> None:
    """Each was an error of the server, or a refusal without its sentence."""
    for part in ("forms", "decisions"):
        bundle = {"bpmn": "<a/>", part: {"one": ["not an object"]}}
        refused = walk.ask("POST", "/v1/processes", "O0001", json=bundle)
        assert (refused.status_code, refused.json()["code"]) == (422, f"{part[:-1]}_malformed")
    for name in ("process", "status"):
        refused = walk.ask("GET", "/v1/cases", "T0001", params={name: "a\0"})
        assert (refused.status_code, refused.json()["code"]) == (422, "field_malformed")
    refused = walk.ask("PATCH", "/v1/transfers", "T0001")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
