"""Where every refusal is answered, and counted: by what was asked for, by what sort of visitor, with which code. No number, name
or parameter of the request gets into a count; what has no bound is counted as ``other`` or not told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.types import Scope

from liushui.bank import Bank
from liushui.channels.open_api.access import ACCESS
from liushui.channels.open_api.dependencies import WHERE, WHO, person_of
from liushui.channels.open_api.metrics import Metrics
from liushui.channels.open_api.problems import problem, status_of
from liushui.identity import Principal
from liushui.kernel.errors import Fault, Refused
from liushui.locales import messages
from liushui.processes import CaseRefused
from liushui.reporting import Refusal, RefusalCounts, process_of
from liushui.reporting.refusals import OTHER
from liushui.self_service import Machine, Visitor

ALWAYS_ABOUT = {"POST /v1/transfers": "transfer"}
"""Operations that begin a case of one process, whichever path they have."""
NAMES_OF_A_CASE = ("process", "task", "case", "incident")
"""Parameters of a path by which a case is begun or moved."""
ASKS_WHO_IS_THERE = {"GET /v1/sessions/current", "GET /v1/my/session"}
"""What every page asks when it is opened. That nobody is logged in is the answer, and nothing has been refused."""
LOOK_UP_WITHIN_S = 1.0


class Refusals:
    """Answers what is refused. routes: in the order in which they are looked through."""

    def __init__(self, routes: Sequence[APIRoute], bank: Callable[[], Bank], metrics: Metrics) -> None:
        self.counts = RefusalCounts()
        self._routes = routes
        self._bank = bank
        self._metrics = metrics
        self._processes: set[str] = set()

    async def refused(self, scope: Scope, error: Refused) -> JSONResponse:
        """A refusal of the bank's own. One that a case has on record is not counted a second time."""
        if not isinstance(error, CaseRefused):
            return await self.answer(scope, error.faults)
        return await self.answer(scope, error.faults, case_left=True, counted=not error.on_record)

    async def answer(
        self, scope: Scope, faults: Sequence[Fault], *, case_left: bool = False, counted: bool = True
    ) -> JSONResponse:
        """The problem details. case_left: a case that went straight through has ended with it."""
        code = faults[0].code if faults[0].code in messages("en") else OTHER
        operation = self._operation(scope)
        if not (operation in ASKS_WHO_IS_THERE and code == "session_unknown"):
            self._metrics.refusals.labels(code).inc()
            if counted:
                kind = await self._kind(scope, operation, faults[0], code, case_left)
                self.counts.count(kind, self._bank().clock.now())
        language = _header(scope, b"accept-language")
        return problem(faults, language, scope.get("state", {}).get("request_id", "browser"))

    async def _kind(self, scope: Scope, operation: str, fault: Fault, code: str, case_left: bool) -> Refusal:
        visitor, channel, branch_id = _visitor(scope.get("state", {}))
        # Strangers cost the bank no look-up, and where the bank fails there is none to be had.
        known = visitor != "nobody" and status_of(fault) < 500
        process = await self._process(scope, operation) if known else None
        return Refusal(visitor, channel, branch_id, operation, process, case_left, code)

    def _operation(self, scope: Scope) -> str:
        """Method and template; the request may have been refused before its route was looked for."""
        method, path, route = scope["method"], scope["path"], scope.get("route")
        if isinstance(route, APIRoute):
            path = route.path
        elif (method, path) not in ACCESS:
            path = next(
                (r.path for r in self._routes if method in r.methods and r.path_regex.match(path)), OTHER
            )
        return f"{method} {path}" if (method, path) in ACCESS else OTHER

    async def _process(self, scope: Scope, operation: str) -> str | None:
        """Of an operation that begins a case or moves one; None where there is no such process or case."""
        if scope["method"] == "GET":
            return None
        params: dict[str, Any] = scope.get("path_params", {})
        named = next((name for name in NAMES_OF_A_CASE if name in params), None)
        if named is None:
            return ALWAYS_ABOUT.get(operation)
        value = str(params[named])
        if named == "process" and value in self._processes:
            return value
        try:
            async with asyncio.timeout(LOOK_UP_WITHIN_S), self._bank().db.look_up() as conn:
                found = await process_of(conn, named, value)
        except Exception:  # counted without its process: an answer is owed, whatever becomes of the look-up
            return None
        if found is not None:
            self._processes.add(found)
        return found


def _visitor(state: dict[str, Any]) -> tuple[str, str | None, int | None]:
    """Sort, channel and branch of whoever asked, as far as they had been recognised. A customer has the branch of the machine at
    which they stand."""
    who: Principal | Visitor | None = state.get(WHO)
    machine: Machine | None = state.get(WHERE)
    if isinstance(who, Principal):
        return "staff", person_of(who).channel, who.branch_id
    if who is not None:
        return "customer", who.channel, None if machine is None else machine.branch_id
    return ("nobody", None, None) if machine is None else ("machine", machine.channel, machine.branch_id)


def _header(scope: Scope, name: bytes) -> str:
    return next((value for key, value in scope["headers"] if key == name), b"").decode("latin-1")
