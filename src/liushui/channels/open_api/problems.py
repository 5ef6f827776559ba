"""Refusals as RFC 9457 problem details: the code decides the status, the reader's language the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse

from liushui.kernel.errors import Fault
from liushui.locales import best_language, message

_STATUS = {
    "idempotency_key_missing": 400,
    "request_malformed": 400,
    "credentials_wrong": 401,
    "session_unknown": 401,
    "activation_refused": 401,
    "log_in_expired": 401,
    "second_factor_wrong": 401,
    "machine_unknown": 401,
    "second_factor_first": 403,
    "second_factor_locked": 403,
    "passkey_unknown": 404,
    "machine_exists": 409,
    "permission_missing": 403,
    "request_foreign": 403,
    "staff_locked": 403,
    "own_roles_fixed": 403,
    "process_start_denied": 403,
    "report_other_branch": 403,
    "task_role_missing": 403,
    "task_other_branch": 403,
    "task_not_yours": 403,
    "separation_of_duties": 403,
    "authority_exceeded": 403,
    "process_unknown": 404,
    "case_unknown": 404,
    "deposit_unknown": 404,
    "task_unknown": 404,
    "incident_unknown": 404,
    "attachment_unknown": 404,
    "report_unknown": 404,
    "statement_unknown": 404,
    "standing_order_unknown": 404,
    "case_ended": 409,
    "incident_cleared": 409,
    "task_closed": 409,
    "task_stale": 409,
    "task_taken": 409,
    "staff_unknown": 404,
    "route_unknown": 404,
    "journal_unknown": 404,
    "hold_unknown": 404,
    "method_not_allowed": 405,
    "key_reused": 409,
    "customer_exists": 409,
    "journal_already_reversed": 409,
    "statement_differs": 409,
    "hold_resolved": 409,
    "attachment_too_large": 413,
    "body_too_large": 413,
    "rate_limited": 429,
    "internal_error": 500,
    "busy": 503,
    "reports_busy": 503,
    "database_slow": 503,
    "database_unavailable": 503,
    "database_full": 503,
}
_NOT_FOUND_IN_PATH = {"account_unknown", "cash_place_unknown", "customer_unknown", "voucher_unknown"}


def status_of(fault: Fault) -> int:
    """The HTTP status of a refusal. What a path names and is not there is 404; what a body names, 422."""
    if fault.code in _NOT_FOUND_IN_PATH and fault.field is None:
        return 404
    return _STATUS.get(fault.code, 422)


def problem(faults: Sequence[Fault], accept_language: str, request_id: str) -> JSONResponse:
    """All faults in one answer; the first decides status and title."""
    language = best_language(accept_language)
    status = status_of(faults[0])
    body: dict[str, Any] = {
        "type": f"urn:liushui:refusal:{faults[0].code}",
        "title": message(faults[0].code, faults[0].params, language),
        "status": status,
        "code": faults[0].code,
        "request_id": request_id,
        "faults": [
            {
                "code": f.code,
                "field": f.field,
                "params": dict(f.params),
                "message": message(f.code, f.params, language),
            }
            for f in faults
        ],
    }
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = "1"
    return JSONResponse(
        jsonable_encoder(body), status, headers=headers, media_type="application/problem+json"
    )


def faults_of_input(errors: Sequence[Any]) -> list[Fault]:
    """What the schema found wrong, all at once, without repeating what was typed."""
    faults: list[Fault] = []
    for error in errors:
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        if error["type"] == "json_invalid":
            place = []  # a byte offset, no field
        if error["loc"][0] == "header":
            faults.append(Fault("idempotency_key_missing"))
        else:
            reason = str(error["type"]).replace(
                "model_attributes_type", "model_type"
            )  # FastAPI's word for it
            faults.append(Fault("field_malformed", {"reason": reason}, ".".join(place) or None))
    return faults
