"""Movement notices (动账通知): whoever has agreed to them is told of every movement from an amount on.

The handler writes the notice; a gateway (text message, push) reads on from there by position.
"""

from __future__ import annotations

from collections.abc import Sequence

from liushui.deposits.repository import Q
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any
from liushui.ledger import CustomerAccount
from liushui.store.database import UnitOfWork
from liushui.store.outbox import Event


class MovementNotices:
    """Outbox handler: one notice an entry of an account whose holder has agreed."""

    name = "movement_notices"
    kinds = frozenset({"journal_posted"})

    async def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        journals = [event.journal_id for event in events if event.journal_id is not None]
        await uow.conn.execute(Q.insert_notices, journals)


async def agree_to_notices(
    uow: UnitOfWork, clock: Clock, *, operator: str, account: CustomerAccount, least_amount: int | None
) -> None:
    """Have movements from ``least_amount`` (minor units) on notified; None: no more notices. Setting what is set
    changes nothing. Refuses ``amount_not_positive``."""
    if least_amount is not None and least_amount <= 0:
        raise_if_any([Fault("amount_not_positive", field="least_amount")])
    if least_amount is None:
        await uow.conn.execute(Q.end_notices, account.id)
    else:
        await uow.conn.execute(Q.agree_notices, account.id, least_amount, operator, clock.now())
    await uow.emit(
        "notices_agreed", clock.now(), subjects=[account.id], payload={"least_amount": least_amount}
    )
