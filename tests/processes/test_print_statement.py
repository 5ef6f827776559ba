"""Statements: right to the fen, and the bank knows its own again by the code."""

from __future__ import annotations

from liushui.deposits import Issued, statement_by_code
from tests.counter import FITS, LI, ZHANG, cash_in, next_day, rows
from tests.procedures import OTHER_TELLER, TELLER, Story, person, refused, run


async def printed(s: Story, first: str, last: str) -> str:
    case = await s.start(TELLER, "print_statement", account=ZHANG, **{"from": first, "to": last})
    await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
    assert (await s.ways(case))[-1] == "Done"
    return (await s.variables(case))["statement"]


async def by_code(s: Story, code: str) -> Issued:
    async with s.bank.db.read() as conn:
        return await statement_by_code(conn, code)


def test_a_statement_of_three_days_and_of_one(demo: str) -> None:
    async def tell(s: Story) -> None:
        await next_day(s)  # 12,000.00 from the 5th
        await cash_in(s, ZHANG, "100.10", "k1")
        await next_day(s)
        await cash_in(s, ZHANG, "0.90", "k2")
        await s.pay(ZHANG, LI, 1_000_000)
        whole = (await by_code(s, await printed(s, "2026-01-01", "2026-01-07"))).data
        assert (whole.opening, whole.credits, whole.debits, whole.closing) == (
            "0.00", "12101.00", "10000.00", "2101.00")  # fmt: skip
        assert [line["balance"] for line in whole.lines] == ["12000.00", "12100.10", "12101.00", "2101.00"]
        middle = (await by_code(s, await printed(s, "2026-01-06", "2026-01-06"))).data
        assert (middle.opening, middle.closing, len(middle.lines)) == ("12000.00", "12100.10", 1)
        before = (await by_code(s, await printed(s, "2025-12-01", "2026-01-04"))).data
        assert (before.opening, before.closing, before.lines) == ("0.00", "0.00", ())

    run(demo, tell)


def test_the_bank_knows_its_statement_again_though_the_day_went_on(demo: str) -> None:
    async def tell(s: Story) -> None:
        code = await printed(s, "2026-01-05", "2026-01-05")
        first = await by_code(s, code)
        await cash_in(s, ZHANG, "100.00", "k1")  # the same day
        again = await by_code(s, code)
        assert again.genuine
        assert again.data == first.data
        assert again.data.closing == "12000.00"
        assert await printed(s, "2026-01-05", "2026-01-05") != code
        for unknown in ("AAAA", "'; --", "码"):
            assert await refused(by_code(s, unknown)) == ["statement_unknown"]
        recorded = await rows(s, "SELECT issued_by, encode(digest, 'hex') AS digest FROM issued_statement")
        assert [row["issued_by"] for row in recorded] == ["T0003", "T0003"]
        assert recorded[0]["digest"] == first.data.digest.hex()
        async with s.bank.db.pool.acquire() as conn:  # somebody who may switch triggers off
            await conn.execute("SET session_replication_role = replica")
            await conn.execute("UPDATE journal SET memo = 'forged' WHERE code = 'DEP01'")
            assert not (await by_code(s, code)).genuine
            await conn.execute("UPDATE journal SET memo = NULL WHERE code = 'DEP01'")
            await conn.execute("RESET session_replication_role")

    run(demo, tell)


def test_online_it_is_the_customers_own_and_nobody_elses(demo: str) -> None:
    async def tell(s: Story) -> None:
        owner = (await rows(s, "SELECT number FROM party ORDER BY id LIMIT 1"))[0]["number"]
        online = person(owner, "customer", channel="online")
        days = {"from": "2026-01-05", "to": "2026-01-05"}
        case = await s.start(online, "print_statement", account=ZHANG, **days)
        assert await s.status(case) == "completed"
        assert (await by_code(s, (await s.variables(case))["statement"])).genuine
        assert await refused(s.start(online, "print_statement", account=LI, **days)) == ["account_unknown"]
        future = s.start(online, "print_statement", account=ZHANG, **(days | {"to": "2026-01-06"}))
        assert await refused(future) == ["statement_period_future"]
        reversed_ = s.start(online, "print_statement", account=ZHANG, **(days | {"from": "2026-01-06"}))
        assert await refused(reversed_) == ["statement_period_reversed"]
        case = await s.start(TELLER, "print_statement", account=ZHANG, **days)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        assert await rows(s, "SELECT count(*) FROM issued_statement") == [{"count": 1}]

    run(demo, tell)
