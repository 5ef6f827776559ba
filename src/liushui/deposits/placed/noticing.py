"""Notices of notice deposits: given, cancelled, lapsed; and the instruction for maturity of the others."""

from __future__ import annotations

from datetime import date, timedelta

from liushui.deposits.placed.desk import Desk, must_be_open
from liushui.deposits.placed.maturity import catch_up
from liushui.deposits.placed.model import Contract, Instruction
from liushui.deposits.placed.repository import Q, contract_by_number, contracts_by_id, market_on
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.ledger import Header
from liushui.products import Kind, Renewal, parse_tenor, withdrawal_faults
from liushui.store.database import UnitOfWork

AT_ONCE = 200
SYSTEM = "system"


async def give_notice(
    desk: Desk, uow: UnitOfWork, header: Header, number: str, amount: int, for_day: date
) -> Contract:
    """Note that an amount (minor units) will be taken out on a day. Refuses ``deposit_not_notice``, ``notice_open`` where one
    was given already, ``notice_day_too_soon``, and like ``withdrawal_faults``."""
    today = (await uow.head()).business_date
    contract = await contract_by_number(uow.conn, number)
    must_be_open(contract)
    if contract.kind is not Kind.NOTICE:
        raise refuse("deposit_not_notice", "deposit", deposit=number)
    product = (await market_on(uow.conn, today)).product_of(contract)
    faults = withdrawal_faults(product, contract.principal, amount)
    soonest = today + timedelta(days=parse_tenor(contract.tenor).days)
    if for_day < soonest:
        faults.append(Fault("notice_day_too_soon", {"soonest": soonest.isoformat()}, "for_day"))
    if await _open(uow, contract):
        faults.append(Fault("notice_open", {"deposit": number}, "deposit"))
    raise_if_any(faults)
    case = None if header.process_instance is None else int(header.process_instance)
    await uow.conn.execute(Q.insert_notice, contract.account_id, today, for_day, amount, case)
    await desk.record(
        uow, contract, header, "notice_given", today, amount=amount, detail={"for_day": for_day.isoformat()}
    )
    return contract


async def cancel_notice(desk: Desk, uow: UnitOfWork, header: Header, number: str) -> Contract:
    """Take the open notice back: the days since it was given earn nothing on its amount. Refuses ``notice_unknown``."""
    today = (await uow.head()).business_date
    contract = await contract_by_number(uow.conn, number)
    if not await _end(desk, uow, header, contract, "cancelled", today):
        raise refuse("notice_unknown", "deposit", deposit=number)
    return contract


async def lapse_some(
    desk: Desk, uow: UnitOfWork, day: date, *, after: int, patience_days: int, at_once: int = AT_ONCE
) -> tuple[int | None, int]:
    """End notices that were not used within so many days of the agreed one, and are so by the end of ``day``; return the
    account to go on after (None: that is all) and how many there were."""
    await uow.head()
    rows = await uow.conn.fetch(Q.lapsing, day - timedelta(days=patience_days), after, at_once)
    ids = [row["account_id"] for row in rows]
    for contract in await contracts_by_id(uow.conn, ids):
        header = Header("", "", contract.branch_id, SYSTEM, SYSTEM)
        await _end(desk, uow, header, contract, "lapsed", day)
    return (ids[-1] if ids else None), len(ids)


async def _open(uow: UnitOfWork, contract: Contract) -> bool:
    rows = await uow.conn.fetch(Q.notices, [contract.account_id])
    return any(row["state"] == "open" for row in rows)


async def _end(desk: Desk, uow: UnitOfWork, header: Header, contract: Contract, how: str, on: date) -> bool:
    row = await uow.conn.fetchrow(Q.end_notice, contract.account_id, how, on)
    if row is None:
        return False
    detail = {"given_on": row["given_on"].isoformat(), "for_day": row["for_day"].isoformat()}
    await desk.record(uow, contract, header, f"notice_{how}", on, amount=row["amount"], detail=detail)
    return True


async def change_instruction(
    desk: Desk, uow: UnitOfWork, header: Header, number: str, instruction: Instruction
) -> Contract:
    """Say anew what is done at maturity. Refuses ``deposit_matured`` where there is no term left, ``renewal_not_offered``."""
    today = (await uow.head()).business_date
    contract = await catch_up(desk, uow, await contract_by_number(uow.conn, number), today)
    must_be_open(contract)
    if not contract.is_early(today):
        raise refuse("deposit_matured", "deposit", deposit=number)
    product = (await market_on(uow.conn, today)).product_of(contract)
    renewal = instruction.renewal
    if renewal is not Renewal.NONE and renewal not in product.renewals:
        raise refuse("renewal_not_offered", "instruction", product=product.key)
    await uow.conn.execute(Q.set_instruction, contract.account_id, instruction.value)
    detail = {"before": contract.instruction.value, "instruction": instruction.value}
    await desk.record(uow, contract, header, "instruction_changed", today, detail=detail)
    return contract
