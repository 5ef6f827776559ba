"""Tax withheld of what demand deposits earn: by hand, on every paper, and beside deposits of which nothing is."""

from __future__ import annotations

import csv
import io
from datetime import date

from liushui.bank import verify
from liushui.deposits import issue_statement
from liushui.reporting import Format, Language
from tests.integration.test_agreement_deposits import begin, cash, company, end, even_rates
from tests.integration.test_day_end import Days, emptied, tell
from tests.integration.test_reports import document, fen
from tests.procedures import SUPERVISOR, Story, run
from tests.processes.test_close_account import up_to_authorisation
from tests.processes.transfers import LI, ZHANG, last
from tests.rates import post_demand_rate, withhold
from tests.standing import go_to

FIRST = date(2026, 1, 5)


def test_a_quarter_at_a_fifth(demo: str) -> None:
    """10,000.00 over 92 days at 0.72 % on 360 days are 18.40, of it 20 % are 3.68: as a saver had it in 2002. One journal;
    what is accrued and paid is before tax."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        await withhold(days.bank.db, "demand", FIRST, "20")
        await post_demand_rate(days.bank.db, date(2026, 4, 1), "0.72")
        await days.go_to(date(2026, 3, 21))
        await days.cash(account, 1_000_000)
        await days.go_to(date(2026, 6, 20))
        assert await days.owed() == 1_820  # 91 nights
        await days.go_to(date(2026, 6, 21))
        assert await days.balance(account) == 1_000_000 + 1_840 - 368
        lines = await days.one(
            "SELECT string_agg(format('%s %s %s %s', e.line, CASE WHEN e.debit THEN 'D' ELSE 'C' END, a.gl_code, e.amount), ', ' "
            "ORDER BY e.line) FROM entry e JOIN ledger_account a ON a.id = e.account_id JOIN journal j ON j.id = e.journal_id "
            "WHERE j.code = 'INT02'"
        )
        assert lines == "1 D 2231.01 1840, 2 C 2011.01 1840, 3 D 2011.01 368, 4 C 2221.01 368"
        assert await days.owed() == 0
        # The journal's event names whom it has moved, the tax account among them.
        moved = await days.one(
            "SELECT cardinality(subjects) FROM event e JOIN journal j ON j.id = e.journal_id "
            "WHERE code = 'INT02'"
        )
        assert moved == 3
        # The next quarter earns on what is left: 10,014.72 x 92 x 0.72 % / 360 = 18.427, of 18.43 are 3.686.
        await days.go_to(date(2026, 9, 21))
        assert await days.balance(account) == 1_001_472 + 1_843 - 369

    tell(demo, story)


def test_the_rate_is_that_of_the_settlement_day(demo: str) -> None:
    """Of one quarter a fifth, of the next a twentieth, then nothing: and then the journal has two lines again."""

    async def story(days: Days) -> None:
        account, *_ = await emptied(days)
        for since in (FIRST, date(2026, 4, 1)):  # on which day the demo's own changes
            await post_demand_rate(days.bank.db, since, "0.72")
        for on, percent in (("2026-01-05", "20"), ("2026-06-20", "5"), ("2026-09-20", "0")):
            await withhold(days.bank.db, "demand", date.fromisoformat(on), percent)
        await days.cash(account, 1_000_000)
        for on in ("2026-03-21", "2026-06-21", "2026-09-21"):
            await days.go_to(date.fromisoformat(on))
        async with days.bank.db.read() as conn:
            rows = await conn.fetch(
                "SELECT e.debit, e.amount FROM entry e JOIN journal j ON j.id = e.journal_id WHERE code = 'INT02' "
                "AND account_id = $1 ORDER BY position", account
            )  # fmt: skip
        # 10,000.00 x 75 days = 15.00, tax 3.00; 10,012.00 x 92 = 18.422, of 18.42 are 0.921; 10,029.50 x 92 = 18.454
        assert [tuple(row) for row in rows] == [
            (False, 1_500), (True, 300), (False, 1_842), (True, 92), (False, 1_845),
        ]  # fmt: skip

    tell(demo, story)


def test_closing_pays_what_is_left_after_tax(demo: str) -> None:
    """12,000.00 from 5 January; the settlement of 20 March is still open: 75 days at 0.05 %: 1.25, tax 0.25; then 12,001.00 for
    4 days at 0.10 %: 0.1333, of 0.13 are 0.026. 1.38 in all, of it 0.28."""

    async def story(s: Story) -> None:
        await withhold(s.bank.db, "demand", FIRST, "20")
        await post_demand_rate(s.bank.db, FIRST, "0.05")
        await post_demand_rate(s.bank.db, date(2026, 3, 24), "0.10")
        await s.bank.db.transact(lambda uow: uow.advance_business_date(date(2026, 3, 25)))
        before = fen(await s.balance(LI))
        case = await up_to_authorisation(s, payout="transfer", payee=LI)
        seen = await s.variables(case)
        assert (seen["interest"], seen["tax"], seen["amount"]) == (138, 28, 1_200_110)
        assert (seen["interest_shown"], seen["tax_shown"], seen["amount_shown"]) == (
            "1.38",
            "0.28",
            "12001.10",
        )
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        assert await last(s, case) == "Done"
        assert (await s.balance(ZHANG), fen(await s.balance(LI)) - before) == ("0.00", 1_200_110)
        assert await verify(s.bank.db) == []

    run(demo, story)


def test_an_agreement_settled_and_ended(demo: str) -> None:
    """250,000.00. Ten days at demand: 25.00, tax 5.00. 65 days of tiers: 65.00 within 100,000.00, 150,020.00 above it at
    0.72 %: 195.026; of 260.03 are 52.006. Then 4 days to the end: 4.00 and 150,228.02 x 0.72 % x 4 / 360 = 12.018; of 16.02
    are 3.204."""

    async def story(s: Story) -> None:
        number = await company(s)
        await even_rates(s)
        for product in ("agreement", "demand_entity"):
            await withhold(s.bank.db, product, FIRST, "20")
        await cash(s, number, 245_000_00, "in")
        await go_to(s, date(2026, 1, 15))
        assert await last(s, await begin(s, number)) == "Done"
        assert await s.balance(number) == "250020.00"
        await go_to(s, date(2026, 3, 21))
        assert await s.balance(number) == "250228.02"
        await go_to(s, date(2026, 3, 25))
        case = await end(s, number)
        seen = await s.variables(case)
        assert (await last(s, case), seen["interest"], seen["tax"]) == ("Done", 1602, 320)
        assert await s.balance(number) == "250240.84"
        rows = await s.bank.db.pool.fetch("SELECT amount, tax FROM agreement_settlement ORDER BY until")
        assert [tuple(row) for row in rows] == [(26003, 5201), (1602, 320)]
        assert await verify(s.bank.db) == []

    run(demo, story)


def test_on_paper_it_is_called_what_it_is_and_the_bank_owes_it(demo: str) -> None:
    """12,000.00 for 75 days at 0.72 %: 18.00, of it 3.60."""

    async def story(s: Story) -> None:
        await withhold(s.bank.db, "demand", FIRST, "20")
        await post_demand_rate(s.bank.db, FIRST, "0.72")
        await go_to(s, date(2026, 3, 21))
        found = await s.bank.directory.find(ZHANG)
        issued = await s.bank.db.transact(
            lambda uow: issue_statement(
                uow,
                s.clock,
                account=found,
                from_on=date(2026, 3, 21),
                to_on=date(2026, 3, 21),
                by="T0001",
                case_id=1,
            )
        )
        for language, words in (
            (Language.EN, ["Interest settled", "Interest tax withheld"]),
            (Language.ZH, ["结息", "代扣利息税"]),
        ):
            out = io.BytesIO()
            await s.bank.reporting.write_statement(issued.code, Format.CSV, language, out)
            rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
            lines = [row for row in rows if "18.00" in row or "3.60" in row]
            assert [row[2] for row in lines[-3:-1]] == words, rows
        sheet = await document(s, "balance_sheet")
        taxes = [row for table in sheet["tables"] for row in table["rows"] if "应交税费" in row.values()]
        # Zhang's 3.60, and a fifth of what the demo's other two have earned, rounded each.
        owed = await s.bank.db.pool.fetchval(
            "SELECT sum(amount) FROM entry e JOIN ledger_account a ON a.id = e.account_id WHERE a.gl_code = '2221.01'"
        )
        assert owed > 360
        assert any(fen(str(value)) == owed for row in taxes for value in row.values() if "." in str(value)), (
            taxes
        )
        assert await verify(s.bank.db) == []

    run(demo, story)
