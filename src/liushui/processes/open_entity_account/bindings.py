"""What opening an entity's account asks of the bank. The steps it shares with an individual's are in ``opening_steps``;
document numbers stay out of the case's variables here too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import Terms, room_faults
from liushui.deposits.applications import (
    corrected,
    find_agent,
    find_applicant,
    find_owner,
    find_representative,
    typed_entity,
)
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import raise_if_any, refuse
from liushui.parties import (
    APPLICANT,
    BENEFICIAL_OWNER,
    Presented,
    at_place,
    customer_by_number,
    entity_people,
    mask_document,
    mask_mobile,
    people_of,
    present,
)
from liushui.processes.opening_steps import number_of, returned
from liushui.processes.services import Services, actor_of
from liushui.risk import effective
from liushui.workflow import Binding, Context, worklist

MEDIUM = "letter"
TAKE_SEAL = "TakeSeal"
"""The element of the diagram whose task the image of the seal card is attached to."""


def bindings(services: Services) -> Sequence[Binding]:
    return [*_taking(services), *_correcting(), *_opening(services)]


def _taking(services: Services) -> Sequence[Binding]:
    async def take(context: Context) -> dict[str, Any]:
        """Check the application and keep who is presented. Refuses every fault of one kind at once. What is known of a
        customer's representative and owners is taken as confirmed last time."""
        v, today, conn = context.variables, bank_day(context.now), context.inside.conn
        applicant = await find_applicant(conn, "entity", v.get("customer"), typed_entity(v), today)
        known = [] if applicant.party_id is None else await entity_people(conn, applicant.party_id)
        representative = find_representative(v, known, today)
        agent = await find_agent(conn, v, applicant, today, needed_below=0)
        if applicant.party_id is not None:
            terms = Terms(context.case_id, purpose=v["purpose"])
            raise_if_any(await room_faults(conn, applicant.party_id, terms, effective(today)))
        owners = [p for p in known if p.role == BENEFICIAL_OWNER]
        for presented in (applicant, representative, agent, *owners):
            if presented is not None:
                await present(context.inside, context.case_id, presented, at=context.now, by=context.operator)
        number = await number_of(context, applicant)
        if number is not None:
            context.link("customer", number)
        begun: dict[str, Any] = {
            "customer": number, "account_kind": v["purpose"], "medium": MEDIUM, "return_reasons": [],
            "identity": [], "identity_answer": "unanswered", "screening": [], "screening_hits": 0,
        }  # fmt: skip
        return {**begun, **_shown(applicant, representative, agent), **_owners(owners)}

    async def record_owner(context: Context) -> dict[str, Any]:
        """Refuses the faults of ``find_owner``."""
        v, today = context.variables, bank_day(context.now)
        others = [
            p for p in await people_of(context.inside.conn, context.case_id) if p.role == BENEFICIAL_OWNER
        ]
        owner = find_owner(v, others, today, least_bp=effective(today)["beneficial_owner_from"])
        await present(context.inside, context.case_id, owner, at=context.now, by=context.operator)
        blank = {"document_country", "document_expires_on", "birth_date", "share"}
        return _owners([*others, owner]) | {
            "owner_document_number": mask_document(owner.who.document_number),
            **{f"owner_{name}": None for name in blank},
        }

    async def check_seal(context: Context) -> dict[str, Any]:
        """Refuses ``seal_missing`` and ``seal_not_attached``."""
        return await _seal(context)

    return [
        Binding("open_entity_account.take", take),
        Binding("open_entity_account.record_owner", record_owner),
        Binding("open_entity_account.check_seal", check_seal),
    ]


def _correcting() -> Sequence[Binding]:
    async def correct(context: Context) -> dict[str, Any]:
        """Take what the teller has corrected; where the owners are to be entered anew, those entered so far are taken off
        the application and stay on record."""
        v, today, conn = context.variables, bank_day(context.now), context.inside.conn
        people = await people_of(conn, context.case_id)
        applicant = at_place(people, APPLICANT)
        given = {"mobile": v.get("corrected_mobile"), "address": v.get("corrected_address")}
        changed = corrected(applicant, given, today)
        if applicant.party_id is not None:
            terms = Terms(context.case_id, purpose=v["purpose"])
            raise_if_any(await room_faults(conn, applicant.party_id, terms, effective(today)))
        if changed != applicant:
            await present(context.inside, context.case_id, changed, at=context.now, by=context.operator)
        owners = [p for p in people if p.role == BENEFICIAL_OWNER]
        if v["owners_again"] == "yes":
            for p in owners:
                await present(
                    context.inside, context.case_id, p, at=context.now, by=context.operator, removed=True
                )
            owners = []
        begun: dict[str, Any] = {
            "account_kind": v["purpose"], "identity": [], "corrected_mobile": None, "corrected_address": None,
        }  # fmt: skip
        return {**begun, **await _seal(context), **_owners(owners), **returned(context)}

    return [Binding("open_entity_account.correct", correct)]


def _opening(services: Services) -> Sequence[Binding]:
    async def open_it(context: Context) -> dict[str, Any]:
        """Refuses the codes of ``AccountOpening.open``: the model takes its error path."""
        v, actor = context.variables, actor_of(context)
        owner = await customer_by_number(context.inside.conn, v["customer"])
        terms = Terms(context.case_id, purpose=v["purpose"])
        account_id, opened = await services.opening.open(context.inside, actor, owner, terms)
        await services.opening.keep_seal(
            context.inside, actor, account_id, case_id=context.case_id, image_digest=v["seal_digest"],
            reference=v["seal_reference"],
        )  # fmt: skip
        context.link("account", opened.number)
        return {"account": opened.number, "card": None}

    return [Binding("open_entity_account.open", open_it)]


async def _seal(context: Context) -> dict[str, Any]:
    """The seal card: an image attached to the case, by its digest or as the last one attached where the seal was taken;
    or where the paper lies."""
    digest, reference = (context.variables.get(name) for name in ("seal_digest", "seal_reference"))
    attached = await worklist.attached_to_case(context.inside.conn, context.case_id)
    if digest is not None and digest not in {of for _, of in attached}:
        raise refuse("seal_not_attached", "seal_digest")
    if digest is None:
        digest = next((of for element, of in reversed(attached) if element == TAKE_SEAL), None)
    if digest is None and reference is None:
        raise refuse("seal_missing", "seal_digest")
    return {"seal_digest": digest, "seal_reference": reference}


def _owners(owners: Sequence[Presented]) -> dict[str, Any]:
    """The owners as the case may show them."""
    return {
        "owners": [{"name": p.who.name, "basis": p.relation, "share_bp": p.share_bp} for p in owners],
        "owners_foreign": sum(p.who.document_type != "id_card" for p in owners),
        "owners_by_management": sum(p.relation == "management" for p in owners),
    }


def _shown(applicant: Presented, representative: Presented, agent: Presented | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": applicant.who.name, "document_number": applicant.who.document_number,
        "mobile": mask_mobile(applicant.who.mobile), "address": None,
        "legal_name": representative.who.name,
        "legal_document_number": mask_document(representative.who.document_number),
        "agent_present": agent is not None,
    }  # fmt: skip
    if agent is not None:
        shown["agent_document_number"] = mask_document(agent.who.document_number)
        shown["agent_mobile"] = mask_mobile(agent.who.mobile)
    return shown
