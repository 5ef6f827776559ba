"""Passwords of accounts: looked at, compared, set. Other procedures use these too.

The password itself is a variable for one step only (``liushui.workflow.secrets``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits import password_state, set_password, try_password
from liushui.processes.accounts import account_of
from liushui.processes.services import Services, parameters_at
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def look(context: Context) -> dict[str, Any]:
        found = await account_of(services, context)
        state = await password_state(context.inside.conn, found.id)
        return {"password_set": state.present, "password_locked": state.locked}

    async def compare(context: Context) -> dict[str, Any]:
        found = await account_of(services, context)
        tried = await try_password(
            context.inside, services.clock, account_id=found.id, account=found.number,
            password=context.variables["password"],
            most=parameters_at(context.now)["account_password_tries"], operator=context.operator,
        )  # fmt: skip
        return {
            "password_right": tried.right,
            "password_locked": tried.locked,
            "password_tries_left": tried.left,
        }

    async def change(context: Context) -> dict[str, Any]:
        v, found = context.variables, await account_of(services, context)
        await set_password(
            context.inside, services.clock, account_id=found.id, account=found.number, password=v["new_password"],
            repeated=v["repeated_password"], operator=context.operator,
        )  # fmt: skip
        return {"password_set": True, "password_locked": False}

    return [
        Binding("password.look", look),
        Binding("password.try", compare),
        Binding("password.set", change),
    ]
