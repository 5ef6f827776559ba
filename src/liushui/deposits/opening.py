"""Opening an account step by step, inside a procedure: room for it, the account, what is handed out, activation.

A new account takes money in and gives none out until it is activated. Amounts in minor units.
"""

from __future__ import annotations

from datetime import datetime

from liushui.deposits.blocks import Cause, NewBlock, blocks_of, lift_block, place_block
from liushui.deposits.classes import CURRENCY, limits_by_class
from liushui.deposits.holdings import Terms, room_faults
from liushui.deposits.service import GL_CODE_OF_KIND, Actor, Deposits, Opened
from liushui.identity import audit, branch_by_id
from liushui.kernel.check_digits import with_luhn
from liushui.kernel.clock import Clock
from liushui.kernel.errors import raise_if_any, refuse
from liushui.ledger import CustomerAccount, Ledger, find_account
from liushui.parties import Customer
from liushui.risk import effective
from liushui.store.database import UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "opening.sql")
_PREFIX = {"passbook": "8", "letter": "9"}


class AccountOpening:
    """The steps of a procedure that opens an account; each takes the unit of work of the step."""

    def __init__(self, clock: Clock, ledger: Ledger, deposits: Deposits) -> None:
        self._clock = clock
        self._ledger = ledger
        self._deposits = deposits

    async def open(self, uow: UnitOfWork, actor: Actor, owner: Customer, terms: Terms) -> tuple[int, Opened]:
        """Open the account, with its class and limits, blocked on the debit side; return its id and numbers.

        Refuses the codes of ``room_faults``; counted under the sequencer's lock, so of two applications at the same
        moment one is refused.
        """
        parameters = effective((await uow.head()).business_date)
        raise_if_any(await room_faults(uow.conn, owner.id, terms, parameters))
        opened = await self._deposits.insert_account(
            uow, actor, owner=owner.id, gl_code=GL_CODE_OF_KIND[owner.kind], currency=CURRENCY,
            branch=await branch_by_id(uow.conn, actor.branch_id), floor_minor=0, with_card=terms.with_card,
        )  # fmt: skip
        account_id: int = (await find_account(uow.conn, opened.number))["id"]
        limits = limits_by_class(terms.account_class, parameters)
        await uow.conn.execute(
            Q.classify, account_id, terms.account_class, limits.daily, limits.yearly, limits.balance,
            terms.purpose, terms.case_id,
        )  # fmt: skip
        if not limits.none_at_all:
            await self._ledger.count_movements(uow, account_id)
        if terms.bound is not None:
            await uow.conn.execute(Q.bind, account_id, terms.bound, terms.bound_bank, self._clock.now())
        waits = NewBlock(
            account_id, Cause.OPENING, True, False, "not activated yet", actor.operator, case_id=terms.case_id
        )
        await place_block(uow, self._ledger, self._clock, waits)
        return account_id, opened

    async def issue(
        self, uow: UnitOfWork, actor: Actor, account_id: int, *, kind: str, case_id: int, card: str | None
    ) -> str:
        """Record what is handed out for an account and return its number. card: the card's, where one was made."""
        number = card if kind == "card" else None
        if number is None:
            serial: int = await uow.conn.fetchval(Q.next_medium)
            number = with_luhn(f"{_PREFIX[kind]}{serial:010d}")
        await uow.conn.execute(
            Q.insert_medium, kind, number, account_id, case_id, self._clock.now(), actor.operator
        )
        await uow.emit("medium_issued", self._clock.now(), subjects=[account_id], payload={"kind": kind})
        return number

    async def keep_seal(
        self, uow: UnitOfWork, actor: Actor, account_id: int, *, case_id: int, image_digest: str | None,
        reference: str | None,
    ) -> None:  # fmt: skip
        """Keep the seal card of an entity's account. image_digest: SHA-256 in hex."""
        digest = None if image_digest is None else bytes.fromhex(image_digest)
        await uow.conn.execute(
            Q.insert_seal, account_id, case_id, digest, reference, self._clock.now(), actor.operator
        )

    async def activate(self, uow: UnitOfWork, actor: Actor, account: CustomerAccount) -> datetime:
        """Let money out of a new account, once. Refuses ``account_active`` and, where somebody has frozen the account
        meanwhile, ``account_blocked``."""
        row = await uow.conn.fetchrow(Q.standing, account.id)
        if row is None or not row["awaits_activation"]:
            raise refuse("account_active", account=account.number)
        if row["credit_blocked"]:
            raise refuse("account_blocked", account=account.number, side="credit")
        now = self._clock.now()
        for block in await blocks_of(uow.conn, account.id):
            if block["cause"] == Cause.OPENING:
                await lift_block(
                    uow, self._ledger, self._clock, block["id"], by=actor.operator, reason="activated"
                )
        await uow.conn.execute(Q.activate, account.id, now)
        await audit(uow, self._clock, actor=actor.operator, action="account_activated", subject=account.number,
                    outcome="done")  # fmt: skip
        await uow.emit("account_activated", now, subjects=[account.id])
        return now
