"""Online banking: looked at, opened with the customer's consent, reset, closed. The sister procedures use these too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import Signature, age_on, agreement_text, record_agreement
from liushui.kernel.clock import bank_day
from liushui.kernel.errors import refuse
from liushui.parties import Customer, customer_by_number
from liushui.processes.services import Services, parameters_at
from liushui.self_service import access_state, close_access, issue_code, open_access, reset_access
from liushui.workflow import Binding, Context
from liushui.workflow.calendars import due

AGREEMENT = "online_banking"
UNKNOWN_AGE = 0
"""A person whose birth date nobody knows is looked at like a child: somebody authorises."""


def bindings(services: Services) -> Sequence[Binding]:
    clock = services.clock

    async def look_new(context: Context) -> dict[str, Any]:
        """Refuses ``customer_unknown``, ``online_banking_individuals_only`` and ``online_banking_open``."""
        party = await _customer(context)
        if party.kind != "individual":
            raise refuse("online_banking_individuals_only", "customer", customer=party.number)
        if await access_state(context.inside.conn, party.number) in ("opened", "active"):
            raise refuse("online_banking_open", "customer", customer=party.number)
        born = party.birth_date
        return {
            "name": party.name,
            "age": UNKNOWN_AGE if born is None else age_on(bank_day(context.now), born),
        }

    async def look(context: Context) -> dict[str, Any]:
        """Refuses ``customer_unknown`` and ``online_banking_missing``."""
        party = await _customer(context)
        if await access_state(context.inside.conn, party.number) not in ("opened", "active"):
            raise refuse("online_banking_missing", "customer", customer=party.number)
        return {"name": party.name}

    async def open_it(context: Context) -> dict[str, Any]:
        """Keep the signed agreement and open. Refuses every fault of the signature, and as ``open_access``."""
        v, party = context.variables, await _customer(context)
        number = await record_agreement(
            context.inside, party_id=party.id, case_id=context.case_id,
            text=agreement_text(AGREEMENT, v["agreement_language"]),
            signature=Signature(v.get("signature_method") or "", v.get("signature_digest") or ""),
            facts={"case": context.case_id, "customer": party.number}, channel=context.channel,
            agreed_at=context.now, witness=context.operator,
        )  # fmt: skip
        context.link("agreement", str(number))
        await open_access(
            context.inside, clock, customer=party.number, operator=context.operator, case_id=context.case_id
        )
        return {"agreement": number}

    async def issue(context: Context) -> dict[str, Any]:
        """The code is shown to whoever makes this step, in the answer alone."""
        until = due(context.now, parameters_at(context.now)["online_activation_code_lasts"], None)
        code = await issue_code(
            context.inside, clock, customer=context.variables["customer"], until=until,
            operator=context.operator, case_id=context.case_id,
        )  # fmt: skip
        context.reveal("activation_code", code)
        return {"code_until": until.isoformat()}

    async def reset(context: Context) -> dict[str, Any]:
        party = await _customer(context)
        await reset_access(
            context.inside, clock, customer=party.number, operator=context.operator, case_id=context.case_id
        )
        return {}

    async def close(context: Context) -> dict[str, Any]:
        party = await _customer(context)
        await close_access(
            context.inside, clock, customer=party.number, operator=context.operator, case_id=context.case_id
        )
        return {}

    return [
        Binding("online_banking.look_new", look_new),
        Binding("online_banking.look", look),
        Binding("online_banking.open", open_it),
        Binding("online_banking.issue_code", issue),
        Binding("online_banking.reset", reset),
        Binding("online_banking.close", close),
    ]


async def _customer(context: Context) -> Customer:
    party = await customer_by_number(context.inside.conn, context.variables["customer"])
    context.link("customer", party.number)
    return party
