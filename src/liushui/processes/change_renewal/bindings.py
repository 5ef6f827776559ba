"""What is done at maturity is said anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.deposits.placed import Instruction, change_instruction
from liushui.processes.placed import bare_header, deposit_of, desk_of
from liushui.processes.services import Services
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def instruct(context: Context) -> dict[str, Any]:
        """Refuses like ``change_instruction``."""
        found, _ = await deposit_of(services, context)
        wanted = Instruction(context.variables["instruction"])
        await change_instruction(
            desk_of(services), context.inside, bare_header(context), found.number, wanted
        )
        return {"instruction_before": found.instruction.value}

    return [Binding("placed.instruct", instruct)]
