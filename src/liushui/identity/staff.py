"""Managing staff: roles, locks, leaving. Every change is audited and ends the person's sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from asyncpg import Record

from liushui.identity.model import Principal, load_roles
from liushui.identity.service import Q, audit, principal_from
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.kernel.text import is_storable
from liushui.store.database import PoolConnection, UnitOfWork

LAST = 2**62


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person on the bank's staff. active: may log in. locked_until: after too many wrong passwords, or None."""

    number: str
    name: str
    branch: str
    roles: tuple[str, ...]
    active: bool
    locked_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"locked_until": self.locked_until and self.locked_until.isoformat()}


async def list_staff(conn: PoolConnection, *, after: str, limit: int) -> list[StaffMember]:
    """Staff in the order of their numbers, from behind ``after``."""
    return [_member(row) for row in await conn.fetch(Q.staff_page, after, limit)]


async def staff_by_number(conn: PoolConnection, number: str) -> Principal:
    """Somebody who may log in, as a principal. Refuses ``staff_unknown``."""
    row = await conn.fetchrow(Q.staff_for_log_in, _known(number))
    if row is None:
        raise refuse("staff_unknown", number=number[:32])
    return principal_from(row)


async def staff_with_roles(
    conn: PoolConnection, roles: Sequence[str], branch_id: int, *, limit: int
) -> list[tuple[str, str]]:
    """Number and name of whoever may work in one of some roles (none: in any) for a branch: of it, or for all of them."""
    anywhere = [name for name, role_of in load_roles().items() if role_of.anywhere]
    rows = await conn.fetch(Q.staff_with_roles, list(roles), branch_id, anywhere, limit)
    return [(row["number"], row["name"]) for row in rows]


async def set_roles(
    uow: UnitOfWork, clock: Clock, actor: Principal, number: str, roles: Sequence[str]
) -> StaffMember:
    """Give a person these roles and no others. Refuses ``role_unknown``, ``staff_unknown`` and
    ``own_roles_fixed``: nobody widens their own power."""
    raise_if_any([Fault("role_unknown", {"role": r[:40]}, "roles") for r in roles if r not in load_roles()])
    if number == actor.number:
        raise refuse("own_roles_fixed")
    row = await uow.conn.fetchrow(Q.set_roles, _known(number), sorted(set(roles)))
    return await _changed(uow, clock, actor, row, number, "roles_set", " ".join(sorted(set(roles))))


async def set_active(
    uow: UnitOfWork, clock: Clock, actor: Principal, number: str, *, active: bool
) -> StaffMember:
    """Let a person in or shut them out for good. Refuses ``staff_unknown`` and ``own_roles_fixed``."""
    if number == actor.number:
        raise refuse("own_roles_fixed")
    row = await uow.conn.fetchrow(Q.set_active, _known(number), active)
    return await _changed(
        uow, clock, actor, row, number, "staff_activated" if active else "staff_left", "done"
    )


async def unlock(uow: UnitOfWork, clock: Clock, actor: Principal, number: str) -> StaffMember:
    """Forgive wrong passwords before the lock ends by itself. Refuses ``staff_unknown``."""
    row = await uow.conn.fetchrow(Q.unlock, _known(number))
    return await _changed(uow, clock, actor, row, number, "staff_unlocked", "done", end_sessions=False)


@dataclass(frozen=True, slots=True)
class AuditSought:
    """Which lines of the audit trail; None for any. since, until: moments, the second not included."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def audit_trail(
    conn: PoolConnection, *, after: int, limit: int, sought: AuditSought, newest_first: bool = False
) -> list[Record]:
    """Lines of the audit trail in the order of writing, or the other way round, from behind the number ``after``."""
    filters = (sought.actor, sought.action, sought.subject, sought.since, sought.until)
    if newest_first:
        return await conn.fetch(Q.audit_newest, after or LAST, limit, *filters)
    return await conn.fetch(Q.audit_page, after, limit, *filters)


async def _changed(
    uow: UnitOfWork, clock: Clock, actor: Principal, row: Record | None, number: str, action: str, outcome: str,
    *, end_sessions: bool = True,
) -> StaffMember:  # fmt: skip
    if row is None:
        raise refuse("staff_unknown", number=number[:32])
    if end_sessions:
        await uow.conn.execute(Q.delete_sessions_of, row["id"])
    await audit(uow, clock, actor=actor.number, action=action, subject=number, outcome=outcome)
    return _member(row)


def _known(number: str) -> str:
    if not is_storable(number):
        raise refuse("staff_unknown", number="?")
    return number


def _member(row: Record) -> StaffMember:
    return StaffMember(
        row["number"], row["name"], row["branch"], tuple(row["roles"]), row["active"], row["locked_until"]
    )
