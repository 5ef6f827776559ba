"""Cash over the counter: at the till of the teller who takes or pays it, by face, within the account's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liushui.cash import (
    Moved,
    Notes,
    check_value,
    minus,
    move,
    notes_from,
    over_limit,
    require_notes,
    till_of,
)
from liushui.deposits import CASH_DEPOSIT, Direction, remember_use, use_limits
from liushui.ledger import Post
from liushui.processes.accounts import CURRENCY
from liushui.processes.services import Services, header_of, post
from liushui.workflow import Context


@dataclass(frozen=True, slots=True)
class Counted:
    """What goes over the counter. come, go: notes into and out of the till. teller: whose till it is."""

    account: str
    amount: int
    come: Notes
    go: Notes
    teller: str


def counted(
    v: Mapping[str, Any], field: str = "denominations", change: str = "change", amount: str = "amount"
) -> tuple[Notes, Notes]:
    """The notes that are handed over, and those given in return. Refuses ``face_unknown``, and ``count_differs`` where
    they do not make the amount."""
    over, back = notes_from(v.get(field), CURRENCY, field), notes_from(v.get(change), CURRENCY, change)
    check_value(minus(over, back), v[amount], CURRENCY, field)
    return over, back


async def see_till(context: Context, *, teller: str, go: Notes, field: str) -> dict[str, Any]:
    """Before anybody is asked for anything: the teller is at a till, and it has the notes that shall go out. Refuses what
    ``till_of`` refuses, and ``notes_missing``."""
    till = await till_of(context.inside, teller, context.branch_id)
    await require_notes(context.inside, till, go, field)
    return {"till": till.code}


async def book_cash_over_counter(
    services: Services,
    context: Context,
    template: str,
    what: Counted,
    memo: str | None,
    *,
    limited: bool = True,
) -> dict[str, Any]:
    """Count against the account's limits, book, and move the notes: all or nothing. limited: False for the last movement
    of an account that closes. The result says by how much the till is now above what it may keep (``hand_in``).

    Refuses what ``till_of``, ``use_limits`` and the ledger refuse, and ``notes_missing``.
    """
    uow, clock = context.inside, services.clock
    till = await till_of(uow, what.teller, context.branch_id)
    account = await services.directory.find(what.account, "account")
    direction = Direction.IN if template == CASH_DEPOSIT else Direction.OUT
    used = limited and await use_limits(uow, account.id, direction, what.amount)
    code, lines = await services.deposits.cash_lines(
        template, branch_id=context.branch_id, account=what.account, amount=what.amount, currency=CURRENCY,
        till=till.account_id,
    )  # fmt: skip
    result = await post(services, context, Post(header_of(context, code, memo), lines))
    journal: int = result["journal"]
    await move(
        uow, clock, till, what.come, what.go, journal_id=journal, who=Moved(what.teller, context.case_id)
    )
    if used:
        today = (await uow.head()).business_date
        await remember_use(uow, journal, account.id, direction, what.amount, used_on=today)
    return result | {"till": till.code, "hand_in": await over_limit(uow, till)}
