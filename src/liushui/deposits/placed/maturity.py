"""The day on which a term is over: placed for another term, paid out, or left standing, as the customer has said.

Done by the day-end for many at once, or at the counter for the one that a customer asks for before; the same function, and
keys of the contract and its day, so it is done once. Everything is reckoned as of the day of maturity, however late it is
done: rates of that day, journals valued on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liushui.deposits.placed.desk import INTEREST, WITHDRAWAL, Desk
from liushui.deposits.placed.model import Contract, Facts, Instruction, quote
from liushui.deposits.placed.repository import Market, Q, contracts_by_id, facts_of, market_on
from liushui.kernel.errors import Refused
from liushui.ledger import Header, Post
from liushui.products import Interest, Product, RateType, opening_faults, parse_tenor
from liushui.store.database import UnitOfWork

AT_ONCE = 100
"""Contracts in one part of the day-end's step: about a tenth of a second under the sequencer's lock."""
SYSTEM = "system"
BLOCKED = "account_blocked"


@dataclass(frozen=True, slots=True)
class Matured:
    """What becomes of a contract on its day. interest: of the term. kept: of it placed again, minor units. next_: the
    version and rate of the next term; None: there is none. hindered: why its instruction is not followed."""

    contract: Contract
    day: date
    interest: Interest
    kept: int
    request: Post | None
    pays_out: bool = False
    next_: tuple[Product, Decimal | None] | None = None
    hindered: str | None = None


async def mature_some(
    desk: Desk, uow: UnitOfWork, day: date, *, after: int, at_once: int = AT_ONCE
) -> tuple[int | None, int]:
    """Bring the next contracts after an account up to date that mature on a day or before; return the account to go on
    after (None: that is all) and how many there were."""
    await uow.head()
    rows = await uow.conn.fetch(Q.maturing, day, after, at_once)
    ids = [row["account_id"] for row in rows]
    if not ids:
        return None, 0
    await mature(desk, uow, await contracts_by_id(uow.conn, ids))
    return ids[-1], len(ids)


async def catch_up(desk: Desk, uow: UnitOfWork, contract: Contract, today: date) -> Contract:
    """The contract as it stands when everything due is done. The caller holds the sequencer's lock."""
    while contract.is_due(today):
        await mature(desk, uow, [contract])
        contract = (await contracts_by_id(uow.conn, [contract.account_id]))[0]
    return contract


async def mature(desk: Desk, uow: UnitOfWork, contracts: Sequence[Contract]) -> None:
    """Do what is due on contracts whose term is over. A customer's trouble (a blocked account) leaves the contract standing
    as matured, with the reason in its history."""
    planned = await _plan_all(desk, uow, contracts)
    requests = [m.request for m in planned if m.request is not None]
    answers = iter(await desk.ledger.post_some_within(uow, requests) if requests else [])
    for matured in planned:
        answer = next(answers) if matured.request is not None else None
        if isinstance(answer, Refused):
            await _stays(desk, uow, matured, answer.code)
        elif matured.next_ is not None or matured.pays_out:
            await _follow(desk, uow, matured, None if answer is None else answer.journal_id)
        else:
            await _stays(desk, uow, matured, matured.hindered)


async def _plan_all(desk: Desk, uow: UnitOfWork, contracts: Sequence[Contract]) -> list[Matured]:
    """What becomes of each, in their order; what they share is read once."""
    planned: dict[int, Matured] = {}
    shared: dict[tuple[int, str, str], dict[str, int]] = {}
    rows = await uow.conn.fetch(Q.blocked, [c.account_id for c in contracts])
    blocked = {row["id"] for row in rows}
    for day in sorted({c.matures_on for c in contracts if c.matures_on is not None}):
        same = [c for c in contracts if c.matures_on == day]
        market = await market_on(uow.conn, day)
        facts = await facts_of(uow.conn, market, same)
        for contract in same:
            place = (contract.branch_id, contract.currency, contract.product)
            if place not in shared:
                shared[place] = await desk.branch_roles(uow, contract)
            roles = shared[place] | {
                "deposit": contract.account_id,
                "customer": contract.linked_account_id,
            }
            if contract.account_id in blocked and contract.instruction is Instruction.PAY_OUT:
                planned[contract.account_id] = Matured(
                    contract, day, Interest(0, ()), 0, None, hindered=BLOCKED
                )
                continue
            planned[contract.account_id] = _plan(desk, contract, market, facts[contract.account_id], roles)
    return [planned[contract.account_id] for contract in contracts]


def _plan(desk: Desk, contract: Contract, market: Market, facts: Facts, roles: Mapping[str, int]) -> Matured:
    day = market.day
    interest = quote(market.product_of(contract), contract, contract.principal, day, facts).interest
    header = _header(contract, day)
    if contract.instruction is Instruction.STAY:
        return Matured(contract, day, interest, 0, None)
    if contract.instruction is Instruction.PAY_OUT:
        amounts = {"principal": contract.principal, "interest": interest.minor, "tax": interest.tax, "fee": 0}
        request = desk.journal(WITHDRAWAL, header, roles, amounts)
        return Matured(contract, day, interest, 0, request, pays_out=True)
    kept = interest.net if contract.instruction is Instruction.PRINCIPAL_AND_INTEREST else 0
    try:
        following = _next_term(contract, market, contract.principal + kept)
    except Refused as refused:
        return Matured(contract, day, interest, 0, None, hindered=refused.code)
    paid_to = contract.account_id if kept else contract.linked_account_id
    amounts = {"interest": interest.minor, "tax": interest.tax}
    request = desk.journal(INTEREST, header, {**roles, "customer": paid_to}, amounts)
    return Matured(contract, day, interest, kept, request, next_=following)


def _next_term(contract: Contract, market: Market, principal: int) -> tuple[Product, Decimal | None]:
    """The version and rate of another term. Refuses like the catalogue and ``opening_faults``: the bank may not sell the
    product or the tenor any more."""
    product = market.catalogue.get(contract.product, market.day)
    faults = opening_faults(product, contract.holder, principal, contract.tenor)
    if faults:
        raise Refused(*faults)
    fixed = product.rate.type is RateType.FIXED
    return product, market.rate(product.rate.name, product.currency, contract.tenor) if fixed else None


def _header(contract: Contract, day: date) -> Header:
    key = f"maturity:{contract.number}:{day.isoformat()}"
    return Header(key, "", contract.branch_id, SYSTEM, SYSTEM, value_date=day)


async def _stays(desk: Desk, uow: UnitOfWork, matured: Matured, hindered: str | None) -> None:
    contract = matured.contract
    await uow.conn.execute(Q.matured, contract.account_id)
    detail = {"instruction": contract.instruction.value} | ({"hindered": hindered} if hindered else {})
    await desk.record(
        uow,
        contract,
        _header(contract, matured.day),
        "matured",
        matured.day,
        amount=contract.principal,
        detail=detail,
    )


async def _follow(desk: Desk, uow: UnitOfWork, matured: Matured, journal: int | None) -> None:
    contract, day, header = matured.contract, matured.day, _header(matured.contract, matured.day)
    if matured.next_ is None:
        await uow.conn.execute(Q.withdrawn, contract.account_id, 0, 0, contract.opened_on)
        await desk.ledger.close_account(uow, contract.account_id)
        await desk.record(
            uow, contract, header, "closed", day, amount=contract.principal, interest=matured.interest.minor,
            tax=matured.interest.tax, journal=journal, detail={"instruction": contract.instruction.value},
        )  # fmt: skip
        return
    product, rate = matured.next_
    principal, ends = contract.principal + matured.kept, parse_tenor(contract.tenor).end(day)
    await uow.conn.execute(Q.renewed, contract.account_id, product.version, day, ends, rate, principal)
    await desk.record(
        uow, contract, header, "renewed", day, amount=principal, interest=matured.interest.minor,
        tax=matured.interest.tax, journal=journal,
        detail={
            "kept": matured.kept, "rate": None if rate is None else f"{rate:f}", "matures_on": ends.isoformat(),
            "term": contract.term + 1,
        },
    )  # fmt: skip
