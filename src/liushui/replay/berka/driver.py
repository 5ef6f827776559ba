"""The replay itself: set-up, then day by day through the same posting path as any other request.

Every step carries a key made from the source's own numbers, so a killed run goes on where it was, and a second
run posts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from liushui.accounting import open_internal_accounts
from liushui.bank import Bank
from liushui.deposits import Actor
from liushui.deposits.service import GL_CODE_OF_KIND
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.eod import business_date, day_status
from liushui.identity import Branch, list_branches, open_branch
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.errors import Refused
from liushui.ledger import CustomerAccount, Header, Post, Posted
from liushui.parties import NewCustomer, customer_by_number, insert_customer
from liushui.replay.berka.day_order import plan_day
from liushui.replay.berka.files import (
    CURRENCY,
    Client,
    Disposition,
    SourceAccount,
    Transaction,
    UnreadableLine,
    read_accounts,
    read_clients,
    read_dispositions,
    read_districts,
    read_transactions,
)
from liushui.replay.berka.report import Report
from liushui.store.database import UnitOfWork

FIRST_DAY = date(1993, 1, 1)
OPERATOR = "replay"
CHANNEL = "replay"
ADJUSTED_MAX = 20
"""Hellers a day's balance may differ from the source's and be adjusted; more is a break."""
AT_ONCE = 200
_TEMPLATES = {
    (True, "VKLAD"): "replay_cash_deposit",
    (False, "VYBER"): "replay_cash_withdrawal",
    (False, "VYBER KARTOU"): "replay_card_withdrawal",
    (True, "PREVOD Z UCTU"): "replay_incoming",
    (False, "PREVOD NA UCET"): "replay_outgoing",
}
_BOOKED_BY_THE_BANK = {
    (True, "UROK"): "replay_interest_credited",
    (False, "SANKC. UROK"): "replay_penalty_interest",
    (False, "SLUZBY"): "replay_statement_fee",
}
Row = TypeVar("Row")
Progress = Callable[[date, int], None]


def template_of(record: Transaction) -> str | None:
    """The posting template of a record: what the bank books for itself goes by its purpose, all else by its
    operation. None where the source says something this mapping does not know."""
    own = _BOOKED_BY_THE_BANK.get((record.credit, record.purpose))
    return own or _TEMPLATES.get((record.credit, record.operation))


class _Source:
    """The small files, in memory; the transactions stay on disk."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._report = report
        self.districts = self._kept(read_districts(folder))
        self.clients = {c.id: c for c in self._kept(read_clients(folder))}
        self.accounts = {a.id: a for a in self._kept(read_accounts(folder))}
        self.users: dict[int, list[Disposition]] = defaultdict(list)
        for disposition in self._kept(read_dispositions(folder)):
            self.users[disposition.account_id].append(disposition)
        self.opened_on: dict[date, list[SourceAccount]] = defaultdict(list)
        for account in self.accounts.values():
            self.opened_on[account.opened_on].append(account)

    def _kept(self, rows: Iterator[Row | UnreadableLine]) -> list[Row]:
        kept: list[Row] = []
        for row in rows:
            if isinstance(row, UnreadableLine):
                self._report.unreadable.append(row)
            else:
                kept.append(row)
        return kept


def days(
    rows: Iterator[Transaction | UnreadableLine], report: Report
) -> Iterator[tuple[date, list[Transaction]]]:
    """Group a file sorted by date into days; a record that comes late is reported, not booked."""
    day: list[Transaction] = []
    for number, row in enumerate(rows, 2):
        if isinstance(row, UnreadableLine):
            report.unreadable.append(row)
            continue
        report.records += 1
        if day and row.date < day[0].date:
            report.unreadable.append(UnreadableLine("trans.asc", number, "out_of_order"))
            continue
        if day and row.date > day[0].date:
            yield day[0].date, day
            day = []
        day.append(row)
    if day:
        yield day[0].date, day


async def replay(bank: Bank, folder: Path, progress: Progress = lambda _day, _count: None) -> Report:
    """Replay the whole folder into a bank whose books start on FIRST_DAY; return the report."""
    report = Report()
    source = _Source(folder, report)
    run = _Run(bank, source, report)
    await run.set_up()
    waiting = sorted(source.opened_on)
    for day, records in days(read_transactions(folder), report):
        while waiting and waiting[0] <= day:
            await run.begin_day(waiting[0])
            await run.open_accounts(waiting.pop(0))
        await run.begin_day(day)
        await run.book_day(day, records)
        progress(day, len(records))
    return report


class _Run:
    def __init__(self, bank: Bank, source: _Source, report: Report) -> None:
        self._bank = bank
        self._source = source
        self._report = report
        self._branches: dict[int, Branch] = {}
        self._customers: dict[int, str] = {}
        self._balances: dict[int, int] = defaultdict(int)
        self._closings: dict[int, int] = defaultdict(int)

    async def set_up(self) -> None:
        """Branches from the districts, customers from the clients."""
        await self._bank.db.transact(self._open_branches)
        async with self._bank.db.read() as conn:
            self._branches = {int(branch.code): branch for branch in await list_branches(conn)}
        self._report.branches = len(self._branches)
        clients = sorted(self._source.clients.values(), key=lambda c: c.id)
        for start in range(0, len(clients), AT_ONCE):
            chunk = clients[start : start + AT_ONCE]
            numbers = await self._bank.db.transact(lambda uow, chunk=chunk: self._enter(uow, chunk))
            self._customers |= {int(client): number for client, number in numbers.items()}
        self._report.clients = len(self._customers)

    async def _open_branches(self, uow: UnitOfWork) -> None:
        async def opening() -> dict[str, Any]:
            for district in self._source.districts:
                branch = await open_branch(
                    uow, code=f"{district.id:04d}", name_zh=district.name, name_en=district.name,
                    opened_on=FIRST_DAY,
                )  # fmt: skip
                await open_internal_accounts(
                    uow, self._bank.ledger, branch_id=branch.id, branch_code=branch.code, currency=CURRENCY,
                    cash_floor=None,
                )  # fmt: skip
            return {}

        await uow.idempotent("berka:branches", b"", self._bank.clock.now(), opening)

    async def _enter(self, uow: UnitOfWork, chunk: list[Client]) -> dict[str, Any]:
        async def entering() -> dict[str, Any]:
            numbers: dict[str, Any] = {}
            for client in chunk:
                new = NewCustomer(
                    "individual", f"Client {client.id}", "other", f"BERKA-{client.id}", "CZ",
                    birth_date=client.birth_date,
                )  # fmt: skip
                branch = self._branches[client.district_id]
                numbers[str(client.id)] = await insert_customer(
                    uow, self._bank.clock, new, operator=OPERATOR, branch_id=branch.id
                )
            return numbers

        key = f"berka:clients:{chunk[0].id}"
        return (await uow.idempotent(key, b"", self._bank.clock.now(), entering))[0]

    async def begin_day(self, day: date) -> None:
        """End every day before it, closed with all its steps, unless an earlier run has been here."""
        while True:
            async with self._bank.db.read() as conn:
                today = await business_date(conn)
            if today >= day:
                return
            await self._bank.day_end.cut_off(today, by=OPERATOR)
            await self._bank.day_end.close()
            async with self._bank.db.read() as conn:
                if (await day_status(conn, today)).closed_at is None:
                    self._report.days_not_closed.append(today.isoformat())
            self._report.days_closed += 1

    async def open_accounts(self, day: date) -> None:
        """Open the accounts of a day, with owner and disponents."""

        async def work(uow: UnitOfWork) -> None:
            async def opening() -> dict[str, Any]:
                for account in self._source.opened_on[day]:
                    await self._open(uow, account)
                return {}

            await uow.idempotent(f"berka:accounts:{day}", b"", self._bank.clock.now(), opening)

        await self._bank.db.transact(work)
        self._report.accounts += len(self._source.opened_on[day])

    async def _open(self, uow: UnitOfWork, account: SourceAccount) -> None:
        users = self._source.users[account.id]
        branch = self._branches[account.district_id]
        owner = next(user for user in users if user.owner)
        actor = Actor(OPERATOR, branch.id, CHANNEL, "")
        number = self._number(account.id)
        await self._bank.deposits.insert_account(
            uow, actor, owner=(await customer_by_number(uow.conn, self._customers[owner.client_id])).id,
            gl_code=GL_CODE_OF_KIND["individual"], currency=CURRENCY, branch=branch,
            floor_minor=None,  # the source let accounts go below zero, and says how far nowhere
            with_card=False, number=number,
        )  # fmt: skip
        account_id = await uow.conn.fetchval(DEPOSITS_Q.account_id, number)
        for user in users:
            if not user.owner:
                customer = await customer_by_number(uow.conn, self._customers[user.client_id])
                await uow.conn.execute(DEPOSITS_Q.insert_party, account_id, customer.id, "disponent")

    def _number(self, account_id: int) -> str:
        return with_luhn(f"{self._source.accounts[account_id].district_id:04d}01{account_id:09d}")

    async def book_day(self, day: date, records: list[Transaction]) -> None:
        """Book a day of all accounts, then hold each account's balance against the source's."""
        by_account: dict[int, list[Transaction]] = defaultdict(list)
        for record in records:
            by_account[record.account_id].append(record)
        requests: list[tuple[int, str, Post]] = []
        for account_id, mine in by_account.items():
            plan = plan_day(self._closings[account_id], mine)
            self._closings[account_id] = plan.closing
            self._report.days_unchained += not plan.chained
            requests += [r for record in plan.ordered if (r := await self._request(record)) is not None]
        await self._submit(requests)
        adjustments: list[tuple[int, str, Post]] = []
        for account_id in by_account:
            ours, theirs = self._balances[account_id], self._closings[account_id]
            if ours == theirs:
                self._report.days_exact += 1
            elif abs(ours - theirs) <= ADJUSTED_MAX:
                adjustments.append(await self._adjustment(account_id, day, theirs - ours))
                self._report.days_adjusted += 1
                self._report.adjusted_sum += abs(theirs - ours)
            else:
                self._report.breaks.append((account_id, day.isoformat(), ours, theirs))
        await self._submit(adjustments)

    async def _request(self, record: Transaction) -> tuple[int, str, Post] | None:
        name = template_of(record)
        if name is None:
            self._report.refused["operation_unmapped"] += 1
            return None
        try:
            account = await self._bank.directory.find(self._number(record.account_id))
        except (Refused, KeyError):
            self._report.refused["account_unknown"] += 1
            return None
        self._report.sums[name] += record.amount
        self._report.operations[name] += 1
        memo = " ".join(part for part in (record.purpose, record.bank, record.counter_account) if part)
        return (
            record.account_id,
            name,
            await self._post(account, name, record.amount, f"berka:trans:{record.id}", memo),
        )

    async def _adjustment(self, account_id: int, day: date, difference: int) -> tuple[int, str, Post]:
        name = "replay_adjustment_up" if difference > 0 else "replay_adjustment_down"
        account = await self._bank.directory.find(self._number(account_id))
        key = f"berka:adjust:{account_id}:{day}"
        return account_id, name, await self._post(account, name, abs(difference), key, "")

    async def _post(self, account: CustomerAccount, name: str, amount: int, key: str, memo: str) -> Post:
        template = self._bank.templates.get(name)
        roles = await self._bank.internal.of(account.branch_id, CURRENCY) | {"customer": account.id}
        header = Header(key, template.code, account.branch_id, OPERATOR, CHANNEL, memo=memo or None)
        return Post(header, template.lines(roles, {"principal": amount}))

    async def _submit(self, requests: list[tuple[int, str, Post]]) -> None:
        answers = await self._bank.ledger.submit_all([request for _, _, request in requests])
        for (account_id, _, _), answer in zip(requests, answers, strict=True):
            if isinstance(answer, Posted):
                customer = (await self._bank.directory.find(self._number(account_id))).id
                entry = next(e for e in answer.entries if e.account_id == customer)
                self._balances[account_id] = entry.balance_after
                self._report.replayed += answer.replayed
                self._report.posted += not answer.replayed
            else:
                self._report.refused[answer.code] += 1
