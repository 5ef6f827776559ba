"""Large certificates are offered: what the approver must see, and the offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from liushui.deposits.placed import NewIssue, issue_faults, offer_certificates
from liushui.identity import audit
from liushui.kernel.errors import raise_if_any
from liushui.processes.placed import desk_of, shown
from liushui.processes.services import Services
from liushui.products import rates_on, stored_catalogue
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses like ``issue_faults``."""
        uow, issue = context.inside, issue_of(context.variables)
        today = (await uow.head()).business_date
        raise_if_any(await issue_faults(uow.conn, issue, today))
        product = (await stored_catalogue(uow.conn)).get(issue.product, issue.from_on)
        rates = await rates_on(uow.conn, today)
        rate = rates.get((product.rate.name, product.currency, issue.tenor))
        return {
            "offered_shown": shown(issue.offered, product.currency),
            "rate_shown": None if rate is None else f"{rate:f}",
        }

    async def offer(context: Context) -> dict[str, Any]:
        """Refuses like ``offer_certificates``: time has passed since it was looked at."""
        issue = issue_of(context.variables)
        number = await offer_certificates(
            desk_of(services), context.inside, issue, entered_by=context.initiator, approved_by=context.operator,
            case_id=context.case_id,
        )  # fmt: skip
        await audit(context.inside, services.clock, actor=context.operator, action="certificates_offered",
                    subject=f"{issue.product} {issue.tenor}", outcome=str(issue.offered))  # fmt: skip
        return {"issue": number}

    return [Binding("certificates.check", check), Binding("certificates.offer", offer)]


def issue_of(v: Mapping[str, Any]) -> NewIssue:
    return NewIssue(
        v["product"],
        v["tenor"],
        v["offered"],
        date.fromisoformat(v["from_on"]),
        date.fromisoformat(v["to_on"]),
    )
