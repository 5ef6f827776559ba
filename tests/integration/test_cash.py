"""Cash looked at: over HTTP without telling whoever counts, the day's journal worked out by hand, what ``verify`` finds, and
a bank of before 0017 that is brought along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

import asyncpg
import pytest

from liushui.bank import open_bank, verify
from liushui.cash import day_journal, only_place, place_by_code, to_json, verify_cash
from liushui.kernel.clock import ManualClock
from liushui.store.embedded import EmbeddedServer
from liushui.store.migrate import known_migrations, migrate
from tests.cash import KEEPER, TILL
from tests.counter import PASSWORD, ZHANG, give_password, next_day
from tests.integration.test_open_api import CASES, Client
from tests.integration.test_open_api import run as over_http
from tests.procedures import MONDAY_TEN, TELLER, Story, run

DAY = date(2026, 1, 5)


def test_the_journal_of_a_till_worked_out_by_hand(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(
            KEEPER, "cash_transfer", giver="0001-V", receiver="0001-T01", denominations={"10000": 50}
        )
        await s.do(TELLER, case, "ReceiveAtTill", accepted="yes", counted={"10000": 50})
        await s.start(TELLER, "cash_deposit", account=ZHANG, amount="70.00", memo="零钱",
                      denominations={"10000": 1}, change={"1000": 3})  # fmt: skip
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="200.00")
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        await s.do(TELLER, case, "CountOut", denominations={"10000": 2})
        async with s.bank.db.read() as conn:
            till = await place_by_code(conn, "0001-T01")
            day = await day_journal(conn, till, DAY)
        # the demo has filled the till on this day, too: 28,663.20
        assert [(x.code, x.amount, x.balance) for x in day.lines] == [
            ("CSH02", 2_866_320, 2_866_320), ("CSH02", 500_000, 3_366_320), ("DEP01", 7_000, 3_373_320),
            ("DEP02", -20_000, 3_353_320)]  # fmt: skip
        assert [x.moved_by for x in day.lines] == ["system", "T0001", "T0001", "T0001"]
        assert (day.opening, day.came, day.went) == ({}, 3_373_320, 20_000)
        assert to_json(day.closing) == TILL | {"10000": 249, "1000": 97}
        await next_day(s)
        async with s.bank.db.read() as conn:
            after = await day_journal(conn, till, date(2026, 1, 6))
        assert (after.opening, after.lines, after.closing) == (day.closing, (), day.closing)

    run(demo, tell)


def test_whoever_counts_is_not_shown_what_should_be_there(demo: str) -> None:
    async def story(c: Client) -> None:
        mine = (await c.call("GET", "/v1/cash/my-till")).json()
        assert mine | {"opened_on": None} == {
            "till": "0001-T01",
            "state": "open",
            "opened_on": None,
            "hand_in": False,
            "business_date": "2026-01-05",
            "free": [],
            "closed_today": None,
            "count_to_explain": None,
        }  # no sum and no count among them
        for path in (
            "/v1/cash/places",
            "/v1/cash/places/0001-T01",
            "/v1/cash/places/0001-T01/journal?day=2026-01-05",
        ):
            for staff in ("T0001", "K0001"):
                assert (await c.call("GET", path, staff)).status_code == 403
        seen = (await c.call("GET", "/v1/cash/places/0001-T01", "S0001")).json()
        assert (seen["book"], seen["teller"], seen["notes"]) == ("28663.20", "T0001", TILL)
        form = {"account": (await c.accounts())[0], "amount": "100.00", "denominations": {"10000": 1}}
        begun = await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})
        assert begun.json()["status"] == "completed"
        journals = (await c.call("GET", "/v1/cash/places/0001-T01/journal?day=2026-01-05", "S0001")).json()
        assert (journals["closing"], journals["lines"][-1]["amount"]) == ("28763.20", "100.00")
        number = journals["lines"][-1]["journal"]
        for staff, balance in (("T0001", None), ("S0001", "28763.20")):
            shown = (await c.call("GET", f"/v1/journals/{number}", staff)).json()
            assert next(e["balance"] for e in shown["entries"] if e["gl_code"] == "1001.03") == balance
        everywhere = (await c.call("GET", "/v1/cash/places", "A0001")).json()
        here = (await c.call("GET", "/v1/cash/places", "S0001")).json()
        assert {p["branch"] for p in everywhere} == {"0001", "0002"}
        assert {p["branch"] for p in here} == {"0001"}
        assert (await c.call("GET", "/v1/cash/places/0002-T01", "S0001")).status_code == 404
        left = (await c.call("GET", "/v1/cash/left-open?day=2026-01-05", "S0001")).json()
        assert [x["place"] for x in left] == ["0001-T01", "0001-T02", "0001-T03", "0001-V"]
        assert (await c.call("GET", "/v1/cash/places/0001-T01/counts", "S0001")).json()["counts"] == []
        assert (await c.call("GET", "/v1/cash/differences", "S0001")).json() == {
            "differences": [],
            "next": None,
        }

    over_http(demo, story)


def test_vouchers_over_http(demo: str) -> None:
    async def story(c: Client) -> None:
        kinds = (await c.call("GET", "/v1/voucher-kinds")).json()
        assert (kinds[0]["kind"], kinds[0]["zh"]) == (101, "存折")
        first = (await c.call("GET", "/v1/vouchers?limit=1", "K0001")).json()
        assert first["ranges"] == [{"kind": 101, "first": 1, "last": 500, "pieces": 500, "state": "stock",
                                    "holder": None, "branch": "0001"}]  # fmt: skip
        rest = (await c.call("GET", f"/v1/vouchers?after={first['next']}", "K0001")).json()
        assert [(r["kind"], r["pieces"]) for r in rest["ranges"]] == [(102, 200)]
        one = (await c.call("GET", "/v1/vouchers/101/77", "K0001")).json()
        assert (one["state"], [m["what"] for m in one["history"]]) == ("stock", ["received"])
        assert (await c.call("GET", "/v1/vouchers/101/501", "K0001")).status_code == 404

    over_http(demo, story)


TAMPERED = {
    "verify_cash_stock_wrong": "UPDATE cash_stock SET pieces = pieces - 1 WHERE face = 50",
    "verify_cash_place_differs": "UPDATE cash_stock SET pieces = pieces + 1 WHERE face = 100",
    "verify_cash_movement_differs": "UPDATE cash_movement_line SET pieces = pieces + 1 WHERE face = 500",
    "verify_cash_transit_differs": "UPDATE cash_transfer SET amount = amount + 1",
    "verify_cash_difference_wrong": "INSERT INTO cash_difference (count_id, place_id, kind, amount, booked_on, booked_journal, "
    "found_by, confirmed_by, case_id) SELECT id, place_id, 'over', 5, '2026-01-05', 1, 'x', 'y', 1 FROM cash_count",
    "verify_voucher_missing": "DELETE FROM voucher_range WHERE kind = 102",
    "verify_voucher_state_wrong": "UPDATE voucher_range SET state = 'void' WHERE kind = 101",
}


@pytest.mark.parametrize("code", TAMPERED)
def test_verify_finds_what_somebody_has_changed(demo: str, code: str) -> None:
    async def tell(s: Story) -> None:
        await s.start(
            KEEPER, "cash_transfer", giver="0001-V", receiver="0001-T01", denominations={"10000": 1}
        )
        async with s.bank.db.pool.acquire() as conn:
            change = conn.transaction()
            await change.start()
            await conn.execute("SET LOCAL session_replication_role = replica")
            await conn.execute(
                "INSERT INTO cash_count (place_id, purpose, notes, counted, book, last_movement, business_date, counted_at, counted_by) "
                "SELECT id, 'closing', '{}', 0, 0, 0, '2026-01-05', now(), 'x' FROM cash_place WHERE code = '0001-T01'")  # fmt: skip
            assert await verify_cash(conn) == []
            await conn.execute(TAMPERED[code])
            assert code in {fault.code for fault in await verify_cash(conn)}
            await change.rollback()

    run(demo, tell)


def test_a_bank_of_before_is_brought_along(
    server: EmbeddedServer,
    new_database: Callable[[], Coroutine[Any, Any, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A branch with 1,234.50 on its cash account gets a vault, and the money stays bookable until it is counted in."""

    async def whole() -> None:
        admin = await asyncpg.connect(server.dsn("postgres"))
        await admin.execute("CREATE DATABASE before_0017")
        await admin.close()
        dsn = server.dsn("before_0017")
        everything = known_migrations()
        monkeypatch.setattr(
            "liushui.store.migrate.known_migrations", lambda: tuple(m for m in everything if m.number < 17)
        )
        await migrate(dsn)
        conn = await asyncpg.connect(dsn)
        await conn.execute(
            "INSERT INTO commit_head (business_date) VALUES ('2026-01-05');"
            "INSERT INTO branch (id, code, name_zh, name_en, opened_on) VALUES (1, '0001', '甲', 'A', '2025-01-01');"
            "INSERT INTO ledger_account (id, number, branch_id, currency, gl_code, debit_normal, floor_minor, opened_on) "
            "OVERRIDING SYSTEM VALUE VALUES (100, '0001-CNY-1001.01', 1, 'CNY', '1001.01', true, 0, '2025-01-01');"
            "INSERT INTO ledger_balance (account_id) VALUES (100);"
            "INSERT INTO internal_account (branch_id, currency, role, account_id) VALUES (1, 'CNY', 'cash', 100)"
        )
        await conn.close()
        monkeypatch.setattr("liushui.store.migrate.known_migrations", lambda: everything)
        assert "0017_cash" in [name.removesuffix(".sql") for name in await migrate(dsn)]
        async with open_bank(dsn, ManualClock(MONDAY_TEN)) as bank:
            internal = await bank.internal.of(1, "CNY")
            assert {
                "cash",
                "cash_overage",
                "cash_shortage",
                "overage_income",
                "shortage_expense",
            } == internal.keys()
            async with bank.db.read() as conn:
                vault = await only_place(conn, 1, "vault")
                assert (vault.code, (await only_place(conn, 1, "transit")).code) == ("0001-V", "0001-X")
            assert await verify(bank.db) == []

    asyncio.run(whole())


def test_whoever_counts_second_is_not_shown_the_first_count(demo: str) -> None:
    async def story(c: Client) -> None:
        form = {"denominations": {"10000": 4321}}
        begun = await c.call("POST", f"{CASES}/vault_count/cases", "K0001", json={"form": form})
        assert begun.status_code == 201, begun.text
        given = {"giver": "0001-V", "receiver": "0001-T01", "denominations": {"10000": 987}}
        sent = await c.call("POST", f"{CASES}/cash_transfer/cases", "K0001", json={"form": given})
        assert sent.status_code == 201, sent.text
        for case, reader, digits in ((begun, "S0001", "4321"), (sent, "T0001", "987}")):
            shown = await c.call("GET", f"/v1/cases/{case.json()['case']}", reader)
            tasks = [t["task"] for t in shown.json()["tasks"]]
            task = await c.call("GET", f"/v1/tasks/{tasks[0]}", reader)
            assert (shown.status_code, task.status_code) == (200, 200)
            assert digits not in shown.text.replace(" ", "") + task.text.replace(" ", "")

    over_http(demo, story)
