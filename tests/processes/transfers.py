"""What stories of transfers share: machines, money, a second account, and what must hold at the end of each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pyotp.totp import TOTP

from liushui.deposits import Actor, Terms
from liushui.kernel.check_digits import with_luhn
from liushui.parties import begin_second_factor, confirm_second_factor, customer_by_number
from liushui.self_service import Visitor, ask_signature
from liushui.store.database import UnitOfWork
from liushui.store.vault import Vault
from liushui.workflow import Person
from tests.authenticator import Authenticator
from tests.procedures import Story, person, story_of

ZHANG, LI = "0001010000000016", "0001010000000024"
KEY = bytes(range(32))


def customer(channel: str, index: int = 1) -> Person:
    """A demo customer, Zhang or another, who acts by themselves on a channel."""
    return person(with_luhn(f"{index:010d}"), "customer", channel=channel, anywhere=True)


def run(dsn: str, tell: Callable[[Story], Awaitable[None]], vault: Vault | None = None) -> None:
    """Tell a story; at its end no money has come or gone, and nothing is reserved that no running case stands for."""

    async def whole() -> None:
        async with story_of(dsn, vault or Vault(KEY)) as story:
            await fund(story, ZHANG, "988000.00")  # 12,000.00 were there
            before = await all_money(story)
            await tell(story)
            assert await all_money(story) == before
            await nothing_leaks(story)

    asyncio.run(whole())


async def fund(s: Story, account: str, amount: str) -> None:
    actor = Actor("T0001", 1, "counter", f"fund:{account}:{amount}")
    minor = int(amount.replace(".", ""))
    await s.bank.deposits.deposit_cash(actor, account=account, amount=minor, currency="CNY")


async def all_money(s: Story) -> int:
    """What all customers have together, in fen."""
    return await s.bank.db.pool.fetchval(
        "SELECT sum(credits_posted - debits_posted) FROM ledger_balance b "
        "JOIN ledger_account a ON a.id = b.account_id WHERE a.terms_id IS NOT NULL"
    )


async def nothing_leaks(s: Story) -> None:
    """Every open hold and every held order belongs to the other and to a running case; what is pending is what is
    held."""
    holds = await s.bank.db.pool.fetch("SELECT journal_id FROM hold WHERE resolved_by IS NULL")
    orders = await s.bank.db.pool.fetch(
        "SELECT o.hold_id, o.amount, i.status FROM transfer_order o JOIN process_instance i ON i.id = o.case_id "
        "WHERE o.state = 'held'"
    )
    assert {h["journal_id"] for h in holds} == {o["hold_id"] for o in orders}
    assert all(o["status"] in ("running", "incident") for o in orders)
    pending = await s.bank.db.pool.fetchval("SELECT sum(debits_pending)::bigint FROM ledger_balance")
    assert pending == sum(o["amount"] for o in orders)


async def used(s: Story, account: str, channel: str) -> tuple[int, int]:
    """Fen and number of transfers counted for an account and channel, all days."""
    row = await s.bank.db.pool.fetchrow(
        "SELECT coalesce(sum(own + others), 0)::bigint AS fen, coalesce(sum(transfers), 0)::int AS number "
        "FROM transfer_usage u JOIN ledger_account a ON a.id = u.account_id WHERE a.number = $1 AND channel = $2",
        account, channel,
    )  # fmt: skip
    return row["fen"], row["number"]


async def class_used(s: Story, account: str) -> int:
    """What an account of class II or III has used of its day, outgoing, in fen."""
    return await s.bank.db.pool.fetchval(
        "SELECT coalesce(sum(used), 0)::bigint FROM limit_usage u JOIN ledger_account a ON a.id = u.account_id "
        "WHERE a.number = $1 AND period = 'day' AND NOT incoming", account
    )  # fmt: skip


async def held(s: Story, account: str) -> int:
    """Fen that are reserved on an account."""
    return await s.bank.db.pool.fetchval(
        "SELECT debits_pending FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
        "WHERE a.number = $1", account
    )  # fmt: skip


async def second_account(
    s: Story, name: str = "张示例", account_class: int = 2, bound: str | None = None
) -> str:
    """Another account of a customer, activated."""

    async def work(uow: UnitOfWork) -> str:
        number = await uow.conn.fetchval("SELECT number FROM party WHERE name = $1", name)
        owner = await customer_by_number(uow.conn, number)
        actor = Actor("T0001", 1, "counter", "second")
        terms = Terms(1, account_class=account_class, bound=bound)
        return (await s.bank.opening.open(uow, actor, owner, terms))[1].number

    number = await s.bank.db.transact(work)
    account = await s.bank.directory.find(number)
    actor = Actor("T0001", 1, "counter", "activate")
    await s.bank.db.transact(lambda uow: s.bank.opening.activate(uow, actor, account))
    return number


async def enrol(s: Story, name: str = "张示例") -> TOTP:
    """Give a customer one-time passwords; return what the customer's telephone computes."""

    async def work(uow: UnitOfWork) -> TOTP:
        number = await uow.conn.fetchval("SELECT number FROM party WHERE name = $1", name)
        address = await begin_second_factor(uow, s.clock, s.bank.vault, customer=number)
        phone = TOTP(address.split("secret=")[1].split("&")[0])
        earlier = s.clock.now() - timedelta(seconds=30)  # so that the code of this half minute is still good
        await confirm_second_factor(
            uow, s.clock, s.bank.vault, customer=number, code=phone.at(earlier), operator=number
        )
        return phone

    return await s.bank.db.transact(work)


async def give_passkey(s: Story, index: int = 1) -> Authenticator:
    """Let a demo customer enrol a passkey; return their authenticator."""
    who = await visitor(s, index)
    key = Authenticator()

    async def work(uow: UnitOfWork) -> object:
        options = await s.bank.proofs.begin_passkey(uow, who)
        return await s.bank.proofs.finish_passkey(uow, who, "phone", json.dumps(key.create(options)))

    assert await s.bank.db.transact(work) is None
    return key


async def visitor(s: Story, index: int = 1) -> Visitor:
    number = with_luhn(f"{index:010d}")
    async with s.bank.db.read() as conn:
        party = await customer_by_number(conn, number)
    return Visitor(party.id, number, party.name, 1, "online")


async def challenge(s: Story, case: int, index: int = 1, **instead: object) -> bytes:
    """What the bank asks a customer to sign for a transfer. instead: what the form shows wrongly."""
    who, variables = await visitor(s, index), await s.variables(case)
    shown = {name: variables[name] for name in ("payer", "payee", "amount", "factor")} | instead
    return await s.bank.db.transact(
        lambda uow: ask_signature(
            uow,
            s.clock,
            party_id=who.party_id,
            customer=who.customer,
            case=case,
            process="transfer",
            shown=shown,
        )
    )


async def sign(s: Story, case: int, key: Authenticator, **more: Any) -> str:
    """The passkey's answer for a transfer."""
    return json.dumps(key.get(await challenge(s, case), **more))


async def last(s: Story, case: int) -> str:
    """The element at which a case has ended."""
    return (await s.ways(case))[-1]


async def fault(s: Story, case: int) -> str:
    """The code with which a case was refused."""
    return await s.bank.db.pool.fetchval(
        "SELECT jsonb_path_query_first(state::jsonb, '$.**.fault.code') #>> '{}' FROM process_instance WHERE id = $1", case
    )  # fmt: skip


async def kinds(s: Story, like: str) -> list[str]:
    """Kinds of the events for customers, in order."""
    rows = await s.bank.db.pool.fetch("SELECT kind FROM event WHERE kind LIKE $1 ORDER BY id", like)
    return [row["kind"] for row in rows]
