"""A customer proves a step by their second factor: what the procedures that ask for it have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.kernel.errors import Refused
from liushui.parties import customer_by_number
from liushui.payments import ONE_TIME_PASSWORD, SIGNATURE, UNPROVEN
from liushui.processes.services import Services
from liushui.self_service import Proof, take_signature
from liushui.workflow import Context

ATTEMPTS_MOST = 3


async def prove(
    services: Services,
    context: Context,
    *,
    process: str,
    must_show: Sequence[str],
    code_is_enough: bool = True,
) -> dict[str, Any]:
    """By what the customer has proven the step, and how often they have tried. A wrong answer is a result, not a refusal: a
    refusal would undo the count of attempts. A signature is good for a one-time password too; must_show: what it must at least
    say. The answer is kept as a signature, where it is one, and not in the case."""
    v = context.variables
    attempts = v.get("attempts", 0) + 1
    given = UNPROVEN
    try:
        if v.get("assertion") is not None:
            given = await _signed(services, context, process, must_show)
        elif code_is_enough:
            given = await _coded(services, context)
    except Refused as refused:
        return {
            "proven": False, "attempts": ATTEMPTS_MOST, "assertion": None,
            "fault": {"code": refused.code, "params": {}},
        }  # fmt: skip
    proof = v.get("proof", UNPROVEN) if given == UNPROVEN else given
    return {"proven": given != UNPROVEN, "attempts": attempts, "proof": proof, "assertion": None}


async def _coded(services: Services, context: Context) -> str:
    party = await customer_by_number(context.inside.conn, context.operator)
    proof = Proof(context.variables.get("one_time_password"))
    right = await services.proofs.check(context.inside, party.id, proof, None)
    return ONE_TIME_PASSWORD if right else UNPROVEN


async def _signed(services: Services, context: Context, process: str, must_show: Sequence[str]) -> str:
    v, party = context.variables, await customer_by_number(context.inside.conn, context.operator)
    number = await take_signature(
        context.inside, services.clock, services.proofs, party_id=party.id, customer=party.number,
        case=context.case_id, process=process, variables=v, must_show=must_show, assertion=v["assertion"],
    )  # fmt: skip
    if number is None:
        return UNPROVEN
    context.link("electronic_signature", str(number))
    return SIGNATURE
