"""What the history leaves undone on purpose, so that every role finds something in its worklist, of different age."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from liushui.demo import errands as e
from liushui.demo.people import Resident, credit_code, id_number, newcomer
from liushui.demo.town import Errand, Town, clock_time
from liushui.demo.visits import asks, counter, somebody
from liushui.kernel.business_calendar import load_business_calendar
from liushui.kernel.clock import bank_day
from liushui.workflow import Person

SILENT, TWICE_SILENT, NOBODY = 911, 912, 902
"""Serials about which the stand-in of the identity service never answers, answers at the third time, and knows nobody."""
LISTED = "钱假名"
"""Somebody made up who stands on a made-up list."""
Left = Callable[[Town, str], Awaitable[None]]


def leave_behind(town: Town, until: datetime) -> None:
    """Put everything on the agenda, counted in working days back from the last moment."""
    calendar = load_business_calendar()
    first = town.today + timedelta(days=1)
    for place, (back, hour, left) in enumerate(PLAN):
        day = calendar.previous(bank_day(until) - timedelta(days=1))
        for _ in range(back - 1):
            day = calendar.previous(day - timedelta(days=1))
        if day >= first:
            town.at(clock_time(day, hour), _bound(town, left, f"left:{place}"))


def _bound(town: Town, left: Left, key: str) -> Callable[[], Awaitable[None]]:
    return lambda: left(town, key)


def leaves(*elements: str, decision: str = "approve") -> dict[str, object]:
    return {"leave": elements, "decision": decision, "differs": False}


async def left_at_counter(
    town: Town, key: str, errand: Callable[[Resident, Person], Errand], *elements: str
) -> None:
    """Somebody asks for it at a counter, and the staff leave these tasks."""

    def told(who: Resident, teller: Person) -> Errand:
        begun = errand(who, teller)
        begun.facts = leaves(*elements)
        return begun

    await asks(town, town.chance(key), somebody(town, town.chance(key)), told)


async def complaint_nobody_takes(town: Town, key: str) -> None:
    await left_at_counter(
        town,
        key,
        lambda who, teller: e.complaint(town, key, who, teller, "phone"),
        "Investigate",
        "ChaseAtRisk",
        "ExplainOverdue",
    )


async def complaint_before_its_answer(town: Town, key: str) -> None:
    await left_at_counter(
        town, key, lambda who, teller: e.complaint(town, key, who, teller, "counter"), "ApproveAnswer"
    )


async def _opens(town: Town, key: str, facts: dict[str, object], *, serial: int | None = None, name: str | None = None,
                 born: date = date(1990, 6, 1)) -> None:  # fmt: skip
    chance = town.chance(key)
    tills = [till for till in town.tills if till.open]
    if not tills:
        return
    till = chance.choice(tills)
    who = newcomer(chance, till.branch.code, town.next_place())
    who.name = name or who.name
    if serial is not None:
        who.document_number = id_number(born, serial)
    errand = e.open_account(town, key, who, till)
    errand.facts |= facts
    await town.begin(errand)


async def old_lady_waits_for_review(town: Town, key: str) -> None:
    serial = 200 + town.next_place() % 400
    await _opens(town, key, leaves("Review"), serial=serial, born=date(1949, 10, 12))


async def sent_back_for_correction(town: Town, key: str) -> None:
    await _opens(town, key, leaves("Correct", decision="return"), serial=206, born=date(1948, 3, 30))


async def called_like_somebody_on_a_list(town: Town, key: str) -> None:
    await _opens(town, key, leaves("ClearHit"), name=LISTED)


async def service_is_silent(town: Town, key: str) -> None:
    """The identity service does not answer: after three more tries the case stops with an incident."""
    await _opens(town, key, {}, serial=SILENT)


async def service_answers_late(town: Town, key: str) -> None:
    await _opens(town, key, {}, serial=TWICE_SILENT)


async def known_to_nobody(town: Town, key: str) -> None:
    await _opens(town, key, leaves("Review"), serial=NOBODY)


async def elsewhere(town: Town, key: str, staff: str, process: str, leave: str, **form: object) -> None:
    """A case that somebody of the staff begins, and that waits for another."""
    person = next((p for p in town.staff if p.number == staff), None)
    if person is not None:
        await town.begin(Errand(key, process, person, form, leaves(leave)))


async def rate_waits(town: Town, key: str) -> None:
    await elsewhere(
        town, key, "P0001", "change_rate", "Approve", rate="time", currency="CNY", tenor="6M", percent="0.90",
        valid_from=(town.today + timedelta(days=20)).isoformat(), reason="随行就市下调",
    )  # fmt: skip


async def certificates_offered(town: Town, key: str) -> None:
    await elsewhere(
        town, key, "P0001", "issue_certificates", "", product="certificate", tenor="1Y", offered="20000000.00",
        from_on=town.today.isoformat(), to_on=(town.today + timedelta(days=60)).isoformat(), reason="四季度发行计划",
    )  # fmt: skip


async def till_wanted(town: Town, key: str) -> None:
    await elsewhere(town, key, "S0003", "open_cash_place", "Approve", kind="till")


async def firm_waits_for_confirmation(town: Town, key: str) -> None:
    """An owner by management: confirmed by somebody of another branch."""
    tills = [till for till in town.tills if till.open]
    if not tills:
        return
    chance = town.chance(key)
    till = chance.choice(tills)
    who = newcomer(chance, till.branch.code, town.next_place())
    who.name, who.kind, who.document_number = "竹影示范文化有限公司", "entity", credit_code(town.next_place())
    errand = e.open_entity_account(town, key, who, till.teller)
    errand.facts["owner"] |= {"owner_basis": "management", "owner_share": None}
    errand.facts |= leaves("ConfirmElsewhere", "Confirm")
    await town.begin(errand)


async def lost_card_not_settled(town: Town, key: str) -> None:
    await left_at_counter(town, key, lambda who, teller: e.loss(town, key, who, teller, "written"), "Settle")


async def frozen_by_a_court(town: Town, key: str) -> None:
    await left_at_counter(
        town, key, lambda who, teller: e.freeze(town, key, who, teller, town.today + timedelta(days=120))
    )


async def large_transfer_waits(town: Town, key: str) -> None:
    chance = town.chance(key)
    at = counter(town, chance, somebody(town, chance, has=52_000_000, kind="entity"))
    payee = somebody(town, chance, kind="entity")
    if at is not None and payee is not None and payee is not at[0]:
        form = {"payer": at[0].account, "payee": payee.account, "amount": "512000.00", "memo": "设备款"}
        await town.begin(Errand(key, "transfer", at[1].teller, form, leaves("Review")))


async def one_note_too_many(town: Town, _key: str) -> None:
    """The next payment is a mistake, which the evening's count brings to light."""
    town.mistakes += 1


PLAN: tuple[tuple[int, float, Left], ...] = (
    (27, 10.0, certificates_offered),
    (16, 10.2, complaint_nobody_takes),
    (13, 9.3, one_note_too_many),
    (9, 14.1, frozen_by_a_court),
    (8, 11.0, lost_card_not_settled),
    (7, 9.6, complaint_before_its_answer),
    (5, 15.0, sent_back_for_correction),
    (4, 10.4, till_wanted),
    (2, 9.8, service_is_silent),
    (3, 14.5, old_lady_waits_for_review),
    (2, 10.9, firm_waits_for_confirmation),
    (3, 13.4, service_answers_late),
    (2, 15.5, known_to_nobody),
    (1, 9.3, one_note_too_many),
    (1, 10.1, rate_waits),
    (1, 10.6, old_lady_waits_for_review),
    (1, 11.5, called_like_somebody_on_a_list),
    (1, 15.8, large_transfer_waits),
    (1, 16.2, complaint_nobody_takes),
)
"""How many working days back, at what hour, and what."""
