"""Machines, as the administrator registers them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from liushui.bank import Bank
from liushui.channels.open_api import schemas_customers as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of
from liushui.identity import Principal
from liushui.self_service import list_machines, register_machine, revoke_machine, rotate_secret
from liushui.store.database import UnitOfWork

router = APIRouter()
MachinePath = Annotated[str, Path(min_length=2, max_length=32, pattern=r"^[A-Z0-9]+$")]


@router.get("/v1/machines")
async def show_machines(
    bank: TheBank, caller: Caller, after: Annotated[str, Query(max_length=32, pattern=r"^[A-Z0-9]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> s.MachinePage:  # fmt: skip
    async with bank.db.read() as conn:
        rows = await list_machines(conn, after=after, limit=limit + 1)
    machines = [s.MachineView(**row) for row in rows[:limit]]
    return s.MachinePage(machines=machines, next=machines[-1].number if len(rows) > limit else None)


@router.post("/v1/machines", status_code=201)
async def register(body: s.MachineIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.MachineSecret:
    """The secret is in this answer and nowhere else."""

    async def work(uow: UnitOfWork) -> str:
        return await register_machine(
            uow, bank.clock, number=body.number, channel=body.channel, branch=body.branch,
            terminal=body.terminal, operator=caller.number,
        )  # fmt: skip

    return await _with_secret(bank, caller, body.number, "machines", key, body.model_dump(), work)


@router.put("/v1/machines/{machine}/secret")
async def rotate(machine: MachinePath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> s.MachineSecret:
    """The old secret is worth nothing from now on."""

    async def work(uow: UnitOfWork) -> str:
        return await rotate_secret(uow, bank.clock, number=machine, operator=caller.number)

    return await _with_secret(bank, caller, machine, "machine-secret", key, machine, work)


@router.delete("/v1/machines/{machine}", status_code=204)
async def revoke(machine: MachinePath, bank: TheBank, caller: Caller, key: IdempotencyKey) -> None:
    async def work(uow: UnitOfWork) -> dict[str, Any]:
        await revoke_machine(uow, bank.clock, number=machine, operator=caller.number)
        return {}

    actor = actor_of(caller, "machine-revocation", key)
    await bank.db.once(actor.key, machine, bank.clock.now(), work)


async def _with_secret(
    bank: Bank, caller: Principal, number: str, operation: str, key: str, content: object,
    make: Callable[[UnitOfWork], Awaitable[str]],
) -> s.MachineSecret:  # fmt: skip
    """Once per key, and the secret only the first time: what is kept of the request has none."""
    secret: list[str] = []

    async def work(uow: UnitOfWork) -> dict[str, Any]:
        secret[:] = [await make(uow)]
        return {"machine": number}

    actor = actor_of(caller, operation, key)
    await bank.db.once(actor.key, content, bank.clock.now(), work)
    return s.MachineSecret(number=number, secret=secret[0] if secret else None)
