"""What a transfer by the customer's own hand would be, shown before it is asked for. Nothing is counted or kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from liushui.deposits import owner_of
from liushui.kernel.clock import Clock
from liushui.ledger import Directory
from liushui.parties import customer_by_number
from liushui.payments import ChannelLimit, Facts, Order, TransferOrders, limit_of
from liushui.processes.services import load_calendars, parameters_at
from liushui.processes.transfer.timing import execution_time
from liushui.store.database import PoolConnection

Factor = Literal["none", "one_time_password", "signature"]
Decide = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""A decision of the released process, by name."""


@dataclass(frozen=True, slots=True)
class Preview:
    """payee_name: masked. factor: what the customer will be asked to prove it with. execute_at: None: at once."""

    payee_name: str
    facts: Facts
    limit: ChannelLimit
    factor: Factor
    execute_at: datetime | None


@dataclass(frozen=True, slots=True)
class Previews:
    """The use case."""

    clock: Clock
    directory: Directory
    transfers: TransferOrders

    async def look(
        self, conn: PoolConnection, asked: Mapping[str, Any], *, channel: str, today: date, decide: Decide
    ) -> Preview:
        """asked: payer, payee, amount in minor units, execution. Refuses ``account_unknown`` and what the limits of the
        channel refuse."""
        payer, payee = await self.directory.find_two((asked["payer"], "payer"), (asked["payee"], "payee"))
        order = Order(0, payer, payee, asked["amount"], channel)
        facts = await self.transfers.look(conn, order, today)
        variables = {
            "own": facts.own,
            "needs_proof": facts.needs.proof,
            "new_payee": facts.new_payee,
            "amount": asked["amount"],
        }
        now, choice = self.clock.now(), asked["execution"]
        at = execution_time(
            choice,
            now,
            delayed=False,
            parameters=parameters_at(now),
            calendar=load_calendars()["counter"],
        )
        owner = await owner_of(conn, payee.id)
        name = "" if owner is None else (await customer_by_number(conn, owner)).name
        return Preview(
            mask_name(name),
            facts,
            await limit_of(conn, payer.id, channel, today),
            decide("transfer_factor", variables)["factor"],
            None if choice == "realtime" else at,
        )


def mask_name(name: str) -> str:
    """All but the last letter hidden: who knows the payee sees a slip of the finger, who does not learns no name."""
    return "*" * (len(name) - 1) + name[-1:]
