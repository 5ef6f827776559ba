"""Changes of customers' data: registered, then applied. The data themselves leave the case in the step that took them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.identity import audit
from liushui.parties import NewData, apply_change, request_change
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def register(context: Context) -> dict[str, Any]:
        v = context.variables
        expires = v.get("document_expires_on")
        new = NewData(
            v.get("mobile"), v.get("address"), v.get("document_number"),
            date.fromisoformat(expires) if expires else None,
        )  # fmt: skip
        requested = await request_change(
            context.inside, services.clock, v["customer"], new, by=context.operator, case_id=context.case_id
        )
        context.link("customer", v["customer"])
        return {
            "change": requested.number, "changes_mobile": "mobile" in requested.changes,
            "changes_document": "document" in requested.changes, "mobile": None, "address": None,
            "document_number": None,
        }  # fmt: skip

    async def apply(context: Context) -> dict[str, Any]:
        v = context.variables
        await apply_change(context.inside, services.clock, v["change"], by=context.operator)
        await audit(context.inside, services.clock, actor=context.operator, action="customer_data_changed",
                    subject=v["customer"], outcome=str(v["change"]))  # fmt: skip
        return {}

    return [Binding("customer_data.register", register), Binding("customer_data.apply", apply)]
