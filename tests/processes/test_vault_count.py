"""The vault is counted by two people, each alone; branch cash without notes is counted in by two people."""

from __future__ import annotations

from datetime import date, timedelta

from liushui.cash import open_tills
from tests.cash import KEEPER, book_at, everything, internal, notes_at
from tests.counter import ZHANG, cash_in, rows
from tests.procedures import SUPERVISOR, TELLER, Story, person, refused, run

VAULT = "0001-V"


def test_two_counts_that_agree_with_each_other_and_the_books_close_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        there = await notes_at(s, VAULT)
        case = await s.start(KEEPER, "vault_count", denominations=there)
        assert (await s.variables(case)).get("denominations") is None  # the second person counts blind
        alone = s.do(person("K0001", "supervisor"), case, "SecondCount", denominations=there)
        assert await refused(alone) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "SecondCount", denominations=there)
        assert (await s.ways(case))[-1] == "Done"
        counts = await rows(s, "SELECT counted = book AS agrees, counted_by, second_by FROM cash_count")
        assert counts == [{"agrees": True, "counted_by": "K0001", "second_by": "S0001"}]
        async with s.bank.db.read() as conn:
            left = await open_tills(conn, date(2026, 1, 5))
        assert VAULT not in [x.place for x in left]

    run(demo, tell)


def test_counts_that_differ_from_each_other_are_made_again(demo: str) -> None:
    async def tell(s: Story) -> None:
        there = await notes_at(s, VAULT)
        less = there | {"10000": there["10000"] - 1}
        case = await s.start(KEEPER, "vault_count", place=VAULT, denominations=there)
        await s.do(SUPERVISOR, case, "SecondCount", denominations=less)
        assert await s.open_tasks(case) == ["Recount"]
        await s.do(KEEPER, case, "Recount", denominations=less)
        await s.do(SUPERVISOR, case, "SecondCount", denominations=less)
        assert (await s.ways(case))[-1] == "Differs"
        assert await notes_at(s, VAULT) == there

    run(demo, tell)


def test_what_moves_between_the_counts_makes_them_worthless(demo: str) -> None:
    async def tell(s: Story) -> None:
        there = await notes_at(s, VAULT)
        case = await s.start(KEEPER, "vault_count", denominations=there)
        await s.start(KEEPER, "cash_transfer", giver=VAULT, receiver="0001-T01", denominations={"10000": 1})
        await s.do(SUPERVISOR, case, "SecondCount", denominations=there)
        assert await s.open_tasks(case) == ["Recount"]

    run(demo, tell)


def test_a_count_that_nobody_seconds_is_given_up(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(KEEPER, "vault_count", place="0001-M01", denominations={"10000": 0})
        await s.wait(timedelta(hours=1))
        assert (await s.ways(case))[-2:] == ["NotCounted", "GivenUp"]
        till = s.start(KEEPER, "vault_count", place="0001-T01", denominations={"10000": 1})
        assert await refused(till) == ["cash_place_elsewhere"]
        other = s.start(KEEPER, "vault_count", place="0002-V", denominations={"10000": 1})
        assert await refused(other) == ["cash_place_elsewhere"]

    run(demo, tell)


def test_branch_cash_without_notes_is_counted_into_the_vault(demo: str) -> None:
    async def tell(s: Story) -> None:
        await cash_in(s, ZHANG, "350.00", "old-books")  # as an older version of the books kept it
        vault = await book_at(s, VAULT)
        before = await everything(s)
        much = s.start(KEEPER, "count_in_cash", denominations={"10000": 4})
        assert await refused(much) == ["branch_cash_too_little"]
        assert await everything(s) == before
        case = await s.start(KEEPER, "count_in_cash", denominations={"10000": 3})
        await s.do(SUPERVISOR, case, "SecondCount", denominations={"10000": 3, "5000": 1})
        assert await s.open_tasks(case) == ["Recount"]
        await s.do(KEEPER, case, "Recount", denominations={"10000": 3, "5000": 1})
        await s.do(SUPERVISOR, case, "SecondCount", denominations={"10000": 3, "5000": 1})
        assert (await s.ways(case))[-1] == "Done"
        assert await book_at(s, VAULT) == vault + 35_000
        assert await internal(s, "cash") == 0
        case = await s.start(KEEPER, "vault_count", denominations=await notes_at(s, VAULT))
        await s.do(SUPERVISOR, case, "SecondCount", denominations=await notes_at(s, VAULT))
        assert (await s.ways(case))[-1] == "Done"

    run(demo, tell)


def test_a_second_count_that_does_not_come_leaves_the_cash_where_it_was(demo: str) -> None:
    async def tell(s: Story) -> None:
        await cash_in(s, ZHANG, "100.00", "old-books")
        case = await s.start(KEEPER, "count_in_cash", denominations={"10000": 1})
        await s.wait(timedelta(hours=1))
        assert (await s.ways(case))[-1] == "GivenUp"
        assert await internal(s, "cash") == 10_000
        assert await refused(s.start(TELLER, "count_in_cash", denominations={"10000": 1})) == [
            "process_start_denied"
        ]

    run(demo, tell)
