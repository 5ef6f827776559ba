"""What opening another account online asks of the bank: it knows the customer, who signs, and the class I account it is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from liushui.deposits import (
    Signature,
    Terms,
    age_on,
    agreement_text,
    bound_faults,
    held_by,
    limits_by_class,
    record_agreement,
    room_faults,
)
from liushui.deposits.applications import find_agent, find_applicant
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import raise_if_any
from liushui.ledger import CustomerAccount
from liushui.parties import confirm_people, customer_by_number, people_of, present
from liushui.payments import SIGNATURE
from liushui.processes.accounts import CURRENCY, account_of
from liushui.processes.placed import shown
from liushui.processes.proving import prove
from liushui.processes.services import Services, actor_of
from liushui.risk import effective
from liushui.self_service import content_of
from liushui.store.database import PoolConnection
from liushui.workflow import Binding, Context

PROCESS = "open_second_account"
AGREEMENT = "personal_account"
SHOWN = ("account_class", "bound_account", "daily_limit", "yearly_limit", "balance_limit", "agreement_text")
"""What the customer agrees to: an electronic signature says all of it."""


def bindings(services: Services) -> Sequence[Binding]:
    async def take(context: Context) -> dict[str, Any]:
        """Refuses every fault of the application at once: no room for such an account, an account to be bound that is not the
        customer's own, open and unblocked of class I, a document that has expired, ``agent_needed`` for a child."""
        v, today, conn = context.variables, bank_day(context.now), context.inside.conn
        parameters = effective(today)
        await account_of(services, context, "bound_account")
        applicant = await find_applicant(conn, "individual", context.operator, None, today)
        await find_agent(conn, {}, applicant, today, needed_below=parameters["open_agent_below_age"])
        assert applicant.party_id is not None
        await _room(conn, applicant.party_id, terms_of(context), today)
        await present(context.inside, context.case_id, applicant, at=context.now, by=context.operator)
        context.link("customer", context.operator)
        limits = limits_by_class(int(v["account_class"]), parameters)
        return {
            "customer": context.operator, "name": applicant.who.name,
            "document_type": applicant.who.document_type, "age": age_on(today, applicant.who.birth_date),
            "accounts_held": sum((await held_by(conn, applicant.party_id)).values()),
            "daily_limit": shown(limits.daily), "yearly_limit": shown(limits.yearly),
            "balance_limit": shown(limits.balance),
            "agreement_text": agreement_text(AGREEMENT, v["agreement_language"]).text,
            "identity": [], "identity_answer": "unanswered", "screening": [], "screening_hits": 0,
        }  # fmt: skip

    async def verify(context: Context) -> dict[str, Any]:
        return await prove(services, context, process=PROCESS, must_show=SHOWN) | {
            "signed_at": context.now.isoformat()
        }

    async def open_it(context: Context) -> dict[str, Any]:
        """Refuses what ``take`` refuses about room and the bound account: time has passed. Nothing is handed out, so the account
        may be used at once."""
        uow, v = context.inside, context.variables
        owner = await customer_by_number(uow.conn, v["customer"])
        terms = terms_of(context)
        await _room(uow.conn, owner.id, terms, bank_day(context.now))
        people = await people_of(uow.conn, context.case_id)
        await confirm_people(uow, owner.id, people, case_id=context.case_id, at=context.now)
        await _keep_agreement(context, owner.id, owner.number)
        actor = actor_of(context)
        id, opened = await services.opening.open(uow, actor, owner, terms)
        account = CustomerAccount(id, opened.number, actor.branch_id, CURRENCY)
        await services.opening.activate(uow, actor, account)
        context.link("account", opened.number)
        return {"account": opened.number}

    return [
        Binding("second_account.take", take),
        Binding("second_account.verify", verify),
        Binding("second_account.open", open_it),
    ]


def terms_of(context: Context) -> Terms:
    v = context.variables
    return Terms(context.case_id, account_class=int(v["account_class"]), bound=v["bound_account"])


async def _room(conn: PoolConnection, party_id: int, terms: Terms, today: date) -> None:
    assert terms.bound is not None
    raise_if_any(
        [*await room_faults(conn, party_id, terms, effective(today)), *await bound_faults(conn, terms.bound)]
    )


async def _keep_agreement(context: Context, party_id: int, customer: str) -> None:
    """What was signed, by what, and the digest of what was shown."""
    v = context.variables
    seen = {name: v[name] for name in SHOWN}
    said = content_of(case=context.case_id, process=PROCESS, customer=customer, nonce="", shown=seen)
    method = "passkey" if v["proof"] == SIGNATURE else "one_time_password"
    number = await record_agreement(
        context.inside, party_id=party_id, case_id=context.case_id,
        text=agreement_text(AGREEMENT, v["agreement_language"]),
        signature=Signature(method, sha256(said.encode()).hexdigest()),
        facts={"case": context.case_id, "customer": customer, "kind": str(v["account_class"])},
        channel=context.case_channel, agreed_at=datetime.fromisoformat(v["signed_at"]), witness=context.case_channel,
    )  # fmt: skip
    context.link("agreement", str(number))
