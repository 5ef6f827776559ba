"""Important blank vouchers: received, handed out, used in sequence, voided, counted; every number in one place."""

from __future__ import annotations

from datetime import timedelta

from tests.cash import KEEPER, OTHER_KEEPER, TILL, everything
from tests.counter import rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run
from tests.processes.opening import finish, newcomer

PASSBOOK, CHEQUES = 101, 201


async def ranges(s: Story, kind: int = PASSBOOK) -> list[tuple[int, int, str, str | None]]:
    found = await rows(
        s,
        "SELECT first, last, state, holder FROM voucher_range WHERE kind = $1 AND branch_id = 1 ORDER BY first",
        kind,
    )
    return [(r["first"], r["last"], r["state"], r["holder"]) for r in found]


async def hand_out(s: Story, first: int, last: int) -> None:
    case = await s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=first, last=last, teller="T0001")
    await s.do(TELLER, case, "TakeAsTeller", accepted="yes")


def test_received_by_two_people_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(KEEPER, "voucher_receive", kind=CHEQUES, first=1001, last=1100)
        assert (await s.variables(case))["pieces"] == 100
        assert await ranges(s, CHEQUES) == []
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        assert await ranges(s, CHEQUES) == [(1001, 1100, "stock", None)]
        case = await s.start(KEEPER, "voucher_receive", kind=CHEQUES, first=1101, last=1200)
        other = await s.start(KEEPER, "voucher_receive", kind=CHEQUES, first=1151, last=1250)
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        assert await ranges(s, CHEQUES) == [(1001, 1200, "stock", None)]  # neighbours are one range
        late = s.do(SUPERVISOR, other, "Confirm", decision="approve")
        assert await refused(late) == ["voucher_known"]
        await s.do(SUPERVISOR, other, "Confirm", decision="reject")
        again = s.start(KEEPER, "voucher_receive", kind=CHEQUES, first=1200, last=1200)
        assert await refused(again) == ["voucher_known"]
        unknown = s.start(KEEPER, "voucher_receive", kind=777, first=1, last=2)
        assert await refused(unknown) == ["voucher_kind_unknown"]
        for first, last in ((5, 4), (1, 2_000_000)):
            odd = s.start(KEEPER, "voucher_receive", kind=CHEQUES, first=first, last=last)
            assert await refused(odd) == ["voucher_range_malformed"]

    run(demo, tell)


def test_handed_out_and_back_with_both_signing(demo: str) -> None:
    async def tell(s: Story) -> None:
        """The demo has passbooks 1 to 500 in stock."""
        case = await s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=11, last=20, teller="T0001")
        assert await ranges(s) == [
            (1, 10, "stock", None),
            (11, 20, "on_the_way", None),
            (21, 500, "stock", None),
        ]
        twice = s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=20, last=21, teller="T0001")
        assert await refused(twice) == ["voucher_not_there"]
        other = s.do(OTHER_TELLER, case, "TakeAsTeller", accepted="yes")
        assert await refused(other) == ["task_not_yours"]
        await s.do(TELLER, case, "TakeAsTeller", accepted="yes")
        assert (await ranges(s))[1] == (11, 20, "held", "T0001")
        case = await s.start(TELLER, "voucher_hand_out", kind=PASSBOOK, first=16, last=20)
        await s.do(OTHER_KEEPER, case, "TakeIntoStock", accepted="yes")
        assert await ranges(s) == [
            (1, 10, "stock", None),
            (11, 15, "held", "T0001"),
            (16, 500, "stock", None),
        ]
        signed = await rows(
            s, "SELECT what, moved_by, second_by FROM voucher_movement WHERE what = 'taken' ORDER BY id"
        )
        assert [tuple(r.values()) for r in signed] == [
            ("taken", "T0001", "K0001"),
            ("taken", "K0003", "T0001"),
        ]
        stranger = s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=1, last=1, teller="T0099")
        assert await refused(stranger) == ["staff_unknown"]
        elsewhere = s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=1, last=1, teller="T0002")
        assert await refused(elsewhere) == ["task_other_branch"]
        alone = s.start(TELLER, "voucher_hand_out", kind=PASSBOOK, first=1, last=1, teller="T0001")
        assert await refused(alone) == ["task_role_missing"]

    run(demo, tell)


def test_declined_or_not_fetched_they_go_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        before = await ranges(s)
        case = await s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=1, last=10, teller="T0001")
        await s.do(TELLER, case, "TakeAsTeller", accepted="no")
        assert (await s.ways(case))[-1] == "Returned"
        assert await ranges(s) == before
        case = await s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=1, last=10, teller="T0001")
        await s.wait(timedelta(hours=2))
        assert (await s.ways(case))[-1] == "Returned"
        assert await ranges(s) == before
        case = await s.start(KEEPER, "voucher_hand_out", kind=PASSBOOK, first=1, last=10, teller="T0001")
        await s.processes.cancel(KEEPER, case, "alarm", idempotency_key="cancel-1")
        await s.work()
        assert await ranges(s) == before

    run(demo, tell)


def test_a_passbook_account_takes_the_tellers_next_number(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "open_account", **newcomer(medium="passbook"))
        before = await everything(s)
        assert await refused(finish(s, case)) == ["voucher_none_held"]
        assert await everything(s) == before
        await hand_out(s, 11, 12)
        account = await finish(s, case)
        assert await ranges(s) == [
            (1, 10, "stock", None), (11, 11, "used", None), (12, 12, "held", "T0001"), (13, 500, "stock", None)]  # fmt: skip
        used = await rows(
            s, "SELECT first, last, moved_by, account, case_id FROM voucher_movement WHERE what = 'used'"
        )
        assert used == [{"first": 11, "last": 11, "moved_by": "T0001", "account": account, "case_id": case}]

    run(demo, tell)


def test_voided_by_two_people_with_a_reason_and_then_the_till_closes(demo: str) -> None:
    async def tell(s: Story) -> None:
        await hand_out(s, 1, 10)
        closing = await s.start(TELLER, "till_close", denominations=TILL, vouchers={"101": 9})
        await s.do(TELLER, closing, "Recount", denominations=TILL, vouchers={"101": 9})
        assert (await s.ways(closing))[-1] == "VouchersDiffer"
        closing = await s.start(
            TELLER, "till_close", denominations=TILL
        )  # not counted is not zero that agrees
        assert await s.open_tasks(closing) == ["Recount"]
        case = await s.start(TELLER, "voucher_void", kind=PASSBOOK, first=4, last=4, reason="遗失")
        own = s.do(person("T0001", "supervisor"), case, "Confirm", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "Confirm", decision="approve")
        assert await ranges(s) == [
            (1, 3, "held", "T0001"), (4, 4, "void", None), (5, 10, "held", "T0001"), (11, 500, "stock", None)]  # fmt: skip
        again = s.start(TELLER, "voucher_void", kind=PASSBOOK, first=4, last=4, reason="遗失")
        assert await refused(again) == ["voucher_not_there"]
        case = await s.start(KEEPER, "voucher_void", kind=PASSBOOK, first=500, last=500, reason="水渍")
        await s.do(SUPERVISOR, case, "Confirm", decision="reject")
        assert (await ranges(s))[-1] == (11, 500, "stock", None)
        await s.do(TELLER, closing, "Recount", denominations=TILL, vouchers={"101": 9})
        assert (await s.ways(closing))[-1] == "Done"

    run(demo, tell)
