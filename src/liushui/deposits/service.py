"""Demand accounts: opened, closed, blocked; cash in and out. Amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from liushui.accounting import InternalAccounts, Templates
from liushui.deposits.appointments import cancel_cash
from liushui.deposits.cards import take_card_back
from liushui.deposits.classes import FULL, opening_faults
from liushui.deposits.dormancy import end_with_account
from liushui.deposits.holdings import held_by
from liushui.deposits.repository import Q, next_card_number
from liushui.identity import Branch, audit
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.clock import Clock
from liushui.kernel.errors import raise_if_any, refuse
from liushui.ledger import CustomerAccount, Directory, Header, Ledger, Line, NewAccount, Post, Posted
from liushui.parties import customer_by_number
from liushui.risk import effective
from liushui.store.database import Database, UnitOfWork

TERMS_PERSON, TERMS_ENTITY = "demand", "demand_entity"
CASH_DEPOSIT, CASH_WITHDRAWAL = "cash_deposit", "cash_withdrawal"
GL_CODE_OF_KIND = {"individual": "2011.01", "entity": "2011.02"}
TERMS_OF_GL_CODE = {"2011.01": TERMS_PERSON, "2011.02": TERMS_ENTITY}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where, through which channel, under which idempotency key."""

    operator: str
    branch_id: int
    channel: str
    key: str

    def header(self, code: str, memo: str | None = None) -> Header:
        return Header(self.key, code, self.branch_id, self.operator, self.channel, memo=memo)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new demand account."""

    number: str
    card_number: str | None
    currency: str


class Deposits:
    """The use cases of demand deposits."""

    def __init__(
        self, db: Database, clock: Clock, ledger: Ledger, directory: Directory, internal: InternalAccounts,
        templates: Templates,
    ) -> None:  # fmt: skip
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._directory = directory
        self._internal = internal
        self._templates = templates

    async def open_demand_account(
        self, actor: Actor, *, customer: str, currency: str, branch: Branch
    ) -> tuple[Opened, bool]:
        """Open an account (and, for an individual, a card) for a customer; once per key.

        Number: branch code, 01 for demand, nine digits, Luhn check digit. An individual's is a class I account; without
        the checks of the procedure ``open_account``, which is what people use. Refuses ``customer_unknown``,
        ``currency_not_offered`` and ``class_one_held``.
        """
        await self._internal.of(branch.id, currency)

        async def work(uow: UnitOfWork) -> dict[str, Any]:
            owner = await customer_by_number(uow.conn, customer)
            if owner.kind == "individual":
                today = (await uow.head()).business_date
                raise_if_any(opening_faults(FULL, await held_by(uow.conn, owner.id), effective(today)))
            opened = await self.insert_account(
                uow, actor, owner=owner.id, gl_code=GL_CODE_OF_KIND[owner.kind], currency=currency,
                branch=branch, floor_minor=0, with_card=owner.kind == "individual",
            )  # fmt: skip
            return {"number": opened.number, "card_number": opened.card_number, "currency": currency}

        content = ("open_demand", customer, currency, branch.code)
        result, replayed = await self._db.once(actor.key, content, self._clock.now(), work)
        return Opened(**result), replayed

    async def insert_account(
        self, uow: UnitOfWork, actor: Actor, *, owner: int, gl_code: str, currency: str, branch: Branch,
        floor_minor: int | None, with_card: bool, number: str | None = None,
    ) -> Opened:  # fmt: skip
        """Open inside another use case. number: given where a history is replayed."""
        conn = uow.conn
        if number is None:
            number = with_luhn(f"{branch.code}01{await conn.fetchval(Q.next_account_serial):09d}")
        card = await next_card_number(conn) if with_card else None
        account_id = await self._ledger.open_account(
            uow,
            NewAccount(number, branch.id, currency, gl_code, False, floor_minor, TERMS_OF_GL_CODE[gl_code]),
        )
        await conn.execute(Q.insert_deposit, account_id, card, actor.operator)
        await conn.execute(Q.insert_party, account_id, owner, "owner")
        await uow.emit(
            "account_opened", self._clock.now(), subjects=[account_id], payload={"account": number}
        )
        return Opened(number, card, currency)

    async def deposit_cash(
        self, actor: Actor, *, account: str, amount: int, currency: str, memo: str | None = None
    ) -> Posted:
        """Cash onto an account, of this branch or another, without a case: for what is set up before a bank opens."""
        code, lines = await self.cash_lines(
            CASH_DEPOSIT, branch_id=actor.branch_id, account=account, amount=amount, currency=currency
        )
        return await self._ledger.submit(Post(actor.header(code, memo), lines))

    async def cash_lines(
        self,
        template: str,
        *,
        branch_id: int,
        account: str,
        amount: int,
        currency: str,
        till: int | None = None,
    ) -> tuple[str, tuple[Line, ...]]:
        """The transaction code and lines of cash over the counter of a branch. template: ``CASH_DEPOSIT`` or
        ``CASH_WITHDRAWAL``. till: the ledger account of the till; None: the branch's cash that stands in the books without
        notes, for histories and what is set up. Refuses ``account_unknown``, ``currency_differs``, ``currency_not_offered``."""
        customer = await self._directory.find(account, "account")
        if customer.currency != currency:
            raise refuse("currency_differs", "currency", account=account, currency=customer.currency)
        internal = await self._internal.of(branch_id, currency)
        how = self._templates.get(template)
        roles = {"cash": internal["cash"] if till is None else till, "customer": customer.id}
        return how.code, how.lines(roles, {"principal": amount})

    async def close_within(self, uow: UnitOfWork, account: CustomerAccount, *, by: str) -> None:
        """Close an empty account inside another use case: its card ends, cash ordered and notices are cancelled.
        Refusals: see ``Ledger.close_account``."""
        today = await self._ledger.close_account(uow, account.id)
        await take_card_back(uow, self._clock, account.id, by=by, reason="account closed")
        await cancel_cash(uow, self._clock, account_id=account.id, on_date=None)
        await uow.conn.execute(Q.end_notices, account.id)
        await end_with_account(uow, account.id, today)
        await audit(uow, self._clock, actor=by, action="account_closed", subject=account.number,
                    outcome="done")  # fmt: skip
        await uow.emit("account_closed", self._clock.now(), subjects=[account.id])
