"""Cash counts against the limits of account classes; a reversal gives limits and notes back, or is refused.

Limits of class II: 10,000.00 a day each way with others (银发〔2016〕302号).
"""

from __future__ import annotations

from tests.cash import book_at, everything, notes_at
from tests.counter import FITS, PASSWORD, ZHANG, give_password, next_day, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, refused, run
from tests.processes.transfers import class_used, second_account, used


async def put_in(s: Story, account: str, amount: str, notes: dict[str, int]) -> int:
    """Cash on an account at T0001's till; return the journal."""
    case = await s.start(TELLER, "cash_deposit", account=account, amount=amount, denominations=notes)
    return (await s.variables(case))["journal"]


async def incoming(s: Story, account: str) -> int:
    return await s.bank.db.pool.fetchval(
        "SELECT coalesce(sum(used), 0)::bigint FROM limit_usage u JOIN ledger_account a ON a.id = u.account_id "
        "WHERE a.number = $1 AND period = 'year' AND incoming", account
    )  # fmt: skip


async def reverse(s: Story, journal: int) -> int:
    case = await s.start(TELLER, "reverse_journal", journal=journal, reason="金额录错")
    await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    return case


def test_cash_counts_and_its_reversal_gives_back_limits_and_notes(demo: str) -> None:
    async def tell(s: Story) -> None:
        account = await second_account(s)
        till = await notes_at(s, "0001-T01")
        journal = await put_in(s, account, "9000.00", {"10000": 90})
        assert await incoming(s, account) == 900_000
        case = await s.start(
            TELLER, "cash_deposit", account=account, amount="1000.01", denominations={"10000": 10, "1": 1}
        )
        assert (await s.ways(case))[-1] == "Refused"
        assert (await s.variables(case))["fault"]["code"] == "daily_limit_exceeded"
        assert (await notes_at(s, "0001-T01"))["10000"] == 290
        case = await reverse(s, journal)
        assert (await s.ways(case))[-1] == "Done"
        assert await incoming(s, account) == 0
        assert await notes_at(s, "0001-T01") == till
        assert await s.balance(account) == "0.00"
        await put_in(s, account, "10000.00", {"10000": 100})
        assert await incoming(s, account) == 1_000_000

    run(demo, tell)


def test_a_withdrawal_counts_too(demo: str) -> None:
    async def tell(s: Story) -> None:
        account = await second_account(s)
        await put_in(s, account, "10000.00", {"10000": 100})
        await give_password(s, account)
        case = await s.start(TELLER, "cash_withdrawal", account=account, amount="6000.00")
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        await s.do(TELLER, case, "CountOut", denominations={"10000": 60})
        journal = (await s.variables(case))["journal"]
        assert await class_used(s, account) == 600_000
        await reverse(s, journal)
        assert await class_used(s, account) == 0
        assert (await notes_at(s, "0001-T01"))["10000"] == 300
        assert await s.balance(account) == "10000.00"

    run(demo, tell)


def test_a_transfer_that_is_reversed_gives_back_what_it_counted(demo: str) -> None:
    async def tell(s: Story) -> None:
        account = await second_account(s, bound=None)
        await put_in(s, account, "5000.00", {"10000": 50})
        case = await s.start(TELLER, "transfer", payer=account, payee="0001010000000024", amount="3000.00")
        assert await s.status(case) == "completed"
        journal = (await s.variables(case))["journal"]
        assert (await class_used(s, account), await used(s, account, "counter")) == (300_000, (300_000, 1))
        await reverse(s, journal)
        assert (await class_used(s, account), await used(s, account, "counter")) == (0, (0, 0))
        assert await s.balance(account) == "5000.00"

    run(demo, tell)


def test_cash_of_another_day_or_till_is_corrected_and_not_reversed(demo: str) -> None:
    async def tell(s: Story) -> None:
        journal = await put_in(s, ZHANG, "100.00", {"10000": 1})
        before = await everything(s)
        other = s.start(OTHER_TELLER, "reverse_journal", journal=journal, reason="金额录错")
        assert await refused(other) == ["cash_reversal_other_till"]
        waiting = await s.start(TELLER, "reverse_journal", journal=journal, reason="金额录错")
        await next_day(s)
        late = s.start(TELLER, "reverse_journal", journal=journal, reason="金额录错")
        assert await refused(late) == ["cash_reversal_other_day"]
        await s.do(SUPERVISOR, waiting, "Authorise", decision="approve")  # it was asked for on the day before
        assert (await s.ways(waiting))[-1] == "Refused"
        assert (await s.variables(waiting))["fault"]["code"] == "cash_reversal_other_day"
        assert await everything(s) == before

    run(demo, tell)


def test_notes_that_are_gone_are_not_taken_back(demo: str) -> None:
    async def tell(s: Story) -> None:
        """A 2-yuan note comes in and goes out again as change: the till began without any."""
        journal = await put_in(s, ZHANG, "2.00", {"200": 1})
        await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="8.00", denominations={"1000": 1}, change={"200": 1}
        )
        back = s.start(TELLER, "reverse_journal", journal=journal, reason="金额录错")
        assert await refused(back) == ["notes_missing"]
        assert await book_at(s, "0001-T01") == 2_866_320 + 1_000

    run(demo, tell)


def test_a_withdrawal_is_refused_whole_at_the_class_limit(demo: str) -> None:
    async def tell(s: Story) -> None:
        account = await second_account(s, bound=ZHANG)
        await s.pay(ZHANG, account, 1_100_000)  # from the bound account: not counted, and no limit
        await give_password(s, account)
        case = await s.start(TELLER, "cash_withdrawal", account=account, amount="10000.01")
        if "VerifyIdentity" in await s.open_tasks(case):
            await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        before = await everything(s)
        await s.do(TELLER, case, "CountOut", denominations={"10000": 100, "1": 1})
        assert (await s.ways(case))[-1] == "Refused"
        assert (await s.variables(case))["fault"]["code"] == "daily_limit_exceeded"
        assert await everything(s) == before
        assert await rows(s, "SELECT 1 FROM limit_use_of_journal") == []

    run(demo, tell)
