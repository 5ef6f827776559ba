"""The administrator's work, everybody's own password, and the audit trail."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api import schemas_console as sc
from liushui.channels.open_api.dependencies import Caller, Day, IdempotencyKey, TheBank, actor_of, moments_of
from liushui.identity import (
    AuditSought,
    StaffMember,
    add_staff,
    audit_trail,
    branch_by_code,
    change_password,
    list_staff,
    load_roles,
    set_active,
    set_roles,
    unlock,
)
from liushui.store.database import UnitOfWork

router = APIRouter()
Who = Annotated[str, Query(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")]
What = Annotated[str, Query(max_length=80, pattern=r"^[0-9A-Za-z_ ./-]+$")]
StaffPath = Annotated[str, Path(max_length=32, pattern=r"^[A-Z0-9]+$")]


def _view(member: StaffMember) -> s.StaffView:
    return s.StaffView(
        number=member.number, name=member.name, branch=member.branch, roles=list(member.roles),
        active=member.active, locked_until=member.locked_until,
    )  # fmt: skip


@router.get("/v1/staff")
async def show_staff(
    bank: TheBank, caller: Caller, after: Annotated[str, Query(max_length=32, pattern=r"^[A-Z0-9]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.StaffPage:  # fmt: skip
    async with bank.db.read() as conn:
        found = await list_staff(conn, after=after, limit=limit + 1)
    more = found[limit - 1].number if len(found) > limit else None
    return s.StaffPage(staff=[_view(member) for member in found[:limit]], next=more)


@router.get("/v1/roles")
async def show_roles(caller: Caller) -> list[sc.RoleView]:
    """What each role may do; who has which is the administrator's to see."""
    return [
        sc.RoleView(
            name=role.name, zh=role.zh, en=role.en, anywhere=role.anywhere, permissions=sorted(role.permissions)
        )
        for role in load_roles().values()
    ]  # fmt: skip


@router.post("/v1/staff", status_code=201)
async def enter_staff(body: s.StaffIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.StaffView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        branch = await branch_by_code(uow.conn, body.branch)
        await add_staff(
            uow, bank.clock, number=body.number, name=body.name, branch_id=branch.id, roles=body.roles,
            password=body.password, actor=caller.number,
        )  # fmt: skip
        return {"number": body.number, "name": body.name, "branch": body.branch, "roles": body.roles,
                "active": True, "locked_until": None}  # fmt: skip

    content = (body.number, body.name, body.branch, body.roles)
    result, _ = await bank.db.once(actor_of(caller, "staff", key).key, content, bank.clock.now(), work)
    return s.StaffView(**result)


@router.put("/v1/staff/{number}/roles")
async def give_roles(
    number: StaffPath, body: s.RolesIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.StaffView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        return (await set_roles(uow, bank.clock, caller, number, body.roles)).as_json()

    actor = actor_of(caller, "roles", key)
    return s.StaffView(**(await bank.db.once(actor.key, (number, body.roles), bank.clock.now(), work))[0])


@router.put("/v1/staff/{number}/state")
async def set_state(
    number: StaffPath, body: s.StaffState, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.StaffView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        return (await set_active(uow, bank.clock, caller, number, active=body.active)).as_json()

    actor = actor_of(caller, "state", key)
    return s.StaffView(**(await bank.db.once(actor.key, (number, body.active), bank.clock.now(), work))[0])


@router.post("/v1/staff/{number}/unlock")
async def unlock_staff(number: StaffPath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.StaffView:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        return (await unlock(uow, bank.clock, caller, number)).as_json()

    actor = actor_of(caller, "unlock", key)
    return s.StaffView(**(await bank.db.once(actor.key, number, bank.clock.now(), work))[0])


@router.put("/v1/sessions/current/password", status_code=204)
async def set_own_password(body: s.PasswordChange, bank: TheBank, caller: Caller) -> None:
    """No idempotency key: a repetition is refused, since the old password is no longer the password."""
    await change_password(bank.db, bank.clock, caller, body.old, body.new)


@router.get("/v1/audit")
async def show_audit(
    bank: TheBank, caller: Caller, after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100, order: Literal["oldest", "newest"] = "oldest",
    actor: Who | None = None, action: Annotated[str | None, Query(max_length=60, pattern=r"^[a-z_]+$")] = None,
    subject: What | None = None, date_from: Annotated[Day | None, Query(alias="from")] = None,
    date_to: Annotated[Day | None, Query(alias="to")] = None,
) -> s.AuditPage:  # fmt: skip
    """From behind the line ``after`` in the order asked for. from, to: calendar days in the bank's time, both included."""
    sought = AuditSought(actor, action, subject, *moments_of(date_from, date_to))
    async with bank.db.read() as conn:
        rows = await audit_trail(
            conn, after=after, limit=limit + 1, sought=sought, newest_first=order == "newest"
        )
    lines = [s.AuditLine(**dict(row)) for row in rows[:limit]]
    return s.AuditPage(lines=lines, next=lines[-1].id if len(rows) > limit else None)
