"""Processes: what is offered and deployed, and messages to what runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from liushui.bank import Bank
from liushui.channels.open_api import schemas_processes as s
from liushui.channels.open_api.dependencies import Caller, IdempotencyKey, TheBank, actor_of
from liushui.channels.open_api.form_view import form_view
from liushui.identity import Branch, list_branches
from liushui.kernel.errors import refuse
from liushui.processes import counter_codes
from liushui.workflow import Bundle, Deployed, Q, background

router = APIRouter()
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
NumberPath = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/v1/processes")
async def show_processes(bank: TheBank, caller: Caller) -> list[s.ProcessView]:
    async with bank.db.read() as conn:
        found = await bank.processes.catalogue.all_released(conn)
        branches = await list_branches(conn)
    return [s.ProcessView(**_process(bank, deployed, branches)) for deployed in found]


@router.post("/v1/processes", status_code=201)
async def deploy_process(
    body: s.BundleIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.DeploymentView:
    """The same bundle again is the same version: the key adds nothing here, and is asked for like everywhere."""
    bundle = Bundle(body.bpmn.encode(), body.decisions, body.forms, body.texts)
    done = await bank.processes.deploy(bundle, actor=caller.number, release=body.release)
    warnings = [s.FaultView(code=f.code, field=f.field, params=dict(f.params)) for f in done.warnings]
    return s.DeploymentView(key=done.key, version=done.version, new=done.new, warnings=warnings)


@router.get("/v1/processes/{process}")
async def show_process(process: KeyPath, bank: TheBank, caller: Caller) -> s.ProcessDetail:
    async with bank.db.read() as conn:
        deployed = await bank.processes.catalogue.released(conn, process)
        versions = await conn.fetch(Q.versions, process)
        branches = await list_branches(conn)
    return s.ProcessDetail(
        **_process(bank, deployed, branches), texts=dict(deployed.texts),
        versions=[s.ProcessVersion(**dict(v)) for v in versions],
    )  # fmt: skip


@router.get("/v1/processes/{process}/versions/{version}/diagram", response_class=Response)
async def show_diagram(process: KeyPath, version: NumberPath, bank: TheBank, caller: Caller) -> Response:
    async with bank.db.read() as conn:
        id: int | None = await conn.fetchval(Q.definition_by_version, process, min(version, 2**31 - 1))
        if id is None:
            raise refuse("process_unknown", process=process)
        deployed = await bank.processes.catalogue.by_id(conn, id)
    return Response(deployed.definition.export(), media_type="application/xml")


@router.post("/v1/messages", status_code=201)
async def send_message(
    body: s.MessageIn, bank: TheBank, caller: Caller, key: IdempotencyKey
) -> s.MessageView:
    async def work(uow: Any) -> dict[str, Any]:
        taken = await background.deliver(
            uow, bank.processes.runtime, body.name, body.correlation, body.variables
        )
        return {"case": taken}

    content = (body.name, body.correlation, json.dumps(body.variables, sort_keys=True))
    actor = actor_of(caller, "messages", key)
    return s.MessageView(**(await bank.db.once(actor.key, content, bank.clock.now(), work))[0])


def _process(bank: Bank, deployed: Deployed, branches: Sequence[Branch]) -> dict[str, Any]:
    definition = deployed.definition
    short = counter_codes().get(deployed.key)
    return {
        "key": deployed.key, "version": deployed.version, "name": definition.name,
        "channels": list(definition.channels), "start_roles": list(definition.start_roles),
        "code": short and short.code, "pinyin": short and short.pinyin,
        "start_form": form_view(bank, deployed.forms.get("start"), branches),
    }  # fmt: skip
