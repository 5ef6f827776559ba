"""Who is presented in an application: the applicant, an agent, the people behind an entity. Kept as presented; what was
checked about them is kept with them. A correction replaces a place and leaves what stood there before on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from liushui.kernel.errors import Fault
from liushui.parties.identity_service import Verdict
from liushui.parties.model import Customer, NewCustomer, check
from liushui.store.database import PoolConnection, UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.parties", "applications.sql")
APPLICANT, AGENT = "applicant", "agent"
LEGAL_REPRESENTATIVE, BENEFICIAL_OWNER = "legal_representative", "beneficial_owner"
BASES = ("shares", "control", "management")
"""Why somebody is a beneficial owner: capital or votes, control by other means, or, where nobody else is, management."""


@dataclass(frozen=True, slots=True)
class Presented:
    """One person (or entity) as presented. id: None until recorded. party_id: where it is a customer already.
    relation: an agent's relation to the applicant, or an owner's basis. share_bp: basis points of capital or votes."""

    role: str
    place: int
    who: NewCustomer
    party_id: int | None = None
    relation: str | None = None
    share_bp: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One hit of a screening, in the words of whoever screened."""

    list: str
    entry: str
    how: str
    score: int


def presented_faults(presented: Presented, today: date, prefix: str = "") -> list[Fault]:
    """What is wrong with a person's data; fields are named with the prefix of the form's fields."""
    return [replace(f, field=f"{prefix}{f.field}") for f in check(presented.who, today)]


def owner_faults(owner: Presented, others: Sequence[Presented], *, least_bp: int) -> list[Fault]:
    """Rules for beneficial owners (受益所有人): a share of ``least_bp`` or control; management only where nobody else is;
    all shares together not above the whole; nobody twice."""
    faults: list[Fault] = []
    if owner.relation == "shares" and (owner.share_bp is None or owner.share_bp < least_bp):
        faults.append(Fault("owner_share_small", {"least": least_bp // 100}, "owner_share"))
    if owner.relation == "management" and others:
        faults.append(Fault("owner_management_only", field="owner_basis"))
    if sum(o.share_bp or 0 for o in (owner, *others)) > 10_000:
        faults.append(Fault("owner_shares_too_many", field="owner_share"))
    if any(o.who.document_number == owner.who.document_number for o in others):
        faults.append(Fault("owner_twice", field="owner_document_number"))
    return faults


async def present(
    uow: UnitOfWork, case_id: int, presented: Presented, *, at: datetime, by: str, removed: bool = False
) -> Presented:
    """Record a person at a place of an application; what stood there is superseded. removed: nobody stands there now."""
    who = presented.who
    id: int = await uow.conn.fetchval(
        Q.insert_person, case_id, presented.role, presented.place, presented.party_id, who.kind, who.name,
        who.document_type, who.document_country, who.document_number, who.document_expires_on, who.birth_date,
        who.mobile, who.address, presented.relation, presented.share_bp, removed, at, by,
    )  # fmt: skip
    return replace(presented, id=id)


async def people_of(conn: PoolConnection, case_id: int) -> list[Presented]:
    """Everybody who stands in an application now."""
    rows = await conn.fetch(Q.people, case_id)
    return [
        Presented(
            r["role"], r["place"],
            NewCustomer(
                r["kind"], r["name"], r["document_type"], r["document_number"], r["document_country"],
                r["document_expires_on"], r["birth_date"], r["mobile"], r["address"],
            ),
            r["party_id"], r["relation"], r["share_bp"], r["id"],
        )
        for r in rows
    ]  # fmt: skip


def at_place(people: Sequence[Presented], role: str) -> Presented:
    """The one person of a role that has one place. ``StopIteration`` is a defect of the procedure."""
    return next(p for p in people if p.role == role)


def as_presented(customer: Customer) -> NewCustomer:
    """What is known of a customer, as if it had been typed again."""
    return NewCustomer(
        customer.kind, customer.name, customer.document_type, customer.document_number,
        customer.document_country, customer.document_expires_on, customer.birth_date, customer.mobile,
        customer.address,
    )  # fmt: skip


async def record_check(uow: UnitOfWork, person_id: int, verdict: Verdict, *, at: datetime) -> None:
    await uow.conn.execute(Q.insert_check, person_id, verdict.answer.value, verdict.reference, at)


async def record_screening(
    uow: UnitOfWork, person_id: int, hits: Sequence[Listed], *, lists_digest: bytes, at: datetime
) -> None:
    """Keep that a name was screened, and every hit."""
    rows = [(h.list, h.entry, h.how, h.score) for h in hits] or [(None, None, None, None)]
    await uow.conn.executemany(Q.insert_screening, [(person_id, *row, lists_digest, at) for row in rows])


async def confirm_people(
    uow: UnitOfWork, party_id: int, people: Sequence[Presented], *, case_id: int, at: datetime
) -> None:
    """Store an entity's legal representative and beneficial owners as confirmed by an application."""
    kept = [p for p in people if p.role in (LEGAL_REPRESENTATIVE, BENEFICIAL_OWNER)]
    await uow.conn.executemany(
        Q.insert_entity_person,
        [
            (party_id, p.role, p.who.name, p.who.document_type, p.who.document_country, p.who.document_number,
             p.who.document_expires_on, p.who.birth_date, p.relation, p.share_bp, at, case_id)
            for p in kept
        ],
    )  # fmt: skip


async def entity_people(conn: PoolConnection, party_id: int) -> list[Presented]:
    """The legal representative and the beneficial owners of a customer, as last confirmed; empty where never."""
    places: dict[str, int] = {}
    people: list[Presented] = []
    for r in await conn.fetch(Q.entity_people, party_id):
        places[r["role"]] = place = places.get(r["role"], 0) + 1
        who = NewCustomer(
            "individual", r["name"], r["document_type"], r["document_number"], r["document_country"],
            r["document_expires_on"], r["birth_date"],
        )  # fmt: skip
        people.append(Presented(r["role"], place, who, None, r["basis"], r["share_bp"]))
    return people
