"""The endpoints. Each authenticates, parses, calls one use case and renders; none decides anything."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from prometheus_client import generate_latest

from liushui.accounting import load_chart, trial_balance
from liushui.bank import Bank
from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.access import ACCESS, PUBLIC, SESSION
from liushui.deposits import Actor
from liushui.deposits.service import Q as DEPOSITS_Q
from liushui.identity import Principal, branch_by_code, list_branches, log_in, require
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX, Money, format_minor
from liushui.ledger import Header as JournalHeader
from liushui.ledger import Kind, Posted, balance, find_account, statement
from liushui.ledger.repository import Q as LEDGER_Q
from liushui.parties import NewCustomer, customer_by_number, mask, open_customer

CHANNEL = "open_api"
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
]
AccountPath = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z-]+$")]
JournalPath = Annotated[int, Path(ge=1, le=2**62)]


def bank_of(request: Request) -> Bank:
    return request.app.state.bank


async def authorised(request: Request) -> Principal | None:
    """Look the endpoint up in the access table and ask of the caller what it says."""
    needs = ACCESS[request.method, request.scope["route"].path]
    if needs == PUBLIC:
        return None
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse("session_unknown")
    principal = await bank_of(request).sessions.authenticate(token)
    if needs != SESSION:
        require(principal, needs)
    return principal


async def principal_of(principal: Annotated[Principal | None, Depends(authorised)]) -> Principal:
    if principal is None:
        raise refuse("session_unknown")
    return principal


Caller = Annotated[Principal, Depends(principal_of)]
TheBank = Annotated[Bank, Depends(bank_of)]
router = APIRouter()


def _amount(text: str, currency: str) -> int:
    """Minor units of an amount above zero. Refuses ``amount_not_positive`` and ``amount_too_large``."""
    minor = Money.parse(text, currency).minor
    faults: list[Fault] = []
    if minor <= 0:
        faults.append(Fault("amount_not_positive", field="amount"))
    if minor > AMOUNT_MINOR_MAX:
        faults.append(Fault("amount_too_large", field="amount"))
    raise_if_any(faults)
    return minor


def _actor(caller: Principal, operation: str, key: str) -> Actor:
    """Keys are the caller's own, per operation: nobody can meet somebody else's."""
    return Actor(caller.number, caller.branch_id, CHANNEL, f"{caller.number}:{operation}:{key}")


def _header(caller: Principal, operation: str, key: str, code: str, **more: Any) -> JournalHeader:
    actor = _actor(caller, operation, key)
    return JournalHeader(actor.key, code, actor.branch_id, actor.operator, actor.channel, **more)


def _posted(answer: Posted) -> s.PostedView:
    return s.PostedView(
        journal=answer.journal_id, booking_date=answer.booking_date, value_date=answer.value_date,
        recorded_at=answer.recorded_at, replayed=answer.replayed,
    )  # fmt: skip


def _me(principal: Principal) -> s.Me:
    return s.Me(
        number=principal.number, branch=principal.branch_code, roles=sorted(principal.roles),
        permissions=sorted(principal.permissions),
    )  # fmt: skip


@router.get("/health/live", dependencies=[Depends(authorised)])
async def live() -> s.Health:
    return s.Health(status="ok")


@router.get("/health/ready", dependencies=[Depends(authorised)])
async def ready(bank: TheBank) -> s.Health:
    async with bank.db.read() as conn:
        await conn.fetchrow(LEDGER_Q.read_epoch)
    return s.Health(status="ok")


@router.get("/metrics", dependencies=[Depends(authorised)], response_class=Response)
async def metrics(request: Request, bank: TheBank) -> Response:
    gauges = request.app.state.metrics
    gauges.batches.set(bank.ledger.writer.batches)
    return Response(generate_latest(gauges.registry), media_type="text/plain; version=0.0.4")


@router.post("/v1/sessions", status_code=201, dependencies=[Depends(authorised)])
async def start_session(body: s.LogIn, bank: TheBank) -> s.Session:
    token, principal = await log_in(bank.db, bank.clock, body.number, body.password)
    return s.Session(token=token, me=_me(principal))


@router.get("/v1/sessions/current")
async def current_session(caller: Caller) -> s.Me:
    return _me(caller)


@router.delete("/v1/sessions/current", status_code=204)
async def end_session(request: Request, bank: TheBank, caller: Caller) -> None:
    await bank.sessions.log_out(request.headers["authorization"].partition(" ")[2])


@router.get("/v1/branches")
async def branches(bank: TheBank, caller: Caller) -> list[s.BranchView]:
    async with bank.db.read() as conn:
        found = await list_branches(conn)
    return [
        s.BranchView(code=b.code, name_zh=b.name_zh, name_en=b.name_en, opened_on=b.opened_on) for b in found
    ]


@router.post("/v1/customers", status_code=201)
async def enter_customer(
    body: s.CustomerIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.CustomerView:
    actor = _actor(caller, "customers", key)
    customer, _ = await open_customer(
        bank.db, bank.clock, NewCustomer(**body.model_dump()), operator=caller.number,
        branch_id=caller.branch_id, key=actor.key,
    )  # fmt: skip
    return await show_customer(customer.number, bank, caller)


@router.get("/v1/customers/{customer}")
async def show_customer(
    customer: Annotated[str, Path(max_length=20, pattern=r"^[0-9]+$")], bank: TheBank, caller: Caller
) -> s.CustomerView:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(DEPOSITS_Q.customer_exists, customer)
        if row is None:
            raise refuse("customer_unknown", customer=customer)
        found = await customer_by_number(conn, customer)
        accounts = await conn.fetch(DEPOSITS_Q.accounts_of_customer, customer)
    return s.CustomerView(
        number=found.number, kind=found.kind, name=found.name, birth_date=found.birth_date,
        document_type=found.document_type, document_number_masked=mask(found.document_number) or "",
        mobile_masked=mask(found.mobile), address=found.address, opened_at=found.opened_at,
        accounts=[s.AccountOfCustomer(**dict(a)) for a in accounts],
    )  # fmt: skip


@router.post("/v1/accounts", status_code=201)
async def open_account(
    body: s.AccountIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.AccountOpened:
    async with bank.db.read() as conn:
        branch = await branch_by_code(conn, caller.branch_code)
    opened, _ = await bank.deposits.open_demand_account(
        _actor(caller, "accounts", key), customer=body.customer, currency=body.currency, branch=branch
    )
    return s.AccountOpened(number=opened.number, card_number=opened.card_number, currency=opened.currency)


@router.get("/v1/accounts/{account}")
async def show_account(account: AccountPath, bank: TheBank, caller: Caller) -> s.AccountView:
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        facts = await find_account(conn, account)
        figures = await balance(conn, found.id)
        more = await conn.fetchrow(DEPOSITS_Q.deposit_facts, found.id)
    if more is None:
        raise refuse("account_unknown", account=account)

    def show(minor: int) -> str:
        return format_minor(minor, found.currency)

    return s.AccountView(
        number=account, customer=more["customer"], card_number=more["card_number"], currency=found.currency,
        opened_on=facts["opened_on"], closed_on=facts["closed_on"], debit_blocked=facts["debit_blocked"],
        credit_blocked=facts["credit_blocked"], ledger=show(figures.ledger), available=show(figures.available),
        held=show(figures.held), blocked=show(figures.blocked),
    )  # fmt: skip


@router.get("/v1/accounts/{account}/statement")
async def show_statement(
    account: AccountPath, bank: TheBank, caller: Caller,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.Statement:  # fmt: skip
    found = await bank.directory.find(account)
    async with bank.db.read() as conn:
        rows = await statement(conn, found.id, after=after, limit=limit + 1)
    lines = [
        s.StatementLine(
            position=r["position"], journal=r["journal_id"], booking_date=r["booking_date"],
            value_date=r["value_date"], recorded_at=r["recorded_at"], code=r["code"],
            side="debit" if r["debit"] else "credit", amount=format_minor(r["amount"], found.currency),
            balance=format_minor(r["balance_after"], found.currency), memo=r["memo"],
        )
        for r in rows[:limit]
    ]  # fmt: skip
    more = lines[-1].position if len(rows) > limit else None
    return s.Statement(account=account, currency=found.currency, lines=lines, next=more)


@router.put("/v1/accounts/{account}/blocks", status_code=204)
async def set_blocks(
    account: AccountPath, body: s.Blocks, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> None:
    actor = _actor(caller, "blocks", key)
    await bank.deposits.set_blocks(actor, account, debit=body.debit, credit=body.credit)


@router.post("/v1/accounts/{account}/closure", status_code=204)
async def close_account(account: AccountPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> None:
    await bank.deposits.close_account(_actor(caller, "closure", key), account)


@router.post("/v1/cash-deposits", status_code=201)
async def deposit_cash(body: s.CashIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.deposits.deposit_cash(
        _actor(caller, "cash-deposits", key), account=body.account, memo=body.memo,
        amount=_amount(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return _posted(answer)


@router.post("/v1/cash-withdrawals", status_code=201)
async def withdraw_cash(body: s.CashIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.deposits.withdraw_cash(
        _actor(caller, "cash-withdrawals", key), account=body.account, memo=body.memo,
        amount=_amount(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return _posted(answer)


@router.post("/v1/transfers", status_code=201)
async def transfer(body: s.TransferIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    answer = await bank.payments.transfer(
        _header(caller, "transfers", key, bank.payments.transfer_code, value_date=body.value_date, memo=body.memo),
        payer=body.payer, payee=body.payee, amount=_amount(body.amount, body.currency), currency=body.currency,
    )  # fmt: skip
    return _posted(answer)


@router.post("/v1/journals/{journal}/reversal", status_code=201)
async def reverse(journal: JournalPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.PostedView:
    header = _header(caller, "reversal", key, "REV01")
    return _posted(await bank.payments.reverse(header, journal))


@router.get("/v1/journals/{journal}")
async def show_journal(journal: JournalPath, bank: TheBank, caller: Caller) -> s.JournalView:
    async with bank.db.read() as conn:
        row = await conn.fetchrow(LEDGER_Q.journal_facts, journal)
        if row is None:
            raise refuse("journal_unknown", journal=journal)
        entries = await conn.fetch(LEDGER_Q.journal_entries, journal)
    return s.JournalView(
        journal=journal, kind=Kind(row["kind"]).name.lower(), code=row["code"], booking_date=row["booking_date"],
        value_date=row["value_date"], recorded_at=row["recorded_at"], operator=row["operator"],
        channel=row["channel"], reverses=row["reverses"], reversed_by=row["reversed_by"], memo=row["memo"],
        entries=[
            s.JournalEntry(
                account=e["number"], branch_id=e["branch_id"], currency=e["currency"], gl_code=e["gl_code"],
                side="debit" if e["debit"] else "credit", amount=format_minor(e["amount"], e["currency"]),
                balance=format_minor(e["balance_after"], e["currency"]),
            )
            for e in entries
        ],
    )  # fmt: skip


@router.get("/v1/trial-balance")
async def show_trial_balance(
    bank: TheBank, caller: Caller, date_from: Annotated[date, Query(alias="from")],
    date_to: Annotated[date, Query(alias="to")],
    branch: Annotated[str | None, Query(pattern=r"^[0-9]{4}$")] = None, currency: s.Currency | None = None,
) -> list[s.TrialBalanceLine]:  # fmt: skip
    async with bank.db.read() as conn:
        codes = {b.id: b.code for b in await list_branches(conn)}
        branch_id = (await branch_by_code(conn, branch)).id if branch else None
        rows = await trial_balance(conn, date_from, date_to, branch_id=branch_id, currency=currency)
    chart = load_chart()
    return [
        s.TrialBalanceLine(
            branch=codes[r.branch_id], currency=r.currency, gl_code=r.gl_code, zh=chart.get(r.gl_code).zh,
            en=chart.get(r.gl_code).en, opening=format_minor(r.opening, r.currency),
            debit=format_minor(r.debit, r.currency), credit=format_minor(r.credit, r.currency),
            closing=format_minor(r.closing, r.currency),
        )
        for r in rows
    ]  # fmt: skip


@router.post("/v1/business-date", status_code=201)
async def advance_business_date(
    body: s.BusinessDateIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.BusinessDateView:
    moved = await bank.db.transact(lambda uow: uow.advance_business_date(body.to))
    return s.BusinessDateView(business_date=moved)
