"""What every operation has in common, written into the OpenAPI document in one place: refusals as problem details
(RFC 9457), and the session that an operation asks for. The routes declare what is their own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from liushui.channels.open_api.access import ACCESS, CUSTOMER, ENROLMENT, MACHINE, PUBLIC
from liushui.channels.open_api.schemas import Problem

PROBLEM_TYPE = "application/problem+json"
_SESSION, _CUSTOMER_SESSION, _MACHINE = "session", "customer_session", "machine"
_SCHEMES = {
    _SESSION: {"type": "http", "scheme": "bearer", "description": "Staff and machine clients."},
    _CUSTOMER_SESSION: {"type": "http", "scheme": "bearer", "description": "Customers."},
    _MACHINE: {"type": "apiKey", "in": "header", "name": "Liushui-Machine", "description": "number:secret"},
}
_ALWAYS = (413, 422, 429, 500, 503)
_OF_SESSIONS = (401, 403)
_OF_WRITES = (400, 404, 409)


def describe(api: FastAPI) -> None:
    """Let the application's document say what ``Gate``, the access table and the handlers of refusals do."""
    plain = api.openapi

    def complete() -> dict[str, Any]:
        if api.openapi_schema is None:
            _complete(plain())
        assert api.openapi_schema is not None
        return api.openapi_schema

    api.openapi = complete


def _complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own idea of a refusal
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    components["securitySchemes"] = _SCHEMES
    for (method, path), needs in ACCESS.items():
        operation = document["paths"][path][method.lower()]
        for status in _statuses(method, path, needs):
            operation["responses"][str(status)] = {
                "description": HTTPStatus(status).phrase,
                "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        if needs != PUBLIC:
            operation["security"] = _security(needs)


def _security(needs: str) -> list[dict[str, list[str]]]:
    """A customer who stands at a machine shows the machine's credential as well as the session."""
    if needs == MACHINE:
        return [{_MACHINE: []}]
    if needs in (CUSTOMER, ENROLMENT):
        return [{_CUSTOMER_SESSION: []}, {_CUSTOMER_SESSION: [], _MACHINE: []}]
    return [{_SESSION: []}]


def _statuses(method: str, path: str, needs: str) -> list[int]:
    statuses: set[int] = set(_ALWAYS)
    if needs != PUBLIC or method == "POST":  # to log in is public, and may be refused
        statuses |= set(_OF_SESSIONS)
    if method != "GET":
        statuses |= set(_OF_WRITES)
    if "{" in path:
        statuses.add(404)
    return sorted(statuses)
