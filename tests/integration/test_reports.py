"""Reports of a bank that has done something, against sums made in another way: plain Python over the entries."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tracemalloc
from collections import Counter
from datetime import date
from typing import Any, BinaryIO, cast

from pypdf import PdfReader

from liushui.accounting import carry_profit
from liushui.ledger import Header, Line, Post
from liushui.reporting import Asked, Format, Language, Written
from tests.conftest import BUSINESS_DATE
from tests.counter import FITS, LI, ZHANG, cash_in, next_day, rows
from tests.procedures import OTHER_TELLER, TELLER, Story, refused, run

WANG = "0002010000000031"
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
Document = dict[str, Any]


async def written(
    s: Story, asked: Asked, format: Format = Format.JSON, language: Language = Language.ZH
) -> bytes:
    out = io.BytesIO()
    await s.bank.reporting.write(asked, format, language, out)
    return out.getvalue()


async def document(s: Story, name: str, **more: Any) -> Document:
    return json.loads(await written(s, Asked(name, **more)))


def lines(found: Document, table: int = 0) -> list[dict[str, Any]]:
    return found["tables"][table]["rows"]


def fen(amount: str | None) -> int:
    """Minor units of decimal text, counted by hand: two decimals, always."""
    if amount is None:
        return 0
    whole, part = amount.split(".")
    assert len(part) == 2
    return int(whole + part)


async def two_days(s: Story) -> None:
    """Deposits at one branch and transfers to the other, over two business dates."""
    await s.pay(ZHANG, WANG, 1_250_05)
    await cash_in(s, LI, "77.10", "k1")
    await next_day(s)
    await s.pay(WANG, LI, 50_00)
    await s.pay(ZHANG, LI, 1)
    await cash_in(s, ZHANG, "3000.00", "k2")


async def entries(s: Story) -> list[dict[str, Any]]:
    return await rows(
        s, "SELECT j.id, j.booking_date, j.code, a.branch_id, a.gl_code, e.debit, e.amount, a.number FROM entry e "
           "JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id ORDER BY j.id, e.line"
    )  # fmt: skip


def test_the_trial_balance_is_the_sum_of_the_entries(demo: str) -> None:
    async def tell(s: Story) -> None:
        await two_days(s)
        before, during = Counter[tuple[int, str]](), Counter[tuple[int, str, bool]]()
        for e in await entries(s):
            if e["booking_date"] < TUESDAY:
                before[e["branch_id"], e["gl_code"]] += e["amount"] if e["debit"] else -e["amount"]
            else:
                during[e["branch_id"], e["gl_code"], e["debit"]] += e["amount"]
        found = await document(s, "trial_balance", on=TUESDAY)
        assert len(lines(found)) == len(before)
        for line in lines(found):
            place = int(line["branch"]), line["gl_code"]
            assert fen(line["opening_debit"]) - fen(line["opening_credit"]) == before[place]
            assert (fen(line["turnover_debit"]), fen(line["turnover_credit"])) == (
                during[*place, True], during[*place, False])  # fmt: skip
            closing = before[place] + during[*place, True] - during[*place, False]
            assert fen(line["closing_debit"]) - fen(line["closing_credit"]) == closing
        (total,) = found["tables"][0]["totals"]
        for column in ("opening", "turnover", "closing"):
            assert total[f"{column}_debit"] == total[f"{column}_credit"]
        assert fen(total["turnover_debit"]) == sum(n for (*_, debit), n in during.items() if debit)

    run(demo, tell)


def test_the_days_journal_has_every_entry_of_the_day_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        await two_days(s)
        whole = [e for e in await entries(s) if e["booking_date"] == TUESDAY]
        found = await document(s, "day_journal", on=TUESDAY)
        assert [(line["journal"], line["account"], fen(line["debit"]) or -fen(line["credit"])) for line in lines(found)] == [
            (e["id"], e["number"], e["amount"] if e["debit"] else -e["amount"]) for e in whole]  # fmt: skip
        (total,) = found["tables"][0]["totals"]
        assert total["debit"] == total["credit"]
        assert fen(total["debit"]) == sum(e["amount"] for e in whole if e["debit"])
        by_code = {line["code"]: line for line in lines(found, 1)}
        assert by_code["TRF01"]["summary"] == "转账"
        assert by_code["TRF01"]["journals"] == 2
        assert (
            by_code["TRF01"]["entries"] == 6
        )  # two lines each, and two inter-branch lines of the one across branches
        assert (by_code["DEP01"]["debit"], by_code["DEP01"]["credit"]) == ("3000.00", "3000.00")
        assert by_code["TRF01"]["debit"] == "100.01"  # 50.00 twice, for the branches, and 0.01
        out = io.BytesIO()
        await s.bank.reporting.write(Asked("day_journal", on=TUESDAY), Format.JSON, Language.ZH, out, most=3)
        first = json.loads(out.getvalue())["tables"]  # a screen's worth of it: the sums stay those of all
        assert [table["rows"] for table in first] == [table["rows"][:3] for table in found["tables"]]
        assert [table["count"] for table in first] == [len(table["rows"]) for table in found["tables"]]
        assert [table["totals"] for table in first] == [table["totals"] for table in found["tables"]]
        for code in ("0001", "0002"):  # law 4: every branch balances by itself
            of_branch = await document(s, "day_journal", on=TUESDAY, branch=code)
            mine = [e for e in whole if e["branch_id"] == int(code)]
            assert len(lines(of_branch)) == len(mine) > 0
            (total,) = of_branch["tables"][0]["totals"]
            assert total["debit"] == total["credit"]
            assert fen(total["debit"]) == sum(e["amount"] for e in mine if e["debit"])
        assert len(lines(await document(s, "day_journal", from_on=MONDAY, to_on=TUESDAY))) == len(
            await entries(s)
        )
        empty = await document(s, "day_journal", on=date(2025, 12, 31))
        assert (lines(empty), empty["tables"][0]["totals"]) == ([], [])

    run(demo, tell)


def test_cash_is_what_it_was_and_what_came_and_went(demo: str) -> None:
    async def tell(s: Story) -> None:
        await two_days(s)
        found = await document(s, "cash", on=TUESDAY)
        shown = [
            (r["branch"], r["gl_code"], r["opening"], r["cash_in"], r["cash_out"], r["closing"])
            for r in lines(found)
        ]
        # 500,000.00 each; 12,000.00, 8,000.50 and 77.10 came in on Monday, 300.00 at the other branch. What lies in the
        # tills has no part in what came: 28,663.20 in each, three at the one branch and one at the other.
        by_branch = {
            code: [sum(fen(r[column]) for r in shown if r[0] == code) for column in (2, 3, 4, 5)]
            for code in ("0001", "0002")
        }
        assert by_branch == {
            "0001": [52_007_760, 300_000, 0, 52_307_760],
            "0002": [50_030_000, 0, 0, 50_030_000],
        }
        tills = {r[0]: r[5] for r in shown if r[1] == "1001.03"}
        assert tills == {"0001": "85989.60", "0002": "28663.20"}
        (total,) = found["tables"][0]["totals"]
        assert (total["opening"], total["closing"]) == ("1020377.60", "1023377.60")

    run(demo, tell)


def test_the_balance_sheet_of_the_bank_and_of_its_branches(demo: str) -> None:
    async def tell(s: Story) -> None:
        await two_days(s)
        found = await document(s, "balance_sheet")
        line = {row["key"]: row["at_end"] for row in lines(found) if row["at_end"]}
        assert line["cash_and_central_bank"] == "1023377.60"
        assert line["deposits"] == "23377.60"  # 12,000.00 + 8,000.50 + 300.00 + 77.10 + 3,000.00
        assert line["capital"] == "1000000.00"
        assert line["total_assets"] == line["liabilities_and_equity"] == "1023377.60"
        assert line["inter_branch"] == "0.00"
        assert {row["at_year_start"] for row in lines(found)} == {"0.00", None}
        between = {row["branch"]: fen(row["balance"]) for row in lines(found, 1)}
        assert between.keys() == {"0001", "0002"}
        assert sum(between.values()) == 0
        assert found["tables"][1]["totals"][0]["balance"] == "0.00"
        # the branch owes the head office its 500,000.00 of cash, less the 1,250.05 taken in for it and plus 50.00 paid
        assert between["0002"] == -(500_000_00 - 1_250_05 + 50_00)
        sums = Counter[str]()
        for code in ("0001", "0002"):
            of_branch = await document(s, "balance_sheet", branch=code)
            mine = {row["key"]: row["at_end"] for row in lines(of_branch) if row["at_end"]}
            assert mine["total_assets"] == mine["liabilities_and_equity"]
            assert len(of_branch["tables"]) == 1
            sums.update({key: fen(mine[key]) for key in ("deposits", "capital", "cash_and_central_bank")})
        assert all(sums[key] == fen(line[key]) for key in sums)
        income = await document(s, "income_statement")
        assert income["facts"]["from"] == "2026-01-01"
        assert {row["key"]: row["in_year"] for row in lines(income)}["net_profit"] == "0.00"

    run(demo, tell)


def test_a_year_later_last_years_end_stands_beside(demo: str) -> None:
    async def tell(s: Story) -> None:
        await cash_in(s, ZHANG, "3000.00", "k1")
        await next_day(s, 365)
        await cash_in(s, ZHANG, "7.00", "k2")
        found = await document(s, "balance_sheet")
        deposits = next(row for row in lines(found) if row["key"] == "deposits")
        assert (deposits["at_year_start"], deposits["at_end"]) == ("23300.50", "23307.50")

    run(demo, tell)


def test_the_years_end_empties_the_accounts_and_not_the_income_statement(demo: str) -> None:
    async def tell(s: Story) -> None:
        fees = (await s.bank.internal.of(1, "CNY"))["fee_income"]
        customer = (await s.bank.directory.find(ZHANG)).id
        lines_of_fee = (Line(customer, True, 12_34), Line(fees, False, 12_34))
        await s.bank.ledger.submit(Post(Header("fee", "FEE01", 1, "T0001", "counter"), lines_of_fee))
        last = await next_day(s, 360)
        assert last == date(2026, 12, 31)

        async def profits() -> tuple[str, str, str, str]:
            sheet = {row["key"]: row["at_end"] for row in lines(await document(s, "balance_sheet", on=last))}
            income = {row["key"]: row for row in lines(await document(s, "income_statement", on=last))}
            assert sheet["total_assets"] == sheet["liabilities_and_equity"] == "1020300.50"
            return (sheet["profit_not_carried"], sheet["retained_earnings"], income["fee_income"]["in_year"],
                    income["net_profit"]["in_year"])  # fmt: skip

        assert await profits() == ("12.34", "0.00", "12.34", "12.34")
        carried = await s.bank.db.transact(
            lambda uow: carry_profit(uow, s.bank.ledger, day=last, cut_journal=2**62)
        )
        assert carried == 2
        assert await profits() == ("0.00", "12.34", "12.34", "12.34")
        income = {row["key"]: row for row in lines(await document(s, "income_statement", on=last))}
        assert income["net_profit"]["in_period"] == "0.00"  # nothing was earned on the last day itself
        await next_day(s)
        assert {row["in_year"] for row in lines(await document(s, "income_statement"))} == {"0.00"}

    run(demo, tell)


def test_a_statement_on_paper_is_the_statement_that_was_issued(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.pay(ZHANG, LI, 1_234_56)
        async with s.bank.db.pool.acquire() as conn:
            await conn.execute("UPDATE party SET name = '张𠮷示例' WHERE name = '张示例'")
        period = {"from": "2026-01-01", "to": "2026-01-05"}
        case = await s.start(TELLER, "print_statement", account=ZHANG, **period)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        code = (await s.variables(case))["statement"]
        out = io.BytesIO()
        done = await s.bank.reporting.write_statement(code, Format.PDF, Language.BOTH, out)
        assert done == Written("statement-2026-01-01-2026-01-05.pdf", 2)
        (page,) = [page.extract_text() for page in PdfReader(out).pages]
        for words in ("张[U+20BB7]示例", ZHANG, "Opening balance: 0.00", "Closing balance: 10,765.44", "12,000.00",
                      "1,234.56", code, "现金存款 Cash", "转账 Transfer", (await s.variables(case))["digest"]):  # fmt: skip
            assert words in page
        out = io.BytesIO()
        await s.bank.reporting.write_statement(code, Format.CSV, Language.EN, out)
        table = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
        assert table[-1] == ["", "", "Total", "1234.56", "12000.00", "10765.44", "", ""]
        wanted = s.bank.reporting.write_statement
        assert await refused(wanted("AAAA", Format.PDF, Language.ZH, out)) == ["statement_unknown"]
        async with s.bank.db.pool.acquire() as conn:  # somebody who may switch triggers off
            await conn.execute("SET session_replication_role = replica")
            await conn.execute("UPDATE journal SET memo = 'forged' WHERE code = 'DEP01'")
        try:
            assert await refused(wanted(code, Format.PDF, Language.ZH, out)) == ["statement_differs"]
        finally:
            async with s.bank.db.pool.acquire() as conn:
                await conn.execute("SET session_replication_role = replica")
                await conn.execute("UPDATE journal SET memo = NULL WHERE code = 'DEP01'")
                await conn.execute("RESET session_replication_role")

    run(demo, tell)


def test_what_cannot_be_answered_is_refused(demo: str) -> None:
    async def tell(s: Story) -> None:
        later = date(2026, 1, 6)
        for asked, codes in (
            (Asked("cash", on=later), ["report_period_future"]),
            (Asked("cash", from_on=MONDAY, to_on=date(2026, 1, 1)), ["report_period_reversed"]),
            (
                Asked("cash", from_on=date(2026, 2, 1), to_on=later),
                ["report_period_reversed", "report_period_future"],
            ),
            (Asked("cash", on=MONDAY, to_on=MONDAY), ["report_date_or_period"]),
            (Asked("cash", branch="9999"), ["branch_unknown"]),
            (Asked("cash", currency="XXX"), ["currency_unknown"]),
            (Asked("nothing"), ["report_unknown"]),
        ):
            assert await refused(written(s, asked)) == codes

    run(demo, tell)


async def many_entries(s: Story, journals: int) -> None:
    """Journals written behind the bank's back, as a busy day would leave them."""
    async with s.bank.db.pool.acquire() as conn:
        await conn.execute("SET session_replication_role = replica")
        await conn.execute(
            "INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, digest, idempotency_key, "
            "code, operator, channel, memo) SELECT 1000 + n, 1, 1, $2, $2, $3, '', 'many:' || n, 'TRF01', 'T0001', "
            "'counter', '房租 ' || n FROM generate_series(1, $1::int) n",
            journals, BUSINESS_DATE, s.clock.now(),
        )  # fmt: skip
        await conn.execute(
            "INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit) "
            "SELECT 1000 + n, a.id, 1000 + n, n, 0, k, k = 1 FROM generate_series(1, $1::int) n "
            "CROSS JOIN generate_series(1, 2) k JOIN ledger_account a "
            "ON a.number = CASE k WHEN 1 THEN '0001010000000016' ELSE '0001010000000024' END", journals
        )  # fmt: skip
        await conn.execute("RESET session_replication_role")


async def forget_them(s: Story) -> None:
    async with s.bank.db.pool.acquire() as conn:
        await conn.execute("SET session_replication_role = replica")
        await conn.execute("DELETE FROM entry WHERE journal_id > 1000")
        await conn.execute("DELETE FROM journal WHERE id > 1000")
        await conn.execute("RESET session_replication_role")


class Counting(io.RawIOBase):
    """A file that keeps nothing but how long it is, and its lines' number."""

    def __init__(self) -> None:
        self.size = self.newlines = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        self.newlines += bytes(data).count(b"\n")
        return len(data)


def test_a_days_journal_of_many_entries_streams(demo: str) -> None:
    """Ten times the entries pass through and no more is held; paper says no before it has read them."""

    async def peak(s: Story, format: Format) -> tuple[int, Counting]:
        out = Counting()
        tracemalloc.start()
        await s.bank.reporting.write(Asked("day_journal"), format, Language.ZH, cast(BinaryIO, out))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, out

    async def tell(s: Story) -> None:
        held: dict[Format, list[int]] = {Format.CSV: [], Format.JSON: []}
        try:
            for journals in (1_500, 15_000):
                await many_entries(s, journals)
                for format, peaks in held.items():
                    most, out = await peak(s, format)
                    peaks.append(most)
                    assert out.newlines > journals * 2
                if journals == 1_500:
                    await forget_them(s)
            for few, many in held.values():
                assert many < few * 1.2
            told: list[tuple[int, int]] = []
            out, paper = cast(BinaryIO, Counting()), io.BytesIO()
            day = Asked("day_journal")
            await s.bank.reporting.write(day, Format.CSV, Language.ZH, out, lambda *so: told.append(so))
            assert told[-1][0] == told[-1][1] > 30_000
            assert len(told) == 31  # one a thousand, and the last
            many = s.bank.reporting.write(day, Format.PDF, Language.ZH, paper)
            assert await refused(many) == ["report_too_long_for_pdf"]
            assert paper.getvalue() == b""
        finally:
            await forget_them(s)

    run(demo, tell)


def test_two_reports_at_once_and_the_third_is_asked_to_wait(demo: str) -> None:
    async def tell(s: Story) -> None:
        asked = [written(s, Asked("trial_balance")) for _ in range(3)]
        done = await asyncio.gather(*asked, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Refused", "bytes", "bytes"]
        assert await written(s, Asked("trial_balance"))

    run(demo, tell)
