"""The busy operations: transfers and cash. They are served by ``PostingLane``, and take part in it by their shape."""

from __future__ import annotations

from fastapi import APIRouter, Response

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import (
    Caller,
    IdempotencyKey,
    TheBank,
    actor_of,
    answer_of,
    minor_of,
    person_of,
    view_of,
)
from liushui.ledger import Posted

router = APIRouter()


@router.post(
    "/v1/transfers", status_code=201, response_model=s.PostedView, responses={202: {"model": s.CaseBegun}}
)
async def transfer(body: s.TransferIn, bank: TheBank, caller: Caller, key: IdempotencyKey) -> Response:
    """A case of the process ``transfer``: straight through where its model lets it, otherwise begun (202)."""
    variables = {
        "payer": body.payer, "payee": body.payee, "amount": minor_of(body.amount, body.currency),
        "currency": body.currency, "memo": body.memo, "execution": body.execution,
        "value_date": None if body.value_date is None else body.value_date.isoformat(),
    }  # fmt: skip
    actor = actor_of(caller, "transfers", key)
    done = await bank.processes.run(person_of(caller), "transfer", variables, idempotency_key=actor.key)
    if isinstance(done, Posted):
        return answer_of(view_of(done))
    return answer_of(s.CaseBegun(case=done), 202)
