"""What an application for an account says, checked whole before anything is kept. Pure but for finding customers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from liushui.deposits.classes import age_on
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.parties import (
    AGENT,
    APPLICANT,
    BENEFICIAL_OWNER,
    LEGAL_REPRESENTATIVE,
    Customer,
    NewCustomer,
    Presented,
    as_presented,
    customer_by_document,
    customer_by_number,
    owner_faults,
    presented_faults,
)
from liushui.store.database import PoolConnection

_FOREIGN = frozenset({"passport", "other"})
"""Documents that other countries issue too: the country must be said."""


def typed_person(given: Mapping[str, Any], prefix: str = "") -> NewCustomer | None:
    """The person whose fields begin with a prefix; None where nothing of a document was typed. The country of a
    document that only China issues need not be said."""
    kind, number = given.get(f"{prefix}document_type"), given.get(f"{prefix}document_number")
    if kind is None and number is None:
        return None
    country = given.get(f"{prefix}document_country") or ("" if kind in _FOREIGN else "CN")
    return NewCustomer(
        "individual", given.get(f"{prefix}name") or "", kind or "", number or "", country,
        _day(given.get(f"{prefix}document_expires_on")), _day(given.get(f"{prefix}birth_date")),
        given.get(f"{prefix}mobile"), given.get(f"{prefix}address"),
    ).normalised()  # fmt: skip


def typed_entity(given: Mapping[str, Any]) -> NewCustomer | None:
    """The entity as typed, by its unified social credit code; None where no code was typed."""
    code: str | None = given.get("document_number")
    if code is None:
        return None
    return NewCustomer(
        "entity",
        given.get("name") or "",
        "uscc",
        code,
        mobile=given.get("mobile"),
        address=given.get("address"),
    ).normalised()


def find_representative(given: Mapping[str, Any], known: Sequence[Presented], today: date) -> Presented:
    """The legal representative as typed, or as last confirmed where nothing was typed. Refuses
    ``legal_representative_missing`` and every fault of the data."""
    typed = typed_person(given, "legal_")
    if typed is not None:
        found = Presented(LEGAL_REPRESENTATIVE, 1, typed)
    else:
        confirmed = [p for p in known if p.role == LEGAL_REPRESENTATIVE]
        if not confirmed:
            raise refuse("legal_representative_missing", "legal_name")
        found = confirmed[0]
    raise_if_any(presented_faults(found, today, "legal_"))
    return found


def find_owner(
    given: Mapping[str, Any], others: Sequence[Presented], today: date, *, least_bp: int
) -> Presented:
    """A beneficial owner as typed. Refuses every fault of the data and of ``owner_faults`` at once."""
    typed = typed_person(given, "owner_")
    assert typed is not None  # the form requires the document
    owner = Presented(
        BENEFICIAL_OWNER, len(others) + 1, typed, None, given["owner_basis"], given.get("owner_share")
    )
    raise_if_any([*presented_faults(owner, today, "owner_"), *owner_faults(owner, others, least_bp=least_bp)])
    return owner


async def find_applicant(
    conn: PoolConnection, kind: str, number: str | None, typed: NewCustomer | None, today: date
) -> Presented:
    """Who applies: a customer known by number or by document, with what is known of them, or somebody new as typed.

    Refuses all faults at once: ``applicant_missing``; ``customer_unknown``, ``customer_kind_differs``,
    ``document_differs``, ``customer_name_differs`` where what was typed is not what is known; a known document that has
    expired; and the faults of a new customer.
    """
    known = await _known(conn, number, typed)
    if known is None:
        if typed is None:
            raise refuse("applicant_missing", "customer")
        presented = Presented(APPLICANT, 1, typed)
    else:
        presented = Presented(APPLICANT, 1, as_presented(known), party_id=known.id)
        raise_if_any(_differences(kind, known, typed))
    raise_if_any(presented_faults(presented, today))
    return presented


async def find_agent(
    conn: PoolConnection, given: Mapping[str, Any], applicant: Presented, today: date, *, needed_below: int
) -> Presented | None:
    """Whoever acts for the applicant, with a document of their own (代理, both documents are shown).

    Refuses ``agent_incomplete``, ``agent_is_applicant``, ``customer_name_differs``, the faults of the agent's data, and ``agent_needed`` where the
    applicant is too young to act and nobody acts for them.
    """
    agent = typed_person(given, "agent_")
    age = age_on(today, applicant.who.birth_date)
    if agent is None:
        if age is not None and age < needed_below:
            raise refuse("agent_needed", "agent_name", age=needed_below)
        return None
    faults: list[Fault] = []
    if not given.get("agent_relation"):
        faults.append(Fault("agent_incomplete", field="agent_relation"))
    if _document(agent) == _document(applicant.who):
        faults.append(Fault("agent_is_applicant", field="agent_document_number"))
    known = await customer_by_document(conn, *_document(agent))
    if known is not None and _plain(known.name) != _plain(agent.name):
        faults.append(Fault("customer_name_differs", {"customer": known.number}, "agent_name"))
    presented = Presented(AGENT, 1, agent, None if known is None else known.id, given.get("agent_relation"))
    raise_if_any([*faults, *presented_faults(presented, today, "agent_")])
    return presented


def corrected(applicant: Presented, given: Mapping[str, Any], today: date) -> Presented:
    """The applicant with what a correction changes. Refuses ``contact_changed_elsewhere`` for a customer the bank knows:
    that is a change of customer data, not of an application."""
    changes = {name: given[name] for name in ("mobile", "address") if given.get(name)}
    if changes and applicant.party_id is not None:
        raise Refused(*(Fault("contact_changed_elsewhere", field=name) for name in changes))
    presented = replace(applicant, who=replace(applicant.who, **changes))
    raise_if_any(presented_faults(presented, today))
    return presented


async def _known(conn: PoolConnection, number: str | None, typed: NewCustomer | None) -> Customer | None:
    if number is not None:
        return await customer_by_number(conn, number)
    return None if typed is None else await customer_by_document(conn, *_document(typed))


def _differences(kind: str, known: Customer, typed: NewCustomer | None) -> list[Fault]:
    faults: list[Fault] = []
    if known.kind != kind:
        faults.append(Fault("customer_kind_differs", field="customer"))
    if typed is not None:
        if _document(typed) != (known.document_type, known.document_country, known.document_number):
            faults.append(Fault("document_differs", {"customer": known.number}, "document_number"))
        if typed.name and _plain(typed.name) != _plain(known.name):
            faults.append(Fault("customer_name_differs", {"customer": known.number}, "name"))
    return faults


def _document(who: NewCustomer) -> tuple[str, str, str]:
    return who.document_type, who.document_country, who.document_number


def _plain(name: str) -> str:
    return re.sub(r"[\s·•]", "", name).casefold()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
