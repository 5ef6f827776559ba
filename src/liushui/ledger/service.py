"""The use cases of the books. Amounts in minor units; everything that changes them goes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Refused, refuse
from liushui.kernel.money import exponent
from liushui.ledger import repository
from liushui.ledger.group_commit import GroupCommit, plan_under_lock
from liushui.ledger.model import Balance, Expire, Header, LedgerLimits, Line, NewAccount, Posted, Request
from liushui.ledger.planner import Planner, WorkingSet
from liushui.store.database import Database, PoolConnection, UnitOfWork

Q = repository.Q
EXPIRE_AT_ONCE = 500


class Ledger:
    """The books of one bank."""

    def __init__(self, db: Database, clock: Clock, limits: LedgerLimits | None = None) -> None:
        self._db = db
        self._clock = clock
        self.limits = limits or LedgerLimits()
        self._planner = Planner(self.limits)
        self.writer = GroupCommit(db, clock, self.limits)

    def start(self) -> None:
        """Begin to write; call on the event loop that will submit."""
        self.writer.start()

    async def close(self) -> None:
        await self.writer.close()

    async def submit(self, request: Request) -> Posted:
        """Post through group commit. Returns when the journal is durable; raises ``Refused`` with one of the
        codes of ``planner``, ``key_reused``, ``busy``, ``database_full`` or ``database_unavailable``."""
        return await self.writer.submit(request)

    async def submit_all(self, requests: Sequence[Request]) -> list[Posted | Refused]:
        """Submit many at once; answers in the order of the requests. Anything but a refusal is raised."""
        futures = [self.writer.submit(request) for request in requests]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Refused):
                raise answer
        return [a for a in answers if isinstance(a, Posted | Refused)]

    async def post_within(
        self, uow: UnitOfWork, request: Request, *, booking_date: date | None = None
    ) -> Posted:
        """Post inside a use case's own transaction, where other rows must commit with the journal. booking_date: for the
        day-end only: a day that is cut off and not closed yet; the database refuses any other."""
        posted = (await self.post_some_within(uow, [request], booking_date=booking_date))[0]
        if isinstance(posted, Refused):
            raise posted
        return posted

    async def post_some_within(
        self, uow: UnitOfWork, requests: Sequence[Request], *, booking_date: date | None = None
    ) -> list[Posted | Refused]:
        """The same for several that do not depend on one another; answers in their order. What is refused leaves no trace,
        and the others are booked."""
        head = await uow.head()
        if booking_date is not None:
            head = head._replace(business_date=booking_date)
        batch, answers = await plan_under_lock(
            uow.conn, WorkingSet(), self._planner, self._clock, head, requests
        )
        base: int = await uow.conn.fetchval(Q.post, *batch.arguments(None)) if batch.size else 0
        found: list[Posted | Refused] = []
        for posted, refused, stored in answers:
            if posted is not None:
                found.append(posted if stored else posted._replace(journal_id=base + posted.journal_id))
            else:
                assert refused is not None
                found.append(refused)
        return found

    async def open_account(self, uow: UnitOfWork, new: NewAccount) -> int:
        """Open a ledger account on the current business date; return its id. Refuses ``currency_unknown``."""
        exponent(new.currency)
        head = await uow.head()
        account_id: int = await uow.conn.fetchval(
            Q.insert_account, new.number, new.branch_id, new.currency, new.gl_code, new.debit_normal,
            new.terms_id, new.floor_minor, head.business_date, new.by_contract,
        )  # fmt: skip
        await uow.conn.execute(Q.insert_balance, account_id)
        return account_id

    async def open_inter_branch_account(self, uow: UnitOfWork, new: NewAccount) -> int:
        """Open the account on which the ledger books a branch's inter-branch legs in one currency."""
        account_id = await self.open_account(uow, new)
        await uow.conn.execute(Q.insert_inter_branch, new.branch_id, new.currency, account_id)
        return account_id

    async def set_blocks(self, uow: UnitOfWork, account_id: int, *, debit: bool, credit: bool) -> None:
        """Block the side(s) of an account, or free them. Both blocked is a full freeze."""
        await uow.head()
        if await uow.conn.fetchval(Q.set_blocks, account_id, debit, credit) is None:
            raise refuse("account_closed")

    async def set_floor(self, uow: UnitOfWork, account_id: int, floor_minor: int | None) -> None:
        """Set the least available balance. It binds the next outgoing posting, not the balance as it is."""
        await uow.head()
        if await uow.conn.fetchval(Q.set_floor, account_id, floor_minor) is None:
            raise refuse("account_closed")

    async def set_terms(self, uow: UnitOfWork, account_id: int, terms_id: str) -> None:
        """Put an account under other terms from now on. What it has earned under the old ones is settled before."""
        await uow.head()
        if await uow.conn.fetchval(Q.set_terms, account_id, terms_id) is None:
            raise refuse("account_closed")

    async def count_movements(self, uow: UnitOfWork, account_id: int) -> None:
        """From now on nothing goes straight through on this account: its movements are counted against limits."""
        await uow.head()
        await uow.conn.execute(Q.count_movements, account_id)

    async def close_account(self, uow: UnitOfWork, account_id: int) -> date:
        """Close an account that is empty. Refuses ``account_unknown``, ``account_closed``,
        ``account_blocked``, ``account_not_empty`` and ``account_has_holds``."""
        head = await uow.head()
        known = WorkingSet()
        await repository.load_accounts(uow.conn, known, [account_id])
        account = known.accounts.get(account_id)
        if account is None:
            raise refuse("account_unknown", account=account_id)
        if account.closed:
            raise refuse("account_closed", account=account.number)
        if account.debit_blocked or account.credit_blocked:
            side = "debit" if account.debit_blocked else "credit"
            raise refuse("account_blocked", account=account.number, side=side)
        if account.debits_pending or account.credits_pending:
            raise refuse("account_has_holds", account=account.number)
        if account.ledger() != 0:
            raise refuse("account_not_empty", account=account.number)
        await uow.conn.fetchval(Q.close_account, account_id, head.business_date)
        return head.business_date

    async def expire_holds(self) -> int:
        """Release holds whose time is over, some at a time; return how many. Safe to run anywhere, any time."""
        async with self._db.read() as conn:
            due = await conn.fetch(Q.holds_due, self._clock.now(), EXPIRE_AT_ONCE)
        requests = [_expiry(row["journal_id"], row["branch_id"]) for row in due]
        answers = await self.submit_all(requests)
        return sum(isinstance(answer, Posted) for answer in answers)

    async def expire_some_within(self, uow: UnitOfWork) -> int:
        """Release some holds whose time is over inside a use case; return how many. 0: none is due."""
        due = await uow.conn.fetch(Q.holds_due, self._clock.now(), EXPIRE_AT_ONCE)
        if not due:
            return 0
        head = await uow.head()
        requests = [_expiry(row["journal_id"], row["branch_id"]) for row in due]
        batch, _ = await plan_under_lock(uow.conn, WorkingSet(), self._planner, self._clock, head, requests)
        if batch.size:
            await uow.conn.fetchval(Q.post, *batch.arguments(None))
        return batch.size

    async def expire_within(self, uow: UnitOfWork, hold_id: int, branch_id: int) -> None:
        """Release one hold whose time is over inside a use case, as ``expire_holds`` would. branch_id: of the hold's
        journal. Refuses ``hold_unknown``, ``hold_not_due``, and ``hold_resolved`` but by expiry."""
        await self.post_within(uow, _expiry(hold_id, branch_id))


def _expiry(hold_id: int, branch_id: int) -> Expire:
    """Everybody who finds a hold expired asks under the same key, so it is released once."""
    header = Header(
        key=f"hold:{hold_id}:expiry", code="HLDEXP", branch_id=branch_id, operator="system", channel="system"
    )
    return Expire(header, hold_id)


async def answer_of(conn: PoolConnection, journal_id: int) -> Posted:
    """What the ledger answered when it wrote a journal. Refuses ``journal_unknown``."""
    found = repository.answers_from(await conn.fetch(Q.load_journals, [journal_id]))
    if journal_id not in found:
        raise refuse("journal_unknown", journal=journal_id)
    return found[journal_id]


async def balance(conn: PoolConnection, account_id: int) -> Balance:
    """The figures of one account. Refuses ``account_unknown``."""
    known = WorkingSet()
    await repository.load_accounts(conn, known, [account_id])
    if account_id not in known.accounts:
        raise refuse("account_unknown", account=account_id)
    return known.accounts[account_id].balance()


async def statement(
    conn: PoolConnection, account_id: int, *, after: int = 0, limit: int = 100
) -> list[Record]:
    """Entries in the order of booking, from position ``after`` + 1; with running balance."""
    return await conn.fetch(Q.statement, account_id, after, limit)


async def hold_lines(conn: PoolConnection, hold_id: int) -> tuple[Line, ...]:
    """What a hold reserves. Refuses ``hold_unknown``."""
    found = await repository.load_holds(conn, [hold_id])
    if hold_id not in found:
        raise refuse("hold_unknown", hold=hold_id)
    return found[hold_id].lines


async def holds_of(conn: PoolConnection, account_id: int) -> list[Record]:
    """The open holds that name an account, oldest first."""
    return await conn.fetch(Q.holds_of_account, account_id)


async def journal_facts(conn: PoolConnection, journal_id: int) -> Record:
    """The header of a journal, and what has reversed it. Refuses ``journal_unknown``."""
    row = await conn.fetchrow(Q.journal_facts, journal_id)
    if row is None:
        raise refuse("journal_unknown", "journal", journal=journal_id)
    return row


async def journal_entries(conn: PoolConnection, journal_id: int) -> list[Record]:
    """The entries of a journal in the order of its lines, with the facts of their accounts."""
    return await conn.fetch(Q.journal_entries, journal_id)


async def find_account(conn: PoolConnection, number: str) -> Record:
    """The facts of the account with this number. Refuses ``account_unknown``."""
    row = await conn.fetchrow(Q.account_facts, number)
    if row is None:
        raise refuse("account_unknown", account=number)
    return row
