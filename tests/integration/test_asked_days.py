"""Days that are asked for in an address: of another age, or not written as days. Every route that takes one is found by its document."""

from __future__ import annotations

from typing import Any

from tests.integration.test_open_api import Client, run

OLDEST, NEWEST = "0001-01-01", "9999-12-31"
STAFF = ("A0001", "S0001", "O0001", "P0001", "K0001", "T0001")
FILLED = {
    "place": "0001-V",
    "name": "cash",
    "key": "cash_deposit",
    "process": "cash_deposit",
    "product": "demand",
    "version": "1",
}


def _asks_for_a_day(parameter: dict[str, Any]) -> bool:
    schema = parameter["schema"]
    return parameter["in"] == "query" and any(
        kind.get("format") == "date" for kind in (schema, *schema.get("anyOf", ()))
    )


def test_a_day_of_another_age_is_no_fault_of_the_bank(demo: str) -> None:
    async def story(c: Client) -> None:
        document = (await c.http.get("/openapi.json")).json()
        asked = {
            path: [p["name"] for p in operations["get"].get("parameters", ()) if _asks_for_a_day(p)]
            for path, operations in document["paths"].items()
            if "get" in operations and not path.startswith("/v1/my/")
        }
        asked = {path: days for path, days in asked.items() if days}
        assert {
            "/v1/audit",
            "/v1/cases",
            "/v1/trial-balance",
            "/v1/cash/places/{place}/journal",
        } <= asked.keys()
        answered: set[str] = set()
        for path, days in asked.items():
            address = path.format_map(FILLED)
            for values in ((OLDEST, OLDEST), (NEWEST, NEWEST), (OLDEST, NEWEST)):
                params = dict(zip(days, values * 2, strict=False))
                answers = [await c.call("GET", address, staff, params=params) for staff in STAFF]
                assert {a.status_code for a in answers} <= {200, 403, 404, 422}, (path, params)
                answered |= {path for a in answers if a.status_code == 200}
            seconds = await c.call("GET", address, "A0001", params=dict.fromkeys(days, "1700000000"))
            assert seconds.status_code in (403, 422), (path, "a number of seconds is no day")
        assert {"/v1/audit", "/v1/cases", "/v1/trial-balance"} <= answered

    run(demo, story)
