"""Customers of the demo bank who bank online from the first day, with passwords and one-time passwords that everybody may
know: they stand in the readme, so that anybody can see the online bank as a customer does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyotp.totp import TOTP

from liushui.bank import Bank
from liushui.demo import MARK, demo_data
from liushui.self_service import (
    access_state,
    activate,
    finish_activation,
    issue_code,
    open_access,
)
from liushui.store.database import UnitOfWork

OPERATOR = "system"
CODE_LASTS = timedelta(minutes=10)
BEFORE = timedelta(seconds=30)
"""The code that is used up is that of the half minute before, so that whoever logs in at once finds one."""


async def give_online_banking(bank: Bank) -> None:
    """Whoever in bank.yaml shall bank online does, once; who has it already, or had it, is left alone."""
    if not await bank.db.is_known(MARK):
        return
    for row in demo_data()["online"]:
        await _give(bank, row)


async def _give(bank: Bank, row: dict[str, Any]) -> None:
    customer: str = row["customer"]
    async with bank.db.read() as conn:
        state = await access_state(conn, customer)
    if state not in (None, "opened"):
        return

    async def open_and_ask(uow: UnitOfWork) -> str:
        if state is None:
            await open_access(uow, bank.clock, customer=customer, operator=OPERATOR, case_id=None)
        until = bank.clock.now() + CODE_LASTS
        return await issue_code(
            uow, bank.clock, customer=customer, until=until, operator=OPERATOR, case_id=None
        )

    code = await bank.db.transact(open_and_ask)
    token, _ = await activate(bank.db, bank.clock, customer, code, row["password"])
    visitor = await bank.customer_sessions.authenticate(token, None)

    async def enrol(uow: UnitOfWork) -> None:
        await bank.proofs.begin_one_time_password(uow, visitor, secret=row["totp"])
        first = TOTP(row["totp"]).at(bank.clock.now() - BEFORE)
        await bank.proofs.confirm_one_time_password(uow, visitor, first)
        await finish_activation(uow, bank.clock, visitor)

    await bank.db.transact(enrol)
