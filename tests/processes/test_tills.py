"""A teller's day: signed in against the last count, cash in and out, signed out, closed blind; and what is left open."""

from __future__ import annotations

from datetime import date, timedelta

from liushui.cash import open_tills
from tests.cash import TILL, close_all, everything, notes_at, without
from tests.counter import ZHANG, next_day, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run


async def left(s: Story, day: date) -> list[tuple[str, str, str | None]]:
    async with s.bank.db.read() as conn:
        return [(x.what, x.place, x.by) for x in await open_tills(conn, day)]


def test_nobody_takes_cash_without_a_till(demo: str) -> None:
    async def tell(s: Story) -> None:
        await close_all(s)
        before = await everything(s)
        given = {"account": ZHANG, "amount": "100.00", "denominations": {"10000": 1}}
        assert await refused(s.start(TELLER, "cash_deposit", **given)) == ["till_not_held"]
        unnamed = s.start(TELLER, "till_sign_in")
        assert await refused(unnamed) == ["form_field_missing", "form_field_missing"]
        unknown = s.start(TELLER, "till_sign_in", till="0001-T77", denominations=TILL)
        assert await refused(unknown) == ["cash_place_unknown"]
        elsewhere = s.start(TELLER, "till_sign_in", till="0002-T01", denominations=TILL)
        assert await refused(elsewhere) == ["cash_place_elsewhere"]
        vault = s.start(TELLER, "till_sign_in", till="0001-V", denominations=TILL)
        assert await refused(vault) == ["cash_place_elsewhere"]
        assert await everything(s) == before
        case = await s.start(TELLER, "till_sign_in", till="0001-T01", denominations=TILL)
        assert (await s.ways(case))[-2:] == ["Open", "Done"]
        taken = s.start(OTHER_TELLER, "till_sign_in", till="0001-T01", denominations=TILL)
        assert await refused(taken) == ["till_taken"]
        second = s.start(TELLER, "till_sign_in", till="0001-T02", denominations=TILL)
        assert await refused(second) == ["till_held_already"]
        await s.start(TELLER, "cash_deposit", **given)
        assert (await notes_at(s, "0001-T01"))["10000"] == 201

    run(demo, tell)


def test_a_till_that_differs_from_its_last_count_is_not_opened(demo: str) -> None:
    async def tell(s: Story) -> None:
        await close_all(s)
        less = without(TILL, f10000=1)
        case = await s.start(TELLER, "till_sign_in", till="0001-T01", denominations=less)
        assert await s.open_tasks(case) == ["Recount"]
        told = await s.variables(case)
        assert "difference" not in told
        assert "book" not in told
        other = s.do(OTHER_TELLER, case, "Recount", denominations=TILL)
        assert await refused(other) == ["task_not_yours"]
        await s.do(TELLER, case, "Recount", denominations=TILL)  # a bundle had been overlooked
        assert (await s.ways(case))[-1] == "Done"
        case = await s.start(OTHER_TELLER, "till_sign_in", till="0001-T02", denominations=less)
        await s.do(OTHER_TELLER, case, "Recount", denominations=less)
        assert (await s.ways(case))[-1] == "NotOpened"
        assert await refused(s.start(OTHER_TELLER, "till_sign_out")) == ["till_not_held"]
        case = await s.start(OTHER_TELLER, "till_sign_in", till="0001-T02", denominations=less)
        await s.wait(timedelta(hours=1))
        assert (await s.ways(case))[-2:] == ["NotRecounted", "NotOpened"]

    run(demo, tell)


def test_a_till_that_is_signed_out_is_locked_and_stays_its_tellers(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "till_sign_out")
        assert await rows(s, "SELECT name FROM process_instance WHERE id = $1", case) == [
            {"name": "0001-T01"}
        ]
        assert await refused(s.start(TELLER, "till_sign_out")) == ["till_signed_out"]
        given = {"account": ZHANG, "amount": "100.00", "denominations": {"10000": 1}}
        assert await refused(s.start(TELLER, "cash_deposit", **given)) == ["till_signed_out"]
        stranger = person("T0009", "teller")
        taken = s.start(stranger, "till_sign_in", till="0001-T01", denominations=TILL)
        assert await refused(taken) == ["till_taken"]
        case = await s.start(TELLER, "till_sign_in")
        assert (await s.ways(case))[-1] == "Back"
        assert (await s.ways(await s.start(TELLER, "cash_deposit", **given)))[-1] == "Done"

    run(demo, tell)


def test_the_day_is_closed_when_book_and_count_agree(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.start(TELLER, "cash_deposit", account=ZHANG, amount="350.00",
                      denominations={"10000": 4}, change={"5000": 1})  # fmt: skip
        right = TILL | {"10000": 204, "5000": 99}
        case = await s.start(TELLER, "till_close", denominations=right)
        assert (await s.ways(case))[-2:] == ["Close", "Done"]
        assert await refused(s.start(TELLER, "till_close", denominations=right)) == ["till_not_held"]
        counts = await rows(s, "SELECT purpose, counted, book, counted_by FROM cash_count")
        # 28,663.20 + 350.00
        assert counts == [
            {"purpose": "closing", "counted": 2_901_320, "book": 2_901_320, "counted_by": "T0001"}
        ]

    run(demo, tell)


def test_the_right_sum_in_other_faces_is_counted_again_and_put_right(demo: str) -> None:
    async def tell(s: Story) -> None:
        other = TILL | {"10000": 199, "5000": 102}
        case = await s.start(TELLER, "till_close", denominations=other)
        assert await s.open_tasks(case) == ["Recount"]
        await s.do(TELLER, case, "Recount", denominations=other)
        assert (await s.ways(case))[-1] == "Done"
        assert (await s.variables(case))["faces_put_right"] is True
        assert await notes_at(s, "0001-T01") == other
        moved = await rows(s, "SELECT l.face, l.pieces FROM cash_movement m JOIN cash_movement_line l ON l.movement_id = m.id "
                              "WHERE m.journal_id IS NULL ORDER BY 1")  # fmt: skip
        assert [tuple(row.values()) for row in moved] == [(5_000, 2), (10_000, -1)]

    run(demo, tell)


def test_a_till_that_differs_stays_open_and_stops_nobody(demo: str) -> None:
    async def tell(s: Story) -> None:
        less = without(TILL, f10000=1)
        case = await s.start(TELLER, "till_close", denominations=less)
        before = await everything(s)
        await s.do(TELLER, case, "Recount", denominations=less)
        assert (await s.ways(case))[-1] == "CashDiffers"
        assert await everything(s) == before
        day = date(2026, 1, 5)
        tills = [("till", f"0001-T0{n}", who) for n, who in ((1, "T0001"), (2, "T0003"), (3, "S0001"))]
        vaults = [("vault", "0001-V", None), ("vault", "0002-V", None)]
        assert await left(s, day) == [*tills, ("till", "0002-T01", "T0002"), *vaults]
        await s.bank.db.transact(lambda uow: uow.advance_business_date(date(2026, 1, 6)))  # the bank goes on
        given = {"account": ZHANG, "amount": "100.00", "denominations": {"10000": 1}}
        assert await refused(s.start(TELLER, "cash_deposit", **given)) == ["till_day_over"]
        assert await refused(s.start(TELLER, "till_sign_in")) == ["form_field_missing", "form_field_missing"]
        case = await s.start(TELLER, "till_close", denominations=TILL)  # it was found in the drawer
        assert (await s.ways(case))[-1] == "Done"
        assert ("till", "0001-T01", "T0001") not in await left(s, day)
        await s.start(TELLER, "till_sign_in", till="0001-T01", denominations=TILL)
        assert (await s.ways(await s.start(TELLER, "cash_deposit", **given)))[-1] == "Done"

    run(demo, tell)


def test_a_recount_that_nobody_makes_leaves_the_till_open(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "till_close", denominations={"10000": 1})
        await s.wait(timedelta(hours=1))
        assert (await s.ways(case))[-2:] == ["NotRecounted", "LeftOpen"]
        assert ("till", "0001-T01", "T0001") in await left(s, date(2026, 1, 5))

    run(demo, tell)


def test_above_its_limit_a_till_is_told_to_hand_in(demo: str) -> None:
    async def tell(s: Story) -> None:
        """The limit is 300,000.00; the till begins with 28,663.20."""
        case = await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="50000.00", denominations={"10000": 500}
        )
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="id_card", document_checked=True)
        assert (await s.variables(case))["hand_in"] == 0
        case = await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="250000.00", denominations={"10000": 2500}
        )
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="id_card", document_checked=True)
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert (await s.ways(case))[-1] == "Done"  # the customer is not sent away
        assert (await s.variables(case))["hand_in"] == 2_866_320
        await next_day(s)

    run(demo, tell)


def test_a_new_till_needs_two_people_and_begins_empty(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(SUPERVISOR, "open_cash_place", kind="till")
        own = s.do(person("S0001", "vault_keeper"), case, "Approve", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        await s.do(person("K0001", "vault_keeper"), case, "Approve", decision="approve")
        assert (await s.variables(case))["place"] == "0001-T04"
        assert await notes_at(s, "0001-T04") == {}
        case = await s.start(SUPERVISOR, "open_cash_place", kind="machine")
        await s.do(person("K0001", "vault_keeper"), case, "Approve", decision="reject")
        assert await rows(s, "SELECT 1 FROM cash_place WHERE code = '0001-M02'") == []

    run(demo, tell)
