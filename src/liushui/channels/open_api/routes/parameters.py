"""The bank's parameters that are data: what holds, since when and by what rule; and which way each of them changes."""

from __future__ import annotations

from datetime import date
from typing import cast

from fastapi import APIRouter

from liushui.channels.open_api import schemas_models as s
from liushui.channels.open_api.dependencies import Caller, Day, TheBank
from liushui.kernel.clock import bank_day
from liushui.risk import Parameter, load_parameters
from liushui.workflow import Deployed

router = APIRouter()
PAST, CURRENT, COMING = "past", "current", "coming"


@router.get("/v1/parameters")
async def show_parameters(bank: TheBank, caller: Caller, on: Day | None = None) -> s.ParametersView:
    """What holds on a day of the bank, today where none is asked; what did, and what is known to. Rates and products have
    endpoints of their own."""
    day = on or bank_day(bank.clock.now())
    async with bank.db.read() as conn:
        released = await bank.processes.catalogue.all_released(conn)
    return s.ParametersView(
        on=day, parameters=[_parameter(one, day) for one in load_parameters()],
        decisions=[one for deployed in released for one in _decisions(deployed)],
    )  # fmt: skip


def _state(valid_from: date, valid_to: date | None, day: date) -> str:
    if day < valid_from:
        return COMING
    return CURRENT if valid_to is None or day <= valid_to else PAST


def _parameter(one: Parameter, day: date) -> s.ParameterView:
    value: object = one.value
    text = ", ".join(cast("list[str]", value)) if isinstance(value, list) else str(value)
    return s.ParameterView(
        name=one.name, zh=one.zh, en=one.en, value=text, unit=one.unit, valid_from=one.valid_from,
        valid_to=one.valid_to, source=one.source, source_zh=one.source_zh or one.source, state=_state(one.valid_from, one.valid_to, day),
    )  # fmt: skip


def _decisions(deployed: Deployed) -> list[s.DecisionOfProcess]:
    return [
        s.DecisionOfProcess(
            process=deployed.key, decision=name, version=deployed.version, zh=found.about.zh, en=found.about.en,
            source=found.about.source, source_zh=found.about.source_zh or found.about.source, valid_from=found.about.valid_from, rules=len(found.table.rows),
        )
        for name, found in deployed.own.decisions.items()
    ]  # fmt: skip
