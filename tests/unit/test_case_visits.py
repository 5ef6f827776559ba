"""A case's events read as visits: the stories are written here by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from liushui.channels.open_api.case_view import masked
from liushui.workflow.visits import visits

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def happened(
    minute: int, element: str, lifecycle: str, who: str = "system", token: int | None = None, **more: Any
) -> dict[str, Any]:
    event = {
        "element": element,
        "lifecycle": lifecycle,
        "recorded_at": NINE + timedelta(minutes=minute),
        "resource": who,
    }
    return event | {"token": token, "role": None, "decision_rows": None} | more  # fmt: skip


def test_two_people_at_one_element_at_the_same_time_are_two_visits() -> None:
    found = visits([
        happened(0, "Check", "enabled", token=4), happened(0, "Check", "enabled", token=5),
        happened(2, "Check", "assigned", "T0001", 5), happened(3, "Check", "completed", "T0002", 4),
        happened(9, "Check", "completed", "T0001", 5),
    ])  # fmt: skip
    assert [(v.who, v.lasted) for v in found] == [
        ("T0002", timedelta(minutes=3)),
        ("T0001", timedelta(minutes=9)),
    ]


def test_what_has_not_ended_lasts() -> None:
    (visit,) = visits([happened(0, "Ask", "enabled", token=1), happened(1, "Ask", "suspended", token=1)])
    assert (visit.how, visit.ended_at, visit.lasted) == ("suspended", None, None)


def test_a_loop_from_before_tokens_were_written_is_a_visit_a_round() -> None:
    found = visits(happened(minute, "Ask", how) for minute in (0, 5) for how in ("enabled", "completed"))
    assert [v.began_at for v in found] == [NINE, NINE + timedelta(minutes=5)]


def test_a_decision_is_over_at_once_and_names_its_rules() -> None:
    (visit,) = visits([happened(0, "Controls", "completed", token=1, decision_rows=["high"])])
    assert (visit.lasted, visit.decision_rows) == (timedelta(0), ("high",))


def test_of_people_a_reader_sees_what_their_role_may() -> None:
    variables = {
        "name": "张示例", "document_number": "110101199003070011", "amount": 5, "product_name": "整存整取",
        "owners": [{"owner_name": "李示例", "owner_document_number": "E1234567", "share": 60, "new_password": "111111"}],
    }  # fmt: skip
    teller, keeper = (masked(variables, reads_customers=may) for may in (True, False))
    assert teller["name"] == "张示例"
    assert keeper["name"] == keeper["owners"][0]["owner_name"] == "***"
    for seen in (teller, keeper):
        assert seen["document_number"] == "110" + "*" * 11 + "0011"
        assert seen["owners"][0] | {"owner_name": ""} == {
            "owner_name": "",
            "owner_document_number": "E12*4567",
            "share": 60,
        }
        assert (seen["amount"], seen["product_name"]) == (5, "整存整取")
