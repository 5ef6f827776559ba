"""Agreeing on a standing order: the customer's second factor online, a second person's review of large ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyotp.totp import TOTP

from tests.procedures import SUPERVISOR, TELLER, Story, person, refused
from tests.processes.transfers import LI, ZHANG, customer, enrol, fault, last, run, second_account
from tests.standing import RENT, go_to, history

ONLINE = customer("online")
ALONE: dict[str, Any] = {name: value for name, value in RENT.items() if name != "identified"}


async def ask(s: Story, **changed: Any) -> int:
    return await s.start(ONLINE, "agree_standing_order", **(ALONE | changed))


def code(s: Story, phone: TOTP, *, right: bool = True) -> str:
    now = s.clock.now()
    around = {phone.at(now + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}
    return phone.at(now) if right else next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in around)


def test_online_a_one_time_password_makes_the_order(demo: str) -> None:
    async def tell(s: Story) -> None:
        phone = await enrol(s)
        case = await ask(s)
        await s.do(ONLINE, case, "Confirm", one_time_password=code(s, phone, right=False))
        assert await s.bank.db.pool.fetchval("SELECT count(*) FROM standing_order") == 0
        await s.do(ONLINE, case, "Confirm", one_time_password=code(s, phone))
        assert await last(s, case) == "Agreed"
        order = (await s.variables(case))["standing_order"]
        await go_to(s, date(2026, 1, 10))
        assert (await history(s, order))[0][3:] == ("done", None)
        counted = await s.bank.db.pool.fetchval("SELECT others FROM transfer_usage WHERE channel = 'online'")
        assert counted == 3_000_00
        await s.start(ONLINE, "cancel_standing_order", payer=ZHANG, order=order)

    run(demo, tell)


def test_three_wrong_ones_or_too_long_a_wait_make_none(demo: str) -> None:
    async def tell(s: Story) -> None:
        phone = await enrol(s)
        case = await ask(s)
        for _ in range(3):
            await s.do(ONLINE, case, "Confirm", one_time_password=code(s, phone, right=False))
        assert await last(s, case) == "NotProven"
        other = await ask(s)
        await s.wait(timedelta(hours=1))
        assert await last(s, other) == "Expired"
        assert await s.bank.db.pool.fetchval("SELECT count(*) FROM standing_order") == 0

    run(demo, tell)


def test_whoever_has_no_second_factor_agrees_at_the_counter(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await ask(s)
        await s.do(ONLINE, case, "Confirm", one_time_password="123456")
        assert (await last(s, case), await fault(s, case)) == ("NotProven", "second_factor_not_enrolled")
        teller = person("T0001", "teller", channel="online")
        assert await refused(s.start(teller, "agree_standing_order", **ALONE)) == ["channel_not_offered"]
        other = customer("online", 2)
        assert await refused(s.start(other, "agree_standing_order", **ALONE)) == ["account_unknown"]
        assert await refused(ask(s, amount="50000.01")) == ["standing_order_at_the_counter"]

    run(demo, tell)


def test_large_ones_and_everything_to_somebody_else_are_reviewed(demo: str) -> None:
    """Transfers are reviewed from 500,000.00 on; an order for them would otherwise be the way around it."""

    async def tell(s: Story) -> None:
        large = await s.start(TELLER, "agree_standing_order", **(RENT | {"amount": "500000.00"}))
        assert await s.open_tasks(large) == ["Review"]
        assert await refused(s.do(TELLER, large, "Review", decision="approve")) == [
            "task_role_missing", "separation_of_duties",
        ]  # fmt: skip
        await s.do(SUPERVISOR, large, "Review", decision="reject")
        assert await last(s, large) == "Rejected"
        above = {name: value for name, value in RENT.items() if name != "amount"} | {"what": "above"}
        everything = await s.start(TELLER, "agree_standing_order", **above)
        await s.do(SUPERVISOR, everything, "Review", decision="approve")
        assert await last(s, everything) == "Agreed"
        own = await second_account(s)
        to_own = await s.start(TELLER, "agree_standing_order", **(above | {"payee": own}))
        assert await last(s, to_own) == "Agreed"

    run(demo, tell)


def test_a_review_that_lasts_until_the_first_day_is_overtaken(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "agree_standing_order",
            **(RENT | {"amount": "500000.00", "rhythm": "weekly", "payee": LI}),
        )  # fmt: skip
        await go_to(s, date(2026, 1, 6))
        await s.do(SUPERVISOR, case, "Review", decision="approve")
        assert (await last(s, case), await fault(s, case)) == ("Refused", "standing_order_starts_early")

    run(demo, tell)
