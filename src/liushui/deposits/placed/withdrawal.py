"""Money is taken out of a placed deposit: in whole or in part, early, at maturity or late. Paid to the demand account."""

from __future__ import annotations

from datetime import date

from liushui.deposits.placed.desk import WITHDRAWAL, Desk, must_be_open
from liushui.deposits.placed.maturity import catch_up
from liushui.deposits.placed.model import Contract, Facts, Instruction, Quote, quote
from liushui.deposits.placed.opening import NewDeposit, Offer, insert_contract
from liushui.deposits.placed.repository import Market, Q, contract_by_number, facts_of, market_on
from liushui.kernel.errors import refuse
from liushui.ledger import CustomerAccount, Header
from liushui.parties import customer_by_number
from liushui.products import Kind, Product, breach
from liushui.products.notices import NoticeDeposit
from liushui.store.database import PoolConnection, UnitOfWork


async def quote_today(
    conn: PoolConnection, contract: Contract, amount: int | None, today: date
) -> tuple[Market, Facts, Quote]:
    """What taking an amount out today pays; None: all of it. Refuses ``deposit_closed`` and like ``quote``."""
    must_be_open(contract)
    market = await market_on(conn, today)
    facts = (await facts_of(conn, market, [contract]))[contract.account_id]
    wanted = contract.principal if amount is None else amount
    return market, facts, quote(market.product_of(contract), contract, wanted, today, facts)


def broken(contract: Contract, facts: Facts, today: date) -> str | None:
    """Why taking it out today loses the promised rate: ``early``, or how a notice was not kept; None: it does not."""
    if contract.kind is Kind.NOTICE:
        deposit = NoticeDeposit(contract.principal, contract.opened_on, contract.tenor)
        return breach(deposit, today, facts.notice)
    return "early" if contract.is_early(today) else None


async def withdraw_placed(
    desk: Desk,
    uow: UnitOfWork,
    header: Header,
    number: str,
    amount: int | None,
    *,
    expected: tuple[int, int, int] | None = None,
) -> Quote:
    """Take an amount out onto the demand account; None: all of it, which closes the contract. What matured last night is
    brought up to date first. expected: amount, interest before tax and tax that the customer has agreed to, minor units.

    Refuses ``interest_changed`` where it is not those any more, and like ``quote`` and the books."""
    today = (await uow.head()).business_date
    contract = await catch_up(desk, uow, await contract_by_number(uow.conn, number), today)
    market, facts, quoted = await quote_today(uow.conn, contract, amount, today)
    interest = quoted.interest
    if expected is not None and expected != (quoted.amount, interest.minor, interest.tax):
        raise refuse("interest_changed", deposit=number)
    product, early = market.product_of(contract), contract.is_early(today)
    fee = quoted.fee(product, early=early)
    roles = await desk.roles(uow, contract, contract.linked_account_id)
    amounts = {"principal": quoted.amount, "interest": interest.minor, "tax": interest.tax, "fee": fee}
    journal = await desk.post(uow, desk.journal(WITHDRAWAL, header, roles, amounts))
    await _settle(uow, contract, quoted, today, early=early)
    await desk.record(
        uow, contract, header, "part_withdrawn" if quoted.left else "closed", today, amount=quoted.amount,
        interest=interest.minor, tax=interest.tax, journal=journal,
        detail={"why": broken(contract, facts, today), "left": quoted.left, "fee": fee},
    )  # fmt: skip
    if quoted.left == 0:
        await desk.ledger.close_account(uow, contract.account_id)
    elif quoted.rest and quoted.restarted:
        await _split(desk, uow, header, contract, product, quoted, today)
    return quoted


async def _settle(uow: UnitOfWork, contract: Contract, quoted: Quote, today: date, *, early: bool) -> None:
    """The row as it stands after it: what was restarted whole begins anew today."""
    opened = today if quoted.restarted and not quoted.rest else contract.opened_on
    await uow.conn.execute(
        Q.withdrawn, contract.account_id, quoted.left, int(early and quoted.left > 0), opened
    )
    if contract.kind is Kind.NOTICE:
        await uow.conn.execute(Q.use_notice, contract.account_id, today)
        await uow.conn.execute(Q.clear_idle, contract.account_id, quoted.amount + quoted.restarted)


async def _split(
    desk: Desk,
    uow: UnitOfWork,
    header: Header,
    contract: Contract,
    product: Product,
    quoted: Quote,
    today: date,
) -> None:
    """Less was taken than agreed of a part: what was agreed and not taken has its interest and begins anew, while the rest
    goes on from its own day. So it becomes a contract of its own, on the same terms."""
    conn = uow.conn
    offer = Offer(product, today, contract.rate, contract.rate or quoted.interest.segments[0].rate, None, 0)
    new = NewDeposit(contract.product, contract.tenor, quoted.restarted, Instruction.STAY)
    linked = CustomerAccount(
        contract.linked_account_id, contract.linked, contract.branch_id, contract.currency
    )
    owner = await customer_by_number(conn, contract.owner)
    apart = await insert_contract(desk, uow, offer, new, linked, owner, branch_code=contract.number[:4])
    roles = {"deposit": contract.account_id, "customer": apart.account_id}
    moved = header._replace(key=f"{header.key}:apart")
    amounts = {"principal": quoted.restarted, "interest": 0, "tax": 0, "fee": 0}
    journal = await desk.post(uow, desk.journal(WITHDRAWAL, moved, roles, amounts))
    await conn.execute(Q.withdrawn, contract.account_id, quoted.rest, 0, contract.opened_on)
    detail = {"from": contract.number, "to": apart.number}
    await desk.record(
        uow, contract, header, "split", today, amount=quoted.restarted, journal=journal, detail=detail
    )
    await desk.record(
        uow, apart, header, "opened", today, amount=quoted.restarted, journal=journal, detail=detail
    )
