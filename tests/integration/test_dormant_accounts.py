"""Accounts that nobody moves: told, dormant, active again. Dates by hand from article 56 of the rules of 2003 and the
bank's own: an entity after 12 months, a person after 36 with less than 10 yuan, dormant 30 days after they were told.

Wang begins with 300.00, Zhang with 12,000.00, on 5 January 2026.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from liushui.deposits import Actor, Cause, NewBlock, activity_of, place_block, review_some
from liushui.identity import list_branches
from liushui.parties import NewCustomer, open_customer
from tests.counter import FITS
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, refused, run
from tests.processes.transfers import LI, ZHANG, fault, fund, kinds, last
from tests.standing import agree, go_to, history


async def wang(s: Story) -> str:
    return await s.bank.db.pool.fetchval(
        "SELECT a.number FROM ledger_account a JOIN account_party ap ON ap.account_id = a.id JOIN party p "
        "ON p.id = ap.party_id WHERE p.name = '王示例'"
    )


async def company(s: Story, serial: str = "1") -> str:
    """An entity with an account and 5,000.00 on it."""
    code = {"1": "91350100M000100Y43", "2": "91330100MA27ABCD1C"}[serial]
    new = NewCustomer(
        "entity", f"示例商贸{serial}有限公司", "uscc", code, "CN", mobile="13900000000", address="某街1号"
    )
    customer, _ = await open_customer(
        s.bank.db, s.clock, new, operator="system", branch_id=1, key=f"company:{serial}"
    )
    async with s.bank.db.read() as conn:
        branch = (await list_branches(conn))[0]
    opened, _ = await s.bank.deposits.open_demand_account(
        Actor("T0001", 1, "counter", f"company-account:{serial}"),
        customer=customer.number,
        currency="CNY",
        branch=branch,
    )
    await fund(s, opened.number, "5000.00")
    return opened.number


async def review(s: Story, on: date) -> int:
    """What the step of the day-end does for the day that begins; return how many accounts changed."""
    changed, mark = 0, 0
    while True:
        done = await s.bank.db.transact(
            lambda uow, after=mark: review_some(uow, s.bank.ledger, s.clock, on, after=after, at_once=2)
        )
        changed += done.changed
        if done.mark is None:
            return changed
        mark = done.mark


async def state(s: Story, number: str) -> str:
    account = await s.bank.directory.find(number)
    async with s.bank.db.read() as conn:
        return await activity_of(conn, account.id)


async def reactivate(s: Story, number: str) -> int:
    case = await s.start(TELLER, "reactivate_account", account=number)
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    return case


def test_an_entity_is_told_after_a_year_and_dormant_thirty_days_later(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        assert await review(s, date(2027, 1, 4)) == 0
        assert await review(s, date(2027, 1, 5)) == 1
        assert await state(s, number) == "dormant_noticed"
        assert await review(s, date(2027, 2, 3)) == 0  # 29 days later
        await fund(s, LI, "1.00")  # what others do is nothing to it
        assert await review(s, date(2027, 2, 4)) == 1
        assert await state(s, number) == "dormant"
        assert await kinds(s, "account_%dorman%") == ["account_dormancy_noticed", "account_became_dormant"]

    run(demo, tell)


def test_whoever_moves_it_in_time_stays_active(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        await review(s, date(2027, 1, 5))
        await go_to(s, date(2026, 1, 7))
        await s.pay(number, LI, 1_00)
        assert await review(s, date(2027, 2, 4)) == 1
        assert await state(s, number) == "active"
        assert await review(s, date(2027, 1, 6)) == 0
        assert await review(s, date(2027, 1, 7)) == 1

    run(demo, tell)


def test_interest_is_no_movement_of_the_holder(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        await go_to(s, date(2026, 3, 22))
        assert await s.balance(number) == "5001.04"  # 75 days at 0.10 %: 5,000 x 75 x 0.001 / 360
        assert await review(s, date(2027, 1, 5)) == 1
        assert await state(s, number) == "dormant_noticed"

    run(demo, tell)


def test_a_person_with_ten_yuan_is_left_alone_and_with_less_is_not(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await wang(s)
        await s.pay(number, LI, 290_00)
        assert await review(s, date(2029, 1, 5)) == 0
        await s.pay(number, LI, 1)
        assert await review(s, date(2029, 1, 4)) == 0
        assert await review(s, date(2029, 1, 5)) == 1
        assert await review(s, date(2029, 2, 4)) == 1
        assert (await state(s, number), await state(s, ZHANG)) == ("dormant", "active")

    run(demo, tell)


def test_a_dormant_account_takes_money_in_and_gives_none_out_until_its_holder_comes(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        order = await agree(s, payer=number, payee=LI, amount="1.00")
        await review(s, date(2027, 1, 5))
        await review(s, date(2027, 2, 4))
        case = await s.start(TELLER, "transfer", payer=ZHANG, payee=number, amount="10.00")
        assert await last(s, case) == "Done"
        out = await s.start(TELLER, "transfer", payer=number, payee=ZHANG, amount="10.00")
        assert (await last(s, out), await fault(s, out)) == ("Refused", "account_dormant")
        cash = s.start(TELLER, "cash_withdrawal", account=number, amount="100.00")
        assert await refused(cash) == ["account_dormant"]
        await go_to(s, date(2026, 1, 10))
        assert (await history(s, order))[0][3:] == ("given_up", "account_dormant")
        assert await s.balance(number) == "5010.00"
        assert await last(s, await reactivate(s, number)) == "Done"
        assert await state(s, number) == "active"
        assert await refused(s.start(TELLER, "reactivate_account", account=number)) == ["account_not_dormant"]
        out = await s.start(TELLER, "transfer", payer=number, payee=ZHANG, amount="10.00")
        assert await last(s, out) == "Done"

    run(demo, tell)


def test_coming_to_the_counter_counts_as_activity(demo: str) -> None:
    """Reactivated on 10 January 2026 without a movement: the year counts from that day."""

    async def tell(s: Story) -> None:
        number = await company(s)
        await review(s, date(2027, 1, 5))
        await go_to(s, date(2026, 1, 10))
        await reactivate(s, number)
        assert await review(s, date(2027, 1, 9)) == 0
        assert await review(s, date(2027, 1, 10)) == 1

    run(demo, tell)


def test_a_wrong_person_reactivates_nothing(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        await review(s, date(2027, 1, 5))
        await review(s, date(2027, 2, 4))
        case = await s.start(TELLER, "reactivate_account", account=number)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **(FITS | {"identity_result": "differs"}))
        assert (await last(s, case), await state(s, number)) == ("IdentityRefused", "dormant")

    run(demo, tell)


def test_what_a_court_has_frozen_is_not_called_abandoned(demo: str) -> None:
    async def tell(s: Story) -> None:
        number = await company(s)
        account = await s.bank.directory.find(number)

        async def freeze(uow: Any) -> None:
            order = await uow.conn.fetchval(
                "INSERT INTO authority_order (kind, account_id, authority, document_reference, officer_one_name, "
                "officer_one_id, officer_two_name, officer_two_id, until_on, received_at, received_by, case_id) VALUES "
                "('freeze', $1, 'court', 'x', 'a', '1', 'b', '2', '2027-06-01', now(), 'T0001', 1) RETURNING id", account.id
            )  # fmt: skip
            block = NewBlock(
                account.id,
                Cause.COURT,
                True,
                False,
                "frozen",
                "T0001",
                order_id=order,
                until_on=date(2027, 6, 1),
            )
            await place_block(uow, s.bank.ledger, s.clock, block)

        await s.bank.db.transact(freeze)
        assert await review(s, date(2027, 3, 1)) == 0

    run(demo, tell)
