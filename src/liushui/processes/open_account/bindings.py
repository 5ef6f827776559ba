"""What opening an individual's account asks of the bank. Document numbers stay out of the case's variables: they are kept
with the people of the application, and the variables hold what may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from liushui.deposits import Terms, age_on, held_by, medium_faults, room_faults
from liushui.deposits.applications import corrected, find_agent, find_applicant, typed_person
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import Fault, raise_if_any
from liushui.parties import (
    APPLICANT,
    Presented,
    at_place,
    customer_by_number,
    mask_document,
    mask_mobile,
    people_of,
    present,
)
from liushui.processes.opening_steps import common_bindings, number_of, returned
from liushui.processes.services import Services, actor_of
from liushui.risk import effective
from liushui.store.database import PoolConnection
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def take(context: Context) -> dict[str, Any]:
        """Check the whole application and keep who is presented. Refuses every fault of one kind at once."""
        v, today, conn = context.variables, bank_day(context.now), context.inside.conn
        parameters = effective(today)
        applicant = await find_applicant(conn, "individual", v.get("customer"), typed_person(v), today)
        agent = await find_agent(conn, v, applicant, today, needed_below=parameters["open_agent_below_age"])
        terms = terms_of(context, v)
        raise_if_any(await account_faults(conn, applicant, terms, v["medium"], today))
        for presented in (applicant, agent):
            if presented is not None:
                await present(context.inside, context.case_id, presented, at=context.now, by=context.operator)
        number = await number_of(context, applicant)
        if number is not None:
            context.link("customer", number)
        held = 0 if applicant.party_id is None else sum((await held_by(conn, applicant.party_id)).values())
        return _shown(applicant, agent, today) | {
            "customer": number, "account_class": terms.account_class, "account_kind": str(terms.account_class),
            "accounts_held": held, "bound_account": terms.bound, "bound_bank": terms.bound_bank,
            "first_deposit_wanted": v.get("first_deposit_wanted") is True, "identity": [],
            "identity_answer": "unanswered", "screening": [], "screening_hits": 0, "return_reasons": [],
        }  # fmt: skip

    async def correct(context: Context) -> dict[str, Any]:
        """Take what the teller has corrected. Refuses ``contact_changed_elsewhere`` and what ``take`` refuses."""
        v, today, conn = context.variables, bank_day(context.now), context.inside.conn
        applicant = at_place(await people_of(conn, context.case_id), APPLICANT)
        given = {"mobile": v.get("corrected_mobile"), "address": v.get("corrected_address")}
        changed = corrected(applicant, given, today)
        terms = terms_of(context, v)
        raise_if_any(await account_faults(conn, changed, terms, v["medium"], today))
        if changed != applicant:
            await present(context.inside, context.case_id, changed, at=context.now, by=context.operator)
        return {
            "account_class": terms.account_class, "account_kind": str(terms.account_class),
            "mobile": mask_mobile(changed.who.mobile), "corrected_mobile": None, "corrected_address": None,
        } | returned(context)  # fmt: skip

    async def open_it(context: Context) -> dict[str, Any]:
        """Refuses the codes of ``AccountOpening.open``: the model takes its error path."""
        owner = await customer_by_number(context.inside.conn, context.variables["customer"])
        terms = terms_of(context, context.variables)
        _, opened = await services.opening.open(context.inside, actor_of(context), owner, terms)
        context.link("account", opened.number)
        return {"account": opened.number, "card": opened.card_number}

    return [
        Binding("open_account.take", take),
        Binding("open_account.correct", correct),
        Binding("open_account.open", open_it),
        *common_bindings(services),
    ]


def terms_of(context: Context, v: Mapping[str, Any]) -> Terms:
    """What the application asks for."""
    return Terms(
        context.case_id, account_class=int(v["account_class"]), with_card=v["medium"] == "card",
        bound=v.get("bound_account"), bound_bank=v.get("bound_bank"),
    )  # fmt: skip


async def account_faults(
    conn: PoolConnection, applicant: Presented, terms: Terms, medium: str, today: date
) -> list[Fault]:
    """Whether the applicant may have such an account with such a card or book."""
    parameters = effective(today)
    assert terms.account_class is not None
    faults = medium_faults(terms.account_class, medium, parameters)
    if applicant.party_id is not None:
        faults += await room_faults(conn, applicant.party_id, terms, parameters)
    elif terms.bound is not None and terms.bound_bank is None:
        faults.append(Fault("bound_account_not_own", field="bound_account"))
    return faults


def _shown(applicant: Presented, agent: Presented | None, today: date) -> dict[str, Any]:
    """The people of the application as the case may show them."""
    shown: dict[str, Any] = {
        "name": applicant.who.name, "document_type": applicant.who.document_type,
        "document_number": mask_document(applicant.who.document_number),
        "mobile": mask_mobile(applicant.who.mobile), "address": None, "birth_date": None,
        "age": age_on(today, applicant.who.birth_date), "agent_present": agent is not None,
    }  # fmt: skip
    if agent is not None:
        shown |= {
            "agent_name": agent.who.name, "agent_document_number": mask_document(agent.who.document_number),
            "agent_mobile": mask_mobile(agent.who.mobile), "agent_birth_date": None,
        }  # fmt: skip
    return shown
