"""What every act on a contract shares: the bank's services, journals, the history and the event that tells the customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from liushui.accounting import Q as ACCOUNTING_Q
from liushui.accounting import Templates
from liushui.deposits.interest import Q as INTEREST_Q
from liushui.deposits.interest import open_payable_accounts
from liushui.deposits.placed.model import Contract
from liushui.deposits.placed.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import refuse
from liushui.ledger import Header, Ledger, Post
from liushui.store.database import UnitOfWork

OPENING, WITHDRAWAL, INTEREST, TRANSFER = (
    "placed_opening",
    "placed_withdrawal",
    "placed_interest",
    "certificate_transfer",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where contracts are worked on."""

    clock: Clock
    ledger: Ledger
    templates: Templates

    async def roles(self, uow: UnitOfWork, contract: Contract, customer: int) -> dict[str, int]:
        """The accounts a template may name. customer: the account that pays or is paid."""
        return await self.branch_roles(uow, contract) | {"deposit": contract.account_id, "customer": customer}

    async def branch_roles(self, uow: UnitOfWork, contract: Contract) -> dict[str, int]:
        """Those that all contracts of a product at a branch share."""
        rows = await uow.conn.fetch(ACCOUNTING_Q.internal_accounts, contract.branch_id, contract.currency)
        roles = {row["role"]: row["account_id"] for row in rows}
        return roles | {"interest_payable": await self.payable(uow, contract)}

    async def payable(self, uow: UnitOfWork, contract: Contract) -> int:
        """The account on which the bank owes interest of this product at its branch; opened by the first who needs it."""
        place = (contract.branch_id, contract.currency, contract.product)
        found: int | None = await uow.conn.fetchval(INTEREST_Q.payable_account, *place)
        if found is None:
            await open_payable_accounts(uow, self.ledger, [(contract.product, contract.currency)])
            found = await uow.conn.fetchval(INTEREST_Q.payable_account, *place)
        assert found is not None
        return found

    def journal(
        self, template: str, header: Header, roles: Mapping[str, int], amounts: Mapping[str, int]
    ) -> Post | None:
        """The request that a template makes; None where every amount is zero. header: its code is set here."""
        how = self.templates.get(template)
        lines = how.lines(roles, amounts)
        return Post(header._replace(code=how.code), lines) if lines else None

    async def post(self, uow: UnitOfWork, request: Post | None) -> int | None:
        """Book in this transaction; return the journal, None for nothing. Refuses like the books."""
        return None if request is None else (await self.ledger.post_within(uow, request)).journal_id

    async def record(
        self, uow: UnitOfWork, contract: Contract, header: Header, kind: str, on: date, *, amount: int = 0,
        interest: int = 0, tax: int = 0, journal: int | None = None, detail: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Add to the contract's history, and tell by an event ``deposit_<kind>``. interest: before tax; tax: withheld of it."""
        case = None if header.process_instance is None else int(header.process_instance)
        await uow.conn.execute(
            Q.insert_history, contract.account_id, on, kind, amount, interest, tax, json.dumps(detail or {}), journal,
            case, header.operator, self.clock.now(),
        )  # fmt: skip
        payload = {
            "deposit": contract.number, "date": on.isoformat(), "amount": amount, "interest": interest,
        } | ({"tax": tax} if tax else {}) | dict(detail or {})  # fmt: skip
        await uow.emit(
            f"deposit_{kind}", self.clock.now(), subjects=[contract.account_id, contract.linked_account_id],
            payload=payload,
        )  # fmt: skip


def must_be_open(contract: Contract) -> None:
    """Refuses ``deposit_closed``."""
    if contract.principal == 0:
        raise refuse("deposit_closed", "deposit", deposit=contract.number)
