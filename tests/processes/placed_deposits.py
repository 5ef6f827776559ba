"""What stories of placed deposits at the counter share."""

from __future__ import annotations

from typing import Any

from tests.counter import FITS, ZHANG, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person

ONLINE = person("00000000018", "customer", channel="online")
"""Zhang, by themselves."""
TIME: dict[str, Any] = {"account": ZHANG, "product": "time", "tenor": "3M", "amount": "10000.00"}


async def opened(s: Story, **given: Any) -> str:
    """A deposit placed online, straight through; its number."""
    case = await s.start(ONLINE, "open_time_deposit", **(TIME | given))
    assert (await s.ways(case))[-1] == "Done", await s.variables(case)
    return (await s.variables(case))["deposit"]


async def placed_at_counter(s: Story, **given: Any) -> str:
    """A deposit placed by a customer without a password, authorised where it must be; its number."""
    case = await s.start(TELLER, "open_time_deposit", **(TIME | given))
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    await s.do(TELLER, case, "Confirm", agreed="agree")
    if "Authorise" in await s.open_tasks(case):
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
    assert (await s.ways(case))[-1] == "Done", await s.variables(case)
    return (await s.variables(case))["deposit"]


async def up_to_confirmation(s: Story, deposit: str, **given: Any) -> int:
    """Taking out up to where the customer sees the breakdown."""
    case = await s.start(TELLER, "withdraw_time_deposit", deposit=deposit, **given)
    if "VerifyIdentity" in await s.open_tasks(case):
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    return case


async def post_rate(s: Story, name: str, tenor: str, day: str, percent: str) -> None:
    await s.bank.db.pool.execute(
        "INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, entered_by, approved_by, recorded_at) "
        "VALUES ($1, 'CNY', $2, $3::text::date, $4::text::numeric, 'a story', 'test', 'test', now())", name, tenor, day, percent
    )  # fmt: skip


async def kinds(s: Story, deposit: str) -> list[str]:
    """What happened to a deposit, in order."""
    found = await rows(
        s, "SELECT h.kind FROM placed_deposit_history h JOIN ledger_account a ON a.id = h.account_id "
        "WHERE a.number = $1 ORDER BY h.id", deposit
    )  # fmt: skip
    return [row["kind"] for row in found]
