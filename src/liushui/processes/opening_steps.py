"""Steps that opening an account for a person and for an entity have in common: who is it, are they listed, what did they
sign, what is handed out. Each is a binding that both diagrams name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from liushui.cash.vouchers import use as use_voucher
from liushui.cash.vouchers import voucher_kinds
from liushui.deposits import CASH_DEPOSIT, Signature, agreement_text, record_agreement
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import refuse
from liushui.kernel.money import format_minor
from liushui.ledger import find_account
from liushui.parties import (
    APPLICANT,
    Answer,
    Inquiry,
    Listed,
    Presented,
    Verdict,
    at_place,
    confirm_people,
    customer_by_document,
    customer_by_number,
    insert_customer,
    people_of,
    record_check,
    record_screening,
    worst,
)
from liushui.processes.accounts import CURRENCY
from liushui.processes.over_the_counter import Counted, book_cash_over_counter, counted
from liushui.processes.services import Services, actor_of
from liushui.risk import effective, load_watch_lists, screen
from liushui.workflow import Binding, Context

ANSWER_WITHIN = 40
"""Seconds that the police identity service has for everybody in an application; below the lease of a job."""


def common_bindings(services: Services) -> Sequence[Binding]:
    """What both procedures offer to their diagrams."""
    return [
        *_checks(services),
        *_contract(services),
        *_account(services),
    ]


def _checks(services: Services) -> Sequence[Binding]:
    async def ask_identity(context: Context) -> dict[str, Any]:
        """Ask the police about every person of the case. A time-out is no answer: the whole step is tried again."""
        async with services.db.read() as conn:
            people = await people_of(conn, context.case_id)
        answers: list[dict[str, Any]] = []
        async with asyncio.timeout(ANSWER_WITHIN):
            for p in people:
                if p.who.kind == "individual":
                    inquiry = Inquiry(p.who.name, p.who.document_type, p.who.document_number)
                    verdict = await services.identity_service.verify(inquiry, key=f"{context.key}:{p.id}")
                    answers.append(
                        {"person": p.id, "answer": verdict.answer.value, "reference": verdict.reference}
                    )
        return {"identity": answers}

    async def record_identity(context: Context) -> dict[str, Any]:
        """Keep the answers. Who has none (somebody skipped the question) counts as not answered."""
        given = {row["person"]: row for row in context.variables["identity"]}
        answers: list[Answer] = []
        for p in await people_of(context.inside.conn, context.case_id):
            if p.who.kind == "individual" and p.id is not None:
                row = given.get(p.id)
                verdict = (
                    Verdict(Answer(row["answer"]), row["reference"]) if row else Verdict(Answer.UNANSWERED)
                )
                await record_check(context.inside, p.id, verdict, at=context.now)
                answers.append(verdict.answer)
        return {"identity_answer": worst(answers).value}

    async def screen_names(context: Context) -> dict[str, Any]:
        lists = load_watch_lists()
        least = effective(bank_day(context.now))["screening_hit_from"]
        found: list[dict[str, Any]] = []
        for p in await people_of(context.inside.conn, context.case_id):
            hits = screen(p.who.name, p.who.birth_date, lists.entries, least=least)
            kept = [Listed(h.list, h.entry, h.how, h.score) for h in hits]
            assert p.id is not None
            await record_screening(context.inside, p.id, kept, lists_digest=lists.digest, at=context.now)
            found += [{"role": p.role, "name": p.who.name, "list": h.list, "entry": h.entry, "how": h.how,
                       "score": h.score} for h in hits]  # fmt: skip
        return {"screening": found, "screening_hits": len(found)}

    async def report_listed(context: Context) -> dict[str, Any]:
        """A listed person was found: the event is what the freeze and the report start from (反洗钱法 第四十条)."""
        entries = [f"{hit['list']}/{hit['entry']}" for hit in context.variables["screening"]]
        await context.inside.emit(
            "listed_person_found", context.now, payload={"case": context.case_id, "entries": entries}
        )
        return {}

    return [
        Binding("opening.ask_identity", ask_identity, outside=True),
        Binding("opening.record_identity", record_identity),
        Binding("opening.screen", screen_names),
        Binding("opening.report_listed", report_listed),
    ]


def _contract(services: Services) -> Sequence[Binding]:
    async def enter_customer(context: Context) -> dict[str, Any]:
        """Enter the applicant unless the bank knows them, perhaps from another application meanwhile."""
        uow, people = context.inside, await people_of(context.inside.conn, context.case_id)
        applicant = at_place(people, APPLICANT)
        # Two applications of one person, decided at the same moment, come here one after the other.
        await uow.head()
        number = await number_of(context, applicant)
        if number is None:
            number = await insert_customer(
                uow, services.clock, applicant.who, operator=context.operator, branch_id=context.branch_id
            )
        customer = await customer_by_number(uow.conn, number)
        await confirm_people(uow, customer.id, people, case_id=context.case_id, at=context.now)
        context.link("customer", number)
        return {"customer": number}

    async def record_signature(context: Context) -> dict[str, Any]:
        """Refuses ``signature_missing``."""
        v = context.variables
        customer = await customer_by_number(context.inside.conn, v["customer"])
        name = "entity_account" if customer.kind == "entity" else "personal_account"
        facts = {"case": context.case_id, "customer": customer.number, "kind": str(v["account_kind"])}
        number = await record_agreement(
            context.inside, party_id=customer.id, case_id=context.case_id,
            text=agreement_text(name, v["agreement_language"]),
            signature=Signature(v.get("signature_method") or "", v.get("signature_digest") or ""),
            facts=facts, channel=context.channel, agreed_at=context.now, witness=context.operator,
        )  # fmt: skip
        context.link("agreement", str(number))
        return {"agreement": number}

    return [
        Binding("opening.enter_customer", enter_customer),
        Binding("opening.record_signature", record_signature),
    ]


def _account(services: Services) -> Sequence[Binding]:
    async def issue(context: Context) -> dict[str, Any]:
        """A medium on numbered paper takes the next number of whoever hands it out. Refuses ``voucher_none_held``; then
        nothing has happened, and the step is done again once there is paper."""
        v = context.variables
        account = (await find_account(context.inside.conn, v["account"]))["id"]
        number = await services.opening.issue(
            context.inside,
            actor_of(context),
            account,
            kind=v["medium"],
            case_id=context.case_id,
            card=v["card"],
        )
        context.link(v["medium"], number)
        paper = next((kind.number for kind in voucher_kinds().values() if kind.medium == v["medium"]), None)
        if paper is None:
            return {"medium_number": number}
        voucher = await use_voucher(
            context.inside, services.clock, paper, teller=context.operator, branch_id=context.branch_id,
            account=v["account"], case_id=context.case_id,
        )  # fmt: skip
        context.link("voucher", f"{paper}-{voucher}")
        return {"medium_number": number, "voucher": f"{paper}-{voucher}"}

    async def first_deposit(context: Context) -> dict[str, Any]:
        """Cash for a new account, within what a teller books alone. Refuses ``count_differs``,
        ``first_deposit_too_large``, and what ``book_cash_over_counter`` refuses: the till is that of whoever takes it."""
        v = context.variables
        amount: int = v["deposit_amount"]
        come, go = counted(v, "deposit_denominations", "deposit_change", "deposit_amount")
        most: int = effective(bank_day(context.now))["teller_cash_authority"]
        if amount > most:
            raise refuse("first_deposit_too_large", "deposit_amount", most=format_minor(most, CURRENCY))
        what = Counted(v["account"], amount, come, go, context.operator)
        return await book_cash_over_counter(services, context, CASH_DEPOSIT, what, None)

    async def activate(context: Context) -> dict[str, Any]:
        """Refuses the codes of ``AccountOpening.activate``."""
        account = await services.directory.find(context.variables["account"], "account")
        moment = await services.opening.activate(context.inside, actor_of(context), account)
        return {"activated_at": moment.isoformat()}

    return [
        Binding("opening.issue", issue),
        Binding("opening.first_deposit", first_deposit),
        Binding("opening.activate", activate),
    ]


async def number_of(context: Context, applicant: Presented) -> str | None:
    """The customer number of whoever applies; None for somebody the bank does not know."""
    who = applicant.who
    found = await customer_by_document(
        context.inside.conn, who.document_type, who.document_country, who.document_number
    )
    return None if found is None else found.number


def returned(context: Context) -> dict[str, Any]:
    """After a correction: why it had come back is added to the case's list, and the next decision starts blank."""
    v = context.variables
    return {"return_reasons": [*v["return_reasons"], v.get("decision_reason") or ""], "decision_reason": None}
