"""Statements: whose account it is, and the statement recorded with its code. The lines stay in the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from liushui.deposits import issue_statement
from liushui.processes.accounts import account_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        await account_of(services, context)
        return {}

    async def issue(context: Context) -> dict[str, Any]:
        v, found = context.variables, await account_of(services, context)
        issued = await issue_statement(
            context.inside, services.clock, account=found, from_on=date.fromisoformat(v["from"]),
            to_on=date.fromisoformat(v["to"]), by=context.operator, case_id=context.case_id,
        )  # fmt: skip
        context.link("statement", issued.code)
        return {"statement": issued.code, "digest": issued.digest.hex(), "lines": len(issued.data.lines)}

    return [Binding("statement.look", look), Binding("statement.issue", issue)]
