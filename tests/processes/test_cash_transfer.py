"""Cash between vault, till and machine: both people count, or it goes back; never twice, never lost."""

from __future__ import annotations

from datetime import date, timedelta

from liushui.cash import open_tills
from tests.cash import KEEPER, OTHER_KEEPER, TILL, book_at, everything, notes_at
from tests.counter import rows
from tests.procedures import OTHER_TELLER, TELLER, Story, refused, run

TEN = {"10000": 100}
"""10,000.00 in hundreds."""
VAULT, MINE, OTHERS, MACHINE, WAY = "0001-V", "0001-T01", "0001-T02", "0001-M01", "0001-X"


async def begin(
    s: Story, giver: str = VAULT, receiver: str = MINE, notes: dict[str, int] | None = None
) -> int:
    who = KEEPER if giver in (VAULT, MACHINE) else TELLER
    return await s.start(who, "cash_transfer", giver=giver, receiver=receiver, denominations=notes or TEN)


async def books(s: Story, *codes: str) -> list[int]:
    return [await book_at(s, code) for code in codes]


def test_from_the_vault_to_a_till(demo: str) -> None:
    async def tell(s: Story) -> None:
        vault, till = await books(s, VAULT, MINE)
        case = await begin(s)
        assert await books(s, VAULT, WAY, MINE) == [vault - 1_000_000, 1_000_000, till]
        assert await notes_at(s, WAY) == TEN
        assert await s.open_tasks(case) == ["ReceiveAtTill"]
        other = s.do(OTHER_TELLER, case, "ReceiveAtTill", accepted="yes", counted=TEN)
        assert await refused(other) == ["task_not_yours"]
        await s.do(TELLER, case, "ReceiveAtTill", accepted="yes", counted=TEN)
        assert await books(s, VAULT, WAY, MINE) == [vault - 1_000_000, 0, till + 1_000_000]
        assert (await notes_at(s, MINE)) == TILL | {"10000": 300}
        codes = await rows(
            s, "SELECT code, operator FROM journal WHERE process_instance = $1 ORDER BY id", str(case)
        )
        assert [tuple(row.values()) for row in codes] == [("CSH01", "K0001"), ("CSH02", "T0001")]

    run(demo, tell)


def test_from_a_till_back_to_the_vault_and_on_to_a_machine(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await begin(s, MINE, VAULT)
        assert await s.open_tasks(case) == ["ReceiveInVault"]
        teller = s.do(OTHER_TELLER, case, "ReceiveInVault", accepted="yes", counted=TEN)
        assert await refused(teller) == ["task_role_missing"]
        await s.do(KEEPER, case, "ReceiveInVault", accepted="yes", counted=TEN)
        case = await begin(s, VAULT, MACHINE)
        alone = s.do(KEEPER, case, "ReceiveInVault", accepted="yes", counted=TEN)
        assert await refused(alone) == ["separation_of_duties"]  # two keys to a machine
        await s.do(OTHER_KEEPER, case, "ReceiveInVault", accepted="yes", counted=TEN)
        assert await notes_at(s, MACHINE) == TEN
        assert await notes_at(s, MINE) == TILL | {"10000": 100}

    run(demo, tell)


def test_counts_that_differ_send_it_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await books(s, VAULT, WAY, MINE)
        case = await begin(s)
        await s.do(TELLER, case, "ReceiveAtTill", accepted="yes", counted={"10000": 99, "5000": 2})
        assert await s.open_tasks(case) == ["TakeBack"]  # the same sum in other faces is not the same cash
        assert (await books(s, VAULT, WAY, MINE))[1] == 1_000_000
        await s.do(KEEPER, case, "TakeBack", taken_back=True)
        assert (await s.ways(case))[-1] == "Returned"
        assert await books(s, VAULT, WAY, MINE) == before
        case = await begin(s)
        await s.do(TELLER, case, "ReceiveAtTill", accepted="no")
        await s.do(KEEPER, case, "TakeBack", taken_back=True)
        assert await books(s, VAULT, WAY, MINE) == before

    run(demo, tell)


def test_what_nobody_receives_goes_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await books(s, VAULT, WAY, MINE)
        case = await begin(s)
        async with s.bank.db.read() as conn:
            left = await open_tills(conn, date(2026, 1, 5))
        assert ("transfer", VAULT, "K0001") in [(x.what, x.place, x.by) for x in left]
        await s.wait(timedelta(hours=2))
        assert await s.open_tasks(case) == ["TakeBack"]
        await s.do(KEEPER, case, "TakeBack", taken_back=True)
        assert await books(s, VAULT, WAY, MINE) == before

    run(demo, tell)


def test_a_case_given_up_as_a_whole_leaves_nothing_on_the_way(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await books(s, VAULT, WAY, MINE)
        case = await begin(s)
        await s.processes.cancel(KEEPER, case, "alarm", idempotency_key="cancel-1")
        await s.work()
        assert await books(s, VAULT, WAY, MINE) == before
        assert await rows(s, "SELECT state, settled_by FROM cash_transfer") == [
            {"state": "returned", "settled_by": "system"}]  # fmt: skip

    run(demo, tell)


def test_a_till_takes_no_more_than_it_may_keep(demo: str) -> None:
    async def tell(s: Story) -> None:
        """300,000.00 at most; it has 28,663.20: 271,336.80 fit, and no more."""
        before = await everything(s)
        much = begin(s, notes={"10000": 2714})
        assert await refused(much) == ["till_keeps_too_much"]
        assert await everything(s) == before
        first = await begin(s, notes={"10000": 2000})
        second = await begin(s, notes={"10000": 2000})  # each fits as long as the other has not come
        await s.do(TELLER, first, "ReceiveAtTill", accepted="yes", counted={"10000": 2000})
        await s.do(TELLER, second, "ReceiveAtTill", accepted="yes", counted={"10000": 2000})
        assert (await s.ways(second))[-1] == "GoesBack"
        await s.do(KEEPER, second, "TakeBack", taken_back=True)
        assert await book_at(s, MINE) == 2_866_320 + 20_000_000

    run(demo, tell)


def test_what_is_not_there_or_not_yours_does_not_move(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await everything(s)
        attempts = {
            "notes_missing": s.start(TELLER, "cash_transfer", giver=MINE, receiver=VAULT, denominations={"10000": 201}),
            "same_cash_place": s.start(TELLER, "cash_transfer", giver=MINE, receiver=MINE, denominations=TEN),
            "face_unknown": s.start(TELLER, "cash_transfer", giver=MINE, receiver=VAULT, denominations={"700": 1}),
            "amount_not_positive": s.start(TELLER, "cash_transfer", giver=MINE, receiver=VAULT, denominations={"100": 0}),
            "cash_place_unknown": s.start(TELLER, "cash_transfer", giver=MINE, receiver="?", denominations=TEN),
            "task_role_missing": s.start(TELLER, "cash_transfer", giver=VAULT, receiver=MINE, denominations=TEN),
        }  # fmt: skip
        for code, attempt in attempts.items():
            assert await refused(attempt) == [code]
        for receiver in ("0002-V", WAY):
            elsewhere = s.start(TELLER, "cash_transfer", giver=MINE, receiver=receiver, denominations=TEN)
            assert await refused(elsewhere) == ["cash_place_elsewhere"]
        theirs = s.start(TELLER, "cash_transfer", giver=OTHERS, receiver=VAULT, denominations=TEN)
        assert await refused(theirs) == ["cash_place_elsewhere"]
        await s.start(OTHER_TELLER, "till_close", denominations=TILL)
        nobody = begin(s, VAULT, OTHERS)
        assert await refused(nobody) == ["till_not_held"]
        assert await everything(s) == before

    run(demo, tell)
