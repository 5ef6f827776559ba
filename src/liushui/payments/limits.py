"""Limits of transfers by channel, and what a transfer by the customer's own hand must be proven with. Amounts in minor
units; every figure is a parameter (risk/parameters.yaml), by name. 银发〔2016〕261号.

The limits of account classes are the accounts' own and stand in ``liushui.deposits``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from liushui.deposits import CURRENCY
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import format_minor
from liushui.ledger import CustomerAccount, Ledger
from liushui.risk import effective
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.payments")
SELF_SERVICE = ("online", "phone", "kiosk", "atm")
"""Where the customer acts without the bank's people (非柜面)."""
MACHINES = ("kiosk", "atm")
UNPROVEN, ONE_TIME_PASSWORD, SIGNATURE = "none", "one_time_password", "signature"
"""How a customer has proven a transfer."""
CHANNELS = ("counter", "open_api", *SELF_SERVICE)


@dataclass(frozen=True, slots=True)
class ChannelLimit:
    """What may go out of an account in a day through one channel. None: as much, as often as one likes."""

    amount: int | None = None
    count: int | None = None

    def tightened(self, other: ChannelLimit) -> ChannelLimit:
        """The lower of each: what the customer has agreed never widens what the bank allows."""
        amounts = [v for v in (self.amount, other.amount) if v is not None]
        counts = [v for v in (self.count, other.count) if v is not None]
        return ChannelLimit(min(amounts, default=None), min(counts, default=None))


@dataclass(frozen=True, slots=True)
class Totals:
    """The day so far. channel_amount, channel_count: of the account through the channel; account_amount: of the account
    through all self-service; owner_others: of all accounts of the owner through self-service, to other people."""

    channel_amount: int = 0
    channel_count: int = 0
    account_amount: int = 0
    owner_others: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """What the customer must still give. proof: a certificate or an electronic signature; reminder: a confirmation after
    a reminder."""

    proof: bool = False
    reminder: bool = False


def bank_limit(channel: str, parameters: Mapping[str, Any]) -> ChannelLimit:
    """The bank's own limit of a channel. Counter and machine clients have none."""
    return ChannelLimit(
        parameters.get(f"transfer_{channel}_daily"), parameters.get(f"transfer_{channel}_count")
    )


def channel_faults(limit: ChannelLimit, totals: Totals, amount: int) -> list[Fault]:
    """Every limit of the channel that a transfer would break: ``channel_limit_exceeded``, ``channel_count_exceeded``."""
    faults: list[Fault] = []
    if limit.amount is not None and totals.channel_amount + amount > limit.amount:
        left = format_minor(max(limit.amount - totals.channel_amount, 0), CURRENCY)
        faults.append(Fault("channel_limit_exceeded", {"left": left}, "amount"))
    if limit.count is not None and totals.channel_count + 1 > limit.count:
        faults.append(Fault("channel_count_exceeded", {"most": limit.count}))
    return faults


def needs_of(
    channel: str, totals: Totals, amount: int, *, own: bool, individual: bool, parameters: Mapping[str, Any]
) -> Needs:
    """What is needed by the day's totals. Transfers among one's own accounts need no proof and do not count for it;
    the reminder looks at all that leaves the account."""
    if channel not in SELF_SERVICE:
        return Needs()
    confirm_from = parameters[f"online_confirm_{'individual' if individual else 'entity'}_from"]
    return Needs(
        proof=not own and totals.owner_others + amount > parameters["online_certificate_from"],
        reminder=totals.account_amount + amount > confirm_from,
    )


async def agree_transfer_limit(
    uow: UnitOfWork, clock: Clock, ledger: Ledger, *, operator: str, account: CustomerAccount, channel: str,
    limit: ChannelLimit,
) -> None:  # fmt: skip
    """Keep what the customer has agreed for a channel; it replaces what was agreed before. The lower of it and the
    bank's own limit holds. Refuses ``channel_unknown``, ``amount_not_positive`` and ``count_not_positive``."""
    faults: list[Fault] = []
    if channel not in CHANNELS:
        faults.append(Fault("channel_unknown", {"channel": channel[:40]}, "channel"))
    if limit.amount is not None and limit.amount <= 0:
        faults.append(Fault("amount_not_positive", field="amount"))
    if limit.count is not None and limit.count <= 0:
        faults.append(Fault("count_not_positive", field="count"))
    raise_if_any(faults)
    now = clock.now()
    await ledger.count_movements(uow, account.id)
    await uow.conn.execute(Q.insert_agreement, account.id, channel, limit.amount, limit.count, now, operator)
    await uow.emit("transfer_limit_agreed", now, subjects=[account.id], payload={"channel": channel})


async def limit_of(conn: PoolConnection, account_id: int, channel: str, today: date) -> ChannelLimit:
    """The limit that holds for an account and channel on a day."""
    limit = bank_limit(channel, effective(today))
    row = await conn.fetchrow(Q.newest_agreement, account_id, channel)
    return limit if row is None else limit.tightened(ChannelLimit(row["daily_amount"], row["daily_count"]))


async def totals_of(
    conn: PoolConnection, account_id: int, channel: str, today: date, owners: list[int]
) -> Totals:
    """The day so far. owners: party ids of the account's owners."""
    row = await conn.fetchrow(Q.usage, account_id, today, channel, owners, list(SELF_SERVICE))
    assert row is not None
    return Totals(row["channel_amount"], row["channel_count"], row["account_amount"], row["owner_others"])


def refuse_unproven(needs: Needs, *, proof: str, reminded: bool) -> None:
    """Refuses ``second_factor_needed`` where something that is needed has not been given. proof: what the customer has
    given; a one-time password is not enough where a signature is needed."""
    if (needs.proof and proof != SIGNATURE) or (needs.reminder and not reminded):
        raise refuse("second_factor_needed")
