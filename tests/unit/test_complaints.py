"""The clocks and the life of a complaint, as rules without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from liushui.kernel.clock import end_of
from liushui.kernel.errors import Refused
from liushui.service import Happened, deadline_of, stand

MORNING = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def told(*what: str, kind: str = "simple", at: datetime = MORNING) -> list[Happened]:
    new = {"classified": date(2026, 1, 20), "extended": date(2026, 3, 6), "reopened": date(2026, 4, 1)}
    return [Happened(w, at, "C0001", kind=kind, deadline=new.get(w)) for w in what]


@pytest.mark.parametrize(
    ("received", "period", "last"),
    [
        (date(2026, 1, 5), "P15D", date(2026, 1, 20)),
        (date(2026, 1, 31), "P30D", date(2026, 3, 2)),  # February has 28 days
        (date(2028, 1, 31), "P30D", date(2028, 3, 1)),  # a leap year
        (date(2026, 1, 5), "P60D", date(2026, 3, 6)),
    ],
)
def test_the_clock_counts_calendar_days_after_the_day_of_receipt(
    received: date, period: str, last: date
) -> None:
    assert deadline_of(received, period) == last
    assert (last - received).days == int(period[1:-1])


def test_an_answer_is_in_time_until_the_last_day_is_over_in_beijing() -> None:
    over = end_of(date(2026, 1, 20))
    assert over == datetime(2026, 1, 20, 16, 0, tzinfo=UTC)
    begun = told("registered", "classified")
    assert (
        stand([*begun, Happened("answered", over - timedelta(seconds=1), "S0001")]).answered_in_time is True
    )
    assert stand([*begun, Happened("answered", over, "S0001")]).answered_in_time is False


@pytest.mark.parametrize(
    ("history", "code"),
    [
        (("classified",), "complaint_state_unfit"),
        (("registered", "answered"), "complaint_state_unfit"),
        (("registered", "classified", "answered", "withdrawn"), "complaint_state_unfit"),
        (("registered", "classified", "withdrawn", "answered"), "complaint_state_unfit"),
        (("registered", "classified", "extension_asked"), "complaint_extension_unfit"),
        (
            ("registered", "classified", "answered", "reopened", "answered", "reopened"),
            "complaint_reopened_already",
        ),
        (("registered", "classified", "answered", "closed", "reopened"), "complaint_state_unfit"),
    ],
)
def test_what_does_not_fit_its_history_is_refused(history: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refused) as caught:
        stand(told(*history))
    assert caught.value.code == code


def test_a_special_one_is_extended_once_and_warned_of_anew() -> None:
    begun = told("registered", "classified", "at_risk", "extension_asked", kind="special")
    assert stand(begun).warned == {"at_risk"}
    assert stand(begun).extension_asked
    extended = stand([*begun, *told("extended", kind="special")])
    assert (extended.extended, extended.extension_asked, extended.warned) == (True, False, frozenset())
    with pytest.raises(Refused, match="complaint_extension_unfit"):
        stand([*begun, *told("extended", "extension_asked", kind="special")])
