"""Signing out: the till is locked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.cash import sign_out
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def lock(context: Context) -> dict[str, Any]:
        """Refuses ``till_not_held`` and ``till_signed_out``."""
        return {"till": (await sign_out(context.inside, context.operator)).code}

    return [Binding("till.sign_out", lock)]
